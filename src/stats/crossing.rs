//! A mean that depends on a setting, known at a few settings on the same replications, and where it crosses zero.

use super::error::{StatsError, check_lengths, check_level};
use super::interval::{Interval, MeanEstimate, mean_t_from_sums, t_reach, variance_from_sums};
use crate::math::sqrt;

/// Sums over replications of integer values at a few settings, in memory that does not grow with them.
#[derive(Debug, Clone)]
pub struct CurveSums {
    n: u64,
    sums: Vec<i128>,
    squares: Vec<i128>,
    /// Products of each setting's value with the next's.
    products: Vec<i128>,
}

/// Where a mean crosses zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossing {
    /// The first setting at which the estimated mean is zero; `None` where it has one sign throughout.
    pub at: Option<f64>,
    /// The settings at which the mean cannot be told from zero, from the first to the last; `None` where there are none.
    pub interval: Option<Interval>,
    /// Whether the first setting is one of them, so that the crossing may lie before it.
    pub open_below: bool,
    /// Whether the last setting is one of them, so that the crossing may lie beyond it.
    pub open_above: bool,
}

/// Means at each setting, and where they cross zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// In the order of the settings.
    pub means: Vec<MeanEstimate>,
    /// Where the mean crosses zero.
    pub crossing: Crossing,
}

impl CurveSums {
    /// No replications yet of values at so many settings.
    pub fn new(settings: usize) -> Self {
        let products = vec![0; settings.saturating_sub(1)];
        Self { n: 0, sums: vec![0; settings], squares: vec![0; settings], products }
    }

    /// Adds one replication.
    ///
    /// # Errors
    /// [`StatsError::Mismatch`] for another number of values, [`StatsError::Overflow`] beyond 128 bits.
    pub fn add(&mut self, values: &[i128]) -> Result<(), StatsError> {
        check_lengths(values.len(), self.sums.len())?;
        let add = |sum: &mut i128, a: i128, b: i128| {
            *sum = a.checked_mul(b).and_then(|product| sum.checked_add(product))?;
            Some(())
        };
        let added = |(at, &value): (usize, &i128)| {
            add(&mut self.sums[at], value, 1)?;
            add(&mut self.squares[at], value, value)?;
            values.get(at + 1).map_or(Some(()), |&next| add(&mut self.products[at], value, next))
        };
        self.n += 1;
        values.iter().enumerate().try_for_each(added).ok_or(StatsError::Overflow { what: "curve" })
    }

    /// Means at each setting with t intervals, and where they cross zero.
    ///
    /// Between neighbouring settings each replication's value is taken to lie on a straight line. The interval of the
    /// crossing holds every setting at which the t interval of the mean holds zero (Fieller's argument on each line), so it
    /// needs no derivative and may be open.
    ///
    /// # Arguments
    /// * `settings` - ascending, one for each value.
    /// * `confidence` - coverage wanted of each interval, between 0 and 1.
    ///
    /// # Errors
    /// [`StatsError::Mismatch`], and as for [`mean_t_from_sums`].
    ///
    /// # Source
    /// Fieller (1954), "Some problems in interval estimation".
    ///
    /// # Examples
    /// ```
    /// use rearguard::stats::CurveSums;
    /// let mut sums = CurveSums::new(2);
    /// for values in [[3, -1], [2, -2], [4, -3], [3, -2]] {
    ///     sums.add(&values)?;
    /// }
    /// let curve = sums.finish(&[0.0, 1.0], 0.95)?;
    /// assert_eq!((curve.means[0].mean, curve.crossing.at), (3.0, Some(0.6)));
    /// # Ok::<(), rearguard::stats::StatsError>(())
    /// ```
    pub fn finish(&self, settings: &[f64], confidence: f64) -> Result<Curve, StatsError> {
        check_lengths(settings.len(), self.sums.len())?;
        check_level(confidence)?;
        let mean = |(&sum, &square): (&i128, &i128)| mean_t_from_sums(self.n, sum, square, confidence);
        let means: Vec<MeanEstimate> = self.sums.iter().zip(&self.squares).map(mean).collect::<Result<_, _>>()?;
        let reach = t_reach(self.n as f64 - 1.0, confidence);
        let (mut at, mut interval): (Option<f64>, Option<Interval>) = (None, None);
        for (left, pair) in settings.windows(2).enumerate() {
            let place = |share: f64| pair[0] + share * (pair[1] - pair[0]);
            let (a, b) = (means[left].mean, means[left + 1].mean);
            if at.is_none() && (a == 0.0 || b == 0.0 || (a < 0.0) != (b < 0.0)) {
                at = Some(if a == b { pair[0] } else { place(a / (a - b)) });
            }
            for share in self.zeros(left, (a, b), reach * reach)? {
                let held = interval.get_or_insert(Interval { low: place(share), high: place(share) });
                *held = Interval { low: held.low.min(place(share)), high: held.high.max(place(share)) };
            }
        }
        let holds_zero = |mean: Option<&MeanEstimate>| mean.is_some_and(|mean| mean.interval.contains(0.0));
        let (open_below, open_above) = (holds_zero(means.first()), holds_zero(means.last()));
        Ok(Curve { means, crossing: Crossing { at, interval, open_below, open_above } })
    }

