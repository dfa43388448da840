//! Scores of a forecast with their Monte Carlo standard errors, and where an observation that is known to a range falls.

use super::error::{StatsError, check_count, check_finite};
use super::moments::{Moments, sum_of};
use super::quantile::sorted;
use crate::math::{ln, sqrt};

/// A score, and how surely a finite ensemble gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// The score.
    pub value: f64,
    /// Its Monte Carlo standard error; none where no two values differ, which do not show it.
    pub mcse: Option<f64>,
}

impl Scored {
    /// The mean of independent values.
    ///
    /// # Errors
    /// [`StatsError::TooFew`] for no values, [`StatsError::NotFinite`].
    pub fn mean(values: &[f64]) -> Result<Self, StatsError> {
        check_count(values.len(), 1)?;
        let moments = Moments::of(values)?;
        let mcse = moments.sd.filter(|sd| *sd > 0.0).map(|sd| sd / sqrt(values.len() as f64));
        Ok(Self { value: moments.mean, mcse })
    }

    /// The share of so many events among so many trials.
    ///
    /// # Errors
    /// [`StatsError::TooFew`] for no trials, [`StatsError::BadCount`].
    pub fn share(events: u64, trials: u64) -> Result<Self, StatsError> {
        if trials == 0 {
            return Err(StatsError::TooFew { needed: 1, given: 0 });
        }
        if events > trials {
            return Err(StatsError::BadCount { events, trials });
        }
        let share = events as f64 / trials as f64;
        let mcse = (0 < events && events < trials).then(|| sqrt(share * (1.0 - share) / trials as f64));
        Ok(Self { value: share, mcse })
    }

    /// The Brier score of a forecast probability that is such a share.
    pub fn brier(self, happened: bool) -> Self {
        let gap = if happened { 1.0 - self.value } else { self.value };
        // The square's slope is twice the gap.
        Self { value: gap * gap, mcse: self.mcse.map(|mcse| 2.0 * gap * mcse) }
    }

    /// The logarithmic score of a probability that is a share of so many trials, half an event and half a trial added so
    /// that none of them is finite.
    pub fn log(self, trials: u64) -> Self {
        let n = trials as f64;
        let share = (self.value * n + 0.5) / (n + 1.0);
        Self { value: ln(share), mcse: Some(sqrt((1.0 - share) / (share * (n + 1.0)))) }
    }
}

/// [`crps`](super::crps) with its standard error, of an observation that is known to a range: its mean over the range, every
/// place of which is taken to be as likely. With both ends equal it is [`crps`](super::crps).
///
/// # Arguments
/// * `ensemble` - one value per replication; finite; any unit and order.
/// * `low`, `high` - the range, ends included, in the same unit.
///
/// # Errors
/// As for [`crps`](super::crps).
///
/// # Source
/// The error is that of the first-order (Hájek) projection of the score's U-statistic: each value contributes
/// |x - y| - E|x - X|.
pub fn crps_scored(ensemble: &[f64], low: f64, high: f64) -> Result<Scored, StatsError> {
    check_finite(&[low, high])?;
    let xs = sorted(ensemble)?;
    let distance = |x: f64| match x {
        x if low < x && x < high => (square(x - low) + square(high - x)) / (2.0 * (high - low)),
        x => (x - f64::midpoint(low, high)).abs(),
    };
    let n = xs.len() as f64;
    // About the smallest, so that a large common part does not cancel.
    let above: Vec<f64> = xs.iter().map(|x| x - xs[0]).collect();
    let total = sum_of(above.iter().copied());
    let mut below_sum = 0.0;
    let mut contributions = Vec::with_capacity(xs.len());
    for (at, x) in above.iter().enumerate() {
        let at = at as f64;
        let from_below = x * at - below_sum;
        let from_above = (total - below_sum - x) - x * (n - at - 1.0);
        contributions.push(distance(xs[0] + x) - (from_below + from_above) / n);
        below_sum += x;
    }
    let mcse = Scored::mean(&contributions)?.mcse;
    // What the range adds does not depend on how the values lie to one another.
    let at_middle = f64::midpoint(low, high);
    let beyond = sum_of(xs.iter().map(|&x| distance(x) - (x - at_middle).abs())) / n;
    Ok(Scored { value: super::crps(ensemble, at_middle)? + beyond, mcse })
}

