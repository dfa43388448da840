//! Supplies of garrisons' convoys (2.22).

use rearguard::draw::key2;
use rearguard::measures::Measure;

use crate::agenda::Event;
use crate::desk::{AIR_RESUPPLY, Fate};
use crate::engine::Engine;

impl Engine<'_> {
    /// A convoy has supplies from now on, and asks for more in time.
    pub fn takes_supplies(&mut self, id: usize) {
        let (now, rules) = (self.now(), &self.inputs.convoys);
        let lasts = rules.autonomy_days;
        let until_days = now + lasts;
        let asks_days = until_days - rules.resupply_before_days.min(lasts / 2.0);
        self.convoys[id].supplies_until = until_days;
        self.asks_for_supplies(id, asks_days);
    }

    /// Sets when a convoy asks next: what was set before counts no longer.
    fn asks_for_supplies(&mut self, id: usize, asks_days: f64) {
        self.convoys[id].asks_days = asks_days;
        self.agenda.at(asks_days, Event::ResupplyAsked { convoy: id });
    }

    fn needs_supplies(&self, id: usize) -> bool {
        !self.convoys[id].arrived
    }

    pub fn on_resupply_asked(&mut self, id: usize) {
        if !self.needs_supplies(id) || self.convoys[id].asks_days != self.now() {
            return;
        }
        let ordinal = self.convoys[id].supply_requests;
        self.convoys[id].supply_requests += 1;
        let entity = key2(self.convoys[id].key, AIR_RESUPPLY as u64);
        let region = self.net.base_region[self.convoys[id].base];
        let fate = self.fare(AIR_RESUPPLY, entity, ordinal, region, false);
        self.count_request(fate);
        let what = if fate == Fate::Unanswered { "unanswered" } else { "asked" };
        self.tell_convoy(self.now(), what, id, "air_resupply", &[]);
        let retry_days = self.retry_days(AIR_RESUPPLY);
        match fate {
            Fate::Unanswered => self.asks_for_supplies(id, self.now() + retry_days),
            Fate::Answered { granted: true, after_days } => {
                self.agenda.at(self.now() + after_days, Event::ResupplyComes { convoy: id });
            }
            Fate::Answered { granted: false, after_days } => {
                let answer_days = self.now() + after_days;
                self.asks_for_supplies(id, answer_days + retry_days);
            }
        }
    }

    pub fn on_resupply_comes(&mut self, id: usize) {
        if !self.needs_supplies(id) {
            return;
        }
        if !self.carrier_fit() {
            let again_days = self.now() + self.retry_days(AIR_RESUPPLY);
            self.asks_for_supplies(id, again_days);
            return;
        }
        self.add(Measure::ResupplyFlights, 1.0);
        self.is_supplied(id, "air");
    }

    fn is_supplied(&mut self, id: usize, cause: &'static str) {
        self.tell_convoy(self.now(), "supplied", id, cause, &[]);
        self.takes_supplies(id);
        if let Some(since) = self.convoys[id].halted_since.take() {
            let now = self.now();
            self.add(Measure::SupplyHaltDays, now - since);
            self.moves_off(id, now);
        }
    }

    pub fn on_supplies_end(&mut self, id: usize) {
        let now = self.now();
        if now < self.convoys[id].supplies_until {
            self.moves_off(id, now);
            return;
        }
        self.tell_convoy(now, "supplies_end", id, "", &[]);
        self.convoys[id].halted_since = Some(now);
        let comes_days = now + self.inputs.convoys.supply_halt_days;
        self.convoys[id].by_road_days = comes_days;
        self.agenda.at(comes_days, Event::SuppliesByRoad { convoy: id });
    }

    pub fn on_supplies_by_road(&mut self, id: usize) {
        let convoy = &self.convoys[id];
        if convoy.halted_since.is_some() && convoy.by_road_days == self.now() {
            self.is_supplied(id, "road");
        }
    }
}
