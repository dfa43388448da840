//! How often a measure exceeds a threshold: curves with pointwise intervals and simultaneous bands.

use super::error::{StatsError, check_count, check_finite, check_lengths, check_level};
use super::interval::Interval;
use super::proportion::{PairedCounts, PairedProportion, Proportion, newcombe_paired, proportion};
use super::quantile::sorted;
use crate::math::{ln, sqrt};

/// One point of an exceedance curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExceedancePoint {
    /// The threshold, in the unit of the measure.
    pub threshold: f64,
    /// Share of replications strictly above it, with the interval for this threshold alone.
    pub pointwise: Proportion,
    /// Band that holds at every threshold at once, within 0 to 1.
    pub band: Interval,
}

/// One point of the difference of two exceedance curves on the same replications.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExceedanceDifference {
    /// The threshold, in the unit of the measure.
    pub threshold: f64,
    /// Share above it under the first less share under the second, with the interval for this threshold alone.
    pub pointwise: PairedProportion,
    /// Band that holds at every threshold at once, within -1 to 1.
    pub band: Interval,
}

/// Half-width of the band that holds the whole distribution function at once.
///
/// # Arguments
/// * `n` - number of replications; 0 gives infinity.
/// * `confidence` - simultaneous coverage wanted, between 0 and 1.
///
/// # Returns
/// A difference of probabilities.
///
/// # Errors
/// [`StatsError::BadLevel`].
///
/// # Source
/// Dvoretzky, Kiefer and Wolfowitz (1956) with the constant of Massart (1990): sqrt(ln(2 / alpha) / (2 n)).
///
/// # Examples
/// ```
/// let half = rearguard::stats::dkw_half_width(1000, 0.95)?;
/// assert!((half - 0.042_947).abs() < 1e-6);
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn dkw_half_width(n: u64, confidence: f64) -> Result<f64, StatsError> {
    check_level(confidence)?;
    Ok(sqrt(ln(2.0 / (1.0 - confidence)) / (2.0 * n as f64)))
}

/// Exceedance curve of one policy.
///
/// # Arguments
/// * `xs` - one value per replication; finite; any unit and order.
/// * `thresholds` - in the same unit, any order; finite.
/// * `confidence` - coverage wanted, of each pointwise interval and of the band.
///
/// # Returns
/// One point per threshold, in the order given.
///
/// # Errors
/// [`StatsError::TooFew`] for no values, [`StatsError::NotFinite`], [`StatsError::BadLevel`].
pub fn exceedance(xs: &[f64], thresholds: &[f64], confidence: f64) -> Result<Vec<ExceedancePoint>, StatsError> {
    let xs = sorted(xs)?;
    check_finite(thresholds)?;
    let n = xs.len() as u64;
    let half = dkw_half_width(n, confidence)?;
    thresholds
        .iter()
        .map(|&threshold| {
            let above = n - xs.partition_point(|&x| x <= threshold) as u64;
            let pointwise = proportion(above, n, confidence)?;
            let band =
                Interval { low: (pointwise.estimate - half).max(0.0), high: (pointwise.estimate + half).min(1.0) };
            Ok(ExceedancePoint { threshold, pointwise, band })
        })
        .collect()
}

/// Difference of the exceedance curves of two policies on the same replications.
///
/// The band is the sum of the two policies' bands, each at half the level: common random numbers do not narrow it. The
/// pointwise intervals do use the pairing.
///
/// # Arguments
/// * `first`, `second` - one value per replication, the same replication at the same place; finite, one unit.
/// * `thresholds` - in the same unit, any order; finite.
/// * `confidence` - coverage wanted, of each pointwise interval and of the band.
///
/// # Returns
/// One point per threshold, in the order given.
///
/// # Errors
/// As for [`exceedance`], and [`StatsError::Mismatch`] for different lengths.
pub fn exceedance_difference(
    first: &[f64],
    second: &[f64],
    thresholds: &[f64],
    confidence: f64,
) -> Result<Vec<ExceedanceDifference>, StatsError> {
    check_lengths(first.len(), second.len())?;
    check_count(first.len(), 1)?;
    check_finite(first)?;
    check_finite(second)?;
    check_finite(thresholds)?;
    check_level(confidence)?;
    let half = 2.0 * dkw_half_width(first.len() as u64, 0.5 + 0.5 * confidence)?;
    thresholds
        .iter()
        .map(|&threshold| {
            let pointwise = newcombe_paired(count_pairs(first, second, threshold), confidence)?;
            let band =
                Interval { low: (pointwise.difference - half).max(-1.0), high: (pointwise.difference + half).min(1.0) };
            Ok(ExceedanceDifference { threshold, pointwise, band })
        })
        .collect()
}

