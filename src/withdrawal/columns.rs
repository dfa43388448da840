//! Cargo columns: contract trucks from a fleet's home to a base, loaded to its hub or out of the country, and home.

use crate::draw::{Purpose, key2};
use crate::measures::Measure;
use crate::model::network::BaseKind;
use crate::withdrawal::accounts::{Account, Cause, Item};
use crate::withdrawal::bases::{MilliTeu, stow};
use crate::withdrawal::convoy::{Journey, Kind};
use crate::withdrawal::event::{ConvoyId, Event, small};
use crate::withdrawal::ledger::{Lot, Posting};
use crate::withdrawal::people::{Category, PeopleLot, Whereabouts};
use crate::withdrawal::permissions::{Answer, DeskId};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

/// The state of one fleet.
#[derive(Clone, Copy, Debug, Default)]
pub struct FleetState {
    /// Trucks not lost.
    pub trucks: u32,
    /// Of them ready at home.
    pub idle: u32,
    /// Escort vehicles with its columns.
    pub escorts_out: u32,
    /// Served bases that have asked for a column and have no permission.
    pub waiting: u32,
    /// Since when `idle` and `waiting` have been as they are.
    pub since_days: f64,
}

impl Withdrawal<'_> {
    /// Adds up the truck-days held so far, then changes who waits and who is idle.
    fn change_fleet(&mut self, fleet: usize, change: impl FnOnce(&mut FleetState)) {
        let now = self.now();
        let starts_days = self.inputs.truck_fleet[fleet].from.unwrap_or(0.0);
        let state = &mut self.fleets[fleet];
        if state.waiting > 0 {
            let held_days = (now - state.since_days.max(starts_days)).max(0.0);
            self.outcome.add(Measure::TruckDaysHeld, f64::from(state.idle) * held_days);
        }
        state.since_days = now;
        change(state);
    }

    /// Adds up the truck-days held to the end of the simulation.
    pub(super) fn close_fleets(&mut self) {
        for fleet in 0..self.fleets.len() {
            self.change_fleet(fleet, |_| ());
        }
    }

    /// Files a request for a column if the base has a load for one that none is coming for.
    ///
    /// A part load is fetched once nothing more is to come: at a camp when all is packed, at a hub after the deadline.
    pub(super) fn consider_column(&mut self, base: usize) {
        let Some(trip) = &self.model.network.trip[base] else { return };
        let fleet = &self.inputs.truck_fleet[trip.fleet];
        if self.bases[base].column_pending {
            return;
        }
        let column_trucks = fleet.column_trucks.min(f64::from(self.fleets[trip.fleet].trucks));
        if column_trucks < 1.0 {
            return;
        }
        let full = (column_trucks * fleet.truck_teu * 1000.0) as MilliTeu;
        let waiting = self.waiting_cargo(base);
        let is_camp = self.inputs.base[base].kind == BaseKind::Camp;
        let unpacked = if self.bases[base].open { self.ledger.cargo(base, Account::OnHand) } else { 0 };
        let last_load = unpacked == 0 && (is_camp || self.now() >= self.model.deadline_days());
        let least = (fleet.least_trucks.unwrap_or(0.0) * fleet.truck_teu * 1000.0) as MilliTeu;
        if waiting >= full || (last_load && waiting > 0 && waiting >= least) {
            self.bases[base].column_pending = true;
            let (fleet, starts_days) = (trip.fleet, fleet.from.unwrap_or(0.0).max(self.now()));
            self.change_fleet(fleet, |state| state.waiting += 1);
            self.schedule(starts_days, Event::ColumnAsked { base: small(base) });
        }
    }

    /// Room of cargo at a base that no column is coming for. Unpacked cargo counts once packing has started.
    fn waiting_cargo(&self, base: usize) -> MilliTeu {
        let own = match &self.bases[base] {
            state if !state.open => 0,
            state if state.packing => {
                self.ledger.cargo(base, Account::OnHand) + self.ledger.cargo(base, Account::Staged)
            }
            _ => self.ledger.cargo(base, Account::Staged),
        };
        own + self.passing_cargo(base) - self.bases[base].assigned
    }

    /// A base asks for a column.
    pub(super) fn on_column_asked(&mut self, base: usize) {
        let fleet = self.model.network.trip[base].as_ref().expect("only served bases ask").fleet;
        if self.waiting_cargo(base) <= 0 {
            self.bases[base].column_pending = false;
            self.change_fleet(fleet, |state| state.waiting -= 1);
            return;
        }
        let asked = self.bases[base].column_asks;
        self.bases[base].column_asks += 1;
        let retry_days = self.inputs.permissions.truck_column.retry_days;
        let (after_days, event) = match self.ask(DeskId::TruckColumn, base, asked) {
            Answer::Granted { after_days } => (after_days, Event::ColumnAnswered { base: small(base), granted: true }),
            Answer::Refused { after_days } => (after_days, Event::ColumnAnswered { base: small(base), granted: false }),
            Answer::Never => {
                self.bases[base].truck_denied = true;
                (retry_days, Event::ColumnAsked { base: small(base) })
            }
        };
        self.schedule(self.now() + after_days, event);
    }

    /// The host answers a request for a column.
    pub(super) fn on_column_answered(&mut self, base: usize, granted: bool) {
        self.tell_answer(base, DeskId::TruckColumn, granted);
        if granted {
            let fleet = self.model.network.trip[base].as_ref().expect("only served bases ask").fleet;
            self.granted.push(small(base));
            self.change_fleet(fleet, |state| state.waiting -= 1);
            self.send_columns(fleet);
        } else {
            self.bases[base].truck_denied = true;
            let again_days = self.now() + self.inputs.permissions.truck_column.retry_days;
            self.schedule(again_days, Event::ColumnAsked { base: small(base) });
        }
    }

    /// Trucks have come home and been made ready.
    pub(super) fn on_trucks_ready(&mut self, fleet: usize, trucks: u32, escorts: u32) {
        self.change_fleet(fleet, |state| {
            state.idle += trucks;
            state.escorts_out -= escorts;
        });
        self.send_columns(fleet);
    }

    /// Sends granted columns while there are trucks, the base that leaves first before the others.
    pub(super) fn send_columns(&mut self, fleet: usize) {
        loop {
            let Some(base) = self.next_granted(fleet) else { return };
            let settings = &self.inputs.truck_fleet[fleet];
            let truck = (settings.truck_teu * 1000.0) as MilliTeu;
            let waiting = self.waiting_cargo(base).max(0);
            let trucks = ((waiting + truck - 1) / truck).min(settings.column_trucks as MilliTeu) as u32;
            let trucks = trucks.min(self.fleets[fleet].trucks);
            if trucks > self.fleets[fleet].idle {
                return;
            }
            let key = self.column_key(base);
            let Some(escorts) = self.escort_for(fleet, base, key) else {
                self.tell(What::WaitsForEscorts, At::Base(base), "", &[]);
                return;
            };
            self.granted.retain(|&other| usize::from(other) != base);
            self.bases[base].column_pending = false;
            if trucks > 0 {
                self.send_column(fleet, base, (trucks, escorts), MilliTeu::from(trucks) * truck);
                self.consider_column(base);
            }
        }
    }

    /// Of the bases that a fleet serves and whose column is granted, the one that leaves first.
    fn next_granted(&self, fleet: usize) -> Option<usize> {
        let mut first = None;
        for base in self.granted.iter().map(|&base| usize::from(base)) {
            let state = &self.bases[base];
            let leaves_days = state.departs_at_days.min(state.target_days);
            let is_first = first.is_none_or(|before| (leaves_days, base) < before);
            if is_first && self.model.network.trip[base].as_ref().is_some_and(|trip| trip.fleet == fleet) {
                first = Some((leaves_days, base));
            }
        }
        first.map(|(_, base)| base)
    }

    /// Keys the next column to a base.
    fn column_key(&self, base: usize) -> u64 {
        key2(key2(self.model.network.node_key[base], u64::from(self.bases[base].column_trips)), 1)
    }

    fn send_column(&mut self, fleet: usize, base: usize, (trucks, escorts): (u32, u32), room: MilliTeu) {
        self.change_fleet(fleet, |state| {
            state.idle -= trucks;
            state.escorts_out += escorts;
        });
        let drivers_per_truck = self.inputs.truck_fleet[fleet].drivers_per_truck;
        let key = self.column_key(base);
        let ordinal = self.bases[base].column_trips;
        self.bases[base].column_trips += 1;
        self.bases[base].assigned += room;
        self.outcome.add(Measure::Columns, 1.0);
        let id = self.new_convoy(Kind::Column, base, key);
        let garrison = (self.bases.len() + fleet) as u16;
        let at_home = self.people.count(garrison as usize, Category::Contractor, Whereabouts::AtBase);
        let drivers = (f64::from(trucks) * drivers_per_truck).round_ties_even() as u32;
        let lot = PeopleLot { garrison, category: Category::Contractor, count: drivers.min(at_home) };
        self.people.post(lot, Whereabouts::AtBase, Whereabouts::InConvoy);
        let convoy = &mut self.convoys[id as usize];
        convoy.people.push(lot);
        convoy.trucks = trucks;
        convoy.room = room;
        convoy.escorts = escorts;
        convoy.vehicles = trucks + escorts;
        convoy.column_vehicles = trucks + escorts;
        convoy.share = 1.0;
        convoy.armoured = escorts;
        convoy.ordinal = ordinal;
        let amounts =
            [("trucks", f64::from(trucks)), ("escorts", f64::from(escorts)), ("drivers", f64::from(lot.count))];
        self.tell(What::ColumnSent, At::Convoy(id), "", &amounts);
        self.set_out(id, Journey::Out);
    }

    /// A column has come to the base it is to load at.
    pub(super) fn column_at_base(&mut self, id: ConvoyId) {
        let base = self.convoys[id as usize].base;
        self.tell(What::ColumnWaits, At::Convoy(id), "", &[]);
        self.bases[base].queue.push_back(id);
        self.assign_crews(base);
        if self.bases[base].crews_busy == 0 && self.bases[base].queue.contains(&id) {
            // Nobody is left to load it: it takes what stands ready and goes.
            self.bases[base].queue.retain(|&other| other != id);
            self.finish_loading(base, id);
        }
    }

    /// A column is loaded and sets out.
    pub(super) fn finish_loading(&mut self, base: usize, id: ConvoyId) {
        if self.convoys[id as usize].journey != Journey::Out {
            return; // it left early with the garrison
        }
        let mut left = self.convoys[id as usize].room;
        self.bases[base].assigned -= left;
        let mut passing = std::mem::take(&mut self.bases[base].passing);
        for lot in &mut passing {
            let fit = fit(left, self.passing_room(lot.item), lot.units);
            left -= self.passing_room(lot.item) * MilliTeu::from(fit);
            self.take_aboard(id, Lot { units: fit, ..*lot }, Account::AtHub);
            lot.units -= fit;
        }
        passing.retain(|lot| lot.units > 0);
        self.bases[base].passing = passing;
        let before_own = left;
        for at in 0..self.tables.cargo_order.len() {
            let item: Item = self.tables.cargo_order[at];
            let (room, staged) = (self.own_room(base, item), self.ledger.units(base, item, Account::Staged));
            if room > 0 && staged > 0 {
                let fit = fit(left, room, staged);
                left -= room * MilliTeu::from(fit);
                self.take_aboard(id, Lot { origin: small(base), item, units: fit }, Account::Staged);
            }
        }
        if self.inputs.base[base].kind == BaseKind::Camp && left < self.convoys[id as usize].room {
            self.outcome.add(Measure::CampColumns, 1.0);
            // What came from a camp behind this one was counted there.
            self.outcome.camp_cargo_carried += before_own - left;
        }
        let aboard_teu = (self.convoys[id as usize].room - left) as f64 / 1000.0;
        self.tell(What::ColumnLoaded, At::Convoy(id), "", &[("load_teu", aboard_teu)]);
        let by_exit = self.exit_is_open(self.model.network.cargo_exit[base].as_ref());
        self.convoys[id as usize].by_exit = by_exit;
        self.set_out(id, Journey::Loaded);
        self.consider_column(base);
    }

    /// Books a lot from an account into a convoy.
    pub(super) fn take_aboard(&mut self, id: ConvoyId, lot: Lot, from: Account) {
        self.ledger.post(Posting { lot, from, to: Account::InTransit, cause: Cause::Plan });
        stow(&mut self.convoys[id as usize].cargo, lot);
    }

    /// The columns at a base that is leaving take what is packed and go.
    pub(super) fn release_columns(&mut self, base: usize) {
        while let Some(id) = self.bases[base].queue.pop_front() {
            self.finish_loading(base, id);
        }
        for id in 0..self.convoys_used as ConvoyId {
            let convoy = &self.convoys[id as usize];
            if convoy.loading && convoy.base == base {
                self.finish_loading(base, id);
            }
        }
    }

    /// A loaded column has arrived: its cargo is out of the country, or at a hub.
    pub(super) fn unload_column(&mut self, id: ConvoyId) {
        let destination =
            self.model.network.trip[self.convoys[id as usize].base].as_ref().expect("a column has a trip").destination;
        let exit = self.convoys[id as usize].by_exit || self.model.network.is_exit[destination];
        let now = self.now();
        let cargo = std::mem::take(&mut self.convoys[id as usize].cargo);
        for &lot in &cargo {
            if exit {
                self.evacuate(lot, now);
            } else {
                self.ledger.post(Posting { lot, from: Account::InTransit, to: Account::AtHub, cause: Cause::Plan });
                stow(&mut self.bases[destination].passing, lot);
            }
        }
        let units: u32 = cargo.iter().map(|lot| lot.units).sum();
        self.tell(What::ColumnUnloaded, At::Convoy(id), "", &[("units", f64::from(units))]);
        self.convoys[id as usize].cargo = cargo;
        self.convoys[id as usize].cargo.clear();
        self.set_out(id, Journey::Back);
        if !exit {
            self.consider_column(destination);
        }
    }

    /// A column is home: its trucks rest, then are ready again.
    pub(super) fn column_home(&mut self, id: ConvoyId) {
        let base = self.convoys[id as usize].base;
        let fleet = self.model.network.trip[base].as_ref().expect("a column has a trip").fleet;
        let settings = &self.inputs.truck_fleet[fleet];
        let convoy = &mut self.convoys[id as usize];
        let mut stream = self.streams.stream(Purpose::Turnaround, convoy.key, 0);
        let rest_days = stream.lognormal(settings.turnaround_days, settings.turnaround_log_sd);
        let (trucks, escorts) = (convoy.trucks, convoy.escorts);
        for lot in convoy.people.drain(..) {
            self.people.post(lot, Whereabouts::InConvoy, Whereabouts::AtBase);
        }
        self.tell(What::ColumnHome, At::Convoy(id), "", &[("trucks", f64::from(trucks)), ("rest_days", rest_days)]);
        self.schedule(self.now() + rest_days, Event::TrucksReady { fleet: fleet as u16, trucks, escorts });
    }
}

/// How many units fit into the room left; none of what takes no room.
fn fit(left: MilliTeu, room: MilliTeu, units: u32) -> u32 {
    if room == 0 { 0 } else { (left.max(0) / room).min(MilliTeu::from(units)) as u32 }
}
