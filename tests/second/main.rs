//! A slow, obvious second engine, written from `docs/model.md` alone: on any scenario it must tell what the fast one tells,
//! to the bit, and measure the same.
//!
//! It has a sorted list of events, plain structs and no tricks, and takes from the library what a scenario says (`model`),
//! keyed draws (`draw`), elementary functions (`math`) and the names of measures (`measures`). Each file is a chapter of
//! the description. Where the two differ, the description or one of the engines is wrong.

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

use std::path::Path;

use rearguard::draw::Streams;
use rearguard::scenario::Case;

use crate::compare::{Count, compare};

/// Compares both engines on replications of a shipped scenario, under each of some policies.
fn shipped(file: &str, policies: &[&str], replications: std::ops::Range<u64>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(file);
    let case = Case::load(&path, &[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let mut count = Count::default();
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
                Err(text) => panic!("{file}, policy {id}, seed 1, replication {replication}: {text}"),
            }
            count.replications += 1;
        }
        count.scenarios += 1;
    }
    count.print();
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
    shipped("mali-2023.toml", &["historical", "no-acceleration", "small-serials", "imports-granted"], 0..4);
}
