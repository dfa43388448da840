//! Both engines on one replication, entry by entry.

use std::path::Path;

use rearguard::draw::Streams;
use rearguard::measures::Measure;
use rearguard::model::Model;
use rearguard::scenario::Case;
use rearguard::withdrawal::{Entry, Withdrawal};

use crate::engine::{Engine, Told};

fn told(entry: &Entry) -> Told {
    Told {
        time_days: entry.time_days,
        what: entry.what.name(),
        place: entry.place.clone(),
        who: entry.who.clone(),
        base: entry.base.clone(),
        cause: entry.cause.to_owned(),
        amounts: by_name(&entry.amounts),
    }
}

/// Amounts in the order of their names: which is told first says nothing.
fn by_name(amounts: &[(&'static str, f64)]) -> Vec<(&'static str, f64)> {
    let mut amounts = amounts.to_vec();
    amounts.sort_by_key(|(name, _)| *name);
    amounts
}

/// Where the two part, if they do.
pub fn difference(model: &Model, streams: Streams) -> Result<usize, String> {
    let mut fast = Withdrawal::new(model, &[]);
    let (outcome, tale) = fast.tell_replication(streams);
    let tale: Vec<Told> = tale.iter().map(told).collect();
    let mut slow = Engine::play(model, streams);
    if let Ok(who) = std::env::var("SLOW") { for e in &slow.told { if e.who == who || e.base == who { eprintln!("SLOW {e:?}"); } } }
    for entry in &mut slow.told {
        entry.amounts = by_name(&entry.amounts);
    }
    if std::env::var("CNT").is_ok() { eprintln!("events fast {} slow {} potential {}", outcome.events, slow.events, slow.potential.len()); for (a, b, c, d) in &slow.potential { eprintln!("   {a} {b:.4} {c:.4} {d}"); } }
    let at = (0..tale.len().max(slow.told.len())).find(|&at| tale.get(at) != slow.told.get(at));
    if let Some(at) = at {
        let side = |name: &str, side: &[Told]| {
            let from = at.saturating_sub(4);
            let lines = side[from.min(side.len())..(at + 4).min(side.len())].iter().enumerate();
            let line = |(place, told): (usize, &Told)| {
                format!("{} {} {} {told:?}\n", if from + place == at { ">>" } else { "  " }, from + place, name)
            };
            lines.map(line).collect::<String>()
        };
        return Err(format!("entry {at} differs\n{}{}", side("fast", &tale), side("slow", &slow.told)));
    }
    let mut wrong = String::new();
    for &measure in Measure::ALL {
        let (a, b) = (outcome.value(measure), slow.measures[measure as usize]);
        if (a - b).abs() > 1e-9 * a.abs().max(1.0) {
            wrong.push_str(&format!("{measure}: fast {a}, slow {b}\n"));
        }
    }
    if wrong.is_empty() { Ok(tale.len()) } else { Err(format!("measures differ\n{wrong}")) }
}

fn try_file(file: &str, replications: u64) {
    let case = Case::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join(file), &[])
        .unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let from = std::env::var("FROM").map_or(0, |n| n.parse().unwrap());
    let all = std::env::var("ALL").is_ok();
    let (mut events, mut bad) = (0, 0);
    let policies = case.document().policies().to_vec();
    for policy in &policies {
        if std::env::var("POLICY").is_ok_and(|name| name != policy.id) { continue; }
        let model = case.model(&policy.overrides).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        for replication in from..from + replications {
            match difference(&model, Streams::new(1, replication)) {
                Ok(n) => events += n,
                Err(text) if all => { bad += 1; println!("{file} {} replication {replication}: {}", policy.id, text.lines().filter(|l| l.starts_with(">>") || l.contains(": fast")).map(|l| l.chars().take(150).collect::<String>() + "\n").collect::<String>()) },
                Err(text) => panic!("{file} {} replication {replication}: {text}", policy.id),
            }
        }
    }
    println!("{events} events equal, {bad} bad");
    assert_eq!(bad, 0);
}

#[test]
fn pure_logistics() {
    try_file("scenarios/pure-logistics.toml", 10);
}

#[test]
fn three_bases() {
    try_file("scenarios/three-bases.toml", 200);
}

#[test]
fn benchmark() {
    try_file("scenarios/benchmark.toml", 10);
}

#[test]
fn air_only() {
    try_file("scenarios/air-only.toml", 3);
}

#[test]
fn mali() {
    try_file("scenarios/mali-2023.toml", 4);
}
