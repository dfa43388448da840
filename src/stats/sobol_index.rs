//! Sobol' indices of the mean of a simulation, freed of its noise.

use super::error::{StatsError, check_count, check_finite, check_lengths};
use super::moments::{corrected_mean, sum_of, variance};
use super::ratio::{RatioEstimate, ratio_of_means};

/// What one scrambling says of one input: variances in squared units of the result, with the part that is noise of
/// simulation apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PickFreeze {
    /// Variance of the mean that the input explains by itself. The two factors of each product have independent noise, so
    /// that there is nothing to take off.
    pub first: f64,
    /// Variance of the mean that goes away if all other inputs are known, noise and all.
    pub total: f64,
    /// The noise in `total`.
    pub total_noise: f64,
    /// Variance of the mean over the inputs, noise and all.
    pub variance: f64,
    /// The noise in `variance`.
    pub variance_noise: f64,
}

/// Sobol' indices of one input over several scramblings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SobolIndex {
    /// First index, freed of noise.
    pub first: RatioEstimate,
    /// Total index, freed of noise.
    pub total: RatioEstimate,
    /// First index as if there were no noise: too small.
    pub raw_first: RatioEstimate,
    /// Total index as if there were no noise.
    pub raw_total: RatioEstimate,
}

/// Sums up one scrambling for one input.
///
/// # Arguments
/// * `first`, `second`, `mixed` - results at the points of the first half, of the second, and of the first with this input of
///   the second; `inner` replications of each point, point by point. Replication j of a point and of the mixed one made of it
///   may share their chances; those of the second half must be independent of both.
/// * `inner` - 1 for results without chance.
/// * `centre` - about the mean of all results, in their unit: taking it off steadies the products.
///
/// # Errors
/// [`StatsError::TooFew`] for no points or no replications, [`StatsError::Mismatch`], [`StatsError::NotFinite`].
///
/// # Source
/// Saltelli et al. (2010), "Variance based sensitivity analysis of model output", table 2 (b) and (f): first index by
/// Sobol' and Saltelli, total index by Jansen. The noise of a mean of replications is their variance over their number; of
/// a difference with common chances, the variance of the paired differences. With independent noise of variance s2 / m
/// these are S = C / (V - s2 / m) and T = (J - s2 / m) / (V - s2 / m).
pub fn pick_freeze(
    first: &[f64],
    second: &[f64],
    mixed: &[f64],
    inner: usize,
    centre: f64,
) -> Result<PickFreeze, StatsError> {
    check_count(inner, 1)?;
    check_lengths(first.len(), second.len())?;
    check_lengths(first.len(), mixed.len())?;
    check_count(first.len() / inner, 1)?;
    check_lengths(first.len() % inner, 0)?;
    for values in [first, second, mixed] {
        check_finite(values)?;
    }
    let points = (first.len() / inner) as f64;
    let means = |values: &[f64]| -> Vec<f64> { values.chunks_exact(inner).map(corrected_mean).collect() };
    let noise = |values: &[f64]| {
        let of_mean = |values: &[f64]| if inner > 1 { variance(values) / inner as f64 } else { 0.0 };
        sum_of(values.chunks_exact(inner).map(of_mean)) / points
    };
    let differences: Vec<f64> = mixed.iter().zip(first).map(|(mixed, first)| mixed - first).collect();
    let (a, b, steps) = (means(first), means(second), means(&differences));
    let square = |values: &[f64]| sum_of(values.iter().map(|value| (value - centre) * (value - centre))) / points;
    Ok(PickFreeze {
        first: sum_of(b.iter().zip(&steps).map(|(b, step)| (b - centre) * step)) / points,
        total: 0.5 * sum_of(steps.iter().map(|step| step * step)) / points,
        total_noise: 0.5 * noise(&differences),
        variance: 0.5 * (square(&a) + square(&b)),
        variance_noise: 0.5 * (noise(first) + noise(second)),
    })
}

/// Indices of one input: ratios of means over scramblings, with Fieller's intervals. Nothing is held within 0 to 1: an index
/// near nought comes out negative about as often as not.
///
/// # Arguments
/// * `scramblings` - one for each, independent of each other.
/// * `confidence` - coverage wanted, between 0 and 1.
///
/// # Errors
/// [`StatsError::TooFew`] for fewer than 2 scramblings, [`StatsError::BadLevel`], [`StatsError::Overflow`].
pub fn sobol_index(scramblings: &[PickFreeze], confidence: f64) -> Result<SobolIndex, StatsError> {
    let column = |of: fn(&PickFreeze) -> f64| -> Vec<f64> { scramblings.iter().map(of).collect() };
    let (variance, freed) = (column(|one| one.variance), column(|one| one.variance - one.variance_noise));
    let ratio = |top: fn(&PickFreeze) -> f64, bottom: &[f64]| ratio_of_means(&column(top), bottom, confidence);
    Ok(SobolIndex {
        first: ratio(|one| one.first, &freed)?,
        total: ratio(|one| one.total - one.total_noise, &freed)?,
        raw_first: ratio(|one| one.first, &variance)?,
        raw_total: ratio(|one| one.total, &variance)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_points_are_summed_as_by_hand() {
        // Results at two points: first half 1 and 3, second 2 and 6, mixed 2 and 5; mean of the halves 3.
        let sums = pick_freeze(&[1.0, 3.0], &[2.0, 6.0], &[2.0, 5.0], 1, 3.0).expect("points");
        assert_eq!(sums.first, 0.5 * ((2.0 - 3.0) * (2.0 - 1.0) + (6.0 - 3.0) * (5.0 - 3.0)));
        assert_eq!(sums.total, 0.25 * (1.0 + 4.0));
        assert_eq!(sums.variance, 0.25 * (4.0 + 0.0 + 1.0 + 9.0));
        assert_eq!((sums.total_noise, sums.variance_noise), (0.0, 0.0));
    }

    #[test]
    fn noise_is_that_of_means_and_of_paired_differences() {
        // One point, two replications: variances 2 and 8 of the halves; the mixed point moves both alike.
        let sums = pick_freeze(&[1.0, 3.0], &[2.0, 6.0], &[2.0, 4.0], 2, 0.0).expect("points");
        assert_eq!(sums.variance_noise, 0.5 * (2.0 / 2.0 + 8.0 / 2.0));
        assert_eq!(sums.total_noise, 0.0);
        let sums = pick_freeze(&[1.0, 3.0], &[2.0, 6.0], &[4.0, 2.0], 2, 0.0).expect("points");
        assert_eq!(sums.total_noise, 0.5 * 8.0 / 2.0);
        assert!(pick_freeze(&[1.0, 3.0, 1.0], &[2.0; 3], &[4.0; 3], 2, 0.0).is_err());
    }
}
