//! Intervals hold the true value as often as they say, or are known not to.

use std::fmt::Write as _;
use std::fs;

use rearguard::draw::{Purpose, Streams};
use rearguard::math::{exp, sqrt};
use rearguard::stats::{
    Interval, Worse, cvar, deviation, exceedance, mean_t, paired, proportion, quantile, ratio_of_means, wilson,
};

use crate::common::{package, scorecard};

/// What is drawn and estimated from it.
struct Measure {
    name: &'static str,
    /// The true value.
    truth: f64,
    /// One value of a replication.
    draw: fn(&mut rearguard::draw::Stream) -> f64,
    /// The interval that some values give, if they are enough, and whether it says that it covers less.
    interval: fn(&[f64]) -> Option<(Interval, bool)>,
}

/// Mean of a small count: someone is hit in one replication of twenty.
const RARE: f64 = 0.05;

/// Lognormal of log-sd 1 in one replication of ten, else 0. The size is drawn whether or not it counts.
fn heavy(stream: &mut rearguard::draw::Stream) -> f64 {
    if stream.chance(0.1) { stream.lognormal(1.0, 1.0) } else { 0.0 }
}

fn rare(stream: &mut rearguard::draw::Stream) -> f64 {
    stream.poisson(RARE) as f64
}

fn normal(stream: &mut rearguard::draw::Stream) -> f64 {
    stream.normal(3.0, 2.0)
}

fn of_mean(values: &[f64]) -> (Interval, bool) {
    let mean = mean_t(values, 0.95).expect("values");
    (mean.interval, mean.warning.is_some())
}

fn of_deviation(values: &[f64]) -> (Interval, bool) {
    let spread = deviation(values, 0.95).expect("values");
    (spread.interval, spread.warning.is_some())
}

/// Of the mean of the worst tenth.
fn of_tail(values: &[f64]) -> Option<(Interval, bool)> {
    let tail = cvar(values, 0.9, 0.95).expect("values");
    Some((tail.interval.ok()?, tail.warning.is_some()))
}

fn of_any(values: &[f64]) -> (Interval, bool) {
    let events = values.iter().filter(|&&value| value > 0.0).count() as u64;
    (proportion(events, values.len() as u64, 0.95).expect("values").interval, false)
}

fn measures() -> [Measure; 8] {
    let of = |name, truth, draw, interval| Measure { name, truth, draw, interval };
    let sd_of_heavy = sqrt(0.1 * exp(2.0) - 0.01 * exp(1.0));
    [
        of("normal, mean by t", 3.0, normal, |values| Some(of_mean(values))),
        of("lognormal (log-sd 1) in 10%, else 0; mean by t", 0.1 * exp(0.5), heavy, |values| Some(of_mean(values))),
        of("Poisson count of mean 0.05, mean by t", RARE, rare, |values| Some(of_mean(values))),
        of("the same count, P(any) by Wilson or Clopper-Pearson", 1.0 - exp(-RARE), rare, |values| {
            Some(of_any(values))
        }),
        of("normal, standard deviation by the fourth moment", 2.0, normal, |values| Some(of_deviation(values))),
        of("the lognormal in 10%, standard deviation by the fourth moment", sd_of_heavy, heavy, |values| {
            Some(of_deviation(values))
        }),
        // The density of a normal at its 90% point, over the tenth beyond it.
        of("normal, mean of the worst tenth (CVaR at 90%)", 3.0 + 2.0 * 1.754_983_319, normal, of_tail),
        // The worst tenth are those that are not 0.
        of("the lognormal in 10%, mean of the worst tenth (CVaR at 90%)", exp(0.5), heavy, of_tail),
    ]
}

/// Of some sets of n values.
#[derive(Default)]
struct Held {
    /// Those whose interval holds the truth.
    all: u64,
    /// Those whose interval says that it covers less.
    flagged: u64,
    /// Of the others, those whose interval holds the truth.
    unflagged: u64,
}

