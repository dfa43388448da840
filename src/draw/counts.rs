//! Draws of counts from one stream.

use rand_distr::{Binomial, Distribution, Poisson};

use super::Stream;
use crate::math::{exp, ln, ln_1p};

/// Means from here on go to samplers that spend several uniforms: the search would be slower.
const SEARCH_MEAN_MAX: f64 = 20.0;

/// The most a search goes up to; a count that reaches it is cut there.
const SEARCH_CAP: u64 = 1_000_000;

impl Stream {
    /// Poisson with mean `mean`; one uniform by inversion below a mean of 20, several from there on.
    ///
    /// Below 20, draws of one stream nest: a larger mean never gives a smaller count.
    ///
    /// # Arguments
    /// * `mean` - 0 or more, up to 10^18.
    ///
    /// # Panics
    /// If `mean` is not finite or far too large.
    pub fn poisson(&mut self, mean: f64) -> u64 {
        debug_assert!(mean >= 0.0, "a poisson mean of {mean}");
        if mean < SEARCH_MEAN_MAX {
            let mean = mean.max(0.0);
            return search(self.uniform(), -mean, mean, |n| mean / (n + 1.0));
        }
        let law = Poisson::new(mean).expect("a poisson mean is finite and below 10^18");
        let draw: f64 = law.sample(self.generator());
        draw as u64
    }

    /// Binomial: successes among `n` trials of probability `p`; one uniform by inversion below a mean of 20, several
    /// from there on.
    ///
    /// Below a mean of 20, draws of one stream nest: a larger `n` or `p` never gives a smaller count.
    ///
    /// # Arguments
    /// * `p` - 0 to 1.
    ///
    /// # Panics
    /// If `p` is NaN.
    pub fn binomial(&mut self, n: u64, p: f64) -> u64 {
        debug_assert!((0.0..=1.0).contains(&p), "a probability of {p}");
        let p = p.clamp(0.0, 1.0);
        let trials = n as f64;
        if p < 1.0 && trials * p < SEARCH_MEAN_MAX {
            let odds = p / (1.0 - p);
            let draw = search(self.uniform(), trials * ln_1p(-p), trials * p, |i| odds * (trials - i) / (i + 1.0));
            return draw.min(n);
        }
        Binomial::new(n, p).expect("a probability is from 0 to 1").sample(self.generator())
    }

    /// Negative binomial with mean `mean` and dispersion `k`: variance mean + mean^2 / k. One uniform by inversion.
    ///
    /// It is a Poisson whose mean is gamma of shape `k`; small `k` means many zeros and a long tail. For one stream and
    /// one `k`, a larger mean never gives a smaller count.
    ///
    /// # Arguments
    /// * `mean` - 0 or more; the work grows with the count drawn, which is cut at a million.
    /// * `k` - over 0.
    pub fn negative_binomial(&mut self, mean: f64, k: f64) -> u64 {
        debug_assert!(mean >= 0.0 && k > 0.0, "a negative binomial of mean {mean} and k {k}");
        let u = self.uniform();
        if mean == 0.0 {
            return 0;
        }
        let odds = mean / (mean + k);
        search(u, -k * ln_1p(mean / k), mean, |n| odds * (n + k) / (n + 1.0))
    }
}

/// The smallest count whose cumulative probability reaches `u`, by summing probabilities from 0 upwards.
///
/// # Arguments
/// * `u` - in (0, 1).
/// * `ln_p0` - logarithm of the probability of 0.
/// * `mean` - the distribution's mean; beyond it probabilities must fall.
/// * `ratio` - probability of n + 1 over that of n.
fn search(u: f64, ln_p0: f64, mean: f64, ratio: impl Fn(f64) -> f64) -> u64 {
    let (mut n, mut p) = start(ln_p0, &ratio);
    let mut rest = u;
    while rest > p && n < SEARCH_CAP {
        let left = rest - p;
        // Rounding can leave a remainder that no further probability reaches: the count is where the sum stops moving.
        if left == rest && n as f64 > mean {
            break;
        }
        rest = left;
        p *= ratio(n as f64);
        n += 1;
    }
    n
}

