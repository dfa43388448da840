//! The Pareto set of policies on chosen measures, with the probability of being in it.

use crate::experiment::{Rows, resample_weights};
use crate::measures::{Better, Measure};
use crate::stats::{FEW_VALUES, Interval, pareto_counts, pareto_set, wilson};
use crate::summary::estimates::mean_of;
use crate::summary::{CONFIDENCE, Mean, SummaryError};

/// Resamples of the bootstrap.
///
/// # Source
/// Assumed: because a probability near a half is then known to 2 in 100.
pub const RESAMPLES: u64 = 2000;

/// Groups of replications that are resampled, at most, so that the work does not grow with the replications.
const MOST_GROUPS: u64 = 1000;

/// One policy on the chosen measures.
#[derive(Clone, Debug, PartialEq)]
pub struct ParetoRow {
    /// Its id.
    pub policy: String,
    /// Its mean of each measure.
    pub means: Vec<Mean>,
    /// Whether no other policy's means are as good on all measures and better on one.
    pub is_in_set: bool,
    /// Share of resamples of the replications in which that is so.
    pub probability: f64,
    /// What the number of resamples leaves open of that share.
    pub interval: Interval,
    /// Replications.
    pub n: u64,
}

impl ParetoRow {
    /// How the probability was found.
    pub fn method(&self) -> String {
        let few = if self.n < FEW_VALUES { " (too few replications for it)" } else { "" };
        format!("bootstrap of {RESAMPLES} resamples{few}")
    }
}

/// Makes the table, a row for each policy.
///
/// # Arguments
/// * `measures` - of which each has a better direction.
/// * `seed` - of the resamples.
///
/// # Errors
/// Those of reading, and no replications.
pub fn pareto(rows: &Rows, measures: &[Measure], seed: u64) -> Result<Vec<ParetoRow>, SummaryError> {
    let groups = rows.n().min(MOST_GROUPS);
    let group_of = |row: u64| (row * groups / rows.n()) as usize;
    let mut sizes = vec![0; groups as usize];
    (0..rows.n()).for_each(|row| sizes[group_of(row)] += 1);
    let mut sums = Vec::new();
    let mut means = Vec::new();
    for policy in 0..rows.policies().len() {
        let (mut of_policy, mut means_of_policy) = (Vec::new(), Vec::new());
        for &measure in measures {
            let sign = if measure.better() == Better::Higher { -1.0 } else { 1.0 };
            let mut of_measure = vec![0.0; groups as usize];
            let values = rows.measure(policy, measure)?;
            for (row, value) in values.iter().enumerate() {
                of_measure[group_of(row as u64)] += sign * value;
            }
            means_of_policy.push(mean_of(&values, measure.scale()));
            of_policy.push(of_measure);
        }
        sums.push(of_policy);
        means.push(means_of_policy);
    }
    let points: Vec<Vec<f64>> =
        sums.iter().map(|sums| sums.iter().map(|groups| groups.iter().sum()).collect()).collect();
    let in_set = pareto_set(&points);
    let counts = pareto_counts(&sums, &sizes, RESAMPLES, |resample| resample_weights(seed, resample, sizes.len()))?;
    let mut table = Vec::new();
    for (policy, named) in rows.policies().iter().enumerate() {
        let share = wilson(counts[policy], RESAMPLES, CONFIDENCE)?;
        table.push(ParetoRow {
            policy: named.id.clone(),
            means: means[policy].clone(),
            is_in_set: in_set[policy],
            probability: share.estimate,
            interval: share.interval,
            n: rows.n(),
        });
    }
    Ok(table)
}
