//! The binomial distribution, by the incomplete beta function.

use super::beta::both_tails;

/// Probability of at most `k` successes in `n` trials of probability `p`.
///
/// # Arguments
/// * `k`, `n` - counts; `k` of `n` or more gives 1.
/// * `p` - probability of success; outside 0 to 1 gives NaN.
///
/// # Returns
/// A probability, with full relative accuracy when small.
///
/// # Examples
/// ```
/// assert!((rearguard::math::special::binomial_cdf(1, 3, 0.5) - 0.5).abs() < 1e-15);
/// ```
pub fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    tails(k, n, p).0
}

/// Probability of more than `k` successes in `n` trials: 1 - [`binomial_cdf`] with its own full accuracy.
///
/// # Arguments
/// As for [`binomial_cdf`].
pub fn binomial_upper(k: u64, n: u64, p: f64) -> f64 {
    tails(k, n, p).1
}

/// Probability of at most `k` and of more than `k` successes.
fn tails(k: u64, n: u64, p: f64) -> (f64, f64) {
    if !(0.0..=1.0).contains(&p) {
        return (f64::NAN, f64::NAN);
    }
    if k >= n {
        return (1.0, 0.0);
    }
    // At most k successes is the event that the (k + 1)-th smallest of n uniform values is above p.
    let (more, at_most) = both_tails(k as f64 + 1.0, (n - k) as f64, p, 1.0 - p);
    (at_most, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_equal_sums_of_exact_probabilities() {
        // n = 10, p = 1/4: coefficient * 3^(n - k) over 4^10, all integers below 2^53.
        let ways = [1_u64, 10, 45, 120, 210, 252, 210, 120, 45, 10, 1];
        let mut sum = 0_u64;
        for (k, ways) in ways.iter().enumerate() {
            sum += ways * 3_u64.pow(10 - k as u32);
            let expected = sum as f64 / 1_048_576.0;
            let got = binomial_cdf(k as u64, 10, 0.25);
            assert!((got - expected).abs() <= 4e-15 * expected, "{k}: {got} against {expected}");
            assert!((binomial_upper(k as u64, 10, 0.25) - (1.0 - expected)).abs() < 1e-15);
        }
    }

    #[test]
    fn certain_and_impossible_events_are_exact() {
        assert_eq!(binomial_cdf(3, 3, 0.2), 1.0);
        assert_eq!(binomial_cdf(0, 5, 0.0), 1.0);
        assert_eq!(binomial_cdf(4, 5, 1.0), 0.0);
        assert_eq!(binomial_cdf(0, 0, 0.5), 1.0);
        assert!(binomial_cdf(1, 5, f64::NAN).is_nan());
        assert!(binomial_cdf(1, 5, 1.5).is_nan());
    }

    #[test]
    fn it_holds_for_millions_of_trials() {
        // By symmetry at p = 1/2: P(X <= n/2 - 1) = (1 - P(X = n/2)) / 2, and P(X = n/2) by Stirling to order 1/n^2.
        let n = 10_000_000_u64;
        let count = n as f64;
        let middle = (2.0 / (std::f64::consts::PI * count)).sqrt() * (1.0 - 1.0 / (4.0 * count));
        assert!((binomial_cdf(n / 2 - 1, n, 0.5) - (1.0 - middle) / 2.0).abs() < 1e-12);
    }
}
