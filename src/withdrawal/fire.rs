//! Fire at bases: a Poisson process at each base whose rate follows its zone's tension. Fire sends people to shelter,
//! stops crews for a while, and may hit people.
//!
//! Where nobody can be hit, fire concerns crews alone, and what has fallen is worked out when one asks, not dispatched.

use crate::draw::{Purpose, key2};
use crate::measures::Measure;
use crate::model::Inputs;
use crate::model::threat::Tension;
use crate::withdrawal::armed_groups::ascribe;
use crate::withdrawal::casualties::{Blow, Fate, pick};
use crate::withdrawal::event::{Event, Job, small};
use crate::withdrawal::observe::Noted;
use crate::withdrawal::outcome::HarmCause;
use crate::withdrawal::people::{PeopleLot, Whereabouts, total};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};
use crate::withdrawal::thinning::{MOST_PER_DAY, Points, Potential, Thinning};

/// Fire at one base.
#[derive(Clone, Debug, Default)]
pub struct FireState {
    incidents: Thinning,
    /// Until when people are in shelter.
    sheltered_until_days: f64,
    /// What has fallen.
    fallen: Vec<Incident>,
}

/// An incident that has been.
#[derive(Clone, Copy, Debug)]
struct Incident {
    at_days: f64,
    /// How long crews have been stopped in all, after it.
    stopped_days: f64,
}

impl FireState {
    /// Back to a base that nothing has fallen on, keeping its memory.
    fn reset(&mut self) {
        self.incidents.clear();
        self.fallen.clear();
        self.sheltered_until_days = 0.0;
    }

    /// Days for which crews were stopped after the first `stops` incidents.
    fn stopped_after(&self, stops: usize) -> f64 {
        self.fallen[..stops].last().map_or(0.0, |incident| incident.stopped_days)
    }
}

/// Incidents a day at a base whose zone is at a level.
fn rate(inputs: &Inputs, level: Tension) -> f64 {
    let fire = &inputs.base_fire;
    let per_day = match level {
        Tension::Calm => fire.calm_per_day,
        Tension::Tense => fire.tense_per_day,
        Tension::Clashes => fire.clashes_per_day,
        Tension::Critical => fire.critical_per_day,
    };
    per_day.min(MOST_PER_DAY)
}

