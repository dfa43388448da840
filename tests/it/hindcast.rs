//! Forecasts scored against a record: against laws that are known, on any threads, and with a wrong record refused.
#![expect(clippy::needless_raw_string_hashes, reason = "transcripts are written anew by the tool that compares them")]

use std::fs;
use std::path::{Path, PathBuf};

use rearguard::math::{exp, ln};
use serde_json::Value;
use snapbox::str;

use crate::common::{MALI, THREE_BASES, expect, package, rearguard, results_of, stderr, stdout};

/// A hub on which fire falls as a Poisson process, whatever happens elsewhere.
const FIRE: &str = r#"format = 1
extends = "three-bases.toml"
[base_fire]
falls = true
calm_per_day = 0.05
"#;

const HEADER: &str = "id,kind,measure,base,date,value,low,high,reading,source,group,in_sample,miss,not_simulated\n";

/// A copy of the shipped scenarios with one more and its facts.
fn home(scenario: &str, facts: &str) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    fs::copy(package().join(THREE_BASES), home.path().join("three-bases.toml")).expect("a file can be copied");
    let file = home.path().join("case.toml");
    fs::write(&file, scenario).expect("a file can be written");
    fs::write(home.path().join("case.facts.csv"), format!("{HEADER}{facts}")).expect("a file can be written");
    (home, file)
}

fn hindcast(file: &Path, out: &Path, more: &[&str]) -> Value {
    let command = rearguard(["hindcast", "--json", "--out"]).arg(out).arg(file).args(more);
    serde_json::from_str(&stdout(&expect(command, 0))).expect("JSON")
}

fn fact<'v>(results: &'v Value, id: &str) -> &'v Value {
    let facts = results["hindcast"]["facts"].as_array().expect("facts");
    facts.iter().find(|fact| fact["fact"] == id).unwrap_or_else(|| panic!("no {id}"))
}

/// Whether a score lies within four of its own standard errors of what it should be.
#[track_caller]
fn near(scored: &Value, expected: f64) {
    let (value, mcse) = (scored["value"].as_f64().expect("a value"), scored["mcse"].as_f64().expect("an error"));
    assert!(mcse > 0.0 && mcse < 0.1, "{mcse}");
    assert!((value - expected).abs() < 4.0 * mcse, "{value} ± {mcse} against {expected}");
}

/// Probabilities of a Poisson count of mean 3, which is 60 days at 0.05 a day.
fn poisson(count: i32) -> f64 {
    (1..=count).fold(exp(-3.0), |p, k| p * 3.0 / f64::from(k))
}

fn square(x: f64) -> f64 {
    x * x
}

fn cdf(count: i32) -> f64 {
    (0..=count).map(poisson).sum()
}

/// Continuous ranked probability score of that law: the sum over steps of the squared distance of the distributions.
fn poisson_crps(observed: i32) -> f64 {
    (0..60).map(|k| square(cdf(k) - f64::from(u8::from(k >= observed)))).sum()
}

