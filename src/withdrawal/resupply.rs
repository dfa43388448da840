//! Supplies of garrisons' convoys: a convoy lasts so many days on its water, food and fuel; a longer journey needs a
//! flight, which must be permitted, or the convoy halts until one comes or supplies have come by road.
//!
//! A convoy has two pending events: what it meets on the road, and its supplies. When they end on the way, it stops at
//! the end of that day of travel, where roads of another kind begin, where others join it, or where it would have moved off.

use crate::measures::Measure;
use crate::withdrawal::convoy::Kind;
use crate::withdrawal::event::{ConvoyId, Event};
use crate::withdrawal::permissions::{Answer, DeskId};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

/// What a convoy has left.
#[derive(Clone, Copy, Debug)]
pub struct Supplies {
    /// When they end.
    pub until_days: f64,
    /// Since when it stands still without any.
    pub halted_since_days: Option<f64>,
    /// It has arrived, and needs none.
    pub arrived: bool,
    /// When it next asks, as things stand.
    asks_at_days: f64,
    /// Requests filed.
    asks: u32,
}

impl Default for Supplies {
    fn default() -> Self {
        let never = f64::INFINITY;
        Self { until_days: never, halted_since_days: None, arrived: false, asks_at_days: never, asks: 0 }
    }
}

impl Withdrawal<'_> {
    /// A garrison's convoy sets out with full supplies, or gets them from the air.
    pub(super) fn supply(&mut self, id: ConvoyId) {
        if self.convoys[id as usize].kind != Kind::Withdrawal {
            return; // contract columns carry what they need
        }
        let convoys = &self.inputs.convoys;
        let until_days = self.now() + convoys.autonomy_days;
        // Not with every loaf: at the earliest when half of what has come is used.
        let before_days = convoys.resupply_before_days.min(convoys.autonomy_days / 2.0);
        self.convoys[id as usize].supplies.until_days = until_days;
        self.ask_for_supplies(id, until_days - before_days);
    }

    fn ask_for_supplies(&mut self, id: ConvoyId, at_days: f64) {
        self.convoys[id as usize].supplies.asks_at_days = at_days;
        if at_days < self.end_days() {
            self.schedule(at_days, Event::ResupplyAsked { convoy: id });
        }
    }

    /// A convoy still on the road asks for a flight with supplies.
    pub(super) fn on_resupply_asked(&mut self, id: ConvoyId) {
        let now = self.now();
        let convoy = &mut self.convoys[id as usize];
        if convoy.supplies.arrived || convoy.supplies.asks_at_days != now {
            return;
        }
        let (base, key, asked) = (convoy.base, convoy.key, convoy.supplies.asks);
        convoy.supplies.asks += 1;
        let retry_days = self.inputs.permissions.air_resupply.retry_days;
        let answer = self.answer(DeskId::AirResupply, base, key, u64::from(asked));
        self.count_answer(answer);
        self.tell_filed(answer, DeskId::AirResupply, At::UnderWay(id));
        match answer {
            Answer::Granted { after_days } => {
                self.schedule(now + after_days, Event::ResupplyComes { convoy: id });
            }
            Answer::Refused { after_days } => self.ask_for_supplies(id, now + after_days + retry_days),
            Answer::Never => self.ask_for_supplies(id, now + retry_days),
        }
    }

    /// A granted flight brings a convoy supplies if an aircraft is fit to; one that stood still goes on.
    pub(super) fn on_resupply_comes(&mut self, id: ConvoyId) {
        if self.convoys[id as usize].supplies.arrived {
            return;
        }
        if !self.air.can_resupply(&self.inputs) {
            let again_days = self.now() + self.inputs.permissions.air_resupply.retry_days;
            self.ask_for_supplies(id, again_days);
            return;
        }
        self.outcome.add(Measure::ResupplyFlights, 1.0);
        self.tell(What::Supplied, At::UnderWay(id), "air", &[]);
        self.go_on_supplied(id);
    }

    /// Supplies have come by road to a convoy that stood still for long enough.
    pub(super) fn on_supplies_by_road(&mut self, id: ConvoyId) {
        let longest_days = self.inputs.convoys.supply_halt_days;
        let halted_since_days = self.convoys[id as usize].supplies.halted_since_days;
        if halted_since_days.is_some_and(|since_days| since_days + longest_days == self.now()) {
            self.tell(What::Supplied, At::UnderWay(id), "road", &[]);
            self.go_on_supplied(id);
        }
    }

    fn go_on_supplied(&mut self, id: ConvoyId) {
        self.supply(id);
        let now = self.now();
        let convoy = &mut self.convoys[id as usize];
        if let Some(since_days) = convoy.supplies.halted_since_days.take() {
            self.outcome.add(Measure::SupplyHaltDays, now - since_days);
            convoy.since_days = now;
            self.move_on(id);
        }
    }

    /// Adds up the days of convoys that still stand without supplies when the simulation ends.
    pub(super) fn close_supplies(&mut self) {
        let now = self.now();
        for convoy in &self.convoys[..self.convoys_used] {
            if let Some(since_days) = convoy.supplies.halted_since_days {
                self.outcome.add(Measure::SupplyHaltDays, now - since_days);
            }
        }
    }

    /// A convoy's supplies have ended: it stands still, unless a flight has come since that was foreseen.
    pub(super) fn on_supplies_end(&mut self, id: ConvoyId) {
        let now = self.now();
        let convoy = &mut self.convoys[id as usize];
        if now < convoy.supplies.until_days {
            self.move_on(id);
        } else {
            convoy.supplies.halted_since_days = Some(now);
            let by_road_days = now + self.inputs.convoys.supply_halt_days;
            self.schedule(by_road_days, Event::SuppliesByRoad { convoy: id });
            self.tell(What::SuppliesEnd, At::Convoy(id), "", &[]);
        }
    }
}
