//! What must hold between two runs of which neither's right answer is known, over scenarios made at random.

mod equal;
mod ordered;
mod random;
mod worlds;

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rearguard::draw::Streams;
use rearguard::math::sqrt;
use rearguard::measures::Measure;
use rearguard::model::Model;
use rearguard::withdrawal::{Outcome, Withdrawal};

use crate::common::leave;
use random::world;
use worlds::World;

/// Replications of each scenario under each relation.
const REPLICATIONS: u64 = 10;

/// A scenario, and what it comes out as.
struct Subject {
    world: World,
    model: Model,
    outcomes: Vec<Outcome>,
}

/// How much there was to see; or in what the relation does not hold.
type Seen = Result<f64, String>;

enum Relation {
    /// Holds replication by replication.
    Always(&'static str, fn(&Subject) -> Seen),
    /// These numbers have mean 0, over replications and scenarios.
    OnAverage(&'static str, fn(&Subject) -> Vec<f64>),
}

impl Relation {
    fn name(&self) -> &'static str {
        match self {
            Self::Always(name, _) | Self::OnAverage(name, _) => name,
        }
    }
}

fn relations() -> Vec<Relation> {
    equal::relations().into_iter().chain(ordered::relations()).collect()
}

/// The seed of a world: another for each, since chances are keyed by the names of places, which worlds share.
fn seed(world: &World) -> u64 {
    496 + world.number
}

/// Replications of a model, with what other policies do on its itineraries.
fn outcomes_beside(seed: u64, model: &Model, shadows: &[&Model]) -> Vec<Outcome> {
    let mut withdrawal = Withdrawal::new(model, shadows);
    (0..REPLICATIONS).map(|replication| withdrawal.replicate(Streams::new(seed, replication)).clone()).collect()
}

fn outcomes(world: &World) -> Vec<Outcome> {
    outcomes_beside(seed(world), &world.model(), &[])
}

/// Contacts, requests and items out: a scenario in which all of them are 0 shows little.
fn bustle(outcomes: &[Outcome]) -> f64 {
    let of = |outcome: &Outcome, measure| outcome.value(measure);
    outcomes.iter().map(|o| of(o, Measure::Contacts) + of(o, Measure::Requests) + of(o, Measure::EvacuatedUnits)).sum()
}

/// Compares every measure but those that may differ, to a share of its size.
fn same_measures(one: &[Outcome], other: &[Outcome], may_differ: &[Measure], share: f64) -> Seen {
    for (replication, (one, other)) in one.iter().zip(other).enumerate() {
        for &measure in Measure::ALL.iter().filter(|measure| !may_differ.contains(measure)) {
            let (one, other) = (one.value(measure), other.value(measure));
            if (one - other).abs() > share * one.abs().max(other.abs()) {
                return Err(format!("{} of replication {replication}: {one} and {other}", measure.name()));
            }
        }
    }
    Ok(bustle(one))
}

/// Compares every measure, every base's departure and every day.
fn same(one: &[Outcome], other: &[Outcome]) -> Seen {
    for (replication, (one, other)) in one.iter().zip(other).enumerate() {
        if one.departed_days != other.departed_days {
            return Err(format!(
                "departures of replication {replication}: {:?} {:?}",
                one.departed_days, other.departed_days
            ));
        }
        if one.daily != other.daily {
            return Err(format!("some day of replication {replication}"));
        }
    }
    same_measures(one, other, &[], 0.0)
}

/// Tries every relation on scenarios of these numbers; prints each that does not hold, with its scenario.
fn try_all(part: &str, row: &str, numbers: std::ops::Range<u64>) {
    let relations = relations();
    let mut seen = vec![0.0; relations.len()];
    let mut pooled: Vec<Vec<f64>> = vec![Vec::new(); relations.len()];
    let (mut failures, mut tried) = (Vec::new(), 0_u64);
    for number in numbers.clone() {
        let world = world(number, 0);
        let model = world.model();
        let outcomes = outcomes_beside(seed(&world), &model, &[]);
        let subject = Subject { world, model, outcomes };
        for (at, relation) in relations.iter().enumerate() {
            tried += 1;
            let found = catch_unwind(AssertUnwindSafe(|| match relation {
                Relation::Always(_, holds) => holds(&subject),
                Relation::OnAverage(_, values) => {
                    pooled[at].extend(values(&subject));
                    Ok(0.0)
                }
            }));
            match found.unwrap_or_else(|_| Err("panicked, see above".to_owned())) {
                Ok(much) => seen[at] += much,
                Err(what) => {
                    let seed = seed(&subject.world);
                    failures.push(format!(
                        "{}: {what}\nworld {number}, seed {seed}:\n{}",
                        relation.name(),
                        subject.world
                    ));
                }
            }
        }
    }
    let mut lines = String::new();
    for ((relation, seen), pooled) in relations.iter().zip(seen).zip(pooled) {
        let how = match relation {
            Relation::Always(..) => "in every replication".to_owned(),
            Relation::OnAverage(..) => {
                let n = pooled.len() as f64;
                let mean = pooled.iter().sum::<f64>() / n;
                let variance = pooled.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
                let z = mean / sqrt(variance / n);
                if z.is_nan() || z.abs() > 4.0 {
                    failures.push(format!("{}: z = {z} over {n} replications", relation.name()));
                }
                format!("on average, z {z:+.2}")
            }
        };
        if matches!(relation, Relation::Always(..)) && seen == 0.0 {
            failures.push(format!("{}: nothing was seen that could have differed", relation.name()));
        }
        writeln!(lines, "relation {} | {how} | {}", relation.name(), numbers.end - numbers.start).expect("a text");
    }
    let first = failures.first().map_or("", String::as_str);
    let names: Vec<&str> = failures.iter().map(|failure| failure.lines().next().unwrap_or_default()).collect();
    assert!(
        failures.is_empty(),
        "{} of {tried} do not hold:\n{}\n\nThe first:\n{first}",
        failures.len(),
        names.join("\n")
    );
    let found = format!("{} relations on {} scenarios", relations.len(), numbers.end - numbers.start);
    leave(&format!("{row}.{part}"), &format!("scorecard {row} {tried} {found}\n{lines}"));
}

#[test]
fn relations_hold_over_fifty_random_scenarios() {
    try_all("relations", "O4", 0..50);
}

/// Five hundred scenarios, or some of them, to look at one that failed: `REARGUARD_SCENARIOS=68..69`.
#[test]
#[ignore = "takes minutes; run by tests/run --long"]
fn relations_hold_over_five_hundred_random_scenarios() {
    let range = std::env::var("REARGUARD_SCENARIOS").unwrap_or_else(|_| "0..500".to_owned());
    let (from, to) = range.split_once("..").expect("a range: 68..69");
    try_all("relations", "O4-long", from.parse().expect("a number")..to.parse().expect("a number"));
}
