//! What programs speak to. It translates and never decides: read on in [`hooks`] and [`graphql`], then in `engine`.

pub mod graphql;
pub mod hooks;