/// How often an interval holds the truth; none for too few values.
fn held(measure: &Measure, entity: u64, n: u64, sets: u64) -> Option<Held> {
    let mut values = Vec::with_capacity(n as usize);
    let mut held = Held::default();
    for set in 0..sets {
        let mut stream = Streams::new(n, set).stream(Purpose::Test, entity, 0);
        values.clear();
        values.extend((0..n).map(|_| (measure.draw)(&mut stream)));
        let (interval, is_flagged) = (measure.interval)(&values)?;
        let holds = interval.contains(measure.truth);
        held.all += u64::from(holds);
        held.flagged += u64::from(is_flagged);
        held.unflagged += u64::from(holds && !is_flagged);
    }
    Some(held)
}

fn table(sizes: &[u64], sets: u64) -> String {
    let mut text = String::from("| measure and interval |");
    for n in sizes {
        write!(text, " n = {n} |").expect("a text");
    }
    text += "\n|---|";
    text += &"---|".repeat(sizes.len());
    let percent = |value: f64| 100.0 * value;
    let covered = |held: u64, sets: u64| {
        let share = wilson(held, sets, 0.95).expect("a share");
        let (low, high) = (percent(share.interval.low), percent(share.interval.high));
        format!("{:.1} ({low:.1} to {high:.1})", percent(share.estimate))
    };
    for (entity, measure) in measures().iter().enumerate() {
        write!(text, "\n| {} |", measure.name).expect("a text");
        for &n in sizes {
            let Some(held) = held(measure, entity as u64, n, sets) else {
                text += " no interval |";
                continue;
            };
            write!(text, " {}", covered(held.all, sets)).expect("a text");
            if held.flagged > 0 {
                write!(text, ", flagged {:.0}", percent(held.flagged as f64 / sets as f64)).expect("a text");
            }
            if (1..sets).contains(&held.flagged) {
                write!(text, ", else {}", covered(held.unflagged, sets - held.flagged)).expect("a text");
            }
            text += " |";
        }
    }
    text
}

#[test]
fn intervals_cover_what_they_say_but_for_rare_heavy_tails() {
    let sets = 1500;
    let shares = |at: usize, n: u64| {
        let held = held(&measures()[at], at as u64, n, sets).expect("enough");
        (held.all as f64 / sets as f64, held.flagged as f64 / sets as f64)
    };
    let share = |at: usize, n: u64| shares(at, n).0;
    let chance = sqrt(0.95 * 0.05 / sets as f64);
    // Exact for normal values at any n: four standard deviations.
    assert!((share(0, 30) - 0.95).abs() < 4.0 * chance);
    assert!((share(0, 100) - 0.95).abs() < 4.0 * chance);
    // Known to fall short, and to get better.
    let (few, more) = (share(1, 30), share(1, 100));
    assert!(few < 0.85 && few < more && more < 0.95 - 4.0 * chance, "{few} {more}");
    assert!(share(2, 30) < 0.9);
    // Clopper-Pearson never covers less than it says.
    assert!(share(3, 30) > 0.95 - 4.0 * chance);
    // Deviations and tails of heavy laws fall short, and say so; those of a normal do not.
    for at in [5, 7] {
        let (held, flagged) = shares(at, 100);
        assert!(held < 0.95 - 4.0 * chance && flagged > 0.9, "{at}: {held} held, {flagged} flagged");
    }
    for at in [4, 6] {
        let (held, flagged) = shares(at, 1000);
        assert!((held - 0.95).abs() < 5.0 * chance && flagged < 0.1, "{at}: {held} held, {flagged} flagged");
    }
}

/// A replication of a synthetic study: an amount under a policy and under its baseline, which share part of their chance,
/// and whether something happened. Amounts are gamma: skewed, as costs are, and with a known law.
struct Synthetic {
    policy: f64,
    baseline: f64,
    happened: bool,
}

/// Replications of a synthetic study.
const STUDY: u64 = 1_000;

fn study(number: u64) -> Vec<Synthetic> {
    let replication = |replication: u64| {
        let mut stream = Streams::new(number, replication).stream(Purpose::Test, 5, 0);
        // Sums of exponentials: Erlang of shapes 3 and 2, one stage in common.
        let [shared, one, two, other] = std::array::from_fn(|_| stream.standard_exponential());
        Synthetic { policy: shared + one + two, baseline: shared + other, happened: stream.chance(0.03) }
    };
    (0..STUDY).map(replication).collect()
}

