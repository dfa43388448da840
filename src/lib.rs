//! # rearguard
//!
//! How a peacekeeping mission gets out of a country: what the host's denials and the mission's own choices cost in
//! casualties, equipment and time.

pub mod cli;
pub mod draw;
pub mod experiment;
pub mod kernel;
pub mod math;
pub mod measures;
pub mod model;
pub mod output;
pub mod scenario;
pub mod stats;
pub mod store;
pub mod summary;
pub mod units;
pub mod withdrawal;