#[test]
fn scores_of_a_poisson_count_are_those_of_its_law() {
    // 2030-03-01 is the sixtieth day.
    let facts = "N5,number,fire_incidents,port,2030-03-01,5,,,,S1,one,no,,\n\
                 N0,number,fire_incidents,port,2030-03-01,0,,,,S2,one,no,,\n\
                 R1,number,fire_incidents,port,2030-03-01,2,1,3,,S3,one,yes,,\n\
                 B1,bound,fire_incidents,port,2030-03-01,4,4,6,,S1,two,no,,\n\
                 Y1,yes_no,fire_incidents,port,2030-03-01,no,,,,S1,two,no,,\n\
                 X1,number,,,,1,,,,S1,two,no,,nothing counts it\n";
    let (home, file) = home(FIRE, facts);
    let results = hindcast(&file, &home.path().join("out"), &["--replications", "4000"]);
    let forecast = |id: &str, what: &str| fact(&results, id)["forecast"][what].clone();
    near(&forecast("N5", "mid_pit"), cdf(4) + poisson(5) / 2.0);
    near(&forecast("N5", "estimate"), poisson_crps(5));
    near(&forecast("N0", "mid_pit"), poisson(0) / 2.0);
    near(&forecast("N0", "estimate"), poisson_crps(0));
    near(&forecast("R1", "mid_pit"), poisson(0) + (cdf(3) - cdf(0)) / 2.0);
    near(&forecast("B1", "within"), cdf(6) - cdf(3));
    near(&forecast("B1", "log_within"), ln(cdf(6) - cdf(3)));
    near(&forecast("B1", "at_least"), 1.0 - cdf(3));
    near(&forecast("Y1", "estimate"), square(1.0 - poisson(0)));
    near(&forecast("Y1", "mid_pit"), poisson(0) / 2.0);
    // Grades: 0.866 is in the middle 90% and not 50%; 0.025 is in the middle 99% and not 90%.
    let grade = |id: &str| fact(&results, id)["grade"].as_str().map(str::to_owned);
    assert_eq!(["N5", "N0", "R1"].map(|id| grade(id).expect("a grade")), ["B", "C", "A"]);
    assert_eq!((grade("X1"), fact(&results, "X1")["not_simulated"].as_str()), (None, Some("nothing counts it")));
    // The plan foresees no fire: its forecast of 5 is off by 5.
    let plan = &fact(&results, "N5")["references"]["plan"];
    assert_eq!(plan["estimate"]["value"].as_f64(), Some(5.0));
    let skill = plan["skill"].as_f64().expect("a skill");
    assert!((skill - (1.0 - poisson_crps(5) / 5.0)).abs() < 0.02, "{skill}");
    // The two facts of group `one` outside the sample are of one count, which is one event: the first counts. A count is
    // outside the middle 90% of this law at 0, at 7 and above.
    let group = results["hindcast"]["groups"].as_array().expect("groups").iter();
    let one = group.clone().find(|row| row["group"] == "one" && row["in_sample"] == false).expect("the group");
    let outside = poisson(0) + 1.0 - cdf(6);
    let mean = one["by_luck"]["mean"].as_f64().expect("a mean");
    // A share of 4,000 replications: four standard errors.
    assert!((mean - outside).abs() < 4.0 * (outside / 4000.0).sqrt(), "{mean} against {outside}");
    assert!(one["outside_90"] == 0 && group.filter(|row| row["group"].is_null()).count() == 2);
    assert_eq!(["N5", "N0"].map(|id| fact(&results, id)["counted_with"].as_str()), [None, Some("N5")]);
    // No fire is as good as any plan against 0 and no better than the model's against 5.
    assert_eq!(one["against"]["plan"], serde_json::json!({ "better": 1, "worse": 0, "compared": 1 }));
}

/// An event that facts of two groups tell of counts once among all and once in each.
#[test]
fn a_group_keeps_its_row_though_another_tells_of_the_same_event() {
    let facts = "A1,number,casualties.wounded,,,5,,,,S1,one,no,,\n\
                 A2,number,casualties.wounded,,,6,,,,S2,two,no,,\n\
                 O1,order,closure_order,,,east;north,,,,S1,one,no,,\n\
                 O2,order,closure_order,,,north;port,,,,S1,two,no,,\n";
    let (home, file) = home(FIRE, facts);
    let results = hindcast(&file, &home.path().join("out"), &["--replications", "60"]);
    let groups = results["hindcast"]["groups"].as_array().expect("groups");
    let of = |group: Option<&str>| {
        let row = groups.iter().find(|row| row["group"].as_str() == group).expect("the group");
        (
            row["grades"].as_array().expect("grades").iter().filter_map(Value::as_u64).sum::<u64>(),
            row["against"]["plan"]["compared"].as_u64(),
        )
    };
    assert_eq!([Some("one"), Some("two"), None].map(of), [(1, Some(2)), (1, Some(2)), (1, Some(3))]);
    assert_eq!(["A2", "O2"].map(|id| fact(&results, id)["counted_with"].as_str()), [Some("A1"), None]);
}

