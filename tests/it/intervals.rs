//! Every estimate in a table says how sure it is and by which method, and no interval of what cannot be negative reaches
//! below nought.

use std::collections::BTreeMap;
use std::path::Path;

use rearguard::stats::{Worse, mcnemar_exact, paired};

use crate::common::{MALI, THREE_BASES, expect, rearguard, stdout};

/// A row by the names of its columns.
type Row = BTreeMap<String, String>;

fn rows(folder: &Path, name: &str) -> Vec<Row> {
    let mut csv = csv::Reader::from_path(folder.join(name)).expect("a table");
    csv.deserialize().map(|row| row.expect("a row")).collect()
}

/// A cell's number; none for an empty cell.
#[track_caller]
fn number(row: &Row, column: &str) -> Option<f64> {
    let text = row.get(column).unwrap_or_else(|| panic!("a column {column} in {row:?}"));
    if text.is_empty() { None } else { Some(text.parse().expect("a number")) }
}

/// The columns of means in the tables that have several in a row.
const MEANS: [(&str, &[&str]); 4] = [
    ("equipment.csv", &["units", "usd"]),
    ("casualties.csv", &["killed", "wounded"]),
    ("convoys.csv", &["days", "devices", "direct_attacks", "killed", "wounded"]),
    ("timeline.csv", &["mean"]),
];

/// Checks a mean of what is never negative, and returns its method.
#[track_caller]
fn known(row: &Row, mean: &str, n: u64) -> String {
    let beside = |what: &str| format!("{mean}_{what}");
    let value = number(row, mean).expect("a mean");
    let method = row[&beside("method")].clone();
    let [low, high, mcse] = ["low", "high", "mcse"].map(|what| number(row, &beside(what)));
    if n < 2 {
        assert_eq!((low, high, mcse, method.as_str()), (None, None, None, "none (too few replications)"), "{row:?}");
        return method;
    }
    let (low, high, mcse) = (low.expect("a low"), high.expect("a high"), mcse.expect("an error"));
    assert!(0.0 <= low && low <= value && value <= high && mcse >= 0.0, "{mean} of {row:?}");
    assert!(method.starts_with('t'), "{row:?}");
    assert_eq!(method.starts_with("t (no spread seen"), mcse == 0.0, "{row:?}");
    // By Student's t an interval is as wide below as above, unless it was cut; that of few replications is wider.
    let is_even = ((value - low) - (high - value)).abs() <= 1e-9 * high;
    assert_eq!(is_even, !method.contains("cut at the measure's range"), "{mean} of {row:?}");
    assert!(
        !method.contains("cut") || low == 0.0 && (n < 11 || method.contains("covers less than it says")),
        "{row:?}"
    );
    assert_eq!(number(row, "confidence"), Some(0.95));
    method
}

#[test]
fn every_mean_of_a_ledger_has_its_interval_its_error_and_its_method() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    expect(rearguard(["run", MALI, "--replications", "40", "--quiet", "--out"]).arg(&out), 0);
    let mut methods: BTreeMap<String, u64> = BTreeMap::new();
    for (table, means) in MEANS {
        let rows = rows(&out, table);
        assert!(!rows.is_empty(), "{table} is empty");
        for row in &rows {
            let n = row["n"].parse().expect("a count");
            assert!((table == "convoys.csv") == (n < 40) || n == 40, "{row:?}");
            for mean in means {
                *methods.entry(known(row, mean, n)).or_default() += 1;
            }
        }
    }
    // Of forty replications of so many rare lines, each kind is there.
    for wanted in [
        "t",
        "t (skewed: covers less than it says)",
        "t (skewed: covers less than it says; cut at the measure's range)",
        "t (no spread seen: rarer values unknown)",
    ] {
        assert!(methods.contains_key(wanted), "no mean by `{wanted}`: {methods:?}");
    }
}

