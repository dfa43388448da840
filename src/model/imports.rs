//! Imports of fuel and parts, and what bases burn.

use crate::model::field::{Kind, number, share};

crate::table! {
    /// Imports: requests to clear fuel and parts, filed one after another over the whole mission; fuel at the bases.
    pub struct Imports {
        /// The base that files them: its region counts at the two import desks. Left out: nothing is imported, and no base runs out of fuel.
        base: Option<String> = Kind::Reference(&["base"]),
        /// Requests filed in a day on average, for fuel and parts together (a Poisson process, up to the deadline); 0 is none.
        requests_per_day: f64 = number("per day", 0.0, 100.0),
        /// Of them, the share for parts; the rest is for fuel.
        parts_share: f64 = share(),
        /// Fuel that is asked for, over what is used: 1 asks for just that, more makes up for requests that fail.
        fuel_ordered: f64 = number("x", 0.0, 100.0),
        /// Fuel that a base uses in a day, in days of its autonomy: 1, less where it saves; at 0 no base runs out.
        fuel_used_per_day: f64 = number("days/day", 0.0, 10.0),
        /// Days for which a base has fuel at the start, and the most that it can hold: least, most likely and greatest of a triangular law over bases.
        autonomy_days_low: f64 = number("days", 0.0, 3650.0),
        /// Most likely.
        autonomy_days_mode: f64 = number("days", 0.0, 3650.0),
        /// Greatest.
        autonomy_days_high: f64 = number("days", 0.0, 3650.0),
        /// Pace of packing, loading and disposal at a base without fuel, against one with it.
        pace_without_fuel: f64 = number("share", 0.01, 1.0),
    }
}