/// Replications by which of the two values is above the threshold.
fn count_pairs(first: &[f64], second: &[f64], threshold: f64) -> PairedCounts {
    let mut counts = PairedCounts { both: 0, first_only: 0, second_only: 0, neither: 0 };
    for (x, y) in first.iter().zip(second) {
        let slot = match (*x > threshold, *y > threshold) {
            (true, true) => &mut counts.both,
            (true, false) => &mut counts.first_only,
            (false, true) => &mut counts.second_only,
            (false, false) => &mut counts.neither,
        };
        *slot += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn exceeding_is_strict() {
        let curve = exceedance(&[1.0, 2.0, 2.0, 5.0], &[0.0, 1.0, 2.0, 4.9, 5.0], 0.95).expect("values");
        let shares: Vec<f64> = curve.iter().map(|point| point.pointwise.estimate).collect();
        assert_eq!(shares, [1.0, 0.75, 0.25, 0.25, 0.0]);
    }

    #[test]
    fn the_band_is_that_of_massart() {
        // sqrt(ln(40) / 2n).
        assert!((dkw_half_width(50, 0.95).expect("level") - 0.192_064_6).abs() < 1e-7);
        let xs: Vec<f64> = (0..50).map(f64::from).collect();
        let middle = exceedance(&xs, &[24.0], 0.95).expect("values")[0];
        assert!((middle.band.half_width() - 0.192_064_6).abs() < 1e-7);
        assert!(middle.pointwise.interval.half_width() < middle.band.half_width());
    }

    #[test]
    fn the_band_of_a_difference_adds_two_at_half_the_level() {
        let xs: Vec<f64> = (0..1000).map(f64::from).collect();
        let same = exceedance_difference(&xs, &xs, &[500.0], 0.95).expect("values")[0];
        assert_eq!(same.pointwise.difference, 0.0);
        // ln(2 / 0.025) = ln 80, twice over.
        assert!((same.band.high - 2.0 * sqrt(ln(80.0) / 2000.0)).abs() < 1e-15);
        // The pairing shows in the pointwise interval alone.
        assert!(same.pointwise.interval.half_width() < 0.01);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(exceedance(&[], &[1.0], 0.95).is_err());
        assert!(exceedance(&[1.0], &[f64::NAN], 0.95).is_err());
        assert!(exceedance_difference(&[1.0], &[1.0, 2.0], &[1.0], 0.95).is_err());
        assert!(dkw_half_width(10, 0.0).is_err());
    }

    proptest! {
        #[test]
        fn curves_fall_and_stay_inside_their_bands(xs in prop::collection::vec(-9.0..9.0_f64, 1..80)) {
            let thresholds: Vec<f64> = (-10..=10).map(f64::from).collect();
            let curve = exceedance(&xs, &thresholds, 0.9).expect("values");
            for pair in curve.windows(2) {
                prop_assert!(pair[1].pointwise.estimate <= pair[0].pointwise.estimate);
                prop_assert!(pair[0].band.contains(pair[0].pointwise.estimate));
                prop_assert!(pair[0].pointwise.interval.contains(pair[0].pointwise.estimate));
            }
        }

        #[test]
        fn a_difference_is_the_difference_of_the_curves(
            pairs in prop::collection::vec((-9.0..9.0_f64, -9.0..9.0_f64), 1..80), at in -9.0..9.0_f64,
        ) {
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let difference = exceedance_difference(&x, &y, &[at], 0.9).expect("values")[0].pointwise.difference;
            let alone = |xs: &[f64]| exceedance(xs, &[at], 0.9).expect("values")[0].pointwise.estimate;
            prop_assert!((difference - (alone(&x) - alone(&y))).abs() < 1e-15);
        }
    }
}
