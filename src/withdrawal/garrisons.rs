//! Garrisons on the move: the column in which one leaves, in serials, and its arrival.

use crate::draw::key2;
use crate::measures::Measure;
use crate::withdrawal::accounts::{Account, Cause, class_of};
use crate::withdrawal::bases::{give_back, stow};
use crate::withdrawal::convoy::{Journey, Kind};
use crate::withdrawal::disposal::Load;
use crate::withdrawal::event::{ConvoyId, Event, small};
use crate::withdrawal::ledger::{Lot, Posting};
use crate::withdrawal::people::{PeopleLot, Whereabouts, join, total};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

impl Withdrawal<'_> {
    /// Forms the column in which a garrison leaves, in serials if it is long, with the vehicles that can drive and what
    /// its trucks can carry; none where nobody and nothing goes. Serials share the column's size and frailty and divide its
    /// contacts.
    pub(super) fn form_withdrawal(&mut self, base: usize) {
        self.plan_load(base);
        let load = std::mem::take(&mut self.load);
        let vehicles: u32 = load.vehicles.iter().map(|lot| lot.units).sum();
        let mut people = std::mem::take(&mut self.bases[base].people);
        let is_empty = total(&people) == 0 && load.lots().all(|lot| lot.units == 0);
        let most = self.inputs.convoys.max_vehicles as u32;
        let parts = if is_empty { 0 } else { vehicles.div_ceil(most).max(1) };
        for part in 0..parts {
            let share = |units: u32| {
                (u64::from(units) * u64::from(part + 1) / u64::from(parts)) as u32
                    - (u64::from(units) * u64::from(part) / u64::from(parts)) as u32
            };
            let key = key2(self.model.network.node_key[base], u64::from(part) << 8);
            let id = self.new_convoy(Kind::Withdrawal, base, key);
            self.take_part_aboard(id, base, &load, people.iter(), share);
            let by_exit = self.exit_is_open(self.model.network.convoys_exit[base].as_ref());
            let convoy = &mut self.convoys[id as usize];
            convoy.by_exit = by_exit;
            let count = convoy.vehicles;
            convoy.column_vehicles = vehicles;
            convoy.ordinal = part;
            convoy.column_key = key2(self.model.network.node_key[base], 0);
            convoy.share = if vehicles > 0 { f64::from(count) / f64::from(vehicles) } else { 1.0 / f64::from(parts) };
            self.outcome.add(Measure::Convoys, 1.0);
            self.depart_later(id, f64::from(part) * self.inputs.convoys.spacing_hours / 24.0);
        }
        self.load = load;
        give_back(&mut self.bases[base].people, &mut people);
    }

    /// Takes part of a load and of some people of a base aboard a convoy.
    pub(super) fn take_part_aboard<'l>(
        &mut self,
        id: ConvoyId,
        base: usize,
        load: &Load,
        people: impl Iterator<Item = &'l PeopleLot>,
        part: impl Fn(u32) -> u32,
    ) {
        for &lot in load.lots() {
            self.take_along(id, base, Lot { units: part(lot.units), ..lot });
        }
        for &lot in people {
            let lot = PeopleLot { count: part(lot.count), ..lot };
            let from = if lot.garrison == small(base) { Whereabouts::AtBase } else { Whereabouts::AtHub };
            self.people.post(lot, from, Whereabouts::InConvoy);
            join(&mut self.convoys[id as usize].people, lot);
        }
        for lot in &load.vehicles {
            let (units, convoy) = (part(lot.units), &mut self.convoys[id as usize]);
            convoy.vehicles += units;
            convoy.armoured += if self.inputs.class[class_of(lot.item)].armoured { units } else { 0 };
        }
    }

    /// Takes a lot aboard, staged items before those on hand.
    fn take_along(&mut self, id: ConvoyId, base: usize, lot: Lot) {
        let mut left = lot.units;
        if lot.origin == small(base) {
            for from in [Account::Staged, Account::OnHand] {
                let units = left.min(self.ledger.units(base, lot.item, from));
                left -= units;
                self.take_aboard(id, Lot { units, ..lot }, from);
            }
            return;
        }
        self.take_aboard(id, lot, Account::AtHub);
        if let Some(passing) =
            self.bases[base].passing.iter_mut().find(|other| other.origin == lot.origin && other.item == lot.item)
        {
            passing.units -= lot.units;
        }
    }

    fn depart_later(&mut self, id: ConvoyId, delay_days: f64) {
        if delay_days <= 0.0 {
            self.set_out(id, Journey::ToParent);
        } else {
            self.schedule(self.now() + delay_days, Event::ColumnSetsOut { convoy: id });
        }
    }

    /// A later column of a garrison sets out.
    pub(super) fn on_column_sets_out(&mut self, id: ConvoyId) {
        self.set_out(id, Journey::ToParent);
    }

    /// A garrison's convoy reaches its parent, or goes on from one that has closed.
    pub(super) fn garrison_arrives(&mut self, id: ConvoyId) {
        let way_of = self.convoys[id as usize].way_of;
        let parent = self.model.network.parent[way_of].expect("a garrison has a parent");
        let by_exit = self.convoys[id as usize].by_exit;
        if !by_exit && !self.bases[parent].open && !self.inputs.base[parent].repatriation {
            // The parent has gone, and nobody flies from there: on to the parent's parent.
            let now = self.now();
            let convoy = &mut self.convoys[id as usize];
            (convoy.way_of, convoy.journey_days) = (parent, now);
            self.begin_journey(id);
            return;
        }
        let now = self.now();
        let convoy = &mut self.convoys[id as usize];
        let days = now - convoy.departed_days;
        self.outcome.convoy_arrives(convoy.base, days, convoy.met);
        let amounts =
            [("days", days), ("vehicles", f64::from(convoy.vehicles)), ("people", f64::from(total(&convoy.people)))];
        self.tell(What::ConvoyArrives, At::Convoy(id), "", &amounts);
        if by_exit {
            self.garrison_crosses(id);
            return;
        }
        let convoy = &mut self.convoys[id as usize];
        convoy.supplies.arrived = true;
        let (mut people, mut cargo) = (std::mem::take(&mut convoy.people), std::mem::take(&mut convoy.cargo));
        for &lot in &people {
            self.people.post(lot, Whereabouts::InConvoy, Whereabouts::AtHub);
            self.people_come(parent, lot);
        }
        for &lot in &cargo {
            self.ledger.post(Posting { lot, from: Account::InTransit, to: Account::AtHub, cause: Cause::Plan });
            stow(&mut self.bases[parent].passing, lot);
        }
        let convoy = &mut self.convoys[id as usize];
        give_back(&mut convoy.people, &mut people);
        give_back(&mut convoy.cargo, &mut cargo);
        self.consider_column(parent);
    }
}
