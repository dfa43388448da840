//! Shards put together are one machine's run, and folders can be checked, reproduced and compared afterwards.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::common::{
    THREE_BASES, assert_same_bytes, expect, package, rearguard, results_of, run_with, stderr, stdout, test_build,
};

const RUN: [&str; 4] = ["run", THREE_BASES, "--replications", "800"];

fn home() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// Runs a shard into a folder of its own.
fn shard(home: &Path, args: &[&str], shard: &str) -> PathBuf {
    let out = home.join(format!("shard-{}", shard.replace('/', "-of-")));
    let said = stdout(&expect(rearguard(args).args(["--shard", shard]).arg("--out").arg(&out), 0));
    assert!(said.contains("rearguard merge") || out.join("manifest.json").exists(), "{said}");
    out
}

fn merge(folders: &[PathBuf], out: &Path) -> snapbox::cmd::Command {
    rearguard(["merge"]).args(folders).arg("--out").arg(out)
}

/// The tutorial with a denial that refuses air cover, so that an attribution takes its curve along.
fn refusing_cover(folder: &Path) -> String {
    let tutorial = fs::read_to_string(package().join(THREE_BASES)).expect("the tutorial can be read");
    let lifts = "\"permissions.air_overwatch.regime\" = \"granted\"";
    let denial = format!("\n[[denial]]\nid = \"air\"\ntitle = \"Refusal of overwatch\"\nlifts = {{ {lifts} }}\n");
    let path = folder.join("refused.toml");
    fs::write(&path, tutorial + &denial).expect("a scenario can be written");
    path.display().to_string()
}

#[test]
fn merged_shards_are_the_bytes_of_one_machine_for_any_number_and_order() {
    let compare = ["compare", THREE_BASES, "--policy", "trucks-granted", "--replications", "600"];
    let home_of_scenario = home();
    let scenario = refusing_cover(home_of_scenario.path());
    let attribute = ["attribute", scenario.as_str(), "--replications", "260"];
    let commands: [(&[&str], &[u32]); 3] = [(&RUN, &[1, 2, 5]), (&compare, &[3]), (&attribute, &[2])];
    for (args, counts) in commands {
        let whole = run_with(&test_build(), args);
        for &of in counts {
            let home = home();
            let mut folders: Vec<PathBuf> =
                (1..=of).map(|index| shard(home.path(), args, &format!("{index}/{of}"))).collect();
            if of % 2 == 1 {
                folders.reverse();
            }
            let out = home.path().join("merged");
            let screen = stdout(&expect(merge(&folders, &out), 0));
            assert!(screen.contains("nothing was left to run"), "{screen}");
            assert_same_bytes(("one machine", &whole), (&format!("{of} shards"), &results_of(&out)));
        }
    }
}

#[test]
fn shards_can_share_a_folder_and_the_last_one_finishes_it() {
    let home = home();
    let out = home.path().join("all");
    for index in ["2/3", "3/3", "1/3"] {
        expect(rearguard(RUN).args(["--quiet", "--shard", index, "--out"]).arg(&out), 0);
    }
    assert_same_bytes(("one machine", &run_with(&test_build(), &RUN)), ("shared", &results_of(&out)));
}

#[test]
fn gaps_and_damage_are_named_with_the_command_to_run_again() {
    let home = home();
    let [one, two, three] = ["1/3", "2/3", "3/3"].map(|index| shard(home.path(), &RUN, index));
    let out = home.path().join("merged");
    let said = stderr(&expect(merge(&[one.clone(), three.clone()], &out), 4));
    for wanted in ["replications 250 to 499 are in none of them", "shard 2 of 3 to run again", "--shard 2/3 --out DIR"]
    {
        assert!(said.contains(wanted), "`{wanted}` is missing from\n{said}");
    }
    let chunk = fs::read_dir(two.join("chunks")).expect("chunks").next().expect("one").expect("an entry").path();
    let mut bytes = fs::read(&chunk).expect("a chunk");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&chunk, &bytes).expect("a chunk can be written");
    let said = stderr(&expect(merge(&[one.clone(), two.clone(), three.clone()], &out), 4));
    let again = format!("--shard 2/3 --out {}", two.display());
    for wanted in ["replications 250 to 499", "damaged bytes section", &again] {
        assert!(said.contains(wanted), "`{wanted}` is missing from\n{said}");
    }
    assert!(!out.exists(), "nothing is written before all is there");
    shard(home.path(), &RUN, "2/3");
    expect(merge(&[one, two, three], &out), 0);
}

