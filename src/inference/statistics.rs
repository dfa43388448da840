//! What each design of a sensitivity analysis says of its parameters, and which of them have a part that can be told from none.

use rayon::prelude::*;

use crate::inference::sensitivity::Ran;
use crate::stats::{
    Interval, MeanEstimate, Moments, PickFreeze, RatioEstimate, StatsError, elementary, mean_t,
    partial_rank_correlations, pick_freeze, sobol_index, sum,
};
use crate::summary::{Caveats, Method};

/// One statistic of one parameter.
pub(super) struct Statistic {
    pub(super) name: &'static str,
    pub(super) estimate: Option<f64>,
    pub(super) interval: Option<Interval>,
    pub(super) method: Option<Method>,
}

impl Statistic {
    fn new(name: &'static str, estimate: Option<f64>, interval: Option<Interval>, method: Method) -> Self {
        let method = if interval.is_some() { method } else { Method::NoBounds };
        Self { name, estimate, interval, method: Some(method) }
    }

    fn mean(name: &'static str, mean: &MeanEstimate, range: (f64, f64)) -> Self {
        let (interval, method) = Method::of(mean).cut(mean.interval, range);
        Self::new(name, Some(mean.mean), Some(interval), method)
    }
}

/// Those of one parameter.
pub(super) type Statistics = Vec<Statistic>;

/// Values of any size and sign.
const ANY: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

/// Whether a parameter's part can be told from none. A mean size is above nought by chance alone: a sign or a spread beyond
/// chance must show. An interval without width, of differences that are all alike, tells nothing.
pub(super) fn is_told(statistics: &Statistics) -> bool {
    let of = |name: &str| statistics.iter().find(|statistic| statistic.name == name);
    let interval = |name: &str| of(name).and_then(|statistic| statistic.interval);
    let is_clear =
        |name: &str| interval(name).is_some_and(|one| one.low != one.high && (one.low > 0.0 || one.high < 0.0));
    let noise = of("noise").and_then(|statistic| statistic.estimate);
    let spreads = interval("sigma").zip(noise).is_some_and(|(sigma, noise)| sigma.low > noise);
    spreads
        || ["mu", "prcc", "swing"].into_iter().any(is_clear)
        || interval("total").is_some_and(|found| found.low > 0.0)
}

/// Effects of a step, signed as if every step led up. Replications of neighbours share their chances: the noise of an effect
/// is that of the paired differences.
pub(super) fn morris(values: &[f64], ran: Ran, confidence: f64) -> Result<Vec<Statistics>, StatsError> {
    let factors = ran.points[0].at.len();
    let (mut effects, mut noise) = (vec![Vec::new(); factors], vec![Vec::new(); factors]);
    let replications = |point: usize| &values[point * ran.inner..(point + 1) * ran.inner];
    for (at, pair) in ran.points.windows(2).enumerate().filter(|(_, pair)| pair[0].block == pair[1].block) {
        let moved = (0..factors).find(|&factor| pair[0].at[factor] != pair[1].at[factor]).expect("a step moves one");
        let sign = if pair[1].at[moved] > pair[0].at[moved] { 1.0 } else { -1.0 };
        let difference: Vec<f64> =
            replications(at + 1).iter().zip(replications(at)).map(|(after, before)| sign * (after - before)).collect();
        let moments = Moments::of(&difference)?;
        effects[moved].push(moments.mean);
        noise[moved].push(moments.mcse.map_or(0.0, |mcse| mcse * mcse));
    }
    let of = |(effects, noise): (&Vec<f64>, &Vec<f64>)| {
        let found = elementary(effects, noise, confidence)?;
        let jackknife = Method::Jackknife(Caveats::new(None, effects.len() as u64));
        Ok(vec![
            Statistic::mean("mu_star", &found.mu_star, (0.0, f64::INFINITY)),
            Statistic::mean("mu", &found.mu, ANY),
            Statistic::new("sigma", Some(found.sigma), found.sigma_interval, jackknife),
            Statistic { name: "noise", estimate: Some(found.noise), interval: None, method: None },
        ])
    };
    effects.par_iter().zip(&noise).map(of).collect()
}

pub(super) fn sobol(values: &[f64], ran: Ran, points: usize, confidence: f64) -> Result<Vec<Statistics>, StatsError> {
    let (factors, inner) = (ran.points[0].at.len(), ran.inner);
    let group = (factors + 2) * inner;
    let gather = |scrambling: &[f64], at: usize| -> Vec<f64> {
        scrambling.chunks_exact(group).flat_map(|group| group[at * inner..(at + 1) * inner].iter().copied()).collect()
    };
    let scramblings: Vec<&[f64]> = values.chunks_exact(points * group).collect();
    let halves: Vec<[Vec<f64>; 2]> = scramblings.iter().map(|one| [gather(one, 0), gather(one, 1)]).collect();
    let all: Vec<f64> = halves.iter().flatten().flatten().copied().collect();
    let centre = sum(&all) / all.len() as f64;
    let of = |factor: usize| {
        let sums = scramblings
            .iter()
            .zip(&halves)
            .map(|(one, [first, second])| pick_freeze(first, second, &gather(one, factor + 2), inner, centre));
        let index = sobol_index(&sums.collect::<Result<Vec<PickFreeze>, _>>()?, confidence)?;
        let fieller = Method::Fieller(Caveats::new(None, scramblings.len() as u64));
        let row = |name, ratio: RatioEstimate| Statistic::new(name, ratio.ratio, ratio.interval, fieller);
        Ok(vec![
            row("total", index.total),
            row("first", index.first),
            row("total_raw", index.raw_total),
            row("first_raw", index.raw_first),
        ])
    };
    (0..factors).into_par_iter().map(of).collect()
}

/// Differences of the two ends of each parameter, replication by replication under the same chances.
pub(super) fn swings(values: &[f64], ran: Ran, confidence: f64) -> Result<Vec<Statistics>, StatsError> {
    let of = |ends: &[f64]| {
        let (low, high) = ends.split_at(ran.inner);
        let differences: Vec<f64> = high.iter().zip(low).map(|(high, low)| high - low).collect();
        Ok(vec![Statistic::mean("swing", &mean_t(&differences, confidence)?, ANY)])
    };
    values.chunks_exact(2 * ran.inner).map(of).collect()
}

pub(super) fn ranks(means: &[f64], ran: Ran, confidence: f64) -> Result<Vec<Statistics>, StatsError> {
    let factors = ran.points[0].at.len();
    let column = |factor: usize| -> Vec<f64> { ran.values.iter().map(|values| values[factor]).collect() };
    let inputs: Vec<Vec<f64>> = (0..factors).map(column).collect();
    let row = |coefficient, interval| vec![Statistic::new("prcc", coefficient, interval, Method::FisherZ)];
    Ok(match partial_rank_correlations(&inputs, means, confidence)? {
        Some(found) => found.iter().map(|rank| row(Some(rank.coefficient), Some(rank.interval))).collect(),
        None => (0..factors).map(|_| row(None, None)).collect(),
    })
}
