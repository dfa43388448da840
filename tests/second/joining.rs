//! Garrisons that join another base's convoy (2.24), and those who leave ahead (2.25).

use rearguard::draw::key2;
use rearguard::measures::Measure;

use crate::agenda::Event;
use crate::books::{Group, Lot, heads};
use crate::desk::{Fate, GROUND_MOVEMENT};
use crate::engine::Engine;

/// The ordinal of those who leave ahead.
const AHEAD: u64 = 1 << 40;

impl Engine<'_> {
    /// The open base at a place whose garrison may join a convoy.
    pub fn may_be_joined(&self, id: usize, place: usize) -> Option<usize> {
        let convoy = &self.convoys[id];
        let joins = place < self.bases.len() && self.net.merges_with[place] == Some(convoy.base);
        let garrison = convoy.trucks.is_none() && convoy.follows == convoy.base;
        (self.inputs.decisions.merge && joins && garrison && self.bases[place].open).then_some(place)
    }

    pub fn on_convoy_passes(&mut self, id: usize, base: usize) {
        let now = self.now();
        let (mut set_off_days, _) = self.convoys[id].stop;
        self.convoys[id].passed.push(base);
        let state = &self.bases[base];
        let camps_open = (0..self.bases.len()).any(|at| self.net.parent[at] == Some(base) && self.bases[at].open);
        let soon = state.departs_days <= now + self.inputs.decisions.merge_within_days;
        let same = self.exit_of(base) == self.convoys[id].exit;
        let permitted = state.early || state.granted;
        if state.open && permitted && soon && !camps_open && !self.would_hold(base) && same {
            self.stops(id);
            self.leave(base, Some(id));
            set_off_days = now;
        }
        let set_off_days = self.ends_leg(id, (set_off_days, now));
        self.tell_convoy(now, "junction_passed", id, "", &[]);
        self.moves_off(id, set_off_days);
    }

    /// The exit by which a garrison would leave now.
    fn exit_of(&self, base: usize) -> Option<usize> {
        self.net.convoys_exit[base].as_ref().map(|by| by.exit).filter(|&exit| self.exits[exit].open)
    }

    /// Whether a base that is free to go waits for the convoy it is to join.
    pub fn waits_to_join(&mut self, base: usize) -> bool {
        let now = self.now();
        let Some(other) = self.net.merges_with[base].filter(|_| self.inputs.decisions.merge) else { return false };
        let way = match self.exit_of(other) {
            Some(_) => self.net.convoys_exit[other].as_ref().map(|by| &by.there),
            None => self.net.withdrawal[other].as_ref(),
        };
        let passes = way.is_some_and(|way| way.iter().any(|leg| leg.from == base));
        if self.exit_of(base) != self.exit_of(other) || !passes {
            return false;
        }
        let since = *self.bases[base].joins_since.get_or_insert(now);
        let until_days = since + self.inputs.decisions.merge_within_days;
        if now >= until_days {
            return false;
        }
        let leaves = self.bases[other].open && self.bases[other].departs_days <= until_days;
        let on_way = self.convoys.iter().any(|convoy| {
            let garrison = convoy.trucks.is_none() && convoy.base == other && !convoy.arrived;
            garrison && !convoy.passed.contains(&base)
        });
        if !leaves && !on_way {
            return false;
        }
        self.tell("waits_for_convoy", base, "", &[("at_most_days", until_days - now)]);
        self.set_departure(base, until_days);
        true
    }

    /// A garrison goes with a convoy.
    pub fn joins(&mut self, base: usize, id: usize, takes: Vec<Lot>, people: Vec<Group>) {
        let more = self.driving(&takes);
        let now = self.now();
        let convoy = &mut self.convoys[id];
        convoy.not_aboard_days += f64::from(heads(&people)) * (now - convoy.set_off_days);
        let column = f64::from(convoy.column_vehicles);
        if more > 0 {
            convoy.share = (convoy.share * column + f64::from(more)) / (column + f64::from(more));
        }
        convoy.column_vehicles += more;
        convoy.load.extend(takes);
        for group in people {
            crate::books::welcome(&mut convoy.people, group);
        }
        self.add(Measure::Joined, 1.0);
        self.tell("convoy_joined", base, "", &[("vehicles", f64::from(more))]);
        self.lay_out_contacts(id);
    }

    pub fn begin_thinning(&mut self) {
        let rules = &self.inputs.decisions;
        let Some(by_days) = rules.thin_out_by.filter(|_| rules.thin_out_to < 1.0) else { return };
        let asks_days = by_days - rules.request_before_days;
        for base in 0..self.bases.len() {
            if self.net.withdrawal[base].is_some() && !self.inputs.base[base].repatriation {
                self.agenda.at(asks_days, Event::ThinOutAsked { base });
            }
        }
    }

    pub fn on_thin_out_asked(&mut self, base: usize) {
        if !self.bases[base].open {
            return;
        }
        let now = self.now();
        let ordinal = self.bases[base].thin_requests;
        self.bases[base].thin_requests += 1;
        let entity = key2(key2(self.key(base), AHEAD), 1);
        let withheld = self.withheld(base);
        let by_days = self.inputs.decisions.thin_out_by.expect("it was asked for");
        match self.ask_as(GROUND_MOVEMENT, (base, entity), ordinal, withheld) {
            Fate::Unanswered => {
                self.agenda.at(now + self.retry_days(GROUND_MOVEMENT), Event::ThinOutAsked { base });
            }
            Fate::Answered { granted: true, after_days } => {
                self.agenda.at((now + after_days).max(by_days), Event::ThinOutLeaves { base });
            }
            Fate::Answered { granted: false, after_days } => {
                let answer_days = now + after_days;
                self.agenda.at(answer_days + self.retry_days(GROUND_MOVEMENT), Event::ThinOutAsked { base });
            }
        }
    }

    pub fn on_thin_out_leaves(&mut self, base: usize) {
        if !self.bases[base].open || self.bases[base].departs_days <= self.now() {
            return;
        }
        let share = 1.0 - self.inputs.decisions.thin_out_to;
        let some = |n: u32| (f64::from(n) * share + 1e-9).floor() as u32;
        let takes = self.takes(base);
        let parts = takes.iter().map(|lot| Lot { units: some(lot.units), ..*lot });
        let takes: Vec<Lot> = parts.filter(|lot| lot.units > 0).collect();
        let mut people = Vec::new();
        for group in self.bases[base].people.iter_mut().filter(|group| group.home == base) {
            let goes = some(group.count);
            group.count -= goes;
            if goes > 0 {
                people.push(Group { count: goes, ..*group });
            }
        }
        if takes.is_empty() && people.is_empty() {
            return;
        }
        let mut thinned = self.bases[base].thinned_vehicles.clone();
        for lot in takes.iter().filter(|lot| lot.origin == base && self.drives(lot)) {
            thinned[lot.item] += lot.units;
        }
        self.bases[base].thinned_vehicles = thinned;
        self.take_part(base, &takes);
        let key = key2(self.key(base), AHEAD);
        let name = format!("{}-ahead", self.inputs.base[base].id);
        let mut convoy = self.new_convoy(base, name, key, key);
        let leavers = f64::from(heads(&people));
        convoy.column_vehicles = self.driving(&takes);
        convoy.load = takes;
        convoy.people = people;
        self.choose_way(&mut convoy);
        self.convoys.push(convoy);
        self.add(Measure::ThinnedOut, leavers);
        self.tell("thinned_out", base, "", &[("people", leavers)]);
        self.sets_out(self.convoys.len() - 1);
    }

    /// Takes some of what is at a base, its own and what passes through.
    fn take_part(&mut self, base: usize, takes: &[Lot]) {
        let state = &mut self.bases[base];
        for lot in takes {
            if lot.origin != base {
                let same = |other: &&mut Lot| other.origin == lot.origin && other.item == lot.item;
                state.passing.iter_mut().find(same).expect("it waits there").units -= lot.units;
                continue;
            }
            let staged = state.staged[lot.item].min(lot.units);
            state.staged[lot.item] -= staged;
            state.on_hand[lot.item] -= lot.units - staged;
        }
    }
}
