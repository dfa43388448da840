//! What is to be run, and how it is cut.

use std::ops::Range;
use std::sync::Arc;

use thiserror::Error;

use crate::draw::Streams;
use crate::measures::Measure;
use crate::model::Model;
use crate::model::facts::Quantity;
use crate::model::mission::MOST_REPLICATIONS;
use crate::scenario::Override;
use crate::store::ChunkKey;

/// Replications of a cell: what is written, and kept when a run is cut short, as one.
///
/// # Source
/// Assumed: because the replications that people ask for (1,000, 10,000) are whole numbers of it, the default run has four
/// to share between machines, a kill of the reference case loses a second of work, and a million replications are 4,000
/// files and not more.
pub const CELL: u64 = 250;

/// Bytes that the values of one measure, with the copies that estimates make, may take before a run is refused.
pub const MEMORY_LIMIT_BYTES: u64 = 2 << 30;

/// Bytes for each replication while a measure is estimated: its values and the baseline's, each as it is and sorted, their
/// differences, and what sorting takes. Measured by `tests/memory`: 58.
pub const BYTES_PER_REPLICATION: u64 = 64;

// Scenarios and command lines refuse what a run would.
const _: () = assert!(MOST_REPLICATIONS == MEMORY_LIMIT_BYTES / BYTES_PER_REPLICATION);

/// Id of the only design point of an experiment without a sweep.
pub const ONLY_POINT: &str = "0";

/// A policy ready to be run.
#[derive(Clone, Debug)]
pub struct PolicyModel {
    /// Its id.
    pub id: String,
    /// Its title, for people.
    pub title: String,
    /// The scenario under it.
    pub model: Model,
    /// What it changes in the scenario as written.
    pub overrides: Vec<Override>,
}

/// Policies on one scenario, paired by replication.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The policies, in the order of results.
    pub policies: Vec<PolicyModel>,
    /// Seed of every stream.
    pub seed: u64,
    /// Replications of each policy.
    pub replications: u64,
    /// How many policies after the first, which is then a baseline, are compared with it: their direct effects are judged
    /// on its itineraries.
    pub compared: usize,
    /// The compared policy to which air cover is granted, if the baseline's curve over the rate ratio is to be taken.
    pub curve: Option<usize>,
    /// Replications that share a draw of the uncertain parameters, if chance and parameters are to be told apart: replication
    /// r has the parameters of replication r / inner and the chances of replication r % inner.
    pub inner: Option<u64>,
    /// For each point of a design over the uncertain parameters, which are rows of the policies' models, the seed of its
    /// chances: replication r is replication r % inner of point r / inner.
    pub points: Option<Arc<Vec<u64>>>,
    /// What facts are compared with: a column each, after those of departures.
    pub observed: Vec<Quantity>,
}

/// Why a plan cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    /// It would not fit in memory.
    #[error(
        "{replications} replications need {needed_mib} MiB for the values of each measure, over the limit of \
         {limit_mib} MiB; ask for at most {most} replications"
    )]
    TooLarge {
        /// Asked for.
        replications: u64,
        /// What they need.
        needed_mib: u64,
        /// The limit.
        limit_mib: u64,
        /// What fits.
        most: u64,
    },
    /// Nothing to run.
    #[error("0 replications leave nothing to estimate; ask for at least 1")]
    Empty,
}

impl Plan {
    /// Policies side by side, without a baseline.
    pub fn of(policies: Vec<PolicyModel>, seed: u64, replications: u64) -> Self {
        Self { policies, seed, replications, compared: 0, curve: None, inner: None, points: None, observed: Vec::new() }
    }

    /// Policies of which the first is the others' baseline.
    pub fn paired(policies: Vec<PolicyModel>, seed: u64, replications: u64) -> Self {
        let compared = policies.len().saturating_sub(1);
        Self { compared, ..Self::of(policies, seed, replications) }
    }

    /// The streams of a replication.
    pub fn streams(&self, replication: u64) -> Streams {
        match (self.inner, &self.points) {
            (None, _) => Streams::new(self.seed, replication),
            (Some(inner), None) => Streams::new(self.seed, replication % inner).with_parameters_of(replication / inner),
            (Some(inner), Some(seeds)) => {
                let point = replication / inner;
                Streams::new(seeds[point as usize], replication % inner).at_draw(point)
            }
        }
    }

    /// Whether a policy is compared with the first.
    pub fn is_compared(&self, policy: usize) -> bool {
        (1..=self.compared).contains(&policy)
    }

    /// Checks that the plan has work to do and fits in memory.
    ///
    /// # Errors
    /// [`PlanError`], with what would fit.
    pub fn check(&self) -> Result<(), PlanError> {
        if self.replications == 0 {
            return Err(PlanError::Empty);
        }
        let needed = self.replications.saturating_mul(BYTES_PER_REPLICATION);
        if needed > MEMORY_LIMIT_BYTES {
            return Err(PlanError::TooLarge {
                replications: self.replications,
                needed_mib: needed >> 20,
                limit_mib: MEMORY_LIMIT_BYTES >> 20,
                most: MEMORY_LIMIT_BYTES / BYTES_PER_REPLICATION,
            });
        }
        Ok(())
    }

    /// The cells: ranges of replications, each of [`CELL`] but for the last.
    pub fn cells(&self) -> Vec<Range<u64>> {
        cells(self.replications)
    }

    /// Columns of each policy that hold measures, departures and observed quantities.
    pub fn columns(&self) -> usize {
        self.first_observed() + self.observed.len()
    }

    /// Where the columns of observed quantities begin.
    pub fn first_observed(&self) -> usize {
        Measure::COUNT + self.policies.first().map_or(0, |policy| policy.model.inputs.base.len())
    }

    /// The key of a policy's chunk of a cell.
    pub fn key(&self, point: &str, policy: usize, cell: &Range<u64>) -> ChunkKey {
        // With its position: two sets of denials may come out as the same id.
        ChunkKey::new(format!("{point}/{policy}-{}", self.policies[policy].id), cell.start, cell.end)
    }
}

/// The cells of so many replications.
pub fn cells(replications: u64) -> Vec<Range<u64>> {
    (0..replications.div_ceil(CELL)).map(|at| at * CELL..replications.min((at + 1) * CELL)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_whole_but_for_the_last() {
        assert!(cells(0).is_empty());
        assert_eq!(cells(251), [0..250, 250..251]);
        assert_eq!(cells(501), [0..250, 250..500, 500..501]);
    }
}
