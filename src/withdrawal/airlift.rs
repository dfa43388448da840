//! Flights that take a camp's people and goods to its parent, under fire or not; and camps that are left by air alone.

use crate::draw::Purpose;
use crate::measures::{Daily, Measure};
use crate::model::aviation::Runway;
use crate::model::threat::Tension;
use crate::withdrawal::accounts::{Account, Cause, Item, class_of};
use crate::withdrawal::event::{Event, small};
use crate::withdrawal::ledger::{Lot, Posting};
use crate::withdrawal::observe::Noted;
use crate::withdrawal::people::{PeopleLot, Whereabouts, total};
use crate::withdrawal::permissions::{Answer, DeskId};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::stock::whole;
use crate::withdrawal::tale::{At, What};

/// What a base's flights can do in a day.
#[derive(Clone, Copy, Debug, Default)]
struct Lift {
    sorties: u32,
    seats: f64,
    payload_t: f64,
}

/// The state of one base's flights.
#[derive(Clone, Copy, Debug)]
pub struct LiftState {
    /// When it next asks for a day of flights, as things stand.
    pub asks_at_days: f64,
    /// People still to fly.
    people: u32,
    /// Whether that was worked out.
    begun: bool,
    /// Requests filed.
    asks: u32,
    /// Payload left over, for goods that go in several loads.
    spare_t: f64,
}

impl Default for LiftState {
    fn default() -> Self {
        Self { asks_at_days: f64::INFINITY, people: 0, begun: false, asks: 0, spare_t: 0.0 }
    }
}

