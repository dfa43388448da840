//! Tension of each zone: in this model a dated level, which multiplies contact rates and drives early departures.

use crate::model::Inputs;
use crate::model::threat::Tension;
use crate::withdrawal::event::Event;
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

/// A zone's present level.
#[derive(Clone, Copy, Debug)]
pub struct ZoneState {
    /// The level.
    pub level: Tension,
    /// Since when it has been at or above the level that counts for acceleration; none if it is not.
    pub alarmed_since_days: Option<f64>,
}

/// Contact multiplier at a level; critical is the reference.
pub fn multiplier(inputs: &Inputs, level: Tension) -> f64 {
    match level {
        Tension::Calm => inputs.threat.multiplier_calm,
        Tension::Tense => inputs.threat.multiplier_tense,
        Tension::Clashes => inputs.threat.multiplier_clashes,
        Tension::Critical => 1.0,
    }
}

impl Withdrawal<'_> {
    /// Sets every zone to its level at the start and schedules the dated changes after it.
    pub(super) fn open_zones(&mut self) {
        self.zones.clear();
        for zone in 0..self.inputs.zone.len() {
            self.zones.push(ZoneState { level: Tension::Calm, alarmed_since_days: None });
            for change in 0..self.inputs.zone[zone].tension.len() {
                let from_days = self.inputs.zone[zone].tension[change].from;
                if from_days <= 0.0 {
                    self.set_tension(zone, self.inputs.zone[zone].tension[change].level);
                } else {
                    self.schedule(from_days, Event::TensionChanges { zone: zone as u16, change: change as u16 });
                }
            }
        }
    }

    /// A dated level takes effect.
    pub(super) fn on_tension_changes(&mut self, zone: usize, change: usize) {
        let level = self.inputs.zone[zone].tension[change].level;
        self.set_tension(zone, level);
    }

    fn set_tension(&mut self, zone: usize, level: Tension) {
        let alarmed = level >= self.inputs.decisions.accelerate_tension;
        let now = self.now();
        let state = &mut self.zones[zone];
        state.level = level;
        let newly = alarmed && state.alarmed_since_days.is_none();
        state.alarmed_since_days = if alarmed { state.alarmed_since_days.or(Some(now)) } else { None };
        self.tell(What::TensionChanges, At::Zone(zone), level.name(), &[]);
        if newly {
            self.watch_zone(zone);
        }
    }
}
