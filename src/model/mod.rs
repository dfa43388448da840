//! What the mission is: bases, roads, equipment, permissions, threat, rules; immutable and valid once built.
//!
//! Each file declares the tables of one part of a scenario with [`table!`](crate::table). [`Inputs`](inputs::Inputs) is
//! the root. A [`Model`](build::Model) is a checked scenario: its inputs at their central values, the road net resolved to
//! indices, and the uncertain numbers, which it draws anew for each replication. This room must not read files or know
//! how problems are shown.

pub mod aviation;
pub mod build;
pub mod casualties;
pub mod check;
mod check_bases;
mod check_ways;
pub mod closing;
pub mod equipment;
pub mod exits;
pub mod facts;
pub mod field;
pub mod host_army;
pub mod imports;
pub mod inputs;
pub mod liquidation;
pub mod mission;
pub mod movement;
pub mod network;
pub mod permissions;
pub mod routes;
pub mod threat;

pub use build::{Model, Uncertainty};
pub use inputs::Inputs;
