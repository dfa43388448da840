//! Sensitivity: from the rows of a design over uncertain parameters to what each parameter does to each measure.

use crate::design::{CubePoint, Screening};
use crate::experiment::Rows;
use crate::inference::statistics::{Statistic, is_told, morris, ranks, sobol, swings};
use crate::stats::{Interval, Moments, StatsError, bonferroni_confidence, jackknife_interval, sum};
use crate::summary::{CONFIDENCE, Method, SummaryError};

/// One statistic of one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectRow {
    /// Which response, by position.
    pub response: usize,
    /// The parameter, by position.
    pub parameter: usize,
    /// Its name: `mu_star`, `mu`, `sigma`, `noise`, `total`, `first`, `total_raw`, `first_raw`,
    /// `prcc` or `swing`.
    pub statistic: &'static str,
    /// The estimate; none where the response does not vary.
    pub estimate: Option<f64>,
    /// Its interval; none where there is none.
    pub interval: Option<Interval>,
    /// How that was found; none for what has none by its nature.
    pub method: Option<Method>,
    /// Whether the parameter's part can be told from none, all parameters taken together: the same of all its rows.
    pub is_told: bool,
}

/// A measure of a policy, or of its difference from the baseline, over the design.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The policy's id.
    pub policy: String,
    /// The baseline's id, where this is the difference from it.
    pub baseline: Option<String>,
    /// The column's name.
    pub measure: String,
    /// Mean over all points.
    pub mean: f64,
    /// Variance of a point's expected value from point to point, freed of noise; may be negative by chance. None where points
    /// do not follow the laws: those of Morris leave out their ends, those of swings are at two places of one.
    pub variance_between: Option<f64>,
    /// Its interval, over scramblings or points.
    pub between_interval: Option<Interval>,
    /// Mean variance of the replications of one point.
    pub variance_within: f64,
    /// For each point, mean and variance of its replications.
    pub points: Vec<[f64; 2]>,
}

/// What the parameters do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects {
    /// By measure, then policy, then the policy's difference from the baseline.
    pub responses: Vec<Response>,
    /// By response, then parameter, then statistic.
    pub rows: Vec<EffectRow>,
}

impl Effects {
    /// A statistic of a parameter.
    pub fn row(&self, response: usize, parameter: usize, statistic: &str) -> Option<&EffectRow> {
        let is_it = |row: &&EffectRow| row.response == response && row.parameter == parameter;
        self.rows.iter().filter(is_it).find(|row| row.statistic == statistic)
    }
}

/// A design that was run.
#[derive(Clone, Copy, Debug)]
pub struct Ran<'a> {
    /// The design.
    pub screening: Screening,
    /// Its points, in the order of the rows.
    pub points: &'a [CubePoint],
    /// For each point, the values of the parameters.
    pub values: &'a [Vec<f64>],
    /// Replications of each point.
    pub inner: usize,
}

/// Makes the tables. Without any where replications failed: then no point is whole.
///
/// # Arguments
/// * `columns` - the measures asked for, by column and name.
///
/// # Errors
/// Those of reading, and too few points or replications.
pub fn sensitivity(rows: &Rows, columns: &[(usize, String)], ran: Ran) -> Result<Effects, SummaryError> {
    let mut effects = Effects::default();
    if !rows.failures().is_empty() {
        return Ok(effects);
    }
    for (column, measure) in columns {
        let baseline = rows.column(0, *column)?;
        for (policy, named) in rows.policies().iter().enumerate() {
            let mut values = if policy == 0 { baseline.clone() } else { rows.column(policy, *column)? };
            add(&mut effects, (named.id.clone(), None, measure), &values, ran)?;
            if rows.is_compared(policy) {
                values.iter_mut().zip(&baseline).for_each(|(value, baseline)| *value -= baseline);
                let from = Some(rows.policies()[0].id.clone());
                add(&mut effects, (named.id.clone(), from, measure), &values, ran)?;
            }
        }
    }
    Ok(effects)
}

