//! Sums that measures are made of (4.4).

use rearguard::measures::Measure;
use rearguard::model::network::BaseKind;

use crate::books::{End, Lot, rhe};
use crate::engine::Engine;
use crate::tension::CRITICAL;

#[derive(Clone, Debug, Default)]
pub struct Sums {
    answered: f64,
    waited_days: f64,
    fetched: f64,
    care_hours: f64,
    arrivals: f64,
    convoy_days: f64,
    all_out_days: Option<f64>,
    pub in_care: u32,
    pub dead: u32,
    critical_from: f64,
    aircraft_from: f64,
    waits_days: f64,
    fit_days: f64,
    camp_cargo_carried: i64,
    held_from: f64,
    cover_days: f64,
    covered_days: f64,
}

impl Sums {
    pub fn wait(&mut self, days: f64) {
        self.answered += 1.0;
        self.waited_days += days;
    }

    pub fn care(&mut self, hours: f64) {
        self.fetched += 1.0;
        self.care_hours += hours;
    }

    pub fn convoy_arrives(&mut self, days: f64) {
        self.arrivals += 1.0;
        self.convoy_days += days;
    }

    pub fn all_out(&mut self, now: f64) {
        self.all_out_days = self.all_out_days.or(Some(now));
    }

    pub fn aircraft(&mut self, now: f64, waits: f64, fit: f64) {
        let days = (now - self.aircraft_from).max(0.0);
        self.aircraft_from = now;
        self.waits_days += waits * days;
        self.fit_days += fit * days;
    }
}

