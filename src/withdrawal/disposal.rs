//! Disposal: what cannot leave is destroyed or decommissioned at a finite rate, sensitive items first.

use crate::measures::Daily;
use crate::model::closing::DisposalRule;
use crate::model::equipment::Travel;
use crate::withdrawal::accounts::{Account, Item, class_of};
use crate::withdrawal::bases::MilliTeu;
use crate::withdrawal::event::{Event, small};
use crate::withdrawal::ledger::{Lot, Posting};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::stock::whole;
use crate::withdrawal::tale::{At, What};

/// What a garrison would take along if it left now.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// Vehicles that drive.
    pub vehicles: Vec<Lot>,
    /// What they tow.
    pub towed: Vec<Lot>,
    /// What they carry.
    pub cargo: Vec<Lot>,
    /// How many of each of the base's own items are in it.
    own: Vec<u32>,
}

impl Load {
    /// All that is in it.
    pub fn lots(&self) -> impl Iterator<Item = &Lot> {
        self.vehicles.iter().chain(&self.towed).chain(&self.cargo)
    }

    fn count_own(&mut self, base: usize, items: usize) {
        let mut own = std::mem::take(&mut self.own);
        own.clear();
        own.resize(items, 0);
        self.lots().filter(|lot| lot.origin == small(base)).for_each(|lot| own[lot.item as usize] += lot.units);
        self.own = own;
    }
}