fn add(
    effects: &mut Effects,
    (policy, baseline, measure): (String, Option<String>, &str),
    values: &[f64],
    ran: Ran,
) -> Result<(), StatsError> {
    let inner = ran.inner;
    let of_point = |point: &[f64]| -> Result<[f64; 2], StatsError> {
        let moments = Moments::of(point)?;
        Ok([moments.mean, moments.sd.map_or(0.0, |sd| sd * sd)])
    };
    let points: Vec<[f64; 2]> = values.chunks_exact(inner).map(of_point).collect::<Result<_, _>>()?;
    let means: Vec<f64> = points.iter().map(|[mean, _]| *mean).collect();
    let of_means = Moments::of(&means)?;
    let variance_within = sum(&points.iter().map(|[_, variance]| *variance).collect::<Vec<_>>()) / points.len() as f64;
    let follows_laws = matches!(ran.screening, Screening::Sobol { .. } | Screening::Prcc { .. });
    let variance_between = follows_laws.then(|| of_means.sd.map_or(0.0, |sd| sd * sd) - variance_within / inner as f64);
    let response = effects.responses.len();
    let of_level = |confidence: f64| match ran.screening {
        Screening::Morris { .. } => morris(values, ran, confidence),
        Screening::Sobol { points, .. } => sobol(values, ran, points, confidence),
        Screening::Prcc { .. } => ranks(&means, ran, confidence),
        Screening::Swing => swings(values, ran, confidence),
    };
    let statistics = of_level(CONFIDENCE)?;
    // A parameter has two statistics at most by which it may be told, and one of many is told by chance.
    let wider = of_level(bonferroni_confidence(CONFIDENCE, 2 * statistics.len()))?;
    for (parameter, (statistics, wider)) in statistics.into_iter().zip(&wider).enumerate() {
        let is_told = is_told(wider);
        effects.rows.extend(statistics.into_iter().map(|Statistic { name, estimate, interval, method }| EffectRow {
            response,
            parameter,
            statistic: name,
            estimate,
            interval,
            method,
            is_told,
        }));
    }
    let between_interval =
        variance_between.map(|estimate| between_interval(&points, ran, estimate)).transpose()?.flatten();
    let measure = measure.to_owned();
    effects.responses.push(Response {
        policy,
        baseline,
        measure,
        mean: of_means.mean,
        variance_between,
        between_interval,
        variance_within,
        points,
    });
    Ok(())
}

