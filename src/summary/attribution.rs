//! What each denial costs: exact Shapley shares over every combination of denials, replication by replication.
//!
//! The value of a combination is a measure with those denials in force and the others lifted. A denial's share is its
//! effect on entering, averaged over the orders in which the denials can enter; the shares add up to the difference
//! between all in force and none.

use rayon::prelude::*;

use crate::experiment::Rows;
use crate::measures::Measure;
use crate::stats::{AttributionSums, MeanEstimate, interactions_scaled, mean_t_from_sums};
use crate::summary::{CONFIDENCE, SummaryError};

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
/// * `rows` - a policy for each set of denials in force, by bit mask: none first, all last.
///
/// # Errors
/// Those of reading, fewer than 2 replications, or a number of combinations that is no power of 2.
pub fn attribution(rows: &Rows) -> Result<Vec<AttributionRow>, SummaryError> {
    ATTRIBUTED.par_iter().map(|&measure| row(rows, measure)).collect()
}

fn row(rows: &Rows, measure: Measure) -> Result<AttributionRow, SummaryError> {
    let unit = if measure.unit() == "days" { BILLIONTHS } else { 1.0 };
    let combinations = rows.policies().len();
    let mut sums = AttributionSums::new(combinations)?;
    let mut squares = 0_i128;
    let mut pairs: Vec<(usize, usize, i128)> = Vec::new();
    for cell in 0..rows.cells() {
        let column = |policy| rows.cell_column(policy, cell, measure as usize);
        let columns: Vec<Vec<f64>> = (0..combinations).map(column).collect::<Result<_, _>>()?;
        for at in 0..columns[0].len() {
            let values: Vec<i128> =
                columns.iter().map(|column| (column[at] * unit).round_ties_even() as i128).collect();
            let gain = values[combinations - 1] - values[0];
            squares += gain * gain;
            sums.add(&values)?;
            add_pairs(&mut pairs, interactions_scaled(&values)?);
        }
    }
    let attributed = sums.finish(CONFIDENCE)?;
    let total = mean_t_from_sums(attributed.n, attributed.total, squares, CONFIDENCE)?;
    let scale = (1..combinations.trailing_zeros() as i128).product::<i128>() as f64;
    let mean = |(a, b, sum): (usize, usize, i128)| (a, b, sum as f64 / scale / attributed.n as f64 / unit);
    Ok(AttributionRow {
        measure,
        total: total.over(unit),
        shares: attributed.shares.into_iter().map(|share| share.over(unit)).collect(),
        interactions: pairs.into_iter().map(mean).collect(),
    })
}

fn add_pairs(sums: &mut Vec<(usize, usize, i128)>, pairs: Vec<(usize, usize, i128)>) {
    if sums.is_empty() {
        *sums = pairs;
    } else {
        sums.iter_mut().zip(pairs).for_each(|(sum, pair)| sum.2 += pair.2);
    }
}
