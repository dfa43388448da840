//! The draws alone: means, variances and probabilities of the laws that processes use.

use rearguard::draw::{Purpose, Stream, Streams};
use rearguard::math::{exp, pow};
use statrs::function::gamma::gamma;

use super::Board;

fn drawn(entity: u64, n: u64, draw: impl Fn(&mut Stream) -> f64) -> Vec<f64> {
    // As many streams as there would be replications, so that keys are tried as well as generators.
    (0..n / 50)
        .flat_map(|replication| {
            let mut stream = Streams::new(1812, replication).stream(Purpose::Test, entity, 0);
            (0..50).map(|_| draw(&mut stream)).collect::<Vec<f64>>()
        })
        .collect()
}

#[test]
fn continuous_draws_have_the_moments_of_their_laws() {
    let mut board = Board::new("continuous");
    let squares = drawn(20, 900_000, |stream| {
        let value = stream.standard_exponential();
        value * value
    });
    board.mean("second moment of an exponential", "2 m²", 2.0, &squares);
    let values = drawn(21, 330_000, |stream| stream.normal(7.0, 2.0));
    board.variance("variance of a normal", "s²", (7.0, 4.0), &values);
    let values = drawn(22, 60_000, |stream| stream.lognormal(3.0, 0.5));
    board.mean("mean of a lognormal", "median × exp(s²/2)", 3.0 * exp(0.125), &values);
    let values = drawn(23, 700_000, |stream| stream.gamma(3.0, 6.0));
    board.variance("variance of a gamma", "m² / shape", (6.0, 12.0), &values);
    let values = drawn(24, 240_000, |stream| stream.beta(2.0, 3.0));
    board.mean("mean of a beta", "a / (a + b)", 0.4, &values);
    board.variance("variance of a beta", "a b / ((a + b)² (a + b + 1))", (0.4, 0.04), &values);
    let values = drawn(25, 260_000, |stream| stream.weibull_scale(0.8, 2.0));
    board.mean("mean of a Weibull", "scale × Γ(1 + 1/shape)", 2.0 * gamma(2.25), &values);
    let values = drawn(26, 250_000, |stream| stream.triangular(6.0, 12.0, 25.0));
    let (low, mode, high) = (6.0, 12.0, 25.0);
    let variance = (low * low + mode * mode + high * high - low * mode - low * high - mode * high) / 18.0;
    board.variance(
        "variance of a triangle",
        "(a² + b² + c² - ab - ac - bc)/18",
        ((low + mode + high) / 3.0, variance),
        &values,
    );
    let values = drawn(27, 620_000, |stream| stream.erlang(4, 10.0));
    board.variance("variance of an Erlang", "m² / stages", (10.0, 25.0), &values);
    let values = drawn(28, 400_000, |stream| f64::from(u8::from(stream.lognormal(1.0, 1.0) > 0.5)));
    // The normal law at ln 2: P(Z > -0.693147).
    board.mean("exceedance of a lognormal", "Φ(ln(median / x) / s)", 0.755_891_404_214_417, &values);
    board.close();
}

#[test]
fn counts_have_the_moments_of_their_laws() {
    let mut board = Board::new("counts");
    let values = drawn(30, 380_000, |stream| stream.poisson(7.0) as f64);
    board.variance("variance of a Poisson count", "m", (7.0, 7.0), &values);
    let values = drawn(31, 360_000, |stream| stream.poisson(300.0) as f64);
    board.variance("variance of a large Poisson count", "m", (300.0, 300.0), &values);
    let values = drawn(32, 340_000, |stream| stream.binomial(40, 0.3) as f64);
    board.variance("variance of a binomial", "n p (1 - p)", (12.0, 8.4), &values);
    let values = drawn(33, 1_700_000, |stream| stream.negative_binomial(2.0, 0.8) as f64);
    board.variance("variance of a negative binomial", "m + m²/d", (2.0, 7.0), &values);
    let none: Vec<f64> = values.iter().map(|&count| f64::from(u8::from(count == 0.0))).collect();
    board.mean("a negative binomial of 0", "(d / (d + m))^d", pow(0.8 / 2.8, 0.8), &none);
    // Each of a Poisson count kept with a probability: again Poisson.
    let kept = drawn(34, 380_000, |stream| {
        let all = stream.poisson(30.0);
        stream.binomial(all, 0.4) as f64
    });
    board.variance("variance of a thinned Poisson count", "p m", (12.0, 12.0), &kept);
    board.close();
}
