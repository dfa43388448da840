//! Convoys on the road: legs, daily progress, halts, breakdowns and arrival.
//!
//! A convoy has one pending event, the earliest of its next potential contact, its next breakdown and the leg's end.
//! Each of the three has its own keyed stream, so that a change in one moves none of the others.

use crate::draw::{Purpose, Stream, key2};
use crate::math;
use crate::measures::Measure;
use crate::model::Inputs;
use crate::model::routes::Leg;
use crate::withdrawal::bases::MilliTeu;
use crate::withdrawal::clearance;
use crate::withdrawal::contacts::{PotentialContact, size_factor};
use crate::withdrawal::event::{ConvoyId, Event, small};
use crate::withdrawal::ledger::Lot;
use crate::withdrawal::pace::{DaysOnRoad, Today, Way};
use crate::withdrawal::people::{PeopleLot, total};
use crate::withdrawal::resupply::Supplies;
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};
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
    fn failures_per_km(&self) -> f64 {
        f64::from(self.vehicles) / self.way.vehicle_km_per_failure
    }

    /// Counts the expected breakdowns of the rest of its leg as passed.
    fn end_leg(&mut self) {
        self.failure_gap = (self.failure_gap - (self.way.km - self.gap_km) * self.failures_per_km()).max(0.0);
        self.gap_km = self.way.km;
    }

    /// Starts a leg, at a time that may lie ahead of the clock.
    fn start_leg(&mut self, way: Way, at_days: f64) {
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
    fn reuse(&mut self) {
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

impl<'m> Withdrawal<'m> {
    /// A new convoy, empty.
    pub(super) fn new_convoy(&mut self, kind: Kind, base: usize, key: u64) -> ConvoyId {
        let id = self.convoys_used;
        self.convoys_used += 1;
        if id == self.convoys.len() {
            self.convoys.push(Convoy::default());
        }
        let convoy = &mut self.convoys[id];
        convoy.reuse();
        convoy.kind = kind;
        convoy.journey = match kind {
            Kind::Withdrawal => Journey::ToParent,
            Kind::Column => Journey::Out,
        };
        convoy.base = base;
        convoy.way_of = base;
        convoy.key = key;
        convoy.column_key = key;
        id as ConvoyId
    }

    /// Draws what belongs to a convoy for good, at its first departure.
    fn first_departure(&mut self, id: ConvoyId) {
        let variance = self.inputs.threat.frailty_variance;
        let convoy = &mut self.convoys[id as usize];
        convoy.frailty = if variance > 0.0 {
            self.streams.stream(Purpose::Frailty, convoy.column_key, 0).gamma(1.0 / variance, 1.0)
        } else {
            1.0
        };
        convoy.speed_score = self.streams.stream(Purpose::ColumnSpeed, convoy.key, 0).standard_normal();
        convoy.departed_days = self.agenda.now();
        convoy.days = DaysOnRoad::new(self.streams.stream(Purpose::DaySpeed, convoy.key, 0));
        convoy.size_factor = size_factor(&self.inputs, convoy.column_vehicles);
        self.supply(id);
    }

    /// Starts a journey at its first leg.
    pub(super) fn set_out(&mut self, id: ConvoyId, journey: Journey) {
        if matches!(journey, Journey::Out | Journey::ToParent) {
            self.first_departure(id);
        }
        let now = self.now();
        let convoy = &mut self.convoys[id as usize];
        convoy.journey = journey;
        convoy.loading = false;
        convoy.leg = 0;
        convoy.journey_days = now;
        if journey == Journey::ToParent {
            let (vehicles, people) = (f64::from(convoy.vehicles), f64::from(total(&convoy.people)));
            let units: u32 = convoy.cargo.iter().map(|lot| lot.units).sum();
            let amounts = [("vehicles", vehicles), ("people", people), ("units", f64::from(units))];
            self.tell(What::ConvoyDeparts, At::Convoy(id), "", &amounts);
        }
        self.begin_journey(id);
    }

    /// Takes a convoy onto the first leg of its journey; one without legs arrives at once.
    pub(super) fn begin_journey(&mut self, id: ConvoyId) {
        if self.legs(id).is_empty() {
            self.on_convoy_arrives(id);
        } else {
            let convoy = &mut self.convoys[id as usize];
            let journey = key2(self.model.network.node_key[convoy.way_of], convoy.journey as u64);
            convoy.journey_key = key2(convoy.key, journey);
            let mut failures = self.streams.stream(Purpose::Breakdown, convoy.journey_key, 0);
            convoy.failure_gap = failures.standard_exponential();
            convoy.failures = Some(failures);
            self.lay_contacts(id);
            self.start_leg(id);
            self.move_on(id);
        }
    }

    /// Starts the leg a convoy has come to.
    fn start_leg(&mut self, id: ConvoyId) {
        let now = self.now();
        let leg = self.legs(id)[self.convoys[id as usize].leg];
        self.convoys[id as usize].start_leg(self.tables.ways[leg.road], now);
    }

    /// The legs of the journey a convoy is on.
    pub(super) fn legs(&self, id: ConvoyId) -> &'m [Leg] {
        let convoy = &self.convoys[id as usize];
        let network = &self.model.network;
        let trip = || network.trip[convoy.base].as_ref().expect("a column has a trip");
        if convoy.by_exit {
            match (convoy.journey, &network.convoys_exit[convoy.base], &network.cargo_exit[convoy.base]) {
                (Journey::ToParent, Some(garrison), _) => return &garrison.there,
                (Journey::Loaded, _, Some(cargo)) => return &cargo.there,
                (Journey::Back, _, Some(cargo)) => return &cargo.back,
                _ => {}
            }
        }
        match convoy.journey {
            Journey::ToParent => network.withdrawal[convoy.way_of].as_deref().expect("a garrison has a way out"),
            Journey::Out => &trip().out,
            Journey::Loaded => &trip().loaded,
            Journey::Back => &trip().back,
        }
    }

    /// The road of the leg a convoy is on.
    pub(super) fn road(&self, id: ConvoyId) -> usize {
        self.convoys[id as usize].way.road
    }

    /// Moves a convoy on to what next concerns anyone but itself, and schedules that: a potential contact, a vehicle lost,
    /// its arrival. Breakdowns that are repaired and junctions that are passed are worked out on the way, ahead of the clock.
    pub(super) fn move_on(&mut self, id: ConvoyId) {
        let legs = self.legs(id);
        let convoy = &self.convoys[id as usize];
        // Neither changes before something happens that ends this.
        let next = convoy.contacts.get(convoy.next_contact);
        let (contact_leg, contact_km) = next.map_or((usize::MAX, f64::INFINITY), |contact| (contact.leg, contact.km));
        let (vehicles, end_days) = (f64::from(convoy.vehicles), self.end_days());
        let (at_days, event) = loop {
            let convoy = &mut self.convoys[id as usize];
            let contact_km = if contact_leg == convoy.leg { contact_km } else { f64::INFINITY };
            let failure_km = convoy.gap_km + convoy.failure_gap * (convoy.way.vehicle_km_per_failure / vehicles);
            let is_contact = contact_km < convoy.way.km && contact_km <= failure_km;
            let is_failure = !is_contact && failure_km < convoy.way.km;
            let km = if is_contact { contact_km } else { failure_km.min(convoy.way.km) };
            let (at_days, supplied) = convoy.passage_days(&self.inputs, km, end_days);
            if at_days > end_days {
                return;
            }
            if !supplied {
                break (at_days, Event::SuppliesEnd { convoy: id });
            }
            convoy.next_km = km;
            if is_contact {
                break (at_days, Event::ContactReached { convoy: id });
            }
            if is_failure {
                if let Some(lost) = self.break_down(id, at_days) {
                    break (at_days, lost);
                }
                continue;
            }
            convoy.end_leg();
            if convoy.leg + 1 == legs.len() {
                convoy.leg += 1;
                break (at_days, Event::ConvoyArrives { convoy: id });
            }
            if convoy.kind == Kind::Withdrawal {
                let place = legs[convoy.leg].to;
                if self.may_be_joined(id, place) {
                    break (at_days, Event::ConvoyPasses { convoy: id, base: small(place) });
                }
            }
            let convoy = &mut self.convoys[id as usize];
            convoy.leg += 1;
            convoy.start_leg(self.tables.ways[legs[convoy.leg].road], at_days);
            self.tell_of(at_days, What::JunctionPassed, At::Convoy(id), "", &[]);
        };
        self.schedule(at_days, event);
    }

    /// Takes a convoy that stopped at a place on its way onto the next leg.
    pub(super) fn pass_on(&mut self, id: ConvoyId) {
        self.convoys[id as usize].leg += 1;
        self.lay_contacts(id); // whoever joined it there may have changed the rates
        self.start_leg(id);
        self.tell(What::JunctionPassed, At::Convoy(id), "", &[]);
        self.move_on(id);
    }

    /// Fixes where a convoy stands, before anything about it changes.
    pub(super) fn stop(&mut self, id: ConvoyId, at_days: f64) {
        let convoy = &mut self.convoys[id as usize];
        let here_km = convoy.next_km;
        convoy.failure_gap = (convoy.failure_gap - (here_km - convoy.gap_km) * convoy.failures_per_km()).max(0.0);
        (convoy.leg_km, convoy.gap_km, convoy.since_days) = (here_km, here_km, at_days);
    }

    /// Halts a convoy that has stopped, and schedules what it meets next after it has moved off again.
    pub(super) fn halt(&mut self, id: ConvoyId, days: f64) {
        self.convoys[id as usize].since_days = self.now() + days;
        self.move_on(id);
    }

    /// A vehicle breaks down: the convoy waits until it is repaired, or given up; then its loss is the event to come.
    #[inline(never)] // so that what is done for every leg stays small
    fn break_down(&mut self, id: ConvoyId, at_days: f64) -> Option<Event> {
        self.stop(id, at_days);
        let convoys = &self.inputs.convoys;
        let convoy = &mut self.convoys[id as usize];
        let stream = convoy.failures.as_mut().expect("a convoy on a leg has its stream");
        let delay_days = stream.lognormal(convoys.breakdown_delay_days, convoys.breakdown_delay_log_sd);
        let is_lost = stream.chance(convoys.abandon_probability);
        let which = stream.uniform();
        convoy.failure_gap = stream.standard_exponential();
        convoy.since_days = at_days + delay_days;
        if at_days < self.model.deadline_days() {
            self.outcome.add(Measure::Breakdowns, 1.0);
        }
        let amounts = [("on_leg_km", convoy.leg_km), ("halt_days", delay_days)];
        self.tell_of(at_days, What::Breakdown, At::Convoy(id), "", &amounts);
        is_lost.then_some(Event::VehicleLost { convoy: id, which })
    }

    /// A convoy reaches the end of its journey.
    pub(super) fn on_convoy_arrives(&mut self, id: ConvoyId) {
        self.finish_journey(id);
        match self.convoys[id as usize].journey {
            Journey::ToParent => self.garrison_arrives(id),
            Journey::Out => self.column_at_base(id),
            Journey::Loaded => self.unload_column(id),
            Journey::Back => self.column_home(id),
        }
    }

    /// Adds a journey's days to what people were exposed to, with the injuries and illness of the road.
    fn finish_journey(&mut self, id: ConvoyId) {
        let now = self.now();
        let convoy = &mut self.convoys[id as usize];
        let days = now - convoy.journey_days;
        // Of those who joined and are hit later no more than all that they were not aboard for is taken off.
        let not_aboard = std::mem::take(&mut convoy.not_aboard_person_days);
        let person_days = (f64::from(total(&convoy.people)) * days - not_aboard).max(0.0);
        let convoy = &self.convoys[id as usize];
        if !self.before_deadline() {
            return;
        }
        self.outcome.add(Measure::Exposed, person_days);
        let mean = person_days * self.inputs.casualties.non_battle_per_person_day;
        if mean > 0.0 {
            let onward = convoy.way_of != convoy.base;
            let from = if onward { self.model.network.node_key[convoy.way_of] } else { 0 };
            let key = key2(convoy.key, from ^ convoy.journey as u64);
            let cases = self.streams.stream(Purpose::NonBattle, key, 0).poisson(mean);
            self.outcome.add(Measure::NonBattle, cases as f64);
        }
        if convoy.kind == Kind::Withdrawal {
            self.count_cover(id, days);
        }
    }
}
