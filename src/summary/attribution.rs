//! What each denial costs: exact Shapley shares over every combination of denials, replication by replication.
//!
//! The value of a combination is a measure with those denials in force and the others lifted. A denial's share is its
//! effect on entering, averaged over the orders in which the denials can enter; the shares add up to the difference
//! between all in force and none.

use crate::experiment::PolicyResults;
use crate::measures::Measure;
use crate::stats::{MeanEstimate, StatsError, attribute, interactions_scaled, mean_t_from_sums};
use crate::summary::CONFIDENCE;

/// Measures that are attributed.
pub const ATTRIBUTED: [Measure; 6] =
    [Measure::Killed, Measure::Wounded, Measure::Contacts, Measure::LostUnits, Measure::LostUsd, Measure::LastOut];

/// Days are attributed in whole billionths, so that their shares add up exactly too.
const BILLIONTHS: f64 = 1e9;

/// Shares of one measure.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributionRow {
    /// The measure.
    pub measure: Measure,
    /// Mean difference between all denials in force and none, in the measure's unit.
    pub total: MeanEstimate,
    /// Each denial's mean share, in the order of the denials.
    pub shares: Vec<MeanEstimate>,
    /// Each pair of denials with its mean interaction: what the two cost together beyond what each costs.
    pub interactions: Vec<(usize, usize, f64)>,
}

/// Shares of every attributed measure.
///
/// # Arguments
/// * `combinations` - one policy's results for each set of denials in force, by bit mask: none first, all last.
///
/// # Errors
/// [`StatsError`] for fewer than 2 replications or a number of combinations that is no power of 2.
pub fn attribution(combinations: &[PolicyResults]) -> Result<Vec<AttributionRow>, StatsError> {
    ATTRIBUTED.iter().map(|&measure| row(combinations, measure)).collect()
}

fn row(combinations: &[PolicyResults], measure: Measure) -> Result<AttributionRow, StatsError> {
    let unit = if measure.unit() == "days" { BILLIONTHS } else { 1.0 };
    let replications = combinations.first().map_or(0, |policy| policy.column(measure).len());
    let mut values = Vec::with_capacity(replications * combinations.len());
    for replication in 0..replications {
        let whole = |policy: &PolicyResults| (policy.column(measure)[replication] * unit).round_ties_even() as i128;
        values.extend(combinations.iter().map(whole));
    }
    let attributed = attribute(&values, combinations.len(), CONFIDENCE)?;
    let last = combinations.len() - 1;
    let gains = || values.chunks_exact(combinations.len()).map(|row| row[last] - row[0]);
    let total = mean_t_from_sums(attributed.n, gains().sum(), gains().map(|gain| gain * gain).sum(), CONFIDENCE)?;
    let shares = attributed.shares.into_iter().map(|share| share.over(unit)).collect();
    let interactions = interactions(&values, combinations.len(), unit)?;
    Ok(AttributionRow { measure, total: total.over(unit), shares, interactions })
}

/// Mean interaction of each pair.
fn interactions(values: &[i128], combinations: usize, unit: f64) -> Result<Vec<(usize, usize, f64)>, StatsError> {
    let factors = combinations.trailing_zeros() as usize;
    if factors < 2 {
        return Ok(Vec::new());
    }
    let scale: i128 = (1..factors as i128).product();
    let mut sums: Vec<(usize, usize, i128)> = Vec::new();
    for row in values.chunks_exact(combinations) {
        let pairs = interactions_scaled(row)?;
        if sums.is_empty() {
            sums.clone_from(&pairs);
        } else {
            for (sum, pair) in sums.iter_mut().zip(&pairs) {
                sum.2 += pair.2;
            }
        }
    }
    let n = (values.len() / combinations) as f64;
    Ok(sums.into_iter().map(|(a, b, sum)| (a, b, sum as f64 / scale as f64 / n / unit)).collect())
}
