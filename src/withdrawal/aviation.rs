//! The mission's aircraft: failures, parts and repairs, and hits.
//!
//! Aircraft are a machine-repair system with spares: each is serviceable for an exponential time, then takes a part from
//! the shelf and is repaired, or waits for one. An aircraft has one pending event; a hit can overtake its failure, so a
//! failure that is not the one last planned does nothing.

use std::collections::VecDeque;

use crate::draw::{Purpose, key2};
use crate::measures::{Daily, Measure};
use crate::model::Inputs;
use crate::model::aviation::Runway;
use crate::withdrawal::event::Event;
use crate::withdrawal::observe::Noted;
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

/// What an aircraft can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    Serviceable,
    InRepair,
    AwaitsPart,
    Lost,
}

/// One aircraft.
#[derive(Clone, Copy, Debug)]
struct Aircraft {
    /// Index of its type.
    kind: usize,
    /// Keys its streams.
    key: u64,
    condition: Condition,
    /// When its pending event is due.
    due_days: f64,
    /// Failures and hits that grounded it so far.
    failures: u64,
}

/// All aircraft and the parts for them.
#[derive(Clone, Debug, Default)]
pub struct AirFleet {
    aircraft: Vec<Aircraft>,
    /// Serviceable aircraft of each type.
    pub(super) serviceable: Vec<u32>,
    /// Parts on the shelf.
    parts: u32,
    /// Aircraft that wait for a part, first come first.
    waiting: VecDeque<u32>,
    lost: u32,
    /// Aircraft-days waiting for parts and serviceable, up to `since_days`.
    waiting_days: f64,
    serviceable_days: f64,
    since_days: f64,
}

impl AirFleet {
    /// Aircraft fit to fly.
    fn fit(&self) -> u32 {
        self.serviceable.iter().sum()
    }

    /// Adds up aircraft-days to `now_days`; nothing is followed after the deadline.
    fn count_days(&mut self, now_days: f64) {
        let days = (now_days - self.since_days).max(0.0);
        self.waiting_days += days * self.waiting.len() as f64;
        self.serviceable_days += days * f64::from(self.fit());
        self.since_days = self.since_days.max(now_days);
    }

    /// Whether some serviceable aircraft will do; a mission without aircraft is never short of one.
    fn has(&self, inputs: &Inputs, will_do: impl Fn(&crate::model::aviation::AircraftType) -> bool) -> bool {
        inputs.aircraft.is_empty()
            || inputs.aircraft.iter().zip(&self.serviceable).any(|(kind, &number)| number > 0 && will_do(kind))
    }

    /// Whether a helicopter is fit to fetch wounded people.
    pub fn can_evacuate(&self, inputs: &Inputs) -> bool {
        self.has(inputs, |kind| kind.runway == Runway::None && kind.seats > 0.0)
    }

    /// Whether an aircraft is fit to bring supplies to a convoy.
    pub fn can_resupply(&self, inputs: &Inputs) -> bool {
        self.has(inputs, |kind| kind.payload_t > 0.0)
    }
}

