//! The rules of the order desk, pure: no clock, no randomness, no SQL, no network, no async.
//!
//! An [`order::Order`] is a document with a history. [`command::decide`] turns a command into events or a
//! [`refusal::Refusal`]; [`command::record`] turns what happened outside into events; [`apply::replay`] turns
//! events back into the order. Start reading at [`command`], then [`refund`] and [`cancel`].

pub mod actions;
pub mod actor;
pub mod address;
pub mod apply;
pub mod cancel;
pub mod capture;
pub mod carrier;
pub mod cartons;
pub mod command;
mod conclude;
pub mod context;
pub mod coverage;
mod dispute;
pub mod edits;
pub mod event;
pub mod fees;
pub mod filter;
pub mod ids;
pub mod intake;
mod intake_check;
pub mod journal;
pub mod landed_cost;
pub mod lapse;
pub mod mails;
pub mod money;
pub mod order;
pub mod pack;
pub mod parts;
pub mod past;
pub mod payment;
pub mod payment_settle;
pub mod places;
pub mod policy;
mod problem;
pub mod rate;
pub mod reconcile;
pub mod refund;
pub mod refund_arrival;
pub mod refund_by_hand;
pub mod refund_failure;
pub mod refund_foreign;
pub mod refund_settle;
pub mod refusal;
pub mod search;
pub mod send;
pub mod ship;
pub mod shipment;
pub mod shipment_details;
pub mod shop;
pub mod state;
pub mod tariff;
pub mod team;
pub mod text;
pub mod totp;
pub mod tracking;
pub mod waiting;
pub mod waiting_end;
pub mod webhook;
