//! Fire at bases (2.19).

use rearguard::draw::{Purpose, key2};
use rearguard::measures::Measure;

use crate::agenda::Event;
use crate::books::heads;
use crate::casualties::{Hurt, Place};
use crate::engine::Engine;
use crate::points::{Point, SPAN_DAYS};

impl Engine<'_> {
    fn fire_rate(&self, level: usize) -> f64 {
        let rules = &self.inputs.base_fire;
        let rates = [rules.calm_per_day, rules.tense_per_day, rules.clashes_per_day, rules.critical_per_day];
        rates[level].min(24.0)
    }

    /// Looks for the next fire at a base.
    pub fn next_fire(&mut self, base: usize) {
        self.bases[base].fire_expected += 1;
        if !self.inputs.base_fire.falls || !self.bases[base].open {
            return;
        }
        let (now, streams, key) = (self.now(), self.streams, self.key(base));
        let bound = (0..4).map(|level| self.fire_rate(level)).fold(0.0, f64::max);
        let rate = self.fire_rate(self.zones[self.net.base_zone[base]].level);
        let mut span = (now / SPAN_DAYS) as u64;
        while span as f64 * SPAN_DAYS <= self.deadline_days {
            let points = self.bases[base].fire.span(&streams, (Purpose::BaseFire, key2(key, 0)), span, bound);
            let next = points.iter().find(|point| point.days > now && point.height < rate).copied();
            if let Some(point) = next {
                if point.days <= self.deadline_days {
                    self.bases[base].fire_next = Some(point);
                    let expected = self.bases[base].fire_expected;
                    self.agenda.at(point.days, Event::FireFalls { base, expected });
                }
                return;
            }
            span += 1;
        }
    }

    pub fn on_fire_falls(&mut self, base: usize, expected: u64) {
        if expected != self.bases[base].fire_expected || !self.bases[base].open {
            return;
        }
        let point = self.bases[base].fire_next.take().expect("it was looked for");
        if heads(&self.bases[base].people) > 0 {
            self.incident(base, point);
        }
        self.next_fire(base);
    }

    fn incident(&mut self, base: usize, point: Point) {
        let (now, rules) = (self.now(), self.inputs.base_fire.clone());
        let number = point.span * (1 << 16) + point.place;
        let mut stream = self.streams.stream(Purpose::BaseFire, key2(self.key(base), 1), number);
        let sheltered = stream.chance(rules.sheltered_share) || now < self.bases[base].shelter_until;
        let mean =
            if sheltered { rules.wounded_per_incident } else { rules.wounded_per_incident / rules.shelter_multiplier };
        let hurt = Hurt { mean, dispersion: rules.dispersion, region: self.net.base_region[base], most: None };
        let mut people = std::mem::take(&mut self.bases[base].people);
        let harm = self.hurt(&mut stream, &hurt, &mut people, Place::Base);
        let own: u32 = people.iter().filter(|group| group.home == base).map(|group| group.count).sum();
        self.bases[base].team = self.bases[base].team.min(own);
        self.bases[base].people = people;
        self.look_whether_all_are_out();
        self.add(Measure::FireIncidents, 1.0);
        let cause = if sheltered { "in_shelter" } else { "in_the_open" };
        let amounts = [("killed", f64::from(harm.killed)), ("wounded", f64::from(harm.wounded))];
        self.tell("base_fire", base, cause, &amounts);
        self.take_shelter(base);
    }

    /// People and crews go to shelter, for longer than they are already to stay.
    fn take_shelter(&mut self, base: usize) {
        let now = self.now();
        let until = now + self.inputs.base_fire.shelter_hours / 24.0;
        let state = &mut self.bases[base];
        let longer = (until - state.shelter_until.max(now)).max(0.0);
        state.shelter_until = state.shelter_until.max(until);
        state.stopped_days += longer;
        self.add(Measure::ShelteredDays, longer);
    }
}
