//! Paired differences between policies and a baseline, under common random numbers.

use crate::measures::Better;
use crate::stats::{Interval, PairedDifference, Worse, holm_intervals, paired};
use crate::summary::CONFIDENCE;

/// Which effect of a policy a contrast shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Of everything the policy changes.
    Total,
    /// Of what acts on contacts and on care alone, with itineraries and tension frozen at the baseline's.
    Direct,
}

impl Effect {
    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Direct => "direct",
        }
    }
}

/// One contrast.
#[derive(Clone, Debug, PartialEq)]
pub struct Contrast {
    /// The policy's id.
    pub policy: String,
    /// The baseline's id.
    pub baseline: String,
    /// The column's name.
    pub measure: String,
    /// Which effect.
    pub effect: Effect,
    /// The paired difference, policy less baseline.
    pub difference: PairedDifference,
    /// Its interval adjusted over the policies compared (Holm).
    pub adjusted: Interval,
    /// Whether more or less is worse; none where neither is.
    pub better: Better,
}

/// A policy's paired difference from the baseline; none for fewer than two replications.
pub(super) fn difference(values: &[f64], baseline: &[f64], better: Better) -> Option<PairedDifference> {
    let worse = if better == Better::Higher { Worse::Lower } else { Worse::Higher };
    paired(values, baseline, CONFIDENCE, worse).ok()
}

/// The contrasts of one column and effect, with intervals adjusted over the policies compared.
///
/// # Arguments
/// * `compared` - the ids of policies and their differences from the baseline.
pub(super) fn family(
    baseline: &str,
    (measure, effect, better): (&str, Effect, Better),
    compared: &[(&str, PairedDifference)],
) -> Vec<Contrast> {
    let differences: Vec<PairedDifference> = compared.iter().map(|(_, difference)| *difference).collect();
    let Ok(adjusted) = holm_intervals(&differences, CONFIDENCE) else { return Vec::new() };
    let contrast = |(&(policy, difference), (_, adjusted)): (&(&str, PairedDifference), _)| Contrast {
        policy: policy.to_owned(),
        baseline: baseline.to_owned(),
        measure: measure.to_owned(),
        effect,
        difference,
        adjusted,
        better,
    };
    compared.iter().zip(adjusted).map(contrast).collect()
}
