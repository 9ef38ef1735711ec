//! What is printed for a parcel, pure: facts in, bytes out.
//!
//! A paper lays its facts out on a [`sheet::Sheet`], in dots; [`pdf`] and [`zpl`] print any sheet. A new paper is a file
//! like [`label`]; a new printer's language is one like [`zpl`]. Nothing here knows an order, a carrier or a clock.

pub mod label;
pub mod pdf;
pub mod sheet;
pub mod zpl;
