//! The mission's calendar, its liquidation and how experiments on it run by default.

use crate::model::field::{Kind, count, number};

/// The most replications of a policy: the values of one measure must fit in memory.
pub const MOST_REPLICATIONS: u64 = 1 << 25;

crate::table! {
    /// The mission and its calendar.
    pub struct Mission {
        /// Day 0 of the simulation, 00:00 UTC.
        start: f64 = Kind::Start,
        /// Last day by which all but the liquidation team are to be out. The whole day counts.
        deadline: f64 = Kind::Date,
        /// Length of liquidation after the deadline; the simulation ends with it.
        liquidation_days: f64 = number("days", 0.0, 1500.0),
        /// People who stay past the deadline to liquidate, spread over the bases marked `liquidation`.
        liquidation_people: f64 = count("people", 0.0, 100_000.0),
    }
}

crate::table! {
    /// How experiments on this scenario run unless the command line says otherwise.
    pub struct Experiment {
        /// Seed of every stream.
        seed: f64 = count("seed", 0.0, 9_007_199_254_740_991.0),
        /// Replications of each policy.
        replications: f64 = count("replications", 1.0, MOST_REPLICATIONS as f64),
    }
}
