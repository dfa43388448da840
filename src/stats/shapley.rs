//! Exact attribution: Shapley values over every combination of factors.
//!
//! A combination is a bit mask: bit i is set where factor i is changed (a denial lifted). The outcomes of all 2^k
//! combinations, on the same replications, share the difference between none and all out among the factors. Counts and
//! money are shared in integers, times k!, so that the shares add up to the difference exactly.

use super::error::{StatsError, check_count, check_finite};
use super::interval::{MeanEstimate, mean_t_from_sums};
use super::moments::sum_of;

/// Most factors taken: 2^10 combinations of every replication is already far beyond what a study can afford.
const MAX_FACTORS: usize = 10;

/// Shares of the factors in one replication, or in means, of integers.
///
/// # Arguments
/// * `values` - outcome of each combination, 2^k of them, indexed by bit mask; any unit.
///
/// # Returns
/// k shares **times k!**, in the unit of the values; they add up to k! times (all - none) exactly.
///
/// # Errors
/// [`StatsError::Mismatch`] for a number of values that is no power of two, [`StatsError::TooManyFactors`] beyond 10
/// factors, [`StatsError::Overflow`] beyond 128 bits.
///
/// # Source
/// Shapley (1953), "A value for n-person games": the mean marginal contribution over all orders of arrival.
///
/// # Examples
/// ```
/// // One factor saves 3, the other 5, both together 10: the 2 they share are halved. Times 2!: 8 and 12.
/// assert_eq!(rearguard::stats::shapley_scaled(&[0, 3, 5, 10])?, [8, 12]);
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn shapley_scaled(values: &[i128]) -> Result<Vec<i128>, StatsError> {
    let k = factors(values.len())?;
    (0..k)
        .map(|factor| {
            without(values.len(), &[factor]).try_fold(0_i128, |share, mask| {
                let gain = values[mask | 1 << factor].checked_sub(values[mask])?;
                share.checked_add(gain.checked_mul(orders(mask, k, 1))?)
            })
        })
        .collect::<Option<_>>()
        .ok_or(StatsError::Overflow { what: "attribution" })
}

/// Shares of the factors in one replication, or in means, of real numbers such as times.
///
/// # Arguments
/// * `values` - outcome of each combination, 2^k of them, indexed by bit mask; finite; any unit.
///
/// # Returns
/// k shares in the unit of the values (not scaled); they add up to (all - none) to rounding.
///
/// # Errors
/// As for [`shapley_scaled`], and [`StatsError::NotFinite`].
pub fn shapley(values: &[f64]) -> Result<Vec<f64>, StatsError> {
    let k = factors(values.len())?;
    check_finite(values)?;
    let scale = factorial(k) as f64;
    let share = |factor: usize| {
        let gains = without(values.len(), &[factor])
            .map(|mask| (values[mask | 1 << factor] - values[mask]) * orders(mask, k, 1) as f64);
        sum_of(gains) / scale
    };
    Ok((0..k).map(share).collect())
}

/// How much each pair of factors does together beyond what they do apart, of integers.
///
/// # Arguments
/// As for [`shapley_scaled`].
///
/// # Returns
/// One entry (i, j, interaction **times (k - 1)!**) per pair i < j: positive where the two reinforce each other,
/// negative where either alone already does much of what both do.
///
/// # Errors
/// As for [`shapley_scaled`].
///
/// # Source
/// The interaction index of Grabisch and Roubens (1999) for pairs.
pub fn interactions_scaled(values: &[i128]) -> Result<Vec<(usize, usize, i128)>, StatsError> {
    let k = factors(values.len())?;
    let pairs = (0..k).flat_map(|i| (i + 1..k).map(move |j| (i, j)));
    pairs
        .map(|(i, j)| {
            let total = without(values.len(), &[i, j]).try_fold(0_i128, |total, mask| {
                let both = values[mask | 1 << i | 1 << j].checked_sub(values[mask | 1 << i])?;
                let apart = values[mask | 1 << j].checked_sub(values[mask])?;
                total.checked_add(both.checked_sub(apart)?.checked_mul(orders(mask, k, 2))?)
            })?;
            Some((i, j, total))
        })
        .collect::<Option<_>>()
        .ok_or(StatsError::Overflow { what: "interaction" })
}

/// Shares over the replications, exact in sum and with an interval each.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// Number of replications.
    pub n: u64,
    /// k!: what `sums` are multiplied by.
    pub scale: i128,
    /// Per factor, the sum of its shares over the replications, times `scale`; they add up to `scale * total`.
    pub sums: Vec<i128>,
    /// Sum over the replications of (all - none), in the unit of the values.
    pub total: i128,
    /// Per factor, its mean share with a t interval, in the unit of the values.
    pub shares: Vec<MeanEstimate>,
}

