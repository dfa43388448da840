//! How well forecasts met the record: scores of each fact, the skill over reference forecasts, and what luck would give.

use std::collections::{BTreeMap, BTreeSet};

use crate::experiment::Rows;
use crate::measures::Measure;
use crate::model::Model;
use crate::model::facts::{Fact, FactKind, Facts, Quantity, Record};
use crate::stats::{FEW_VALUES, Moments, Scored, StatsError, own_mid_pits, quantile_sorted, sorted};
use crate::summary::SummaryError;
use crate::summary::calendar::{PHASES, planned};
use crate::summary::scores::{FactRow, Grade, GroupRow, Reference, forecast, taus};

/// One row in so many is kept where inputs are set anew from what facts remain.
///
/// # Source
/// Assumed: because a fifth of the default 1,000 replications still gives quantiles, and is near enough to the facts to show
/// what they say.
const KEPT_OF: usize = 5;

/// A group of facts that is left out, and what is known of it all the same.
#[derive(Clone, Copy, Debug)]
pub struct Without<'a> {
    /// Its name.
    pub group: &'a str,
    /// Ids of facts that inputs were set from which are widened now.
    pub widened: &'a [String],
    /// Ids of those that inputs were set from which are held as they were: dates, words, numbers without a range.
    pub held: &'a [String],
}

/// What is scored.
pub struct Hindcasting<'a> {
    /// The facts.
    pub facts: &'a Facts,
    /// Ids of facts that the scenario says its inputs were set from.
    pub fitted: &'a [String],
    /// The scenario under the policy that is scored.
    pub model: &'a Model,
    /// Column of the first observed quantity.
    pub first_observed: usize,
    /// The group that is left out, if one is.
    pub left_out: Option<Without<'a>>,
    /// The rows whose outcomes make up the forecast; none for all of them.
    pub kept: Option<&'a [usize]>,
}

/// The result.
#[derive(Clone, Debug, PartialEq)]
pub struct Hindcast {
    /// In the order of the file.
    pub rows: Vec<FactRow>,
    /// All and each group, first those of facts that no input was set from.
    pub groups: Vec<GroupRow>,
    /// Replications that the forecast rests on.
    pub n: u64,
    /// Which ones, by their number, where a group is left out.
    pub kept: Vec<u64>,
}

