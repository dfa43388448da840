//! Intervals hold the true value as often as they say, or are known not to.

use std::fmt::Write as _;
use std::fs;

use rearguard::draw::{Purpose, Streams};
use rearguard::math::{exp, sqrt};
use rearguard::stats::{Interval, mean_t, proportion, wilson};

use crate::common::package;

/// What is drawn: name, true value, one value of a replication, and whether it is the share above zero that is estimated.
struct Measure {
    name: &'static str,
    truth: f64,
    draw: fn(&mut rearguard::draw::Stream) -> f64,
    is_share: bool,
}

/// Mean of a small count: someone is hit in one replication of twenty.
const RARE: f64 = 0.05;

fn measures() -> [Measure; 4] {
    [
        Measure { name: "normal, mean by t", truth: 3.0, draw: |stream| stream.normal(3.0, 2.0), is_share: false },
        Measure {
            name: "lognormal (log-sd 1) in 10%, else 0; mean by t",
            truth: 0.1 * exp(0.5),
            // The size is drawn whether or not it counts.
            draw: |stream| if stream.chance(0.1) { stream.lognormal(1.0, 1.0) } else { 0.0 },
            is_share: false,
        },
        Measure {
            name: "Poisson count of mean 0.05, mean by t",
            truth: RARE,
            draw: |stream| stream.poisson(RARE) as f64,
            is_share: false,
        },
        Measure {
            name: "the same count, P(any) by Wilson or Clopper-Pearson",
            truth: 1.0 - exp(-RARE),
            draw: |stream| stream.poisson(RARE) as f64,
            is_share: true,
        },
    ]
}

fn interval(measure: &Measure, values: &[f64]) -> Interval {
    if measure.is_share {
        let events = values.iter().filter(|&&value| value > 0.0).count() as u64;
        return proportion(events, values.len() as u64, 0.95).expect("values").interval;
    }
    mean_t(values, 0.95).expect("values").interval
}

/// How many of some sets of n values have an interval that holds the truth.
fn held(measure: &Measure, entity: u64, n: u64, sets: u64) -> u64 {
    let mut values = Vec::with_capacity(n as usize);
    let mut held = 0;
    for set in 0..sets {
        let mut stream = Streams::new(n, set).stream(Purpose::Test, entity, 0);
        values.clear();
        values.extend((0..n).map(|_| (measure.draw)(&mut stream)));
        held += u64::from(interval(measure, &values).contains(measure.truth));
    }
    held
}

fn table(sizes: &[u64], sets: u64) -> String {
    let mut text = String::from("| measure and interval |");
    for n in sizes {
        write!(text, " n = {n} |").expect("a text");
    }
    text += "\n|---|";
    text += &"---|".repeat(sizes.len());
    for (entity, measure) in measures().iter().enumerate() {
        write!(text, "\n| {} |", measure.name).expect("a text");
        for &n in sizes {
            let covered = held(measure, entity as u64, n, sets);
            let share = wilson(covered, sets, 0.95).expect("a share");
            let percent = |value: f64| 100.0 * value;
            let (low, high) = (percent(share.interval.low), percent(share.interval.high));
            write!(text, " {:.1} ({low:.1} to {high:.1}) |", percent(covered as f64 / sets as f64)).expect("a text");
        }
    }
    text
}

#[test]
fn intervals_cover_what_they_say_but_for_rare_heavy_tails() {
    let sets = 1500;
    let share = |at: usize, n: u64| held(&measures()[at], at as u64, n, sets) as f64 / sets as f64;
    let deviation = sqrt(0.95 * 0.05 / sets as f64);
    // Exact for normal values at any n: four standard deviations.
    assert!((share(0, 30) - 0.95).abs() < 4.0 * deviation);
    assert!((share(0, 100) - 0.95).abs() < 4.0 * deviation);
    // Known to fall short, and to get better.
    let (few, more) = (share(1, 30), share(1, 100));
    assert!(few < 0.85 && few < more && more < 0.95 - 4.0 * deviation, "{few} {more}");
    assert!(share(2, 30) < 0.9);
    // Clopper-Pearson never covers less than it says.
    assert!(share(3, 30) > 0.95 - 4.0 * deviation);
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
