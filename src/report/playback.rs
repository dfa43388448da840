//! One replication as data for the script: where convoys are, what the tension is, what has become of bases.

use std::collections::BTreeMap;

use minijinja::Value;
use serde_json::json;

use crate::output::numbers::whole;
use crate::report::folder::{Policy, Results, Row};
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

/// What each of those states is called, by its class.
pub(super) const STATE_NAMES: [(&str, &str); 6] = [
    ("packing", "packing"),
    ("left", "left by its people"),
    ("handed", "handed over"),
    ("host", "entered by the host army"),
    ("taken", "entered by an armed group"),
    ("looted", "looted"),
];

/// Happenings that are told beside the map, and in which words.
const LOGGED: [(&str, &str); 17] = [
    ("leaves_early", "decision to leave early"),
    ("base_left", "left by its people"),
    ("handed_over", "handed over formally"),
    ("left_unhanded", "left without a formal handover"),
    ("convoy_departs", "convoy sets out"),
    ("convoy_arrives", "convoy arrives"),
    ("convoy_joined", "garrison joins a passing convoy"),
    ("contact", "contact on the road"),
    ("hurt_aboard", "people hurt aboard an aircraft"),
    ("base_fire", "fire at the base"),
    ("supplies_end", "supplies at an end, the convoy halts"),
    ("supplied", "convoy supplied"),
    ("camp_taken", "entered by an armed group"),
    ("camp_looted", "looted"),
    ("host_takes", "entered by the host army"),
    ("exit_opens", "exit opens"),
    ("deadline_passes", "deadline"),
];

/// What is counted beside the map, in pairs, and whether a pair stands there where there is none of it: what measures of the
/// page count up to the deadline, and apart from them what comes later.
const COUNTERS: [(&str, bool); 12] = [
    ("people out of the country", true),
    ("bases whose people have left", true),
    ("killed on the road", true),
    ("wounded on the road", true),
    ("killed by fire at bases", true),
    ("wounded by fire at bases", true),
    ("killed aboard aircraft", false),
    ("wounded aboard aircraft", false),
    ("people out after the deadline", false),
    ("bases left after the deadline", false),
    ("killed after the deadline", false),
    ("wounded after the deadline", false),
];
/// Where in them the first of a kind is: killed stand before wounded.
const OUT: usize = 0;
const LEFT: usize = 1;
const ON_ROAD: usize = 2;
const BY_FIRE: usize = 4;
const ABOARD: usize = 6;
/// How much further on people and bases stand that leave after the deadline, and where those hit after it are.
const LATE: usize = 8;
const HIT_LATE: usize = 10;

/// A happening that is counted: when, by which counter, and how many.
type Count = (f64, usize, f64);

/// The number of the replication and the data; none if the folder tells no replication.
pub(super) fn playback(results: &Results, chart: &Chart) -> Option<(u64, Value)> {
    let sheet = results.sheet("trace.csv")?;
    let first = sheet.rows().next()?;
    let replication = first.number("replication")? as u64;
    let ends = |policy: &Policy| results.deadline_of(policy).days_since(results.start) + 1.0;
    let mut policies = Vec::new();
    let mut counted = Vec::new();
    for policy in &results.policies {
        let rows: Vec<Row> = sheet.rows().filter(|row| row.text("policy") == policy.id).collect();
        let counts = counts(results, &policy.id, &rows);
        let mut told = told(results, &policy.id, &rows, &counts, chart);
        told["deadline"] = json!(ends(policy));
        policies.push(told);
        counted.extend(counts);
    }
    let last = results.policies.iter().map(ends).fold(0.0, f64::max);
    let last = counted.iter().map(|&(time, ..)| time).fold(last, f64::max);
    let is_shown = |at: usize| COUNTERS[at].1 || counted.iter().any(|&(_, counter, _)| counter / 2 == at / 2);
    let counters: Vec<_> =
        (0..COUNTERS.len()).filter(|&at| is_shown(at)).map(|at| json!([at, COUNTERS[at].0])).collect();
    let data = json!({
        "start": results.start.to_string(),
        "days": last.ceil() + 2.0,
        "counters": counters,
        "policies": policies,
    });
    // Inside a script nothing is escaped, so nothing that could end it may stand there.
    let text = data.to_string().replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e");
    Some((replication, Value::from_safe_string(text)))
}

