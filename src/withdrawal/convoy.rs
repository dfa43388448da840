//! One convoy: what it is, where it stands, and how it drives on until something may concern anyone but itself.
//!
//! It has one pending event, the earliest of its next potential contact, its next breakdown and the end of the roads that are
//! like the present one, or of its leg where it calls. Contacts, breakdowns and days on the road have keyed streams of their
//! own, so that a change in one moves none of the others.

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
pub struct Convoy<'m> {
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
    /// The legs of its journey.
    pub legs: &'m [Leg],
    /// The leg it is on; all of them when it has arrived.
    pub leg: usize,
    /// Where on the journey that leg begins and ends.
    pub leg_km: [f64; 2],
    /// What roads here mean for progress and breakdowns.
    pub way: Way,
    /// Up to which leg they are alike.
    pub way_legs: usize,
    /// Up to where on the journey.
    pub way_km: f64,
    /// How far along its journey it was when it last moved off or a day ended.
    pub at_km: f64,
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

impl<'m> Convoy<'m> {
    pub(super) fn failures_per_km(&self) -> f64 {
        f64::from(self.vehicles) / self.way.vehicle_km_per_failure
    }

    /// Counts the expected breakdowns up to a point as passed.
    pub(super) fn count_failures(&mut self, km: f64) {
        self.failure_gap = (self.failure_gap - (km - self.gap_km) * self.failures_per_km()).max(0.0);
        self.gap_km = km;
    }

    /// Starts a journey, at a time that may lie ahead of the clock.
    pub(super) fn start_journey(&mut self, ways: &[Way], legs: &'m [Leg], at_days: f64) {
        (self.legs, self.leg, self.leg_km) = (legs, 0, [0.0, ways[legs[0].road].km]);
        (self.at_km, self.since_days, self.gap_km) = (0.0, at_days, 0.0);
        self.take_way(ways);
    }

    /// Takes up the road of its leg, with all that follow and are like it: they are driven as one.
    fn take_way(&mut self, ways: &[Way]) {
        let way = ways[self.legs[self.leg].road];
        if (way.is_paved, way.km_per_day) != (self.way.is_paved, self.way.km_per_day) {
            self.today = None;
        }
        (self.way, self.way_legs, self.way_km) = (way, self.leg + 1, self.leg_km[1]);
        while let Some(next) = self.legs.get(self.way_legs).map(|leg| &ways[leg.road])
            && next.is_like(&way)
        {
            (self.way_legs, self.way_km) = (self.way_legs + 1, self.way_km + next.km);
        }
    }

    /// Goes on to the next leg from the end of one, at a time that may lie ahead of the clock.
    pub(super) fn next_leg(&mut self, ways: &[Way], at_days: f64) {
        let from_km = self.leg_km[1];
        self.leg += 1;
        self.leg_km = [from_km, from_km + ways[self.legs[self.leg].road].km];
        if self.leg == self.way_legs {
            self.count_failures(from_km);
            (self.at_km, self.since_days) = (from_km, at_days);
            self.take_way(ways);
        }
    }

    /// Finds the leg on which a point lies, of those that are driven as one.
    fn find_leg(&mut self, ways: &[Way], km: f64) {
        while self.leg_km[1] <= km && self.leg + 1 < self.way_legs {
            self.leg += 1;
            self.leg_km = [self.leg_km[1], self.leg_km[1] + ways[self.legs[self.leg].road].km];
        }
    }

    /// How far along its leg it was when it last moved off or a day ended.
    pub(super) fn on_leg_km(&self) -> f64 {
        self.at_km - self.leg_km[0]
    }

    /// When it passes a point of its journey if it keeps moving on roads like the present: each calendar day on the road has
    /// its own progress.
    ///
    /// Notes where the last whole day ended, and nothing between: a point at which nothing happens leaves no trace, not
    /// even in the last digit of an arrival. So a policy moves the same whichever others are judged on its itinerary.
    /// Where supplies end on the way, it is when the day ends in which they do, and false. Where the simulation ends before,
    /// it is some time after that.
    #[inline]
    fn passage_days(&mut self, inputs: &Inputs, km: f64, end_days: f64) -> (f64, bool) {
        let (mut at_days, mut at_km) = (self.since_days, self.at_km);
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
            (self.at_km, self.since_days) = (at_km, at_days);
            day += 1; // counted, not computed: a sum of days need not round back to the same day
        }
    }

    /// Drives on until something may concern anyone but itself; when, and what.
    ///
    /// # Arguments
    /// * `ways` - what each road means, `[road]`.
    /// * `end_days` - when the simulation ends.
    /// * `calls` - it stops at the end of every leg, not of its journey alone.
    pub(super) fn drive(&mut self, (inputs, ways): (&Inputs, &[Way]), end_days: f64, calls: bool) -> (f64, Met) {
        let contact_km = self.contacts.get(self.next_contact).map_or(f64::INFINITY, |contact| contact.km);
        let vehicles = f64::from(self.vehicles);
        loop {
            let end_km = if calls { self.leg_km[1] } else { self.way_km };
            let failure_km = self.gap_km + self.failure_gap * (self.way.vehicle_km_per_failure / vehicles);
            let is_contact = contact_km < end_km && contact_km <= failure_km;
            let is_failure = !is_contact && failure_km < end_km;
            let km = if is_contact { contact_km } else { failure_km.min(end_km) };
            let (at_days, supplied) = self.passage_days(inputs, km, end_days);
            if at_days > end_days {
                return (at_days, Met::Nothing);
            }
            if !supplied {
                return (at_days, Met::EndOfSupplies);
            }
            self.next_km = km;
            if is_contact || is_failure {
                self.find_leg(ways, km);
                return (at_days, if is_contact { Met::Contact } else { Met::Failure });
            }
            if !calls {
                (self.leg, self.leg_km[1]) = (self.way_legs - 1, km);
            }
            if self.leg + 1 == self.legs.len() {
                self.leg += 1;
                return (at_days, Met::EndOfJourney);
            }
            if calls {
                return (at_days, Met::EndOfLeg);
            }
            self.next_leg(ways, at_days);
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
