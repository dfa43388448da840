//! Weather: rains slow convoys off paved roads.

use crate::model::Inputs;
use crate::model::network::Surface;

/// Factor on daily progress on a surface at a time.
pub fn progress_factor(inputs: &Inputs, surface: Surface, now: f64) -> f64 {
    if surface == Surface::Paved {
        return 1.0;
    }
    let spell = inputs.weather.iter().find(|spell| spell.from <= now && now < spell.until + 1.0);
    spell.map_or(1.0, |spell| spell.unpaved_factor)
}
