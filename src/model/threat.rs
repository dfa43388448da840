//! Tension and the rates of contacts.

use crate::model::field::{Kind, number, share};

/// Days of a mean month.
pub const DAYS_PER_MONTH: f64 = 30.4375;

/// A rate per day at which a process jumps or something falls on a base.
const fn per_day() -> Kind {
    number("per day", 0.0, 10.0)
}

/// A factor on such a rate.
const fn factor() -> Kind {
    number("x", 0.0, 100.0)
}

/// A ratio of rates that is not above 1.
const fn share_of_rate() -> Kind {
    number("x", 0.0, 1.0)
}

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
        /// With `tension.process`: whether this entry brings the zone to its level on its date, from where the process goes on. An entry of the start always does; a later one only if this is true.
        sets: Option<bool> = Kind::Flag,
    }
}

crate::table! {
    /// Tension as a process: each zone's level goes up and down by one at a time, a Markov jump process whose rates up
    /// rise with what happens nearby.
    pub struct TensionProcess {
        /// Whether tension follows the process. If not, each zone's dated levels hold as they stand.
        process: bool = Kind::Flag,
        /// Rate from calm to tense; like the other two rates up, before the factors below and at the growth of `threat.reference_date`.
        calm_to_tense_per_day: f64 = per_day(),
        /// Rate from tense to clashes.
        tense_to_clashes_per_day: f64 = per_day(),
        /// Rate from clashes to critical.
        clashes_to_critical_per_day: f64 = per_day(),
        /// Rate from tense to calm. Nothing multiplies the rates down.
        tense_to_calm_per_day: f64 = per_day(),
        /// Rate from clashes to tense.
        clashes_to_tense_per_day: f64 = per_day(),
        /// Rate from critical to clashes.
        critical_to_clashes_per_day: f64 = per_day(),
        /// How near by road a host column counts, to the nearest place of the zone.
        column_near_km: f64 = number("km", 0.0, 10_000.0),
        /// Factor on the rates up while one is that near.
        column_near_factor: f64 = factor(),
        /// How long a closure counts, in the zone of the base and in those that share a place with it.
        closure_days: f64 = number("days", 0.0, 365.0),
        /// Factor on the rates up while a closure counts.
        closure_factor: f64 = factor(),
    }
}

crate::table! {
    /// An armed group and where it is active.
    pub struct ArmedGroup {
        /// Its name.
        id: String = Kind::Id,
        /// For people.
        title: Option<String> = Kind::Text,
        /// Where it is active.
        zones: Vec<String> = Kind::References(&["zone"]),
        /// First day on which it is; left out, from the start.
        from: Option<f64> = Kind::Date,
        /// Factor on the rates at which tension rises there, from then on.
        rise_factor: f64 = factor(),
        /// Weight with which contacts and fire there are ascribed to it, against other groups active there. Left out: none is.
        attack_share: Option<f64> = number("weight", 0.0, 1e6),
        /// Of the contacts ascribed to it, the share that happens: 1 or left out, all; 0 where it holds its fire.
        attack_ratio: Option<f64> = share(),
        /// Weight with which an empty camp there that an armed group takes is taken by it. Left out: it takes none.
        takeover_weight: Option<f64> = number("weight", 0.0, 1e6),
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
        /// Rate ratio of device contacts behind a clearance party (`convoys.route_clearance`), against convoys without.
        ratio_clearance: f64 = share_of_rate(),
    }
}

crate::table! {
    /// Fire at bases: a Poisson process whose rate follows the tension of the base's zone.
    pub struct BaseFire {
        /// Whether any falls.
        falls: bool = Kind::Flag,
        /// Incidents a day at a base whose zone is calm.
        calm_per_day: f64 = per_day(),
        /// When it is tense.
        tense_per_day: f64 = per_day(),
        /// Under clashes.
        clashes_per_day: f64 = per_day(),
        /// When it is critical.
        critical_per_day: f64 = per_day(),
        /// How long people stay in shelter and crews stop after an incident.
        shelter_hours: f64 = number("hours", 0.0, 240.0),
        /// Probability that people have reached shelter when fire falls; while they are in shelter from an incident before, they have.
        sheltered_share: f64 = share(),
        /// Mean wounded per incident among people in shelter, those without any included.
        wounded_per_incident: f64 = number("people", 0.0, 100.0),
        /// Casualties among people in shelter, against people in the open.
        shelter_multiplier: f64 = number("x", 0.01, 1.0),
        /// Negative binomial dispersion k of the number hit.
        dispersion: f64 = number("", 0.01, 1000.0),
    }
}

impl Threat {
    /// The logarithm of the growth of armed groups' activity at a time, against the reference date.
    pub fn log_growth(&self, at_days: f64) -> f64 {
        let months = (at_days.min(self.growth_until) - self.reference_date) / DAYS_PER_MONTH;
        self.growth_per_month * months
    }
}
