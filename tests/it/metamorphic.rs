//! What must hold between two runs of which neither's right answer is known.

use std::fs;
use std::path::Path;

use rearguard::experiment::PolicyResults;
use rearguard::measures::Measure;

use crate::common::{THREE_BASES, case, compare, package, policy, policy_of, run_one, z};

const REPLICATIONS: u64 = 300;

fn tutorial() -> String {
    fs::read_to_string(package().join(THREE_BASES)).expect("the tutorial can be read")
}

/// One piece of text replaced, which must stand there once.
#[track_caller]
fn edited(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "`{from}` must stand once in the scenario");
    text.replacen(from, to, 1)
}

/// Runs a scenario as it stands.
#[track_caller]
fn run_text(text: &str, sets: &[&str]) -> PolicyResults {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let file = home.path().join("case.toml");
    fs::write(&file, text).expect("a scenario can be written");
    run_file(&file, sets)
}

#[track_caller]
fn run_file(file: &Path, sets: &[&str]) -> PolicyResults {
    let case = case(file, sets);
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    run_one(policy_of("as it stands", model), 41, REPLICATIONS)
}

/// Fails at the first measure that differs and is not among those that may.
#[track_caller]
fn same_measures(one: &PolicyResults, other: &PolicyResults, may_differ: &[Measure]) {
    for &measure in Measure::ALL.iter().filter(|measure| !may_differ.contains(measure)) {
        let (one, other) = (one.column(measure), other.column(measure));
        if let Some(at) = (0..one.len()).find(|&at| one[at] != other[at]) {
            panic!("{}, replication {at}: {} and {}", measure.name(), one[at], other[at]);
        }
    }
}

/// The departures of bases, by their position in each of two runs.
#[track_caller]
fn same_departures(one: &PolicyResults, other: &PolicyResults, pairs: &[(usize, usize)]) {
    for &(here, there) in pairs {
        assert!(one.departures(here) == other.departures(there), "base {here} departs on another day");
    }
}

/// The tables of `base` of the tutorial, a line each.
fn bases(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("  { id = ") && line.contains("kind = ")).collect()
}

#[test]
fn the_order_of_bases_changes_nothing() {
    let text = tutorial();
    let lines = bases(&text);
    assert_eq!(lines.len(), 3);
    let plain = run_text(&text, &[]);
    for order in [[2, 1, 0], [1, 2, 0], [0, 2, 1]] {
        let reordered = order.map(|at| lines[at]).join("\n");
        let other = run_text(&edited(&text, &lines.join("\n"), &reordered), &[]);
        same_measures(&plain, &other, &[]);
        let pairs: Vec<(usize, usize)> = order.iter().enumerate().map(|(there, &here)| (here, there)).collect();
        same_departures(&plain, &other, &pairs);
    }
}

#[test]
fn the_order_of_roads_zones_and_classes_changes_nothing() {
    // Roads have no ids, so an uncertain length is keyed by its road's position: with lengths known, order is free.
    let text = edited(&tutorial(), "{ triangular = [240, 260, 300] }", "260");
    let plain = run_text(&text, &[]);
    for first in ["  { from = ", "  { id = \"ridge\"", "  { id = \"armoured_vehicle\""] {
        let start = text.find(first).expect("the list is there");
        let end = start + text[start..].find("\n]").expect("the list ends");
        let mut lines: Vec<&str> = text[start..end].lines().collect();
        assert!(lines.len() > 2);
        lines.reverse();
        let other = run_text(&edited(&text, &text[start..end], &lines.join("\n")), &[]);
        same_measures(&plain, &other, &[]);
        same_departures(&plain, &other, &[(0, 0), (1, 1), (2, 2)]);
    }
}

#[test]
fn no_threat_means_no_contact_and_no_casualty() {
    let rates = ["ridge", "plain", "coast"]
        .map(|zone| [format!("zone.{zone}.device_per_km=0"), format!("zone.{zone}.direct_per_km=0")]);
    let sets: Vec<&str> = rates.iter().flatten().map(String::as_str).collect();
    let quiet = run_file(THREE_BASES.as_ref(), &sets);
    let none = [
        Measure::Contacts,
        Measure::Killed,
        Measure::Wounded,
        Measure::KilledAfter,
        Measure::WoundedAfter,
        Measure::ContractorsHit,
        Measure::AnyKilled,
        Measure::CareHours,
    ];
    for measure in none {
        assert!(quiet.column(measure).iter().all(|&value| value == 0.0), "{}", measure.name());
    }
    assert!(quiet.column(Measure::Convoys).iter().all(|&convoys| convoys > 0.0), "nobody was on the road");
}

