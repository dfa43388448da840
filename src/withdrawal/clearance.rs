//! Route clearance: a party ahead of every convoy finds devices, and sets the pace.

use crate::model::Inputs;

/// Rate ratio of device contacts behind a clearance party, against the convoys of the zone rates.
pub fn device_ratio(inputs: &Inputs) -> f64 {
    if inputs.convoys.route_clearance { inputs.threat.ratio_clearance } else { 1.0 }
}

/// Factor on daily progress off paved roads behind one.
pub fn pace(inputs: &Inputs) -> f64 {
    if inputs.convoys.route_clearance { inputs.convoys.clearance_pace } else { 1.0 }
}
