//! Flights home from the hubs: Erlang-4 intervals at a dated capacity, lognormal numbers on board.

use crate::draw::Purpose;
use crate::math;
use crate::measures::Daily;
use crate::withdrawal::event::{Event, small};
use crate::withdrawal::people::{PeopleLot, Whereabouts, total};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

/// Shape of the intervals between flights.
///
/// # Source
/// Assumed: because exponential intervals make monthly totals far more variable than the reported curve of departures.
const INTERVAL_SHAPE: u32 = 4;

impl Withdrawal<'_> {
    /// Schedules a flight after the one before it.
    pub(super) fn schedule_flight(&mut self, flight: u32) {
        let now = self.now();
        let rates = &self.inputs.repatriation.rate;
        let current = rates.iter().rposition(|rate| rate.from <= now).unwrap_or(0);
        // Without capacity now, the interval runs from when there is some.
        let Some(rate) = rates[current..].iter().find(|rate| rate.people_per_day > 0.0) else { return };
        let mean_days = self.inputs.repatriation.flight_people / rate.people_per_day;
        let starts_days = rate.from.max(now);
        let mut stream = self.streams.stream(Purpose::RepatriationFlight, 0, u64::from(flight));
        let interval_days = stream.erlang(INTERVAL_SHAPE, mean_days);
        self.schedule(starts_days + interval_days, Event::FlightLeaves { flight });
    }

    /// A flight takes people home from the hub where most are waiting: those from other bases first.
    pub(super) fn on_flight_leaves(&mut self, flight: u32) {
        let repatriation = &self.inputs.repatriation;
        let log_sd = repatriation.flight_log_sd;
        let median = repatriation.flight_people / math::exp(log_sd * log_sd / 2.0);
        let mut stream = self.streams.stream(Purpose::RepatriationFlight, 1, u64::from(flight));
        let seats = stream.lognormal(median, log_sd).round_ties_even().max(1.0) as u32;
        let fullest = (0..self.bases.len()).max_by_key(|&base| (self.waiting_to_fly(base), std::cmp::Reverse(base)));
        if let Some(base) = fullest {
            let boarding = seats.min(self.waiting_to_fly(base));
            if boarding > 0 {
                self.board(base, boarding);
            }
        }
        if self.mission_people_left() > 0 {
            self.schedule_flight(flight + 1);
        }
    }

    /// People at a hub who can fly now: not the team that stays, nor the guard before its release.
    fn waiting_to_fly(&self, base: usize) -> u32 {
        let place = &self.inputs.base[base];
        if !place.repatriation {
            return 0;
        }
        let state = &self.bases[base];
        let guarded = state.open && self.now() < place.planned_closure - self.inputs.repatriation.guard_release_days;
        let kept = state.stays + if guarded { state.guard } else { 0 };
        total(&state.people).saturating_sub(kept)
    }

    fn board(&mut self, base: usize, boarding: u32) {
        self.reach_fire(base);
        let mut people = std::mem::take(&mut self.bases[base].people);
        let mut left = boarding;
        for own in [false, true] {
            for lot in people.iter_mut().filter(|lot| (lot.garrison == small(base)) == own) {
                let count = left.min(lot.count);
                left -= count;
                lot.count -= count;
                let from = if own { Whereabouts::AtBase } else { Whereabouts::AtHub };
                self.people.post(PeopleLot { count, ..*lot }, from, Whereabouts::Out);
            }
        }
        people.retain(|lot| lot.count > 0);
        self.bases[base].people = people;
        let now = self.now();
        self.outcome.count_daily(Daily::PeopleOut, now, boarding);
        self.tell(What::FlightLeaves, At::Base(base), "", &[("people", f64::from(boarding))]);
        self.note_emptied(base);
    }

    /// A hub without a parent closes when its last people but the team have flown.
    fn note_emptied(&mut self, base: usize) {
        let now = self.now();
        self.note_last_out();
        let state = &self.bases[base];
        let release_days = self.inputs.base[base].planned_closure - self.inputs.repatriation.guard_release_days;
        let released = state.guard == 0 || now >= release_days;
        if self.model.network.parent[base].is_none() && released && total(&state.people) <= state.stays {
            if !self.outcome.has_departed(base) {
                self.outcome.count_daily(Daily::BasesClosed, now, 1);
            }
            self.outcome.departs(base, now);
        }
    }

    /// Notes the instant from which nobody is left to leave: the last has left, or died or come into care.
    pub(super) fn note_last_out(&mut self) {
        if self.mission_people_left() == 0 {
            self.outcome.last_out(self.agenda.now());
        }
    }

    /// Mission people still to leave: at bases and hubs and on the road, without the team.
    pub(super) fn mission_people_left(&self) -> u32 {
        let staying: u32 = self.bases.iter().map(|base| base.stays).sum();
        let here = [Whereabouts::AtBase, Whereabouts::InConvoy, Whereabouts::AtHub];
        here.iter().map(|&account| self.people.mission_count(account)).sum::<u32>().saturating_sub(staying)
    }
}
