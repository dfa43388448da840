//! Calibration: what the record bears out, from facts to an overlay that any experiment takes; cut short anywhere it ends
//! with the same bytes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use rayon::prelude::*;
use rearguard::draw::{Purpose, Streams};

use crate::common::{
    MALI, Row, THREE_BASES, assert_same_bytes, command, expect, number, package, rearguard, release_build, results_of,
    rows, stderr, stdout, test_build,
};

const COLUMNS: &str = "id,kind,measure,base,date,value,low,high,reading,source,group,in_sample,miss,not_simulated";
/// What is looked for, and where its law goes.
const PARAMETER: &str = "packing.start_before_days";
/// What is seen of it.
const SEEN: [&str; 2] = ["equipment.lost_usd", "equipment.abandoned_units"];

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

pub fn facts(home: &Path, rows: &[(&str, f64, bool)]) -> PathBuf {
    let path = home.join("facts.csv");
    let row = |(at, (measure, value, in_sample)): (usize, &(&str, f64, bool))| {
        let in_sample = if *in_sample { "yes" } else { "no" };
        format!("F{at},number,{measure},,,{value},,,As counted,S0,losses,{in_sample},,\n")
    };
    let rows: String = rows.iter().enumerate().map(row).collect();
    fs::write(&path, format!("{COLUMNS}\n{rows}")).expect("a file can be written");
    path
}

pub fn calibrate(facts: &Path, args: &[&str]) -> Vec<String> {
    let facts = facts.to_string_lossy().into_owned();
    let fixed = ["calibrate", THREE_BASES, "--quiet", "--free", PARAMETER, "--facts", &facts];
    fixed.iter().chain(args).map(|&arg| arg.to_owned()).collect()
}

/// The prior's value at a probability, by the program's own law.
fn prior_at(share: f64) -> f64 {
    let case = crate::common::case::<&str>(Path::new(THREE_BASES), &[]);
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let known = model.uncertainties().iter().find(|known| known.path == PARAMETER).expect("it is uncertain");
    known.law.quantile(share)
}

/// Draws a truth from the prior, lets the model make a record of it, calibrates to that; the truth's rank among the draws, and
/// how much narrower they are.
fn rank_of_truth(program: &Path, run: u64, particles: &str) -> (f64, f64) {
    let home = home();
    let program = |args: Vec<String>| command(program).args(args).args(["--threads", "1"]);
    let share = Streams::new(17, run).stream(Purpose::Test, 0, 0).uniform();
    let truth = prior_at(share);
    let record = home.path().join("record");
    let (set, seed) = (format!("{PARAMETER}={truth}"), (1_000 + run).to_string());
    let args = ["run", THREE_BASES, "--quiet", "--replications", "1", "--seed", &seed, "--set", &set];
    expect(program(args.map(str::to_owned).to_vec()).arg("--out").arg(&record), 0);
    let seen = &rows(&record, "replications.csv")[0];
    let facts = facts(home.path(), &SEEN.map(|measure| (measure, number(seen, measure), true)));
    let out = home.path().join("calibrated");
    let seed = (2_000 + run).to_string();
    let args = calibrate(&facts, &["--particles", particles, "--generations", "3", "--seed", &seed]);
    expect(program(args).arg("--out").arg(&out), 0);
    let drawn: Vec<f64> = rows(&out, "overlay.csv").iter().map(|row| number(row, PARAMETER)).collect();
    let below = drawn.iter().filter(|&&value| value < truth).count();
    (below as f64 / drawn.len() as f64, number(&rows(&out, "parameters.csv")[0], "spread_ratio"))
}

/// Fails if ranks are not alike over 0 to 1, or the record taught nothing.
fn check_ranks(found: &[(f64, f64)]) {
    let mut ranks: Vec<f64> = found.iter().map(|(rank, _)| *rank).collect();
    ranks.sort_by(f64::total_cmp);
    let n = ranks.len() as f64;
    let away = |(at, rank): (usize, &f64)| ((at + 1) as f64 / n - rank).abs().max((rank - at as f64 / n).abs());
    let away = ranks.iter().enumerate().map(away).fold(0.0, f64::max);
    // Kolmogorov's 99.9% point.
    assert!(away < 1.95 / n.sqrt(), "{away}: {ranks:?}");
    // A record that teaches nothing leaves the spread as it was: 1 on average.
    let spread = found.iter().map(|(_, spread)| spread).sum::<f64>() / n;
    let variance = found.iter().map(|(_, one)| (one - spread) * (one - spread)).sum::<f64>() / (n - 1.0);
    let error = (variance / n).sqrt();
    println!("{n} truths: ranks at most {away:.3} from uniform; spread {spread:.3} ± {error:.3} of the prior's");
    assert!(spread < 1.0 - 3.0 * error, "the record taught nothing: {spread} ± {error}");
}

