//! The equipment ledger: double entry, whole items, each ending in exactly one place with a cause.

use crate::model::Inputs;
use crate::withdrawal::accounts::{ACCOUNTS, Account, Cause, Disposition, Item, class_of, lines_by_account};
use crate::withdrawal::bases::MilliTeu;

/// Some of one item that started at one base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    /// The base at which they started.
    pub origin: u16,
    /// What they are.
    pub item: Item,
    /// How many.
    pub units: u32,
}

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// What moves.
    pub lot: Lot,
    /// Out of here.
    pub from: Account,
    /// Into here.
    pub to: Account,
    /// Why.
    pub cause: Cause,
}

/// Every item of every base, by account.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    items: usize,
    balance: Vec<u32>,
    stock: Vec<u32>,
    /// Room of one item as cargo of its base, by cell.
    rooms: Vec<MilliTeu>,
    /// Room of each base's own cargo on hand and staged, kept as items are booked.
    cargo: Vec<[MilliTeu; 2]>,
    /// Entries into and between the final lines, for tables by cause.
    pub finals: Vec<Posting>,
}

impl Ledger {
    /// Opens the books with what each base holds, `stock[base * items + item]`.
    ///
    /// # Arguments
    /// * `room` - of one item as cargo of its base, by base and item.
    pub fn open(&mut self, items: usize, stock: &[u32], room: impl Fn(usize, Item) -> MilliTeu) {
        self.items = items;
        self.rooms.clear();
        self.rooms.extend((0..stock.len()).map(|cell| room(cell / items, (cell % items) as Item)));
        self.cargo.clear();
        let cells = stock.chunks_exact(items).zip(self.rooms.chunks_exact(items));
        self.cargo.extend(cells.map(|(stock, rooms)| {
            [stock.iter().zip(rooms).map(|(&units, room)| MilliTeu::from(units) * room).sum(), 0]
        }));
        self.stock.clear();
        self.stock.extend_from_slice(stock);
        self.balance.clear();
        self.balance.resize(stock.len() * ACCOUNTS, 0);
        for (cell, &units) in stock.iter().enumerate() {
            self.balance[cell * ACCOUNTS] = units;
        }
        self.finals.clear();
    }

    fn cell(&self, origin: usize, item: Item) -> usize {
        origin * self.items + item as usize
    }

    /// How many of a base's items stand in an account.
    pub fn units(&self, origin: usize, item: Item, account: Account) -> u32 {
        self.balance[self.cell(origin, item) * ACCOUNTS + account as usize]
    }

    /// How many of a base's items are still there, on hand or staged.
    pub fn here(&self, base: usize, item: Item) -> u32 {
        let row = &self.balance[self.cell(base, item) * ACCOUNTS..][..ACCOUNTS];
        row[Account::OnHand as usize] + row[Account::Staged as usize]
    }

    /// Room of a base's own cargo that is on hand or staged.
    pub fn cargo(&self, base: usize, account: Account) -> MilliTeu {
        self.cargo[base][account as usize]
    }

    /// Books a move.
    ///
    /// # Panics
    /// If the account holds too few: a broken invariant, never a user's mistake.
    pub fn post(&mut self, posting: Posting) {
        let Posting { lot, from, to, .. } = posting;
        if lot.units == 0 {
            return;
        }
        let cell = self.cell(lot.origin as usize, lot.item);
        let row = cell * ACCOUNTS;
        let left = self.balance[row + from as usize].checked_sub(lot.units);
        self.balance[row + from as usize] =
            left.unwrap_or_else(|| panic!("ledger: {posting:?} takes more than the account holds"));
        self.balance[row + to as usize] += lot.units;
        let (room, cargo) = (MilliTeu::from(lot.units) * self.rooms[cell], &mut self.cargo[lot.origin as usize]);
        if let Some(less) = cargo.get_mut(from as usize) {
            *less -= room;
        }
        if let Some(more) = cargo.get_mut(to as usize) {
            *more += room;
        }
        if to.disposition() != Disposition::OnHand {
            self.finals.push(posting);
        }
        debug_assert!(self.cell_balances(cell), "ledger: {posting:?} does not balance");
    }

    fn cell_balances(&self, cell: usize) -> bool {
        self.balance[cell * ACCOUNTS..][..ACCOUNTS].iter().sum::<u32>() == self.stock[cell]
    }

