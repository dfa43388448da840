//! Contract columns that fetch cargo (2.7, 2.26).

use rearguard::draw::{Purpose, key2};
use rearguard::measures::Measure;
use rearguard::model::network::BaseKind;

use crate::agenda::Event;
use crate::books::{DRIVER, End, Group, heads, rhe, room_of};
use crate::convoy::{BACK, LOADED, OUT, Trucks};
use crate::desk::{Fate, TRUCK_COLUMN};
use crate::engine::Engine;

impl Engine<'_> {
    /// Room of all trucks of a column together.
    pub fn column_room(&self, convoy: usize) -> i64 {
        let trucks = self.convoys[convoy].trucks.as_ref().expect("a column has trucks");
        i64::from(trucks.number) * room_of(self.inputs.truck_fleet[trucks.fleet].truck_teu)
    }

    fn fleet_of(&self, base: usize) -> Option<usize> {
        self.net.trip[base].as_ref().map(|trip| trip.fleet)
    }

    /// Cargo that no column is coming for.
    fn waiting_cargo(&self, base: usize) -> i64 {
        let unpacked = if self.bases[base].packing && self.bases[base].open { self.unpacked(base) } else { 0 };
        let coming = self.convoys.iter().enumerate().filter(|(_, convoy)| {
            convoy.base == base && convoy.trucks.as_ref().is_some_and(|trucks| !trucks.loaded && !trucks.gone)
        });
        let coming: i64 = coming.map(|(id, _)| self.column_room(id)).sum();
        self.ready(base) + unpacked - coming
    }

    fn nothing_left_to_pack(&self, base: usize) -> bool {
        !self.bases[base].open || self.unpacked(base) == 0
    }

    /// A base looks whether to ask for a column.
    pub fn consider_column(&mut self, base: usize) {
        let Some(fleet) = self.fleet_of(base) else { return };
        if self.bases[base].column_asked || self.bases[base].column_granted {
            return;
        }
        let rules = &self.inputs.truck_fleet[fleet];
        let has = f64::from(self.fleets[fleet].trucks);
        let waiting = self.waiting_cargo(base);
        if waiting <= 0 || has == 0.0 {
            return;
        }
        let full = room_of(rules.column_trucks.min(has) * rules.truck_teu);
        let camp = self.inputs.base[base].kind == BaseKind::Camp;
        let last = self.nothing_left_to_pack(base) && (camp || self.passed);
        let least = room_of(rules.least_trucks.unwrap_or(0.0) * rules.truck_teu);
        if waiting >= full || (last && waiting >= least) {
            self.bases[base].column_asked = true;
            let from_days = rules.from.unwrap_or(0.0);
            self.agenda.at(from_days, Event::ColumnAsked { base });
        }
    }

    pub fn on_column_asked(&mut self, base: usize) {
        if self.waiting_cargo(base) <= 0 {
            (self.bases[base].column_asked, self.bases[base].column_filed) = (false, false);
            return;
        }
        self.bases[base].column_filed = true;
        let ordinal = self.bases[base].column_requests;
        self.bases[base].column_requests += 1;
        match self.ask(TRUCK_COLUMN, base, ordinal, false) {
            Fate::Unanswered => {
                self.bases[base].truck_denied = true;
                let again_days = self.now() + self.retry_days(TRUCK_COLUMN);
                self.agenda.at(again_days, Event::ColumnAsked { base });
            }
            Fate::Answered { granted, after_days } => {
                self.agenda.at(self.now() + after_days, Event::ColumnAnswered { base, granted });
            }
        }
    }

    pub fn on_column_answered(&mut self, base: usize, granted: bool) {
        self.tell_answer(TRUCK_COLUMN, base, granted);
        if !granted {
            self.bases[base].truck_denied = true;
            let again_days = self.now() + self.retry_days(TRUCK_COLUMN);
            self.agenda.at(again_days, Event::ColumnAsked { base });
            return;
        }
        (self.bases[base].column_asked, self.bases[base].column_filed) = (false, false);
        self.bases[base].column_granted = true;
        if let Some(fleet) = self.fleet_of(base) {
            self.send_columns(fleet);
        }
    }

    pub fn on_trucks_ready(&mut self, fleet: usize, trucks: u32, escorts: u32) {
        self.fleets[fleet].ready += trucks;
        self.escorts_come_home(fleet, escorts);
        self.send_columns(fleet);
    }

    /// Granted bases of a fleet go in the order in which they leave.
    pub fn send_columns(&mut self, fleet: usize) {
        loop {
            let leaves = |base: usize| self.bases[base].target_days.min(self.bases[base].departs_days);
            let granted =
                (0..self.bases.len()).filter(|&at| self.fleet_of(at) == Some(fleet) && self.bases[at].column_granted);
            let Some(base) = granted.min_by(|&a, &b| leaves(a).total_cmp(&leaves(b))) else { return };
            let waiting = self.waiting_cargo(base);
            let rules = &self.inputs.truck_fleet[fleet];
            let each = room_of(rules.truck_teu);
            let needs = ((waiting.max(0) + each - 1) / each) as u32;
            let trucks = needs.min(rules.column_trucks as u32).min(self.fleets[fleet].trucks);
            if trucks > self.fleets[fleet].ready {
                return;
            }
            let key = key2(key2(self.key(base), self.bases[base].columns_sent), 1);
            let Some(escorts) = self.escorts_for(fleet, base, key) else { return };
            if trucks == 0 {
                self.escorts_come_home(fleet, escorts);
                self.bases[base].column_granted = false;
                continue;
            }
            self.send_column(fleet, base, (trucks, escorts), key);
        }
    }

    fn send_column(&mut self, fleet: usize, base: usize, (trucks, escorts): (u32, u32), key: u64) {
        let ordinal = self.bases[base].columns_sent;
        self.bases[base].columns_sent += 1;
        self.bases[base].column_granted = false;
        self.fleets[fleet].ready -= trucks;
        let wanted = rhe(f64::from(trucks) * self.inputs.truck_fleet[fleet].drivers_per_truck) as u32;
        let pool = heads(&self.fleets[fleet].drivers);
        let drivers = wanted.min(pool);
        self.fleets[fleet].drivers[0].count -= drivers;
        let name = format!("{}-column-{}", self.inputs.base[base].id, ordinal + 1);
        let mut convoy = self.new_convoy(base, name, key, key);
        convoy.trucks = Some(Trucks { fleet, number: trucks, escorts, by_exit: false, loaded: false, gone: false });
        convoy.column_vehicles = trucks + escorts;
        convoy.people = vec![Group { home: fleet, category: DRIVER, count: drivers }];
        self.convoys.push(convoy);
        let id = self.convoys.len() - 1;
        let trip = self.net.trip[base].as_ref().expect("it is served");
        self.convoys[id].legs.clone_from(&trip.out);
        self.add(Measure::Columns, 1.0);
        let amounts = [("trucks", f64::from(trucks)), ("escorts", f64::from(escorts)), ("drivers", f64::from(drivers))];
        self.tell_convoy(self.now(), "column_sent", id, "", &amounts);
        self.begin_journey(id, OUT, base, trip.out.clone());
        self.consider_column(base);
    }

    /// A column has come to the end of a part of its trip.
    pub fn column_arrives(&mut self, id: usize) {
        match self.convoys[id].way {
            OUT => {
                let base = self.convoys[id].base;
                self.tell_convoy(self.now(), "column_waits", id, "", &[]);
                let crews = self.bases[base].crews > 0;
                if crews {
                    self.bases[base].queue.push(id);
                    self.work(base);
                } else {
                    self.load(base, id);
                }
            }
            LOADED => self.unload(id),
            _ => self.comes_home(id),
        }
    }

    /// A column sets out with its load, or empty.
    pub fn column_sets_out_loaded(&mut self, id: usize, load: i64) {
        let base = self.convoys[id].base;
        let trip = self.net.trip[base].as_ref().expect("it is served");
        if load > 0 && self.inputs.base[base].kind == BaseKind::Camp {
            self.add(Measure::CampColumns, 1.0);
        }
        let by_exit = self.net.cargo_exit[base].as_ref().filter(|by| self.exits[by.exit].open);
        let legs = by_exit.map_or_else(|| trip.loaded.clone(), |by| by.there.clone());
        let trucks = self.convoys[id].trucks.as_mut().expect("a column has trucks");
        (trucks.loaded, trucks.by_exit) = (true, by_exit.is_some());
        self.tell_convoy(self.now(), "column_loaded", id, "", &[("load_teu", load as f64 / 1000.0)]);
        self.begin_journey(id, LOADED, base, legs);
    }

    fn unload(&mut self, id: usize) {
        let base = self.convoys[id].base;
        let trip = self.net.trip[base].as_ref().expect("it is served");
        let by_exit = self.convoys[id].trucks.as_ref().is_some_and(|trucks| trucks.by_exit);
        let destination = trip.destination;
        let back = if by_exit {
            self.net.cargo_exit[base].as_ref().expect("it names one").back.clone()
        } else {
            trip.back.clone()
        };
        let cargo = std::mem::take(&mut self.convoys[id].load);
        let units = f64::from(crate::books::count(&cargo));
        self.tell_convoy(self.now(), "column_unloaded", id, "", &[("units", units)]);
        let out = by_exit || self.net.is_exit[destination];
        for lot in cargo {
            if out {
                self.end(lot, End::OutByRoad);
            } else {
                crate::books::add(&mut self.bases[destination].passing, lot);
            }
        }
        if !out {
            self.consider_column(destination);
        }
        self.begin_journey(id, BACK, base, back);
    }

    fn comes_home(&mut self, id: usize) {
        let convoy = &self.convoys[id];
        let key = convoy.key;
        let trucks = convoy.trucks.as_ref().expect("a column has trucks");
        let (fleet, number, escorts) = (trucks.fleet, trucks.number, trucks.escorts);
        let rules = &self.inputs.truck_fleet[fleet];
        let mut stream = self.streams.stream(Purpose::Turnaround, key, 0);
        let rest_days = stream.lognormal(rules.turnaround_days, rules.turnaround_log_sd);
        let home = heads(&convoy.people);
        self.convoys[id].people.clear();
        self.convoys[id].trucks.as_mut().expect("a column has trucks").gone = true;
        self.fleets[fleet].drivers[0].count += home;
        let amounts = [("trucks", f64::from(number)), ("rest_days", rest_days)];
        self.tell_convoy(self.now(), "column_home", id, "", &amounts);
        self.agenda.at(self.now() + rest_days, Event::TrucksReady { fleet, trucks: number, escorts });
    }
}