/// Interval of the variance between points, by the jackknife over scramblings, or points of a Latin hypercube taken as independent.
fn between_interval(points: &[[f64; 2]], ran: Ran, estimate: f64) -> Result<Option<Interval>, StatsError> {
    let of_one = match ran.screening {
        Screening::Sobol { points, .. } => points * (ran.points[0].at.len() + 2),
        Screening::Prcc { .. } | Screening::Morris { .. } | Screening::Swing => 1,
    };
    let without = |is_kept: &dyn Fn(usize) -> bool| {
        let parts = points.chunks_exact(of_one).enumerate().filter(|(part, _)| is_kept(*part));
        let (means, variances): (Vec<f64>, Vec<f64>) =
            parts.flat_map(|(_, part)| part.iter().map(|[mean, variance]| (*mean, *variance))).unzip();
        let within = sum(&variances) / variances.len() as f64;
        Ok(Moments::of(&means)?.sd.map_or(0.0, |sd| sd * sd) - within / ran.inner as f64)
    };
    jackknife_interval(points.len() / of_one, estimate, without, CONFIDENCE)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "closed forms to a few digits, of no result")]

    use super::*;
    use crate::draw::{Purpose, Streams, key2};
    use crate::math::special::normal_quantile;

    /// Results of a function over a design, with normal noise of a standard deviation; replications of points of a block
    /// share theirs.
    fn effects(screening: Screening, factors: usize, (inner, sd): (usize, f64), f: impl Fn(&[f64]) -> f64) -> Effects {
        let points = screening.points(factors, 11);
        let values: Vec<Vec<f64>> = points.iter().map(|point| point.at.clone()).collect();
        let mut results = Vec::new();
        for (at, point) in points.iter().enumerate() {
            for replication in 0..inner as u64 {
                // Half of the noise is common to the points of a block, half the point's own: both kinds must come off.
                let normal =
                    |key: u64| normal_quantile(Streams::new(key, replication).stream(Purpose::Test, 0, 0).uniform());
                let noise = normal(key2(1, point.block)) + normal(key2(2, at as u64));
                results.push(f(&point.at) + sd * noise * 0.5_f64.sqrt());
            }
        }
        let mut effects = Effects::default();
        let ran = Ran { screening, points: &points, values: &values, inner };
        add(&mut effects, ("p".to_owned(), None, "y"), &results, ran).expect("effects");
        effects
    }

    fn holds(effects: &Effects, parameter: usize, statistic: &str, truth: f64) -> bool {
        let row = effects.row(0, parameter, statistic).expect("a row");
        let (estimate, interval) = (row.estimate.expect("an estimate"), row.interval.expect("an interval"));
        // Twice the 95% interval: with some 30 intervals in these tests one in 20 would fall outside the single one.
        (estimate - truth).abs() <= 2.0 * interval.half_width() + 1e-12
    }

    /// Ishigami and Homma (1990): sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1, on -pi to pi.
    fn ishigami(at: &[f64]) -> f64 {
        let pi = std::f64::consts::PI;
        let x: Vec<f64> = at.iter().map(|u| pi * (2.0 * u - 1.0)).collect();
        x[0].sin() + 7.0 * x[1].sin() * x[1].sin() + 0.1 * x[2] * x[2] * x[2] * x[2] * x[0].sin()
    }

    /// Its variance, first and total indices in closed form.
    fn ishigami_truth() -> (f64, [f64; 3], [f64; 3]) {
        let pi4 = std::f64::consts::PI.powi(4);
        let first = 0.5 * (1.0 + 0.1 * pi4 / 5.0) * (1.0 + 0.1 * pi4 / 5.0);
        let second = 49.0 / 8.0;
        let both = 0.01 * pi4 * pi4 * (1.0 / 18.0 - 1.0 / 50.0);
        let all = first + second + both;
        (all, [first / all, second / all, 0.0], [(first + both) / all, second / all, both / all])
    }

    const SOBOL: Screening = Screening::Sobol { scramblings: 12, points: 512 };

    #[test]
    fn ishigamis_function_has_its_closed_form_indices() {
        let effects = effects(SOBOL, 3, (1, 0.0), ishigami);
        let (_, first, total) = ishigami_truth();
        for parameter in 0..3 {
            assert!(holds(&effects, parameter, "first", first[parameter]), "{parameter}: {:?}", effects.rows);
            assert!(holds(&effects, parameter, "total", total[parameter]), "{parameter}: {:?}", effects.rows);
            let width = effects.row(0, parameter, "total").and_then(|row| row.interval).expect("it").half_width();
            assert!(width < 0.03, "an interval that wide shows nothing: {width}");
        }
    }

    #[test]
    fn with_noise_the_corrected_indices_still_match_and_the_raw_ones_do_not() {
        // Noise of the variance of the function itself in every replication, two replications of each point.
        let (variance, first, total) = ishigami_truth();
        let effects = effects(SOBOL, 3, (2, variance.sqrt()), ishigami);
        for parameter in 0..3 {
            assert!(holds(&effects, parameter, "first", first[parameter]), "{parameter}: {:?}", effects.rows);
            assert!(holds(&effects, parameter, "total", total[parameter]), "{parameter}: {:?}", effects.rows);
        }
        // With V + s2 / 2 below the line, a raw first index is two thirds of the true one. Half the noise being common, a raw
        // total index is (T + 1/4) / (3/2).
        for parameter in [0, 1] {
            assert!(!holds(&effects, parameter, "first_raw", first[parameter]), "{parameter}: {:?}", effects.rows);
            assert!(holds(&effects, parameter, "first_raw", first[parameter] / 1.5), "{parameter}: {:?}", effects.rows);
        }
        for (parameter, total) in total.into_iter().enumerate() {
            assert!(holds(&effects, parameter, "total_raw", (total + 0.25) / 1.5), "{parameter}: {:?}", effects.rows);
        }
        assert!(!holds(&effects, 2, "total_raw", total[2]), "{:?}", effects.rows);
        // What the response says of itself is freed of noise too: 10% is four times its error over 30,720 points.
        let between = effects.responses[0].variance_between.expect("its points follow the laws");
        assert!((between / variance - 1.0).abs() < 0.1);
        assert!((effects.responses[0].variance_within / variance - 1.0).abs() < 0.1);
    }

    #[test]
    fn sobols_g_function_has_its_closed_form_indices() {
        // Sobol' (1993): the product of (|4u - 2| + a) / (1 + a).
        let a = [0.0, 1.0, 4.5, 9.0];
        let g = |at: &[f64]| at.iter().zip(a).map(|(u, a)| ((4.0 * u - 2.0).abs() + a) / (1.0 + a)).product::<f64>();
        let own = a.map(|a| 1.0 / (3.0 * (1.0 + a) * (1.0 + a)));
        let all = own.iter().map(|v| 1.0 + v).product::<f64>() - 1.0;
        let effects = effects(SOBOL, 4, (1, 0.0), g);
        for parameter in 0..4 {
            let others: f64 = (0..4).filter(|&at| at != parameter).map(|at| 1.0 + own[at]).product();
            assert!(holds(&effects, parameter, "first", own[parameter] / all), "{parameter}: {:?}", effects.rows);
            assert!(
                holds(&effects, parameter, "total", own[parameter] * others / all),
                "{parameter}: {:?}",
                effects.rows
            );
        }
    }

    #[test]
    fn an_index_near_nought_is_shown_negative_where_it_comes_out_so() {
        let (variance, ..) = ishigami_truth();
        let negative = (0..4).any(|more| {
            let f = |at: &[f64]| ishigami(at) + 1e-9 * f64::from(more);
            let found = effects(Screening::Sobol { scramblings: 10, points: 16 }, 3, (2, variance.sqrt()), f);
            (0..3).any(|parameter| found.row(0, parameter, "first").and_then(|row| row.estimate).expect("it") < 0.0)
        });
        assert!(negative);
    }

    #[test]
    fn morris_tells_straight_from_bent_from_idle() {
        // A step is half the cube: 3 x moves by 1.5 everywhere; x y by y / 2, with y at 1/8 to 7/8.
        let f = |at: &[f64]| 3.0 * at[0] - 2.0 * at[1] + at[2] * at[3] * 8.0;
        let effects = effects(Screening::Morris { trajectories: 200 }, 5, (1, 0.0), f);
        let of = |parameter, statistic| effects.row(0, parameter, statistic).expect("a row").estimate.expect("one");
        assert!((of(0, "mu") - 1.5).abs() < 1e-12 && of(0, "sigma") < 1e-12);
        assert!((of(1, "mu") + 1.0).abs() < 1e-12 && (of(1, "mu_star") - 1.0).abs() < 1e-12);
        // Effect 4 y with y uniform over the four levels: mean 2, deviation 4 sqrt(5) / 8.
        for parameter in [2, 3] {
            assert!(holds(&effects, parameter, "mu", 2.0) && holds(&effects, parameter, "sigma", 0.5 * 5.0_f64.sqrt()));
        }
        assert_eq!((of(4, "mu_star"), of(4, "sigma")), (0.0, 0.0));
        let response = &effects.responses[0];
        assert_eq!(
            (response.variance_between, response.between_interval),
            (None, None),
            "its points leave out the ends"
        );
    }

    #[test]
    fn morris_says_what_noise_alone_would_give() {
        let effects = effects(Screening::Morris { trajectories: 300 }, 2, (20, 2.0), |at| 3.0 * at[0]);
        let of = |parameter, statistic| effects.row(0, parameter, statistic).expect("a row").estimate.expect("one");
        // The part of the noise that is a point's own: variance 4 / 2 for each, 4 for a difference, over 20 replications.
        let noise = (4.0_f64 / 20.0).sqrt();
        assert!((of(1, "noise") / noise - 1.0).abs() < 0.05, "{}", of(1, "noise"));
        assert!(holds(&effects, 1, "sigma", noise));
        assert!(holds(&effects, 1, "mu_star", noise * (2.0 / std::f64::consts::PI).sqrt()));
        assert!(holds(&effects, 0, "mu", 1.5));
    }

    #[test]
    fn a_swing_is_the_paired_difference_of_the_ends() {
        let points = Screening::Swing.points(2, 0);
        assert_eq!(points.len(), Screening::Swing.count(2));
        // Three replications of each point; the other parameter, drawn, is 0, 1 and 2 in them.
        let result = |point: &CubePoint, drawn: f64| {
            let at = |factor: usize| if point.at[factor].is_nan() { drawn } else { point.at[factor] };
            10.0 * at(0) - 2.0 * at(0) * at(1)
        };
        let results: Vec<f64> =
            points.iter().flat_map(|point| [0.0, 1.0, 2.0].map(|drawn| result(point, drawn))).collect();
        let values: Vec<Vec<f64>> = points.iter().map(|point| point.at.clone()).collect();
        let mut effects = Effects::default();
        let ran = Ran { screening: Screening::Swing, points: &points, values: &values, inner: 3 };
        add(&mut effects, ("p".to_owned(), None, "y"), &results, ran).expect("effects");
        let of = |parameter| effects.row(0, parameter, "swing").and_then(|row| row.estimate).expect("a row");
        // 0.9 of the way: 10 less twice the other's mean of 1; and less twice the first's mean of 1.
        assert!((of(0) - 0.9 * 8.0).abs() < 1e-12 && (of(1) + 0.9 * 2.0).abs() < 1e-12, "{} {}", of(0), of(1));
    }

    #[test]
    fn ranks_find_the_rising_and_the_idle() {
        let effects = effects(Screening::Prcc { points: 400 }, 3, (3, 0.2), |at| (3.0 * at[0]).exp() - at[1]);
        let of = |parameter| effects.row(0, parameter, "prcc").and_then(|row| row.estimate).expect("a row");
        assert!(of(0) > 0.9 && of(1) < -0.3, "{} {}", of(0), of(1));
        assert!(holds(&effects, 2, "prcc", 0.0));
        let told = |parameter| effects.row(0, parameter, "prcc").is_some_and(|row| row.is_told);
        assert_eq!([0, 1, 2].map(told), [true, true, false]);
    }

    /// Of many parameters without effect, intervals taken one by one tell some from none; all together they seldom do.
    #[test]
    fn chance_is_seldom_told_for_an_effect() {
        for screening in [Screening::Swing, Screening::Morris { trajectories: 10 }, Screening::Prcc { points: 120 }] {
            let mut alone = 0;
            let of_run = |run: u64, alone: &mut usize| {
                let own = (run as f64) * 1e-9;
                let mut own_noise = Streams::new(run, 0).stream(Purpose::Test, 9, 0);
                let noise: Vec<f64> = (0..4_000).map(|_| own_noise.standard_normal()).collect();
                let points = screening.points(20, run);
                let values: Vec<Vec<f64>> = points.iter().map(|point| point.at.clone()).collect();
                let inner = 4;
                let results: Vec<f64> = (0..points.len() * inner).map(|at| own + noise[at % noise.len()]).collect();
                let mut effects = Effects::default();
                let ran = Ran { screening, points: &points, values: &values, inner };
                add(&mut effects, ("p".to_owned(), None, "m"), &results, ran).expect("a design");
                let leads = |row: &&EffectRow| ["swing", "mu", "prcc"].contains(&row.statistic);
                let excludes = |row: &EffectRow| row.interval.is_some_and(|one| one.low > 0.0 || one.high < 0.0);
                *alone += usize::from(effects.rows.iter().filter(leads).any(excludes));
                effects.rows.iter().any(|row| row.is_told)
            };
            let told = (0..60).filter(|&run| of_run(run, &mut alone)).count();
            // Of 60 at 5% more than 8 come once in 200 times.
            assert!(told <= 8 && alone >= 25, "{screening:?}: told in {told} runs of 60, one by one in {alone}");
        }
    }

    #[test]
    fn differences_that_are_all_alike_tell_nothing() {
        // Two replications, of counts: both a one more at the upper end.
        let points = Screening::Swing.points(1, 3);
        let values: Vec<Vec<f64>> = points.iter().map(|point| point.at.clone()).collect();
        let told = |results: &[f64]| {
            let mut effects = Effects::default();
            let ran = Ran { screening: Screening::Swing, points: &points, values: &values, inner: results.len() / 2 };
            add(&mut effects, ("p".to_owned(), None, "m"), results, ran).expect("a design");
            effects.rows.iter().any(|row| row.is_told)
        };
        assert!(!told(&[3.0, 5.0, 4.0, 6.0]));
        assert!(told(&[3.0, 5.0, 4.0, 2.0, 104.0, 105.5, 104.5, 103.0]));
    }
}