/// The first count worth summing, and its probability. This is 0 unless the probability of 0 underflows; then what is
/// skipped is below 10^-100 in all.
fn start(ln_p0: f64, ratio: impl Fn(f64) -> f64) -> (u64, f64) {
    /// Probabilities from e^-600 are still normal numbers with room below.
    const LN_START: f64 = -600.0;
    /// Relative probabilities are brought back before they overflow.
    const LARGE: f64 = 1e150;
    let (mut n, mut relative, mut ln_scale) = (0, 1.0, ln_p0);
    while ln_scale < LN_START && n < SEARCH_CAP {
        relative *= ratio(n as f64);
        n += 1;
        if relative > LARGE {
            ln_scale += ln(relative);
            relative = 1.0;
        }
    }
    (n, relative * exp(ln_scale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{Purpose, Streams};

    type Draw = fn(&mut Stream) -> u64;
    type Ratio = fn(f64) -> f64;

    fn stream(occurrence: u64) -> Stream {
        Streams::new(2, 0).stream(Purpose::Test, 2, occurrence)
    }

    /// Cumulative probability of a count, summed the plain way.
    fn cumulative(n: u64, p0: f64, ratio: impl Fn(f64) -> f64) -> f64 {
        let (mut p, mut sum) = (p0, 0.0);
        for i in 0..=n {
            sum += p;
            p *= ratio(i as f64);
        }
        sum
    }

    #[test]
    fn a_search_is_the_quantile() {
        for i in 0..2_000 {
            let u = (i as f64 + 0.5) / 2_000.0;
            let ratio = |n: f64| 0.6 * (n + 1.5) / (n + 1.0);
            let p0 = crate::math::pow(0.4, 1.5);
            let n = search(u, ln(p0), 2.25, ratio);
            assert!(cumulative(n, p0, ratio) >= u - 1e-12);
            assert!(n == 0 || cumulative(n - 1, p0, ratio) < u + 1e-12);
        }
    }

    #[test]
    fn a_count_whose_probability_reaches_the_uniform_is_not_passed() {
        assert_eq!(search(1.0, 0.0, 0.0, |_| 0.0), 0);
    }

    #[test]
    fn counts_are_quantiles_at_the_next_uniform() {
        let draws: [(Draw, f64, Ratio); 3] = [
            (|s| s.binomial(9, 0.3), 9.0 * ln_1p(-0.3), |n| 0.3 / 0.7 * (9.0 - n) / (n + 1.0)),
            (|s| s.poisson(4.0), -4.0, |n| 4.0 / (n + 1.0)),
            // Mean 6 and dispersion 2: failures before the second success of chance 1/4.
            (|s| s.negative_binomial(6.0, 2.0), ln(0.0625), |n| 0.75 * (n + 2.0) / (n + 1.0)),
        ];
        for (at, (draw, ln_p0, ratio)) in draws.into_iter().enumerate() {
            for occurrence in 0..500 {
                let (n, u) = (draw(&mut stream(occurrence)), stream(occurrence).uniform());
                // No uniform here lies as near to a step as roundings reach.
                assert!(cumulative(n, exp(ln_p0), ratio) >= u, "{at}: {n} at {u}");
                assert!(n == 0 || cumulative(n - 1, exp(ln_p0), ratio) < u, "{at}: {n} at {u}");
            }
        }
    }

    #[test]
    fn one_uniform_is_spent_below_a_mean_of_twenty_and_more_from_there_on() {
        let draws: [(Draw, bool); 4] = [
            (|s| s.poisson(19.99), true),
            (|s| s.poisson(20.0), false),
            (|s| s.binomial(40, 0.499), true),
            (|s| s.binomial(40, 0.5), false),
        ];
        for (at, (draw, one)) in draws.into_iter().enumerate() {
            let spends_one = |occurrence| {
                let (mut drawn, mut uniform) = (stream(occurrence), stream(occurrence));
                draw(&mut drawn);
                uniform.uniform();
                drawn == uniform
            };
            assert_eq!((0..50).all(spends_one), one, "{at}");
        }
    }

    #[test]
    fn counts_beyond_a_million_are_cut_there() {
        assert_eq!(stream(0).negative_binomial(1e9, 2.0), SEARCH_CAP);
        // Here the probability of the millionth count still underflows.
        assert_eq!(stream(0).negative_binomial(1e12, 1e3), SEARCH_CAP);
    }

    #[test]
    fn a_probability_of_zero_that_underflows_is_stepped_over() {
        // Poisson of 5,000: e^-5000 is no f64. The median of a Poisson is within 1 of its mean.
        let median = search(0.5, -5_000.0, 5_000.0, |n| 5_000.0 / (n + 1.0));
        assert!((4_999..=5_000).contains(&median), "{median}");
        let (low, high) =
            (search(1e-9, -5_000.0, 5_000.0, |n| 5_000.0 / (n + 1.0)), stream(0).negative_binomial(3_000.0, 900.0));
        assert!((4_500..4_700).contains(&low), "{low}");
        // Standard deviation sqrt(3000 + 3000^2 / 900) = 114.
        assert!((2_400..3_600).contains(&high), "{high}");
    }

    #[test]
    fn the_last_uniform_ends_the_search() {
        let last = 1.0 - 0.5 * f64::EPSILON;
        assert!(search(last, -3.0, 3.0, |n| 3.0 / (n + 1.0)) < 40);
        assert!(search(last, -0.01 * ln_1p(500.0), 5.0, |n| (5.0 / 5.01) * (n + 0.01) / (n + 1.0)) < 30_000);
    }

    #[test]
    fn counts_keep_to_their_range() {
        for occurrence in 0..1_000 {
            assert_eq!(stream(occurrence).binomial(0, 0.4), 0);
            assert_eq!(stream(occurrence).binomial(7, 1.0), 7);
            assert_eq!(stream(occurrence).binomial(7, 0.0), 0);
            assert!(stream(occurrence).binomial(3, 1.0 - 1e-16) <= 3);
            assert!(stream(occurrence).binomial(100, 0.9) <= 100);
            assert_eq!(stream(occurrence).poisson(0.0), 0);
            assert_eq!(stream(occurrence).negative_binomial(0.0, 0.3), 0);
        }
    }

    #[test]
    fn binomials_nest_in_trials_and_in_probability() {
        for occurrence in 0..1_000 {
            let mut before = 0;
            for p in [0.0, 0.1, 0.3, 0.5, 0.51, 0.8, 1.0 - 1e-9, 1.0] {
                let now = stream(occurrence).binomial(12, p);
                assert!(now >= before);
                before = now;
            }
            assert!(stream(occurrence).binomial(13, 0.3) >= stream(occurrence).binomial(12, 0.3));
        }
    }
}
