//! One convoy: what it is, where it stands, and how it drives on until something may concern anyone but itself.
//!
//! It has one pending event, the earliest of its next potential contact, its next breakdown and the leg's end. Each of the three
//! has its own keyed stream, so that a change in one moves none of the others.

use crate::draw::Stream;
use crate::math;
use crate::model::Inputs;
use crate::model::routes::Leg;
use crate::withdrawal::bases::MilliTeu;
use crate::withdrawal::clearance;
use crate::withdrawal::contacts::PotentialContact;
use crate::withdrawal::ledger::Lot;
use crate::withdrawal::pace::{DaysOnRoad, Today, Way};
use crate::withdrawal::people::PeopleLot;
use crate::withdrawal::resupply::Supplies;
use crate::withdrawal::weather::unpaved_factor;

/// What a convoy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Kind {
    /// A garrison leaving its base.
    #[default]
    Withdrawal,
    /// Contract trucks fetching cargo.
    Column,
}

/// Which way a convoy is going.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Journey {
    /// A garrison to its parent.
    #[default]
    ToParent,
    /// A column to the base it loads at.
    Out,
    /// A column to where its cargo goes.
    Loaded,
    /// A column home.
    Back,
}

/// What a convoy on the road comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// Nothing before the simulation ends.
    Nothing,
    EndOfSupplies,
    Contact,
    Failure,
    EndOfLeg,
    EndOfJourney,
}

/// The state of one convoy.
#[derive(Clone, Debug, Default)]
pub struct Convoy {
    /// Keys its streams: base, ordinal and kind, not the order in which convoys happened to leave.
    pub key: u64,
    /// What it is for.
    pub kind: Kind,
    /// Which serial of its garrison, or trip to its base, it is, from 0.
    pub ordinal: u32,
    /// Where it started, or loads.
    pub base: usize,
    /// Which way it is going.
    pub journey: Journey,
    /// The base whose way to its parent it follows.
    pub way_of: usize,
    /// It goes out of the country by its base's exit.
    pub by_exit: bool,
    /// A crew is loading it.
    pub loading: bool,
    /// The leg it is on.
    pub leg: usize,
    /// The leg's road, and what it means for progress and breakdowns.
    pub way: Way,
    /// How far along it was when it last moved off or a day ended.
    pub leg_km: f64,
    /// When it was there.
    pub since_days: f64,
    /// Where its pending event is.
    pub next_km: f64,
    /// When it first set out.
    pub departed_days: f64,
    /// When this journey began.
    pub journey_days: f64,
    /// Person-days of this journey before the people who joined on the way did.
    pub not_aboard_person_days: f64,
    /// Keys the streams of this journey.
    pub journey_key: u64,
    /// Log progress of this convoy against others, in standard deviations.
    pub speed_score: f64,
    /// Its frailty to contacts.
    pub frailty: f64,
    /// Vehicles in the whole column it belongs to when it set out: sets its size factor for good.
    pub column_vehicles: u32,
    /// Its part of that column's contacts: 1 for a column in one piece.
    pub share: f64,
    /// Its size factor on the rate of contacts.
    pub size_factor: f64,
    /// Its progress day by day.
    pub days: DaysOnRoad,
    /// The day on which it last moved, on a road like that of its leg.
    pub today: Option<Today>,
    /// Devices met, direct attacks met, killed and wounded, up to the deadline.
    pub met: [u32; 4],
    /// Keys what the serials of one column have in common.
    pub column_key: u64,
    /// Vehicles now.
    pub vehicles: u32,
    /// Of them armoured.
    pub armoured: u32,
    /// Of them contract trucks.
    pub trucks: u32,
    /// Of them escorts.
    pub escorts: u32,
    /// Room for cargo.
    pub room: MilliTeu,
    /// Who travels.
    pub people: Vec<PeopleLot>,
    /// Own vehicles and cargo.
    pub cargo: Vec<Lot>,
    /// Potential contacts on this journey, in order of distance.
    pub contacts: Vec<PotentialContact>,
    /// The next of them.
    pub next_contact: usize,
    /// Its water, food and fuel.
    pub supplies: Supplies,
    /// Breakdowns on this journey: unit exponential gaps in expected breakdowns.
    pub failures: Option<Stream>,
    /// Expected breakdowns between `gap_km` and the next.
    pub failure_gap: f64,
    /// Where that is counted from.
    pub gap_km: f64,
}

impl Convoy {
    pub(super) fn failures_per_km(&self) -> f64 {
        f64::from(self.vehicles) / self.way.vehicle_km_per_failure
    }

    /// Counts the expected breakdowns of the rest of its leg as passed.
    pub(super) fn end_leg(&mut self) {
        self.failure_gap = (self.failure_gap - (self.way.km - self.gap_km) * self.failures_per_km()).max(0.0);
        self.gap_km = self.way.km;
    }