/// Shares of the factors over replications of an integer measure, with intervals.
///
/// # Arguments
/// * `values` - one row per replication, one after the other, of the outcomes of the 2^k combinations by bit mask.
/// * `combinations` - length of a row, 2^k.
/// * `confidence` - coverage wanted of each interval, between 0 and 1.
///
/// # Errors
/// As for [`shapley_scaled`], [`StatsError::Mismatch`] for an incomplete row, and as for
/// [`mean_t_from_sums`].
pub fn attribute(values: &[i128], combinations: usize, confidence: f64) -> Result<Attribution, StatsError> {
    let mut sums = AttributionSums::new(combinations)?;
    if !values.len().is_multiple_of(combinations) {
        return Err(StatsError::Mismatch { left: values.len(), right: combinations });
    }
    values.chunks_exact(combinations).try_for_each(|row| sums.add(row))?;
    sums.finish(confidence)
}

/// The same, a replication at a time, in memory that does not grow with them.
#[derive(Debug, Clone)]
pub struct AttributionSums {
    combinations: usize,
    n: u64,
    /// Per factor, of its shares times k!.
    sums: Vec<i128>,
    squares: Vec<i128>,
    /// Of (all - none).
    total: i128,
}

impl AttributionSums {
    /// No replications yet.
    ///
    /// # Errors
    /// As for [`shapley_scaled`].
    pub fn new(combinations: usize) -> Result<Self, StatsError> {
        let k = factors(combinations)?;
        Ok(Self { combinations, n: 0, sums: vec![0; k], squares: vec![0; k], total: 0 })
    }

    /// Adds the outcomes of every combination in one replication, by bit mask.
    ///
    /// # Errors
    /// As for [`shapley_scaled`], and [`StatsError::Mismatch`] for another number of combinations.
    pub fn add(&mut self, row: &[i128]) -> Result<(), StatsError> {
        if row.len() != self.combinations {
            return Err(StatsError::Mismatch { left: row.len(), right: self.combinations });
        }
        let overflow = || StatsError::Overflow { what: "attribution" };
        let gain = row[row.len() - 1].checked_sub(row[0]);
        self.total = gain.and_then(|gain| self.total.checked_add(gain)).ok_or_else(overflow)?;
        for (factor, share) in shapley_scaled(row)?.into_iter().enumerate() {
            self.sums[factor] = self.sums[factor].checked_add(share).ok_or_else(overflow)?;
            let square = share.checked_mul(share).ok_or_else(overflow)?;
            self.squares[factor] = self.squares[factor].checked_add(square).ok_or_else(overflow)?;
        }
        self.n += 1;
        Ok(())
    }

    /// What the replications say.
    ///
    /// # Errors
    /// [`StatsError::TooFew`] for fewer than 2, and as for [`mean_t_from_sums`].
    pub fn finish(self, confidence: f64) -> Result<Attribution, StatsError> {
        let Self { n, sums, squares, total, .. } = self;
        check_count(n as usize, 2)?;
        let scale = factorial(sums.len());
        let unscaled =
            |(&sum, &square): (&i128, &i128)| Ok(mean_t_from_sums(n, sum, square, confidence)?.over(scale as f64));
        let shares = sums.iter().zip(&squares).map(unscaled).collect::<Result<_, StatsError>>()?;
        Ok(Attribution { n, scale, sums, total, shares })
    }
}

/// k! for k up to 10.
fn factorial(k: usize) -> i128 {
    (1..=k as i128).product()
}

/// Number of factors that this many combinations come from.
fn factors(combinations: usize) -> Result<usize, StatsError> {
    if !combinations.is_power_of_two() {
        return Err(StatsError::Mismatch { left: combinations, right: combinations.next_power_of_two() });
    }
    let given = combinations.trailing_zeros() as usize;
    if given > MAX_FACTORS { Err(StatsError::TooManyFactors { given, limit: MAX_FACTORS }) } else { Ok(given) }
}

/// Masks below `combinations` in which none of these factors is set.
fn without(combinations: usize, factors: &[usize]) -> impl Iterator<Item = usize> + use<> {
    let avoid = factors.iter().fold(0, |mask, factor| mask | 1 << factor);
    (0..combinations).filter(move |mask| mask & avoid == 0)
}