    /// Whether every class and owner of every base sums to its stock.
    pub fn balances(&self) -> bool {
        (0..self.stock.len()).all(|cell| self.cell_balances(cell)) && self.cargo_is_what_the_accounts_hold()
    }

    fn cargo_is_what_the_accounts_hold(&self) -> bool {
        let cells = self.balance.chunks_exact(ACCOUNTS * self.items).zip(self.rooms.chunks_exact(self.items));
        cells.zip(&self.cargo).all(|((accounts, rooms), cargo)| {
            let cells = accounts.chunks_exact(ACCOUNTS).zip(rooms);
            let held = cells.fold([0; 2], |[on_hand, staged], (accounts, room)| {
                [on_hand + MilliTeu::from(accounts[0]) * room, staged + MilliTeu::from(accounts[1]) * room]
            });
            held == *cargo
        })
    }

    /// Units and USD in each of the eight lines.
    pub fn lines(&self, inputs: &Inputs) -> [(u64, u64); 8] {
        const LINE: [Disposition; ACCOUNTS] = lines_by_account();
        let mut lines = [(0, 0); 8];
        for (cell, accounts) in self.balance.chunks_exact(ACCOUNTS).enumerate() {
            let value_usd = value_usd(inputs, (cell % self.items) as Item);
            for (account, &units) in accounts.iter().enumerate() {
                let line = &mut lines[LINE[account] as usize];
                line.0 += u64::from(units);
                line.1 += u64::from(units) * value_usd;
            }
        }
        lines
    }

    /// Calls `each` with origin, item and units of every item still on hand.
    pub fn on_hand(&self, mut each: impl FnMut(usize, Item, u32)) {
        for (cell, accounts) in self.balance.chunks_exact(ACCOUNTS).enumerate() {
            let units: u32 = accounts[..4].iter().sum();
            if units > 0 {
                each(cell / self.items, (cell % self.items) as Item, units);
            }
        }
    }
}

