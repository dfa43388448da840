//! What an experiment keeps of its replications: a column of values for each measure, and integer tallies.
//!
//! Tallies are sums of integers, which do not depend on the order of adding; columns are written by replication. So the
//! result is the same for any number of threads.

use std::collections::BTreeMap;

use crate::measures::{Daily, Measure};
use crate::model::Inputs;
use crate::stats::Histogram;
use crate::withdrawal::Outcome;
use crate::withdrawal::outcome::{EndOfItems, HarmCause};

/// Sums over replications of two whole amounts and their squares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Sums: units and USD, or killed and wounded.
    pub sums: [i128; 2],
    /// Sums of squares.
    pub squares: [i128; 2],
}

impl Cell {
    fn add(&mut self, amounts: [i64; 2]) {
        for (at, amount) in amounts.into_iter().enumerate() {
            self.sums[at] += i128::from(amount);
            self.squares[at] += i128::from(amount) * i128::from(amount);
        }
    }

    /// Adds other replications.
    pub(super) fn merge(&mut self, other: &Self) {
        for at in 0..2 {
            self.sums[at] += other.sums[at];
            self.squares[at] += other.squares[at];
        }
    }
}

/// Contacts, killed and wounded under another policy on the baseline's itineraries, one value per replication.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DirectColumns {
    /// Contacts.
    pub contacts: Vec<f64>,
    /// Killed.
    pub killed: Vec<f64>,
    /// Wounded.
    pub wounded: Vec<f64>,
}

/// A replication that failed: a fault of the program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// The replication.
    pub replication: u64,
    /// The policy's id.
    pub policy: String,
    /// What it said.
    pub message: String,
}

/// Key of an equipment cell: base, item, disposition, cause, each by index.
pub type EndKey = (u16, u16, u8, u8);
/// Key of a casualty cell: cause, road or base, then armed group (0 for none, else its position and one).
pub type HarmKey = (u8, u16, u16);

/// Sums over the replications in which a garrison's convoy arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConvoyCell {
    /// Replications in which it arrived.
    pub n: u64,
    /// Sums: days of the slowest serial (in millionths), devices, direct attacks, killed, wounded.
    pub sums: [i128; 5],
    /// Sums of squares.
    pub squares: [i128; 5],
}

impl ConvoyCell {
    /// Adds other replications.
    pub(super) fn merge(&mut self, other: &Self) {
        self.n += other.n;
        for at in 0..5 {
            self.sums[at] += other.sums[at];
            self.squares[at] += other.squares[at];
        }
    }
}

/// A sum over replications and the sum of squares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SumOfSquares {
    /// Sum.
    pub sum: i128,
    /// Sum of squares.
    pub square: i128,
}

/// Integer tallies of one policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tallies {
    /// Units and USD by where items ended.
    pub ends: BTreeMap<EndKey, Cell>,
    /// Killed and wounded by cause and place.
    pub harms: BTreeMap<HarmKey, Cell>,
    /// By base, its garrison's journey: days (in millionths), devices, direct attacks, killed and wounded per
    /// replication in which it arrived.
    pub convoys: BTreeMap<u16, ConvoyCell>,
    /// Of a baseline whose curve was taken: what refused air cover costs, by kind of cover and ratio.
    pub curve: Vec<[SumOfSquares; 3]>,
    /// For each day and daily quantity, how many replications had each value.
    pub daily: Vec<[Histogram; DAILY]>,
    /// Events dispatched.
    pub events: u64,
    /// Keyed streams opened.
    pub streams: u64,
}

impl Tallies {
    /// Adds one replication, but for its daily quantities, which [`DailyValues`] gathers.
    pub fn add(&mut self, outcome: &Outcome) {
        self.add_ends(&outcome.ends);
        for harm in &outcome.harms {
            let amounts = [i64::from(harm.killed), i64::from(harm.wounded)];
            self.harms.entry((harm.cause as u8, harm.place, harm.group)).or_default().add(amounts);
        }
        self.add_convoys(outcome);
        self.curve.resize(outcome.curve.len().max(self.curve.len()), Default::default());
        for (sums, costs) in self.curve.iter_mut().zip(&outcome.curve) {
            for (sums, &cost) in sums.iter_mut().zip(costs) {
                sums.sum += i128::from(cost);
                sums.square += i128::from(cost) * i128::from(cost);
            }
        }
        self.events += outcome.events;
        self.streams += outcome.streams;
    }

    /// Adds where items ended. Both are in order of key, and most keys are there: one pass finds them all.
    fn add_ends(&mut self, ends: &[EndOfItems]) {
        let mut new = Vec::new();
        let mut cells = self.ends.iter_mut();
        let mut next = cells.next();
        for end in ends {
            let key = end.key();
            while next.as_ref().is_some_and(|(at, _)| **at < key) {
                next = cells.next();
            }
            match &mut next {
                Some((at, cell)) if **at == key => cell.add([end.units, end.usd]),
                _ => new.push(end),
            }
        }
        for end in new {
            self.ends.entry(end.key()).or_default().add([end.units, end.usd]);
        }
    }