#[test]
fn no_interval_of_a_summary_leaves_the_range_of_its_measure() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    expect(rearguard(["run", MALI, "--replications", "250", "--quiet", "--out"]).arg(&out), 0);
    let mut cut = 0;
    for row in rows(&out, "summary.csv") {
        let is_share = row["measure"].ends_with("_share") || row["statistic"] == "share_zero";
        let most = if is_share && row["statistic"] != "sd" { 1.0 } else { f64::INFINITY };
        let method = &row["method"];
        match (number(&row, "low"), number(&row, "high")) {
            (Some(low), Some(high)) => {
                let estimate = number(&row, "estimate").expect("an estimate");
                assert!(0.0 <= low && low <= estimate && estimate <= high && high <= most, "{row:?}");
                assert!(!method.starts_with("none") && number(&row, "confidence") == Some(0.95), "{row:?}");
                if method.contains("cut at") {
                    cut += 1;
                    assert!(low == 0.0 || high == most, "{row:?}");
                }
                let may_be_flat = ["t (no spread seen: rarer values unknown)", "order statistics (type 7)"];
                assert!(low < high || may_be_flat.contains(&method.as_str()), "{row:?}");
            }
            (None, None) => assert!(method == "none (too few replications)" && row["confidence"].is_empty(), "{row:?}"),
            _ => panic!("half an interval: {row:?}"),
        }
    }
    assert!(cut > 0, "no interval was cut");
}

#[test]
fn the_last_day_of_the_timeline_is_what_the_summary_says_of_the_deadline() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    expect(rearguard(["run", THREE_BASES, "--replications", "200", "--quiet", "--out"]).arg(&out), 0);
    let (days, summary) = (rows(&out, "timeline.csv"), rows(&out, "summary.csv"));
    let last = days.iter().map(|row| row["date"].clone()).max().expect("days");
    let day = |measure: &str| days.iter().find(|row| row["date"] == last && row["measure"] == measure).expect("a row");
    let estimate = |measure: &str, statistic: &str, level: &str| {
        let is_it = |row: &&Row| row["measure"] == measure && row["statistic"] == statistic && row["level"] == level;
        summary.iter().find(is_it).unwrap_or_else(|| panic!("{measure} {statistic} {level}"))
    };
    for (daily, measure) in [
        ("casualties.killed", "casualties.killed"),
        ("casualties.wounded", "casualties.wounded"),
        ("people.out", "people.out_by_deadline"),
    ] {
        let row = day(daily);
        let mean = estimate(measure, "mean", "");
        for (here, there) in [("mean", "estimate"), ("mean_low", "low"), ("mean_high", "high"), ("mean_mcse", "mcse")] {
            let (here, there) = (number(row, here).expect("a number"), number(mean, there).expect("a number"));
            assert!((here - there).abs() <= 1e-12 * there.abs(), "{daily}: {here} against {there}");
        }
        assert_eq!((&row["mean_method"], &row["n"]), (&mean["method"], &mean["n"]));
        for (name, level) in [("q05", "0.05"), ("q25", "0.25"), ("q50", "0.5"), ("q75", "0.75"), ("q95", "0.95")] {
            let quantile = estimate(measure, "quantile", level);
            let beside = |what: &str| format!("{name}_{what}");
            assert!((number(row, name).expect("one") - number(quantile, "estimate").expect("one")).abs() < 1e-9);
            assert_eq!(
                (number(row, &beside("low")), number(row, &beside("high"))),
                (number(quantile, "low"), number(quantile, "high"))
            );
            assert_eq!(row["quantile_method"], quantile["method"]);
        }
    }
}

#[test]
fn a_quantile_of_a_day_is_not_bounded_by_too_few_replications() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    for (n, bounded) in
        [(1, vec![]), (5, vec![]), (40, vec!["q25", "q50", "q75"]), (72, vec!["q05", "q25", "q50", "q75", "q95"])]
    {
        let out = home.path().join(n.to_string());
        expect(rearguard(["run", THREE_BASES, "--quiet", "--replications", &n.to_string(), "--out"]).arg(&out), 0);
        for row in rows(&out, "timeline.csv") {
            known(&row, "mean", n);
            for name in ["q05", "q25", "q50", "q75", "q95"] {
                let ends = ["low", "high"].map(|end| number(&row, &format!("{name}_{end}")));
                assert_eq!(ends.map(|end| end.is_some()), [bounded.contains(&name); 2], "{n}: {name} of {row:?}");
            }
            let wanted = if bounded.is_empty() { "none (too few replications)" } else { "order statistics (type 7)" };
            assert_eq!(row["quantile_method"], wanted);
        }
    }
}

/// Values of a measure under a policy, by replication.
fn values(folder: &Path, policy: &str, measure: &str) -> Vec<f64> {
    let rows = rows(folder, "replications.csv");
    rows.iter().filter(|row| row["policy"] == policy).map(|row| number(row, measure).expect("a value")).collect()
}

