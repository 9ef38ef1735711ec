//! The pages that a team has open all day. A page asks for permission, reads its form, calls one use case, and presents
//! what comes back; it decides nothing. Start at [`router`], then `pages`.

mod app;
mod assets;
mod badges;
mod formats;
mod forms;
mod given;
mod guard;
mod guest;
mod origin;
mod pages;
mod qr;
mod refusals;
mod texts;
mod visitor;

pub use app::{App, router};
pub use pages::console::Sample;
