//! The state of one replication, how it begins, and which event goes where.

use rearguard::draw::{Purpose, Stream, Streams};
use rearguard::measures::Measure;
use rearguard::model::routes::{Leg, Network, desks};
use rearguard::model::{Inputs, Model};

use crate::agenda::{Agenda, Event};
use crate::aircraft::Aircraft;
use crate::army::Army;
use crate::books::{self, ENDS, Group, Item, Lot};
use crate::convoy::Convoy;
use crate::desk::Desk;
use crate::points::Points;

/// One happening as it is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub time_days: f64,
    pub what: &'static str,
    pub place: String,
    pub who: String,
    pub base: String,
    pub cause: String,
    pub amounts: Vec<(&'static str, f64)>,
}

/// A crew's job.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    Pack { room: i64 },
    Load { convoy: usize },
}

/// A job under way.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    pub number: u64,
    pub work: Work,
    /// When it ends if no fire falls from when that was worked out.
    pub due_days: f64,
    /// For how long fire had stopped crews by then.
    pub stopped_days: f64,
}

/// A base.
#[expect(clippy::struct_excessive_bools, reason = "each is a plain fact about a base, set once")]
pub struct Base {
    pub open: bool,
    pub target_days: f64,
    pub departs_days: f64,
    pub early: bool,
    pub granted: bool,
    pub waiting: bool,
    pub movement_requests: u64,
    pub meeting_requests: u64,
    pub meeting_out: bool,
    pub meeting_asks_days: f64,
    pub meeting_granted: bool,
    pub disposal_days: Option<f64>,
    pub packing: bool,
    pub crews: u32,
    pub jobs: Vec<Job>,
    pub jobs_started: u64,
    pub rates: Stream,
    pub queue: Vec<usize>,
    pub on_hand: Vec<u32>,
    pub staged: Vec<u32>,
    pub passing: Vec<Lot>,
    pub opening: Vec<u32>,
    pub people: Vec<Group>,
    pub column_requests: u64,
    pub column_asked: bool,
    pub column_filed: bool,
    pub column_granted: bool,
    pub columns_sent: u64,
    pub truck_denied: bool,
    pub destroyed_any: bool,
    pub left_days: f64,
    pub handed_over: bool,
    pub received_army: bool,
    pub received_authority: bool,
    pub holding_since: Option<f64>,
    pub held: bool,
    pub taken_by_group: bool,
    pub taken_by_host: bool,
    pub taken_uniform: f64,
    pub looted_uniform: f64,
    pub shelter_until: f64,
    /// For how long fire has stopped crews.
    pub stopped_days: f64,
    pub fire: Points,
    pub fire_expected: u64,
    pub fire_next: Option<crate::points::Point>,
    pub team: u32,
    pub lift: crate::lift::Lift,
    pub thin_requests: u64,
    pub thinned_vehicles: Vec<u32>,
    pub joins_since: Option<f64>,
    pub fuel: (f64, f64),
    pub tank: f64,
}

/// A fleet of contract trucks.
pub struct Fleet {
    pub trucks: u32,
    pub ready: u32,
    pub drivers: Vec<Group>,
    pub escorts_free: i64,
}

/// A zone.
pub struct Zone {
    pub level: usize,
    pub alarm_days: Option<f64>,
    pub closure_days: Option<f64>,
    pub up: Points,
    pub down: Points,
    pub rises_next: bool,
    pub expected: u64,
}

/// An exit.
pub struct Exit {
    pub requests: u64,
    pub open: bool,
    pub agrees: bool,
}

/// One replication.
pub struct Engine<'a> {
    pub net: &'a Network,
    pub inputs: Inputs,
    pub streams: Streams,
    pub agenda: Agenda,
    pub told: Vec<Told>,
    pub measures: Vec<f64>,
    pub desks: Vec<Desk>,
    pub bases: Vec<Base>,
    pub convoys: Vec<Convoy>,
    pub fleets: Vec<Fleet>,
    pub zones: Vec<Zone>,
    pub exits: Vec<Exit>,
    pub army: Vec<Army>,
    pub aircraft: Vec<Aircraft>,
    pub shelf: u32,
    pub waiting_aircraft: Vec<usize>,
    pub ends: Vec<[u32; ENDS]>,
    pub host_withholds: bool,
    pub deadline_days: f64,
    pub end_days: f64,
    pub passed: bool,
    pub over: bool,
    pub out_people: u32,
    pub cargo_order: Vec<Item>,
    pub driving_order: Vec<Item>,
    pub disposal_order: Vec<Item>,
    pub sums: crate::sums::Sums,
    pub events: u64,
}

impl<'a> Engine<'a> {
    /// Plays one replication.
    pub fn play(model: &'a Model, streams: Streams) -> Self {
        let mut engine = Self::open(model, streams);
        engine.begin();
        while !engine.over {
            let Some(event) = engine.agenda.next() else { break };
            assert!(engine.events < 5_000_000, "too many events");
            engine.events += 1;
            engine.count_held_trucks();
            engine.happens(event);
        }
        let end_days = engine.end_days;
        engine.told.retain(|entry| entry.time_days <= end_days);
        engine.told.sort_by(|a, b| a.time_days.total_cmp(&b.time_days));
        engine
    }

