//! What programs speak to. It translates and never decides: read on in [`hooks`], then in `engine`.

pub mod hooks;
