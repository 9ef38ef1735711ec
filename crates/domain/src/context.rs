//! Who asks or says something, when, and what is asked of them: what comes into every rule from outside.

use jiff::Timestamp;

use crate::actor::Actor;
use crate::policy::{NO_POLICY, Policy};

/// Who asks or says it, and when: what the rules may not find out themselves.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// When.
    pub at: Timestamp,
    /// What the organization asks of them.
    pub policy: &'a Policy,
}

impl<'a> Context<'a> {
    /// Of one who is asked nothing: the outside, the desk itself, an order that is taken in.
    pub fn of(actor: &'a Actor, at: Timestamp) -> Self {
        let policy = &NO_POLICY;
        Self { actor, at, policy }
    }
}
