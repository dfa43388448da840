//! One replication as data for the script: where convoys are, what the tension is, what has become of bases.

use std::collections::BTreeMap;

use minijinja::Value;
use serde_json::json;

use crate::output::numbers::whole;
use crate::report::folder::{Results, Row};
use crate::report::map::Chart;
use crate::report::words::spaced;

/// A moment and a place.
type Step = (f64, f64, f64);

/// Happenings that change what a base is, and into what.
const STATES: [(&str, &str); 6] = [
    ("packing_starts", "packing"),
    ("base_left", "left"),
    ("handed_over", "handed"),
    ("camp_taken", "taken"),
    ("host_takes", "host"),
    ("camp_looted", "looted"),
];

/// Happenings that are told beside the map.
const LOGGED: [&str; 17] = [
    "leaves_early",
    "base_left",
    "handed_over",
    "left_unhanded",
    "convoy_departs",
    "convoy_arrives",
    "convoy_joined",
    "contact",
    "hurt_aboard",
    "base_fire",
    "supplies_end",
    "supplied",
    "camp_taken",
    "camp_looted",
    "host_takes",
    "exit_opens",
    "deadline_passes",
];

/// The number of the replication and the data; none if the folder tells no replication.
pub(super) fn playback(results: &Results, chart: &Chart) -> Option<(u64, Value)> {
    let sheet = results.sheet("trace.csv")?;
    let first = sheet.rows().next()?;
    let replication = first.number("replication")? as u64;
    let days = results.deadline.days_since(results.start) + 1.0;
    let mut policies = Vec::new();
    let mut last = days;
    for policy in &results.policies {
        let rows: Vec<Row> = sheet.rows().filter(|row| row.text("policy") == policy.id).collect();
        let ends = rows.iter().filter(|row| matches!(row.text("what"), "base_left" | "convoy_arrives"));
        last = ends.filter_map(|row| row.number("time_days")).fold(last, f64::max);
        policies.push(told(&policy.id, &rows, chart));
    }
    let data = json!({ "start": results.start.to_string(), "days": last.ceil() + 2.0, "deadline": days, "policies": policies });
    // Inside a script nothing is escaped, so nothing that could end it may stand there.
    let text = data.to_string().replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e");
    Some((replication, Value::from_safe_string(text)))
}

fn told(policy: &str, rows: &[Row], chart: &Chart) -> serde_json::Value {
    let time = |row: &Row| round(row.number("time_days").unwrap_or(0.0));
    let tension: Vec<_> = rows
        .iter()
        .filter(|row| row.text("what") == "tension_changes")
        .map(|row| json!([time(row), row.text("place"), row.text("cause")]))
        .collect();
    let state = |what: &str| STATES.iter().find(|(name, _)| *name == what).map(|(_, state)| *state);
    let bases: Vec<_> =
        rows.iter().filter_map(|row| Some(json!([time(row), row.text("place"), state(row.text("what"))?]))).collect();
    let amount = |row: &Row, name: &str| row.number(name).unwrap_or(0.0);
    let counts: Vec<_> = rows
        .iter()
        .filter_map(|row| match row.text("what") {
            "flight_leaves" => Some(json!([time(row), "home", amount(row, "people")])),
            "base_left" => Some(json!([time(row), "left", 1])),
            "contact" | "hurt_aboard" | "base_fire" if amount(row, "killed") + amount(row, "wounded") > 0.0 => {
                Some(json!([time(row), "hit", amount(row, "killed"), amount(row, "wounded")]))
            }
            _ => None,
        })
        .collect();
    let log: Vec<_> = rows.iter().filter(|row| is_logged(row)).map(|row| json!([time(row), line(row)])).collect();
    let convoys: Vec<_> = convoys(rows, chart)
        .into_iter()
        .map(|(name, steps)| {
            let steps: Vec<_> = steps.into_iter().map(|(t, x, y)| json!([round(t), tenth(x), tenth(y)])).collect();
            json!({ "name": name, "steps": steps })
        })
        .collect();
    json!({ "id": policy, "tension": tension, "bases": bases, "counts": counts, "log": log, "convoys": convoys })
}

fn round(days: f64) -> f64 {
    (days * 100.0).round() / 100.0
}

fn tenth(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}

/// Contacts and fire without harm, and what contract columns do, would drown the rest.
fn is_logged(row: &Row) -> bool {
    let what = row.text("what");
    let harm = row.number("killed").unwrap_or(0.0) + row.number("wounded").unwrap_or(0.0);
    LOGGED.contains(&what) && (!matches!(what, "contact" | "base_fire") || harm > 0.0)
}

fn line(row: &Row) -> String {
    let (what, place, who) = (spaced(row.text("what")), row.text("place").replace('>', " to "), row.text("who"));
    let subject = if who.is_empty() { String::new() } else { format!(" {who}") };
    let place = if place.is_empty() { String::new() } else { format!(", {place}") };
    let cause = if row.text("cause").is_empty() { String::new() } else { format!(" ({})", spaced(row.text("cause"))) };
    let amounts = ["people", "killed", "wounded"].into_iter().filter_map(|name| {
        let value = row.number(name).filter(|value| *value > 0.0)?;
        Some(format!("{} {name}", whole(value)))
    });
    let amounts: Vec<String> = amounts.collect();
    let amounts = if amounts.is_empty() { String::new() } else { format!(": {}", amounts.join(", ")) };
    format!("{what}{cause}{subject}{place}{amounts}")
}

/// Where each convoy is when, by its name.
fn convoys<'r>(rows: &[Row<'r>], chart: &Chart) -> Vec<(&'r str, Vec<Step>)> {
    let mut all: BTreeMap<&str, Vec<Step>> = BTreeMap::new();
    let is_convoy = |who: &str| who.contains("-serial-") || who.contains("-column-") || who.ends_with("-ahead");
    for row in rows.iter().filter(|row| is_convoy(row.text("who"))) {
        let (Some(time), Some((x, y))) = (row.number("time_days"), place(row, chart)) else { continue };
        let steps = all.entry(row.text("who")).or_default();
        steps.push((time, x, y));
        if let Some(halt) = row.number("halt_days") {
            steps.push((time + halt, x, y));
        }
    }
    // A halt may be told to end after the next happening: places are kept in the order of time.
    for steps in all.values_mut() {
        steps.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    all.into_iter().filter(|(_, steps)| steps.len() > 1).collect()
}

/// The place of a happening on the map; none if it is on a road and does not say where.
fn place(row: &Row, chart: &Chart) -> Option<(f64, f64)> {
    let text = row.text("place");
    let Some((from, to)) = text.split_once('>') else { return chart.place(text) };
    let (start, end) = (chart.place(from)?, chart.place(to)?);
    let share = match row.number("on_leg_km") {
        Some(km) => {
            let joins = |a: &str, b: &str| a == from && b == to || a == to && b == from;
            let road = chart.roads.iter().find(|road| joins(road.from, road.to))?;
            (km / road.km.max(1e-9)).min(1.0)
        }
        None if row.text("what") == "junction_passed" => 0.0,
        None => return None,
    };
    Some((start.0 + share * (end.0 - start.0), start.1 + share * (end.1 - start.1)))
}