#[test]
fn shards_of_other_experiments_are_named() {
    let home = home();
    let one = shard(home.path(), &RUN, "1/2");
    let others: [(&[&str], &str); 3] = [
        (&["--seed", "7"], "seed: 20231231 in"),
        (&["--set", "convoys.max_vehicles=90"], "set 1: absent in"),
        (&["--point"], "uncertain parameters: drawn in"),
    ];
    for (at, (more, wanted)) in others.into_iter().enumerate() {
        let home = home.path().join(at.to_string());
        let two = shard(&home, &[&RUN[..], more].concat(), "2/2");
        let said = stderr(&expect(merge(&[one.clone(), two], &home.join("merged")), 4));
        assert!(said.contains(wanted), "`{wanted}` is missing from\n{said}");
    }
    let fewer = shard(&home.path().join("fewer"), &["run", THREE_BASES, "--replications", "500"], "2/2");
    let one_again = one.clone();
    let said = stderr(&expect(merge(&[one, fewer], &home.path().join("merged")), 4));
    assert!(said.contains("replications: 800 in") && said.contains("500 in"), "{said}");
    let old = shard(&home.path().join("old"), &RUN, "2/2");
    let identity = fs::read_to_string(old.join("identity.json")).expect("an identity");
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    fs::write(old.join("identity.json"), identity.replace(&version, "\"version\": \"0.0.1\"")).expect("it is written");
    let said = stderr(&expect(merge(&[one_again, old], &home.path().join("merged")), 4));
    assert!(said.contains("version: 0.0.1 there") && said.contains("run its shard again"), "{said}");
    let said = stderr(&expect(merge(&[home.path().to_path_buf()], &home.path().join("merged")), 4));
    assert!(said.contains("is not a results folder"), "{said}");
}

#[test]
fn a_shard_that_is_still_running_or_was_killed_is_told_apart_from_a_finished_one() {
    let home = home();
    let (one, two) = (shard(home.path(), &RUN, "1/2"), shard(home.path(), &RUN, "2/2"));
    let out = home.path().join("merged");
    let lock = fs::File::options().write(true).open(two.join(".lock")).expect("a lock");
    lock.try_lock().expect("nobody has it");
    let said = stderr(&expect(merge(&[one.clone(), two.clone()], &out), 4));
    assert!(said.contains(&format!("{} is being written to", two.display())), "{said}");
    assert!(said.contains("still running"), "{said}");
    drop(lock);
    // What a kill leaves: chunks are missing, and the journal says nothing after them.
    let journal = fs::read_to_string(two.join("journal.jsonl")).expect("a journal");
    let begun: String = journal.split_inclusive('\n').filter(|line| !line.contains("shard done")).collect();
    fs::write(two.join("journal.jsonl"), begun).expect("it is written");
    let chunk = fs::read_dir(two.join("chunks")).expect("chunks").next().expect("one").expect("an entry").path();
    fs::remove_file(&chunk).expect("a chunk");
    let said = stderr(&expect(merge(&[one.clone(), two.clone()], &out), 4));
    assert!(said.contains("shard 2 of 2 to run again") && said.contains("begun and not ended"), "{said}");
    assert!(!out.exists(), "nothing is written before all is there");
    shard(home.path(), &RUN, "2/2");
    expect(merge(&[one, two], &out), 0);
}

#[test]
fn the_same_replications_twice_are_noted_and_merged() {
    let home = home();
    let (one, two) = (shard(home.path(), &RUN, "1/2"), shard(home.path(), &RUN, "2/2"));
    let out = home.path().join("merged");
    let said = stderr(&expect(merge(&[one.clone(), two.clone()], &out).arg("--quiet"), 0));
    assert!(said.is_empty(), "{said}");
    let said = stderr(&expect(merge(&[one, two, out.clone()], &home.path().join("again")), 0));
    assert!(said.contains("4 chunks are in more than one folder"), "{said}");
    assert_same_bytes(("merged", &results_of(&out)), ("merged again", &results_of(&home.path().join("again"))));
}

