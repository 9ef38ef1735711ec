//! The application: one file a noun, one function a use case, over one database.
//!
//! A use case takes a [`permit::Permit`] as proof, loads, lets [`domain`] decide, and commits; what the outside has to
//! do becomes a job in the same commit. Start at [`orders`], then [`jobs`], then [`store`].

pub mod account_mail;
pub mod activity;
pub mod cancellations;
pub mod chosen;
pub mod corrections;
pub mod deliveries;
pub mod desk;
pub mod doctor;
pub mod failure;
pub mod fakes;
pub mod invitations;
pub mod jobs;
pub mod keys;
pub mod labels;
pub mod landed_costs;
pub mod listing;
pub mod mail_words;
pub mod orders;
pub mod organizations;
pub mod outbox;
pub mod outgoing;
pub mod outlet;
pub mod parties;
pub mod password_resets;
pub mod people;
pub mod permit;
pub mod places;
pub mod policies;
pub mod ports;
pub mod presence;
pub mod reconcile;
pub mod refund_queue;
pub mod refunds;
pub mod roles;
pub mod second_factors;
pub mod sessions;
pub mod settings_log;
pub mod shipments;
pub mod sign_ins;
pub mod store;
pub mod tariffs;
pub mod team;
pub mod transfer;
pub mod views;
pub mod webhooks;