impl Withdrawal<'_> {
    /// Every aircraft starts serviceable, all parts on the shelf.
    pub(super) fn open_aviation(&mut self) {
        let fleet = &mut self.air;
        fleet.aircraft.clear();
        fleet.serviceable.clear();
        fleet.waiting.clear();
        fleet.parts = self.inputs.aviation.spare_parts as u32;
        (fleet.lost, fleet.waiting_days, fleet.serviceable_days, fleet.since_days) = (0, 0.0, 0.0, 0.0);
        for (kind, (settings, &kind_key)) in
            self.inputs.aircraft.iter().zip(&self.model.network.aircraft_key).enumerate()
        {
            let number = settings.number as u32;
            fleet.serviceable.push(number);
            let (condition, due_days) = (Condition::Serviceable, f64::INFINITY);
            fleet.aircraft.extend((0..number).map(|index| Aircraft {
                kind,
                key: key2(kind_key, u64::from(index)),
                condition,
                due_days,
                failures: 0,
            }));
        }
        for aircraft in 0..self.air.aircraft.len() {
            self.plan_failure(aircraft);
        }
    }

    /// Plans an aircraft's next failure; after the deadline aircraft are not followed.
    fn plan_failure(&mut self, at: usize) {
        let aircraft = &self.air.aircraft[at];
        let mut stream = self.streams.stream(Purpose::AircraftFailure, aircraft.key, aircraft.failures);
        let due_days = self.now() + stream.standard_exponential() * self.inputs.aviation.failure_days;
        self.air.aircraft[at].due_days = due_days;
        if due_days < self.model.deadline_days() {
            self.schedule(due_days, Event::AircraftFails { aircraft: at as u32 });
        }
    }

    /// An aircraft fails, and needs a part.
    pub(super) fn on_aircraft_fails(&mut self, at: usize) {
        let aircraft = &self.air.aircraft[at];
        if aircraft.condition == Condition::Serviceable && aircraft.due_days == self.now() {
            self.ground(at);
        }
    }

    /// Takes a serviceable aircraft out of service until a part is there and fitted.
    fn ground(&mut self, at: usize) {
        let now = self.now();
        self.air.count_days(now);
        self.air.serviceable[self.air.aircraft[at].kind] -= 1;
        if self.air.parts > 0 {
            self.air.parts -= 1;
            self.repair(at);
        } else {
            self.air.aircraft[at].condition = Condition::AwaitsPart;
            self.air.waiting.push_back(at as u32);
            self.outcome.count_daily(Daily::AircraftGrounded, now, 1);
            self.tell(What::AircraftGrounded, At::Mission, "", &[]);
        }
    }

    fn repair(&mut self, at: usize) {
        let aviation = &self.inputs.aviation;
        let aircraft = &mut self.air.aircraft[at];
        let mut stream = self.streams.stream(Purpose::AircraftRepair, aircraft.key, aircraft.failures);
        let days = stream.lognormal(aviation.repair_days, aviation.repair_log_sd);
        aircraft.condition = Condition::InRepair;
        aircraft.failures += 1;
        self.schedule(self.now() + days, Event::AircraftRepaired { aircraft: at as u32 });
    }

    /// An aircraft is serviceable again.
    pub(super) fn on_aircraft_repaired(&mut self, at: usize) {
        let now = self.now();
        self.air.count_days(now.min(self.model.deadline_days()));
        self.air.aircraft[at].condition = Condition::Serviceable;
        self.air.serviceable[self.air.aircraft[at].kind] += 1;
        self.plan_failure(at);
    }

    /// A granted import of parts may bring one for an aircraft: to the one that has waited longest, else to the shelf.
    pub(super) fn deliver_part(&mut self) {
        let now = self.now();
        self.air.count_days(now.min(self.model.deadline_days()));
        if let Some(at) = self.air.waiting.pop_front() {
            self.outcome.fall_daily(Daily::AircraftGrounded, now, 1);
            self.repair(at as usize);
        } else if self.air.parts < self.inputs.aviation.spare_parts as u32 {
            self.air.parts += 1;
        }
    }

    /// Sets the measures of aircraft when the deadline ends.
    pub(super) fn close_aviation(&mut self) {
        let days = self.model.deadline_days();
        self.air.count_days(days);
        let owned = self.air.aircraft.len() as f64;
        self.outcome.set(Measure::AircraftGrounded, self.air.waiting_days / days);
        let share = if owned > 0.0 { self.air.serviceable_days / (owned * days) } else { 0.0 };
        self.outcome.set(Measure::AircraftServiceable, share);
    }

    /// Counts the aircraft lost, when the simulation ends.
    pub(super) fn count_lost_aircraft(&mut self) {
        self.outcome.set(Measure::AircraftLost, f64::from(self.air.lost));
    }

    /// An aircraft that flew for a base is hit; returns whether it is lost.
    pub(super) fn hit_aircraft(&mut self, base: usize, parent: usize, damage: f64, which: f64) -> bool {
        self.outcome.add(Measure::AirHits, 1.0);
        let now = self.now();
        self.outcome.note(Noted::AirHit, base, now, 1);
        let (grounds, destroys) = (self.inputs.aviation.hit_grounds, self.inputs.aviation.hit_destroys);
        let became = match damage {
            damage if damage < destroys => "lost",
            damage if damage < destroys + grounds => "grounded",
            _ => "unharmed",
        };
        self.tell(What::AircraftHit, At::Base(base), became, &[]);
        if damage >= grounds + destroys {
            return false;
        }
        let flew = |aircraft: &Aircraft| {
            let kind = &self.inputs.aircraft[aircraft.kind];
            let lands = self.lands(kind.runway, base) && self.lands(kind.runway, parent);
            aircraft.condition == Condition::Serviceable && kind.seats > 0.0 && lands
        };
        let able = self.air.aircraft.iter().filter(|aircraft| flew(aircraft)).count();
        let picked = (which * able as f64) as usize;
        let mut flown = self.air.aircraft.iter().enumerate().filter(|(_, aircraft)| flew(aircraft)).map(|(at, _)| at);
        let Some(at) = flown.nth(picked) else { return false };
        if damage < destroys {
            let now = self.now();
            self.air.count_days(now);
            self.air.serviceable[self.air.aircraft[at].kind] -= 1;
            self.air.aircraft[at].condition = Condition::Lost;
            self.air.lost += 1;
        } else {
            self.ground(at);
        }
        damage < destroys
    }
}
