//! The mission's own aircraft (2.22).

use rearguard::draw::{Purpose, key2};
use rearguard::measures::Measure;
use rearguard::model::Inputs;
use rearguard::model::aviation::Runway;
use rearguard::model::routes::Network;

use crate::agenda::Event;
use crate::engine::Engine;

/// What an aircraft is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Serviceable,
    Repaired,
    Waits,
    Lost,
}

pub struct Aircraft {
    pub kind: usize,
    pub key: u64,
    pub state: State,
    pub failures: u64,
    pub fails_days: f64,
}

/// Every aircraft of every type.
pub fn listed(inputs: &Inputs, net: &Network) -> Vec<Aircraft> {
    let mut all = Vec::new();
    for (kind, rules) in inputs.aircraft.iter().enumerate() {
        for number in 0..rules.number as u64 {
            let key = key2(net.aircraft_key[kind], number);
            all.push(Aircraft { kind, key, state: State::Serviceable, failures: 0, fails_days: 0.0 });
        }
    }
    all
}

impl Engine<'_> {
    /// Draws the time of an aircraft's next failure.
    pub fn next_failure(&mut self, at: usize) {
        let (now, mean) = (self.now(), self.inputs.aviation.failure_days);
        let aircraft = &mut self.aircraft[at];
        let mut stream = self.streams.stream(Purpose::AircraftFailure, aircraft.key, aircraft.failures);
        aircraft.fails_days = now + stream.standard_exponential() * mean;
        self.agenda.at(aircraft.fails_days, Event::AircraftFails { aircraft: at });
    }

    pub fn on_aircraft_fails(&mut self, at: usize) {
        let aircraft = &self.aircraft[at];
        if self.passed || aircraft.state != State::Serviceable || aircraft.fails_days != self.now() {
            return;
        }
        self.is_down(at);
    }

    /// An aircraft takes a part, or waits for one.
    pub fn is_down(&mut self, at: usize) {
        self.count_aircraft();
        if self.shelf > 0 {
            self.shelf -= 1;
            self.repair(at);
        } else {
            self.aircraft[at].state = State::Waits;
            self.waiting_aircraft.push(at);
            self.tell_all("aircraft_grounded", &[]);
        }
    }

    fn repair(&mut self, at: usize) {
        let rules = &self.inputs.aviation;
        let (median, log_sd) = (rules.repair_days, rules.repair_log_sd);
        let aircraft = &mut self.aircraft[at];
        let mut stream = self.streams.stream(Purpose::AircraftRepair, aircraft.key, aircraft.failures);
        aircraft.state = State::Repaired;
        let ready_days = self.agenda.now + stream.lognormal(median, log_sd);
        self.agenda.at(ready_days, Event::AircraftRepaired { aircraft: at });
    }

    pub fn on_aircraft_repaired(&mut self, at: usize) {
        self.count_aircraft();
        self.aircraft[at].state = State::Serviceable;
        self.aircraft[at].failures += 1;
        self.next_failure(at);
    }

    /// A part goes to the aircraft that has waited longest, else to the shelf.
    pub fn part_comes(&mut self) {
        if self.waiting_aircraft.is_empty() {
            self.shelf = (self.shelf + 1).min(self.inputs.aviation.spare_parts as u32);
        } else {
            self.count_aircraft();
            let at = self.waiting_aircraft.remove(0);
            self.repair(at);
        }
    }

    /// An aircraft is lost for good.
    pub fn is_lost(&mut self, at: usize) {
        self.count_aircraft();
        self.aircraft[at].state = State::Lost;
        self.add(Measure::AircraftLost, 1.0);
    }

    fn any_serviceable(&self, fits: impl Fn(usize) -> bool) -> bool {
        let none = self.inputs.aircraft.is_empty();
        none || self.aircraft.iter().any(|it| it.state == State::Serviceable && fits(it.kind))
    }

    /// Whether some helicopter can fetch the wounded.
    pub fn helicopter_fit(&self) -> bool {
        let types = &self.inputs.aircraft;
        self.any_serviceable(|kind| types[kind].runway == Runway::None && types[kind].seats > 0.0)
    }

    /// Whether some aircraft can bring supplies.
    pub fn carrier_fit(&self) -> bool {
        self.any_serviceable(|kind| self.inputs.aircraft[kind].payload_t > 0.0)
    }

    /// Adds up the days of aircraft that wait and that can fly, to now.
    pub fn count_aircraft(&mut self) {
        let now = self.now().min(self.deadline_days);
        let of = |state: State| self.aircraft.iter().filter(|it| it.state == state).count() as f64;
        let (waits, fit) = (of(State::Waits), of(State::Serviceable));
        self.sums.aircraft(now, waits, fit);
    }
}
