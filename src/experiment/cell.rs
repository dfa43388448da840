//! A cell: every policy over a range of replications, as it is gathered, and as a chunk for each policy.

use std::ops::Range;

use crate::experiment::codec;
use crate::experiment::plan::Plan;
use crate::experiment::results::{DailyValues, Failure, Tallies};
use crate::store::Chunk;
use crate::withdrawal::{Direct, Outcome};

/// The column that says in how many policies a replication failed: rows where it is not 0 are no results.
pub(super) const FAILED: usize = 0;
/// Where the columns of measures and departures begin.
pub(super) const FIRST: usize = 1;
/// Columns of direct effects at the end: contacts, killed, wounded.
pub(super) const DIRECT: usize = 3;

/// Some replications of one cell, or all of it.
pub(super) struct Gathered {
    range: Range<u64>,
    /// How many replications of the range are in.
    taken: u64,
    failed: Vec<f64>,
    failures: Vec<Failure>,
    policies: Vec<GatheredPolicy>,
}

#[derive(Default)]
struct GatheredPolicy {
    /// By column, then replication; those of direct effects last.
    columns: Vec<Vec<f64>>,
    tallies: Tallies,
    daily: DailyValues,
}

impl Gathered {
    /// Room for a range of replications.
    pub(super) fn new(plan: &Plan, range: Range<u64>) -> Self {
        let rows = (range.end - range.start) as usize;
        let policy = |at: usize| {
            let direct = if plan.is_compared(at) { DIRECT } else { 0 };
            GatheredPolicy { columns: vec![vec![0.0; rows]; plan.columns() + direct], ..GatheredPolicy::default() }
        };
        Self {
            range,
            taken: 0,
            failed: vec![0.0; rows],
            failures: Vec::new(),
            policies: (0..plan.policies.len()).map(policy).collect(),
        }
    }

    /// Takes one policy's outcome of a replication that no policy failed in, and what was observed of it.
    pub(super) fn add(&mut self, replication: u64, policy: usize, (outcome, observed): (&Outcome, &[f64])) {
        let row = (replication - self.range.start) as usize;
        let gathered = &mut self.policies[policy];
        let values = outcome.values().iter().chain(&outcome.departed_days).chain(observed);
        gathered.columns.iter_mut().zip(values).for_each(|(column, &value)| column[row] = value);
        gathered.tallies.add(outcome);
        gathered.daily.add(outcome, self.failed.len());
        if policy == 0 {
            for (other, direct) in self.policies.iter_mut().skip(1).zip(&outcome.direct) {
                let Direct { contacts, killed, wounded } = *direct;
                let first = other.columns.len() - DIRECT;
                let columns = other.columns[first..].iter_mut();
                columns.zip([contacts, killed, wounded]).for_each(|(column, count)| column[row] = f64::from(count));
            }
        }
    }

    /// Takes the failures of a replication.
    pub(super) fn fail(&mut self, replication: u64, failures: Vec<Failure>) {
        self.failed[(replication - self.range.start) as usize] = failures.len() as f64;
        self.failures.extend(failures);
    }

    /// Takes a part of the range.
    pub(super) fn take(&mut self, part: Self) {
        let at = (part.range.start - self.range.start) as usize;
        self.taken += part.range.end - part.range.start;
        self.failed[at..at + part.failed.len()].copy_from_slice(&part.failed);
        self.failures.extend(part.failures);
        for (mine, theirs) in self.policies.iter_mut().zip(part.policies) {
            for (mine, theirs) in mine.columns.iter_mut().zip(&theirs.columns) {
                mine[at..at + theirs.len()].copy_from_slice(theirs);
            }
            mine.tallies.merge(&theirs.tallies);
            mine.daily.append(theirs.daily);
        }
    }

    /// Whether every replication of the range is in.
    pub(super) fn is_whole(&self) -> bool {
        self.taken == self.range.end - self.range.start
    }

    /// A chunk for each policy, in the order of the plan.
    pub(super) fn into_chunks(mut self, plan: &Plan, point: &str) -> Vec<Chunk> {
        self.failures.sort();
        let chunk = |(at, policy): (usize, GatheredPolicy)| {
            let id = &plan.policies[at].id;
            let failures: Vec<Failure> =
                self.failures.iter().filter(|failure| failure.policy == *id).cloned().collect();
            Chunk {
                key: plan.key(point, at, &self.range),
                columns: std::iter::once(self.failed.clone()).chain(policy.columns).collect(),
                bytes: codec::encode(&failures, &policy.tallies, &policy.daily),
            }
        };
        self.policies.into_iter().enumerate().map(chunk).collect()
    }
}