#[test]
fn every_number_of_a_contrast_says_how_sure_it_is() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    let args =
        ["compare", MALI, "--policy", "air-granted", "--policy", "leave-early", "--replications", "60", "--quiet"];
    expect(rearguard(args).arg("--out").arg(&out), 0);
    let contrasts = rows(&out, "contrasts.csv");
    for row in &contrasts {
        let one = |column: &str| number(row, column);
        // Without spread there is no test.
        let has_spread = !row["method"].starts_with("t (no spread seen");
        let [p, adjusted] = ["p_value", "adjusted_p_value"].map(one);
        assert!(p.is_some() == has_spread && adjusted.is_some() == has_spread, "{row:?}");
        assert!(!has_spread || p > Some(0.0) && p <= adjusted && adjusted <= Some(1.0), "{row:?}");
        assert_eq!((one("confidence"), one("n")), (Some(0.95), Some(60.0)));
        for name in ["correlation", "variance_reduction_factor"] {
            let [value, low, high] = ["", "_low", "_high"].map(|end| one(&format!("{name}{end}")));
            match (low, high) {
                (Some(low), Some(high)) => assert!(low < value.expect("it") && value.expect("it") < high, "{row:?}"),
                // Where one of the two does not vary there is no correlation, and the factor is 1.
                ends => assert!(ends == (None, None) && value.is_none_or(|value| value.abs() > 0.999_999), "{row:?}"),
            }
        }
        let factor = one("variance_reduction_factor");
        assert_eq!(one("independent_n").is_some(), factor.is_some());
        assert_eq!(row["share_worse"].is_empty(), row["share_worse_method"].is_empty(), "{row:?}");
        let is_event = row["method"] == "newcombe (paired)";
        assert_eq!(is_event, row["test"] == "mcnemar (exact)", "{row:?}");
        assert!(!is_event || number(row, "mcse") != Some(0.0), "an event known for certain: {row:?}");
    }
    let find = |measure: &str, effect: &str| {
        let is_it = |row: &&Row| row["policy"] == "leave-early" && row["measure"] == measure && row["effect"] == effect;
        contrasts.iter().find(is_it).expect("a contrast")
    };
    let both = |measure: &str| ["leave-early", "historical"].map(|policy| values(&out, policy, measure));
    let [here, there] = both("casualties.wounded");
    let expected = paired(&here, &there, 0.95, Worse::Higher).expect("pairs");
    let row = find("casualties.wounded", "total");
    let close = |column: &str, value: f64| {
        let found = number(row, column).expect("a number");
        assert!((found - value).abs() <= 1e-12 * value.abs(), "{column}: {found} against {value}");
    };
    close("p_value", expected.p_value);
    close("variance_reduction_factor_low", expected.variance_reduction_interval.expect("an interval").low);
    close("correlation_high", expected.correlation_interval.expect("an interval").high);
    close("independent_n", expected.independent_n.expect("a number"));
    let [here, there] = both("people.all_out_by_deadline");
    let only = |a: &[f64], b: &[f64]| a.iter().zip(b).filter(|(a, b)| **a > 0.0 && **b == 0.0).count() as u64;
    let p = number(find("people.all_out_by_deadline", "total"), "p_value").expect("a p-value");
    assert!((p - mcnemar_exact(only(&here, &there), only(&there, &here))).abs() < 1e-12, "{p}");
}

#[test]
fn every_mean_on_a_screen_that_covers_less_is_marked_and_no_other() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    let screen = stdout(&expect(rearguard(["run", MALI, "--replications", "100", "--out"]).arg(&out), 0));
    let summary = rows(&out, "summary.csv");
    let method = |measure: &str| {
        let is_it = |row: &&Row| row["measure"] == measure && row["statistic"] == "mean";
        summary.iter().find(is_it).expect("a mean")["method"].clone()
    };
    let mut marked = 0;
    for (line, measure) in [
        ("evacuated by road", "equipment.evacuated_road_units"),
        ("destroyed by owner", "equipment.destroyed_units"),
        ("lost en route", "equipment.lost_en_route_units"),
        ("lost in all", "equipment.lost_units"),
    ] {
        let row = screen.lines().find(|row| row.trim_start().starts_with(line)).unwrap_or_else(|| panic!("{screen}"));
        let units = row.split_once(')').expect("an interval").1;
        assert_eq!(units.starts_with('*'), method(measure).contains("covers less"), "{line}: {row}");
        marked += u32::from(units.starts_with('*'));
    }
    assert_eq!(screen.contains("* too skewed for 100 replications"), screen.contains(")*"), "{screen}");
    assert!(screen.contains(")*") && marked < 4, "{screen}");
    assert!(!screen.contains(" 0.0 "), "a bare nought: {screen}");
}