impl Withdrawal<'_> {
    /// Plans a base's first day of flights when its departure is fixed, if it means to fly people out.
    pub(super) fn plan_lift(&mut self, base: usize, departs_days: f64) {
        let place = &self.inputs.base[base];
        if place.air_share.is_none_or(|share| share <= 0.0) || self.inputs.aircraft.is_empty() {
            return;
        }
        let lift = &mut self.bases[base].lift;
        let first_days = (departs_days - self.inputs.aviation.lift_before_days).max(self.agenda.now());
        if !lift.begun && first_days < lift.asks_at_days {
            lift.asks_at_days = first_days;
            self.schedule(first_days, Event::AirliftAsked { base: small(base) });
        }
    }

    fn ask_lift_at(&mut self, base: usize, at_days: f64) {
        self.bases[base].lift.asks_at_days = at_days;
        self.schedule(at_days, Event::AirliftAsked { base: small(base) });
    }

    /// A base asks for a day of flights.
    pub(super) fn on_airlift_asked(&mut self, base: usize) {
        let now = self.now();
        let people = self.bases[base].people.iter().filter(|lot| lot.garrison == small(base));
        let own: u32 = people.map(|lot| lot.count).sum();
        let state = &mut self.bases[base];
        if !state.open || state.lift.asks_at_days != now {
            return;
        }
        if !state.lift.begun {
            state.lift.begun = true;
            state.lift.people = whole(f64::from(own) * self.inputs.base[base].air_share.unwrap_or(0.0));
        }
        // Some may have flown home from there, or be dead or in care.
        state.lift.people = state.lift.people.min(own);
        if state.lift.people == 0 && !(self.is_left_by_air(base) && self.goods_wait(base)) {
            return;
        }
        let state = &mut self.bases[base];
        let asked = state.lift.asks;
        state.lift.asks += 1;
        // Another event may have been scheduled for this very date.
        state.lift.asks_at_days = f64::INFINITY;
        let retry_days = self.inputs.permissions.air_lift.retry_days;
        match self.ask(DeskId::AirLift, base, asked) {
            Answer::Granted { after_days } => {
                self.schedule(now + after_days, Event::AirliftFlies { base: small(base) });
            }
            Answer::Refused { after_days } => {
                self.tell_of(now + after_days, What::Refused, At::Base(base), DeskId::AirLift.name(), &[]);
                self.ask_lift_at(base, now + after_days + retry_days);
            }
            Answer::Never => self.ask_lift_at(base, now + retry_days),
        }
    }

    /// What can fly between a base and its parent on a day; `u` rounds sorties to a whole number.
    fn lift_of_day(&self, base: usize, parent: usize, u: f64) -> Lift {
        if !self.has_fuel(parent) {
            return Lift::default();
        }
        let (mut aircraft, mut seats, mut payload_t) = (0.0, 0.0, 0.0);
        for (kind, &number) in self.inputs.aircraft.iter().zip(&self.air.serviceable) {
            if kind.seats > 0.0 && self.lands(kind.runway, base) && self.lands(kind.runway, parent) {
                aircraft += f64::from(number);
                seats += f64::from(number) * kind.seats;
                payload_t += f64::from(number) * kind.payload_t;
            }
        }
        let aviation = &self.inputs.aviation;
        let sorties = (aircraft * aviation.sorties_per_day * aviation.lift_share + u).floor();
        let each = if aircraft > 0.0 { sorties / aircraft } else { 0.0 };
        let payload_t = each * payload_t * aviation.hot_and_high_factor;
        Lift { sorties: sorties as u32, seats: each * seats, payload_t }
    }

    pub(super) fn lands(&self, needs: Runway, base: usize) -> bool {
        self.model.network.runway[base] >= needs
    }

    /// A granted day of flights from a base to its parent: people first, then sensitive goods as payload is left.
    pub(super) fn on_airlift_flies(&mut self, base: usize) {
        let Some(parent) = self.model.network.parent[base].filter(|_| self.bases[base].open) else { return };
        let day = u64::from(self.bases[base].lift.asks);
        let mut stream = self.streams.stream(Purpose::AircraftHit, self.model.network.node_key[base], day);
        let lift = self.lift_of_day(base, parent, stream.uniform());
        self.outcome.add(Measure::AirSorties, f64::from(lift.sorties));
        let person_t = self.inputs.aviation.person_t;
        let aboard = whole(lift.seats.min(lift.payload_t / person_t));
        let people = self.fly_people(base, parent, aboard.min(self.bases[base].lift.people));
        self.bases[base].lift.people -= people;
        self.tell_answer(base, DeskId::AirLift, true);
        let amounts = [("sorties", f64::from(lift.sorties)), ("people", f64::from(people))];
        self.tell(What::LiftFlies, At::Base(base), "", &amounts);
        let left_t = lift.payload_t - f64::from(people) * person_t + self.bases[base].lift.spare_t;
        self.bases[base].lift.spare_t = self.fly_goods(base, left_t);
        let under_fire = self.zones[self.model.network.base_zone[base]].level >= Tension::Clashes;
        let hits = stream.binomial(u64::from(2 * lift.sorties), self.inputs.aviation.hit_probability);
        let hits = if under_fire { hits } else { 0 };
        let aboard = people / lift.sorties.max(1);
        for hit in 0..hits {
            let (damage, which) = (stream.uniform(), stream.uniform());
            let is_lost = self.hit_aircraft(base, parent, damage, which);
            self.harm_aboard((base, parent), (day, hit), aboard, is_lost);
        }
        let closed_days = if hits > 0 { self.inputs.aviation.strip_closed_days } else { 0.0 };
        self.ask_lift_at(base, self.now() + closed_days.max(1.0));
    }

    /// Whether a base with a parent is left by flights alone, since no road leads there.
    pub(super) fn is_left_by_air(&self, base: usize) -> bool {
        self.model.network.parent[base].is_some() && self.model.network.withdrawal[base].is_none()
    }

    /// A base that is left by flights alone waits a day at a time until its last people have flown.
    pub(super) fn waits_for_flights(&mut self, base: usize) -> bool {
        let waits = self.is_left_by_air(base) && total(&self.bases[base].people) > 0;
        if waits {
            self.set_departure(base, self.now() + 1.0);
        }
        waits
    }

    /// Whether goods that can fly are still at a base.
    fn goods_wait(&self, base: usize) -> bool {
        let mut items = 0..self.tables.items as Item;
        items.any(|item| {
            let here = |account| self.ledger.units(base, item, account) > 0;
            self.inputs.class[class_of(item)].air_t.is_some() && (here(Account::OnHand) || here(Account::Staged))
        })
    }

    /// Takes people to the parent: civilians before police before soldiers.
    fn fly_people(&mut self, base: usize, parent: usize, count: u32) -> u32 {
        self.reach_fire(base);
        let mut people = std::mem::take(&mut self.bases[base].people);
        let mut left = count;
        for lot in people.iter_mut().rev().filter(|lot| lot.garrison == small(base)) {
            let count = left.min(lot.count);
            left -= count;
            lot.count -= count;
            let flown = PeopleLot { count, ..*lot };
            self.people.post(flown, Whereabouts::AtBase, Whereabouts::AtHub);
            self.people_come(parent, flown);
        }
        people.retain(|lot| lot.count > 0);
        self.bases[base].people = people;
        self.outcome.add(Measure::AirPeople, f64::from(count - left));
        let now = self.now();
        self.outcome.note(Noted::FlownOut, base, now, count - left);
        count - left
    }

    /// Takes out sensitive goods that can fly, the most valuable for their room first; returns the payload left over.
    fn fly_goods(&mut self, base: usize, payload_t: f64) -> f64 {
        let (mut left_t, now, mut waiting) = (payload_t, self.now(), false);
        for at in 0..self.tables.cargo_order.len() {
            let item: Item = self.tables.cargo_order[at];
            let class = &self.inputs.class[class_of(item)];
            let flies = class.sensitive || self.is_left_by_air(base);
            let Some(each_t) = class.air_t.filter(|_| flies) else { continue };
            for from in [Account::Staged, Account::OnHand] {
                let here = self.ledger.units(base, item, from);
                let units = here.min((left_t.max(0.0) / each_t) as u32);
                left_t -= f64::from(units) * each_t;
                waiting |= here > units;
                let lot = Lot { origin: small(base), item, units };
                self.ledger.post(Posting { lot, from, to: Account::EvacuatedAir, cause: Cause::Plan });
                self.outcome.count_daily(Daily::Evacuated, now, units);
            }
        }
        // A load that is not full is carried over only while something waits for it.
        if waiting { left_t } else { 0.0 }
    }
}
