//! The host army's columns, on their way to the mission's bases.

use crate::model::field::{Kind, number, share};

crate::table! {
    /// A column of the host army: along a route fast to a place, and from there by a gamma process.
    pub struct HostColumn {
        /// Its name.
        id: String = Kind::Id,
        /// For people.
        title: Option<String> = Kind::Text,
        /// Day on which it sets out.
        from: f64 = Kind::Date,
        /// The places it passes, in order, by the shortest ways between them.
        route: Vec<String> = Kind::References(&["base", "junction"]),
        /// The place of the route up to which it goes fast. Left out: nowhere.
        fast_to: Option<String> = Kind::Reference(&["base", "junction"]),
        /// Its daily progress up to there.
        fast_km_per_day: f64 = number("km/day", 0.1, 1000.0),
        /// Its mean daily progress from there on.
        km_per_day: f64 = number("km/day", 0.01, 1000.0),
        /// Gamma shape of a day's progress from there on: the smaller, the more it moves by leaps.
        shape_per_day: f64 = number("per day", 0.01, 1000.0),
        /// Probability that it retakes a base that an armed group holds when it comes.
        retakes: f64 = share(),
    }
}
