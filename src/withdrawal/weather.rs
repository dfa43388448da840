//! Weather: rains slow convoys off paved roads.

use crate::model::Inputs;

/// Factor on daily progress off paved roads at a time.
pub fn unpaved_factor(inputs: &Inputs, now_days: f64) -> f64 {
    let spell = inputs.weather.iter().find(|spell| spell.from <= now_days && now_days < spell.until + 1.0);
    spell.map_or(1.0, |spell| spell.unpaved_factor)
}
