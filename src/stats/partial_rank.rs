//! Partial rank correlation: how a result rises with one input when the others' straight-line part is taken off.

use super::error::{StatsError, check_count, check_finite, check_lengths, check_level};
use super::interval::Interval;
use super::moments::{corrected_mean, sum_of};
use crate::math::special::normal_quantile;
use crate::math::{exp, ln, sqrt};

/// Smallest pivot, of correlations, that is told from rounding: one input is then given by the others.
const PIVOT: f64 = 1e-10;

/// Partial rank correlation of the result with one input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartialRank {
    /// From -1 to 1.
    pub coefficient: f64,
    /// Its interval.
    pub interval: Interval,
}

/// Partial rank correlation coefficients of a result with each of some inputs, the others held.
///
/// # Arguments
/// * `inputs` - by input, its value in each case; finite.
/// * `results` - one for each case; finite.
/// * `confidence` - coverage wanted, between 0 and 1.
///
/// # Returns
/// One for each input; `None` if the result or an input is the same in every case. Ties share their mean rank.
///
/// # Errors
/// [`StatsError::TooFew`] for fewer than 3 cases more than inputs, [`StatsError::Mismatch`], [`StatsError::NotFinite`],
/// [`StatsError::BadLevel`], [`StatsError::NotPositive`] where one input is given by the others.
///
/// # Source
/// Iman and Conover (1979), "The use of the rank transform in regression"; the interval is Fisher's, with the variance
/// (1 + r^2 / 2) / (n - 3) of Bonett and Wright (2000), "Sample size requirements for estimating Pearson, Kendall and
/// Spearman correlations", n less one for each input that is held (Fisher 1924).
pub fn partial_rank_correlations(
    inputs: &[Vec<f64>],
    results: &[f64],
    confidence: f64,
) -> Result<Option<Vec<PartialRank>>, StatsError> {
    check_level(confidence)?;
    check_finite(results)?;
    for input in inputs {
        check_lengths(input.len(), results.len())?;
        check_finite(input)?;
    }
    check_count(results.len(), inputs.len() as u64 + 3)?;
    let columns: Vec<Vec<f64>> = inputs.iter().map(Vec::as_slice).chain([results]).map(standard_ranks).collect();
    if columns.iter().any(Vec::is_empty) {
        return Ok(None);
    }
    let correlations: Vec<Vec<f64>> = columns
        .iter()
        .map(|one| columns.iter().map(|other| sum_of(one.iter().zip(other).map(|(a, b)| a * b))).collect())
        .collect();
    let inverse = inverse(correlations)?;
    let last = inputs.len();
    let spread = |r: f64| sqrt((1.0 + 0.5 * r * r) / (results.len() - last - 2) as f64);
    let reach = -normal_quantile(0.5 * (1.0 - confidence));
    let of = |input: usize| {
        let product = inverse[input][input] * inverse[last][last];
        let coefficient = (-inverse[input][last] / sqrt(product)).clamp(-1.0, 1.0);
        let (centre, wide) = (0.5 * ln((1.0 + coefficient) / (1.0 - coefficient)), reach * spread(coefficient));
        let interval = if coefficient.abs() < 1.0 {
            Interval { low: tanh(centre - wide), high: tanh(centre + wide) }
        } else {
            Interval { low: coefficient, high: coefficient }
        };
        PartialRank { coefficient, interval }
    };
    Ok(Some((0..last).map(of).collect()))
}

fn tanh(x: f64) -> f64 {
    let power = exp(-2.0 * x.abs());
    let size = (1.0 - power) / (1.0 + power);
    if x < 0.0 { -size } else { size }
}

/// Ranks about their mean, of length one; none if all are equal.
fn standard_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    while first < order.len() {
        let same = order[first..].iter().take_while(|&&at| values[at] == values[order[first]]).count();
        for &at in &order[first..first + same] {
            ranks[at] = first as f64 + 0.5 * (same - 1) as f64;
        }
        first += same;
    }
    let mean = corrected_mean(&ranks);
    let length = sqrt(sum_of(ranks.iter().map(|rank| (rank - mean) * (rank - mean))));
    if length > 0.0 { ranks.iter().map(|rank| (rank - mean) / length).collect() } else { Vec::new() }
}

