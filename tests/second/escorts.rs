//! Escorts of cargo columns (2.26).

use rearguard::draw::Purpose;
use rearguard::model::movement::TruckFleet;

use crate::agenda::Event;
use crate::desk::ARMED_ESCORT;
use crate::engine::Engine;

/// Escorts that a fleet owns less those bound at the start, below 0 if more are bound than it owns; without a number it is
/// never short.
pub fn owned_and_free(fleet: &TruckFleet) -> i64 {
    let bound = fleet.escorts_bound.unwrap_or(0.0);
    fleet.escorts.map_or(i64::MAX / 2, |escorts| (escorts - bound) as i64)
}

impl Engine<'_> {
    pub fn begin_escorts(&mut self) {
        for (fleet, rules) in self.inputs.truck_fleet.iter().enumerate() {
            if let (Some(_), Some(until)) = (rules.escorts_bound, rules.escorts_bound_until) {
                self.agenda.at(until + 1.0, Event::EscortsFreed { fleet });
            }
        }
    }

    pub fn on_escorts_freed(&mut self, fleet: usize) {
        self.fleets[fleet].escorts_free += self.inputs.truck_fleet[fleet].escorts_bound.unwrap_or(0.0) as i64;
        self.send_columns(fleet);
    }

    pub fn escorts_come_home(&mut self, fleet: usize, escorts: u32) {
        self.fleets[fleet].escorts_free += i64::from(escorts);
    }

    /// The escorts of a column that would set out; none if it waits for them.
    pub fn escorts_for(&mut self, fleet: usize, base: usize, key: u64) -> Option<u32> {
        let probability = self.on_the_spot(ARMED_ESCORT, self.net.base_region[base]);
        let rules = &self.inputs.truck_fleet[fleet];
        let wanted = rules.escorts.map_or(rules.escort_vehicles, |owned| owned.min(rules.escort_vehicles)) as u32;
        if !self.streams.stream(Purpose::Escort, key, 0).chance(probability) {
            return Some(0);
        }
        if i64::from(wanted) > self.fleets[fleet].escorts_free.max(0) {
            self.tell("waits_for_escorts", base, "", &[]);
            return None;
        }
        self.fleets[fleet].escorts_free -= i64::from(wanted);
        Some(wanted)
    }
}