/// The intervals of a study, each with whether it holds the true value.
fn judged(study: &[Synthetic]) -> [(&'static str, bool); 7] {
    let policy: Vec<f64> = study.iter().map(|one| one.policy).collect();
    let baseline: Vec<f64> = study.iter().map(|one| one.baseline).collect();
    let events = study.iter().filter(|one| one.happened).count() as u64;
    // The median and the tail of a baseline, which is Erlang of shape 2: P(X > x) = (1 + x) exp(-x).
    let beyond = |x: f64| (1.0 + x) * exp(-x);
    let (median, tail) = (1.678_346_990_016_66, 3.889_720_169_867_43);
    assert!((beyond(median) - 0.5).abs() < 1e-12 && (beyond(tail) - 0.1).abs() < 1e-12);
    // E[X; X > t] = (t^2 + 2t + 2) exp(-t).
    let worst = (tail * tail + 2.0 * tail + 2.0) * exp(-tail) / 0.1;
    let thresholds: Vec<f64> = (1..60).map(|at| 0.1 * f64::from(at)).collect();
    let curve = exceedance(&baseline, &thresholds, 0.95).expect("a curve");
    let within = curve.iter().zip(&thresholds).all(|(point, &x)| point.band.contains(beyond(x)));
    let difference = paired(&policy, &baseline, 0.95, Worse::Higher).expect("pairs").interval;
    let ratio = ratio_of_means(&policy, &baseline, 0.95).expect("pairs").interval.expect("clear of zero");
    let at_median = quantile(&baseline, 0.5, 0.95).expect("values").order.expect("enough").interval;
    let beyond_tail = cvar(&baseline, 0.9, 0.95).expect("values").interval.expect("enough");
    [
        ("mean by t", mean_t(&policy, 0.95).expect("values").interval.contains(3.0)),
        ("paired difference", difference.contains(1.0)),
        ("ratio of means", ratio.contains(1.5)),
        ("probability", proportion(events, STUDY, 0.95).expect("values").interval.contains(0.03)),
        ("median", at_median.contains(median)),
        ("CVaR at 90%", beyond_tail.contains(worst)),
        ("exceedance band", within),
    ]
}

#[test]
fn intervals_of_a_thousand_synthetic_studies_cover_what_they_say() {
    const STUDIES: u64 = 1_000;
    let mut held = [("", 0); 7];
    for number in 0..STUDIES {
        for (sum, (name, holds)) in held.iter_mut().zip(judged(&study(number))) {
            *sum = (name, sum.1 + u64::from(holds));
        }
    }
    // Four standard deviations of a count of 950; order statistics and the band may hold more often than they say.
    let reach = 4.0 * sqrt(STUDIES as f64 * 0.95 * 0.05);
    for (name, held) in held {
        assert!(held as f64 > 950.0 - reach, "{name}: {held} of {STUDIES}");
        let conservative = ["median", "exceedance band"].contains(&name);
        assert!(conservative || (held as f64) < 950.0 + reach, "{name}: {held} of {STUDIES}");
    }
    let shares = held.map(|(name, held)| format!("{name} {:.1}%", 100.0 * held as f64 / STUDIES as f64));
    scorecard("O5", "studies", STUDIES, &format!("studies of {STUDY} replications; covered: {}", shares.join(", ")));
}

/// Draws the table of docs/statistics.md again. With SNAPSHOTS=overwrite it is written there.
#[test]
#[ignore = "takes minutes; run by tests/run --long"]
fn the_table_of_coverage_is_what_simulation_gives() {
    let path = package().join("docs/statistics.md");
    let page = fs::read_to_string(&path).expect("the page can be read");
    let (before, rest) = page.split_once("<!-- coverage -->\n").expect("the table has a place");
    let (_, after) = rest.split_once("<!-- end -->").expect("and an end");
    let now = format!("{before}<!-- coverage -->\n{}\n<!-- end -->{after}", table(&[30, 100, 1000, 10_000], 4000));
    if std::env::var_os("SNAPSHOTS").is_some_and(|how| how == "overwrite") {
        fs::write(&path, now).expect("the page can be written");
    } else {
        assert!(page == now, "docs/statistics.md is stale; run this test with SNAPSHOTS=overwrite");
    }
}