/// The score of a range is the mean over it, and a reference is beaten by more than the errors of both alone.
#[test]
fn a_range_is_scored_over_its_places_and_what_chance_decides_is_no_win() {
    let facts = "R,number,fire_incidents,port,2030-03-01,4,2,6,,S1,one,no,,\n\
                 W,number,fire_incidents,port,2030-03-31,9,0,20,,S1,two,no,,\n";
    let (home, file) = home(FIRE, facts);
    let results = hindcast(&file, &home.path().join("out"), &["--replications", "4000"]);
    // The score between two whole numbers is linear in where the record stands: Simpson's rule is the trapezium's.
    let expected = (2..6).map(|k| 0.5 * (poisson_crps(k) + poisson_crps(k + 1))).sum::<f64>() / 4.0;
    near(&fact(&results, "R")["forecast"]["estimate"], expected);
    let groups = results["hindcast"]["groups"].as_array().expect("groups");
    let plan = |group: &str| {
        let row = groups.iter().find(|row| row["group"] == group).expect("the group");
        row["against"]["plan"].clone()
    };
    // No fire in three months: at 0 the plan's forecast is the better, at 20 the model's, so that the record cannot tell.
    assert_eq!(plan("two"), serde_json::json!({ "better": 0, "worse": 0, "compared": 1 }));
    assert_eq!(plan("one"), serde_json::json!({ "better": 1, "worse": 0, "compared": 1 }));
    // A handful says how little it can say.
    let few = rearguard(["hindcast", "--replications", "9", "--out"]).arg(home.path().join("few")).arg(&file);
    let said = stdout(&expect(few, 0));
    assert!(said.contains("outside all of 9 by luck with probability 20.0%"), "{said}");
    assert!(said.contains("so few show no error"), "{said}");
    let results = hindcast(&file, &home.path().join("29"), &["--replications", "29"]);
    for row in results["hindcast"]["groups"].as_array().expect("groups") {
        assert_eq!(
            (&row["against"]["plan"]["better"], &row["against"]["plan"]["worse"]),
            (&0.into(), &0.into()),
            "{row}"
        );
    }
}

#[test]
fn facts_that_inputs_were_set_from_never_count_as_a_test() {
    let results = hindcast(
        &package().join(MALI),
        &tempfile::tempdir().expect("a folder").path().join("out"),
        &["--replications", "60"],
    );
    let sample = |id: &str| (fact(&results, id)["in_sample"].as_bool(), fact(&results, id)["fitted_unsaid"].as_bool());
    // By the file; by `fitted_from` alone; another source on the same event; nothing was set from it.
    assert_eq!(sample("F007"), (Some(true), Some(false)));
    assert_eq!(sample("F058"), (Some(true), Some(true)));
    assert_eq!(sample("F059"), (Some(true), Some(true)));
    assert_eq!(sample("F040"), (Some(false), Some(false)));
    // Sources that disagree are both there, each with its own reading.
    let [one, other] = ["F045", "F046"].map(|id| fact(&results, id)["forecast"]["estimate"]["value"].as_f64());
    assert!(one.is_some() && one != other);
    let facts = results["hindcast"]["facts"].as_array().expect("facts");
    assert_eq!(facts.iter().filter(|fact| !fact["not_simulated"].is_null()).count(), 2);
    assert!(facts.iter().all(|fact| fact["forecast"].is_null() != fact["not_simulated"].is_null()));
}