/// Value of one unit, in whole USD.
pub fn value_usd(inputs: &Inputs, item: Item) -> u64 {
    inputs.class[class_of(item)].value_usd.round_ties_even() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::withdrawal::accounts::{Owner, owner_of};
    use crate::withdrawal::stock::tests::inputs;

    fn posting(units: u32, from: Account, to: Account) -> Posting {
        Posting { lot: Lot { origin: 0, item: 0, units }, from, to, cause: Cause::Plan }
    }

    /// Two bases, each with two classes in the hands of two owners, and a base's cargo of unlike room.
    fn two_bases() -> Ledger {
        let mut ledger = Ledger::default();
        ledger.open(4, &[7, 2, 0, 5, 3, 1, 0, 40], |base, item| 100 * base as MilliTeu + 10 + MilliTeu::from(item));
        ledger
    }

    #[test]
    fn items_are_conserved_by_every_posting() {
        let mut ledger = Ledger::default();
        ledger.open(2, &[10, 4], |_, item| 500 * MilliTeu::from(item + 1));
        ledger.post(posting(3, Account::OnHand, Account::Staged));
        ledger.post(posting(2, Account::Staged, Account::Looted));
        assert_eq!(ledger.units(0, 0, Account::OnHand), 7);
        assert_eq!(ledger.cargo(0, Account::OnHand), 7 * 500 + 4 * 1_000);
        assert_eq!(ledger.cargo(0, Account::Staged), 500);
        assert!(ledger.balances());
        assert_eq!(ledger.finals.len(), 1);
    }

    #[test]
    #[should_panic(expected = "takes more than the account holds")]
    fn an_account_cannot_be_overdrawn() {
        let mut ledger = Ledger::default();
        ledger.open(2, &[10, 4], |_, _| 0);
        ledger.post(posting(11, Account::OnHand, Account::Staged));
    }

    #[test]
    fn each_account_is_in_the_line_it_says() {
        const ORDER: [Account; ACCOUNTS] = [
            Account::OnHand,
            Account::Staged,
            Account::InTransit,
            Account::AtHub,
            Account::EvacuatedRoad,
            Account::EvacuatedAir,
            Account::HandedOver,
            Account::Destroyed,
            Account::Decommissioned,
            Account::Unclaimed,
            Account::SeizedByGroup,
            Account::SeizedByHost,
            Account::Looted,
            Account::LostToAttack,
            Account::LostToBreakdown,
            Account::Sold,
            Account::Gifted,
        ];
        for (account, line) in ORDER.iter().zip(lines_by_account()) {
            assert_eq!(account.disposition(), line);
        }
    }

    #[test]
    fn an_item_is_a_class_and_an_owner() {
        let both = |item| (class_of(item), owner_of(item));
        let all =
            [(0, Owner::Contingent), (0, Owner::Un), (1, Owner::Contingent), (1, Owner::Un), (2, Owner::Contingent)];
        assert_eq!([0, 1, 2, 3, 4].map(both), all);
    }

    #[test]
    fn lines_hold_units_and_their_worth_at_whole_dollars() {
        let (inputs, mut ledger) = (inputs(), two_bases());
        // 100.5 and 3.5 round to the even dollar.
        assert_eq!([0, 1, 2, 3].map(|item| value_usd(&inputs, item)), [100, 100, 4, 4]);
        let at = |origin, item, units| Lot { origin, item, units };
        for (lot, from, to) in [
            (at(1, 3, 30), Account::OnHand, Account::Staged),
            (at(1, 3, 20), Account::Staged, Account::InTransit),
            (at(1, 3, 4), Account::InTransit, Account::LostToAttack),
            (at(1, 3, 9), Account::InTransit, Account::EvacuatedRoad),
            (at(0, 1, 2), Account::OnHand, Account::Gifted),
        ] {
            ledger.post(Posting { lot, from, to, cause: Cause::Attack });
        }
        let mut expected = [(0, 0); 8];
        expected[Disposition::EvacuatedRoad as usize] = (9, 36);
        expected[Disposition::LostEnRoute as usize] = (4, 16);
        expected[Disposition::HandedOver as usize] = (2, 200);
        expected[Disposition::OnHand as usize] = (7 + 5 + 4 + 27, 700 + 20 + 300 + 100 + 4 * 27);
        assert_eq!(ledger.lines(&inputs), expected);
        assert_eq!([1, 3].map(|item| ledger.units(1, item, Account::OnHand)), [1, 10]);
        assert_eq!([1, 3].map(|item| ledger.units(1, item, Account::Staged)), [0, 10]);
        // Cargo is what has not left: the room of base 1's items is 110 to 113.
        assert_eq!(ledger.cargo(1, Account::OnHand), 3 * 110 + 111 + 10 * 113);
        assert_eq!(ledger.cargo(1, Account::Staged), 10 * 113);
        assert_eq!(ledger.finals.len(), 3);
        let mut left = Vec::new();
        ledger.on_hand(|origin, item, units| left.push((origin, item, units)));
        assert_eq!(left, [(0, 0, 7), (0, 3, 5), (1, 0, 3), (1, 1, 1), (1, 3, 27)]);
    }

    #[test]
    fn books_that_were_tampered_with_do_not_balance() {
        let mut ledger = two_bases();
        ledger.post(Posting {
            lot: Lot { origin: 1, item: 3, units: 6 },
            ..posting(0, Account::OnHand, Account::Staged)
        });
        assert!(ledger.balances());
        // One more of the last item, at a hub, where it is no cargo.
        let mut more = ledger.clone();
        more.balance[7 * ACCOUNTS + Account::AtHub as usize] += 1;
        assert!(!more.balances());
        for account in [Account::OnHand, Account::Staged] {
            let mut roomier = ledger.clone();
            roomier.cargo[1][account as usize] += 1;
            assert!(!roomier.balances());
        }
    }

    #[test]
    #[should_panic(expected = "does not balance")]
    fn a_posting_to_books_that_do_not_balance_panics_where_assertions_are_on() {
        let mut ledger = two_bases();
        ledger.stock[0] += 1;
        ledger.post(posting(1, Account::OnHand, Account::Staged));
    }

    #[test]
    fn names_are_those_of_the_results() {
        assert_eq!(Owner::ALL.map(Owner::name), ["contingent", "un"]);
        let lines = ["evacuated_road", "evacuated_air", "handed_over", "destroyed", "decommissioned"];
        let others = ["abandoned_or_looted", "lost_en_route", "on_hand"];
        assert_eq!(Disposition::ALL.map(Disposition::name).to_vec(), [&lines[..], &others].concat());
        let causes = ["plan", "truck_denial", "threat", "time", "attack", "breakdown"];
        assert_eq!(Cause::ALL.map(Cause::name), causes);
    }
}