/// What is counted under a policy, in order of time.
fn counts(results: &Results, policy: &str, rows: &[Row]) -> Vec<Count> {
    let exits: Vec<&str> = results.items("exit").iter().filter_map(|id| results.exit_at(id)).collect();
    let deadline = rows.iter().position(|row| row.text("what") == "deadline_passes").unwrap_or(rows.len());
    let mut all = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let (is_late, amount) = (at > deadline, |name: &str| row.number(name).unwrap_or(0.0));
        let late = if is_late { LATE } else { 0 };
        let mut count = |counter: usize, number: f64| {
            if number > 0.0 {
                all.push((row.number("time_days").unwrap_or(0.0), counter, number));
            }
        };
        match row.text("what") {
            "flight_leaves" => {
                count(OUT + late, amount("people"));
                count(LEFT + late, f64::from(u8::from(is_emptied(results, policy, rows, row))));
            }
            "convoy_arrives" if exits.contains(&row.text("place")) => count(OUT + late, amount("people")),
            "base_left" => count(LEFT + late, 1.0),
            what @ ("contact" | "base_fire" | "hurt_aboard") => {
                let kind = match what {
                    "base_fire" => BY_FIRE,
                    _ if is_late => HIT_LATE,
                    "contact" => ON_ROAD,
                    _ => ABOARD,
                };
                count(kind, amount("killed"));
                count(kind + 1, amount("wounded"));
            }
            _ => {}
        }
    }
    all
}

/// Whether a hub's last people leave by a flight: it is not told, but its departure is known.
fn is_emptied(results: &Results, policy: &str, rows: &[Row], flight: &Row) -> bool {
    let hub = flight.text("place");
    let is_left = |row: &Row| row.text("what") == "base_left" && row.text("place") == hub;
    let is_last = || results.departure(policy, hub) == flight.number("time_days");
    flight.text("what") == "flight_leaves" && is_last() && !rows.iter().any(is_left)
}

fn told(results: &Results, policy: &str, rows: &[Row], counts: &[Count], chart: &Chart) -> serde_json::Value {
    let time = |row: &Row| round(row.number("time_days").unwrap_or(0.0));
    let tension: Vec<_> = rows
        .iter()
        .filter(|row| row.text("what") == "tension_changes")
        .map(|row| json!([time(row), row.text("place"), row.text("cause")]))
        .collect();
    let emptied = |row: &Row| is_emptied(results, policy, rows, row);
    let state = |row: &Row| {
        let named = STATES.iter().find(|(name, _)| *name == row.text("what")).map(|(_, state)| *state);
        named.or_else(|| emptied(row).then_some("left"))
    };
    let bases: Vec<_> =
        rows.iter().filter_map(|row| Some(json!([time(row), row.text("place"), state(row)?]))).collect();
    let counts: Vec<_> = counts.iter().map(|&(time, counter, number)| json!([round(time), counter, number])).collect();
    let said = |row: &Row| match row {
        row if is_logged(row) => Some(line(results, row)),
        row if emptied(row) => Some(format!("{}: last people flown out", results.name_of(row.text("place")))),
        _ => None,
    };
    let log: Vec<_> = rows.iter().filter_map(|row| Some(json!([time(row), said(row)?]))).collect();
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
    LOGGED.iter().any(|(name, _)| *name == what) && (!matches!(what, "contact" | "base_fire") || harm > 0.0)
}

/// Where, what happens, to or by whom and why, and how many people are concerned.
fn line(results: &Results, row: &Row) -> String {
    let what = LOGGED.iter().find(|(name, _)| *name == row.text("what")).map_or("", |(_, words)| *words);
    let places: Vec<String> = row.text("place").split('>').map(|place| results.name_of(place)).collect();
    let place = if row.text("place").is_empty() { String::new() } else { format!("{}: ", places.join(" to ")) };
    let about: Vec<String> =
        [row.text("cause"), row.text("who")].into_iter().filter(|text| !text.is_empty()).map(spaced).collect();
    let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join(", ")) };
    let amounts = ["people", "killed", "wounded"].into_iter().filter_map(|name| {
        let value = row.number(name).filter(|value| *value > 0.0)?;
        Some(format!("{} {name}", whole(value)))
    });
    let amounts: Vec<String> = amounts.collect();
    let amounts = if amounts.is_empty() { String::new() } else { format!(": {}", amounts.join(", ")) };
    format!("{place}{what}{about}{amounts}")
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
