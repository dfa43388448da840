//! One replication: the state of everything, how it begins, and the one place where events are dispatched.

use std::cell::Cell;

use crate::draw::{Purpose, Stream, Streams};
use crate::kernel::{Agenda, Limits};
use crate::measures::Daily;
use crate::model::{Inputs, Model};
use crate::withdrawal::accounts::{Account, Cause};
use crate::withdrawal::aviation::AirFleet;
use crate::withdrawal::bases::BaseState;
use crate::withdrawal::casualties::Fate;
use crate::withdrawal::columns::FleetState;
use crate::withdrawal::contacts::Bound;
use crate::withdrawal::convoy::Convoy;
use crate::withdrawal::disposal::Load;
use crate::withdrawal::event::Event;
use crate::withdrawal::exits::ExitState;
use crate::withdrawal::fire::FireState;
use crate::withdrawal::host_army::Advance;
use crate::withdrawal::imports::FuelStock;
use crate::withdrawal::ledger::{Ledger, Lot, Posting};
use crate::withdrawal::outcome::{Direct, Outcome};
use crate::withdrawal::people::{Category, PeopleLedger, PeopleLot, Whereabouts};
use crate::withdrawal::permissions::Host;
use crate::withdrawal::stock::{Apportionment, opening_stock, whole};
use crate::withdrawal::tables::Tables;
use crate::withdrawal::tale::Tale;
use crate::withdrawal::tension::ZoneState;

/// Caps that no sound scenario reaches: a runaway becomes an outcome, not a hang.
const LIMITS: Limits = Limits { events: 50_000_000, events_at_one_instant: 1_000_000 };

/// Another policy judged on this one's itineraries.
pub(super) struct Shadow<'m> {
    pub(super) model: &'m Model,
    pub(super) inputs: Inputs,
    pub(super) host: Host,
    pub(super) direct: Direct,
}

/// A replication's streams, with a count of how many were opened.
pub(super) struct CountedStreams {
    inner: Streams,
    opened: Cell<u64>,
}

impl CountedStreams {
    pub(super) fn new(inner: Streams) -> Self {
        Self { inner, opened: Cell::new(0) }
    }

    /// How many were opened.
    pub(super) fn opened(&self) -> u64 {
        self.opened.get()
    }

    /// The streams without the count.
    pub(super) fn plain(&self) -> Streams {
        self.inner
    }

    /// The stream of a decision, see [`Streams::stream`].
    pub(super) fn stream(&self, purpose: Purpose, entity: u64, occurrence: u64) -> Stream {
        self.opened.set(self.opened.get() + 1);
        self.inner.stream(purpose, entity, occurrence)
    }
}

/// Runs replications of one policy, one after another, in memory that is reset and not rebuilt.
pub struct Withdrawal<'m> {
    pub(super) model: &'m Model,
    pub(super) inputs: Inputs,
    pub(super) streams: CountedStreams,
    pub(super) tables: Tables,
    pub(super) host: Host,
    /// Until when the stances of this policy and of the shadows are known.
    pub(super) hosts_known_until_days: f64,
    pub(super) zones: Vec<ZoneState>,
    pub(super) fire: Vec<FireState>,
    pub(super) advances: Vec<Advance>,
    /// From when to when a host column is near each zone.
    pub(super) near_days: Vec<Vec<(f64, f64)>>,
    pub(super) host_delays: bool,
    pub(super) bases: Vec<BaseState>,
    pub(super) fleets: Vec<FleetState>,
    /// Bases with a granted column that waits for trucks.
    pub(super) granted: Vec<u16>,
    pub(super) convoys: Vec<Convoy<'m>>,
    pub(super) convoys_used: usize,
    pub(super) ledger: Ledger,
    pub(super) people: PeopleLedger,
    pub(super) outcome: Outcome,
    pub(super) shadows: Vec<Shadow<'m>>,
    /// The shadow to which air cover is granted, if its curve over the rate ratio is to be taken.
    pub(super) curve: Option<usize>,
    pub(super) load: Load,
    /// Bounds on rates of contacts on a journey, by policy.
    pub(super) contact_bounds: Vec<Bound>,
    pub(super) hits: Vec<(Fate, f64)>,
    /// Fuel at each base.
    pub(super) fuel: Vec<FuelStock>,
    /// The mission's aircraft.
    pub(super) air: AirFleet,
    /// Exits through neighbouring countries.
    pub(super) exits: Vec<ExitState>,
    pub(super) agenda: Agenda<Event>,
    /// What each base opened with, `[base * items + item]`.
    pub(super) stock: Vec<u32>,
    /// Where items ended, each entry by its rank, not added up.
    pub(super) end_list: Vec<(u64, i64)>,
    apportionment: Apportionment,
    /// What happened, if that is to be told.
    pub(super) tale: Option<Tale>,
}