#[test]
fn shards_that_cannot_be_are_wrong_usage() {
    for (shard, wanted) in [
        ("5/4", "numbered from 1 to 4"),
        ("0/3", "numbered from 1 to 3"),
        ("0/0", "1 to 100000 shards"),
        ("half", "write I/N"),
        ("auto/2", "SLURM_ARRAY_TASK_ID"),
    ] {
        let said = stderr(&expect(rearguard(RUN).args(["--shard", shard]), 2));
        assert!(said.contains(wanted), "`{wanted}` is missing from\n{said}");
    }
}

#[test]
fn verify_tells_complete_folders_from_others() {
    let home = home();
    let out = home.path().join("results");
    let verify = || rearguard(["verify"]).arg(&out);
    expect(verify(), 4);
    expect(rearguard(["run", THREE_BASES, "--replications", "20", "--quiet", "--out"]).arg(&out), 0);
    fs::write(out.join("notes.txt"), "mine").expect("a note");
    let said = stdout(&expect(verify(), 0));
    assert!(said.contains("20 replications") && said.contains("notes.txt is no part"), "{said}");
    let summary = fs::read(out.join("summary.csv")).expect("a summary");
    fs::write(out.join("summary.csv"), b"0").expect("it can be written");
    let said = stderr(&expect(verify(), 5));
    assert!(said.contains("summary.csv has changed") && said.contains("run the command that made it again"), "{said}");
    fs::write(out.join("summary.csv"), summary).expect("it can be written");
    expect(verify(), 0);
    fs::remove_file(out.join("manifest.json")).expect("a manifest");
    assert!(stderr(&expect(verify(), 5)).contains("no manifest"));
}

#[test]
fn a_folder_reproduces_itself_without_its_scenario() {
    let home = home();
    let (out, again) = (home.path().join("results"), home.path().join("results-reproduced-1"));
    let compare = ["compare", THREE_BASES, "--policy", "trucks-granted", "--set", "base.east.crews=3"];
    expect(rearguard(compare).args(["--replications", "120", "--quiet", "--out"]).arg(&out), 0);
    let said = stdout(&expect(rearguard(["reproduce"]).arg(&out).current_dir(home.path()), 0));
    assert!(said.contains("reproduced; all") && said.contains("are the same"), "{said}");
    assert_same_bytes(("first", &results_of(&out)), ("reproduced", &results_of(&again)));
    // Where results stand already nothing would be run; what was broken off goes on.
    let at = |place: &Path, code| expect(rearguard(["reproduce"]).arg(&out).arg("--out").arg(place), code);
    for finished in [&again, &out] {
        let said = stderr(&at(finished, 4));
        assert!(said.contains("nothing would be run again; name another folder with `--out`"), "{said}");
    }
    fs::remove_file(again.join("manifest.json")).expect("a manifest");
    assert!(stdout(&at(&again, 0)).contains("reproduced; all"));
    fs::remove_file(out.join("summary.csv")).expect("a summary");
    assert!(stderr(&expect(rearguard(["reproduce"]).arg(&out), 5)).contains("summary.csv is missing"));
}

#[test]
fn diff_names_changed_inputs_and_measures() {
    let home = home();
    let folder = |name: &str, more: &[&str]| {
        let out = home.path().join(name);
        let args = ["run", THREE_BASES, "--replications", "200", "--quiet", "--out"];
        expect(rearguard(args).arg(&out).args(more), 0);
        out
    };
    let diff = |a: &Path, b: &Path| stdout(&expect(rearguard(["diff"]).arg(a).arg(b), 0));
    let plain = folder("plain", &[]);
    let same = diff(&plain, &folder("same", &["--threads", "1"]));
    assert!(same.contains("Inputs: the same") && same.contains("no measure changed"), "{same}");
    let changed = diff(&plain, &folder("changed", &["--set", "zone.ridge.direct_per_km=0.02"]));
    for wanted in ["zone.ridge.direct_per_km: 0.002 -> 0.02", "replication by replication", "contacts.direct"] {
        assert!(changed.contains(wanted), "`{wanted}` is missing from\n{changed}");
    }
    let seeded = diff(&plain, &folder("seeded", &["--seed", "4"]));
    assert!(seeded.contains("seed: 20231231 -> 4") && seeded.contains("independent means"), "{seeded}");
}