impl Hindcasting<'_> {
    /// Scores every fact; none from fewer than two replications.
    ///
    /// # Arguments
    /// * `rows` - the first policy is scored; those with a reference's id give that reference.
    ///
    /// # Errors
    /// Those of reading.
    pub fn score(&self, rows: &Rows) -> Result<Hindcast, SummaryError> {
        if rows.n() < 2 {
            return Ok(Hindcast { rows: Vec::new(), groups: Vec::new(), n: rows.n(), kept: Vec::new() });
        }
        let mut luck = Luck::default();
        let mut made = Vec::new();
        for fact in &self.facts.list {
            let in_sample = match self.left_out.filter(|left_out| left_out.group == fact.group) {
                Some(without) => {
                    let is_known = fact.in_sample && !without.widened.contains(&fact.id);
                    is_known || self.facts.is_set_from(fact, without.held)
                }
                None => self.facts.is_in_sample(fact, self.fitted),
            };
            let mut row = FactRow {
                fact: fact.clone(),
                in_sample,
                fitted_unsaid: in_sample && !fact.in_sample,
                counted_with: told_by(&made, fact, |row| row.in_sample == in_sample && row.counts(false))
                    .map(|row| row.fact.id.clone()),
                repeats_in_group: told_by(&made, fact, |row| {
                    row.in_sample == in_sample && row.fact.group == fact.group && row.counts(true)
                })
                .is_some(),
                forecast: None,
                references: [None, None, None, None],
            };
            if fact.quantity.is_ok() {
                let values = self.values(rows, 0, fact)?;
                row.forecast = Some(forecast(fact, &values)?);
                luck.add(&row, &values)?;
                for reference in Reference::ALL {
                    let values = self.reference_values(rows, reference, fact)?;
                    row.references[reference as usize] = values.map(|values| forecast(fact, &values)).transpose()?;
                }
            }
            made.push(row);
        }
        let groups = luck.groups(&made)?;
        let n = self.kept.map_or(rows.n(), |kept| kept.len() as u64);
        Ok(Hindcast { rows: made, groups, n, kept: self.replications(rows) })
    }

    /// The rows that come nearest to some facts: a fifth of all, and those as near as the last of them.
    ///
    /// # Arguments
    /// * `evidence` - the facts; those without a number do not count.
    ///
    /// # Returns
    /// Rows in their order; none if no fact counts, so that all of them serve.
    ///
    /// # Errors
    /// Those of reading.
    pub fn nearest(&self, rows: &Rows, evidence: &[&Fact]) -> Result<Option<Vec<usize>>, SummaryError> {
        let mut distances = vec![0.0_f64; rows.n() as usize];
        let counts = |fact: &&&Fact| fact.quantity.is_ok() && fact.kind != FactKind::Order;
        let evidence: Vec<&&Fact> = evidence.iter().filter(counts).collect();
        for fact in &evidence {
            let values = self.values(rows, 0, fact)?;
            let spread = Moments::of(&values)?.sd.filter(|sd| *sd > 0.0).unwrap_or(1.0);
            for (distance, value) in distances.iter_mut().zip(values) {
                let gap = match fact.record {
                    Record::Number { low, high, .. } => (low - value).max(value - high).max(0.0) / spread,
                    Record::Event(happened) => f64::from(u8::from(happened != (value > 0.0))),
                    Record::Order(_) => 0.0,
                };
                *distance = distance.max(gap);
            }
        }
        if evidence.is_empty() || distances.len() < 2 {
            return Ok(None);
        }
        let last = sorted(&distances)?[(distances.len().div_ceil(KEPT_OF) - 1).max(1)];
        Ok(Some((0..distances.len()).filter(|&row| distances[row] <= last).collect()))
    }

    fn replications(&self, rows: &Rows) -> Vec<u64> {
        if self.left_out.is_none() {
            return Vec::new();
        }
        let all: Vec<u64> = (0..rows.cells()).flat_map(|cell| rows.replications(cell)).collect();
        match self.kept {
            Some(kept) => kept.iter().map(|&row| all[row]).collect(),
            None => all,
        }
    }

    fn column(&self, rows: &Rows, policy: usize, column: usize) -> Result<Vec<f64>, SummaryError> {
        let values = rows.column(policy, column)?;
        Ok(match self.kept {
            Some(kept) if policy == 0 => kept.iter().map(|&at| values[at]).collect(),
            _ => values,
        })
    }

    /// What the replications of a policy say of a fact: its quantity, or their order's tau with the record's.
    fn values(&self, rows: &Rows, policy: usize, fact: &Fact) -> Result<Vec<f64>, SummaryError> {
        if let Record::Order(order) = &fact.record {
            let deadline = self.model.inputs.mission.deadline;
            let mut days = Vec::new();
            for &(base, _) in order {
                let column = self.column(rows, policy, Measure::COUNT + base)?;
                days.push(column.into_iter().map(|days| days.floor().min(deadline)).collect::<Vec<f64>>());
            }
            return Ok(taus(order, &days)?);
        }
        let quantity = fact.quantity.as_ref().expect("only simulated facts are asked for");
        let at = self.facts.quantities().iter().position(|other| other == quantity).expect("every number is observed");
        self.column(rows, policy, self.first_observed + at)
    }

    fn reference_values(
        &self,
        rows: &Rows,
        reference: Reference,
        fact: &Fact,
    ) -> Result<Option<Vec<f64>>, SummaryError> {
        if reference != Reference::Plan {
            let policy = rows.policies().iter().skip(1).position(|policy| policy.id == reference.name());
            return policy.map(|at| self.values(rows, at + 1, fact)).transpose();
        }
        let inputs = &self.model.inputs;
        if let Record::Order(order) = &fact.record {
            let departure = |base| {
                let of = Quantity::departure(base);
                (0..PHASES).map(|phase| planned(&of, inputs, phase).expect("a plan has dates")).collect::<Vec<f64>>()
            };
            let days: Vec<Vec<f64>> = order.iter().map(|(base, _)| departure(*base)).collect();
            return Ok(Some(taus(order, &days)?));
        }
        let quantity = fact.quantity.as_ref().expect("only simulated facts are asked for");
        Ok((0..PHASES).map(|phase| planned(quantity, inputs, phase)).collect())
    }
}

