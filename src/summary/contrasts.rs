//! Paired differences between policies and a baseline, under common random numbers.

use crate::experiment::{DirectColumns, PolicyResults, Results};
use crate::measures::{Better, Measure};
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

/// Contrasts of every policy with the first, over every column; `names` are the columns' names.
///
/// Empty for fewer than two policies or replications.
pub fn contrasts(results: &Results, names: &[String]) -> Vec<Contrast> {
    let Some((baseline, others)) = results.policies.split_first() else { return Vec::new() };
    let mut rows = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let better = Measure::ALL.get(at).map_or(Better::Neither, |measure| measure.better());
        let pairs = others.iter().map(|policy| (policy, policy.columns[at].as_slice()));
        family(&mut rows, baseline, pairs, (name, Effect::Total, better), &baseline.columns[at]);
        let Some(measure) = Measure::ALL.get(at) else { continue };
        let Some(direct) = direct_column(*measure) else { continue };
        let pairs = others.iter().filter_map(|policy| Some((policy, direct(policy.direct.as_ref()?))));
        family(&mut rows, baseline, pairs, (name, Effect::Direct, better), &baseline.columns[at]);
    }
    rows
}

/// The column of direct effects on a measure, for those that have one.
fn direct_column(measure: Measure) -> Option<fn(&DirectColumns) -> &[f64]> {
    match measure {
        Measure::Killed => Some(|direct| &direct.killed),
        Measure::Wounded => Some(|direct| &direct.wounded),
        Measure::Contacts => Some(|direct| &direct.contacts),
        _ => None,
    }
}

fn family<'r>(
    rows: &mut Vec<Contrast>,
    baseline: &PolicyResults,
    pairs: impl Iterator<Item = (&'r PolicyResults, &'r [f64])>,
    (measure, effect, better): (&str, Effect, Better),
    column: &[f64],
) {
    let worse = if better == Better::Higher { Worse::Lower } else { Worse::Higher };
    let compared: Vec<_> = pairs
        .filter_map(|(policy, values)| Some((policy, paired(values, column, CONFIDENCE, worse).ok()?)))
        .collect();
    let differences: Vec<PairedDifference> = compared.iter().map(|(_, difference)| *difference).collect();
    let Ok(adjusted) = holm_intervals(&differences, CONFIDENCE) else { return };
    for ((policy, difference), (_, adjusted)) in compared.into_iter().zip(adjusted) {
        rows.push(Contrast {
            policy: policy.id.clone(),
            baseline: baseline.id.clone(),
            measure: measure.to_owned(),
            effect,
            difference,
            adjusted,
            better,
        });
    }
}
