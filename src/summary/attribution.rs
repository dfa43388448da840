//! What each denial costs: exact Shapley shares over every combination of denials, replication by replication.
//!
//! The value of a combination is a measure with those denials in force and the others lifted. A denial's share is its
//! effect on entering, averaged over the orders in which the denials can enter; the shares add up to the difference
//! between all in force and none.

use rayon::prelude::*;

use crate::experiment::{DirectEffect, Rows};
use crate::measures::Measure;
use crate::stats::{
    AttributionSums, MeanEstimate, RatioEstimate, StatsError, interactions_scaled, mean_t, mean_t_from_sums,
    ratio_of_means, shapley_scaled,
};
use crate::summary::{CONFIDENCE, Caveats, Effect, Method, SummaryError};

/// Measures that are attributed.
pub const ATTRIBUTED: [Measure; 8] = [
    Measure::Contacts,
    Measure::WoundedInAll,
    Measure::KilledInAll,
    Measure::Wounded,
    Measure::Killed,
    Measure::LostUnits,
    Measure::LostUsd,
    Measure::LastOut,
];

/// Days are attributed in whole billionths, so that their shares add up exactly too.
const BILLIONTHS: f64 = 1e9;

/// Shares of one measure.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributionRow {
    /// The measure.
    pub measure: Measure,
    /// Of everything the denials change, or on the itineraries under all of them.
    pub effect: Effect,
    /// Mean difference between all denials in force and none, in the measure's unit.
    pub total: MeanEstimate,
    /// Each denial's mean share, in the order of the denials.
    pub shares: Vec<MeanEstimate>,
    /// Each denial's share of the total, as a ratio of means.
    pub portions: Vec<RatioEstimate>,
    /// Each pair of denials with its mean interaction: what the two cost together beyond what each costs.
    pub interactions: Vec<(usize, usize, MeanEstimate)>,
}

/// Shares of every attributed measure, and of its direct effects where it has them.
///
/// # Arguments
/// * `rows` - first a policy for each set of denials lifted, by bit mask: none lifted first, all last.
/// * `combinations` - how many they are.
///
/// # Errors
/// Those of reading, fewer than 2 replications, or a number of combinations that is no power of 2.
pub fn attribution(rows: &Rows, combinations: usize) -> Result<Vec<AttributionRow>, SummaryError> {
    let with_effects = |&measure: &Measure| {
        let direct = DirectEffect::on(measure).map(|_| (measure, Effect::Direct));
        [Some((measure, Effect::Total)), direct].into_iter().flatten()
    };
    let asked: Vec<(Measure, Effect)> = ATTRIBUTED.iter().flat_map(with_effects).collect();
    asked.par_iter().map(|&(measure, effect)| row(rows, combinations, measure, effect)).collect()
}

fn row(rows: &Rows, combinations: usize, measure: Measure, effect: Effect) -> Result<AttributionRow, SummaryError> {
    let unit = if measure.unit() == "days" { BILLIONTHS } else { 1.0 };
    let direct = DirectEffect::on(measure).filter(|_| effect == Effect::Direct);
    let mut sums = AttributionSums::new(combinations)?;
    let mut squares = 0_i128;
    let mut pairs: Vec<Pair> = Vec::new();
    let denials = combinations.trailing_zeros() as usize;
    let (mut gains, mut parts) = (Vec::new(), vec![Vec::new(); denials]);
    for cell in 0..rows.cells() {
        let column = |policy| match direct {
            Some(effect) => rows.cell_direct(policy, cell, effect),
            None => rows.cell_column(policy, cell, measure as usize),
        };
        // By denials in force: the reverse of those lifted.
        let columns: Vec<Vec<f64>> = (0..combinations).rev().map(column).collect::<Result<_, _>>()?;
        for at in 0..columns[0].len() {
            let values: Vec<i128> =
                columns.iter().map(|column| (column[at] * unit).round_ties_even() as i128).collect();
            let gain = values[combinations - 1] - values[0];
            squares += gain * gain;
            sums.add(&values)?;
            add_pairs(&mut pairs, interactions_scaled(&values)?);
            gains.push(gain as f64);
            parts.iter_mut().zip(shapley_scaled(&values)?).for_each(|(part, share)| part.push(share as f64));
        }
    }
    let attributed = sums.finish(CONFIDENCE)?;
    let total = mean_t_from_sums(attributed.n, attributed.total, squares, CONFIDENCE)?;
    let scale = (1..denials as i128).product::<i128>() as f64;
    let mean = |pair: &Pair| {
        let found = mean_t_from_sums(attributed.n, pair.sum, pair.squares, CONFIDENCE)?.over(scale * unit);
        Ok((pair.of.0, pair.of.1, warned(found, &pair.values)?))
    };
    // A share is counted as many times as there are orders.
    let orders = scale * denials.max(1) as f64;
    parts.iter_mut().flatten().for_each(|share| *share /= orders);
    let portion = |part: &Vec<f64>| ratio_of_means(part, &gains, CONFIDENCE);
    let shares = attributed.shares.iter().zip(&parts).map(|(share, part)| warned(share.over(unit), part));
    Ok(AttributionRow {
        measure,
        effect,
        total: warned(total.over(unit), &gains)?,
        shares: shares.collect::<Result<_, _>>()?,
        portions: parts.iter().map(portion).collect::<Result<_, _>>()?,
        interactions: pairs.iter().map(mean).collect::<Result<_, StatsError>>()?,
    })
}

impl AttributionRow {
    /// How the interval of a denial's part in all together was found: skewed where its share is, or all together.
    pub fn portion_method(&self, denial: usize) -> Method {
        match self.portions[denial].interval {
            Some(_) => Method::Fieller(Caveats::new(self.shares[denial].warning.or(self.total.warning), self.total.n)),
            None => Method::NoBounds,
        }
    }
}

/// An estimate from exact sums, with the warning that its values call for.
pub(super) fn warned(estimate: MeanEstimate, values: &[f64]) -> Result<MeanEstimate, StatsError> {
    Ok(MeanEstimate { warning: mean_t(values, CONFIDENCE)?.warning, ..estimate })
}

/// What two denials do together: by replication, and sums.
struct Pair {
    values: Vec<f64>,
    of: (usize, usize),
    sum: i128,
    squares: i128,
}

fn add_pairs(sums: &mut Vec<Pair>, pairs: Vec<(usize, usize, i128)>) {
    if sums.is_empty() {
        sums.extend(pairs.iter().map(|&(a, b, _)| Pair { values: Vec::new(), of: (a, b), sum: 0, squares: 0 }));
    }
    for (pair, (_, _, value)) in sums.iter_mut().zip(pairs) {
        pair.values.push(value as f64);
        pair.sum += value;
        pair.squares += value * value;
    }
}