#[test]
fn twice_the_rates_mean_twice_the_contacts_on_frozen_itineraries() {
    // Along a frozen itinerary the contacts under rates r and 2r are thinnings of one Poisson measure. Both counts less
    // their summed rates are martingales along the road, even though halts after contacts shift what follows: the rate
    // at a point depends only on points before it. So E[N(2r) - 2 N(r)] = 0 whatever else goes on, second devices
    // included, which come with the same chance at each contact. Totals would not do: more contacts move later convoys.
    let rates = |factor: f64| {
        [
            format!("zone.ridge.device_per_km={}", 0.006 * factor),
            format!("zone.ridge.direct_per_km={}", 0.002 * factor),
            format!("zone.plain.device_per_km={}", 0.001 * factor),
            format!("zone.plain.direct_per_km={}", 0.001 * factor),
        ]
    };
    let model = |factor: f64| {
        let case = case(THREE_BASES.as_ref(), &rates(factor));
        policy(&case, "as-planned")
    };
    let results = compare(vec![model(1.0), model(2.0), model(0.5)], 43, 4000);
    let baseline = results.policies[0].column(Measure::Contacts);
    for (policy, factor) in results.policies[1..].iter().zip([2.0, 0.5]) {
        let direct = &policy.direct.as_ref().expect("direct effects").contacts;
        let excess: Vec<f64> =
            direct.iter().zip(baseline).map(|(direct, baseline)| direct - factor * baseline).collect();
        let n = excess.len() as f64;
        let mean = excess.iter().sum::<f64>() / n;
        let variance = excess.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
        // n = 4,000 gives a standard error of about 2% of the mean count; four of them are the limit.
        assert!(z(mean, 0.0, variance / n) < 4.0, "{factor} times the rates: {mean} too many on average");
        let ordered = direct
            .iter()
            .zip(baseline)
            .all(|(direct, baseline)| (direct >= baseline) == (factor > 1.0) || direct == baseline);
        assert!(ordered, "contacts under {factor} times the rates do not nest");
    }
    let mean = baseline.iter().sum::<f64>() / baseline.len() as f64;
    assert!(mean > 0.5, "{mean} contacts are too few to show anything");
}

#[test]
fn what_is_dated_after_the_end_changes_nothing() {
    let plain = run_file(THREE_BASES.as_ref(), &[]);
    let text = tutorial();
    let later = [
        edited(
            &text,
            "stance = \"restrictive\" }]",
            "stance = \"restrictive\" }, { from = 2030-12-01, stance = \"restrictive\" }]",
        ),
        edited(&text, "level = \"critical\" }]", "level = \"critical\" }, { from = 2030-12-01, level = \"calm\" }]"),
        format!("{text}\n[[weather]]\nfrom = 2030-12-01\nuntil = 2031-01-31\nunpaved_factor = 0.1\n"),
        edited(&text, "rate = [", "rate = [{ from = 2031-01-01, people_per_day = 0 }, ").replace(
            "rate = [{ from = 2031-01-01, people_per_day = 0 }, { from = 2030-01-01,",
            "rate = [{ from = 2030-01-01,",
        ),
        format!("{text}\n[permissions.air_overwatch]\nchange = [{{ from = 2030-12-01, stance = \"restrictive\" }}]\n"),
    ];
    for (at, text) in later.iter().enumerate() {
        let other = run_text(text, &[]);
        assert!(plain.columns == other.columns && plain.tallies == other.tallies, "change {at}");
    }
}

#[test]
fn another_year_with_the_same_calendar_changes_nothing() {
    let plain = run_file(THREE_BASES.as_ref(), &[]);
    let later = run_text(&tutorial().replace("2030-", "2031-"), &[]);
    assert!(plain.columns == later.columns && plain.tallies == later.tallies);
}

#[test]
fn twice_the_values_are_twice_the_usd_and_nothing_else() {
    let text = tutorial();
    let plain = run_text(&text, &[]);
    let mut dear = text.clone();
    for value in ["400000", "60000", "20000"] {
        let double = (value.parse::<u64>().expect("a number") * 2).to_string();
        dear = dear.replace(&format!("value_usd = {value} }}"), &format!("value_usd =  {double} }}"));
    }
    let dear = run_text(&dear, &[]);
    let usd: Vec<Measure> = Measure::ALL.iter().copied().filter(|measure| measure.unit() == "USD").collect();
    assert!(usd.len() > 5);
    same_measures(&plain, &dear, &usd);
    for measure in usd {
        let doubled: Vec<f64> = plain.column(measure).iter().map(|usd| 2.0 * usd).collect();
        assert!(doubled == dear.column(measure), "{}", measure.name());
    }
}

#[test]
fn a_base_with_nobody_and_nothing_changes_no_other_number() {
    let text = tutorial();
    let plain = run_text(&text, &[]);
    // A hub of nobody by its own strip: no road leads there and no truck serves it.
    let ghost = "\n  { id = \"ghost\", kind = \"hub\", latitude = 11.0, longitude = 5.0, region = \"hills\", zone = \"coast\", \
                 personnel = 0, airstrip = true, planned_closure = 2030-05-01, repatriation = true, liquidation = false, \
                 host_garrison = false, crews = 0 },\n]";
    let last = bases(&text)[2];
    let with = run_text(&edited(&text, &format!("{last}\n]"), &format!("{last}{ghost}")), &[]);
    same_measures(&plain, &with, &[]);
    same_departures(&plain, &with, &[(0, 0), (1, 1), (2, 2)]);
}