#[test]
fn a_hindcast_is_reproduced_from_its_own_folder_and_goes_on_where_it_stopped() {
    let (home, file) = home(FIRE, "N5,number,fire_incidents,port,2030-03-01,5,,,,S1,one,no,,\n");
    let out = home.path().join("out");
    let run = |out: &Path, more: &[&str]| {
        expect(rearguard(["hindcast", "--quiet", "--out"]).arg(out).arg(&file).args(more), 0);
    };
    run(&out, &["--replications", "300"]);
    let whole = home.path().join("whole");
    run(&whole, &["--replications", "600"]);
    run(&out, &["--replications", "600", "--extend"]);
    assert_eq!(results_of(&out), results_of(&whole));
    // The facts are in the folder: neither scenario nor facts file is needed.
    fs::remove_file(home.path().join("case.facts.csv")).expect("a file can be removed");
    let again = rearguard(["reproduce", "--quiet", "--out"]).arg(home.path().join("again")).arg(&out);
    expect(again, 0);
}

#[test]
fn other_facts_are_other_inputs() {
    let (home, file) = home(FIRE, "N5,number,fire_incidents,port,2030-03-01,5,,,,S1,one,no,,\n");
    let out = home.path().join("out");
    let run = || rearguard(["hindcast", "--quiet", "--replications", "20", "--out"]).arg(&out).arg(&file);
    expect(run(), 0);
    fs::write(
        home.path().join("case.facts.csv"),
        format!("{HEADER}N5,number,fire_incidents,port,2030-03-01,6,,,,S1,one,no,,\n"),
    )
    .expect("a file can be written");
    let said = stderr(&expect(run(), 4));
    assert!(said.contains("case.facts.csv"), "{said}");
}