#[test]
fn a_truth_of_the_models_own_making_has_any_rank() {
    check_ranks(&(0..12).map(|run| rank_of_truth(&test_build(), run, "60")).collect::<Vec<_>>());
}

#[test]
#[ignore = "takes minutes; tests/run --long runs it"]
fn truths_of_the_models_own_making_have_every_rank_alike() {
    let program = release_build();
    let found: Vec<_> = (0..200).into_par_iter().map(|run| rank_of_truth(&program, run, "150")).collect();
    check_ranks(&found);
}

#[test]
fn a_calibration_killed_at_any_instant_ends_with_the_same_bytes() {
    let home = home();
    let facts = facts(home.path(), &SEEN.map(|measure| (measure, 0.0, true)));
    let args = calibrate(&facts, &["--particles", "200", "--generations", "3"]);
    let whole = home.path().join("whole");
    expect(rearguard(&args).args(["--threads", "1", "--out"]).arg(&whole), 0);
    let expected = results_of(&whole);
    let there = |out: &Path| fs::read_dir(out.join("chunks")).map_or(0, Iterator::count);
    let mut cut_short = 0;
    for wanted in [1, 4] {
        let out = home.path().join(format!("killed-{wanted}"));
        let mut command = Command::new(test_build());
        command.current_dir(package()).args(&args).arg("--out").arg(&out);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        while there(&out) < wanted && child.try_wait().expect("it can be asked").is_none() {
            sleep(Duration::from_millis(1));
        }
        child.kill().expect("it is ours");
        cut_short += usize::from(!child.wait().expect("it ends").success());
        expect(rearguard(&args).args(["--threads", "2", "--out"]).arg(&out), 0);
        assert_same_bytes(("uninterrupted", &expected), ("killed and gone on with", &results_of(&out)));
    }
    assert!(cut_short > 0, "no kill came in time");
    let said = stdout(&expect(rearguard(["reproduce"]).arg(&whole).arg("--out").arg(home.path().join("again")), 0));
    assert!(said.contains("reproduced"), "{said}");
}

#[test]
fn an_overlay_is_taken_by_every_experiment_a_row_for_each_draw() {
    let home = home();
    let facts = facts(home.path(), &SEEN.map(|measure| (measure, 0.0, true)));
    let calibrated = home.path().join("calibrated");
    let free = format!("{PARAMETER},road.0.km");
    let args: Vec<String> = calibrate(&facts, &["--particles", "60", "--generations", "3"]);
    let args: Vec<String> = args.into_iter().map(|arg| if arg == PARAMETER { free.clone() } else { arg }).collect();
    expect(rearguard(args).arg("--out").arg(&calibrated), 0);
    let overlay = calibrated.join("overlay.csv");
    let drawn = rows(&calibrated, "overlay.csv");
    let run = |name: &str, args: &[&str]| -> Vec<Row> {
        let out = home.path().join(name);
        expect(rearguard(args).args(["--quiet", "--replications", "5"]).arg("--out").arg(&out), 0);
        expect(rearguard(["verify"]).arg(&out), 0);
        rows(&out, "replications.csv")
    };
    let overlay_text = overlay.to_string_lossy().into_owned();
    let together = run("together", &["run", THREE_BASES, "--overlay", &overlay_text]);
    for replication in [0, 3] {
        // The same with that row's values set, one at a time.
        let set = |path: &str| format!("{path}={}", drawn[replication][path]);
        let (days, km) = (set(PARAMETER), set("road.0.km"));
        let name = format!("alone-{replication}");
        let alone = run(&name, &["run", THREE_BASES, "--set", &days, "--set", &km]);
        assert_eq!(together[replication], alone[replication]);
    }
    let policies = ["compare", THREE_BASES, "--policy", "trucks-granted", "--overlay", &overlay_text];
    let compared = run("compared", &policies);
    assert_eq!(compared[..5], together[..]);
    let swept = ["sweep", THREE_BASES, "--sweep", "base.east.crews=1,2", "--overlay", &overlay_text];
    assert_eq!(run("swept", &swept).len(), 10);
    // Another overlay is another experiment.
    fs::write(&overlay, fs::read_to_string(&overlay).expect("text").replace("\n0,", "\n9,"))
        .expect("it can be written");
    let again = rearguard(["run", THREE_BASES, "--overlay", &overlay_text, "--replications", "5", "--out"]);
    let said = stderr(&expect(again.arg(home.path().join("together")), 4));
    assert!(said.contains("overlay"), "{said}");
}