    /// Starts a leg, at a time that may lie ahead of the clock.
    pub(super) fn start_leg(&mut self, way: Way, at_days: f64) {
        if (way.is_paved, way.km_per_day) != (self.way.is_paved, self.way.km_per_day) {
            self.today = None;
        }
        self.way = way;
        self.leg_km = 0.0;
        self.since_days = at_days;
        self.gap_km = 0.0;
    }

    /// When it passes a point of its leg if it keeps moving: each calendar day on the road has its own progress.
    ///
    /// Notes where the last whole day ended, and nothing between: a point at which nothing happens leaves no trace, not
    /// even in the last digit of an arrival. So a policy moves the same whichever others are judged on its itinerary.
    /// Where supplies end on the way, it is when the day ends in which they do, and false. Where the simulation ends before,
    /// it is some time after that.
    #[inline]
    fn passage_days(&mut self, inputs: &Inputs, km: f64, end_days: f64) -> (f64, bool) {
        let (mut at_days, mut at_km) = (self.since_days, self.leg_km);
        // The fraction of a day is cut off, as `floor` would, which not every processor has.
        let mut day = (at_days - self.departed_days).max(0.0) as u32;
        loop {
            if at_days >= self.supplies.until_days {
                return (at_days, false);
            }
            if at_days > end_days {
                return (at_days, true);
            }
            let today = match self.today {
                Some(today) if today.day == day => today,
                _ => self.reach_day(inputs, day),
            };
            let reach_km = (today.ends_days - at_days).max(0.0) * today.km_per_day;
            if at_km + reach_km >= km {
                return (at_days + (km - at_km) / today.km_per_day, true);
            }
            (at_km, at_days) = (at_km + reach_km, today.ends_days);
            (self.leg_km, self.since_days) = (at_km, at_days);
            day += 1; // counted, not computed: a sum of days need not round back to the same day
        }
    }

    /// Drives on until something may concern anyone but itself; when, and what.
    ///
    /// # Arguments
    /// * `ways` - what each road means, `[road]`.
    /// * `legs` - those of its journey.
    /// * `end_days` - when the simulation ends.
    /// * `calls` - it stops at the end of every leg, not of the last alone.
    pub(super) fn drive(
        &mut self,
        (inputs, ways): (&Inputs, &[Way]),
        legs: &[Leg],
        end_days: f64,
        calls: bool,
    ) -> (f64, Met) {
        let next = self.contacts.get(self.next_contact);
        let (contact_leg, contact_km) = next.map_or((usize::MAX, f64::INFINITY), |contact| (contact.leg, contact.km));
        let vehicles = f64::from(self.vehicles);
        loop {
            let contact_km = if contact_leg == self.leg { contact_km } else { f64::INFINITY };
            let failure_km = self.gap_km + self.failure_gap * (self.way.vehicle_km_per_failure / vehicles);
            let is_contact = contact_km < self.way.km && contact_km <= failure_km;
            let is_failure = !is_contact && failure_km < self.way.km;
            let km = if is_contact { contact_km } else { failure_km.min(self.way.km) };
            let (at_days, supplied) = self.passage_days(inputs, km, end_days);
            if at_days > end_days {
                return (at_days, Met::Nothing);
            }
            if !supplied {
                return (at_days, Met::EndOfSupplies);
            }
            self.next_km = km;
            if is_contact {
                return (at_days, Met::Contact);
            }
            if is_failure {
                return (at_days, Met::Failure);
            }
            self.end_leg();
            if self.leg + 1 == legs.len() {
                self.leg += 1;
                return (at_days, Met::EndOfJourney);
            }
            if calls {
                return (at_days, Met::EndOfLeg);
            }
            self.leg += 1;
            self.start_leg(ways[legs[self.leg].road], at_days);
        }
    }

    /// Its progress on a day and the road it is on.
    #[inline(never)] // so that what is done for every leg stays small
    fn reach_day(&mut self, inputs: &Inputs, day: u32) -> Today {
        let (convoys, speed_score) = (&inputs.convoys, self.speed_score);
        let law = |score| math::exp(convoys.convoy_log_sd * speed_score + convoys.day_log_sd * score);
        let factor = self.days.factor(day, law);
        let on_day = self.departed_days + f64::from(day);
        let weather = if self.way.is_paved { 1.0 } else { unpaved_factor(inputs, on_day) * clearance::pace(inputs) };
        let today = Today { day, ends_days: on_day + 1.0, km_per_day: self.way.km_per_day * weather * factor };
        self.today = Some(today);
        today
    }

    /// Empties it for a new use, keeping its memory.
    pub(super) fn reuse(&mut self) {
        let (mut people, mut cargo, mut contacts) =
            (std::mem::take(&mut self.people), std::mem::take(&mut self.cargo), std::mem::take(&mut self.contacts));
        people.clear();
        cargo.clear();
        contacts.clear();
        *self = Self { people, cargo, contacts, ..Self::default() };
    }

    /// Armoured share of its vehicles.
    pub fn armoured_share(&self) -> f64 {
        if self.vehicles == 0 { 0.0 } else { f64::from(self.armoured) / f64::from(self.vehicles) }
    }
}
