//! A slow, obvious second engine, written from `docs/model.md` alone: on any scenario it must tell what the fast one tells,
//! to the bit, and measure the same.
//!
//! It has a sorted list of events, plain structs and no tricks, and takes from the library what a scenario says (`model`),
//! keyed draws (`draw`), elementary functions (`math`) and the names of measures (`measures`). Each file is a chapter of
//! the description. Where the two differ, the description or one of the engines is wrong. Not compared: curves and direct
//! effects, casualties by place, the books by cause, and where a convoy is said to be that asks for supplies or gets them.

mod aftermath;
mod agenda;
mod aircraft;
mod army;
mod books;
mod casualties;
mod columns;
mod compare;
mod contacts;
mod convoy;
mod departure;
mod desk;
mod disposal;
mod engine;
mod escorts;
mod exits;
mod fire;
mod flights;
mod imports;
mod joining;
mod lift;
mod packing;
mod points;
mod resupply;
mod sums;
mod tension;
mod worlds;

use std::path::Path;

use rearguard::draw::Streams;
use rearguard::scenario::Case;

use crate::compare::{Count, compare};

/// Compares both engines on replications of a shipped scenario, under each of some policies.
fn shipped(file: &str, policies: &[&str], replications: std::ops::Range<u64>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(file);
    let case = Case::load(&path, &[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let (mut count, mut differences) = (Count::default(), Vec::new());
    let known = case.document().policies();
    let mut sets: Vec<(&str, &[_])> = known.iter().map(|policy| (policy.id.as_str(), &policy.overrides[..])).collect();
    sets.retain(|(id, _)| policies.is_empty() || policies.contains(id));
    if known.is_empty() {
        sets.push(("as-written", &[]));
    }
    for (id, overrides) in sets {
        let model = case.model(overrides).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        for replication in replications.clone() {
            match compare(&model, Streams::new(1, replication)) {
                Ok(entries) => count.entries += entries,
                Err(text) => {
                    differences.push(format!("{file}, policy {id}, seed 1, replication {replication}: {text}"));
                }
            }
            count.replications += 1;
        }
        count.scenarios += 1;
    }
    count.print();
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn logistics_without_chance() {
    shipped("pure-logistics.toml", &[], 0..20);
}

#[test]
fn an_outpost_left_by_air_alone() {
    shipped("air-only.toml", &[], 0..20);
}

#[test]
fn the_benchmark() {
    shipped("benchmark.toml", &[], 0..20);
}

#[test]
fn the_tutorial() {
    shipped("three-bases.toml", &[], 0..50);
}

#[test]
fn the_reference_case() {
    shipped("mali-2023.toml", &[], 0..1);
    shipped("mali-2023.toml", &["historical"], 1..4);
}

/// Compares both engines on random worlds, a replication each. A world that the program refuses fails too.
///
/// # Returns
/// The worlds that differ, each with its number, the first difference and the scenario.
fn random(numbers: std::ops::Range<u64>) -> Vec<(u64, String)> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("world.toml");
    let (mut count, mut differences) = (Count::default(), Vec::new());
    for number in numbers {
        let text = worlds::text(number);
        std::fs::write(&path, &text).expect("a scenario can be written");
        let case = Case::load(&path, &[]);
        let case = case.unwrap_or_else(|problems| panic!("world {number}: {}", problems.render(false)));
        let model = case.model(&[]).unwrap_or_else(|problems| panic!("world {number}: {}", problems.render(false)));
        match compare(&model, Streams::new(number, 0)) {
            Ok(entries) => {
                count.scenarios += 1;
                count.replications += 1;
                count.entries += entries;
            }
            Err(difference) => {
                differences
                    .push((number, format!("world {number}, seed {number}, replication 0: {difference}\n{text}")));
            }
        }
    }
    count.print();
    differences
}

#[test]
fn random_worlds() {
    let differ = random(0..500);
    println!("second engine: {} of 500 worlds differ", differ.len());
    leave("O2", 500 - differ.len(), &format!("of 500 random worlds; {} differ", differ.len()));
    assert!(differ.is_empty(), "{}", differ[0].1);
}

/// A count for the scorecard, where `tests/run` says.
fn leave(row: &str, count: usize, found: &str) {
    if let Some(folder) = std::env::var_os("REARGUARD_SCORECARD") {
        let folder = std::path::Path::new(&folder);
        std::fs::create_dir_all(folder).expect("the folder of counts can be made");
        std::fs::write(folder.join(format!("{row}.worlds")), format!("scorecard {row} {count} {found}\n"))
            .expect("a count can be written");
    }
}

/// Lines of a difference that say where the engines part: of each, three entries before it, the entry and one after it.
const FIRST_LINES: usize = 11;

/// `REARGUARD_WORLDS=1000..2000` takes these worlds only, so that a long run can be done in parts. Each that differs is shown
/// with the entries where the engines part, and of ten or fewer worlds with the scenario.
#[test]
#[ignore = "takes minutes"]
fn many_random_worlds() {
    let given = std::env::var("REARGUARD_WORLDS").unwrap_or_else(|_| "0..20000".to_owned());
    let (from, to) = given.split_once("..").expect("two numbers with `..` between");
    let (from, to): (u64, u64) = (from.parse().expect("a number"), to.parse().expect("a number"));
    let differ = random(from..to);
    let few = to - from <= 10;
    for (_, text) in &differ {
        println!("{}", text.lines().take(if few { usize::MAX } else { FIRST_LINES }).collect::<Vec<_>>().join("\n"));
    }
    println!("second engine: {} of {} worlds differ", differ.len(), to - from);
    let equal = (to - from) as usize - differ.len();
    leave("O2-long", equal, &format!("of {} random worlds; {} differ", to - from, differ.len()));
    assert!(differ.is_empty(), "{} worlds differ", differ.len());
}
