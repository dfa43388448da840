//! Liquidation: after the deadline owners sell and give away what may be given, and the rest is handed over at the end.

use crate::draw::{Purpose, key2};
use crate::measures::Measure;
use crate::withdrawal::accounts::{Account, Cause, Item, Owner, class_of, owner_of};
use crate::withdrawal::event::{Event, small};
use crate::withdrawal::ledger::{Lot, Posting};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

impl Withdrawal<'_> {
    /// Schedules the owners' decision, if they sell or give anything away.
    pub(super) fn open_liquidation(&mut self) {
        let plan = &self.inputs.liquidation;
        if plan.contingent_sold + plan.contingent_gifted + plan.un_sold + plan.un_gifted > 0.0 {
            let at_days = self.model.deadline_days() + plan.decides_after_days;
            self.schedule(at_days, Event::OwnersDecide);
        }
    }

    /// Whether items of a class may be handed over, sold or given away: weapons, ammunition, armour, communications and
    /// crypto never are.
    pub(super) fn may_be_given(&self, item: Item) -> bool {
        let class = &self.inputs.class[class_of(item)];
        !class.sensitive && !class.armoured
    }

    /// Owners decide on what is still where the mission is: own stock, and what came from other bases to be shipped on.
    pub(super) fn on_owners_decide(&mut self) {
        for base in 0..self.bases.len() {
            if !self.bases[base].open {
                continue;
            }
            let (mut sold, mut gifted) = (0, 0);
            for item in 0..self.tables.items as Item {
                let units = [Account::OnHand, Account::Staged].map(|account| self.ledger.units(base, item, account));
                let lot = Lot { origin: small(base), item, units: units[0] + units[1] };
                let given = self.decide(base, lot);
                for (units, to) in [(given.0, Account::Sold), (given.1, Account::Gifted)] {
                    let on_hand = units.min(self.ledger.units(base, item, Account::OnHand));
                    for (units, from) in [(on_hand, Account::OnHand), (units - on_hand, Account::Staged)] {
                        self.ledger.post(Posting { lot: Lot { units, ..lot }, from, to, cause: Cause::Plan });
                    }
                }
                (sold, gifted) = (sold + given.0, gifted + given.1);
            }
            let mut passing = std::mem::take(&mut self.bases[base].passing);
            for lot in &mut passing {
                let given = self.decide(base, *lot);
                for (units, to) in [(given.0, Account::Sold), (given.1, Account::Gifted)] {
                    let (lot, from) = (Lot { units, ..*lot }, Account::AtHub);
                    self.ledger.post(Posting { lot, from, to, cause: Cause::Plan });
                }
                lot.units -= given.0 + given.1;
                (sold, gifted) = (sold + given.0, gifted + given.1);
            }
            self.bases[base].passing = passing;
            self.outcome.add(Measure::SoldUnits, f64::from(sold));
            self.outcome.add(Measure::GiftedUnits, f64::from(gifted));
            let amounts = [("sold_units", f64::from(sold)), ("gifted_units", f64::from(gifted))];
            self.tell(What::OwnersDecide, At::Base(base), "", &amounts);
        }
    }

    /// How many of a lot at a base its owner sells and gives away: shares, each rounded by a uniform of its own.
    fn decide(&self, base: usize, lot: Lot) -> (u32, u32) {
        if lot.units == 0 || !self.may_be_given(lot.item) {
            return (0, 0);
        }
        let (plan, node_key) = (&self.inputs.liquidation, &self.model.network.node_key);
        let (sold, gifted) = match owner_of(lot.item) {
            Owner::Contingent => (plan.contingent_sold, plan.contingent_gifted),
            Owner::Un => (plan.un_sold, plan.un_gifted),
        };
        let entity = key2(node_key[base], node_key[lot.origin as usize]);
        let mut stream = self.streams.stream(Purpose::Liquidation, entity, u64::from(lot.item));
        let mut part = |share: f64, most: u32| {
            let units = (f64::from(lot.units) * share + stream.uniform()).floor() as u32;
            if share > 0.0 { units.min(most) } else { 0 }
        };
        let sold = part(sold, lot.units);
        (sold, part(gifted, lot.units - sold))
    }

    /// Liquidation ends: what may be given goes to whoever is there to receive it, and what must not be is counted.
    pub(super) fn close_liquidation(&mut self) {
        let mut sensitive_units = 0;
        for base in 0..self.bases.len() {
            if !self.bases[base].open {
                continue;
            }
            let hands_over = self.inputs.liquidation.hands_over_rest && self.receiver_is_there(base);
            for item in 0..self.tables.items as Item {
                for from in [Account::OnHand, Account::Staged] {
                    let lot = Lot { origin: small(base), item, units: self.ledger.units(base, item, from) };
                    sensitive_units += self.end_lot(lot, from, hands_over);
                }
            }
            for at in 0..self.bases[base].passing.len() {
                sensitive_units += self.end_lot(self.bases[base].passing[at], Account::AtHub, hands_over);
            }
        }
        self.outcome.set(Measure::SensitiveAtEnd, f64::from(sensitive_units));
    }

    /// Hands over a lot that may be given, if anything is; how many of it must not be given.
    fn end_lot(&mut self, lot: Lot, from: Account, hands_over: bool) -> u32 {
        if !self.may_be_given(lot.item) {
            return lot.units;
        }
        if hands_over {
            self.ledger.post(Posting { lot, from, to: Account::HandedOver, cause: Cause::Plan });
        }
        0
    }
}
