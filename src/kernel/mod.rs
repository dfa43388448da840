//! The clock and the queue of what is to come.
//!
//! An [`Agenda`] orders plain `Copy` events by time, then phase, then order of scheduling, and stops a run that would
//! never end. It knows nothing of missions: whoever owns the events takes them out one by one and handles them.

mod agenda;
#[cfg(test)]
mod oracles;

pub use agenda::{Agenda, LimitReached, Limits};
