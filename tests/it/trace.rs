//! A trace is the run it tells of.

use std::collections::BTreeMap;
use std::path::Path;

use rearguard::draw::Streams;
use rearguard::measures::Measure;
use rearguard::withdrawal::Withdrawal;
use serde_json::Value;

use crate::common::{MALI, case, expect, policy, rearguard, run_with, stderr, stdout, test_build};

const REPLICATION: usize = 2;

/// What a replication's row says, by column.
fn row() -> BTreeMap<String, f64> {
    let files = run_with(&test_build(), &["run", MALI, "--replications", "3"]);
    let mut reader = csv::Reader::from_reader(&files["replications.csv"][..]);
    let header = reader.headers().expect("a header").clone();
    let rows: Vec<_> = reader.records().map(|record| record.expect("a record")).collect();
    let cells = header.iter().zip(&rows[REPLICATION]);
    cells.filter_map(|(name, cell)| Some((name.to_owned(), cell.parse().ok()?))).collect()
}

fn told(more: &[&str]) -> Vec<Value> {
    let replication = REPLICATION.to_string();
    let args =
        ["trace", MALI, "--replication", &replication, "--format", "jsonl"].into_iter().chain(more.iter().copied());
    stdout(&expect(rearguard(args), 0)).lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
}

#[test]
fn what_is_told_adds_up_to_the_summary() {
    let (row, told) = (row(), told(&[]));
    let deadline = told.iter().position(|entry| entry["what"] == "deadline_passes").expect("it passes");
    let amount = |entries: &[Value], what: &str, name: &str| {
        let those = entries.iter().filter(|entry| entry["what"] == what);
        those.map(|entry| if name.is_empty() { 1.0 } else { entry[name].as_f64().expect("a number") }).sum::<f64>()
    };
    let cause = |what: &str, cause: &str| {
        told.iter().filter(|entry| entry["what"] == what && entry["cause"] == cause).count() as f64
    };
    let before = &told[..deadline];
    for (measure, sum) in [
        ("contacts.all", amount(before, "contact", "")),
        ("casualties.killed", amount(before, "contact", "killed")),
        ("casualties.wounded", amount(before, "contact", "wounded")),
        ("casualties.killed_after_deadline", amount(&told[deadline..], "contact", "killed")),
        ("people.out_by_deadline", amount(before, "flight_leaves", "people")),
        ("convoys.breakdowns", amount(before, "breakdown", "")),
        ("convoys.withdrawal", amount(&told, "convoy_departs", "")),
        ("columns.trips", amount(&told, "column_sent", "")),
        ("permissions.unanswered", amount(&told, "unanswered", "")),
        ("permissions.requests", amount(&told, "asked", "") + amount(&told, "unanswered", "")),
        ("bases.left_early", cause("base_left", "early")),
        ("bases.left_unhanded", amount(&told, "left_unhanded", "")),
        ("bases.taken", amount(&told, "camp_taken", "")),
        ("bases.looted", amount(&told, "camp_looted", "")),
        (
            "equipment.sensitive_left_usable",
            amount(&told, "left_unhanded", "sensitive_left_usable")
                + amount(&told, "handed_over", "sensitive_left_usable"),
        ),
    ] {
        assert_eq!(sum, row[measure], "{measure}");
    }
    let left = told.iter().find(|entry| entry["what"] == "base_left" && entry["where"] == "kidal").expect("it leaves");
    // The JSON reader rounds the last digit.
    let days = left["time_days"].as_f64().expect("a number");
    assert!((days - row["departure.kidal"]).abs() < 1e-9);
}

#[test]
fn telling_changes_nothing() {
    let model = policy(&case::<&str>(Path::new(MALI), &[]), "historical").model;
    for replication in 0..5 {
        let streams = Streams::new(7, replication);
        let mut withdrawal = Withdrawal::new(&model, &[]);
        let silent = withdrawal.replicate(streams).clone();
        let (told, tale) = withdrawal.tell_replication(streams);
        assert_eq!(*told, silent);
        assert!(tale.len() > 1_000);
        assert!(tale.is_sorted_by(|a, b| a.time_days <= b.time_days));
    }
}

#[test]
fn telling_changes_nothing_where_fire_that_hits_nobody_is_worked_out() {
    let nobody = ["base_fire.wounded_per_incident=0"];
    let mali = policy(&case(Path::new(MALI), &nobody), "historical").model;
    let benchmark = case::<&str>(Path::new("scenarios/benchmark.toml"), &[]);
    let benchmark = benchmark.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    for (model, incidents) in [(mali, 5), (benchmark, 4_000)] {
        let mut all = 0;
        for replication in 0..20 {
            let streams = Streams::new(7, replication);
            let mut withdrawal = Withdrawal::new(&model, &[]);
            let silent = withdrawal.replicate(streams).clone();
            let mut told = withdrawal.tell_replication(streams).0.clone();
            assert!(silent.events <= told.events, "incidents are events where they are told");
            (told.events, told.streams) = (silent.events, silent.streams);
            assert_eq!(told, silent);
            all += silent.value(Measure::FireIncidents) as u64;
        }
        assert!(all > incidents, "{all} incidents");
    }
}

#[test]
fn filters_choose_entries_and_nothing_else() {
    let all = told(&[]);
    let of = |keep: &dyn Fn(&Value) -> bool| all.iter().filter(|entry| keep(entry)).cloned().collect::<Vec<_>>();
    assert_eq!(
        told(&["--kind", "contact", "--kind", "breakdown"]),
        of(&|e| e["what"] == "contact" || e["what"] == "breakdown")
    );
    assert_eq!(told(&["--convoy", "kidal-serial-1"]), of(&|e| e["who"] == "kidal-serial-1"));
    let kidal = told(&["--base", "kidal"]);
    assert!(
        kidal.iter().all(|e| e["where"] == "kidal" || e["who"].as_str().is_some_and(|who| who.starts_with("kidal-")))
    );
    assert!(kidal.len() > 20);
}

#[test]
fn two_policies_part_where_they_first_differ() {
    let output = expect(
        rearguard(["trace", MALI, "--replication", "3", "--policy", "historical", "--policy", "trucks-granted"]),
        0,
    );
    let text = stdout(&output);
    assert!(text.contains("happenings in common") && text.contains("Then under trucks-granted:"), "{text}");
    let same =
        expect(rearguard(["trace", MALI, "--replication", "3", "--policy", "historical", "--policy", "historical"]), 0);
    assert!(stdout(&same).contains("do not differ in this replication"));
}

#[test]
fn unknown_names_are_refused_with_what_there_is() {
    let base = expect(rearguard(["trace", MALI, "--replication", "0", "--base", "kidel"]), 2);
    assert!(stderr(&base).contains("there is no base `kidel`; did you mean `kidal`"), "{}", stderr(&base));
    let kind = expect(rearguard(["trace", MALI, "--replication", "0", "--kind", "contacts"]), 2);
    assert!(stderr(&kind).contains("contact"), "{}", stderr(&kind));
    let convoy = expect(rearguard(["trace", MALI, "--replication", "0", "--convoy", "kidal-9"]), 2);
    assert!(stderr(&convoy).contains("nothing is told of a convoy `kidal-9`"));
}
