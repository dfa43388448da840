//! Tension of each zone: a dated level, or a Markov jump process by thinning. It multiplies contact rates, brings fire
//! on bases and drives early departures.
//!
//! Potential jumps are keyed by zone and direction. One is a jump if its height lies below the rate of that jump
//! there and then, so no draw moves with a parameter or policy, and a higher rate up never lowers a level.
//!
//! Where nobody is left whom a jump could concern, jumps are worked out when someone comes by and asks, not dispatched.

use crate::draw::{Purpose, key2};
use crate::measures::Measure;
use crate::model::Inputs;
use crate::model::threat::Tension;
use crate::withdrawal::contacts::growth;
use crate::withdrawal::event::Event;
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};
use crate::withdrawal::thinning::{MOST_PER_DAY, Points, Potential, Thinning};

/// Kinds of potential jumps.
const FALLS: u8 = 0;
const RISES: u8 = 1;

/// A zone's present level, and where its process stands.
#[derive(Clone, Debug)]
pub struct ZoneState {
    /// The level.
    pub level: Tension,
    /// Since when it has been at or above the level that counts for acceleration; none if it is not.
    pub alarmed_since_days: Option<f64>,
    /// Since when it has been critical; none if it is not.
    critical_since_days: Option<f64>,
    /// When a base in it or near it last closed.
    pub closure_days: f64,
    /// Its jumps.
    jumps: Thinning,
}

impl Default for ZoneState {
    fn default() -> Self {
        Self {
            level: Tension::Calm,
            alarmed_since_days: None,
            critical_since_days: None,
            closure_days: f64::NEG_INFINITY,
            jumps: Thinning::default(),
        }
    }
}

impl ZoneState {
    /// Back to a calm zone without jumps, keeping its memory.
    fn reset(&mut self) {
        let mut jumps = std::mem::take(&mut self.jumps);
        jumps.clear();
        *self = Self { jumps, ..Self::default() };
    }
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

/// Rate of the jump from a level up or down before any factor, per day; 0 from the ends.
fn plain_rate(inputs: &Inputs, level: Tension, rises: bool) -> f64 {
    let tension = &inputs.tension;
    match (level, rises) {
        (Tension::Calm, true) => tension.calm_to_tense_per_day,
        (Tension::Tense, true) => tension.tense_to_clashes_per_day,
        (Tension::Clashes, true) => tension.clashes_to_critical_per_day,
        (Tension::Tense, false) => tension.tense_to_calm_per_day,
        (Tension::Clashes, false) => tension.clashes_to_tense_per_day,
        (Tension::Critical, false) => tension.critical_to_clashes_per_day,
        (Tension::Critical, true) | (Tension::Calm, false) => 0.0,
    }
}

impl Withdrawal<'_> {
    /// Sets every zone to its level at the start, lays out its potential jumps, and schedules what is dated after it.
    pub(super) fn open_zones(&mut self) {
        let process = self.inputs.tension.process;
        self.zones.resize_with(self.inputs.zone.len(), ZoneState::default);
        for zone in 0..self.zones.len() {
            self.zones[zone].reset();
            for change in 0..self.inputs.zone[zone].tension.len() {
                let dated = &self.inputs.zone[zone].tension[change];
                let (from_days, level) = (dated.from, dated.level);
                let sets = !process || dated.sets == Some(true);
                if from_days <= 0.0 {
                    self.set_tension(zone, level, 0.0);
                } else if sets {
                    self.schedule(from_days, Event::TensionChanges { zone: zone as u16, change: change as u16 });
                }
            }
            self.seek_jump(zone, 0.0);
        }
    }

    /// Product of the factors on a zone's rates up at a time, if nothing closes until then; over a span, no less than it is
    /// at any time of it.
    fn rise_factor(&self, zone: usize, (from_days, until_days): (f64, f64)) -> f64 {
        /// A factor in force at the end of a span, or else at its beginning: between the two it may or may not be.
        fn within(factor: f64, (at_start, at_end): (bool, bool)) -> f64 {
            match (at_start, at_end) {
                (true, true) => factor,
                (false, false) => 1.0,
                _ => factor.max(1.0),
            }
        }
        let (inputs, tension) = (&self.inputs, &self.inputs.tension);
        let groups = inputs.armed_group.iter().zip(&self.model.network.group_zones);
        let groups: f64 = groups
            .filter(|(_, zones)| zones[zone])
            .map(|(group, _)| {
                let acts_from = group.from.unwrap_or(f64::NEG_INFINITY);
                within(group.rise_factor, (acts_from <= from_days, acts_from <= until_days))
            })
            .product();
        let near = self.column_is_near(zone, (from_days, until_days));
        // At some time of a span is not at each of them.
        let near = within(tension.column_near_factor, (near, near && from_days == until_days));
        let felt_until_days = self.zones[zone].closure_days + tension.closure_days;
        let closure = within(tension.closure_factor, (from_days < felt_until_days, until_days < felt_until_days));
        let rises = inputs.threat.growth_per_month >= 0.0;
        let growth = growth(inputs, if rises { until_days } else { from_days });
        inputs.zone[zone].rise_factor.unwrap_or(1.0) * groups * near * closure * growth
    }