    /// Adds each garrison's journey: the slowest of its serials, the contacts and casualties of all.
    fn add_convoys(&mut self, outcome: &Outcome) {
        let mut journeys: BTreeMap<u16, [i64; 5]> = BTreeMap::new();
        for convoy in &outcome.convoys {
            let journey = journeys.entry(convoy.base).or_default();
            journey[0] = journey[0].max((convoy.days * 1e6) as i64);
            for (sum, &count) in journey[1..].iter_mut().zip(&convoy.met) {
                *sum += i64::from(count);
            }
        }
        for (base, journey) in journeys {
            let cell = self.convoys.entry(base).or_default();
            cell.n += 1;
            for (at, &amount) in journey.iter().enumerate() {
                cell.sums[at] += i128::from(amount);
                cell.squares[at] += i128::from(amount) * i128::from(amount);
            }
        }
    }

    /// Adds the tallies of other replications, but for the daily ones.
    pub fn merge(&mut self, other: &Self) {
        for (key, cell) in &other.ends {
            self.ends.entry(*key).or_default().merge(cell);
        }
        for (key, cell) in &other.harms {
            self.harms.entry(*key).or_default().merge(cell);
        }
        for (base, theirs) in &other.convoys {
            self.convoys.entry(*base).or_default().merge(theirs);
        }
        self.merge_curve(&other.curve);
        self.events += other.events;
        self.streams += other.streams;
    }

    /// Adds the curves of other replications.
    pub(super) fn merge_curve(&mut self, other: &[[SumOfSquares; 3]]) {
        self.curve.resize(other.len().max(self.curve.len()), Default::default());
        for (mine, theirs) in self.curve.iter_mut().flatten().zip(other.iter().flatten()) {
            mine.sum += theirs.sum;
            mine.square += theirs.square;
        }
    }
}

/// Daily quantities of some replications of one policy, in any order: a row for each day, one replication after another.
/// For a few replications that is less than a count of every value that a day can have, and a replication is added in one go.
#[derive(Clone, Debug, Default)]
pub struct DailyValues {
    rows: Vec<[u32; DAILY]>,
    days: usize,
}

impl DailyValues {
    /// Those of replications of so many days.
    #[cfg(test)]
    pub fn new(days: usize, rows: Vec<[u32; DAILY]>) -> Self {
        Self { rows, days }
    }

    /// Adds one replication, of so many that are to come.
    pub fn add(&mut self, outcome: &Outcome, replications: usize) {
        self.days = outcome.daily.len();
        if self.rows.is_empty() {
            self.rows.reserve_exact(self.days * replications);
        }
        self.rows.extend_from_slice(&outcome.daily);
    }

    /// Takes the values of other replications.
    pub fn append(&mut self, mut other: Self) {
        self.days = self.days.max(other.days);
        self.rows.append(&mut other.rows);
    }

    /// How many days there are; all replications of a policy have the same.
    pub fn days(&self) -> usize {
        self.days
    }

    /// Every replication's quantities of one day.
    pub fn of_day(&self, day: usize) -> impl Iterator<Item = &[u32; DAILY]> {
        self.rows.iter().skip(day).step_by(self.days)
    }
}

/// Everything kept of one policy, in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyResults {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// `columns[measure][replication]`, then one column for each base's departure day.
    pub columns: Vec<Vec<f64>>,
    /// The policy's direct effect columns, where there is a baseline and this is not it.
    pub direct: Option<DirectColumns>,
    /// Integer tallies.
    pub tallies: Tallies,
}

impl PolicyResults {
    /// Values of a measure, by replication.
    pub fn column(&self, measure: Measure) -> &[f64] {
        &self.columns[measure as usize]
    }

    /// Departure days of a base, by replication.
    pub fn departures(&self, base: usize) -> &[f64] {
        &self.columns[Measure::COUNT + base]
    }
}

/// What an experiment comes out as, in memory: for small ones. [`Rows`](crate::experiment::Rows) are read a column at a
/// time.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// By policy, in the order of the plan.
    pub policies: Vec<PolicyResults>,
    /// The replication of each row, in order; all of them unless some failed or the run was stopped.
    pub replications: Vec<u64>,
    /// Replications that failed.
    pub failures: Vec<Failure>,
    /// Stopped before all were done.
    pub stopped: bool,
}

/// Names of the columns: the measures, then `departure.<base>`.
pub fn column_names(inputs: &Inputs) -> Vec<String> {
    let measures = Measure::ALL.iter().map(|measure| measure.name().to_owned());
    measures.chain(inputs.base.iter().map(|base| format!("departure.{}", base.id))).collect()
}

/// Name of a cause of casualties by its index in a key.
pub fn kind_name(kind: u8) -> &'static str {
    HarmCause::ALL[kind as usize].name()
}

/// How many daily quantities there are.
pub const DAILY: usize = Daily::COUNT;
