//! What was changed in an organization's settings and team, by whom and when: append-only, kept with each change.

use domain::actor::{By, Permissions};
use domain::capture::CaptureRule;
use domain::fees::FeeTerms;
use domain::money::Money;
use domain::order::Mode;
use jiff::Timestamp;
use letters::{Kind, Language};
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::organizations::SecondFactor;
use crate::permit::{ManageTeam, Permit};
use crate::store::StoreError;

/// What was done. Names are those of the time; the JSON is kept for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Act {
    /// Someone was asked to join.
    Invited {
        /// Whom.
        email: String,
        /// With which role.
        role: String,
    },
    /// They were asked again, with another link.
    InvitedAgain {
        /// Whom.
        email: String,
    },
    /// They are not asked any more.
    InvitationWithdrawn {
        /// Whom.
        email: String,
    },
    /// Someone joined.
    Joined {
        /// Who.
        name: String,
        /// Their address.
        email: String,
        /// With which role.
        role: String,
    },
    /// Someone got another role.
    RoleGiven {
        /// Who.
        name: String,
        /// Their address.
        email: String,
        /// Their role until then.
        from: String,
        /// Their role since.
        to: String,
    },
    /// Someone does not belong any more.
    Removed {
        /// Who.
        name: String,
        /// Their address.
        email: String,
        /// Their role until then.
        role: String,
    },
    /// A role was made.
    RoleMade {
        /// What it is called.
        name: String,
        /// What it allows.
        permissions: Permissions,
    },
    /// A role was renamed, or allows something else.
    RoleChanged {
        /// What it was called.
        from: String,
        /// What it is called.
        name: String,
        /// What it allows since.
        added: Permissions,
        /// What it allowed until then.
        removed: Permissions,
    },
    /// A role was deleted.
    RoleDeleted {
        /// What it was called.
        name: String,
    },
    /// An API key was made.
    KeyMade {
        /// What it is called.
        name: String,
        /// Its first letters.
        hint: String,
        /// Which orders it sees.
        mode: Mode,
        /// What it may do.
        permissions: Permissions,
    },
    /// An API key was revoked.
    KeyRevoked {
        /// What it was called.
        name: String,
        /// Its first letters.
        hint: String,
    },
    /// The fees of orders taken from then on (R8).
    FeesChanged {
        /// Until then.
        from: FeeTerms,
        /// Since.
        to: FeeTerms,
    },
    /// The second factor of someone who lost their telephone was removed.
    SecondFactorReset {
        /// Whose.
        name: String,
        /// Their address.
        email: String,
    },
    /// Whether everybody has to have a second factor.
    SecondFactorRequired {
        /// Until then.
        from: SecondFactor,
        /// Since.
        to: SecondFactor,
    },
    /// When what is held on a card is taken, of orders taken from then on.
    CaptureChanged {
        /// Until then.
        from: CaptureRule,
        /// Since.
        to: CaptureRule,
    },
    /// How long what a person confirms can be undone, in seconds.
    UndoChanged {
        /// Until then.
        from_s: u32,
        /// Since.
        to_s: u32,
    },
    /// What a role returns by itself; none where it has no limit.
    LimitChanged {
        /// What the role is called.
        role: String,
        /// Until then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Money>,
        /// Since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Money>,
    },
    /// A tariff was brought in.
    TariffImported {
        /// Whose data it is.
        source: String,
        /// Its number.
        version: u64,
        /// How many rows it has.
        rows: u64,
    },
    /// What is set about landed costs.
    LandedCostTermsChanged,
    /// A ship-from place was added.
    PlaceAdded {
        /// What it is called.
        name: String,
    },
    /// A ship-from place got another name, kind or address.
    PlaceChanged {
        /// What it was called.
        from: String,
        /// What it is called.
        name: String,
    },
    /// A ship-from place was removed; shipments that left from it keep what it was.
    PlaceRemoved {
        /// What it was called.
        name: String,
    },
    /// The organization was renamed.
    Renamed {
        /// Until then.
        from: String,
        /// Since.
        to: String,
    },
    /// Answers to its e-mails go to another address; empty for where they come from.
    ReplyToChanged {
        /// Until then.
        from: String,
        /// Since.
        to: String,
    },
    /// The words of an e-mail to shoppers.
    WordsChanged {
        /// Of what.
        letter: Kind,
        /// In which language.
        language: Language,
    },
    /// The words of an e-mail to shoppers are ours again.
    WordsReset {
        /// Of what.
        letter: Kind,
        /// In which language.
        language: Language,
    },
    /// A webhook was made.
    WebhookMade {
        /// What it tells.
        name: String,
        /// Where.
        to: String,
    },
    /// A webhook was changed.
    WebhookChanged {
        /// What it tells.
        name: String,
        /// Where it told it until then.
        from: String,
        /// Where since.
        to: String,
    },
    /// A webhook is told again what happens.
    WebhookEnabled {
        /// What it tells.
        name: String,
        /// Where.
        to: String,
    },
    /// A webhook is told nothing for now.
    WebhookDisabled {
        /// What it tells.
        name: String,
        /// Where.
        to: String,
    },
    /// A webhook got another secret.
    WebhookSecretRotated {
        /// What it tells.
        name: String,
        /// Where.
        to: String,
    },
    /// A webhook was deleted.
    WebhookDeleted {
        /// What it told.
        name: String,
        /// Where.
        to: String,
    },
    /// Messages of a webhook were sent again.
    WebhookReplayed {
        /// What it tells.
        name: String,
        /// Where.
        to: String,
        /// How many.
        messages: u64,
    },
    /// Its e-mails come from another address.
    MailFromChanged {
        /// Until then.
        from: String,
        /// Since.
        to: String,
    },
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the organization.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// By whom; operator support is marked as such (P2).
    pub by: By,
    /// What.
    pub act: Act,
}

/// How many entries a page of the log has.
pub const PAGE: usize = 50;

/// A page of the log, newest first: what is older than the entry `before`, and whether there is more.
///
/// # Errors
/// The database.
pub async fn entries(
    desk: &Desk,
    permit: &Permit<'_, ManageTeam>,
    before: Option<i64>,
) -> Result<(Vec<Entry>, bool), StoreError> {
    let organization = &permit.scope().organization_id;
    let mut entries = desk
        .store()
        .organization_events(organization, before, PAGE + 1)
        .await?;
    let has_more = entries.len() > PAGE;
    entries.truncate(PAGE);
    Ok((entries, has_more))
}
