//! The end of the deadline and of the replication: stock is taken, the team goes home, the books are closed.

use crate::measures::Measure;
use crate::model::network::BaseKind;
use crate::withdrawal::accounts::{Cause, Disposition, Item, LINE_MEASURES};
use crate::withdrawal::ledger::{Lot, Posting, value_usd};
use crate::withdrawal::outcome::EndOfItems;
use crate::withdrawal::people::{Category, PeopleLot, Whereabouts, total};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

impl Withdrawal<'_> {
    /// Takes stock at the end of the deadline: who is out, who stays as the team, what is still on hand.
    pub(super) fn on_deadline_passes(&mut self) {
        self.close_fire();
        self.outcome.deadline_passed = true;
        let left = self.mission_people_left();
        self.count_people();
        for garrison in 0..self.bases.len() {
            for category in Category::ALL {
                let count = self.people.count(garrison, category, Whereabouts::InCare);
                let lot = PeopleLot { garrison: garrison as u16, category, count };
                self.people.post(lot, Whereabouts::InCare, Whereabouts::Out);
            }
        }
        self.outcome.set(Measure::AllOut, f64::from(left == 0));
        let on_hand = self.ledger.lines(&self.inputs)[Disposition::OnHand as usize].0;
        let out = self.outcome.value(Measure::PeopleOut);
        let amounts = [("out_people", out), ("left_people", f64::from(left)), ("on_hand_units", on_hand as f64)];
        self.tell(What::DeadlinePasses, At::Mission, "", &amounts);
        self.outcome.set(Measure::OnHandDeadlineUnits, on_hand as f64);
        self.close_zones();
        self.close_aviation();
        for base in 0..self.bases.len() {
            self.settle_fuel(base);
        }
        for base in 0..self.bases.len() {
            self.found_team(base);
            self.consider_column(base);
        }
    }

    /// Where mission people are when the deadline ends: each in one place.
    fn count_people(&mut self) {
        let here = [Whereabouts::AtBase, Whereabouts::InConvoy, Whereabouts::AtHub];
        for (measure, accounts) in [
            (Measure::PeopleOut, &[Whereabouts::Out][..]),
            (Measure::PeopleInCare, &[Whereabouts::InCare]),
            (Measure::PeopleDead, &[Whereabouts::Killed, Whereabouts::DiedOfWounds]),
            (Measure::PeopleInCountry, &here),
        ] {
            let count = accounts.iter().map(|&account| self.people.mission_count(account)).sum::<u32>();
            self.outcome.set(measure, f64::from(count));
        }
        self.outcome.set(Measure::PeopleAtStart, f64::from(self.people.mission_strength()));
    }

    /// Books the people who stay at a base as the liquidation team.
    fn found_team(&mut self, base: usize) {
        let state = &mut self.bases[base];
        let mut left = std::mem::take(&mut state.stays);
        for lot in state.people.iter_mut().filter(|lot| lot.garrison as usize == base) {
            let count = left.min(lot.count);
            left -= count;
            lot.count -= count;
            self.people.post(PeopleLot { count, ..*lot }, Whereabouts::AtBase, Whereabouts::Team);
        }
        state.people.retain(|lot| lot.count > 0);
        debug_assert!(left == 0 || total(&state.people) == 0);
    }

    /// Ends the replication: the team goes home, the books are closed and checked.
    pub(super) fn close(&mut self) {
        self.close_fleets();
        self.close_liquidation();
        self.close_supplies();
        self.count_lost_aircraft();
        for garrison in 0..self.bases.len() {
            for category in Category::ALL {
                let count = self.people.count(garrison, category, Whereabouts::Team);
                let lot = PeopleLot { garrison: garrison as u16, category, count };
                self.people.post(lot, Whereabouts::Team, Whereabouts::Out);
            }
        }
        let balanced = self.ledger.balances() && self.people.balances();
        assert!(balanced, "replication {}: a ledger does not balance", self.streams.plain().replication());
        for (line, (units, usd)) in self.ledger.lines(&self.inputs).into_iter().enumerate() {
            for (units_measure, usd_measure) in LINE_MEASURES[line] {
                self.outcome.add(*units_measure, units as f64);
                self.outcome.add(*usd_measure, usd as f64);
            }
            let is_lost = matches!(
                Disposition::ALL[line],
                Disposition::Destroyed
                    | Disposition::Decommissioned
                    | Disposition::Abandoned
                    | Disposition::LostEnRoute
            );
            if is_lost {
                self.outcome.add(Measure::LostUnits, units as f64);
                self.outcome.add(Measure::LostUsd, usd as f64);
            }
        }
        self.list_ends();
        let camps = (0..self.bases.len()).filter(|&base| self.inputs.base[base].kind == BaseKind::Camp);
        let camp_cargo: i64 = camps
            .map(|base| {
                let items = 0..self.tables.items as Item;
                let stock = &self.stock[base * self.tables.items..];
                items.map(|item| self.own_room(base, item) * i64::from(stock[item as usize])).sum::<i64>()
            })
            .sum();
        let end_days = self.end_days();
        self.tell(What::LiquidationEnds, At::Mission, "", &[]);
        self.outcome.finish(end_days, camp_cargo);
        self.outcome.events = self.agenda.dispatched();
        self.outcome.streams = self.streams.opened();
        self.close_tale(end_days);
        self.outcome.direct.extend(self.shadows.iter().map(|shadow| shadow.direct));
    }

    /// Lists where every item ended, by cause, in order and each once, for tables over replications.
    fn list_ends(&mut self) {
        let list = &mut self.end_list;
        list.clear();
        let mut push = |origin: u16, item: Item, disposition: Disposition, cause: Cause, units: i64| {
            list.push((EndOfItems::rank(origin, item, disposition, cause), units));
        };
        for posting in &self.ledger.finals {
            let Posting { lot: Lot { origin, item, units }, from, to, cause } = *posting;
            push(origin, item, to.disposition(), cause, i64::from(units));
            if from.disposition() != Disposition::OnHand {
                push(origin, item, from.disposition(), cause, -i64::from(units));
            }
        }
        self.ledger.on_hand(|origin, item, units| {
            push(origin as u16, item, Disposition::OnHand, Cause::Plan, i64::from(units));
        });
        list.sort_unstable_by_key(|&(rank, _)| rank);
        for same in list.chunk_by(|one, other| one.0 == other.0) {
            let units: i64 = same.iter().map(|&(_, units)| units).sum();
            if units != 0 {
                let end = EndOfItems::of_rank(same[0].0, units, |item| value_usd(&self.inputs, item) as i64);
                self.outcome.ends.push(end);
            }
        }
    }
}
