//! Identifiers: a prefix that says what it names, then something unique. The engine makes them; rules only carry them.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// What every identifier of this kind begins with.
            pub const PREFIX: &str = $prefix;

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )*};
}

ids! {
    /// A retailer.
    OrganizationId = "org_";
    /// One sale.
    OrderId = "order_";
    /// A line of an order.
    ItemId = "item_";
    /// A payment processed here.
    PaymentId = "payment_";
    /// A refund; also the key it is asked for with.
    RefundId = "refund_";
    /// A parcel, or several under one hand-over.
    ShipmentId = "shipment_";
    /// A bought label.
    LabelId = "label_";
    /// A note of the team.
    NoteId = "note_";
    /// An e-mail to the shopper.
    MailId = "mail_";
    /// Something a person has to look at.
    AttentionId = "attention_";
    /// A person who signs in.
    PersonId = "person_";
    /// Someone asked to join.
    InvitationId = "invitation_";
    /// An API key.
    KeyId = "key_";
    /// A saved view of the list.
    ViewId = "view_";
    /// Something confirmed that waits before it is sent.
    WaitingId = "waiting_";
    /// Work waiting for the worker.
    JobId = "job_";
    /// Someone and where they are, before they are part of an order.
    PartyId = "party_";
    /// Something a provider told by itself.
    DeliveryId = "delivery_";
    /// A place that parcels leave from.
    PlaceId = "fulfillment_center_";
    /// A landed cost that was quoted.
    LandedCostId = "landed_cost_";
    /// Where something is told to a program elsewhere.
    WebhookId = "webhook_";
    /// Something that a webhook is told; the same at every try.
    MessageId = "msg_";
    /// One try to tell it.
    AttemptId = "webhook_log_";
}

impl RefundId {
    /// The identifier of the `n`-th part of a refund that spans several payments; the first part keeps the plain one.
    pub fn leg(&self, n: usize) -> Self {
        if n == 0 {
            self.clone()
        } else {
            Self(format!("{}-{}", self.0, n + 1))
        }
    }
}
