//! Tension of zones: by date or as a process (2.11, 2.18).

use rearguard::draw::{Purpose, key2};
use rearguard::math::exp;
use rearguard::model::threat::Tension;

use crate::agenda::Event;
use crate::engine::{Engine, Zone};
use crate::points::{Points, SPAN_DAYS};

pub const CRITICAL: usize = 3;
pub const CLASHES: usize = 2;
const NAMES: [&str; 4] = ["calm", "tense", "clashes", "critical"];
/// Rates are held at this.
const MOST_PER_DAY: f64 = 24.0;
const DAYS_OF_A_MONTH: f64 = 30.4375;

fn number(level: Tension) -> usize {
    match level {
        Tension::Calm => 0,
        Tension::Tense => 1,
        Tension::Clashes => CLASHES,
        Tension::Critical => CRITICAL,
    }
}

impl Zone {
    pub fn new() -> Self {
        Self {
            level: 0,
            alarm_days: None,
            closure_days: None,
            up: Points::default(),
            down: Points::default(),
            expected: 0,
            rises_next: false,
        }
    }
}

impl Engine<'_> {
    pub fn level_name(&self, zone: usize) -> &'static str {
        NAMES[self.zones[zone].level]
    }

    /// Zone by zone: the level at the start, later ones by date, the first jump.
    pub fn begin_tension(&mut self) {
        let process = self.inputs.tension.process;
        for zone in 0..self.zones.len() {
            let changes = self.inputs.zone[zone].tension.clone();
            let first = changes.iter().rposition(|change| change.from <= 0.0).unwrap_or(0);
            self.take_level(zone, number(changes[first].level), true);
            for (at, change) in changes.iter().enumerate().skip(first + 1) {
                if !process || change.sets == Some(true) {
                    self.agenda.at(change.from, Event::TensionChanges { zone, change: at });
                }
            }
            self.next_jump(zone);
        }
    }

    pub fn on_tension_changes(&mut self, zone: usize, change: usize) {
        let level = number(self.inputs.zone[zone].tension[change].level);
        self.take_level(zone, level, false);
        self.next_jump(zone);
    }

    pub fn on_tension_jumps(&mut self, zone: usize, expected: u64) {
        if expected != self.zones[zone].expected {
            return;
        }
        let level = self.zones[zone].level;
        let next = if self.zones[zone].rises_next { level + 1 } else { level - 1 };
        self.take_level(zone, next, false);
        self.next_jump(zone);
    }

    /// A zone takes a level.
    fn take_level(&mut self, zone: usize, level: usize, at_start: bool) {
        self.count_critical_days();
        let old = self.zones[zone].level;
        self.zones[zone].level = level;
        let (id, now) = (self.inputs.zone[zone].id.clone(), self.now());
        self.tell_at(now, "tension_changes", (id, String::new(), String::new()), NAMES[level], &[]);
        let counts = number(self.inputs.decisions.accelerate_tension);
        if level < counts {
            self.zones[zone].alarm_days = None;
        } else if at_start || old < counts {
            self.zones[zone].alarm_days = Some(now);
            if self.inputs.decisions.accelerate {
                let review_days = now + self.inputs.decisions.accelerate_after_days;
                for base in self.bases_of(zone) {
                    self.agenda.at(review_days, Event::DecisionReviewed { base });
                }
            }
        }
        for base in self.bases_of(zone) {
            self.next_fire(base);
        }
    }

    pub fn bases_of(&self, zone: usize) -> Vec<usize> {
        (0..self.bases.len()).filter(|&base| self.net.base_zone[base] == zone).collect()
    }

    /// Growth of activity at a time.
    pub fn growth(&self, time_days: f64) -> f64 {
        let threat = &self.inputs.threat;
        exp(threat.growth_per_month * (time_days.min(threat.growth_until) - threat.reference_date) / DAYS_OF_A_MONTH)
    }

    /// The rate up from a level in a zone at a time.
    fn rate_up(&self, zone: usize, level: usize, time_days: f64) -> f64 {
        let rules = &self.inputs.tension;
        let base =
            [rules.calm_to_tense_per_day, rules.tense_to_clashes_per_day, rules.clashes_to_critical_per_day, 0.0]
                [level];
        let mut rate = base * self.inputs.zone[zone].rise_factor.unwrap_or(1.0);
        for (group, active) in self.inputs.armed_group.iter().zip(&self.net.group_zones) {
            if active[zone] && group.from.unwrap_or(0.0) <= time_days {
                rate *= group.rise_factor;
            }
        }
        if self.army_near(zone, time_days) {
            rate *= rules.column_near_factor;
        }
        let closure_days = self.zones[zone].closure_days;
        if closure_days.is_some_and(|closed| time_days < closed + rules.closure_days) {
            rate *= rules.closure_factor;
        }
        (rate * self.growth(time_days)).min(MOST_PER_DAY)
    }

    fn rate_down(&self, level: usize) -> f64 {
        let rules = &self.inputs.tension;
        let rate =
            [0.0, rules.tense_to_calm_per_day, rules.clashes_to_tense_per_day, rules.critical_to_clashes_per_day]
                [level];
        rate.min(MOST_PER_DAY)
    }

    /// Looks for a zone's next jump.
    pub fn next_jump(&mut self, zone: usize) {
        self.zones[zone].expected += 1;
        if !self.inputs.tension.process {
            return;
        }
        let (now, level, streams) = (self.now(), self.zones[zone].level, self.streams);
        let key = self.net.zone_key[zone];
        let mut span = (now / SPAN_DAYS) as u64;
        while span as f64 * SPAN_DAYS <= self.end_days {
            let up = self.zones[zone].up.span(&streams, (Purpose::Tension, key2(key, 1)), span, MOST_PER_DAY).to_vec();
            let down =
                self.zones[zone].down.span(&streams, (Purpose::Tension, key2(key, 0)), span, MOST_PER_DAY).to_vec();
            let rises = up.iter().filter(|point| point.days > now);
            let rise = rises.clone().find(|point| point.height < self.rate_up(zone, level, point.days));
            let fall = down.iter().find(|point| point.days > now && point.height < self.rate_down(level));
            let (rise, fall) = (rise.map_or(f64::INFINITY, |p| p.days), fall.map_or(f64::INFINITY, |p| p.days));
            if rise.min(fall).is_finite() {
                self.zones[zone].rises_next = rise < fall;
                let expected = self.zones[zone].expected;
                self.agenda.at(rise.min(fall), Event::TensionJumps { zone, expected });
                return;
            }
            span += 1;
        }
    }

    /// A base's departure counts as a closure in its zone and in those that share a place with it.
    pub fn closes_nearby(&mut self, base: usize) {
        let now = self.now();
        for zone in self.net.zones_near[self.net.base_zone[base]].clone() {
            self.zones[zone].closure_days = Some(now);
            self.next_jump(zone);
        }
    }
}
