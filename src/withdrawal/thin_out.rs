//! Thinning out: part of a garrison leaves ahead of its closure, by road and with the host's leave.

use crate::draw::key2;
use crate::measures::Measure;
use crate::withdrawal::convoy::{Journey, Kind};
use crate::withdrawal::event::{Event, small};
use crate::withdrawal::people::{PeopleLot, total};
use crate::withdrawal::permissions::{Answer, DeskId};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::stock::whole;
use crate::withdrawal::tale::{At, What};

/// Keys a base's requests and convoy for thinning out, apart from those of its closure.
const THIN_OUT: u64 = 1 << 40;
/// The ordinal of such a convoy, which no serial has.
pub const THIN_OUT_ORDINAL: u32 = u32::MAX;

impl Withdrawal<'_> {
    /// Schedules the first request of each camp that is to be thinned out.
    pub(super) fn open_thin_out(&mut self) {
        let decisions = &self.inputs.decisions;
        let Some(by_days) = decisions.thin_out_by.filter(|_| decisions.thin_out_to < 1.0) else { return };
        let asks_days = (by_days - decisions.request_before_days).max(0.0);
        for base in 0..self.bases.len() {
            if self.model.network.withdrawal[base].is_some() && !self.inputs.base[base].repatriation {
                self.schedule(asks_days, Event::ThinOutAsked { base: small(base) });
            }
        }
    }

    /// A camp asks for the movement of those who leave ahead of it, and asks again until it is granted or gone.
    pub(super) fn on_thin_out_asked(&mut self, base: usize) {
        if !self.bases[base].open {
            return;
        }
        let now = self.now();
        let who = key2(self.model.network.node_key[base], THIN_OUT);
        let asked = u64::from(self.bases[base].thin_out_asks);
        self.bases[base].thin_out_asks += 1;
        let answer = self.answer(DeskId::GroundMovement, base, who, asked);
        self.tell_filed(answer, DeskId::GroundMovement, At::Base(base));
        self.count_answer(answer);
        let retry_days = self.inputs.permissions.ground_movement.retry_days;
        let by_days = self.inputs.decisions.thin_out_by.unwrap_or(now);
        let base = small(base);
        match answer {
            Answer::Granted { after_days } => {
                self.schedule(by_days.max(now + after_days), Event::ThinOutLeaves { base });
            }
            Answer::Refused { after_days } => {
                self.schedule(now + after_days + retry_days, Event::ThinOutAsked { base });
            }
            Answer::Never => self.schedule(now + retry_days, Event::ThinOutAsked { base }),
        }
    }

    /// Those who leave ahead set out, with a like part of what can drive and of what it carries, if that is anyone or anything.
    pub(super) fn on_thin_out_leaves(&mut self, base: usize) {
        if !self.bases[base].open || self.bases[base].departs_at_days <= self.now() {
            return;
        }
        let leaves = 1.0 - self.inputs.decisions.thin_out_to;
        let part = |units: u32| whole(f64::from(units) * leaves);
        self.reach_fire(base);
        let mut people = std::mem::take(&mut self.bases[base].people);
        self.plan_load(base);
        let load = std::mem::take(&mut self.load);
        let is_own = |lot: &PeopleLot| lot.garrison == small(base);
        let goes = people.iter().filter(|&lot| is_own(lot)).any(|lot| part(lot.count) > 0)
            || load.lots().any(|lot| part(lot.units) > 0);
        if !goes {
            self.load = load;
            self.bases[base].people = people;
            return;
        }
        let key = key2(self.model.network.node_key[base], THIN_OUT);
        let id = self.new_convoy(Kind::Withdrawal, base, key);
        self.take_part_aboard(id, base, &load, people.iter().filter(|&lot| is_own(lot)), part);
        let own_vehicles = load.vehicles.iter().filter(|lot| lot.origin == small(base)).map(|lot| part(lot.units));
        self.bases[base].thinned_vehicles += own_vehicles.sum::<u32>();
        self.load = load;
        for lot in people.iter_mut().filter(|lot| is_own(lot)) {
            lot.count -= part(lot.count);
        }
        self.bases[base].people = people;
        let by_exit = self.exit_is_open(self.model.network.convoys_exit[base].as_ref());
        let convoy = &mut self.convoys[id as usize];
        (convoy.by_exit, convoy.ordinal, convoy.share) = (by_exit, THIN_OUT_ORDINAL, 1.0);
        convoy.column_vehicles = convoy.vehicles;
        let people = total(&convoy.people);
        self.outcome.add(Measure::Convoys, 1.0);
        self.outcome.add(Measure::ThinnedOut, f64::from(people));
        self.tell(What::ThinnedOut, At::Base(base), "", &[("people", f64::from(people))]);
        self.set_out(id, Journey::ToParent);
    }
}
