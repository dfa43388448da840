//! The host's desks: what must be asked for, and how requests fare.

use crate::model::field::{Kind, number, share};

crate::choice! {
    /// How a desk answers.
    pub enum Regime {
        /// By its two-regime process and dated changes.
        Process = "process",
        /// Everything granted at once.
        Granted = "granted",
        /// Everything refused at once.
        Denied = "denied",
    }
}

crate::choice! {
    /// The host's stance at a desk.
    pub enum Stance {
        /// Requests mostly granted.
        Permissive = "permissive",
        /// Requests mostly refused or left unanswered.
        Restrictive = "restrictive",
    }
}

crate::table! {
    /// A dated fact about a desk: from then on its stance is held.
    pub struct StanceChange {
        /// First day.
        from: f64 = Kind::Date,
        /// Last day (whole); left out, to the end.
        until: Option<f64> = Kind::Date,
        /// The stance held.
        stance: Stance = Kind::Choice(Stance::NAMES),
    }
}

crate::table! {
    /// One class of permission. Stances alternate as a two-state Markov chain; each request is a Bernoulli trial in the
    /// stance at its filing; answers take a Weibull time, and some requests are never answered.
    pub struct Desk {
        /// `process`, or everything `granted` or `denied`.
        regime: Regime = Kind::Choice(Regime::NAMES),
        /// Regions in which the restrictive stance bites; elsewhere the desk stays permissive.
        restricted_regions: Vec<String> = Kind::References(&["region"]),
        /// Stance at the start.
        stance_at_start: Stance = Kind::Choice(Stance::NAMES),
        /// Dated facts, which hold the stance whatever the process does.
        change: Vec<StanceChange> = Kind::List(StanceChange::FIELDS),
        /// Rate from permissive to restrictive.
        to_restrictive_per_day: f64 = number("per day", 0.0, 10.0),
        /// Rate from restrictive to permissive.
        to_permissive_per_day: f64 = number("per day", 0.0, 10.0),
        /// Probability that an answered request is granted when permissive.
        granted_permissive: f64 = share(),
        /// Probability that an answered request is granted when restrictive.
        granted_restrictive: f64 = share(),
        /// Share of requests never answered when permissive.
        unanswered_permissive: f64 = share(),
        /// Share of requests never answered when restrictive.
        unanswered_restrictive: f64 = share(),
        /// Mean time to an answer.
        answer_mean_days: f64 = number("days", 0.0, 365.0),
        /// Weibull shape of the time to an answer; 1 is exponential.
        answer_shape: f64 = number("", 0.1, 20.0),
        /// How long a refused or unanswered request waits before it is filed again.
        retry_days: f64 = number("days", 0.1, 365.0),
    }
}

crate::table! {
    /// An appeal to the host, or to others to press it.
    pub struct Appeal {
        /// When it is made.
        from: f64 = Kind::Date,
        /// Factor on every desk's rate into the restrictive stance from then on; 1 is no effect.
        factor: f64 = number("x", 0.0, 10.0),
    }
}

crate::table! {
    /// The desks, and what bears on all of them.
    pub struct Permissions {
        /// Probability that the host withholds ground movement from bases that a column of its army is to reach, until it is there. Drawn once for a replication; a supposition to be tried, not a finding.
        host_delay: f64 = share(),
        /// Factor on every desk's rate into the restrictive stance after each early or unhanded departure; 1 is no effect.
        departure_factor: f64 = number("x", 0.0, 100.0),
        /// Appeals, in order of date.
        appeal: Vec<Appeal> = Kind::List(Appeal::FIELDS),
        /// Cargo columns to and from a base.
        truck_column: Desk = Kind::Table(Desk::FIELDS),
        /// A garrison's own departure by road.
        ground_movement: Desk = Kind::Table(Desk::FIELDS),
        /// Armed helicopters over a convoy, asked for each day.
        air_overwatch: Desk = Kind::Table(Desk::FIELDS),
        /// Surveillance aircraft over a convoy, asked for each day.
        surveillance: Desk = Kind::Table(Desk::FIELDS),
        /// Medical evacuation flights, asked for at each contact with casualties.
        medical_evacuation: Desk = Kind::Table(Desk::FIELDS),
        /// Imports of fuel; an answer that grants is also the delivery.
        fuel_import: Desk = Kind::Table(Desk::FIELDS),
        /// Imports of parts; an answer that grants is also the delivery.
        parts_import: Desk = Kind::Table(Desk::FIELDS),
        /// Flights that take a camp's people and goods out, asked for by the day.
        air_lift: Desk = Kind::Table(Desk::FIELDS),
        /// Flights that bring water, food and fuel to a garrison's convoy.
        air_resupply: Desk = Kind::Table(Desk::FIELDS),
        /// Transit through a neighbouring country, whose answer it is; asked for when an exit is to be opened.
        neighbour_transit: Desk = Kind::Table(Desk::FIELDS),
        /// Armed escort of a cargo column, asked for as it sets out; refused, it goes without.
        armed_escort: Desk = Kind::Table(Desk::FIELDS),
        /// Meetings to hand a base over, with `decisions.handover_meetings`.
        handover_meeting: Desk = Kind::Table(Desk::FIELDS),
    }
}
