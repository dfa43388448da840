//! The mission's own aircraft: what flies, what breaks, and where it can land.

use crate::model::field::{Kind, count, number, share};

crate::choice! {
    /// What an aircraft needs to land, and what a base has; each will do for what stands before it.
    pub enum Runway {
        /// None: a helicopter lands anywhere.
        None = "none",
        /// A strip of earth or gravel.
        Unpaved = "unpaved",
        /// A long paved runway.
        Paved = "paved",
    }
}

crate::table! {
    /// A type of aircraft.
    pub struct AircraftType {
        /// Its name.
        id: String = Kind::Id,
        /// For people.
        title: Option<String> = Kind::Text,
        /// How many the mission has.
        number: f64 = count("aircraft", 0.0, 1000.0),
        /// What one lifts, before `aviation.hot_and_high_factor`; 0 for one that neither carries nor resupplies.
        payload_t: f64 = number("t", 0.0, 500.0),
        /// How many people one carries. One that has seats and needs no runway can evacuate the wounded.
        seats: f64 = count("seats", 0.0, 1000.0),
        /// What it needs to land.
        runway: Runway = Kind::Choice(Runway::NAMES),
    }
}

crate::table! {
    /// What happens to aircraft, and how camps are emptied by air. Without any `aircraft` nobody leaves a camp by air, and flights for the wounded and for convoys are never short of aircraft.
    pub struct Aviation {
        /// Mean calendar days between an aircraft's failures that need an imported part (exponential).
        failure_days: f64 = number("days", 1.0, 1e9),
        /// Median days of a repair once the part is there.
        repair_days: f64 = number("days", 0.0, 365.0),
        /// Log standard deviation of a repair.
        repair_log_sd: f64 = number("", 0.0, 3.0),
        /// Parts held at the start for all aircraft together, and the most that is ordered up to: what was bought before imports were cut.
        spare_parts: f64 = count("parts", 0.0, 10_000.0),
        /// Share of granted imports of parts that bring one for an aircraft, if one is wanted.
        import_part_share: f64 = share(),
        /// Sorties of a serviceable aircraft in a day.
        sorties_per_day: f64 = number("per day", 0.0, 20.0),
        /// Share of the serviceable aircraft that emptying one base can have.
        lift_share: f64 = share(),
        /// How long before its date a base with an `air_share` begins to fly people out.
        lift_before_days: f64 = number("days", 0.0, 365.0),
        /// Factor on payload for heat and height.
        hot_and_high_factor: f64 = number("x", 0.1, 1.0),
        /// Weight of a person with arms and kit.
        person_t: f64 = number("t", 0.05, 1.0),
        /// Probability that an aircraft is hit as it lands or takes off at a base whose zone is at clashes or critical.
        hit_probability: f64 = share(),
        /// Share of hits that ground the aircraft until a part is there.
        hit_grounds: f64 = share(),
        /// Share of hits after which the aircraft is lost.
        hit_destroys: f64 = share(),
        /// Mean wounded aboard an aircraft that is hit with people aboard and not lost, none included.
        wounded_per_hit: f64 = number("people", 0.0, 100.0),
        /// Mean wounded aboard one that is lost.
        wounded_per_loss: f64 = number("people", 0.0, 500.0),
        /// Negative binomial dispersion k of those numbers.
        hit_dispersion: f64 = number("", 0.01, 1000.0),
        /// How long a base's strip is closed to its lift after a day with a hit.
        strip_closed_days: f64 = number("days", 0.0, 365.0),
    }
}