impl Withdrawal<'_> {
    /// Forgets what fell in the replication before. What falls first is looked for when tension is set.
    pub(super) fn open_fire(&mut self) {
        self.fire.resize_with(self.bases.len(), FireState::default);
        for fire in &mut self.fire {
            fire.reset();
        }
    }

    /// Whether fire may hit somebody, or is to be told of as it falls.
    fn fire_is_felt(&self) -> bool {
        self.inputs.base_fire.wounded_per_incident > 0.0 || self.tale.is_some()
    }

    /// Finds the next fire at a base as its zone's tension stands, and schedules it if anyone feels it.
    pub(super) fn seek_fire(&mut self, base: usize) {
        let found = self.next_fire(base, self.now());
        if let Some((at_days, incident)) = found
            && self.fire_is_felt()
        {
            self.schedule(at_days, Event::FireFalls { base: small(base), incident });
        }
    }

    fn next_fire(&mut self, base: usize, from_days: f64) -> Option<(f64, u32)> {
        if !self.bases[base].open {
            return None;
        }
        let network = &self.model.network;
        let per_day = rate(&self.inputs, self.zones[network.base_zone[base]].level);
        let times = (from_days, self.model.deadline_days());
        let points = Points { purpose: Purpose::BaseFire, entity: key2(network.node_key[base], 0), kind: 0 };
        let falls = |point: &Potential| point.height < per_day;
        self.fire[base].incidents.seek((&self.streams, &[points]), times, |_| [per_day, 0.0], falls)
    }

    /// Works out what has fallen on a base that nobody felt, before anything it depends on changes or a crew asks.
    pub(super) fn reach_fire(&mut self, base: usize) {
        if self.fire_is_felt() {
            return; // it was dispatched
        }
        let now = self.now();
        while let Some(point) = self.fire[base].incidents.take_due(now) {
            if self.falls_on(base, point.at_days).is_some() {
                self.next_fire(base, point.at_days);
            }
        }
    }

    /// Fire falls on a base, if that is still the next to fall.
    pub(super) fn on_fire_falls(&mut self, base: usize, incident: u32) {
        let Some(point) = self.fire[base].incidents.take(incident) else { return };
        let in_shelter = self.now() < self.fire[base].sheltered_until_days;
        if let Some(people) = self.falls_on(base, point.at_days) {
            self.hit_base(base, point, (people, in_shelter));
            self.seek_fire(base);
        }
    }

    /// An incident at a base: people go to shelter, and crews stop until they come out. How many are there; if nobody is, it
    /// is none, and the next is looked for when people come or tension changes.
    fn falls_on(&mut self, base: usize, at_days: f64) -> Option<u32> {
        let people = total(&self.bases[base].people);
        if !self.bases[base].open || people == 0 {
            return None;
        }
        let until_days = at_days + self.inputs.base_fire.shelter_hours / 24.0;
        let fire = &mut self.fire[base];
        let added_days = until_days - fire.sheltered_until_days.max(at_days);
        fire.sheltered_until_days = fire.sheltered_until_days.max(until_days);
        let stopped_days = fire.stopped_after(fire.fallen.len()) + added_days.max(0.0);
        fire.fallen.push(Incident { at_days, stopped_days });
        Some(people)
    }

    /// Counts what has fallen, when the deadline passes.
    pub(super) fn close_fire(&mut self) {
        for base in 0..self.fire.len() {
            self.reach_fire(base);
            let fallen = &self.fire[base].fallen;
            self.outcome.add(Measure::FireIncidents, fallen.len() as f64);
            self.outcome.add(Measure::ShelteredDays, self.fire[base].stopped_after(fallen.len()));
            for incident in fallen {
                self.outcome.note(Noted::Fire, base, incident.at_days, 1);
            }
        }
    }

    /// Hits people at a base, in shelter if they were warned or were there already.
    fn hit_base(&mut self, base: usize, point: Potential, (people, were_in_shelter): (u32, bool)) {
        let entity = key2(self.model.network.node_key[base], 1);
        let mut stream = self.streams.stream(Purpose::BaseFire, entity, u64::from(point.point));
        let fire = &self.inputs.base_fire;
        let warned = stream.chance(fire.sheltered_share);
        let in_shelter = warned || were_in_shelter;
        let wounded = fire.wounded_per_incident / if in_shelter { 1.0 } else { fire.shelter_multiplier };
        let blow = Blow { wounded, dispersion: fire.dispersion, vehicle_lost: 0.0 };
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        let harm = blow.fall(
            &self.inputs,
            || self.evacuation_chance(base),
            people,
            stream,
            |fate, who| hits.push((fate, who)),
        );
        let shelter = if in_shelter { "in_shelter" } else { "in_the_open" };
        let amounts = [("killed", f64::from(harm.killed)), ("wounded", f64::from(harm.wounded))];
        self.tell(What::BaseFire, At::Base(base), shelter, &amounts);
        for &(fate, who) in &hits {
            self.hit_at_base(base, fate, who);
        }
        if !hits.is_empty() {
            self.outcome.evacuation(harm.care_hours);
            let scenario = (&self.inputs, &self.model.network);
            let place = (self.model.network.base_zone[base], self.now());
            let (group, _) = ascribe(scenario, place, (&self.streams, (entity, u64::from(point.point))));
            self.outcome.harm((HarmCause::BaseFire, base, group), harm.killed, harm.wounded);
        }
        self.hits = hits;
    }

    /// When a crew that is free now can start, and how many stops that date allows for.
    pub(super) fn crew_starts(&mut self, base: usize) -> (f64, u16) {
        self.reach_fire(base);
        let fire = &self.fire[base];
        (self.now().max(fire.sheltered_until_days), fire.fallen.len() as u16)
    }

    /// Puts off the end of a job by the stops since its date was set; whether there were any.
    pub(super) fn job_was_stopped(&mut self, base: usize, job: Job, stops: u16) -> bool {
        self.reach_fire(base);
        let fire = &self.fire[base];
        let stopped = fire.fallen.len();
        let days = fire.stopped_after(stopped) - fire.stopped_after(usize::from(stops));
        if days > 0.0 {
            let event = Event::CrewDone { base: small(base), job, stops: stopped as u16 };
            self.schedule(self.now() + days, event);
        }
        days > 0.0
    }

    /// One person at a base is hit.
    fn hit_at_base(&mut self, base: usize, fate: Fate, who: f64) {
        self.outcome.hit_at_base(fate);
        let people = &mut self.bases[base].people;
        let (Some(lot), Some(to)) = (pick(people, who), fate.leaves_for()) else { return };
        lot.count -= 1;
        let (own, left) = (lot.garrison == small(base), PeopleLot { count: 1, ..*lot });
        let from = if own { Whereabouts::AtBase } else { Whereabouts::AtHub };
        self.people.post(left, from, to);
        // No more of its own stay to liquidate than are left.
        let own_left = people.iter().filter(|lot| lot.garrison == small(base)).map(|lot| lot.count).sum();
        let state = &mut self.bases[base];
        state.stays = state.stays.min(own_left);
        self.note_last_out();
    }
}