/// The first of some rows that tells of the same event as a fact. Two orders are one event if they are of the same bases.
fn told_by<'r>(rows: &'r [FactRow], fact: &Fact, counts: impl Fn(&FactRow) -> bool) -> Option<&'r FactRow> {
    let quantity = fact.quantity.as_ref().ok()?;
    let bases = |record: &Record| -> BTreeSet<usize> {
        match record {
            Record::Order(order) => order.iter().map(|(base, _)| *base).collect(),
            Record::Number { .. } | Record::Event(_) => BTreeSet::new(),
        }
    };
    let is_same = |row: &&FactRow| {
        let is_event = row.fact.quantity.as_ref().is_ok_and(|other| other.is_same_event(quantity));
        is_event && bases(&row.fact.record) == bases(&fact.record) && counts(row)
    };
    rows.iter().find(is_same)
}

/// Misses in a world where the model is right: each replication in turn plays the record, is read as widely, and falls
/// somewhere among the others, with all its facts at once.
#[derive(Default)]
struct Luck {
    /// Facts outside the middle 90%, by group and replication.
    outside: BTreeMap<(bool, Option<String>), Vec<u32>>,
}

impl Luck {
    fn add(&mut self, row: &FactRow, values: &[f64]) -> Result<(), StatsError> {
        let pits = match row.fact.record {
            // An order has no grade: it is never outside.
            Record::Order(_) => vec![0.5; values.len()],
            Record::Event(_) => {
                let events: Vec<f64> = values.iter().map(|&value| f64::from(u8::from(value > 0.0))).collect();
                own_mid_pits(&events, 0.0)?
            }
            Record::Number { low, high, .. } => own_mid_pits(values, high - low)?,
        };
        let groups = [None, Some(row.fact.group.clone())];
        for group in groups.into_iter().filter(|group| row.counts(group.is_some())) {
            let counts = self.outside.entry((row.in_sample, group)).or_default();
            counts.resize(pits.len(), 0);
            for (count, &pit) in counts.iter_mut().zip(&pits) {
                *count += u32::from(Grade::of(pit).is_miss());
            }
        }
        Ok(())
    }

    fn groups(&self, rows: &[FactRow]) -> Result<Vec<GroupRow>, StatsError> {
        let of = |((in_sample, group), counts): (&(bool, Option<String>), &Vec<u32>)| {
            let counts: Vec<f64> = counts.iter().map(|&count| f64::from(count)).collect();
            let in_order = sorted(&counts)?;
            let point = |level| quantile_sorted(&in_order, level, super::CONFIDENCE).map(|found| found.estimate);
            let luck = [Scored::mean(&counts)?.value, point(0.05)?, point(0.95)?];
            let (mut grades, mut better) = ([0; 4], [[0; 3]; 4]);
            let is_enough = counts.len() as u64 >= FEW_VALUES;
            let mine = rows.iter().filter(|row| {
                let is_in = group.as_ref().is_none_or(|group| *group == row.fact.group);
                row.in_sample == *in_sample && is_in && row.counts(group.is_some())
            });
            for row in mine {
                if let Some(grade) = row.grade() {
                    grades[grade as usize] += 1;
                }
                for (reference, counts) in Reference::ALL.into_iter().zip(&mut better) {
                    let Some(found) = row.compare(reference) else { continue };
                    let each = [is_enough && found.is_gt(), is_enough && found.is_lt(), true];
                    counts.iter_mut().zip(each).for_each(|(count, holds)| *count += u32::from(holds));
                }
            }
            Ok(GroupRow { group: group.clone(), in_sample: *in_sample, grades, luck, better })
        };
        self.outside.iter().map(of).collect()
    }
}
