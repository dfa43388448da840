//! Runs that go on until intervals are narrow enough, and say so when they are not.

use serde_json::Value;

use crate::common::{
    THREE_BASES, assert_same_bytes, expect, rearguard, results_of, run_with, stderr, stdout, test_build,
};

#[test]
fn a_target_that_is_reached_ends_the_run_with_the_bytes_of_a_plain_one() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    let run = ["run", THREE_BASES, "--precision", "casualties.wounded=50", "--precision", "people.out_by_deadline=9%"];
    let said = stdout(&expect(rearguard(run).arg("--out").arg(&out), 0));
    for wanted in ["Precision at 1,000 replications", "casualties.wounded=50: reached", "97.50%"] {
        assert!(said.contains(wanted), "`{wanted}` is missing from\n{said}");
    }
    let plain = run_with(&test_build(), &["run", THREE_BASES, "--replications", "1000"]);
    assert_same_bytes(("plain", &plain), ("to a precision", &results_of(&out)));
    let again = stdout(&expect(rearguard(run).arg("--out").arg(&out), 0));
    assert!(again.contains("nothing was left to run"), "{again}");
}

#[test]
fn a_target_that_is_not_reached_exits_with_5_and_can_be_gone_on_with() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    let run = |most: &'static str| {
        let policies = ["compare", THREE_BASES, "--policy", "trucks-granted"];
        let target = ["--precision", "contacts.all=0.0001", "--max-replications", most, "--out"];
        rearguard(policies).args(target).arg(&out)
    };
    let said = stderr(&expect(run("400").arg("--quiet"), 5));
    let would = "it would take some ";
    for wanted in ["not reached after 400 replications", "trucks-granted of contacts.all", "--max-replications", would]
    {
        assert!(said.contains(wanted), "`{wanted}` is missing from\n{said}");
    }
    let json: Value = serde_json::from_slice(&expect(run("1100").arg("--json"), 5).stdout).expect("JSON");
    assert_eq!((&json["replications"], &json["precision"][0]["reached"]), (&1100.into(), &false.into()));
    let plain = ["compare", THREE_BASES, "--policy", "trucks-granted", "--replications", "1100"];
    assert_same_bytes(("plain", &run_with(&test_build(), &plain)), ("gone on with", &results_of(&out)));
    let late = expect(run("5000").args(["--max-seconds", "0", "--json"]), 5);
    let json: Value = serde_json::from_slice(&late.stdout).expect("JSON");
    assert_eq!(json["replications"], 1100, "the clock ended it at its first check");
}

#[test]
fn a_target_that_too_few_replications_bear_on_says_so() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let target =
        ["--precision", "casualties.killed_after_deadline=0.5", "--max-replications", "1000", "--quiet", "--out"];
    let said = stderr(&expect(rearguard(["run", THREE_BASES]).args(target).arg(home.path().join("results")), 5));
    for wanted in [
        "wanted 0.5 (",
        "100 replications that differ from the commonest value",
        "and there are 0: if nothing here can",
    ] {
        assert!(said.contains(wanted), "`{wanted}` is missing from\n{said}");
    }
}

#[test]
fn an_event_that_every_replication_has_is_never_precise_enough() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let run = ["run", THREE_BASES, "--set", "mission.deadline=2030-12-31", "--quiet"];
    let target = ["--precision", "people.all_out_by_deadline=0.0005", "--max-replications", "1000", "--out"];
    let said = stderr(&expect(rearguard(run).args(target).arg(home.path().join("results")), 5));
    for wanted in ["not reached; half-width 0, wanted 0.0005", "and there are 0: if nothing here can"] {
        assert!(said.contains(wanted), "`{wanted}` is missing from\n{said}");
    }
}

#[test]
fn targets_without_meaning_are_wrong_usage() {
    for (target, wanted) in [
        ("casualties.wuonded=1", "did you mean `casualties.wounded`"),
        ("casualties.wounded", "write MEASURE=HALF-WIDTH"),
        ("casualties.wounded=0%", "must be above 0"),
    ] {
        let said = stderr(&expect(rearguard(["run", THREE_BASES, "--precision", target]), 2));
        assert!(said.contains(wanted), "`{wanted}` is missing from\n{said}");
    }
    for more in [&["--replications", "5"][..], &["--shard", "1/2"], &["--extend"]] {
        let run = ["run", THREE_BASES, "--precision", "casualties.wounded=1"];
        expect(rearguard(run).args(more), 2);
    }
    expect(rearguard(["run", THREE_BASES, "--max-seconds", "5"]), 2);
}
