//! The data package says of every table what the table holds.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{MALI, THREE_BASES, expect, rearguard, results_of};

/// Fails unless the folder's package lists every table with the right header, a description for every column, and a type
/// that every cell has. Returns the names of the tables.
#[track_caller]
fn check(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("datapackage.json")).expect("a data package");
    let package: Value = serde_json::from_str(&text).expect("it is JSON");
    let resources = package["resources"].as_array().expect("a list");
    let mut described = Vec::new();
    for resource in resources {
        let (path, fields) = (resource["path"].as_str().expect("a path"), resource["schema"]["fields"].as_array());
        let fields = fields.unwrap_or_else(|| panic!("{path} has no fields"));
        let bytes = fs::metadata(folder.join(path)).expect("the file is there").len();
        assert_eq!(resource["bytes"], bytes, "{path}");
        let mut csv = csv::Reader::from_path(folder.join(path)).expect("a table");
        let header: Vec<String> = csv.headers().expect("a header").iter().map(str::to_owned).collect();
        let names: Vec<&str> = fields.iter().map(|field| field["name"].as_str().expect("a name")).collect();
        assert_eq!(header, names, "{path}");
        for field in fields {
            let said = field["description"].as_str().unwrap_or_default();
            assert!(said.len() > 5 && said.ends_with('.'), "{path}: {field}");
        }
        let keys: Vec<usize> = resource["schema"]["primaryKey"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|key| names.iter().position(|name| *name == key).expect("a key is a column"))
            .collect();
        let mut seen = std::collections::BTreeSet::new();
        let mut rows = 0;
        for row in csv.records() {
            let row = row.expect("rows are as long as the header");
            rows += 1;
            for (cell, field) in row.iter().zip(fields) {
                assert!(is_of_type(cell, field["type"].as_str().expect("a type")), "{path}: {cell:?} of {field}");
            }
            let key: Vec<String> = keys.iter().map(|&at| row[at].to_owned()).collect();
            assert!(keys.is_empty() || seen.insert(key.clone()), "{path}: two rows of {key:?}");
        }
        assert!(rows > 0, "{path} is empty");
        described.push(path.to_owned());
    }
    let tables: Vec<String> = results_of(folder)
        .into_keys()
        .filter(|name| Path::new(name).extension().is_some_and(|kind| kind == "csv"))
        .collect();
    let mut sorted = described.clone();
    sorted.sort();
    assert_eq!(sorted, tables, "every table is described");
    described
}

fn is_of_type(cell: &str, kind: &str) -> bool {
    match kind {
        _ if cell.is_empty() => true,
        "string" => true,
        "number" => cell == "INF" || cell.parse::<f64>().is_ok_and(f64::is_finite),
        "integer" => cell.parse::<i64>().is_ok(),
        "boolean" => matches!(cell, "true" | "false"),
        "date" => cell.parse::<rearguard::units::Date>().is_ok(),
        other => panic!("there is no type {other}"),
    }
}

/// The tables of a folder that a command makes, which its package must describe.
#[track_caller]
fn described(args: &[&str]) -> Vec<String> {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    expect(rearguard(args).arg("--quiet").arg("--out").arg(&out), 0);
    check(&out)
}

#[test]
fn every_table_of_every_command_is_described() {
    let compare = ["compare", THREE_BASES, "--policy", "trucks-granted", "--replications", "40"];
    let pareto = ["--pareto", "casualties.wounded", "--pareto", "equipment.lost_units"];
    let tables = described(&[&compare[..], &pareto].concat());
    for name in ["contrasts.csv", "pareto.csv", "trace.csv", "exceedance.csv"] {
        assert!(tables.iter().any(|table| table == name), "{name} is not in {tables:?}");
    }
    let sweep = ["sweep", THREE_BASES, "--sweep", "zone.ridge.tension.0.level=calm,tense", "--replications", "20"];
    assert!(described(&sweep).contains(&"design.csv".to_owned()));
    let nested = ["compare", THREE_BASES, "--policy", "trucks-granted", "--nested", "4x10"];
    assert!(described(&nested).contains(&"exceedance_draws.csv".to_owned()));
    let hindcast = ["hindcast", MALI, "--replications", "10"];
    assert!(described(&hindcast).contains(&"hindcast_groups.csv".to_owned()));
    let attribute = ["attribute", MALI, "--denial", "air", "--denial", "trucks", "--replications", "10"];
    assert!(described(&attribute).contains(&"attribution.csv".to_owned()));
}

#[test]
fn every_table_of_what_takes_the_inputs_apart_is_described() {
    let morris = ["sensitivity", THREE_BASES, "--free", "threat.ratio_overwatch,packing.start_before_days", "--points"];
    let tables = described(&[&morris[..], &["4", "--replications", "4"]].concat());
    assert_eq!(tables, ["design.csv", "points.csv", "sensitivity.csv"]);
    let calibrate = ["calibrate", MALI, "--free", "permissions.truck_column,imports", "--particles", "50"];
    let tables = described(&[&calibrate[..], &["--generations", "2"]].concat());
    assert_eq!(tables, ["overlay.csv", "tolerances.csv", "parameters.csv", "facts.csv"]);
    let history = described(&[&calibrate[..], &["--method", "history", "--replications", "4"]].concat());
    assert!(history.contains(&"implausibility.csv".to_owned()), "{history:?}");
}

#[test]
fn the_told_replication_is_one_of_those_counted() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    let args = ["compare", THREE_BASES, "--policy", "trucks-granted", "--replications", "40", "--quiet", "--out"];
    expect(rearguard(args).arg(&out), 0);
    let counted = crate::common::rows(&out, "replications.csv");
    let told = crate::common::rows(&out, "trace.csv");
    for policy in ["as-planned", "trucks-granted"] {
        let of: Vec<_> = told.iter().filter(|row| row["policy"] == policy).collect();
        let replication = &of.first().expect("it is told")["replication"];
        assert!(of.iter().all(|row| row["replication"] == *replication), "one replication is told");
        let row = counted.iter().find(|row| row["policy"] == policy && row["replication"] == *replication);
        let row = row.expect("it is counted");
        for base in ["north", "east"] {
            let left = of.iter().find(|row| row["what"] == "base_left" && row["place"] == base).expect("it is left");
            assert_eq!(left["time_days"], row[&format!("departure.{base}")], "{policy}, {base}");
        }
        assert!(of.iter().all(|row| row["what"] != "breakdown" || !row["who"].contains("-column-")));
    }
}
