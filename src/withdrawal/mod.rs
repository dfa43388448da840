//! One replication of a withdrawal, a file for each mechanism.
//!
//! [`Withdrawal`] holds the state and dispatches events; each mechanism's file adds its handlers to it. This room must
//! not read files, print, look at the clock of the machine, or draw from anything but keyed streams.

pub mod accounts;
mod aftermath;
mod air_harm;
mod airlift;
mod armed_groups;
mod aviation;
mod bases;
mod casualties;
mod clearance;
mod columns;
mod contacts;
mod convoy;
mod convoys;
pub mod curve;
mod decisions;
mod disposal;
mod ends;
mod escorts;
pub mod event;
mod exits;
mod fire;
mod garrisons;
mod host_army;
mod imports;
pub mod ledger;
mod liquidation;
mod losses;
mod meetings;
mod merging;
pub mod observe;
pub mod outcome;
mod pace;
mod people;
mod permissions;
mod plan;
mod repatriation;
mod resupply;
mod run;
pub mod stock;
mod tables;
pub mod tale;
mod tension;
mod thin_out;
mod thinning;
mod weather;

pub use contacts::ContactKind;
pub use outcome::{Direct, Outcome};
pub use run::{Withdrawal, replicate};
pub use tale::{Entry, Tale, What};
