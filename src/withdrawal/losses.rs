//! Losses on the road: vehicles given up or destroyed, and what they carried.

use crate::model::equipment::Travel;
use crate::withdrawal::accounts::{Account, Cause, class_of};
use crate::withdrawal::bases::MilliTeu;
use crate::withdrawal::convoy::{Journey, Kind};
use crate::withdrawal::event::ConvoyId;
use crate::withdrawal::ledger::{Lot, Posting};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

impl Withdrawal<'_> {
    /// A vehicle that broke down is left behind; the convoy goes on when its wait is over.
    pub(super) fn on_vehicle_lost(&mut self, id: ConvoyId, which: f64) {
        self.lose_vehicle(id, which, Account::LostToBreakdown, Cause::Breakdown);
        self.move_on(id);
    }

    /// A convoy loses a vehicle, with its load; `which` in (0, 1) picks it. If it is an escort, which stand last and are not in
    /// the books, nothing is lost.
    pub(super) fn lose_vehicle(&mut self, id: ConvoyId, which: f64, account: Account, cause: Cause) {
        let convoy = &mut self.convoys[id as usize];
        let mut index = (which * f64::from(convoy.vehicles)) as u32;
        if index >= convoy.vehicles - convoy.escorts {
            return;
        }
        let load = match convoy.kind {
            Kind::Column => {
                let fleet = self.model.network.trip[convoy.base].as_ref().expect("a column has a trip").fleet;
                convoy.trucks -= 1;
                self.fleets[fleet].trucks -= 1;
                let truck_teu = self.inputs.truck_fleet[fleet].truck_teu;
                if convoy.journey == Journey::Out {
                    // It will load, and the base may count on, what its other trucks hold.
                    let room = (truck_teu * 1000.0) as MilliTeu;
                    convoy.room -= room;
                    self.bases[convoy.base].assigned -= room;
                }
                truck_teu
            }
            Kind::Withdrawal => {
                let classes = &self.inputs.class;
                let vehicle = convoy.cargo.iter_mut().find(|lot| {
                    let here = if classes[class_of(lot.item)].travel == Travel::Drives { lot.units } else { 0 };
                    let found = index < here;
                    index = index.wrapping_sub(if found { 0 } else { here });
                    found
                });
                let Some(lot) = vehicle else { return };
                lot.units -= 1;
                let lost = Lot { units: 1, ..*lot };
                let class = &classes[class_of(lost.item)];
                convoy.armoured -= u32::from(class.armoured);
                self.ledger.post(Posting { lot: lost, from: Account::InTransit, to: account, cause });
                self.outcome.lose_items(1, self.agenda.now());
                if class.cargo_truck { self.inputs.convoys.own_truck_teu } else { 0.0 }
            }
        };
        self.convoys[id as usize].vehicles -= 1;
        let left = f64::from(self.convoys[id as usize].vehicles);
        self.tell(What::VehicleLost, At::Convoy(id), cause.name(), &[("vehicles_left", left)]);
        self.lose_cargo(id, (load * 1000.0) as MilliTeu, account, cause);
    }

    /// A lost truck's load: cargo from the end of the manifest, as much as one truck carries.
    fn lose_cargo(&mut self, id: ConvoyId, load: MilliTeu, account: Account, cause: Cause) {
        let mut left = load;
        for at in (0..self.convoys[id as usize].cargo.len()).rev() {
            let lot = self.convoys[id as usize].cargo[at];
            let [own, shipped] = self.tables.rooms[lot.item as usize];
            let room = match self.convoys[id as usize].kind {
                Kind::Withdrawal => own,
                Kind::Column => own.max(shipped),
            };
            if room == 0 || left < room {
                continue;
            }
            let units = (left / room).min(MilliTeu::from(lot.units)) as u32;
            left -= MilliTeu::from(units) * room;
            self.convoys[id as usize].cargo[at].units -= units;
            self.ledger.post(Posting { lot: Lot { units, ..lot }, from: Account::InTransit, to: account, cause });
            self.outcome.lose_items(units, self.agenda.now());
        }
    }
}
