//! One file a page: its address, its form, the one use case it calls, and what it shows.

pub(crate) mod activity;
pub(crate) mod cancel;
pub(crate) mod chosen;
pub(crate) mod clash;
pub(crate) mod columns;
pub(crate) mod corrections;
pub(crate) mod csv;
pub(crate) mod edits;
pub(crate) mod events;
pub(crate) mod find;
pub(crate) mod here;
pub(crate) mod invitation;
pub(crate) mod news;
pub(crate) mod order;
pub(crate) mod orders;
pub(crate) mod outbox;
pub(crate) mod password;
pub(crate) mod preferences;
pub(crate) mod query;
pub(crate) mod quick;
pub(crate) mod refund;
pub(crate) mod refunds;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod views;