impl<'m> Withdrawal<'m> {
    /// Makes ready to run a model's replications.
    ///
    /// # Arguments
    /// * `shadows` - other policies on the same scenario, whose contacts and casualties are judged on this one's
    ///   itineraries and tension: their direct effect.
    pub fn new(model: &'m Model, shadows: &[&'m Model]) -> Self {
        let shadow = |model: &'m Model| Shadow {
            model,
            inputs: model.inputs.clone(),
            host: Host::default(),
            direct: Direct::default(),
        };
        Self {
            model,
            inputs: model.inputs.clone(),
            streams: CountedStreams::new(Streams::new(0, 0)),
            tables: Tables::new(&model.inputs),
            host: Host::default(),
            hosts_known_until_days: 0.0,
            zones: Vec::new(),
            fire: Vec::new(),
            advances: Vec::new(),
            near_days: Vec::new(),
            host_delays: false,
            bases: vec![BaseState::default(); model.inputs.base.len()],
            fleets: Vec::new(),
            granted: Vec::new(),
            convoys: Vec::new(),
            convoys_used: 0,
            ledger: Ledger::default(),
            people: PeopleLedger::default(),
            outcome: Outcome::default(),
            shadows: shadows.iter().map(|model| shadow(model)).collect(),
            curve: None,
            load: Load::default(),
            contact_bounds: Vec::new(),
            hits: Vec::new(),
            fuel: Vec::new(),
            air: AirFleet::default(),
            exits: Vec::new(),
            agenda: Agenda::new(LIMITS),
            stock: Vec::new(),
            end_list: Vec::new(),
            apportionment: Apportionment::default(),
            tale: None,
        }
    }

    /// Runs the replication that `streams` names.
    ///
    /// # Panics
    /// If a ledger does not balance or the run does not end: a fault of this program, never of a scenario.
    pub fn replicate(&mut self, streams: Streams) -> &Outcome {
        self.open(streams);
        loop {
            match self.agenda.next() {
                Ok(Some(Event::LiquidationEnds)) => break,
                Ok(Some(event)) => {
                    if self.now() >= self.hosts_known_until_days {
                        self.reach_hosts();
                    }
                    self.dispatch(event);
                }
                Ok(None) => unreachable!("liquidation always ends"),
                Err(limit) => panic!("replication {}: {limit}", self.streams.inner.replication()),
            }
        }
        self.close();
        &self.outcome
    }

    /// Runs the replication that `streams` names, and tells what happened in it.
    ///
    /// # Panics
    /// As [`Withdrawal::replicate`].
    pub fn tell_replication(&mut self, streams: Streams) -> (&Outcome, Tale) {
        self.tale = Some(Tale::new());
        self.replicate(streams);
        let tale = self.tale.take().unwrap_or_default();
        (&self.outcome, tale)
    }

    /// The outcome of the last replication.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The present, in days.
    pub(super) fn now(&self) -> f64 {
        self.agenda.now()
    }

    #[inline] // so that the turn of an event that is known there is too
    pub(super) fn schedule(&mut self, at_days: f64, event: Event) {
        self.agenda.at(at_days.max(self.agenda.now()), event.phase(), event);
    }

    /// Whether the deadline has not passed: casualties are counted up to it, and apart after it. What happens at the very
    /// instant at which it ends, but what follows from its end, is by the deadline.
    pub(super) fn before_deadline(&self) -> bool {
        !self.outcome.deadline_passed
    }

    pub(super) fn end_days(&self) -> f64 {
        self.model.deadline_days() + self.inputs.mission.liquidation_days
    }

    /// Draws the inputs, opens the books, and schedules what is known from the start.
    fn open(&mut self, streams: Streams) {
        self.streams = CountedStreams::new(streams);
        self.agenda.reset();
        self.model.realise(&streams, &mut self.inputs);
        let end_days = self.end_days();
        self.host.draw(&self.inputs, &streams);
        for shadow in &mut self.shadows {
            shadow.model.realise(&streams, &mut shadow.inputs);
            shadow.host.draw(&shadow.inputs, &streams);
            shadow.direct = Direct::default();
        }
        self.note_hosts();
        self.tables.set(&self.inputs);
        opening_stock(&self.inputs, &mut self.apportionment, &mut self.stock);
        let (tables, parents) = (&self.tables, &self.model.network.parent);
        self.ledger.open(tables.items, &self.stock, |base, item| tables.own_room(item, parents[base].is_some()));
        self.people.open(&self.inputs);
        self.outcome.reset(self.bases.len(), self.model.deadline_days() as usize);
        self.open_curve();
        self.convoys_used = 0;
        self.open_bases();
        self.open_host_army();
        self.open_fire();
        self.open_zones();
        self.open_plan();
        self.granted.clear();
        self.fleets.clear();
        let fleets = self.inputs.truck_fleet.iter();
        self.fleets.extend(fleets.map(|fleet| FleetState {
            trucks: fleet.trucks as u32,
            idle: fleet.trucks as u32,
            ..FleetState::default()
        }));
        self.schedule_flight(0);
        self.open_imports();
        self.open_aviation();
        self.open_escorts();
        self.open_meetings();
        self.open_liquidation();
        self.open_exits();
        self.open_thin_out();
        self.schedule(self.model.deadline_days(), Event::DeadlinePasses);
        self.schedule(end_days, Event::LiquidationEnds);
        self.note_last_out();
    }

    fn open_bases(&mut self) {
        let may_stay = self.inputs.base.iter().map(|base| if base.liquidation { base.personnel } else { 0.0 });
        let strength: f64 = may_stay.clone().sum();
        let team = self.inputs.mission.liquidation_people.min(strength);
        let share = |people| if strength > 0.0 { people * team / strength } else { 0.0 };
        for (base, &stays) in self.apportionment.divide(may_stay.map(share)).iter().enumerate() {
            let state = &mut self.bases[base];
            state.reset();
            state.stays = stays;
            state.guard = whole(self.inputs.base[base].personnel * self.inputs.repatriation.guard_share);
            for category in Category::ALL {
                let count = self.people.count(base, category, Whereabouts::AtBase);
                if count > 0 {
                    state.people.push(PeopleLot { garrison: base as u16, category, count });
                }
            }
        }
    }

    fn dispatch(&mut self, event: Event) {
        match event {
            Event::TensionChanges { zone, change } => self.on_tension_changes(zone as usize, change as usize),
            Event::TensionJumps { zone } => self.on_tension_jumps(zone as usize),
            Event::ArmyArrives { column, base } => self.on_army_arrives(column as usize, base as usize),
            Event::AuthorityArrives { base } => self.on_authority_arrives(base as usize),
            Event::DecisionReviewed { base } => self.on_decision_reviewed(base as usize),
            Event::PackingStarts { base } => self.start_packing(base as usize),
            Event::CrewDone { base, job, stops } => self.on_crew_done(base as usize, job, stops),
            Event::FireFalls { base, incident } => self.on_fire_falls(base as usize, incident),
            Event::MovementAsked { base } => self.on_movement_asked(base as usize),
            Event::MovementAnswered { base, granted } => self.on_movement_answered(base as usize, granted),
            Event::DisposalDay { base } => self.on_disposal_day(base as usize),
            Event::BaseLeaves { base } => self.on_base_leaves(base as usize),
            Event::ColumnAsked { base } => self.on_column_asked(base as usize),
            Event::ColumnAnswered { base, granted } => self.on_column_answered(base as usize, granted),
            Event::TrucksReady { fleet, trucks, escorts } => self.on_trucks_ready(fleet as usize, trucks, escorts),
            Event::ColumnSetsOut { convoy } => self.on_column_sets_out(convoy),
            Event::ContactReached { convoy } => self.on_contact_reached(convoy),
            Event::VehicleLost { convoy, which } => self.on_vehicle_lost(convoy, which),
            Event::ConvoyArrives { convoy } => self.on_convoy_arrives(convoy),
            Event::EscortsFreed { fleet } => self.on_escorts_freed(fleet as usize),
            Event::MeetingAsked { base } => self.on_meeting_asked(base as usize),
            Event::MeetingAnswered { base, granted } => self.on_meeting_answered(base as usize, granted),
            Event::OwnersDecide => self.on_owners_decide(),
            Event::ConvoyPasses { convoy, base } => self.on_convoy_passes(convoy, base as usize),
            Event::ThinOutAsked { base } => self.on_thin_out_asked(base as usize),
            Event::ThinOutLeaves { base } => self.on_thin_out_leaves(base as usize),
            Event::FlightLeaves { flight } => self.on_flight_leaves(flight),
            Event::CampTaken { base } => self.on_camp_taken(base as usize),
            Event::CampLooted { base } => self.on_camp_looted(base as usize),
            Event::ImportAsked { goods, request } => self.on_import_asked(goods, request),
            Event::ImportAnswered { goods, request, granted } => self.on_import_answered(goods, request, granted),
            Event::AircraftFails { aircraft } => self.on_aircraft_fails(aircraft as usize),
            Event::AircraftRepaired { aircraft } => self.on_aircraft_repaired(aircraft as usize),
            Event::AirliftAsked { base } => self.on_airlift_asked(base as usize),
            Event::AirliftFlies { base } => self.on_airlift_flies(base as usize),
            Event::ResupplyAsked { convoy } => self.on_resupply_asked(convoy),
            Event::ResupplyComes { convoy } => self.on_resupply_comes(convoy),
            Event::SuppliesByRoad { convoy } => self.on_supplies_by_road(convoy),
            Event::SuppliesEnd { convoy } => self.on_supplies_end(convoy),
            Event::TransitAsked { exit } => self.on_transit_asked(exit as usize),
            Event::TransitAnswered { exit, granted } => self.on_transit_answered(exit as usize, granted),
            Event::ExitOpens { exit } => self.on_exit_opens(exit as usize),
            Event::DeadlinePasses => self.on_deadline_passes(),
            Event::LiquidationEnds => unreachable!("handled by the run loop"),
        }
    }

    /// Books a lot as out of the country by road.
    pub(super) fn evacuate(&mut self, lot: Lot, now_days: f64) {
        self.ledger.post(Posting { lot, from: Account::InTransit, to: Account::EvacuatedRoad, cause: Cause::Plan });
        self.outcome.count_daily(Daily::Evacuated, now_days, lot.units);
    }
}

/// Runs one replication of a model by itself.
pub fn replicate(model: &Model, streams: Streams) -> Outcome {
    Withdrawal::new(model, &[]).replicate(streams).clone()
}