fn square(x: f64) -> f64 {
    x * x
}

/// Where an observation that is known to lie between two values falls in an ensemble: the share below the range plus half
/// the share in it. With both ends equal it is [`mid_pit`](super::mid_pit).
///
/// # Arguments
/// * `ensemble` - one value per replication; finite; any unit and order.
/// * `low`, `high` - the range, ends included, in the same unit.
///
/// # Errors
/// [`StatsError::TooFew`] for no values, [`StatsError::NotFinite`].
pub fn interval_mid_pit(ensemble: &[f64], low: f64, high: f64) -> Result<Scored, StatsError> {
    check_count(ensemble.len(), 1)?;
    check_finite(ensemble)?;
    check_finite(&[low, high])?;
    let place = |&x: &f64| match x {
        x if x < low => 1.0,
        x if x <= high => 0.5,
        _ => 0.0,
    };
    Scored::mean(&ensemble.iter().map(place).collect::<Vec<f64>>())
}

/// Where each value of an ensemble falls among the others, were it the observation, known as well as to a range of this
/// width about it.
///
/// # Returns
/// One [`interval_mid_pit`] for each value, in the order of the ensemble.
///
/// # Errors
/// [`StatsError::TooFew`] for fewer than 2 values, [`StatsError::NotFinite`].
pub fn own_mid_pits(ensemble: &[f64], width: f64) -> Result<Vec<f64>, StatsError> {
    check_count(ensemble.len(), 2)?;
    let xs = sorted(ensemble)?;
    let others = (xs.len() - 1) as f64;
    let place = |x: &f64| {
        let below = xs.partition_point(|other| *other < x - 0.5 * width);
        let through = xs.partition_point(|other| *other <= x + 0.5 * width);
        // The value is in its own range and is none of the others.
        (below as f64 + 0.5 * (through - below - 1) as f64) / others
    };
    Ok(ensemble.iter().map(place).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::special::normal_quantile;

    /// Uniform numbers.
    fn uniforms(seed: u64, n: usize) -> Vec<f64> {
        crate::stats::uniforms::uniforms(seed).take(n).collect()
    }

    #[test]
    fn the_error_of_a_score_is_the_spread_between_ensembles() {
        // 400 ensembles of 200 normal values: the deviation of their scores is known to 1 in sqrt(800), 3.5%.
        let score = |seed: u64, observed: f64| {
            let ensemble: Vec<f64> = uniforms(seed, 200).into_iter().map(normal_quantile).collect();
            crps_scored(&ensemble, observed, observed).expect("a score")
        };
        for observed in [0.0, 1.5] {
            let scores: Vec<Scored> = (1..=400).map(|seed| score(seed * 7919, observed)).collect();
            let values: Vec<f64> = scores.iter().map(|score| score.value).collect();
            let spread = Moments::of(&values).expect("values").sd.expect("two or more");
            let said = scores.iter().map(|score| score.mcse.expect("they differ")).sum::<f64>() / 400.0;
            assert!((said / spread - 1.0).abs() < 0.14, "{observed}: said {said}, seen {spread}");
        }
    }

    #[test]
    fn scores_worked_by_hand() {
        // Two values 1 and 3 seen at 2: contributions 1 - 1 and 1 - 1.
        assert_eq!(crps_scored(&[1.0, 3.0], 2.0, 2.0), Ok(Scored { value: 0.5, mcse: None }));
        assert_eq!(crps_scored(&[5.0], 3.5, 3.5), Ok(Scored { value: 1.5, mcse: None }));
        // Values 0, 1, 4 seen at 0: contributions 0 - 5/3, 1 - 4/3, 4 - 7/3; mean -1/9, squares about it 133/27 in sum.
        let scored = crps_scored(&[4.0, 0.0, 1.0], 0.0, 0.0).expect("a score");
        let squares = [-5.0 / 3.0, -1.0 / 3.0, 5.0 / 3.0].map(|c: f64| (c + 1.0 / 9.0) * (c + 1.0 / 9.0));
        let mcse = (squares.iter().sum::<f64>() / 2.0 / 3.0).sqrt();
        assert!(
            (scored.value - (5.0 / 3.0 - 8.0 / 9.0)).abs() < 1e-15
                && (scored.mcse.expect("they differ") - mcse).abs() < 1e-14
        );
        let share = Scored::share(3, 4).expect("a share");
        assert_eq!((share.value, share.mcse), (0.75, Some(sqrt(0.75 * 0.25 / 4.0))));
        assert_eq!((share.brier(true).value, share.brier(false).value), (0.0625, 0.5625));
        assert_eq!(share.brier(false).mcse, share.mcse.map(|mcse| 2.0 * 0.75 * mcse));
        for (events, happened) in [(0, false), (4, true), (0, true)] {
            let certain = Scored::share(events, 4).expect("a share");
            assert_eq!(
                [certain.mcse, certain.brier(happened).mcse],
                [None; 2],
                "none or all of four show no error of 0"
            );
        }
        assert!((Scored::share(0, 9).expect("a share").log(9).value - ln(0.05)).abs() < 1e-15);
        // A quarter of 10, the half event and half trial among them: the error of a logarithm is that of the share over it.
        let quarter = Scored { value: 2.0 / 9.0, mcse: None }.log(9);
        assert!(
            (quarter.value - ln(0.25)).abs() < 1e-15 && (quarter.mcse.expect("one") - sqrt(0.75 / 2.5)).abs() < 1e-15
        );
        assert_eq!(Scored::share(5, 4), Err(StatsError::BadCount { events: 5, trials: 4 }));
    }

    #[test]
    fn a_score_of_a_range_is_the_mean_over_its_places() {
        let ensemble: Vec<f64> = uniforms(5, 60).into_iter().map(normal_quantile).collect();
        for (low, high) in [(-0.4, 1.1), (2.0, 9.0), (-9.0, -8.5), (-5.0, 5.0)] {
            let places = 20_000;
            let at = |place: u32| low + (high - low) * (f64::from(place) + 0.5) / f64::from(places);
            let score = |place| crate::stats::crps(&ensemble, at(place)).expect("a score");
            let mean = (0..places).map(score).sum::<f64>() / f64::from(places);
            let scored = crps_scored(&ensemble, low, high).expect("a score");
            assert!((scored.value - mean).abs() < 1e-6, "{low} to {high}: {} against {mean}", scored.value);
        }
    }

    #[test]
    fn a_range_halves_what_lies_in_it() {
        let ensemble = [1.0, 2.0, 3.0, 4.0, 9.0];
        let pit = |low, high| interval_mid_pit(&ensemble, low, high).expect("a place").value;
        assert_eq!((pit(2.0, 4.0), pit(5.0, 6.0), pit(10.0, 11.0), pit(0.0, 0.5)), (0.5, 0.8, 1.0, 0.0));
        assert_eq!(pit(3.0, 3.0), crate::stats::mid_pit(&ensemble, 3.0).expect("a place"));
        assert!(interval_mid_pit(&[], 0.0, 1.0).is_err() && interval_mid_pit(&ensemble, 0.0, f64::NAN).is_err());
    }

    #[test]
    fn places_of_an_ensemble_in_itself_are_uniform() {
        // Without ties: 0, 1/4, ... 1 in some order; with a range of the whole, all in the middle.
        let ensemble = [4.0, 1.0, 3.0, 9.0, 2.0];
        assert_eq!(own_mid_pits(&ensemble, 0.0), Ok(vec![0.75, 0.0, 0.5, 1.0, 0.25]));
        assert_eq!(own_mid_pits(&ensemble, 100.0), Ok(vec![0.5; 5]));
        assert_eq!(own_mid_pits(&[2.0, 2.0, 5.0], 0.0), Ok(vec![0.25, 0.25, 1.0]));
        assert!(own_mid_pits(&[1.0], 0.0).is_err());
    }
}