    /// The books as they are opened.
    fn open(model: &'a Model, streams: Streams) -> Self {
        let mut inputs = model.inputs.clone();
        model.realise(&streams, &mut inputs);
        let net = &model.network;
        let held = books::holdings(&inputs);
        let classes = inputs.class.len();
        let fleets = inputs.truck_fleet.iter().enumerate().map(|(at, fleet)| Fleet {
            trucks: fleet.trucks as u32,
            ready: fleet.trucks as u32,
            drivers: vec![Group {
                home: at,
                category: books::DRIVER,
                count: books::rhe(fleet.trucks * fleet.drivers_per_truck) as u32,
            }],
            escorts_free: crate::escorts::owned_and_free(fleet),
        });
        let bases = (0..inputs.base.len()).map(|at| Base {
            open: true,
            target_days: 0.0,
            departs_days: f64::INFINITY,
            early: false,
            granted: false,
            waiting: false,
            movement_requests: 0,
            meeting_requests: 0,
            meeting_out: false,
            meeting_asks_days: 0.0,
            meeting_granted: false,
            disposal_days: None,
            packing: false,
            crews: inputs.base[at].crews as u32,
            jobs: Vec::new(),
            jobs_started: 0,
            rates: streams.stream(Purpose::PackingRate, net.node_key[at], 0),
            queue: Vec::new(),
            on_hand: held[at].clone(),
            staged: vec![0; classes * 2],
            passing: Vec::new(),
            opening: held[at].clone(),
            people: books::garrison(&inputs, at),
            column_requests: 0,
            column_asked: false,
            column_filed: false,
            column_granted: false,
            columns_sent: 0,
            truck_denied: false,
            destroyed_any: false,
            left_days: f64::INFINITY,
            handed_over: false,
            received_army: false,
            received_authority: false,
            holding_since: None,
            held: false,
            taken_by_group: false,
            taken_by_host: false,
            taken_uniform: 0.0,
            looted_uniform: 1.0,
            shelter_until: 0.0,
            stopped_days: 0.0,
            fire: Points::default(),
            fire_expected: 0,
            fire_next: None,
            team: 0,
            lift: crate::lift::Lift::default(),
            thin_requests: 0,
            thinned_vehicles: vec![0; classes * 2],
            joins_since: None,
            fuel: (0.0, 0.0),
            tank: 0.0,
        });
        let deadline_days = inputs.mission.deadline + 1.0;
        Self {
            net,
            streams,
            agenda: Agenda::default(),
            told: Vec::new(),
            measures: vec![0.0; Measure::COUNT],
            desks: (0..desks(&inputs.permissions).len()).map(|desk| Desk::new(&inputs, &streams, desk)).collect(),
            bases: bases.collect(),
            convoys: Vec::new(),
            fleets: fleets.collect(),
            zones: inputs.zone.iter().map(|_| Zone::new()).collect(),
            exits: crate::exits::drawn(&inputs, net, &streams),
            army: Vec::new(),
            aircraft: crate::aircraft::listed(&inputs, net),
            shelf: inputs.aviation.spare_parts as u32,
            waiting_aircraft: Vec::new(),
            ends: vec![[0; ENDS]; inputs.base.len() * classes * 2],
            host_withholds: false,
            deadline_days,
            end_days: deadline_days + inputs.mission.liquidation_days,
            passed: false,
            over: false,
            out_people: 0,
            cargo_order: books::cargo_order(&model.inputs),
            driving_order: books::driving_order(&model.inputs),
            disposal_order: books::disposal_order(&model.inputs),
            sums: crate::sums::Sums::default(),
            events: 0,
            inputs,
        }
    }

