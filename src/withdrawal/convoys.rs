//! Convoys on the road: setting out, breakdowns and halts, junctions, arrival. How one drives is in
//! [`convoy`](crate::withdrawal::convoy).

use crate::draw::{Purpose, key2};
use crate::measures::Measure;
use crate::model::routes::Leg;
use crate::withdrawal::contacts::size_factor;
use crate::withdrawal::convoy::{Convoy, Journey, Kind, Met};
use crate::withdrawal::event::{ConvoyId, Event, small};
use crate::withdrawal::pace::DaysOnRoad;
use crate::withdrawal::people::total;
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

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
        (convoy.leg, convoy.at_km) = (0, 0.0);
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
        let legs = self.legs(id);
        if legs.is_empty() {
            self.on_convoy_arrives(id);
        } else {
            let now = self.now();
            let convoy = &mut self.convoys[id as usize];
            let journey = key2(self.model.network.node_key[convoy.way_of], convoy.journey as u64);
            convoy.journey_key = key2(convoy.key, journey);
            let mut failures = self.streams.stream(Purpose::Breakdown, convoy.journey_key, 0);
            convoy.failure_gap = failures.standard_exponential();
            convoy.failures = Some(failures);
            convoy.start_journey(&self.tables.ways, legs, now);
            self.lay_contacts(id);
            self.move_on(id);
        }
    }

    /// The legs of the journey a convoy is on, or is to begin.
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
        let convoy = &self.convoys[id as usize];
        convoy.legs[convoy.leg].road
    }

    /// Moves a convoy on to what next concerns anyone but itself, and schedules that: a potential contact, a vehicle lost,
    /// its arrival. Breakdowns that are repaired and junctions that are passed are worked out on the way, ahead of the clock.
    pub(super) fn move_on(&mut self, id: ConvoyId) {
        let end_days = self.end_days();
        let calls = self.convoys[id as usize].kind == Kind::Withdrawal || self.tale.is_some();
        let (at_days, event) = loop {
            let convoy = &mut self.convoys[id as usize];
            let (at_days, met) = convoy.drive((&self.inputs, &self.tables.ways), end_days, calls);
            match met {
                Met::Nothing => return,
                Met::EndOfSupplies => break (at_days, Event::SuppliesEnd { convoy: id }),
                Met::Contact => break (at_days, Event::ContactReached { convoy: id }),
                Met::EndOfJourney => break (at_days, Event::ConvoyArrives { convoy: id }),
                Met::Failure => {
                    if let Some(lost) = self.break_down(id, at_days) {
                        break (at_days, lost);
                    }
                }
                Met::EndOfLeg => {
                    let place = convoy.legs[convoy.leg].to;
                    if convoy.kind == Kind::Withdrawal && self.may_be_joined(id, place) {
                        break (at_days, Event::ConvoyPasses { convoy: id, base: small(place) });
                    }
                    self.convoys[id as usize].next_leg(&self.tables.ways, at_days);
                    self.tell_of(at_days, What::JunctionPassed, At::Convoy(id), "", &[]);
                }
            }
        };
        self.schedule(at_days, event);
    }

    /// Takes a convoy that has come to a place on its way onto the next leg.
    pub(super) fn pass_on(&mut self, id: ConvoyId) {
        let now = self.now();
        self.convoys[id as usize].next_leg(&self.tables.ways, now);
        self.tell(What::JunctionPassed, At::Convoy(id), "", &[]);
        self.move_on(id);
    }

    /// Fixes where a convoy stands, before anything about it changes.
    pub(super) fn stop(&mut self, id: ConvoyId, at_days: f64) {
        let convoy = &mut self.convoys[id as usize];
        convoy.count_failures(convoy.next_km);
        (convoy.at_km, convoy.since_days) = (convoy.next_km, at_days);
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
        if at_days <= self.model.deadline_days() {
            self.outcome.add(Measure::Breakdowns, 1.0);
        }
        let amounts = [("on_leg_km", convoy.on_leg_km()), ("halt_days", delay_days)];
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