impl Withdrawal<'_> {
    /// Works out what a garrison would take along now: armour first among what can drive, trailers behind cargo trucks,
    /// sensitive cargo first on them.
    pub(super) fn plan_load(&mut self, base: usize) {
        let mut load = std::mem::take(&mut self.load);
        load.vehicles.clear();
        load.towed.clear();
        load.cargo.clear();
        if self.is_left_by_air(base) {
            load.count_own(base, self.tables.items);
            self.load = load;
            return;
        }
        let decisions = &self.inputs.decisions;
        let accelerated = self.bases[base].accelerated;
        let share = if accelerated { decisions.drivable_accelerated } else { decisions.drivable_planned };
        // Of those it opened with, not of those left: disposal must not make more of them unfit day by day.
        let opened_with = &self.stock[base * self.tables.items..][..self.tables.items];
        let owned: u32 = self.tables.drive_order.iter().map(|&item| opened_with[item as usize]).sum();
        let owned = owned - self.bases[base].thinned_vehicles.min(owned);
        let mut left = whole(f64::from(owned) * share);
        for &item in &self.tables.drive_order {
            let units = left.min(self.ledger.here(base, item));
            left -= units;
            load.vehicles.push(Lot { origin: small(base), item, units });
        }
        for &lot in &self.bases[base].passing {
            match self.inputs.class[class_of(lot.item)].travel {
                Travel::Drives => load.vehicles.push(lot),
                Travel::Towed => load.towed.push(lot),
                Travel::Loaded | Travel::Fixed => {}
            }
        }
        let is_truck = |lot: &&Lot| self.inputs.class[class_of(lot.item)].cargo_truck;
        let trucks: u32 = load.vehicles.iter().filter(is_truck).map(|lot| lot.units).sum();
        let mut tows = trucks;
        for &item in &self.tables.towed {
            let units = tows.min(self.ledger.here(base, item));
            tows -= units;
            load.towed.push(Lot { origin: small(base), item, units });
        }
        let mut room = (f64::from(trucks) * self.inputs.convoys.own_truck_teu * 1000.0) as MilliTeu;
        for &item in &self.tables.cargo_order {
            let (each, units) = (self.own_room(base, item), self.ledger.here(base, item));
            if each > 0 && units > 0 && room >= each {
                let units = (room / each).min(MilliTeu::from(units)) as u32;
                room -= each * MilliTeu::from(units);
                load.cargo.push(Lot { origin: small(base), item, units });
            }
        }
        load.count_own(base, self.tables.items);
        self.load = load;
    }

    /// A working day of disposal ends: as many items as a day allows are destroyed and decommissioned.
    ///
    /// Sensitive items are destroyed. The rest is disposed of only where nobody is there to receive it, and cargo for
    /// which a column is coming is left for the column.
    pub(super) fn on_disposal_day(&mut self, base: usize) {
        let (now, state) = (self.now(), &self.bases[base]);
        if !state.open || state.disposal_at_days != now {
            return;
        }
        let receives = self.receiver_is_there(base) && !state.accelerated || self.would_hold(base);
        let column_comes = state.assigned > 0;
        let (whole_days, pace) = (now.floor(), self.pace(base));
        let mut destroy = per_day(self.inputs.disposal.destroyed_per_day * pace, whole_days);
        let mut decommission = per_day(self.inputs.disposal.decommissioned_per_day * pace, whole_days);
        self.plan_load(base);
        if self.can_begin_later(base, receives, column_comes) {
            (destroy, decommission) = (0, 0);
        }
        let allowed = (destroy, decommission);
        for at in 0..self.tables.disposal_order.len() {
            if destroy == 0 && decommission == 0 {
                break;
            }
            let item = self.tables.disposal_order[at];
            if !self.is_disposed_of(item, receives, column_comes) {
                continue;
            }
            let sensitive = self.inputs.class[class_of(item)].sensitive;
            let staying = self.ledger.here(base, item).saturating_sub(self.load.own[item as usize]);
            let destroyed = staying.min(destroy);
            destroy -= destroyed;
            self.dispose(base, item, destroyed, Account::Destroyed);
            if !sensitive {
                let units = (staying - destroyed).min(decommission);
                decommission -= units;
                self.dispose(base, item, units, Account::Decommissioned);
            }
        }
        let done = (allowed.0 - destroy, allowed.1 - decommission);
        if done != (0, 0) {
            let amounts = [("destroyed_units", f64::from(done.0)), ("decommissioned_units", f64::from(done.1))];
            self.tell(What::Disposed, At::Base(base), "", &amounts);
        }
        let next_days = now + 1.0;
        // None to come: a departure that is put off later starts the work again.
        self.bases[base].disposal_at_days = f64::INFINITY;
        if next_days <= self.bases[base].departs_at_days {
            self.bases[base].disposal_at_days = next_days;
            self.schedule(next_days, Event::DisposalDay { base: small(base) });
        }
    }

    /// Whether the rule has a class disposed of where somebody receives what stays, or a column comes for cargo.
    fn is_disposed_of(&self, item: Item, receives: bool, column_comes: bool) -> bool {
        let (class, disposal) = (&self.inputs.class[class_of(item)], &self.inputs.disposal);
        let (sensitive, is_cargo) = (class.sensitive, class.travel == Travel::Loaded);
        let is_awaited = column_comes && is_cargo;
        let is_movable = class.travel != Travel::Fixed;
        match disposal.rule {
            DisposalRule::None => false,
            DisposalRule::SensitiveOnly => sensitive && is_movable,
            DisposalRule::SensitiveFirst | DisposalRule::LatestSafeStart => {
                is_movable && (sensitive || !(receives || is_awaited))
            }
            DisposalRule::AllUnmovable => sensitive || !is_awaited,
            DisposalRule::ValueThreshold => {
                let is_worth_it = class.value_usd >= disposal.threshold_usd;
                is_movable && (sensitive || is_worth_it && !(receives || is_awaited))
            }
        }
    }

    /// Whether the rule is to begin late, and what there is to do can still be done from tomorrow on.
    fn can_begin_later(&self, base: usize, receives: bool, column_comes: bool) -> bool {
        let disposal = &self.inputs.disposal;
        if disposal.rule != DisposalRule::LatestSafeStart {
            return false;
        }
        let pace = self.pace(base);
        let (mut sensitive_units, mut other_units) = (0, 0);
        for &item in &self.tables.disposal_order {
            if self.is_disposed_of(item, receives, column_comes) {
                let staying = self.ledger.here(base, item).saturating_sub(self.load.own[item as usize]);
                let is_sensitive = self.inputs.class[class_of(item)].sensitive;
                *(if is_sensitive { &mut sensitive_units } else { &mut other_units }) += staying;
            }
        }
        // Sensitive items are only destroyed; the rest also decommissioned, which goes on beside it.
        let (destroyed, decommissioned) = (disposal.destroyed_per_day * pace, disposal.decommissioned_per_day * pace);
        let all_units = f64::from(sensitive_units + other_units);
        let needed_days =
            (f64::from(sensitive_units) / destroyed.max(1e-9)).max(all_units / (destroyed + decommissioned).max(1e-9));
        let left_days = (self.bases[base].departs_at_days - self.now()).floor();
        needed_days.ceil() + disposal.margin_days <= left_days
    }

    fn dispose(&mut self, base: usize, item: Item, units: u32, to: Account) {
        if units == 0 {
            return;
        }
        let cause = self.cause_of_leaving(base, item);
        let mut left = units;
        for from in [Account::OnHand, Account::Staged] {
            let units = left.min(self.ledger.units(base, item, from));
            left -= units;
            self.ledger.post(Posting { lot: Lot { origin: small(base), item, units }, from, to, cause });
        }
        let now = self.now();
        self.outcome.count_daily(Daily::Lost, now, units);
        if to == Account::Destroyed {
            self.note_destruction(base);
        }
    }
}

/// Whole items that a rate allows on a day, the fraction carried from day to day.
fn per_day(rate: f64, day: f64) -> u32 {
    ((day + 1.0) * rate).floor() as u32 - (day * rate).floor() as u32
}

#[cfg(test)]
mod tests {
    use super::per_day;

    #[test]
    fn fractions_of_items_are_carried_over_days() {
        let done: u32 = (0..10).map(|day| per_day(2.5, f64::from(day))).sum();
        assert_eq!(done, 25);
    }
}
