//! Runs a plan's replications in parallel.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::draw::Streams;
use crate::experiment::plan::{Plan, PolicyModel};
use crate::experiment::results::{DirectColumns, Failure, PolicyResults, Results, Tallies};
use crate::measures::Measure;
use crate::model::Model;
use crate::withdrawal::{Direct, Withdrawal};

/// Replications that one worker runs at a time.
const BLOCK: u64 = 32;

/// What the caller is told and asked while an experiment runs.
pub struct Hooks<'a> {
    /// Whether to stop; asked before each block.
    pub should_stop: &'a (dyn Fn() -> bool + Sync),
    /// Told how many replications are done, of how many.
    pub on_progress: &'a (dyn Fn(u64, u64) + Sync),
}

/// What is collected under one lock: integer sums and columns by replication, so the order of arrival does not matter.
struct Collected {
    policies: Vec<PolicyResults>,
    done: Vec<bool>,
    failures: Vec<Failure>,
}

/// One replication of one policy.
struct Row {
    values: Vec<f64>,
    direct: Vec<Direct>,
}

/// Runs every replication of every policy. Replication `r` of each policy shares its streams with replication `r` of the
/// others.
///
/// # Panics
/// Never: a replication that panics is caught before the lock on what is collected is taken.
pub fn run(plan: &Plan, hooks: &Hooks) -> Results {
    let replications = plan.replications as usize;
    let collected = Mutex::new(Collected {
        policies: plan.policies.iter().enumerate().map(|(at, policy)| empty_results(plan, at, policy)).collect(),
        done: vec![false; replications],
        failures: Vec::new(),
    });
    let (done, blocks) = (AtomicU64::new(0), plan.replications.div_ceil(BLOCK));
    (0..blocks).into_par_iter().for_each_init(
        || Worker::new(plan),
        |worker, block| {
            if (hooks.should_stop)() {
                return;
            }
            let first = block * BLOCK;
            let last = (first + BLOCK).min(plan.replications);
            let (rows, tallies, failures) = worker.run_block(first, last);
            let mut collected = collected.lock().expect("no worker panics while it holds the lock");
            collected.take(first, rows, &tallies, failures);
            drop(collected);
            let so_far = done.fetch_add(last - first, Ordering::Relaxed) + last - first;
            (hooks.on_progress)(so_far, plan.replications);
        },
    );
    collected.into_inner().expect("no worker panics while it holds the lock").finish()
}

fn empty_results(plan: &Plan, at: usize, policy: &PolicyModel) -> PolicyResults {
    let replications = plan.replications as usize;
    let columns = Measure::COUNT + policy.model.inputs.base.len();
    let zeros = || vec![0.0; replications];
    let direct =
        (plan.has_baseline && at > 0).then(|| DirectColumns { contacts: zeros(), killed: zeros(), wounded: zeros() });
    PolicyResults {
        id: policy.id.clone(),
        title: policy.title.clone(),
        columns: vec![zeros(); columns],
        direct,
        tallies: Tallies::default(),
    }
}

/// One thread's replicators, one for each policy.
struct Worker<'p> {
    plan: &'p Plan,
    withdrawals: Vec<Withdrawal<'p>>,
}

impl<'p> Worker<'p> {
    fn new(plan: &'p Plan) -> Self {
        let withdrawals = (0..plan.policies.len()).map(|policy| Self::withdrawal(plan, policy)).collect();
        Self { plan, withdrawals }
    }

    fn withdrawal(plan: &'p Plan, policy: usize) -> Withdrawal<'p> {
        let is_baseline = plan.has_baseline && policy == 0;
        let others = if is_baseline { &plan.policies[1..] } else { &[] };
        let others: Vec<&Model> = others.iter().map(|other| &other.model).collect();
        Withdrawal::new(&plan.policies[policy].model, &others)
    }

    /// Runs replications `first..last` of every policy. A replication that panics in any policy is left out of all.
    fn run_block(&mut self, first: u64, last: u64) -> (Vec<Option<Vec<Row>>>, Vec<Tallies>, Vec<Failure>) {
        let mut tallies = vec![Tallies::default(); self.withdrawals.len()];
        let mut failures = Vec::new();
        let mut rows = Vec::new();
        for replication in first..last {
            let streams = Streams::new(self.plan.seed, replication);
            let mut row = Vec::with_capacity(self.withdrawals.len());
            for policy in 0..self.withdrawals.len() {
                let withdrawal = &mut self.withdrawals[policy];
                let run = AssertUnwindSafe(|| {
                    withdrawal.replicate(streams);
                });
                match catch_unwind(run) {
                    Ok(()) => {
                        let outcome = self.withdrawals[policy].outcome();
                        let values = outcome.values().iter().chain(&outcome.departed_days).copied().collect();
                        row.push(Row { values, direct: outcome.direct.clone() });
                    }
                    Err(panic) => {
                        let message = panic.downcast_ref::<String>().cloned();
                        let message = message.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
                        let policy_id = self.plan.policies[policy].id.clone();
                        let message = message.unwrap_or_else(|| "unknown fault".to_owned());
                        failures.push(Failure { replication, policy: policy_id, message });
                        self.withdrawals[policy] = Self::withdrawal(self.plan, policy);
                    }
                }
            }
            let whole = row.len() == self.withdrawals.len();
            if whole {
                for (tally, withdrawal) in tallies.iter_mut().zip(&self.withdrawals) {
                    tally.add(withdrawal.outcome());
                }
            }
            rows.push(whole.then_some(row));
        }
        (rows, tallies, failures)
    }
}

impl Collected {
    fn take(&mut self, first: u64, rows: Vec<Option<Vec<Row>>>, tallies: &[Tallies], failures: Vec<Failure>) {
        self.failures.extend(failures);
        for (policy, tally) in self.policies.iter_mut().zip(tallies) {
            policy.tallies.merge(tally);
        }
        for (at, row) in rows.into_iter().enumerate() {
            let Some(row) = row else { continue };
            let replication = first as usize + at;
            self.done[replication] = true;
            for (policy, row) in self.policies.iter_mut().zip(&row) {
                for (column, &value) in policy.columns.iter_mut().zip(&row.values) {
                    column[replication] = value;
                }
            }
            for (policy, direct) in self.policies.iter_mut().skip(1).zip(&row[0].direct) {
                if let Some(columns) = &mut policy.direct {
                    columns.contacts[replication] = f64::from(direct.contacts);
                    columns.killed[replication] = f64::from(direct.killed);
                    columns.wounded[replication] = f64::from(direct.wounded);
                }
            }
        }
    }

    fn finish(mut self) -> Results {
        self.failures.sort();
        let failed: Vec<u64> = self.failures.iter().map(|failure| failure.replication).collect();
        let stopped =
            self.done.iter().enumerate().any(|(at, done)| !done && failed.binary_search(&(at as u64)).is_err());
        if self.done.contains(&false) {
            let done = &self.done;
            let keep = |column: &mut Vec<f64>| {
                let mut row = done.iter();
                column.retain(|_| *row.next().expect("one per replication"));
            };
            for policy in &mut self.policies {
                policy.columns.iter_mut().for_each(keep);
                if let Some(direct) = &mut policy.direct {
                    keep(&mut direct.contacts);
                    keep(&mut direct.killed);
                    keep(&mut direct.wounded);
                }
            }
        }
        let done = self.done.iter().enumerate().filter(|(_, done)| **done);
        Results {
            replications: done.map(|(at, _)| at as u64).collect(),
            policies: self.policies,
            failures: self.failures,
            stopped,
        }
    }
}
