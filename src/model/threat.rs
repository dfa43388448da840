//! Tension and the rates of contacts.

use crate::model::field::{Kind, number, share};

crate::choice! {
    /// How tense a zone is.
    pub enum Tension {
        /// Everyday risk.
        Calm = "calm",
        /// Raised risk.
        Tense = "tense",
        /// Fighting between others in the zone.
        Clashes = "clashes",
        /// Fighting around bases and roads in use.
        Critical = "critical",
    }
}

crate::table! {
    /// The tension of a zone from a date on.
    pub struct TensionChange {
        /// First day.
        from: f64 = Kind::Date,
        /// The level from then on.
        level: Tension = Kind::Choice(Tension::NAMES),
    }
}

crate::table! {
    /// How the rate of contacts departs from the reference conditions at which zone rates are stated.
    pub struct Threat {
        /// Date at which growth is 1.
        reference_date: f64 = Kind::Date,
        /// Column size at which the size factor is 1.
        reference_vehicles: f64 = number("vehicles", 1.0, 10_000.0),
        /// Elasticity of the contact rate to column size.
        size_exponent: f64 = number("", 0.0, 3.0),
        /// Log growth of armed-group activity.
        growth_per_month: f64 = number("per month", -1.0, 1.0),
        /// Date from which growth stays where it is.
        growth_until: f64 = Kind::Date,
        /// Contact multiplier when calm; critical is the reference, 1.
        multiplier_calm: f64 = number("x", 0.0, 1.0),
        /// Contact multiplier when tense.
        multiplier_tense: f64 = number("x", 0.0, 1.0),
        /// Contact multiplier under clashes.
        multiplier_clashes: f64 = number("x", 0.0, 1.0),
        /// Variance of the gamma frailty that a whole column shares; 0 is none.
        frailty_variance: f64 = number("", 0.0, 10.0),
        /// Probability that a device is followed by a second the same day, without recursion.
        second_device_probability: f64 = share(),
        /// Rate ratio of contacts under surveillance alone, against no cover.
        ratio_surveillance: f64 = number("x", 0.0, 5.0),
        /// Rate ratio of contacts under armed overwatch and surveillance together, against no cover.
        ratio_overwatch: f64 = number("x", 0.0, 5.0),
    }
}
