//! Counts of integer values: exact statistics of a measure in memory that does not grow with the replications.

use std::collections::BTreeMap;

use super::error::StatsError;
use super::interval::{MeanEstimate, mean_t_from_sums};
use super::quantile::{QuantileEstimate, estimate_from};

/// How often each integer value of a measure occurred. The order of additions and merges never shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Histogram {
    counts: BTreeMap<i64, u64>,
    n: u64,
}

impl Histogram {
    /// An empty histogram.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one replication with this value.
    pub fn add(&mut self, value: i64) {
        self.add_many(value, 1);
    }

    /// Adds `times` replications with this value.
    pub fn add_many(&mut self, value: i64, times: u64) {
        if times > 0 {
            let count = self.counts.entry(value).or_default();
            *count = count.saturating_add(times);
            self.n = self.n.saturating_add(times);
        }
    }

    /// Adds every replication of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (&value, &times) in &other.counts {
            self.add_many(value, times);
        }
    }

    /// Number of replications.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Values with their counts, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (i64, u64)> + '_ {
        self.counts.iter().map(|(&value, &times)| (value, times))
    }

    /// Number of replications with exactly this value.
    pub fn count_of(&self, value: i64) -> u64 {
        self.counts.get(&value).copied().unwrap_or(0)
    }

    /// Number of replications above this value.
    pub fn count_above(&self, value: i64) -> u64 {
        value.checked_add(1).map_or(0, |next| self.counts.range(next..).map(|(_, &times)| times).sum())
    }

    /// Exact sum of the values and of their squares.
    ///
    /// # Errors
    /// [`StatsError::Overflow`] beyond 128 bits.
    pub fn sums(&self) -> Result<(i128, i128), StatsError> {
        let overflow = || StatsError::Overflow { what: "sum of squares" };
        let (mut sum, mut squares) = (0_i128, 0_i128);
        for (value, times) in self.iter() {
            // A value of 63 bits and a count of 64 make 127: the product fits.
            let part = i128::from(value) * i128::from(times);
            sum = sum.checked_add(part).ok_or_else(overflow)?;
            let square = part.checked_mul(i128::from(value)).ok_or_else(overflow)?;
            squares = squares.checked_add(square).ok_or_else(overflow)?;
        }
        Ok((sum, squares))
    }

    /// Mean with its t interval, exact in integers before one division.
    ///
    /// # Errors
    /// As for [`mean_t_from_sums`].
    pub fn mean_t(&self, confidence: f64) -> Result<MeanEstimate, StatsError> {
        let (sum, squares) = self.sums()?;
        mean_t_from_sums(self.n, sum, squares, confidence)
    }

    /// The type 7 quantile with its interval, as [`quantile`](super::quantile()) of the values one by one.
    ///
    /// # Arguments
    /// * `p` - probability of the quantile, between 0 and 1.
    /// * `confidence` - coverage wanted, between 0 and 1.
    ///
    /// # Errors
    /// [`StatsError::TooFew`] for no values, [`StatsError::BadLevel`].
    ///
    /// # Examples
    /// ```
    /// use rearguard::stats::Histogram;
    /// let mut killed = Histogram::new();
    /// killed.add_many(0, 900);
    /// killed.add_many(3, 100);
    /// assert_eq!(killed.quantile(0.95, 0.95)?.estimate, 3.0);
    /// # Ok::<(), rearguard::stats::StatsError>(())
    /// ```
    pub fn quantile(&self, p: f64, confidence: f64) -> Result<QuantileEstimate, StatsError> {
        estimate_from(self.n, p, confidence, |rank| self.value_at(rank))
    }

    /// The value of this rank, from 1, among the values in ascending order.
    fn value_at(&self, rank: u64) -> f64 {
        let mut below = 0_u64;
        for (value, times) in self.iter() {
            below = below.saturating_add(times);
            if below >= rank {
                return value as f64;
            }
        }
        f64::NAN
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{mean_t, quantile};
    use super::*;

    #[test]
    fn merging_in_any_order_is_adding_one_by_one() {
        let (mut a, mut b, mut all) = (Histogram::new(), Histogram::new(), Histogram::new());
        for (i, value) in [5, -3, 0, 0, 5, 9, -3, 0].into_iter().enumerate() {
            let half = if i % 2 == 0 { &mut a } else { &mut b };
            half.add(value);
            all.add(value);
        }
        let mut other_way = b.clone();
        other_way.merge(&a);
        a.merge(&b);
        assert_eq!((&a, &other_way), (&all, &all));
        assert_eq!((all.n(), all.count_of(0), all.count_above(0), all.count_above(i64::MAX)), (8, 3, 3, 0));
    }

    #[test]
    fn extreme_values_are_exact_or_refused_never_wrong() {
        let mut histogram = Histogram::new();
        histogram.add(i64::MIN);
        assert_eq!(histogram.sums(), Ok((i128::from(i64::MIN), 1 << 126)));
        histogram.add(i64::MAX);
        let estimate = histogram.mean_t(0.95).expect("two values");
        assert_eq!(estimate.mean, -0.5);
        assert!((estimate.sd / (2.0_f64.sqrt() * i64::MAX as f64) - 1.0).abs() < 1e-15);
        histogram.add_many(i64::MIN, u64::MAX - 10);
        assert!(matches!(histogram.sums(), Err(StatsError::Overflow { .. })));
    }

    #[test]
    fn an_empty_histogram_has_no_statistics() {
        assert_eq!(Histogram::new().quantile(0.5, 0.95).unwrap_err(), StatsError::TooFew { needed: 1, given: 0 });
        assert!(Histogram::new().mean_t(0.95).is_err());
    }

    proptest! {
        #[test]
        fn statistics_equal_those_of_the_values(values in prop::collection::vec(-50_i64..50, 2..400), p in 0.01..0.99_f64) {
            let mut histogram = Histogram::new();
            for &value in &values {
                histogram.add(value);
            }
            let xs: Vec<f64> = values.iter().map(|&value| value as f64).collect();
            prop_assert_eq!(histogram.quantile(p, 0.95).expect("values"), quantile(&xs, p, 0.95).expect("values"));
            let (exact, plain) = (histogram.mean_t(0.95).expect("values"), mean_t(&xs, 0.95).expect("values"));
            prop_assert!((exact.mean - plain.mean).abs() <= 1e-13);
            prop_assert!((exact.half_width - plain.half_width).abs() <= 1e-12);
        }
    }
}