/// Orders of arrival in which exactly the factors of `mask` come before a group of `size`, the group counted as one.
fn orders(mask: usize, k: usize, size: usize) -> i128 {
    let before = mask.count_ones() as usize;
    factorial(before) * factorial(k - size - before)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::mean_t;
    use super::*;

    /// Values of a game over all masks of k players.
    fn game(k: u32, value: impl Fn(usize) -> i128) -> Vec<i128> {
        (0..1_usize << k).map(value).collect()
    }

    #[test]
    fn the_airport_game_shares_each_stretch_among_those_who_need_it() {
        // Littlechild and Owen (1973): each stretch of runway is paid equally by those long enough to need it. Runways
        // costing 8, 11, 13 and 18: 8/4; that and 3/3; that and 2/2; that and 5.
        let costs = [8, 11, 13, 18];
        let values = game(4, |mask| (0..4).filter(|i| mask >> i & 1 == 1).map(|i| costs[i]).max().unwrap_or(0));
        assert_eq!(shapley_scaled(&values).expect("shares"), [2, 3, 4, 9].map(|share| share * 24));
    }

    #[test]
    fn the_glove_game_gives_the_scarce_glove_two_thirds() {
        // One right glove, two left ones; a pair is worth 1: shares 2/3, 1/6, 1/6.
        let values = game(3, |mask| i128::from(mask & 1 == 1 && mask & 0b110 != 0));
        assert_eq!(shapley_scaled(&values).expect("shares"), [4, 1, 1]);
        let real = shapley(&values.iter().map(|&value| value as f64).collect::<Vec<_>>()).expect("shares");
        assert_eq!(real, [4.0 / 6.0, 1.0 / 6.0, 1.0 / 6.0]);
    }

    #[test]
    fn a_factor_that_changes_nothing_has_no_share() {
        let values = game(3, |mask| if mask & 0b010 == 0 { 7 } else { 19 });
        assert_eq!(shapley_scaled(&values).expect("shares"), [0, 12 * 6, 0]);
    }

    #[test]
    fn interactions_tell_reinforcement_from_overlap() {
        let together = game(2, |mask| i128::from(mask == 3));
        let either = game(2, |mask| i128::from(mask != 0));
        let apart = game(2, |mask| mask.count_ones().into());
        let of = |values: &[i128]| interactions_scaled(values).expect("interactions")[0].2;
        assert_eq!([of(&together), of(&either), of(&apart)], [1, -1, 0]);
        // The glove game, times 2!: right with left 1/2, left with left -1/2.
        let gloves = game(3, |mask| i128::from(mask & 1 == 1 && mask & 0b110 != 0));
        assert_eq!(interactions_scaled(&gloves).expect("interactions"), [(0, 1, 1), (0, 2, 1), (1, 2, -1)]);
    }

    #[test]
    fn shares_over_replications_add_up_exactly_and_have_the_t_interval() {
        let rows = [[0_i128, 3, 5, 10], [1, 1, 2, 2], [0, -4, 9, 9]];
        let of_rows = attribute(&rows.concat(), 4, 0.95).expect("attribution");
        assert_eq!(of_rows.sums.iter().sum::<i128>(), of_rows.scale * of_rows.total);
        assert_eq!((of_rows.n, of_rows.scale, of_rows.total), (3, 2, 20));
        // First shares: 4, 0, (-4 + 0) / 2 = -2.
        let direct = mean_t(&[4.0, 0.0, -2.0], 0.95).expect("data");
        assert!((of_rows.shares[0].mean - direct.mean).abs() < 1e-15);
        assert!((of_rows.shares[0].half_width - direct.half_width).abs() < 1e-13);
    }

    #[test]
    fn what_cannot_be_shared_is_refused() {
        assert_eq!(shapley_scaled(&[0, 1, 2]), Err(StatsError::Mismatch { left: 3, right: 4 }));
        assert_eq!(shapley_scaled(&vec![0; 2048]), Err(StatsError::TooManyFactors { given: 11, limit: 10 }));
        assert_eq!(shapley_scaled(&[i128::MIN, i128::MAX]), Err(StatsError::Overflow { what: "attribution" }));
        assert!(shapley_scaled(&[]).is_err());
        assert_eq!(shapley_scaled(&[5]), Ok(vec![]));
        assert!(attribute(&[0, 1, 2], 2, 0.95).is_err());
        assert_eq!(attribute(&[0, 1], 2, 0.95), Err(StatsError::TooFew { needed: 2, given: 1 }));
        assert!(shapley(&[0.0, f64::NAN]).is_err());
    }

    proptest! {
        #[test]
        fn shares_add_up_for_any_game(k in 0_u32..6, values in prop::collection::vec(-(1_i128 << 60)..1 << 60, 64)) {
            let values = &values[..1 << k];
            let shares = shapley_scaled(values).expect("shares");
            let scale: i128 = (1..=i128::from(k)).product();
            prop_assert_eq!(shares.iter().sum::<i128>(), scale * (values[values.len() - 1] - values[0]));
            let real = shapley(&values.iter().map(|&value| value as f64).collect::<Vec<_>>()).expect("shares");
            for (exact, real) in shares.iter().zip(real) {
                // Doubles of 2^60 are good to 2^7.
                prop_assert!((*exact as f64 / scale as f64 - real).abs() <= 2048.0);
            }
        }

        #[test]
        fn the_mean_over_all_orders_is_the_share(values in prop::collection::vec(-1000_i128..1000, 8)) {
            let mut sums = [0_i128; 3];
            for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
                let mut mask = 0_usize;
                for factor in order {
                    sums[factor] += values[mask | 1 << factor] - values[mask];
                    mask |= 1 << factor;
                }
            }
            prop_assert_eq!(shapley_scaled(&values).expect("shares"), sums);
        }
    }
}
