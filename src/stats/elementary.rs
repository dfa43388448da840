//! Elementary effects: how a result moves when one input at a time takes a step.

use super::error::{StatsError, check_count, check_finite, check_lengths};
use super::interval::{Interval, MeanEstimate, mean_t, t_interval};
use super::moments::{corrected_mean, variance};
use crate::math::sqrt;

/// What the elementary effects of one input say, in the unit of the result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elementary {
    /// Mean effect, with its sign.
    pub mu: MeanEstimate,
    /// Mean size of the effect, whatever its sign.
    pub mu_star: MeanEstimate,
    /// Standard deviation of the effect over the places where it was taken: large where the input acts along a curve or
    /// together with others.
    pub sigma: f64,
    /// Interval of that deviation.
    pub sigma_interval: Option<Interval>,
    /// What `sigma` would be for an input that does nothing, by the noise of simulation alone; `mu_star` would then be
    /// about 0.8 of it.
    pub noise: f64,
}

/// Summarises the elementary effects of one input.
///
/// # Arguments
/// * `effects` - one for each trajectory, in the unit of the result; finite.
/// * `noise_variances` - of each effect, by simulation alone; 0 for a result without chance.
/// * `confidence` - coverage wanted, between 0 and 1.
///
/// # Returns
/// `mu` and `mu_star` with Student's t over trajectories, which are independent, noise and all; `sigma` with the
/// delete-one jackknife of its logarithm, none for fewer than 3 trajectories or without spread.
///
/// # Errors
/// [`StatsError::TooFew`] for fewer than 2 trajectories, [`StatsError::Mismatch`], [`StatsError::NotFinite`],
/// [`StatsError::BadLevel`].
///
/// # Source
/// Morris (1991), "Factorial sampling plans for preliminary computational experiments"; the mean size: Campolongo,
/// Cariboni and Saltelli (2007), "An effective screening design for sensitivity analysis of large models". The mean size of
/// normal noise is sqrt(2 / pi) of its deviation.
pub fn elementary(effects: &[f64], noise_variances: &[f64], confidence: f64) -> Result<Elementary, StatsError> {
    check_lengths(effects.len(), noise_variances.len())?;
    check_finite(noise_variances)?;
    let mu = mean_t(effects, confidence)?;
    let sizes: Vec<f64> = effects.iter().map(|effect| effect.abs()).collect();
    Ok(Elementary {
        mu,
        mu_star: mean_t(&sizes, confidence)?,
        sigma: mu.sd,
        sigma_interval: deviation_interval(effects, confidence)?,
        noise: sqrt(corrected_mean(noise_variances).max(0.0)),
    })
}

/// Interval of a standard deviation by the jackknife of its logarithm; none where it cannot be had.
fn deviation_interval(values: &[f64], confidence: f64) -> Result<Option<Interval>, StatsError> {
    check_count(values.len(), 2)?;
    let whole = variance(values);
    let n = values.len() as f64;
    let mut logarithms = Vec::with_capacity(values.len());
    for left_out in 0..values.len() {
        let rest: Vec<f64> =
            values.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, value)| *value).collect();
        if rest.len() < 2 || variance(&rest) <= 0.0 {
            return Ok(None);
        }
        logarithms.push(0.5 * crate::math::ln(variance(&rest)));
    }
    let error = sqrt((n - 1.0) * (n - 1.0) / n * variance(&logarithms));
    let Interval { low, high } = t_interval(0.5 * crate::math::ln(whole), error, n - 1.0, confidence)?;
    Ok(Some(Interval { low: crate::math::exp(low), high: crate::math::exp(high) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_of_both_signs_cancel_in_the_mean_and_not_in_its_size() {
        let effects = elementary(&[3.0, -3.0, 3.0, -3.0], &[0.0; 4], 0.95).expect("effects");
        assert_eq!((effects.mu.mean, effects.mu_star.mean, effects.noise), (0.0, 3.0, 0.0));
        assert_eq!(effects.mu_star.interval, Interval { low: 3.0, high: 3.0 });
        assert!((effects.sigma - 12.0_f64.sqrt()).abs() < 1e-15);
        // Whichever of these is left out, the spread of the rest is the same.
        let interval = effects.sigma_interval.expect("an interval");
        assert!((interval.low - effects.sigma).abs() < 1e-12 && (interval.high - effects.sigma).abs() < 1e-12);
        let interval =
            elementary(&[3.0, -3.0, 1.0, -2.0], &[0.0; 4], 0.95).expect("effects").sigma_interval.expect("one");
        assert!(interval.low > 0.5 && interval.low < 2.7 && interval.high > 2.8, "{interval:?}");
    }

    #[test]
    fn the_interval_of_the_spread_is_that_of_the_pseudo_values_of_its_logarithm() {
        let values = [3.0, -3.0, 1.0, -2.0, 5.0, 0.5];
        let log_sd = |values: &[f64]| 0.5 * crate::math::ln(variance(values));
        let pseudo = |left_out: usize| {
            let rest = (0..6).filter(|&at| at != left_out).map(|at| values[at]).collect::<Vec<f64>>();
            6.0 * log_sd(&values) - 5.0 * log_sd(&rest)
        };
        let half = mean_t(&(0..6).map(pseudo).collect::<Vec<f64>>(), 0.9).expect("values").half_width;
        let interval = deviation_interval(&values, 0.9).expect("values").expect("an interval");
        let (low, high) = (crate::math::ln(interval.low), crate::math::ln(interval.high));
        assert!((low - (log_sd(&values) - half)).abs() < 1e-12 && (high - (log_sd(&values) + half)).abs() < 1e-12);
        // Three values leave two each time, which have a spread; two leave one, which has none.
        assert!(deviation_interval(&values[..3], 0.9).expect("values").is_some());
        assert_eq!(deviation_interval(&values[..2], 0.9), Ok(None));
    }

    #[test]
    fn an_input_without_effect_has_none_and_no_interval_of_its_spread() {
        let effects = elementary(&[0.0; 5], &[0.25; 5], 0.95).expect("effects");
        assert_eq!((effects.mu_star.mean, effects.sigma, effects.noise), (0.0, 0.0, 0.5));
        assert_eq!(effects.sigma_interval, None);
        assert!(elementary(&[1.0], &[0.0], 0.95).is_err() && elementary(&[1.0, 2.0], &[0.0], 0.95).is_err());
    }
}
