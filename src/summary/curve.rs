//! What refused air cover costs, by the rate ratio of contacts under cover: the direct curve of one run, the total at a few
//! simulated ratios, and the ratio at which cover neither saves nor costs.

use crate::experiment::Rows;
use crate::measures::Measure;
use crate::stats::{Crossing, CurveSums, MeanEstimate, mean_t_from_sums};
use crate::summary::attribution::warned;
use crate::summary::{CONFIDENCE, Effect, SummaryError};
use crate::withdrawal::curve::{Flown, RATIOS, index, ratio};

/// Ratios at which the total effect is simulated, ascending; all are ratios of the direct curve.
///
/// # Source
/// Assumed: because direct effects are straight in the ratio, so that few places show whether the total bends.
pub const SIMULATED: [f64; 5] = [0.15, 0.5, 0.8, 1.0, 1.3];

/// Measures of the curve, in the order of [`Costs`](crate::withdrawal::curve::Costs).
const MEASURES: [Measure; 3] = [Measure::Contacts, Measure::Killed, Measure::Wounded];

/// What refused cover costs at one ratio.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveRow {
    /// Which flights count as cover.
    pub flown: Flown,
    /// On frozen itineraries, or of everything.
    pub effect: Effect,
    /// Rate of contacts under cover over the rate without it.
    pub ratio: f64,
    /// Of what.
    pub measure: Measure,
    /// Refused less granted, per replication, in the measure's unit.
    pub cost: MeanEstimate,
}

/// The ratio at which the total cost of refused cover changes sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreakEven {
    /// Cost of what.
    pub measure: Measure,
    /// Where.
    pub crossing: Crossing,
    /// Whether the cost at the lowest ratio is above zero.
    pub costs_at_lowest: bool,
    /// Whether the costs at some simulated ratio are too skewed for their number.
    pub is_skewed: bool,
}

impl BreakEven {
    /// How the interval was found.
    pub fn method(&self) -> &'static str {
        if self.is_skewed { "inverted t (Fieller; skewed: covers less than it says)" } else { "inverted t (Fieller)" }
    }
}

/// The curve of air cover.
#[derive(Clone, Debug, PartialEq)]
pub struct CoverCurve {
    /// Direct ones by kind of cover, ratio and measure, then total ones by ratio and measure.
    pub rows: Vec<CurveRow>,
    /// By measure. The direct curve breaks even at 1 by construction.
    pub break_even: Vec<BreakEven>,
}

impl CoverCurve {
    /// A row of a measure.
    pub fn row(&self, effect: Effect, flown: Flown, ratio: f64, measure: Measure) -> Option<&CurveRow> {
        let is_it = |row: &&CurveRow| (row.effect, row.flown, row.measure) == (effect, flown, measure);
        self.rows.iter().filter(is_it).find(|row| row.ratio == ratio)
    }
}

/// Makes the curve.
///
/// # Arguments
/// * `rows` - the first policy with its curve taken; from `first_pair` on, for each of [`SIMULATED`], a policy that refuses
///   cover and one that grants it.
///
/// # Errors
/// Those of reading, and fewer than 2 replications.
pub fn cover_curve(rows: &Rows, first_pair: usize) -> Result<CoverCurve, SummaryError> {
    let tallies = rows.tallies(0)?;
    let mut curve = CoverCurve { rows: Vec::new(), break_even: Vec::new() };
    for flown in Flown::ALL {
        for at in 0..RATIOS {
            for (measure, sums) in MEASURES.into_iter().zip(tallies.curve[index(flown, at)]) {
                // Below a ratio of 1 refusal costs, above it saves, in every replication in which cover granted is more
                // than cover refused: values of one sign, whose sums show the least skewness.
                let cost = mean_t_from_sums(rows.n(), sums.sum, sums.square, CONFIDENCE)?.of_one_sign();
                curve.rows.push(CurveRow { flown, effect: Effect::Direct, ratio: ratio(at), measure, cost });
            }
        }
    }
    for measure in MEASURES {
        let (costs, crossing) = total(rows, first_pair, measure)?;
        let costs_at_lowest = costs[0].mean > 0.0;
        let is_skewed = costs.iter().any(|cost| cost.warning.is_some());
        curve.break_even.push(BreakEven { measure, crossing, costs_at_lowest, is_skewed });
        let row = |(ratio, cost)| CurveRow { flown: Flown::Any, effect: Effect::Total, ratio, measure, cost };
        curve.rows.extend(SIMULATED.into_iter().zip(costs).map(row));
    }
    Ok(curve)
}

/// Total costs at each simulated ratio, and where they change sign.
fn total(rows: &Rows, first_pair: usize, measure: Measure) -> Result<(Vec<MeanEstimate>, Crossing), SummaryError> {
    let mut sums = CurveSums::new(SIMULATED.len());
    let mut values = vec![Vec::new(); SIMULATED.len()];
    for cell in 0..rows.cells() {
        let column = |policy| rows.cell_column(policy, cell, measure as usize);
        let columns: Vec<Vec<f64>> =
            (first_pair..first_pair + 2 * SIMULATED.len()).map(column).collect::<Result<_, _>>()?;
        for at in 0..columns[0].len() {
            let costs: Vec<f64> = columns.chunks_exact(2).map(|pair| pair[0][at] - pair[1][at]).collect();
            sums.add(&costs.iter().map(|&cost| cost as i128).collect::<Vec<_>>())?;
            values.iter_mut().zip(costs).for_each(|(values, cost)| values.push(cost));
        }
    }
    let curve = sums.finish(&SIMULATED, CONFIDENCE)?;
    let means = curve.means.into_iter().zip(&values).map(|(mean, values)| warned(mean, values));
    Ok((means.collect::<Result<_, _>>()?, curve.crossing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simulated_ratios_are_on_the_direct_curve_from_end_to_end() {
        let all: Vec<f64> = (0..RATIOS).map(ratio).collect();
        assert!(SIMULATED.iter().all(|ratio| all.contains(ratio)));
        assert_eq!((SIMULATED[0], SIMULATED[SIMULATED.len() - 1]), (all[0], all[RATIOS - 1]));
    }
}
