//! Imports of fuel and parts, and what bases burn (2.21).

use rearguard::draw::{Purpose, key2};
use rearguard::measures::Measure;

use crate::agenda::Event;
use crate::desk::{FUEL_IMPORT, Fate};
use crate::engine::Engine;

const FUEL: usize = 0;
/// Ordinals of requests filed before the start.
const BEFORE: u64 = 1 << 32;
/// How far back they go.
const BACK_DAYS: f64 = 120.0;

impl Engine<'_> {
    /// Tanks are full at the start.
    pub fn draw_tanks(&mut self) {
        let rules = &self.inputs.imports;
        let mode = rules.autonomy_days_mode;
        let (low, high) = (rules.autonomy_days_low.min(mode), rules.autonomy_days_high.max(mode));
        for base in 0..self.bases.len() {
            let mut stream = self.streams.stream(Purpose::Import, self.net.node_key[base], 0);
            let tank = stream.triangular(low, mode, high);
            self.bases[base].tank = tank;
            self.bases[base].fuel = (tank, 0.0);
        }
    }

    fn imports_per_day(&self, goods: usize) -> f64 {
        let rules = &self.inputs.imports;
        let share = if goods == FUEL { 1.0 - rules.parts_share } else { rules.parts_share };
        rules.requests_per_day * share
    }

    fn gap_days(&self, goods: usize, request: u64) -> f64 {
        let rate = self.imports_per_day(goods);
        let mut stream = self.streams.stream(Purpose::Import, goods as u64, request);
        if rate > 0.0 { stream.standard_exponential() / rate } else { f64::INFINITY }
    }

    fn import_fate(&mut self, goods: usize, request: u64) -> Fate {
        let base = self.net.import_base.expect("something is imported");
        let desk = FUEL_IMPORT + goods;
        self.fare(desk, key2(self.key(base), desk as u64), request, self.net.base_region[base], false)
    }

    pub fn first_imports(&mut self) {
        if self.net.import_base.is_none() {
            return;
        }
        for goods in 0..2 {
            let mut back_days = 0.0;
            for at in 0.. {
                let request = BEFORE + at;
                back_days += self.gap_days(goods, request);
                if back_days > BACK_DAYS {
                    break;
                }
                if let Fate::Answered { granted: true, after_days } = self.import_fate(goods, request)
                    && after_days > back_days
                {
                    let event = Event::ImportAnswered { goods, request, granted: true };
                    self.agenda.at(after_days - back_days, event);
                }
            }
            let first_days = self.gap_days(goods, 0);
            self.agenda.at(first_days, Event::ImportAsked { goods, request: 0 });
        }
    }

    pub fn on_import_asked(&mut self, goods: usize, request: u64) {
        if self.passed {
            return;
        }
        let now = self.now();
        self.add(Measure::ImportRequests, 1.0);
        self.add(Measure::ImportsUnanswered, 1.0);
        if let Fate::Answered { granted, after_days } = self.import_fate(goods, request) {
            self.agenda.at(now + after_days, Event::ImportAnswered { goods, request, granted });
        }
        let next_days = now + self.gap_days(goods, request + 1);
        self.agenda.at(next_days, Event::ImportAsked { goods, request: request + 1 });
    }

    pub fn on_import_answered(&mut self, goods: usize, request: u64, granted: bool) {
        if request < BEFORE {
            self.add_by_deadline(Measure::ImportsUnanswered, -1.0);
            self.add_by_deadline(Measure::ImportsGranted, f64::from(u8::from(granted)));
        }
        if !granted {
            return;
        }
        if goods == FUEL {
            self.deliver_fuel();
        } else {
            let mut stream = self.streams.stream(Purpose::Import, goods as u64, request);
            stream.uniform();
            if stream.chance(self.inputs.aviation.import_part_share) {
                self.part_comes();
            }
        }
    }

    fn deliver_fuel(&mut self) {
        let rules = &self.inputs.imports;
        let days = rules.fuel_ordered * rules.fuel_used_per_day / self.imports_per_day(FUEL);
        for base in 0..self.bases.len() {
            if self.bases[base].open {
                self.burn(base);
                let state = &mut self.bases[base];
                state.fuel.0 = (state.fuel.0 + days).min(state.tank);
            }
        }
        self.tell_all("fuel_delivered", &[("days", days)]);
    }

    /// Brings a base's fuel up to now, and counts the days without.
    pub fn burn(&mut self, base: usize) {
        let (now, used) = (self.now(), self.inputs.imports.fuel_used_per_day);
        if self.net.import_base.is_none() || self.passed {
            return;
        }
        let (level, since) = self.bases[base].fuel;
        let burnt = (now - since) * used;
        if burnt > level && self.bases[base].open {
            self.add(Measure::DryDays, (burnt - level) / used);
        }
        self.bases[base].fuel = ((level - burnt).max(0.0), now);
    }

    pub fn has_fuel(&self, base: usize) -> bool {
        if self.net.import_base.is_none() || self.passed {
            return true;
        }
        let (level, since) = self.bases[base].fuel;
        level - (self.now() - since) * self.inputs.imports.fuel_used_per_day > 0.0
            || self.inputs.imports.fuel_used_per_day == 0.0
    }
}