    /// What is scheduled before the first event, in the order of 2.2.
    fn begin(&mut self) {
        self.host_withholds = self.host_may_withhold();
        self.draw_army();
        self.draw_tanks();
        self.begin_tension();
        self.draw_targets();
        for base in 0..self.bases.len() {
            self.plan(base);
        }
        self.first_flight();
        self.first_imports();
        for aircraft in 0..self.aircraft.len() {
            self.next_failure(aircraft);
        }
        self.begin_escorts();
        self.begin_meetings();
        let decides_days = self.deadline_days + self.inputs.liquidation.decides_after_days;
        let shares = &self.inputs.liquidation;
        let shares = [shares.contingent_sold, shares.contingent_gifted, shares.un_sold, shares.un_gifted];
        if shares.iter().any(|share| *share > 0.0) {
            self.agenda.at(decides_days, Event::OwnersDecide);
        }
        self.begin_exits();
        self.begin_thinning();
        self.agenda.at(self.deadline_days, Event::DeadlinePasses);
        self.agenda.at(self.end_days, Event::LiquidationEnds);
        self.look_whether_all_are_out();
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::TensionChanges { zone, change } => self.on_tension_changes(zone, change),
            Event::TensionJumps { zone, expected } => self.on_tension_jumps(zone, expected),
            Event::ArmyArrives { column, base } => self.on_army_arrives(column, base),
            Event::AuthorityArrives { base } => self.on_authority_arrives(base),
            Event::MovementAnswered { base, granted } => self.on_movement_answered(base, granted),
            Event::ColumnAnswered { base, granted } => self.on_column_answered(base, granted),
            Event::TrucksReady { fleet, trucks, escorts } => self.on_trucks_ready(fleet, trucks, escorts),
            Event::ImportAnswered { goods, request, granted } => self.on_import_answered(goods, request, granted),
            Event::AircraftFails { aircraft } => self.on_aircraft_fails(aircraft),
            Event::AircraftRepaired { aircraft } => self.on_aircraft_repaired(aircraft),
            Event::ResupplyComes { convoy } => self.on_resupply_comes(convoy),
            Event::SuppliesByRoad { convoy } => self.on_supplies_by_road(convoy),
            Event::EscortsFreed { fleet } => self.on_escorts_freed(fleet),
            Event::MeetingAnswered { base, granted } => self.on_meeting_answered(base, granted),
            Event::TransitAnswered { exit, granted } => self.on_transit_answered(exit, granted),
            Event::ExitOpens { exit } => self.on_exit_opens(exit),
            Event::FireFalls { base, expected } => self.on_fire_falls(base, expected),
            Event::CrewDone { base, job } => self.on_crew_done(base, job),
            Event::DisposalDay { base } => self.on_disposal_day(base),
            Event::ContactReached { convoy } => self.on_contact_reached(convoy),
            Event::VehicleLost { convoy, which } => self.on_vehicle_lost(convoy, which),
            Event::ConvoyPasses { convoy, base } => self.on_convoy_passes(convoy, base),
            Event::ConvoyArrives { convoy } => self.on_convoy_arrives(convoy),
            Event::SuppliesEnd { convoy } => self.on_supplies_end(convoy),
            Event::DecisionReviewed { base } => self.on_decision_reviewed(base),
            Event::PackingStarts { base } => self.start_packing(base),
            Event::MovementAsked { base } => self.on_movement_asked(base),
            Event::ColumnAsked { base } => self.on_column_asked(base),
            Event::ImportAsked { goods, request } => self.on_import_asked(goods, request),
            Event::AirliftAsked { base } => self.on_airlift_asked(base),
            Event::ResupplyAsked { convoy } => self.on_resupply_asked(convoy),
            Event::TransitAsked { exit } => self.on_transit_asked(exit),
            Event::ThinOutAsked { base } => self.on_thin_out_asked(base),
            Event::MeetingAsked { base } => self.on_meeting_asked(base),
            Event::OwnersDecide => self.on_owners_decide(),
            Event::AirliftFlies { base } => self.on_airlift_flies(base),
            Event::BaseLeaves { base } => self.on_base_leaves(base),
            Event::ThinOutLeaves { base } => self.on_thin_out_leaves(base),
            Event::ColumnSetsOut { convoy } => self.sets_out(convoy),
            Event::FlightLeaves { flight } => self.on_flight_leaves(flight),
            Event::CampTaken { base } => self.on_camp_taken(base),
            Event::CampLooted { base } => self.on_camp_looted(base),
            Event::DeadlinePasses => self.on_deadline_passes(),
            Event::LiquidationEnds => self.on_liquidation_ends(),
        }
    }

    /// The clock.
    pub fn now(&self) -> f64 {
        self.agenda.now
    }

    /// The key of a base.
    pub fn key(&self, base: usize) -> u64 {
        self.net.node_key[base]
    }

    /// Adds to a measure.
    pub fn add(&mut self, measure: Measure, amount: f64) {
        self.measures[measure as usize] += amount;
    }

    /// Adds to a measure that counts up to the deadline.
    pub fn add_by_deadline(&mut self, measure: Measure, amount: f64) {
        if !self.passed {
            self.add(measure, amount);
        }
    }

    /// Books items where they end.
    pub fn end(&mut self, lot: Lot, end: books::End) {
        let at = lot.origin * self.inputs.class.len() * 2 + lot.item;
        self.ends[at][end as usize] += lot.units;
    }

    /// Tells of a base.
    pub fn tell(&mut self, what: &'static str, base: usize, cause: &str, amounts: &[(&'static str, f64)]) {
        let id = self.inputs.base[base].id.clone();
        self.tell_at(self.now(), what, (id.clone(), String::new(), id), cause, amounts);
    }

    /// Tells of the mission as a whole.
    pub fn tell_all(&mut self, what: &'static str, amounts: &[(&'static str, f64)]) {
        self.tell_at(self.now(), what, Default::default(), "", amounts);
    }

    /// Tells of a place, somebody and a base.
    pub fn tell_at(
        &mut self,
        time_days: f64,
        what: &'static str,
        (place, who, base): (String, String, String),
        cause: &str,
        amounts: &[(&'static str, f64)],
    ) {
        let cause = cause.to_owned();
        self.told.push(Told { time_days, what, place, who, base, cause, amounts: amounts.to_vec() });
    }

    /// The surface of a leg's road.
    pub fn paved(&self, leg: Leg) -> bool {
        self.inputs.road[leg.road].surface == rearguard::model::network::Surface::Paved
    }
}
