//! What contacts do to people.

use crate::model::field::{number, share};

crate::table! {
    /// Casualties of contacts and care for them.
    pub struct Casualties {
        /// Mean wounded per device contact, those without any included, at the reference share of armour.
        wounded_per_device: f64 = number("people", 0.0, 100.0),
        /// Negative binomial dispersion k of that number.
        device_dispersion: f64 = number("", 0.01, 1000.0),
        /// Mean wounded per direct attack.
        wounded_per_direct: f64 = number("people", 0.0, 100.0),
        /// Negative binomial dispersion k of that number.
        direct_dispersion: f64 = number("", 0.01, 1000.0),
        /// Killed before care, as a share of those hit, when evacuation is by air.
        killed_share: f64 = share(),
        /// Share of those killed who die at once, whatever the evacuation.
        immediate_share: f64 = share(),
        /// Multiplier on the deaths that are not immediate when evacuation is by road.
        slow_evacuation_multiplier: f64 = number("x", 1.0, 10.0),
        /// Serious share of those who reach care.
        serious_share: f64 = share(),
        /// Share of the seriously wounded who die of wounds in care.
        died_of_wounds_share: f64 = share(),
        /// Casualties of people in unarmoured vehicles, against armoured.
        unarmoured_multiplier: f64 = number("x", 1.0, 100.0),
        /// Armoured share of vehicles at which the means above hold.
        reference_armoured_share: f64 = share(),
        /// Median time to care by air.
        evacuation_hours: f64 = number("hours", 0.0, 240.0),
        /// Log standard deviation of that time.
        evacuation_log_sd: f64 = number("", 0.0, 3.0),
        /// Non-battle injury and illness on the road; a line of its own.
        non_battle_per_person_day: f64 = number("per person-day", 0.0, 1.0),
        /// Probability that a device contact costs the convoy a vehicle with its load.
        vehicle_lost_per_device: f64 = share(),
        /// Probability that a direct attack costs the convoy a vehicle with its load.
        vehicle_lost_per_direct: f64 = share(),
    }
}
