//! The binary's parts: settings, command line, wiring, the demo. Rules live in `domain`, use cases in `engine`.

pub mod commands;
pub mod config;
pub mod demo;
pub mod news;
pub mod place;
pub mod server;
