//! The host's desks: stances, and how requests fare (2.5).

use rearguard::draw::{Purpose, Streams, key2};
use rearguard::measures::Measure;
use rearguard::model::Inputs;
use rearguard::model::permissions::{Regime, Stance};
use rearguard::model::routes::desks;

use crate::engine::Engine;

pub const TRUCK_COLUMN: usize = 0;
pub const GROUND_MOVEMENT: usize = 1;
pub const AIR_OVERWATCH: usize = 2;
pub const SURVEILLANCE: usize = 3;
pub const MEDICAL_EVACUATION: usize = 4;
pub const FUEL_IMPORT: usize = 5;
pub const AIR_LIFT: usize = 7;
pub const AIR_RESUPPLY: usize = 8;
pub const NEIGHBOUR_TRANSIT: usize = 9;
pub const ARMED_ESCORT: usize = 10;
pub const HANDOVER_MEETING: usize = 11;

/// How a request fares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    Unanswered,
    Answered { granted: bool, after_days: f64 },
}

/// The stance of a desk as its process has it: one sojourn after another.
pub struct Desk {
    restrictive: bool,
    /// When the stance changed.
    changes: Vec<f64>,
    sojourn: u64,
    /// What is left of the sojourn's unit exponential at `since_days`.
    left: f64,
    since_days: f64,
    streams: Streams,
    number: usize,
    /// Rates to restrictive and to permissive, before feedback.
    rates: (f64, f64),
    /// Dates from which an appeal's factor holds.
    appeals: Vec<(f64, f64)>,
    /// Departures that count, by time, with the factor of each.
    departures: Vec<(f64, f64)>,
}

impl Desk {
    pub fn new(inputs: &Inputs, streams: &Streams, number: usize) -> Self {
        let desk = desks(&inputs.permissions)[number].1;
        Self {
            restrictive: desk.stance_at_start == Stance::Restrictive,
            changes: Vec::new(),
            sojourn: 0,
            left: streams.stream(Purpose::Regime, number as u64, 0).standard_exponential(),
            since_days: 0.0,
            streams: *streams,
            number,
            rates: (desk.to_restrictive_per_day, desk.to_permissive_per_day),
            appeals: inputs.permissions.appeal.iter().map(|appeal| (appeal.from, appeal.factor)).collect(),
            departures: Vec::new(),
        }
    }

    /// The rate at which the present sojourn ends, from a time on, and until when that rate holds.
    fn rate(&self, from_days: f64) -> (f64, f64) {
        if self.restrictive {
            return (self.rates.1, f64::INFINITY);
        }
        let factors = || self.appeals.iter().chain(&self.departures);
        let factor: f64 = factors().filter(|(date, _)| *date <= from_days).map(|(_, factor)| factor).product();
        let changes = factors().filter(|(date, factor)| *date > from_days && *factor != 1.0);
        (self.rates.0 * factor, changes.map(|(date, _)| *date).fold(f64::INFINITY, f64::min))
    }

    /// The stance at a time that the process has reached.
    fn was_restrictive(&self, time_days: f64) -> bool {
        let since = self.changes.iter().filter(|change| **change > time_days).count();
        self.restrictive ^ (since % 2 == 1)
    }

    /// Moves the process on to a time.
    fn reach(&mut self, now: f64) {
        loop {
            let (rate, until_days) = self.rate(self.since_days);
            let end_days = if rate > 0.0 { self.since_days + self.left / rate } else { f64::INFINITY };
            if end_days.min(until_days) > now {
                return;
            }
            if end_days <= until_days {
                self.restrictive = !self.restrictive;
                self.changes.push(end_days);
                self.sojourn += 1;
                let mut stream = self.streams.stream(Purpose::Regime, self.number as u64, self.sojourn);
                self.left = stream.standard_exponential();
                self.since_days = end_days;
            } else {
                self.left -= (until_days - self.since_days) * rate;
                self.since_days = until_days;
            }
        }
    }
}

