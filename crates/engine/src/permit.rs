//! Proof of permission as an argument: a use case that needs one cannot be called without it.

use std::marker::PhantomData;

use domain::actor::{Actor, Permission};
use domain::ids::OrganizationId;
use domain::order::Mode;
use domain::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// Where someone acts: one organization, one mode. Nothing crosses either.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The organization.
    pub organization_id: OrganizationId,
    /// Live or test.
    pub mode: Mode,
}

/// Someone who has proved who they are, and where.
#[derive(Clone, Debug)]
pub struct Session {
    /// Where.
    pub scope: Scope,
    /// Who.
    pub actor: Actor,
}

/// A permission as a type, so that forgetting one does not compile.
pub trait Grants {
    /// Which.
    const PERMISSION: Permission;
}

macro_rules! grants {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Grants for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )*};
}

grants! {
    /// See orders.
    ViewOrders;
    /// Take orders in.
    CreateOrders;
    /// Correct orders.
    EditOrders;
    /// Write notes.
    AddNotes;
    /// Cancel.
    CancelOrders;
    /// Refund and capture.
    RefundOrders;
    /// Ship.
    ShipOrders;
    /// Take lists out.
    ExportOrders;
    /// See reports.
    ViewReports;
    /// Invite people, make keys.
    ManageTeam;
    /// Change settings.
    ManageSettings;
}

/// Proof that a session may do this.
#[derive(Clone, Debug)]
pub struct Permit<'a, G> {
    session: &'a Session,
    grants: PhantomData<G>,
}

impl Session {
    /// The proof, if the session's role or key allows it.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`] naming the permission.
    pub fn permit<G: Grants>(&self) -> Result<Permit<'_, G>, Refusal> {
        if self.actor.may(G::PERMISSION) {
            let grants = PhantomData;
            return Ok(Permit {
                session: self,
                grants,
            });
        }
        Err(Refusal::NotPermitted {
            permission: G::PERMISSION,
        })
    }
}

impl<G> Permit<'_, G> {
    /// Where.
    pub fn scope(&self) -> &Scope {
        &self.session.scope
    }

    /// Who.
    pub fn actor(&self) -> &Actor {
        &self.session.actor
    }
}
