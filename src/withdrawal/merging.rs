//! Neighbours' convoys that go on as one: a garrison waits for the convoy that passes its base, and joins it.

use crate::measures::Measure;
use crate::model::routes::{NodeId, Route};
use crate::withdrawal::bases::give_back;
use crate::withdrawal::contacts::size_factor;
use crate::withdrawal::convoy::{Journey, Kind};
use crate::withdrawal::event::ConvoyId;
use crate::withdrawal::people::total;
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

impl Withdrawal<'_> {
    /// The base whose convoy a base's garrison is to join, while neighbours merge.
    fn joins(&self, base: usize) -> Option<usize> {
        self.model.network.merges_with[base].filter(|_| self.inputs.decisions.merge)
    }

    /// The way that a base's garrison would take if it left now.
    fn way_now(&self, base: usize) -> Option<&Route> {
        let network = &self.model.network;
        let by_exit = network.convoys_exit[base].as_ref().filter(|by_exit| self.exit_is_open(Some(by_exit)));
        by_exit.map(|by_exit| &by_exit.there).or(network.withdrawal[base].as_ref())
    }

    /// Where a base's garrison would go if it left now.
    fn destination(&self, base: usize) -> Option<NodeId> {
        self.way_now(base)?.last().map(|leg| leg.to)
    }

    /// Whether a convoy that passes a place may be joined by the garrison there.
    pub(super) fn may_be_joined(&self, id: ConvoyId, place: NodeId) -> bool {
        let convoy = &self.convoys[id as usize];
        convoy.kind == Kind::Withdrawal
            && place < self.bases.len()
            && self.bases[place].open
            && self.joins(place) == Some(convoy.base)
    }

    /// A convoy comes by a base whose garrison may join it; then it goes on.
    pub(super) fn on_convoy_passes(&mut self, id: ConvoyId, base: usize) {
        if self.joins_now(id, base) {
            let now = self.now();
            self.stop(id, now);
            self.outcome.add(Measure::Joined, 1.0);
            self.vacate(base, Some(id));
            self.lay_contacts(id); // those who joined may have changed the rates
        }
        self.pass_on(id);
    }

    /// Whether a garrison is free to go with a convoy that is there, and means to go within the days that it would wait.
    fn joins_now(&self, id: ConvoyId, base: usize) -> bool {
        let (state, convoy) = (&self.bases[base], &self.convoys[id as usize]);
        let mut camps = self.model.network.parent.iter().zip(&self.bases);
        self.may_be_joined(id, base)
            && (state.accelerated || state.movement_granted)
            && state.departs_at_days <= self.now() + self.inputs.decisions.merge_within_days
            && !camps.any(|(parent, camp)| *parent == Some(base) && camp.open)
            && (self.receiver_is_there(base) || !self.would_hold(base))
            && convoy.journey == Journey::ToParent
            && self.legs(id).last().map(|leg| leg.to) == self.destination(base)
    }

    /// Whether a base that is free to go waits for the convoy that it is to join, for the first time or still.
    pub(super) fn waits_for_convoy(&mut self, base: usize) -> bool {
        let Some(other) = self.joins(base) else { return false };
        // One that goes elsewhere, or another way, is not waited for.
        let passes = self.way_now(other).is_some_and(|way| way.iter().any(|leg| leg.from == base));
        if !passes || self.destination(base) != self.destination(other) {
            return false;
        }
        let now = self.now();
        let until_days =
            *self.bases[base].joins_until_days.get_or_insert(now + self.inputs.decisions.merge_within_days);
        let goes_soon = self.bases[other].open && self.bases[other].departs_at_days <= until_days;
        if now >= until_days || !(goes_soon || self.convoy_is_coming(other, base)) {
            return false;
        }
        let amounts = [("at_most_days", until_days - now)];
        self.tell(What::WaitsForConvoy, At::Base(base), "", &amounts);
        self.set_departure(base, until_days);
        true
    }

    /// Whether a convoy from one base has another still before it on the way.
    fn convoy_is_coming(&self, from: usize, base: usize) -> bool {
        (0..self.convoys_used as ConvoyId).any(|id| {
            let convoy = &self.convoys[id as usize];
            convoy.kind == Kind::Withdrawal
                && convoy.base == from
                && convoy.way_of == from
                && !convoy.supplies.arrived
                && self.legs(id)[convoy.leg..].iter().any(|leg| leg.to == base)
        })
    }

    /// A garrison goes with a convoy: one column from here on, of the frailty, pace and supplies of the one that came.
    pub(super) fn join_convoy(&mut self, base: usize, id: ConvoyId) {
        self.plan_load(base);
        let load = std::mem::take(&mut self.load);
        let mut people = std::mem::take(&mut self.bases[base].people);
        let now = self.now();
        let convoy = &mut self.convoys[id as usize];
        convoy.not_aboard_person_days += f64::from(total(&people)) * (now - convoy.journey_days);
        let before = self.convoys[id as usize].vehicles;
        self.take_part_aboard(id, base, &load, people.iter(), |units| units);
        self.load = load;
        give_back(&mut self.bases[base].people, &mut people);
        let convoy = &mut self.convoys[id as usize];
        let (added, column) = (f64::from(convoy.vehicles - before), f64::from(convoy.column_vehicles));
        if added > 0.0 {
            convoy.share = (convoy.share * column + added) / (column + added);
            convoy.column_vehicles += convoy.vehicles - before;
            convoy.size_factor = size_factor(&self.inputs, convoy.column_vehicles);
        }
        self.tell(What::ConvoyJoined, At::Base(base), "", &[("vehicles", added)]);
    }
}