#[test]
fn a_wrong_record_is_refused_with_every_problem_and_nothing_is_run() {
    let facts = "N1,number,fire_incidnts,port,2030-03-01,5,,,,S1,one,no,,\n\
                 N2,date,departure,nroth,,2030-05-02,,,,S1,one,yes,,\n\
                 N2,bound,casualties.killed,,,5,6,7,,S1,one,perhaps,,\n\
                 N3,bound,casualties.killed,,,5,,,,S1,one,no,,\n";
    let (home, file) = home(FIRE, facts);
    let command = || rearguard(["hindcast", "case.toml", "--color", "never"]).current_dir(home.path());
    command().assert().code(3).stdout_eq("").stderr_eq(str![[r#"
error[E019]: there is no measure `fire_incidnts`
 --> case.facts.csv:2:11
  |
2 | N1,number,fire_incidnts,port,2030-03-01,5,,,,S1,one,no,,
  |           ^^^^^^^^^^^^^
  |
  = help: did you mean `fire_incidents`?; or say why in `not_simulated`

error[E019]: the scenario has no base `nroth`
 --> case.facts.csv:3:19
  |
3 | N2,date,departure,nroth,,2030-05-02,,,,S1,one,yes,,
  |                   ^^^^^
  |
  = help: did you mean `north`?

error[E018]: two facts have the id `N2`
 --> case.facts.csv:4:1
  |
4 | N2,bound,casualties.killed,,,5,6,7,,S1,one,perhaps,,
  | ^^
  |
  = help: rename this one or the one at case.facts.csv:3

error[E030]: `value` does not lie between `low` and `high`
 --> case.facts.csv:4:30
  |
4 | N2,bound,casualties.killed,,,5,6,7,,S1,one,perhaps,,
  |                              ^
  |
  = help: the range is what the words of the source may mean

error[E020]: `in_sample` cannot be `perhaps`
 --> case.facts.csv:4:44
  |
4 | N2,bound,casualties.killed,,,5,6,7,,S1,one,perhaps,,
  |                                            ^^^^^^^
  |
  = help: the words are `no`, `yes`

error[E034]: this bound leaves no range: it would be scored as the number itself
 --> case.facts.csv:5:30
  |
5 | N3,bound,casualties.killed,,,5,,,,S1,one,no,,
  |                              ^
  |
  = help: in `high` say the most that the words may mean, such as the next round number, which the source would have named; or make the fact a `number`

6 problems; nothing was run

"#]]);
    assert!(file.exists() && !home.path().join("results").exists());
    // `check` says the same.
    let said = stderr(&expect(rearguard(["check", "case.toml"]).current_dir(home.path()), 3));
    assert!(said.contains("E019") && said.contains("case.facts.csv:2:11"), "{said}");
}

#[test]
fn without_a_record_people_are_told_how_to_give_one() {
    let (home, _) = home(FIRE, "");
    fs::remove_file(home.path().join("case.facts.csv")).expect("a file can be removed");
    rearguard(["hindcast", "case.toml"]).current_dir(home.path()).assert().code(3).stdout_eq("").stderr_eq(str![[r#"
error[E001]: there are no facts to score forecasts against: `case.facts.csv` cannot be read
 |
 = help: write one, or name one elsewhere with --facts FILE; docs/scenario.md says how they are written

1 problem; nothing was run

"#]]);
    let two = rearguard(["hindcast", "case.toml", "--policy", "as-planned", "--policy", "trucks-granted"]);
    assert!(stderr(&expect(two.current_dir(home.path()), 2)).contains("one policy"));
}

#[test]
fn every_line_of_the_screen_fits_a_terminal_of_80_columns() {
    let out = tempfile::tempdir().expect("a folder");
    let command = rearguard(["hindcast", MALI, "--replications", "40", "--out"]).arg(out.path().join("out"));
    let shown = stdout(&expect(command, 0));
    let policy = shown.find("\nPolicy ").expect("the scores begin");
    let end = shown.find("\nResults: ").expect("they end");
    for line in shown[policy..end].lines() {
        assert!(line.chars().count() <= 80, "{} characters: {line}", line.chars().count());
        assert!(!line.contains(" 100.0%") && !line.contains(" 0.0%"), "{line}");
    }
}

#[test]
fn a_group_that_is_left_out_loses_what_was_set_from_it() {
    let scenario = format!(
        "{FIRE}critical_per_day = {{ quantiles = [0.2, 0.6, 1.8], truncate = [0, 10] }}\nsheltered_share = {{ value = 0.5, low = 0.2, high = 0.8, fitted_from = \"R1\" }}\n"
    )
    .replace("calm_per_day = 0.05", "calm_per_day = { quantiles = [0.025, 0.05, 0.1], fitted_from = [\"R1\", \"E1\"] }");
    let facts = "R1,number,fire_incidents,port,2030-06-29,12,,,,S1,rates,yes,,\n\
                 E1,number,fire_incidents,port,2030-03-01,9,8,10,,S1,early,yes,,\n";
    let (home, file) = home(&scenario, facts);
    let results = hindcast(&file, &home.path().join("out"), &["--replications", "1000", "--leave-out", "rates"]);
    let left_out = fact(&results, "R1");
    assert_eq!(
        (left_out["in_sample"].as_bool(), fact(&results, "E1")["in_sample"].as_bool()),
        (Some(false), Some(true))
    );
    // A fifth of the replications, and those as near: the other fact says 9 in two months where 3 were believed.
    let kept = results["hindcast"]["replications"].as_u64().expect("a number");
    assert!((200..400).contains(&kept), "{kept}");
    let median = |forecast: &Value| forecast["quantiles"][1].as_f64().expect("a median");
    let (without, with) = (median(&left_out["forecast"]), median(&left_out["references"]["all-facts"]));
    assert!((7.0..12.0).contains(&with) && without > 1.5 * with, "{without} against {with}");
    let shown = stdout(&expect(
        rearguard(["hindcast", "--leave-out", "Rates", "--replications", "1000", "--out"])
            .arg(home.path().join("out"))
            .arg(&file),
        0,
    ));
    for said in [
        "Left out: rates. 2 inputs",
        "E1: the ",
        "base_fire.calm_per_day",
        "base_fire.sheltered_share",
        "0.230 to 0.770",
    ] {
        assert!(shown.contains(said), "no `{said}` in\n{shown}");
    }
    let policy = shown.find("\nPolicy ").expect("the scores begin");
    let end = shown.find("\nResults: ").expect("they end");
    assert!(shown[policy..end].lines().all(|line| line.chars().count() <= 80), "{shown}");
    // Without other evidence all replications count, and the forecast is wider than with all facts.
    let early = hindcast(&file, &home.path().join("early"), &["--replications", "1000", "--leave-out", "early"]);
    assert!(early["hindcast"]["replications"].as_u64().is_some_and(|kept| kept < 1000));
}

#[test]
fn a_group_that_is_none_is_refused_with_the_nearest() {
    let (home, _) = home(FIRE, "N5,number,fire_incidents,port,2030-03-01,5,,,,S1,rates,no,,\n");
    let said = |more: &[&str], code: i32| {
        stderr(&expect(rearguard(["hindcast", "case.toml"]).args(more).current_dir(home.path()), code))
    };
    let wrong = said(&["--leave-out", "rate"], 3);
    assert!(wrong.contains("no fact is of the group `rate`") && wrong.contains("did you mean `rates`?"), "{wrong}");
    let without = home.path().join("results/case-hindcast-without-rates/hindcast.csv");
    assert!(said(&["--leave-out", "RATES", "--replications", "40"], 0).is_empty() && without.exists());
    fs::remove_dir_all(home.path().join("results")).expect("results can be removed");
    let one = rearguard(["hindcast", "case.toml", "--replications", "1", "--out", "one"]).current_dir(home.path());
    assert!(stdout(&expect(one, 0)).contains("too few replications"));
    assert!(said(&["--leave-out", "rates", "--point"], 2).contains("give one of them"));
    assert!(!home.path().join("results").exists());
}

#[test]
fn every_group_of_the_reference_case_can_be_left_out() {
    let home = tempfile::tempdir().expect("a folder");
    let text = fs::read_to_string(package().join("scenarios/mali-2023.facts.csv")).expect("the facts");
    let mut facts = csv::Reader::from_reader(text.as_bytes());
    let at = facts.headers().expect("names").iter().position(|name| name == "group").expect("a group");
    let groups: std::collections::BTreeSet<String> =
        facts.records().map(|row| row.expect("a row")[at].to_owned()).collect();
    assert!(groups.len() > 5);
    for group in groups {
        let out = home.path().join(&group);
        let args = ["hindcast", MALI, "--leave-out", &group, "--replications", "20", "--quiet", "--out"];
        expect(rearguard(args).arg(out), 0);
    }
}

#[test]
fn a_slip_in_fitted_from_is_no_way_to_make_a_test() {
    let scenario = FIRE.replace(
        "calm_per_day = 0.05",
        "calm_per_day = { value = 0.05, low = 0.02, high = 0.1, fitted_from = \"N6\" }",
    );
    let (home, _) = home(&scenario, "N5,number,fire_incidents,port,2030-03-01,5,,,,S1,one,no,,\n");
    for command in ["check", "hindcast"] {
        let said = stderr(&expect(rearguard([command, "case.toml"]).current_dir(home.path()), 3));
        assert!(said.contains("`base_fire.calm_per_day` at case.toml:"), "{said}");
        assert!(said.contains("is fitted from `N6`") && said.contains("`N5`"), "{said}");
    }
    // A scenario that extends it has a record of its own, and does not answer for what it inherits.
    fs::write(home.path().join("more.toml"), "format = 1\nextends = \"case.toml\"\n").expect("a file can be written");
    fs::write(
        home.path().join("more.facts.csv"),
        format!("{HEADER}M1,number,fire_incidents,port,2030-03-01,5,,,,S1,one,no,,\n"),
    )
    .expect("a file can be written");
    expect(rearguard(["check", "more.toml"]).current_dir(home.path()), 0);
}
