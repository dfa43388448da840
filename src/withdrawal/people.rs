//! The people ledger: everyone of each garrison and category is in exactly one account.

use crate::model::Inputs;

/// What a person is in the mission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Contingent soldiers.
    Military,
    /// Formed police units and officers.
    Police,
    /// International and national civilian staff.
    Civilian,
    /// Contract drivers, not counted in the mission's strength.
    Contractor,
}

impl Category {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Military, Self::Police, Self::Civilian, Self::Contractor];
}

/// Where people are booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// At their base, or for contract drivers at their fleet's home.
    AtBase,
    /// On the road.
    InConvoy,
    /// At a hub that is not their base.
    AtHub,
    /// Out of the country.
    Out,
    /// In the liquidation team.
    Team,
    /// Killed before they reached care.
    Killed,
    /// Died of wounds in care.
    DiedOfWounds,
    /// Seriously wounded, in care.
    InCare,
}

const ACCOUNTS: usize = 8;

/// Some people of one garrison (or truck fleet) and category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeopleLot {
    /// Index of the base, or the number of bases plus the index of the fleet.
    pub garrison: u16,
    /// Their category.
    pub category: Category,
    /// How many.
    pub count: u32,
}

/// Everyone, by garrison, category and account.
#[derive(Clone, Debug, Default)]
pub struct PeopleLedger {
    balance: Vec<[u32; ACCOUNTS]>,
    stock: Vec<u32>,
    mission: usize,
    /// Mission people in each account, kept as people are booked.
    in_account: [u32; ACCOUNTS],
}

impl PeopleLedger {
    /// Opens the books from the garrisons' strengths and the fleets' drivers.
    pub fn open(&mut self, inputs: &Inputs) {
        self.mission = inputs.base.len() * 4;
        self.stock.clear();
        for base in &inputs.base {
            let uniformed = (base.personnel * inputs.stocks.uniformed_share).round_ties_even();
            let police = (uniformed * inputs.stocks.police_share).round_ties_even();
            self.stock.extend([(uniformed - police) as u32, police as u32, (base.personnel - uniformed) as u32, 0]);
        }
        for fleet in &inputs.truck_fleet {
            let drivers = (fleet.trucks * fleet.drivers_per_truck).round_ties_even() as u32;
            self.stock.extend([0, 0, 0, drivers]);
        }
        self.balance.clear();
        self.balance.extend(self.stock.iter().map(|&count| [count, 0, 0, 0, 0, 0, 0, 0]));
        self.in_account = [0; ACCOUNTS];
        self.in_account[Whereabouts::AtBase as usize] = self.mission_strength();
    }

    fn cell(lot: PeopleLot) -> usize {
        lot.garrison as usize * 4 + lot.category as usize
    }

    /// How many of a garrison's category stand in an account.
    pub fn count(&self, garrison: usize, category: Category, account: Whereabouts) -> u32 {
        self.balance[garrison * 4 + category as usize][account as usize]
    }

    /// Books a move.
    ///
    /// # Panics
    /// If the account holds too few: a broken invariant, never a user's mistake.
    pub fn post(&mut self, lot: PeopleLot, from: Whereabouts, to: Whereabouts) {
        let row = &mut self.balance[Self::cell(lot)];
        row[from as usize] = row[from as usize]
            .checked_sub(lot.count)
            .unwrap_or_else(|| panic!("people ledger: {lot:?} from {from:?} to {to:?} takes more than are there"));
        row[to as usize] += lot.count;
        if Self::cell(lot) < self.mission {
            self.in_account[from as usize] -= lot.count;
            self.in_account[to as usize] += lot.count;
        }
        debug_assert!(self.balance[Self::cell(lot)].iter().sum::<u32>() == self.stock[Self::cell(lot)]);
    }

    /// Whether every garrison and category sums to its strength, and the accounts to what they hold.
    pub fn balances(&self) -> bool {
        let rows = self.balance[..self.mission].iter();
        let held = rows.fold([0; ACCOUNTS], |held, row| std::array::from_fn(|account| held[account] + row[account]));
        let mut cells = self.balance.iter().zip(&self.stock);
        held == self.in_account && cells.all(|(row, &stock)| row.iter().sum::<u32>() == stock)
    }

    /// Mission people at the start.
    pub fn mission_strength(&self) -> u32 {
        self.stock[..self.mission].iter().sum()
    }

    /// Mission people in an account (contract drivers are not).
    pub fn mission_count(&self, account: Whereabouts) -> u32 {
        self.in_account[account as usize]
    }
}

/// Adds people to lots, merging with those of the same garrison and category.
pub fn join(lots: &mut Vec<PeopleLot>, lot: PeopleLot) {
    if lot.count == 0 {
        return;
    }
    match lots.iter_mut().find(|other| other.garrison == lot.garrison && other.category == lot.category) {
        Some(other) => other.count += lot.count,
        None => lots.push(lot),
    }
}

/// Sum of lots.
pub fn total(lots: &[PeopleLot]) -> u32 {
    lots.iter().map(|lot| lot.count).sum()
}