#[test]
fn a_screen_says_how_many_replications_share_how_few_rows() {
    let home = home();
    let overlay = home.path().join("overlay.csv");
    fs::write(&overlay, "draw,road.0.km\n0,250\n1,270\n2,250\n").expect("it can be written");
    let run = |args: &[&str], code| {
        let out = home.path().join(args.join("-"));
        let run = rearguard(["run", THREE_BASES, "--overlay"]).arg(&overlay).args(args).arg("--out").arg(out);
        let done = expect(run, code);
        stdout(&done) + &stderr(&done)
    };
    let shared = "8 replications share 2 different rows of the overlay. Intervals hold for these rows";
    assert!(run(&["--replications", "8"], 0).contains(shared));
    assert!(run(&["--nested", "4x2"], 0).contains("4 draws share 2 different rows"));
    assert!(!run(&["--replications", "2"], 0).contains("different row"), "each has a row of its own");
    let precision =
        |half| run(&["--precision", half, "--max-replications", "1000"], if half.ends_with("50") { 0 } else { 5 });
    for said in [precision("casualties.wounded=50"), precision("casualties.wounded=0.1")] {
        assert!(said.contains("These are precisions for the rows of the overlay"), "{said}");
    }
}

#[test]
fn facts_that_test_the_outcome_are_left_alone_unless_asked_for() {
    let home = home();
    let mixed = facts(home.path(), &[(SEEN[0], 0.0, true), (SEEN[1], 0.0, false)]);
    let used = |args: &[&str], name: &str| {
        let out = home.path().join(name);
        expect(
            rearguard(calibrate(&mixed, &[&["--particles", "50", "--generations", "1"], args].concat()))
                .arg("--out")
                .arg(&out),
            0,
        );
        rows(&out, "facts.csv").iter().map(|row| row["fact"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(used(&[], "in-sample"), ["F0"]);
    assert_eq!(used(&["--emergent-too"], "all"), ["F0", "F1"]);
    let emergent = home.path().join("emergent");
    fs::create_dir(&emergent).expect("a folder can be made");
    let emergent = facts(&emergent, &[(SEEN[0], 0.0, false)]);
    let said = stderr(&expect(rearguard(calibrate(&emergent, &[])).arg("--out").arg(home.path().join("none")), 2));
    assert!(said.contains("--emergent-too"), "{said}");
}

#[test]
fn history_matching_rules_out_what_no_chance_would_give() {
    let home = home();
    let args = |value: f64| {
        let facts = facts(home.path(), &[("people.out_by_deadline", value, true)]);
        calibrate(&facts, &["--method", "history", "--particles", "50", "--replications", "6"])
    };
    let out = home.path().join("open");
    let people = {
        let out = home.path().join("plain");
        expect(rearguard(["run", THREE_BASES, "--quiet", "--replications", "40", "--out"]).arg(&out), 0);
        rows(&out, "replications.csv").iter().map(|row| number(row, "people.out_by_deadline")).sum::<f64>() / 40.0
    };
    let loud = |value: f64| -> Vec<String> { args(value).into_iter().filter(|arg| arg != "--quiet").collect() };
    let said = stdout(&expect(rearguard(loud(people.round())).arg("--out").arg(&out), 0));
    let left = rows(&out, "overlay.csv").len();
    assert!(left > 25, "the model's own mean is hardly implausible");
    assert_eq!(rows(&out, "implausibility.csv").len(), 50);
    let bound = number(&rows(&out, "parameters.csv")[0], "moved_bound");
    let untold = format!("told from their prior by an effective sample of {left} (a distance under {bound:.2} would");
    assert!(said.contains(&untold), "`{untold}` is missing from\n{said}");
    let out = home.path().join("shut");
    let said = stdout(&expect(rearguard(loud(1.0e6)).arg("--out").arg(&out), 0));
    assert!(said.contains("Nothing is left") && !out.join("overlay.csv").exists(), "{said}");
}

#[test]
fn what_cannot_be_calibrated_is_refused_with_what_to_do() {
    let home = home();
    let facts = facts(home.path(), &[(SEEN[0], 0.0, true)]);
    let refused = |args: &[&str], code: i32, wanted: &str| {
        let said = stderr(&expect(rearguard(calibrate(&facts, args)), code));
        assert!(said.contains(wanted), "{args:?}: {said}");
    };
    refused(&["--shard", "1/2"], 2, "without --shard");
    refused(&["--point"], 2, "takes no --point");
    refused(&["--replications", "9"], 2, "--particles");
    refused(&["--particles", "5"], 2, "50..=20000");
    refused(&["--policy", "as-planned", "--policy", "trucks-granted"], 2, "one policy");
    refused(&["--overlay", "CHANGELOG.md"], 2, "leave --overlay out");
    refused(&["--method", "history", "--replications", "1"], 2, "2 replications");
    let missing = rearguard(["calibrate", THREE_BASES, "--free", PARAMETER]);
    assert!(stderr(&expect(missing, 3)).contains("facts.csv"));
    expect(rearguard(["calibrate", THREE_BASES]), 2);
    let stray = home.path().join("stray.csv");
    fs::write(&stray, "draw,nosuch.key\n0,2\n").expect("it can be written");
    let said = stderr(&expect(rearguard(["run", THREE_BASES, "--overlay"]).arg(&stray), 3));
    assert!(said.contains("a number that is set has no law any more; the uncertain numbers are `road."), "{said}");
    let wrong = rearguard(["run", THREE_BASES, "--overlay", "CHANGELOG.md"]);
    assert!(stderr(&expect(wrong, 3)).contains("CHANGELOG.md"));
}

#[test]
fn a_calibration_takes_the_facts_that_a_hindcast_says_inputs_were_set_from() {
    let home = home();
    let (scored, calibrated) = (home.path().join("scored"), home.path().join("calibrated"));
    expect(rearguard(["hindcast", MALI, "--replications", "3", "--quiet", "--out"]).arg(&scored), 0);
    let size = ["--particles", "50", "--generations", "1", "--quiet", "--out"];
    expect(rearguard(["calibrate", MALI, "--free", PARAMETER]).args(size).arg(&calibrated), 0);
    let of = |folder: &Path, file: &str| -> BTreeSet<String> {
        let rows = rows(folder, file);
        let counts = |row: &&Row| {
            let is_simulated = !row["measure"].is_empty() && row.get("kind").is_none_or(|kind| kind != "order");
            ["yes", "true"].contains(&row["in_sample"].as_str()) && is_simulated
        };
        rows.iter().filter(counts).map(|row| row["fact"].clone()).collect()
    };
    let used = of(&calibrated, "facts.csv");
    assert_eq!(used, of(&scored, "hindcast.csv"));
    assert_eq!(used.len(), rows(&calibrated, "facts.csv").len(), "a fact is used that no input was set from");
    // The scenario names some that the facts file does not.
    let file = fs::read_to_string(package().join("scenarios/mali-2023.facts.csv")).expect("facts");
    let mut csv = csv::Reader::from_reader(file.as_bytes());
    let by_file =
        csv.deserialize::<Row>().map(|row| row.expect("a row")).filter(|row| row["in_sample"] == "yes").count();
    assert!(used.len() > by_file, "{used:?}");
}

/// A record that no replication comes near must not pass for one that says nothing.
#[test]
fn a_fact_that_the_model_contradicts_is_told_from_one_that_says_nothing() {
    let home = home();
    // More is lost than there is; a number of which every replication has the same; one within reach.
    let facts = facts(
        home.path(),
        &[("equipment.lost_usd", 1e12, true), ("exits.opened", 0.0, true), ("equipment.abandoned_units", 40.0, true)],
    );
    let args = calibrate(&facts, &["--particles", "60", "--generations", "2"]);
    let args: Vec<String> = args.into_iter().filter(|arg| arg != "--quiet").collect();
    let out = home.path().join("out");
    let said = stdout(&expect(rearguard(args).arg("--out").arg(&out), 0));
    let line = |fact: &str| said.lines().find(|line| line.starts_with(fact)).expect("a line").to_owned();
    assert!(line("F0 ").ends_with("BEYOND ALL") && line("F1 ").ends_with("tells nothing"), "{said}");
    assert!(said.contains("no replication, drawn from the prior or left, comes as far as the record of F0"), "{said}");
    let flags = |row: &Row| ["tells", "prior_reaches", "reaches"].map(|column| row[column].clone());
    let found: Vec<_> = rows(&out, "facts.csv").iter().map(flags).collect();
    assert_eq!(found[0][1..], ["false", "false"]);
    assert_eq!(found[1], ["false", "true", "true"]);
    assert_eq!(found[2][1], "true");
}

#[test]
fn two_calibrations_are_not_compared_as_runs() {
    let home = home();
    let facts = facts(home.path(), &[("equipment.abandoned_units", 40.0, true)]);
    let out = home.path().join("out");
    expect(rearguard(calibrate(&facts, &["--particles", "50", "--generations", "1"])).arg("--out").arg(&out), 0);
    let said = stderr(&expect(rearguard(["diff"]).arg(&out).arg(&out), 2));
    assert!(said.contains("holds a calibration") && said.contains("parameters.csv"), "{said}");
}
