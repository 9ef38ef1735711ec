//! Who acts, and what they may do (P2). Seeing is not refunding.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One thing a role can allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See orders and their activity.
    ViewOrders,
    /// Take orders in.
    CreateOrders,
    /// Correct numbers, addresses, items and tags; hold and release.
    EditOrders,
    /// Write notes.
    AddNotes,
    /// Cancel orders.
    CancelOrders,
    /// Refund orders and capture payments.
    RefundOrders,
    /// Add tracking numbers; buy and void labels.
    ShipOrders,
    /// Take lists out of the desk.
    ExportOrders,
    /// See and change the catalogue.
    EditCatalogue,
    /// See reports.
    ViewReports,
    /// See what the desk bills.
    ViewBilling,
    /// Invite people, change roles and API keys.
    ManageTeam,
    /// Change fees, policies, carriers, shops, e-mails and webhooks.
    ManageSettings,
}

impl Permission {
    /// Every permission, in the order a settings page lists them.
    pub const ALL: [Self; 13] = [
        Self::ViewOrders,
        Self::CreateOrders,
        Self::EditOrders,
        Self::AddNotes,
        Self::CancelOrders,
        Self::RefundOrders,
        Self::ShipOrders,
        Self::ExportOrders,
        Self::EditCatalogue,
        Self::ViewReports,
        Self::ViewBilling,
        Self::ManageTeam,
        Self::ManageSettings,
    ];

    /// What a Member may do: orders and catalogue, no billing, reports or settings (P2).
    pub const MEMBER: [Self; 9] = [
        Self::ViewOrders,
        Self::CreateOrders,
        Self::EditOrders,
        Self::AddNotes,
        Self::CancelOrders,
        Self::RefundOrders,
        Self::ShipOrders,
        Self::ExportOrders,
        Self::EditCatalogue,
    ];
}

/// A set of permissions, as a role or a key's scopes hold it.
pub type Permissions = BTreeSet<Permission>;

/// What kind of actor stands behind an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// Someone of the organization.
    Person,
    /// Staff of whoever runs the installation; every act of theirs is marked as such (P2).
    Support,
    /// A program with an API key.
    ApiKey,
    /// The connected shop.
    Shop,
    /// The payment provider.
    Provider,
    /// The carrier.
    Carrier,
    /// The desk itself.
    Desk,
}

/// Who did something, as history keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// What kind of actor.
    pub kind: ActorKind,
    /// Its identifier: a person, a key, a provider.
    pub id: String,
    /// How it was called at the time.
    pub name: String,
}

impl By {
    /// The desk itself, for what follows without anyone asking.
    pub fn desk() -> Self {
        Self {
            kind: ActorKind::Desk,
            id: "desk".to_owned(),
            name: "Bordereau".to_owned(),
        }
    }
}

/// Who asks, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// As history will keep it.
    pub by: By,
    /// What the role or the key allows.
    pub permissions: Permissions,
}

impl Actor {
    /// Whether the role or the key allows this.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Whether this is operator support, who may do what a retailer's own people may not (C3, C5).
    pub fn is_support(&self) -> bool {
        self.by.kind == ActorKind::Support
    }
}
