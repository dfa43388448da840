//! Escorts of cargo columns: how many a fleet can draw on, how many other duties bind, and leave for them to go armed.

use crate::draw::Purpose;
use crate::withdrawal::event::Event;
use crate::withdrawal::permissions::DeskId;
use crate::withdrawal::run::Withdrawal;

impl Withdrawal<'_> {
    /// Schedules the day on which each fleet's bound escorts are free.
    pub(super) fn open_escorts(&mut self) {
        for fleet in 0..self.inputs.truck_fleet.len() {
            let settings = &self.inputs.truck_fleet[fleet];
            if let (Some(_), Some(until_days)) = (settings.escorts, settings.escorts_bound_until) {
                self.schedule(until_days + 1.0, Event::EscortsFreed { fleet: fleet as u16 });
            }
        }
    }

    /// The escort with which a column would set out now; none while its fleet has too few free.
    ///
    /// # Arguments
    /// * `key` - the column's.
    pub(super) fn escort_for(&self, fleet: usize, base: usize, key: u64) -> Option<u32> {
        let settings = &self.inputs.truck_fleet[fleet];
        let region = self.model.network.base_region[base];
        let chance = self.host.chance(&self.inputs, &self.model.network, DeskId::ArmedEscort, region, self.now());
        if !self.streams.stream(Purpose::Escort, key, 0).chance(chance) {
            return Some(0);
        }
        let wanted = settings.escort_vehicles as u32;
        let Some(owned) = settings.escorts else { return Some(wanted) };
        let is_bound = settings.escorts_bound_until.is_none_or(|until_days| self.now() < until_days + 1.0);
        let bound = if is_bound { settings.escorts_bound.unwrap_or(0.0) } else { 0.0 };
        let free = (owned as u32).saturating_sub(bound as u32 + self.fleets[fleet].escorts_out);
        // A fleet that owns fewer than a column is to have sends those it has.
        let wanted = wanted.min(owned as u32);
        (free >= wanted).then_some(wanted)
    }

    /// Escorts that other duties bound are free: columns that waited for them can go.
    pub(super) fn on_escorts_freed(&mut self, fleet: usize) {
        self.send_columns(fleet);
    }
}
