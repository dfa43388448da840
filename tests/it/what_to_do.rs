//! A command line that cannot be carried out is refused with what to do instead, and with the right exit code.

use std::fs;
use std::path::Path;

use crate::common::{THREE_BASES, expect, rearguard, stderr, stdout};

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

#[test]
fn wrong_usage_says_what_to_type_instead_and_writes_nothing() {
    let home = home();
    let out = home.path().join("out");
    let ragged = home.path().join("ragged.csv");
    fs::write(&ragged, "base.east.crews,base.north.crews\n1,2\n3\n").expect("a file can be written");
    let ragged = ragged.to_str().expect("a path in text");
    let misspelt = home.path().join("misspelt.csv");
    fs::write(&misspelt, "base.east.crews,disposal.rules\n1,none\n2,none\n").expect("a file can be written");
    let misspelt = misspelt.to_str().expect("a path in text");
    let crews = "base.east.crews=1,2";
    let dates = "base.east.planned_closure=range(2030-04-01,2030-06-01,10)";
    let cases: &[(&[&str], i32, &str)] = &[
        (&["sweep"], 2, "nothing to sweep; name a path"),
        (&["sweep", "--design", "sobol", "--sweep", crews], 2, "--points N"),
        (&["sweep", "--design", "sobl", "--sweep", crews], 2, "no CSV file of points; did you mean `sobol`?"),
        (&["sweep", "--points", "7", "--sweep", crews], 2, "grid makes its points of the values; leave --points out"),
        (&["sweep", "--points", "7", "--design", ragged], 2, "leave --points out"),
        (&["sweep", "--design", ragged], 3, "line 3 of the points has 1 cell and the first has 2; give each path"),
        (&["sweep", "--design", misspelt], 3, "misspelt.csv, `disposal.rules`>:1:10"),
        (&["sweep", "--sweep", dates], 3, "dates and words as a list, with commas"),
        (&["sweep", "--sweep", "base.east.crews=1,2,1"], 3, "takes the value 1 twice; give it once"),
        (&["sweep", "--sweep", "road.0.km=90,90.0"], 3, "takes the value 90.0 twice"),
        (
            &["sweep", "--sweep", crews, "--baseline", "as-planned", "--policy", "as-planned"],
            2,
            "`as-planned` is the baseline; leave it out of the policies compared with it",
        ),
        (&["run", "--policy", "as-planned", "--policy", "as-planned"], 2, "is named twice; name it once"),
        (&["sensitivity", "--policy", "as-planned", "--policy", "as-planned"], 2, "is named twice; name it once"),
        (&["sensitivity", "--free", "packng"], 2, "did you mean `packing`?"),
        (&["sensitivity", "--free", "qqqq"], 2, "tables of them are "),
        (&["calibrate", "--free", "packing"], 3, "there are no facts to calibrate to"),
        (&["hindcast"], 3, "there are no facts to score forecasts against"),
        (&["attribute", "--denial", "air"], 2, "declares no [[denial]]; add one"),
        (&["sweep", "--sweep", "base.east.crews=1,2", "--policy", "as-plannd"], 3, "did you mean `as-planned`?"),
    ];
    let mut wrong = Vec::new();
    for (args, code, wanted) in cases {
        let output =
            rearguard([args[0], THREE_BASES]).args(&args[1..]).arg("--out").arg(&out).output().expect("it ends");
        let said = stderr(&output);
        if output.status.code() != Some(*code) || !said.contains(wanted) || out.exists() {
            wrong.push(format!("{args:?}: {:?}, `{wanted}` expected in\n{said}", output.status.code()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn values_may_come_twice_where_they_are_taken_in_step() {
    let factors = ["--sweep", "base.east.crews=1,1,2", "--sweep", "base.north.crews=1,2,2"];
    let said = stdout(&expect(rearguard(["sweep", THREE_BASES, "--design", "zip", "--dry-run"]).args(factors), 0));
    assert!(said.contains("3 points x 1 policy x "), "{said}");
}

#[test]
fn a_folder_that_is_not_there_is_told_from_one_that_does_not_hold() {
    let home = home();
    let none = home.path().join("none");
    for command in ["verify", "report", "reproduce"] {
        let said = stderr(&expect(rearguard([command]).arg(&none), 4));
        assert!(said.contains("there is no folder") && said.contains("name one that a run has written"), "{said}");
    }
}

fn shard(name: &str, out: &Path) {
    let run = ["run", THREE_BASES, "--replications", "600", "--quiet", "--shard", name, "--out"];
    expect(rearguard(run).arg(out), 0);
}

#[test]
fn the_folder_of_a_shard_is_to_be_merged_and_is_named_where_it_lies_now() {
    let home = home();
    let [one, two, moved] = ["one", "two", "moved"].map(|name| home.path().join(name));
    shard("1/2", &one);
    shard("2/2", &two);
    for command in [&["verify"][..], &["report"], &["discover", "--measure", "casualties.wounded", "--threshold", "1"]]
    {
        let said = stderr(&expect(rearguard(command).arg(&one), 5));
        let merge = format!(
            "it holds shard 1/2 of an experiment, which is complete once all are merged: rearguard merge {}",
            one.display()
        );
        assert!(said.contains(&merge) && !said.contains("mends"), "{said}");
    }
    fs::rename(&two, &moved).expect("it can be moved");
    let chunk = fs::read_dir(moved.join("chunks")).expect("chunks").next().expect("one").expect("an entry").path();
    fs::write(&chunk, b"damaged").expect("it can be written");
    let merge = || rearguard(["merge"]).arg(&one).arg(&moved).arg("--out").arg(home.path().join("whole"));
    let said = stderr(&expect(merge(), 4));
    assert!(said.contains(&format!("--shard 2/2 --out {}", moved.display())), "{said}");
    assert!(!said.contains(&format!("--out {}", two.display())), "{said}");
    shard("2/2", &moved);
    expect(merge(), 0);
}

#[test]
fn one_replication_of_each_policy_is_shown_without_differences() {
    let home = home();
    let out = home.path().join("one");
    let args = ["compare", THREE_BASES, "--policy", "trucks-granted", "--replications", "1"];
    let command = rearguard(args).arg("--out").arg(&out);
    let said = stdout(&expect(command, 0));
    assert!(
        said.contains("1 replication of each policy") && said.contains("(summary.csv holds every measure)"),
        "{said}"
    );
    assert!(said.contains("need 2 replications or more: there is no contrasts.csv"), "{said}");
    assert!(!out.join("contrasts.csv").exists());
}

#[test]
fn columns_of_points_that_hold_only_together_are_taken_together() {
    let home = home();
    let points = home.path().join("points.csv");
    // Each date alone lies on the wrong side of the other, 2030-04-30 or the window before it.
    let text = "base.east.window_start,base.east.planned_closure\n2030-05-10,2030-05-20\n2030-05-15,2030-05-25\n";
    fs::write(&points, text).expect("a file can be written");
    let dry = rearguard(["sweep", THREE_BASES, "--dry-run", "--design"]);
    let command = dry.arg(&points).arg("--out").arg(home.path().join("out"));
    assert!(stdout(&expect(command, 0)).contains("2 points"));
}

#[test]
fn commands_to_go_on_with_can_be_pasted_whatever_the_files_are_called() {
    let home = home();
    let (file, out) = ("'Été 2025.toml'", "'the results'");
    let within = |args: &[&str]| stdout(&expect(rearguard(args).current_dir(home.path()), 0));
    let made = within(&["init", "Été 2025.toml"]);
    assert!(made.contains(&format!("Next: rearguard check {file}\n      rearguard run {file}")), "{made}");
    let run = within(&["run", "Été 2025.toml", "--replications", "5", "--out", "the results"]);
    for command in [format!("compare {file} --baseline"), format!("report {out} makes"), format!("show {file} prints")]
    {
        assert!(run.contains(&format!("rearguard {command}")), "`{command}` is missing from\n{run}");
    }
}
