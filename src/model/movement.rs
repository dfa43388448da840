//! Convoys, cargo columns and the weather they meet.

use crate::model::field::{Kind, count, number, share};

crate::table! {
    /// How every convoy moves.
    pub struct Convoys {
        /// Median daily progress on track, net of halts and breakdowns.
        track_km_per_day: f64 = number("km/day", 1.0, 2000.0),
        /// Median daily progress on piste.
        piste_km_per_day: f64 = number("km/day", 1.0, 2000.0),
        /// Median daily progress on paved road.
        paved_km_per_day: f64 = number("km/day", 1.0, 2000.0),
        /// Log standard deviation of progress from day to day.
        day_log_sd: f64 = number("", 0.0, 3.0),
        /// Log standard deviation of progress between convoys.
        convoy_log_sd: f64 = number("", 0.0, 3.0),
        /// Most vehicles in one withdrawal column; a larger garrison leaves in several.
        max_vehicles: f64 = count("vehicles", 1.0, 10_000.0),
        /// Hours between columns of one garrison.
        spacing_hours: f64 = number("hours", 0.0, 720.0),
        /// Room of a garrison's own cargo truck, net of what it carries for the road.
        own_truck_teu: f64 = number("TEU", 0.0, 20.0),
        /// Mean distance between breakdowns of one vehicle off paved roads.
        breakdown_vehicle_km: f64 = number("km", 1.0, 1e9),
        /// How much further a vehicle goes between breakdowns on paved road.
        breakdown_paved_factor: f64 = number("x", 0.1, 1000.0),
        /// Median delay of the convoy for a breakdown.
        breakdown_delay_days: f64 = number("days", 0.0, 30.0),
        /// Log standard deviation of that delay.
        breakdown_delay_log_sd: f64 = number("", 0.0, 3.0),
        /// Probability that a vehicle that breaks down is abandoned with its load.
        abandon_probability: f64 = share(),
        /// How long a garrison's convoy lasts on its water, food and fuel; then it halts until a flight has brought more.
        autonomy_days: f64 = number("days", 0.1, 1e6),
        /// When it asks for that flight, before they end; at the earliest when half is used.
        resupply_before_days: f64 = number("days", 0.0, 365.0),
        /// Longest halt for want of supplies; then they have come by road.
        supply_halt_days: f64 = number("days", 0.0, 365.0),
        /// Whether a clearance party goes ahead of every convoy and column.
        route_clearance: bool = Kind::Flag,
        /// Factor on daily progress off paved roads behind one.
        clearance_pace: f64 = number("x", 0.05, 1.0),
        /// Mean halt of the convoy after a contact.
        halt_mean_days: f64 = number("days", 0.0, 30.0),
        /// Gamma shape of that halt.
        halt_shape: f64 = number("", 0.1, 100.0),
    }
}

crate::table! {
    /// A pool of contract trucks that carries cargo in columns.
    pub struct TruckFleet {
        /// Its name.
        id: String = Kind::Id,
        /// For people.
        title: Option<String> = Kind::Text,
        /// Where its trucks stand between trips.
        home: String = Kind::Reference(&["base", "junction"]),
        /// First day on which they can be used.
        from: Option<f64> = Kind::Date,
        /// How many trucks.
        trucks: f64 = count("trucks", 0.0, 100_000.0),
        /// Trucks in a full column.
        column_trucks: f64 = count("trucks", 1.0, 10_000.0),
        /// Trucks that a last load must fill for a column to fetch it. Left out: any.
        least_trucks: Option<f64> = count("trucks", 0.0, 10_000.0),
        /// Room of a truck.
        truck_teu: f64 = number("TEU", 0.1, 20.0),
        /// Armoured escort vehicles with a column.
        escort_vehicles: f64 = count("vehicles", 0.0, 1000.0),
        /// Escort vehicles that its columns can draw on. Left out: never short of any.
        escorts: Option<f64> = count("vehicles", 0.0, 10_000.0),
        /// Of them, how many are bound to other duties, such as protecting civilians and escorting aid. Left out: none.
        escorts_bound: Option<f64> = count("vehicles", 0.0, 10_000.0),
        /// Last day on which they are. Left out: to the end.
        escorts_bound_until: Option<f64> = Kind::Date,
        /// Drivers of a truck.
        drivers_per_truck: f64 = number("people", 0.0, 10.0),
        /// Median days between a column's return and its next trip.
        turnaround_days: f64 = number("days", 0.0, 365.0),
        /// Log standard deviation of the turnaround.
        turnaround_log_sd: f64 = number("", 0.0, 3.0),
        /// The bases whose cargo it carries.
        serves: Vec<String> = Kind::References(&["base"]),
    }
}

crate::table! {
    /// A spell of weather.
    pub struct Weather {
        /// First day.
        from: f64 = Kind::Date,
        /// Last day (whole).
        until: f64 = Kind::Date,
        /// Factor on daily progress off paved roads.
        unpaved_factor: f64 = number("x", 0.01, 2.0),
    }
}
