//! What is to be run.

use thiserror::Error;

use crate::measures::Measure;
use crate::model::Model;

/// Bytes that the values of all replications may take in memory before a run is refused.
pub const MEMORY_LIMIT_BYTES: u64 = 4 << 30;

/// A policy ready to be run.
#[derive(Clone, Debug)]
pub struct PolicyModel {
    /// Its id.
    pub id: String,
    /// Its title, for people.
    pub title: String,
    /// The scenario under it.
    pub model: Model,
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
    /// The first policy is a baseline: the others' direct effects are judged on its itineraries.
    pub has_baseline: bool,
}

/// Why a plan cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    /// It would not fit in memory.
    #[error(
        "{replications} replications of {policies} policies need {needed_mib} MiB for their values, over the limit of \
         {limit_mib} MiB; ask for at most {most} replications"
    )]
    TooLarge {
        /// Asked for.
        replications: u64,
        /// Policies.
        policies: usize,
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
    /// Checks that the plan has work to do and fits in memory.
    ///
    /// # Errors
    /// [`PlanError`], with what would fit.
    pub fn check(&self) -> Result<(), PlanError> {
        if self.replications == 0 {
            return Err(PlanError::Empty);
        }
        let bases = self.policies.first().map_or(0, |policy| policy.model.inputs.base.len());
        let bytes_each = 8 * self.policies.len() as u64 * (Measure::COUNT + bases + 3) as u64;
        let needed = self.replications.saturating_mul(bytes_each);
        if needed > MEMORY_LIMIT_BYTES {
            return Err(PlanError::TooLarge {
                replications: self.replications,
                policies: self.policies.len(),
                needed_mib: needed >> 20,
                limit_mib: MEMORY_LIMIT_BYTES >> 20,
                most: MEMORY_LIMIT_BYTES / bytes_each,
            });
        }
        Ok(())
    }
}