    /// The ends of the part of a line between two settings, as shares of the way, at which the mean cannot be told from
    /// zero: (a + w d)^2 <= t^2 var(a + w d), a quadratic in w.
    fn zeros(&self, left: usize, (a, b): (f64, f64), square_reach: f64) -> Result<Vec<f64>, StatsError> {
        let variance = |sum, square| {
            let variance = variance_from_sums(self.n, sum, square).ok_or(StatsError::Inconsistent { n: self.n })?;
            Ok(square_reach * variance / self.n as f64)
        };
        let right = left + 1;
        let of_left = variance(self.sums[left], self.squares[left])?;
        let of_right = variance(self.sums[right], self.squares[right])?;
        let of_step = variance(
            self.sums[right] - self.sums[left],
            self.squares[right] + self.squares[left] - 2 * self.products[left],
        )?;
        // var(right) = var(left) + 2 cov(left, step) + var(step).
        let shared = 0.5 * (of_right - of_left - of_step);
        let step = b - a;
        let (lead, middle, last) = (step * step - of_step, a * step - shared, a * a - of_left);
        let mut zeros = Vec::new();
        zeros.extend((last <= 0.0).then_some(0.0));
        zeros.extend((b * b - of_right <= 0.0).then_some(1.0));
        let inner = middle * middle - lead * last;
        if inner >= 0.0 {
            // The root without cancellation, and its partner by their product.
            let root = -(middle + if middle < 0.0 { -sqrt(inner) } else { sqrt(inner) });
            zeros.extend([root / lead, last / root].into_iter().filter(|share| (0.0..=1.0).contains(share)));
        }
        Ok(zeros)
    }
}

#[cfg(test)]
mod tests {
    use super::super::mean_t;
    use super::*;

    /// Five replications at three settings: the mean falls and crosses zero in the second stretch.
    const VALUES: [[i128; 3]; 5] = [[40, 9, -11], [35, 12, -18], [44, 6, -13], [38, 15, -9], [41, 8, -16]];
    const SETTINGS: [f64; 3] = [0.0, 1.0, 3.0];

    fn of(values: &[[i128; 3]]) -> Curve {
        let mut sums = CurveSums::new(3);
        for values in values {
            sums.add(values).expect("three values");
        }
        sums.finish(&SETTINGS, 0.95).expect("enough replications")
    }

    /// Mean and t interval between two settings, from each replication's line.
    fn between(setting: f64) -> MeanEstimate {
        let left = usize::from(setting >= SETTINGS[1]);
        let share = (setting - SETTINGS[left]) / (SETTINGS[left + 1] - SETTINGS[left]);
        let values = VALUES.map(|values| {
            let (a, b) = (values[left] as f64, values[left + 1] as f64);
            a + share * (b - a)
        });
        mean_t(&values, 0.95).expect("data")
    }

    #[test]
    fn the_crossing_is_where_the_mean_of_the_lines_is_zero() {
        let curve = of(&VALUES);
        assert!(between(curve.crossing.at.expect("a crossing")).mean.abs() < 1e-12);
        assert!((curve.means[0].mean - 39.6).abs() < 1e-12);
    }

    #[test]
    fn the_ends_are_where_the_t_interval_of_the_lines_reaches_zero() {
        let crossing = of(&VALUES).crossing;
        let interval = crossing.interval.expect("an interval");
        // The mean falls: it is just above zero at the low end and just below at the high end.
        assert!(between(interval.low).interval.low.abs() < 1e-10);
        assert!(between(interval.high).interval.high.abs() < 1e-10);
        assert!(!crossing.open_below && !crossing.open_above);
    }

    #[test]
    fn a_mean_of_one_sign_crosses_nowhere() {
        let above = of(&VALUES.map(|values| values.map(|value| value + 100))).crossing;
        assert_eq!((above.at, above.interval), (None, None));
    }

    #[test]
    fn a_mean_near_zero_at_an_end_leaves_the_interval_open() {
        let near = of(&VALUES.map(|[a, b, c]| [a, b, c + 14])).crossing;
        let interval = near.interval.expect("an interval");
        assert!(near.open_above && !near.open_below && interval.high == 3.0 && interval.low > 1.0);
    }

    #[test]
    fn differences_that_are_all_zero_at_a_setting_cross_there() {
        let exact = of(&[[5, 0, -3], [7, 0, -2], [6, 0, -4]]).crossing;
        assert_eq!((exact.at, exact.interval), (Some(1.0), Some(Interval { low: 1.0, high: 1.0 })));
    }

    #[test]
    fn a_mean_that_leaves_zero_at_the_first_setting_crosses_there_and_one_that_stays_crosses_at_once() {
        assert_eq!(of(&[[1, 5, 8], [-1, 6, 9], [0, 7, 9]]).crossing.at, Some(0.0));
        assert_eq!(of(&[[1, 1, 8], [-1, -1, 9], [0, 0, 9]]).crossing.at, Some(0.0));
        assert_eq!(of(&[[5, 8, 1], [6, 9, -1], [7, 9, 0]]).crossing.at, Some(3.0));
    }

    #[test]
    fn nonsense_is_refused() {
        let mut sums = CurveSums::new(2);
        assert!(sums.add(&[1]).is_err());
        sums.add(&[1, 2]).expect("two values");
        assert!(sums.finish(&[0.0, 1.0], 0.95).is_err(), "one replication has no interval");
        assert!(CurveSums::new(1).add(&[i128::MAX]).is_err());
    }
}