    /// A dated level takes effect.
    pub(super) fn on_tension_changes(&mut self, zone: usize, change: usize) {
        let level = self.inputs.zone[zone].tension[change].level;
        let now = self.now();
        self.reach_zone(zone, now);
        self.set_tension(zone, level, now);
        self.seek_jump(zone, now);
    }

    /// Tension goes up or down by one, if that jump is still to come.
    pub(super) fn on_tension_jumps(&mut self, zone: usize) {
        self.reach_zone(zone, self.now());
    }

    /// Works out the jumps of a zone up to a time.
    pub(super) fn reach_zone(&mut self, zone: usize, now_days: f64) {
        while let Some(point) = self.zones[zone].jumps.take_due(now_days) {
            let level = self.zones[zone].level as usize;
            let level = Tension::ALL[if point.kind == RISES { level + 1 } else { level - 1 }];
            self.set_tension(zone, level, point.at_days);
            self.seek_jump(zone, point.at_days);
        }
    }

    /// Whether tension in a zone may concern people there: at a base that can leave, or that fire may fall on.
    fn zone_is_watched(&self, zone: usize) -> bool {
        let network = &self.model.network;
        let can_be_hit = self.before_deadline();
        let mut bases = self.bases.iter().zip(&network.base_zone).zip(&network.parent);
        bases.any(|((base, &in_zone), parent)| base.open && in_zone == zone && (can_be_hit || parent.is_some()))
    }

    /// A base has closed: the zones near it are more likely to grow tense for a while.
    pub(super) fn closure_is_felt(&mut self, base: usize) {
        let network = &self.model.network;
        let now = self.now();
        for &zone in &network.zones_near[network.base_zone[base]] {
            self.reach_zone(zone, now);
            self.zones[zone].closure_days = now;
            self.seek_jump(zone, now);
        }
    }

    /// Finds the next jump of a zone as things stand at a time, and schedules it if it may concern anyone.
    fn seek_jump(&mut self, zone: usize, now_days: f64) {
        if !self.inputs.tension.process {
            return;
        }
        let times = (now_days, self.end_days());
        let state = &mut self.zones[zone];
        let mut jumps = std::mem::take(&mut state.jumps);
        let level = state.level;
        let zone_key = self.model.network.zone_key[zone];
        let kinds = [FALLS, RISES].map(|kind| {
            let entity = key2(zone_key, u64::from(kind));
            Points { purpose: Purpose::Tension, entity, kind }
        });
        let [falls, rises] = [false, true].map(|rises| plain_rate(&self.inputs, level, rises));
        let rates = |span| {
            let rises = if rises == 0.0 { 0.0 } else { rises * self.rise_factor(zone, span) };
            [falls, rises].map(|rate| rate.min(MOST_PER_DAY))
        };
        let is_jump = |point: &Potential| {
            point.kind == FALLS || point.height < rates((point.at_days, point.at_days))[usize::from(RISES)]
        };
        let found = jumps.seek((&self.streams, &kinds), times, rates, is_jump);
        self.zones[zone].jumps = jumps;
        if let Some((at_days, _)) = found
            && self.zone_is_watched(zone)
        {
            self.schedule(at_days, Event::TensionJumps { zone: zone as u16 });
        }
    }

    /// Adds up the days of critical tension that a base has been through, when they or its stay end.
    pub(super) fn count_critical(&mut self, base: usize) {
        let since_days = self.zones[self.model.network.base_zone[base]].critical_since_days;
        if let (true, Some(since_days)) = (self.bases[base].open, since_days) {
            let until_days = self.now().min(self.model.deadline_days());
            self.outcome.add(Measure::CriticalDays, (until_days - since_days).max(0.0));
        }
    }

    /// The deadline passes: days of critical tension are counted up to it.
    pub(super) fn close_zones(&mut self) {
        for base in 0..self.bases.len() {
            self.count_critical(base);
        }
        for zone in &mut self.zones {
            zone.critical_since_days = zone.critical_since_days.map(|_| f64::INFINITY);
        }
    }

    /// Sets a zone's level at a time: the present, or a time before it if the zone is not watched.
    fn set_tension(&mut self, zone: usize, level: Tension, now: f64) {
        let alarmed = level >= self.inputs.decisions.accelerate_tension;
        if self.zones[zone].critical_since_days.is_some() && level != Tension::Critical {
            for base in 0..self.bases.len() {
                if self.model.network.base_zone[base] == zone {
                    self.count_critical(base);
                }
            }
        }
        if self.inputs.base_fire.falls {
            for base in 0..self.bases.len() {
                if self.model.network.base_zone[base] == zone {
                    self.reach_fire(base);
                }
            }
        }
        let state = &mut self.zones[zone];
        state.level = level;
        state.critical_since_days =
            if level == Tension::Critical { state.critical_since_days.or(Some(now)) } else { None };
        let newly = alarmed && state.alarmed_since_days.is_none();
        state.alarmed_since_days = if alarmed { state.alarmed_since_days.or(Some(now)) } else { None };
        self.tell_of(now, What::TensionChanges, At::Zone(zone), level.name(), &[]);
        if !self.zone_is_watched(zone) {
            return;
        }
        if newly {
            self.watch_zone(zone);
        }
        if self.inputs.base_fire.falls {
            for base in 0..self.bases.len() {
                if self.model.network.base_zone[base] == zone {
                    self.seek_fire(base);
                }
            }
        }
    }
}