impl Engine<'_> {
    /// Whether a desk is restrictive towards a region now.
    fn restrictive(&mut self, desk: usize, region: usize, now: f64) -> bool {
        let clock = self.now();
        self.desks[desk].reach(clock);
        if !self.net.restricted[desk][region] {
            return false;
        }
        let rules = desks(&self.inputs.permissions)[desk].1;
        let change = rules.change.iter().rfind(|change| change.from <= now);
        match change.filter(|change| change.until.is_none_or(|until| now < until + 1.0)) {
            Some(change) => change.stance == Stance::Restrictive,
            None => self.desks[desk].was_restrictive(now),
        }
    }

    /// The shares unanswered and granted now.
    fn shares(&mut self, desk: usize, region: usize, time_days: f64) -> (f64, f64) {
        let restrictive = self.restrictive(desk, region, time_days);
        let rules = desks(&self.inputs.permissions)[desk].1;
        if restrictive {
            (rules.unanswered_restrictive, rules.granted_restrictive)
        } else {
            (rules.unanswered_permissive, rules.granted_permissive)
        }
    }

    /// The probability that a request made on the spot is granted.
    pub fn on_the_spot(&mut self, desk: usize, region: usize) -> f64 {
        self.on_the_spot_at(desk, region, self.now())
    }

    /// The same at a time that has been.
    pub fn on_the_spot_at(&mut self, desk: usize, region: usize, time_days: f64) -> f64 {
        match desks(&self.inputs.permissions)[desk].1.regime {
            Regime::Granted => 1.0,
            Regime::Denied => 0.0,
            Regime::Process => {
                let (unanswered, granted) = self.shares(desk, region, time_days);
                (1.0 - unanswered) * granted
            }
        }
    }

    /// How a request fares that is keyed by an entity and its ordinal. `withheld` is a refusal in place of a grant.
    pub fn fare(&mut self, desk: usize, entity: u64, ordinal: u64, region: usize, withheld: bool) -> Fate {
        match desks(&self.inputs.permissions)[desk].1.regime {
            Regime::Granted => return Fate::Answered { granted: true, after_days: 0.0 },
            Regime::Denied => return Fate::Answered { granted: false, after_days: 0.0 },
            Regime::Process => {}
        }
        let (unanswered, granted) = self.shares(desk, region, self.now());
        let mut stream = self.streams.stream(Purpose::Answer, entity, ordinal);
        let never = stream.chance(unanswered);
        let grants = stream.chance(granted);
        let rules = desks(&self.inputs.permissions)[desk].1;
        let after_days = stream.weibull(rules.answer_shape, rules.answer_mean_days);
        if never { Fate::Unanswered } else { Fate::Answered { granted: grants && !withheld, after_days } }
    }

    /// A request of a base, told and counted.
    pub fn ask(&mut self, desk: usize, base: usize, ordinal: u64, withheld: bool) -> Fate {
        let entity = key2(self.key(base), desk as u64);
        self.ask_as(desk, (base, entity), ordinal, withheld)
    }

    /// The same under another key.
    pub fn ask_as(&mut self, desk: usize, (base, entity): (usize, u64), ordinal: u64, withheld: bool) -> Fate {
        let fate = self.fare(desk, entity, ordinal, self.net.base_region[base], withheld);
        let what = if fate == Fate::Unanswered { "unanswered" } else { "asked" };
        let name = self.desk_name(desk);
        self.tell(what, base, name, &[]);
        self.count_request(fate);
        fate
    }

    /// Counts a request and its fate.
    pub fn count_request(&mut self, fate: Fate) {
        self.add(Measure::Requests, 1.0);
        match fate {
            Fate::Unanswered => self.add(Measure::Unanswered, 1.0),
            Fate::Answered { granted, after_days } => {
                self.add(if granted { Measure::Granted } else { Measure::Refused }, 1.0);
                self.sums.wait(after_days);
            }
        }
    }

    /// Tells an answer.
    pub fn tell_answer(&mut self, desk: usize, base: usize, granted: bool) {
        let name = self.desk_name(desk);
        self.tell(if granted { "granted" } else { "refused" }, base, name, &[]);
    }

    pub fn desk_name(&self, desk: usize) -> &'static str {
        desks(&self.inputs.permissions)[desk].0
    }

    /// How long a desk's refused or unanswered requests wait.
    pub fn retry_days(&self, desk: usize) -> f64 {
        desks(&self.inputs.permissions)[desk].1.retry_days
    }

    /// A departure that the host takes ill, from now on.
    pub fn host_resents(&mut self) {
        let (now, factor) = (self.now(), self.inputs.permissions.departure_factor);
        for desk in &mut self.desks {
            desk.reach(now);
            desk.departures.push((now, factor));
        }
    }
}