/// The inverse of a symmetric positive matrix, by elimination without exchange of rows, which such a matrix needs none of.
fn inverse(mut matrix: Vec<Vec<f64>>) -> Result<Vec<Vec<f64>>, StatsError> {
    let n = matrix.len();
    let unit = |row: usize| (0..n).map(|at| f64::from(u8::from(at == row))).collect();
    let mut inverse: Vec<Vec<f64>> = (0..n).map(unit).collect();
    for pivot in 0..n {
        let value = matrix[pivot][pivot];
        if value.is_nan() || value < PIVOT {
            return Err(StatsError::NotPositive { what: "what the other inputs leave of one", value });
        }
        matrix[pivot].iter_mut().chain(&mut inverse[pivot]).for_each(|entry| *entry /= value);
        let (row, inverse_row) = (matrix[pivot].clone(), inverse[pivot].clone());
        for other in (0..n).filter(|&other| other != pivot) {
            let factor = matrix[other][pivot];
            matrix[other].iter_mut().zip(&row).for_each(|(entry, by)| *entry -= factor * by);
            inverse[other].iter_mut().zip(&inverse_row).for_each(|(entry, by)| *entry -= factor * by);
        }
    }
    Ok(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uniform numbers.
    fn uniforms(seed: u64, n: usize) -> Vec<f64> {
        crate::stats::uniforms::uniforms(seed).take(n).collect()
    }

    #[test]
    fn with_one_input_it_is_spearmans_coefficient() {
        // Ranks 1 2 3 4 5 against 2 1 4 3 5: 1 - 6 x 4 / (5 x 24).
        let inputs = [vec![1.0, 2.0, 3.0, 4.0, 5.0]];
        let found =
            partial_rank_correlations(&inputs, &[20.0, 10.0, 40.0, 30.0, 50.0], 0.95).expect("it").expect("varies");
        assert!((found[0].coefficient - 0.8).abs() < 1e-14, "{found:?}");
        // Half the logarithm of 1.8 / 0.2 is that of 3, and its variance (1 + 0.8^2 / 2) / (5 - 3).
        let half = 1.959_963_984_540_054 * sqrt(1.32 / 2.0);
        let end = |odds: f64| (odds - 1.0) / (odds + 1.0);
        let (low, high) = (end(9.0 * exp(-2.0 * half)), end(9.0 * exp(2.0 * half)));
        assert!(
            (found[0].interval.low - low).abs() < 1e-12 && (found[0].interval.high - high).abs() < 1e-12,
            "{found:?}"
        );
    }

    #[test]
    fn equals_share_their_mean_rank() {
        // Ranks 0, 2, 2, 2 and 4 about 2, over the root of 8.
        let expected = [-2.0, 0.0, 0.0, 0.0, 2.0].map(|rank| rank / sqrt(8.0));
        assert_eq!(standard_ranks(&[1.0, 5.0, 5.0, 5.0, 9.0]), expected);
        assert!(standard_ranks(&[3.0; 4]).is_empty());
    }

    #[test]
    fn with_two_inputs_it_is_the_textbook_formula_on_ranks() {
        let (x, z) = (uniforms(1, 60), uniforms(2, 60));
        let y: Vec<f64> = x.iter().zip(&z).zip(uniforms(3, 60)).map(|((x, z), e)| x - 2.0 * z + 0.3 * e).collect();
        let found = partial_rank_correlations(&[x.clone(), z.clone()], &y, 0.95).expect("it").expect("varies");
        let r = |a: &[f64], b: &[f64]| sum_of(standard_ranks(a).iter().zip(&standard_ranks(b)).map(|(a, b)| a * b));
        let (xy, xz, yz) = (r(&x, &y), r(&x, &z), r(&y, &z));
        let expected = (xy - xz * yz) / ((1.0 - xz * xz) * (1.0 - yz * yz)).sqrt();
        assert!((found[0].coefficient - expected).abs() < 1e-12);
        assert!(found[1].coefficient < -0.9 && found[1].interval.contains(found[1].coefficient));
    }

    #[test]
    fn rising_transforms_of_inputs_and_result_change_nothing() {
        let (x, z) = (uniforms(4, 80), uniforms(5, 80));
        let y: Vec<f64> = x.iter().zip(&z).map(|(x, z)| x * z + 0.1 * x).collect();
        let plain = partial_rank_correlations(&[x.clone(), z.clone()], &y, 0.95);
        let bent: Vec<f64> = y.iter().map(|y| exp(5.0 * y)).collect();
        let cubes: Vec<f64> = x.iter().map(|x| x * x * x).collect();
        assert_eq!(plain, partial_rank_correlations(&[cubes, z.clone()], &bent, 0.95));
        // Falling ones turn the sign of what they touch alone.
        let falling: Vec<f64> = x.iter().map(|x| -x).collect();
        let turned = partial_rank_correlations(&[falling, z], &y, 0.95).expect("it").expect("varies");
        let plain = plain.expect("it").expect("varies");
        assert!((turned[0].coefficient + plain[0].coefficient).abs() < 1e-12);
        assert!((turned[1].coefficient - plain[1].coefficient).abs() < 1e-12);
    }

    #[test]
    fn intervals_of_an_input_without_effect_hold_nought_as_often_as_they_say() {
        let sets = 400;
        let holds = |set: u64| {
            let inputs: Vec<Vec<f64>> = (0..3).map(|at| uniforms(1_000 + 10 * set + at, 60)).collect();
            let noise = uniforms(1_009 + 10 * set, 60);
            let y: Vec<f64> = inputs[0].iter().zip(&noise).map(|(x, e)| 2.0 * x + e).collect();
            let found = partial_rank_correlations(&inputs, &y, 0.95).expect("it").expect("varies");
            found[2].interval.contains(0.0)
        };
        let held = (0..sets).filter(|&set| holds(set)).count();
        // 95% of 400 is 380; four standard deviations are 17.
        assert!((363..=397).contains(&held), "{held}");
    }

    #[test]
    fn what_has_no_answer_has_none() {
        let x = uniforms(6, 20);
        assert_eq!(partial_rank_correlations(std::slice::from_ref(&x), &[1.0; 20], 0.95), Ok(None));
        assert!(matches!(
            partial_rank_correlations(&[x.clone(), x.clone()], &uniforms(7, 20), 0.95),
            Err(StatsError::NotPositive { .. })
        ));
        assert!(matches!(partial_rank_correlations(&[x[..3].to_vec()], &x[..3], 0.95), Err(StatsError::TooFew { .. })));
    }
}
