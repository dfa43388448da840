//! What a contact, fire or a hit does to people (2.12).

use rearguard::draw::Stream;
use rearguard::measures::Measure;

use crate::books::{DRIVER, Group, heads, take_person};
use crate::desk::MEDICAL_EVACUATION;
use crate::engine::Engine;

/// Counts above this are cut.
const MOST_HIT: u64 = 500;

/// What is to hurt.
pub struct Hurt {
    /// Mean number wounded, before those killed.
    pub mean: f64,
    pub dispersion: f64,
    /// Whose desk decides on the flight.
    pub region: usize,
    /// How many of the list are there to be hit; all of them if none.
    pub most: Option<u32>,
}

/// Where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    Road { device: bool, column: bool },
    Base,
    Aircraft,
}

/// What became of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Harm {
    pub killed: u32,
    pub wounded: u32,
    pub taken_off: u32,
    pub care_hours: f64,
    /// Whether a vehicle is lost, and which: two uniforms.
    pub lost: f64,
    pub which: f64,
}

impl Engine<'_> {
    /// Hurts people of a list by one stream.
    pub fn hurt(&mut self, stream: &mut Stream, hurt: &Hurt, people: &mut [Group], place: Place) -> Harm {
        let rules = self.inputs.casualties.clone();
        let mean = hurt.mean / (1.0 - rules.killed_share);
        let most = hurt.most.unwrap_or(heads(people));
        let hit = stream.negative_binomial(mean, hurt.dispersion).min(MOST_HIT).min(u64::from(most));
        let fit = if self.helicopter_fit() { self.on_the_spot(MEDICAL_EVACUATION, hurt.region) } else { 0.0 };
        let flight = stream.chance(fit);
        let hours = stream.lognormal(rules.evacuation_hours, rules.evacuation_log_sd);
        let mut harm = Harm { lost: stream.uniform(), which: stream.uniform(), ..Harm::default() };
        let slow = if flight { 1.0 } else { rules.slow_evacuation_multiplier };
        let (k, i) = (rules.killed_share, rules.immediate_share);
        let dies = (k * i + k * (1.0 - i) * slow).min(1.0);
        let mut fetched = 0;
        for _ in 0..hit {
            let killed = stream.chance(dies);
            let serious = stream.chance(rules.serious_share);
            let dies_in_care = stream.chance(rules.died_of_wounds_share);
            let who = stream.uniform();
            let in_care = !killed && serious;
            let dead = killed || (serious && dies_in_care);
            let among = heads(people);
            let mut driver = false;
            if among > 0 {
                let at = ((who * f64::from(among)) as u32).min(among - 1);
                if dead || in_care {
                    let person = take_person(people, at);
                    driver = person.category == DRIVER;
                    self.leaves_the_mission(person, dead);
                } else {
                    driver = category_at(people, at) == DRIVER;
                }
            }
            harm.killed += u32::from(dead);
            harm.wounded += u32::from(!dead);
            harm.taken_off += u32::from(dead || in_care);
            fetched += u32::from(in_care);
            self.count_casualty(place, dead, in_care, driver);
        }
        if flight && fetched > 0 {
            harm.care_hours = hours;
            if !self.passed {
                self.sums.care(hours);
            }
        }
        harm
    }

    /// A person is dead or in care.
    fn leaves_the_mission(&mut self, person: Group, dead: bool) {
        if person.category != DRIVER {
            self.sums.dead += u32::from(dead);
            self.sums.in_care += u32::from(!dead);
        }
    }

    fn count_casualty(&mut self, place: Place, dead: bool, in_care: bool, driver: bool) {
        use Measure as M;
        let serious = f64::from(u8::from(in_care && !dead));
        self.add(if dead { M::KilledInAll } else { M::WoundedInAll }, 1.0);
        match place {
            Place::Road { .. } | Place::Aircraft if self.passed => {
                self.add(if dead { M::KilledAfter } else { M::WoundedAfter }, 1.0);
            }
            Place::Road { device, column } => {
                self.add(if dead { M::Killed } else { M::Wounded }, 1.0);
                let by_convoy = match (dead, column) {
                    (true, true) => M::KilledColumn,
                    (true, false) => M::KilledGarrison,
                    (false, true) => M::WoundedColumn,
                    (false, false) => M::WoundedGarrison,
                };
                let by_kind = match (dead, device) {
                    (true, true) => M::KilledDevice,
                    (true, false) => M::KilledDirect,
                    (false, true) => M::WoundedDevice,
                    (false, false) => M::WoundedDirect,
                };
                self.add(by_convoy, 1.0);
                self.add(by_kind, 1.0);
                self.add(M::DiedOfWounds, f64::from(u8::from(dead && in_care)));
                self.add(M::Serious, serious);
                self.add(M::ContractorsHit, f64::from(u8::from(driver)));
            }
            Place::Base => {
                self.add(if dead { M::KilledFire } else { M::WoundedFire }, 1.0);
                self.add(M::SeriousFire, serious);
            }
            Place::Aircraft => self.add(if dead { M::KilledAircraft } else { M::WoundedAircraft }, 1.0),
        }
    }
}

/// The category of the person at a place among all of a list.
fn category_at(people: &[Group], mut at: u32) -> usize {
    for group in people {
        if at < group.count {
            return group.category;
        }
        at -= group.count;
    }
    panic!("nobody is at that place");
}