impl Engine<'_> {
    /// Adds up the days that open bases spent at critical tension, to now.
    pub fn count_critical_days(&mut self) {
        let now = self.now().min(self.deadline_days);
        let days = (now - self.sums.critical_from).max(0.0);
        let at = |base: usize| self.bases[base].open && self.zones[self.net.base_zone[base]].level == CRITICAL;
        let bases = (0..self.bases.len()).filter(|&base| at(base)).count() as f64;
        self.add(Measure::CriticalDays, bases * days);
        self.sums.critical_from = now;
    }

    /// Adds up the days that ready trucks stood while a base they serve waited for permission, to now.
    pub fn count_held_trucks(&mut self) {
        let days = self.now() - self.sums.held_from;
        self.sums.held_from = self.now();
        for fleet in 0..self.fleets.len() {
            let waits = (0..self.bases.len()).any(|base| {
                self.bases[base].column_filed && self.net.trip[base].as_ref().is_some_and(|trip| trip.fleet == fleet)
            });
            if waits {
                self.add(Measure::TruckDaysHeld, f64::from(self.fleets[fleet].ready) * days);
            }
        }
    }

    /// A garrison's convoy has come to the end of a journey: its days under cover, each by the desks at its beginning.
    pub fn count_cover(&mut self, id: usize) {
        let (began, departed) = (self.convoys[id].set_off_days, self.convoys[id].departed_days);
        let (all, mut day) = (self.now() - began, 0.0);
        while day < all {
            let begins = began + day;
            let days = (all - day).min(1.0);
            let covered = self.covered_on(id, (begins - departed).floor().max(0.0) as u64, begins);
            self.sums.cover_days += days;
            self.sums.covered_days += if covered { days } else { 0.0 };
            day += 1.0;
        }
    }

    /// A column has loaded at a camp.
    pub fn carried(&mut self, base: usize, cargo: &[Lot]) {
        if self.inputs.base[base].kind == BaseKind::Camp {
            let own = cargo.iter().filter(|lot| lot.origin == base);
            let room = own.map(|lot| i64::from(lot.units) * self.room_at(base, *lot));
            self.sums.camp_cargo_carried += room.sum::<i64>();
        }
    }

    /// Units that are nowhere yet: still in the country and on hand.
    pub fn on_hand_units(&self) -> u32 {
        let all: u32 = self.bases.iter().flat_map(|base| &base.opening).sum();
        all - self.ends.iter().flatten().sum::<u32>()
    }

    /// Turns sums into measures at the end.
    pub fn close_measures(&mut self) {
        use Measure as M;
        let mean = |sum: f64, n: f64| if n > 0.0 { sum / n } else { 0.0 };
        let sums = self.sums.clone();
        self.set(M::WaitDays, mean(sums.waited_days, sums.answered));
        self.set(M::CareHours, mean(sums.care_hours, sums.fetched));
        self.set(M::ConvoyDays, mean(sums.convoy_days, sums.arrivals));
        self.set(M::CoverDays, mean(sums.covered_days, sums.cover_days));
        let killed = self.measures[M::Killed as usize];
        self.set(M::AnyKilled, f64::from(u8::from(killed > 0.0)));
        self.set(M::LastOut, sums.all_out_days.unwrap_or(self.end_days));
        let aircraft = self.aircraft.len() as f64;
        self.set(M::AircraftGrounded, sums.waits_days / self.deadline_days);
        self.set(M::AircraftServiceable, mean(sums.fit_days / self.deadline_days, aircraft));
        let halts = self.convoys.iter().filter_map(|convoy| convoy.halted_since);
        let still: Vec<f64> = halts.map(|since| self.end_days - since).collect();
        for days in still {
            self.add(M::SupplyHaltDays, days);
        }
        self.close_ledger();
    }

    fn close_ledger(&mut self) {
        use Measure as M;
        let items = self.inputs.class.len() * 2;
        let lines: [(&[End], M, M); 8] = [
            (&[End::OutByRoad, End::OutByAir], M::EvacuatedUnits, M::EvacuatedUsd),
            (&[End::OutByRoad], M::RoadUnits, M::RoadUsd),
            (&[End::OutByAir], M::AirUnits, M::AirUsd),
            (&[End::HandedOver], M::HandedOverUnits, M::HandedOverUsd),
            (&[End::Destroyed], M::DestroyedUnits, M::DestroyedUsd),
            (&[End::Decommissioned], M::DecommissionedUnits, M::DecommissionedUsd),
            (&[End::Unclaimed, End::SeizedByGroup, End::SeizedByHost, End::Looted], M::AbandonedUnits, M::AbandonedUsd),
            (&[End::LostToAttack, End::LostToBreakdown], M::EnRouteUnits, M::EnRouteUsd),
        ];
        let worth = |at: usize| rhe(self.inputs.class[at % items / 2].value_usd);
        let mut values = Vec::new();
        for (ends, units, usd) in lines {
            let of = |at: usize| ends.iter().map(|&end| f64::from(self.ends[at][end as usize])).sum::<f64>();
            values.push((units, (0..self.ends.len()).map(of).sum::<f64>()));
            values.push((usd, (0..self.ends.len()).map(|at| of(at) * worth(at)).sum::<f64>()));
        }
        let opening = |at: usize| f64::from(self.bases[at / items].opening[at % items]);
        let ended = |at: usize| f64::from(self.ends[at].iter().sum::<u32>());
        let left = |at: usize| opening(at) - ended(at);
        values.push((M::OnHandUnits, (0..self.ends.len()).map(left).sum::<f64>()));
        values.push((M::OnHandUsd, (0..self.ends.len()).map(|at| left(at) * worth(at)).sum::<f64>()));
        for (measure, value) in values {
            self.set(measure, value);
        }
        let sum = |measures: &[M]| measures.iter().map(|&measure| self.measures[measure as usize]).sum::<f64>();
        let units = sum(&[M::DestroyedUnits, M::DecommissionedUnits, M::AbandonedUnits, M::EnRouteUnits]);
        let usd = sum(&[M::DestroyedUsd, M::DecommissionedUsd, M::AbandonedUsd, M::EnRouteUsd]);
        self.set(M::LostUnits, units);
        self.set(M::LostUsd, usd);
        let camps = (0..self.bases.len()).filter(|&base| self.inputs.base[base].kind == BaseKind::Camp);
        let room = |base: usize| -> i64 {
            let cargo = (0..items).filter(|&item| self.is_cargo(base, item));
            cargo.map(|item| i64::from(self.bases[base].opening[item]) * self.own_room(base, item)).sum()
        };
        let camp_cargo: i64 = camps.map(room).sum();
        let share = if camp_cargo > 0 { self.sums.camp_cargo_carried as f64 / camp_cargo as f64 } else { 0.0 };
        self.set(M::CampCargoShare, share);
    }
}
