//! What a person sees and what a script can rely on: transcripts and exit codes.
//!
//! `SNAPSHOTS=overwrite cargo test` writes new transcripts into this file; read the difference before you keep it.
#![expect(clippy::needless_raw_string_hashes, reason = "transcripts are written anew by the tool that compares them")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use snapbox::str;

use crate::common::{THREE_BASES, expect, package, rearguard, results_of, stderr, stdout, test_build};

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// A short run of the tutorial into a folder, with more arguments.
fn short_run(out: &Path, more: &[&str]) -> snapbox::cmd::Command {
    rearguard(["run", THREE_BASES, "--replications", "20", "--out"]).arg(out).args(more)
}

#[test]
fn help_lists_the_commands_and_the_exit_codes() {
    rearguard(["--help"]).assert().code(0).stderr_eq("").stdout_eq(str![[r#"
Simulates how a peacekeeping mission withdraws: permissions, convoys, casualties and equipment, policy against policy

Examples:
  rearguard init my-mission.toml
  rearguard run scenarios/mali-2023.toml
  rearguard compare scenarios/mali-2023.toml --baseline historical --policy air-granted
  rearguard attribute scenarios/mali-2023.toml --denial air --denial trucks
  rearguard hindcast scenarios/mali-2023.toml
  rearguard report results/mali-2023-compare
  rearguard plan studies/ridge-road.toml --shards 4 --emit slurm
  rearguard trace scenarios/mali-2023.toml --replication 0 --base kidal
  rearguard check scenarios/mali-2023.toml
  rearguard show scenarios/mali-2023.toml threat

Exit codes: 0 done, 1 failed, 2 usage, 3 scenario invalid, 4 input or output,
5 precision or verification not met, 130 interrupted.

Usage: rearguard [OPTIONS] <COMMAND>

Commands:
  init         Write a scenario to start from
  run          Run a scenario and write its results
  compare      Compare policies with a baseline, replication by replication
  attribute    What each denial costs: exact shares over all combinations of denials
  sweep        Run policies at every point of a design over inputs
  sensitivity  Find which uncertain parameters move the results, and by how much
  calibrate    Find which values of uncertain parameters the record bears out
  discover     Find boxes of inputs under which a result goes over a threshold, in a finished sweep
  study        Run what a study file asks for: run, compare, attribute or sweep, with all that determines its results
  hindcast     Score forecasts against facts on record, beside those of simpler forecasts
  merge        Put the shards of an experiment together: the same bytes as from one machine
  plan         Plan an experiment for many machines: shards, and a script for the scheduler that starts them
  shard        Run one shard of a plan
  verify       Check that a results folder is complete and as it was written
  report       Make one self-contained page of a results folder: answer, charts, map and playback
  reproduce    Run a results folder's experiment again from its own inputs and compare every file
  diff         What changed between two results folders, in inputs and in results
  check        Print every problem of scenario files at once
  show         Print the resolved values of a scenario with range, basis and source
  trace        Tell what happened in one replication, or where two policies part
  measures     List every measure with its unit and meaning
  schema       Print the JSON Schema of scenario files, for editors
  selftest     Check that this build on this machine draws and computes what every other does, to the bit
  completions  Print what a shell completes commands by
  man          Print a manual page, of the program or of one of its commands
  explain      Explain a code, a measure, a mechanism, a happening, a row of the register or a value of a scenario
  help         Print this message or the help of the given subcommand(s)

Options:
      --color <WHEN>  Colours: auto, always or never [default: auto] [possible values: auto, always, never]
  -h, --help          Print help
  -V, --version       Print version

"#]]);
}

#[test]
fn every_command_has_help() {
    let help = stdout(&expect(rearguard(["--help"]), 0));
    let commands = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("a list");
    let names: Vec<&str> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() >= 6, "{names:?}");
    for name in names {
        assert!(stdout(&expect(rearguard(["help", name]), 0)).contains("Usage: "), "{name}");
    }
    for options in ["run", "compare"] {
        let help = stdout(&expect(rearguard([options, "--help"]), 0));
        for option in [
            "--policy",
            "--replications",
            "--seed",
            "--threads",
            "--out",
            "--replace",
            "--set",
            "--point",
            "--json",
            "--quiet",
        ] {
            assert!(help.contains(option), "{options} does not offer {option}");
        }
    }
    assert!(stdout(&expect(rearguard(["--version"]), 0)).starts_with("rearguard "));
}

#[test]
fn other_tools_are_told_what_they_want() {
    let schema: Value = serde_json::from_str(&stdout(&expect(rearguard(["schema"]), 0))).expect("the schema is JSON");
    assert!(schema["properties"]["base"].is_object());
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(stdout(&expect(rearguard(["completions", shell]), 0)).contains("reproduce"), "{shell}");
    }
    let page = stdout(&expect(rearguard(["man", "report"]), 0));
    assert!(page.contains(".TH rearguard-report 1") && page.contains("report.html"), "{page}");
    assert!(stdout(&expect(rearguard(["man"]), 0)).contains(".TH rearguard 1"));
    rearguard(["man", "rnu"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no command `rnu`; did you mean `run`?

"#]]);
}

#[test]
fn nothing_at_all_is_answered_with_help_and_exit_2() {
    let said = stderr(&expect(rearguard::<&str>([]), 2));
    assert!(said.contains("Usage: rearguard"), "{said}");
}

#[test]
fn check_counts_what_a_sound_scenario_rests_on() {
    rearguard(["check", THREE_BASES]).assert().code(0).stderr_eq("").stdout_eq(str![[r"
scenarios/three-bases.toml: no problems; [..] numbers reported, [..] derived, [..] assumed, 0 without a basis; [..] policies, [..] denials

"]]);
}

#[test]
fn check_shows_each_problem_with_its_line_and_a_hint() {
    let home = home();
    let text =
        "format = 1\ntitle = \"A case\"\nbasis = \"guessed\"\n\n[mission]\nstart = 2030-01-01\ndeadline = 2030-06-31\n";
    fs::write(home.path().join("case.toml"), text).expect("a scenario can be written");
    rearguard(["check", "case.toml"]).current_dir(home.path()).assert().code(3).stdout_eq("").stderr_eq(str![[r"
error[E005]: this is not a day of the calendar
 --> case.toml:7:12
  |
7 | deadline = 2030-06-31
  |            ^^^^^^^^^^
  |
  = help: write days as year-month-day: 2023-12-31

1 problem; nothing was run

"]]);
    let text = text.replace("06-31", "06-30").replace("[mission]", "[mision]").replace("guessed", "assumed");
    fs::write(home.path().join("case.toml"), text).expect("a scenario can be written");
    let said = stderr(&expect(rearguard(["check", "case.toml"]).current_dir(home.path()), 3));
    assert!(said.contains("did you mean `mission`?"), "{said}");
}

#[test]
fn show_prints_the_values_below_a_path() {
    rearguard(["show", THREE_BASES, "zone.ridge"]).assert().code(0).stderr_eq("").stdout_eq(str![[r#"
zone.ridge.device_per_km = 0.005 per km  quantiles [0.002, 0.005, 0.012]
    assumed: Invented for the tutorial (scenarios/three-bases.toml:[..])
zone.ridge.direct_per_km = 0.002 per km
    assumed: Invented for the tutorial (scenarios/three-bases.toml:[..])
zone.ridge.tension.0.from = 2030-01-01
    assumed: Invented for the tutorial (scenarios/three-bases.toml:[..])
zone.ridge.tension.0.level = tense
    assumed: Invented for the tutorial (scenarios/three-bases.toml:33)
zone.ridge.tension.1.from = 2030-05-01
    assumed: Invented for the tutorial (scenarios/three-bases.toml:33)
zone.ridge.tension.1.level = critical
    assumed: Invented for the tutorial (scenarios/three-bases.toml:33)

"#]]);
    let set = ["show", THREE_BASES, "base.east.crews", "--set", "base.east.crews=3"];
    rearguard(set).assert().code(0).stdout_eq(str![[r"
base.east.crews = 3 crews
    override: <--set 1> (<--set 1>:1)

"]]);
    let policy = ["show", THREE_BASES, "permissions.truck_column.regime", "--policy", "trucks-granted"];
    rearguard(policy).assert().code(0).stdout_eq(str![[r#"
permissions.truck_column.regime = granted
    override: policy trucks-granted (scenarios/three-bases.toml:75)

"#]]);
    let json = stdout(&expect(rearguard(["show", THREE_BASES, "--json"]), 0));
    let rows: Value = serde_json::from_str(&json).expect("values are JSON");
    assert!(rows.as_array().is_some_and(|rows| rows.len() > 100));
}

#[test]
fn show_offers_the_nearest_paths() {
    rearguard(["show", THREE_BASES, "base.eats"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: no value at `base.eats`; did you mean `base.east` or `base`?

"#]]);
}

#[test]
fn measures_are_listed_with_unit_and_meaning() {
    let listed = stdout(&expect(rearguard(["measures"]), 0));
    let json: Value = serde_json::from_str(&stdout(&expect(rearguard(["measures", "--json"]), 0))).expect("JSON");
    let rows = json.as_array().expect("a list");
    assert!(rows.len() > 40);
    for row in rows {
        let [name, unit, meaning] = ["name", "unit", "meaning"].map(|key| row[key].as_str().expect("text"));
        let found = listed.lines().any(|line| line.starts_with(name) && line.contains(unit) && line.ends_with(meaning));
        assert!(found, "{name}");
        assert!(stdout(&expect(rearguard(["explain", name]), 0)).contains(meaning), "{name}");
    }
}

#[test]
fn explain_knows_codes_and_measures_and_nothing_else() {
    rearguard(["explain", "e025"]).assert().code(0).stderr_eq("").stdout_eq(str![[r"
E025: no such path

The path leads to nothing in this scenario. Paths are the keys from the top joined by dots; items of lists go by their `id`, or by their position from 0 if they have none. `show` prints every path.

"]]);
    rearguard(["explain", "nothing"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: `nothing` is nothing that can be explained; terms are codes, measures, mechanisms, happenings of a trace, rows R01 to R46 and paths of values

"#]]);
}

#[test]
fn a_quiet_run_writes_its_files_and_says_nothing() {
    let home = home();
    let out = home.path().join("deep").join("results");
    short_run(&out, &["--quiet"]).assert().code(0).stdout_eq("").stderr_eq("");
    let files = results_of(&out);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let expected = [
        "casualties.csv",
        "equipment.csv",
        "exceedance.csv",
        "identity.json",
        "manifest.json",
        "replications.csv",
        "summary.csv",
        "timeline.csv",
    ];
    for name in expected {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).expect("the manifest is JSON");
    assert!(manifest.to_string().contains("three-bases.toml"), "the manifest names its input");
    for (name, bytes) in files.iter().filter(|(name, _)| Path::new(name).extension().is_some_and(|e| e == "csv")) {
        let mut csv = csv::Reader::from_reader(&bytes[..]);
        assert!(csv.headers().is_ok_and(|header| header.len() > 3), "{name}");
        assert!(csv.records().all(|row| row.is_ok()), "{name} has rows of different lengths");
        assert!(bytes.ends_with(b"\n") && !bytes.contains(&b'\r'), "{name}");
    }
}

#[test]
fn the_screen_of_a_run_names_what_matters_and_where_its_files_are() {
    let home = home();
    let out = home.path().join("results");
    let screen = stdout(&expect(short_run(&out, &[]), 0));
    for wanted in [
        "Tutorial: two camps and a hub leave an invented country",
        "20 replications",
        "seed ",
        "People out of the country by 2030-06-30",
        "killed",
        "wounded",
        "planned",
        "evacuated by road",
        "evacuated by air",
        "handed over",
        "destroyed",
        "decommissioned",
        "abandoned or looted",
        "lost en route",
        "still on hand",
        "USD million",
        &format!("Results: {}", out.display()),
        "rearguard compare",
    ] {
        assert!(screen.contains(wanted), "`{wanted}` is missing from\n{screen}");
    }
    assert!(!screen.contains("NaN") && !screen.contains("inf"), "{screen}");
}

#[test]
fn columns_of_closures_stand_apart_however_long_their_dates() {
    let home = home();
    // An interval of the median that goes over the turn of the year, and one that has no end.
    for sets in [
        ["mission.deadline=2031-01-31", "base.port.planned_closure=2031-01-08"],
        ["mission.liquidation_days=0", "base.port.planned_closure=2030-06-30"],
    ] {
        let sets = sets.iter().flat_map(|set| ["--set", *set]).collect::<Vec<_>>();
        let said = stdout(&expect(short_run(&home.path().join(sets[1].len().to_string()), &sets), 0));
        let lines: Vec<&str> = said.lines().skip_while(|line| !line.starts_with("Closures")).take(4).collect();
        let cells = |line: &&str| line.split("  ").filter(|cell| !cell.is_empty()).count();
        assert!(lines.iter().all(|line| cells(line) == 4), "{said}");
        assert!(lines.iter().all(|line| line.chars().count() == lines[0].chars().count()), "{said}");
    }
}

#[test]
fn json_is_one_object_that_agrees_with_the_summary() {
    let home = home();
    let out = home.path().join("results");
    let json = stdout(&expect(short_run(&out, &["--json"]), 0));
    let results: Value = serde_json::from_str(&json).expect("results are JSON");
    assert_eq!(results["replications"], 20);
    let summary = results_of(&out).remove("summary.csv").expect("a summary");
    let rows = csv::Reader::from_reader(&summary[..]).into_records().count();
    assert_eq!(results["estimates"].as_array().map(Vec::len), Some(rows));
}

#[test]
fn a_comparison_prints_paired_differences_and_writes_contrasts() {
    let home = home();
    let out = home.path().join("results");
    let compare = ["compare", THREE_BASES, "--policy", "trucks-granted", "--replications", "20", "--out"];
    let screen = stdout(&expect(rearguard(compare).arg(&out), 0));
    for wanted in ["trucks-granted less as-planned", "difference", "factor (95%)", "worse", "contacts.all", "direct"] {
        assert!(screen.contains(wanted), "`{wanted}` is missing from\n{screen}");
    }
    let files = results_of(&out);
    let mut contrasts = csv::Reader::from_reader(&files["contrasts.csv"][..]);
    let header = contrasts.headers().expect("a header").clone();
    for column in ["policy", "baseline", "measure", "effect", "difference", "correlation", "variance_reduction_factor"]
    {
        assert!(header.iter().any(|name| name == column), "{column}");
    }
    assert!(contrasts.records().count() > 20);
}

#[test]
fn numbers_that_cannot_be_are_answered_with_those_that_can() {
    for (option, value, wanted) in [
        ("--seed", "-1", "write a whole number from 0 to 18446744073709551615"),
        ("--seed", "many", "write a whole number from 0 to 18446744073709551615"),
        ("--replications", "-1", "write a whole number from 1 to 33554432"),
    ] {
        let said = stderr(&expect(rearguard(["run", THREE_BASES, option, value]), 2));
        assert!(said.contains(&format!("'{value}'")) && said.contains(wanted) && !said.contains("tip"), "{said}");
    }
    for (set, wanted) in [
        ("mission.liquidation_people=50%", "write a whole number of people from 0 to 100000"),
        ("base.north.personnel=99999999999999999999", "write a whole number of people from 0 to "),
        ("experiment.seed=1e16", "legal is 0 to 9007199254740991 seed"),
    ] {
        let said = stderr(&expect(rearguard(["check", THREE_BASES, "--set", set]), 3));
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn wrong_arguments_exit_with_2() {
    let wrong: [&[&str]; 12] = [
        &["fly"],
        &["run"],
        &["run", THREE_BASES, "--replications", "0"],
        &["run", THREE_BASES, "--replications", "many"],
        &["run", THREE_BASES, "--threads", "0"],
        &["run", THREE_BASES, "--seed", "-1"],
        &["run", THREE_BASES, "--polcy", "as-planned"],
        &["run", THREE_BASES, "--set"],
        &["compare", THREE_BASES],
        &["compare", THREE_BASES, "--policy", "as-planned"],
        &["check"],
        &["explain"],
    ];
    for args in wrong {
        let output = expect(rearguard(args), 2);
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn results_of_other_inputs_are_not_written_over() {
    let home = home();
    let out = home.path().join("results");
    expect(short_run(&out, &["--quiet"]), 0);
    let before = results_of(&out);
    let refused = expect(short_run(&out, &["--seed", "5"]), 4);
    let said = stderr(&refused);
    for wanted in ["holds results of other inputs", "seed", "--out", "--replace", "results-2", "results.old-1"] {
        assert!(said.contains(wanted), "`{wanted}` is missing from\n{said}");
    }
    assert!(refused.stdout.is_empty());
    assert_eq!(results_of(&out), before);
    expect(short_run(&out, &["--seed", "5", "--replace", "--quiet"]), 0);
    assert_eq!(results_of(&home.path().join("results.old-1")), before);
    assert_ne!(results_of(&out), before);
}

#[test]
fn running_again_on_the_same_folder_is_fine() {
    let home = home();
    let out = home.path().join("results");
    let is_timing = |line: &&str| line.contains("replications/s") || line.contains("nothing was left to run");
    let screen =
        |output| stdout(&output).lines().filter(|line| !is_timing(line)).map(str::to_owned).collect::<Vec<_>>();
    let first = screen(expect(short_run(&out, &[]), 0));
    let files = results_of(&out);
    let second = screen(expect(short_run(&out, &["--threads", "2"]), 0));
    assert_eq!(first, second);
    assert_eq!(results_of(&out), files);
}

#[test]
fn folders_of_others_and_files_are_refused_with_4() {
    let home = home();
    let (folder, file) = (home.path().join("folder"), home.path().join("file"));
    fs::create_dir(&folder).expect("a folder can be made");
    fs::write(folder.join("letter.txt"), "dear").expect("a file can be written");
    fs::write(&file, "dear").expect("a file can be written");
    for out in [&folder, &file] {
        for more in [&["--quiet"][..], &["--quiet", "--replace"]] {
            let said = stderr(&expect(short_run(out, more), 4));
            assert!(said.starts_with("error: "), "{said}");
        }
    }
    assert_eq!(fs::read(folder.join("letter.txt")).expect("still there"), b"dear");
    assert_eq!(fs::read(&file).expect("still there"), b"dear");
}

#[test]
fn more_than_memory_holds_is_refused_before_work_starts() {
    let home = home();
    let out = home.path().join("results");
    let run = ["run", THREE_BASES, "--replications", "33554433", "--out"];
    let said = stderr(&expect(rearguard(run).arg(&out), 2));
    assert!(said.contains("'33554433'") && said.contains("write a whole number from 1 to 33554432"), "{said}");
    // The scenario has the same limit.
    let run = ["run", THREE_BASES, "--set", "experiment.replications=33554433", "--out"];
    let said = stderr(&expect(rearguard(run).arg(&out), 3));
    assert!(said.contains("E014") && said.contains("legal is 1 to 33554432 replications"), "{said}");
    // What several numbers come to is added up.
    let run = ["run", THREE_BASES, "--nested", "33554432x2", "--out"];
    let said = stderr(&expect(rearguard(run).arg(&out), 4));
    assert!(said.contains("MiB") && said.contains("ask for at most 33554432 replications"), "{said}");
    assert!(!out.exists());
}

#[test]
fn a_reader_that_leaves_does_not_matter() {
    let home = home();
    let out = home.path().join("results");
    let runs: [&[&str]; 4] =
        [&["--help"], &["measures"], &["show", THREE_BASES], &["run", THREE_BASES, "--replications", "20"]];
    for args in runs {
        let mut command = Command::new(test_build());
        command.current_dir(package()).args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if args[0] == "run" {
            command.arg("--out").arg(&out);
        }
        let mut child = command.spawn().expect("the program starts");
        drop(child.stdout.take()); // gone before the first byte
        let output = child.wait_with_output().expect("the program ends");
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{args:?}");
    }
    assert!(results_of(&out).contains_key("manifest.json"), "the files are finished all the same");
}

#[test]
fn colours_come_only_when_asked_for() {
    let plain = stderr(&expect(rearguard(["check", "none.toml"]), 3));
    let coloured = stderr(&expect(rearguard(["check", "none.toml", "--color", "always"]), 3));
    assert!(!plain.contains('\x1b') && coloured.contains('\x1b'));
}
