//! Every operation on the disk fails in turn, in every way; whatever happens, the folder must not look complete unless it
//! is, and the next run must give the bytes of one that nothing disturbed.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use crate::store::failing::{FailingDisk, Fault, Operation};
use crate::store::{ChunkKey, Disk, Folder, Identity, Opened, RealDisk, StoreError, verify};

const KILLS: [Fault; 3] = [Fault::Onwards, Fault::Torn, Fault::After];

fn real() -> Arc<dyn Disk> {
    Arc::new(RealDisk)
}

/// The real disk, without the wait for it.
fn quick() -> Arc<dyn Disk> {
    Arc::new(FailingDisk::working(real()))
}

fn failing(at: u64, fault: Fault) -> FailingDisk {
    FailingDisk::new(real(), at, fault, io::ErrorKind::StorageFull)
}

fn identity(seed: u64) -> Identity {
    Identity::new().with("seed", seed.to_string()).with("version", "1")
}

/// What a command does: the chunks that are not there yet, then the files made from them, then the manifest.
fn produce(disk: &Arc<dyn Disk>, path: &Path, seed: u64, replace: bool) -> Result<(), StoreError> {
    let folder = match Folder::open(Arc::clone(disk), path, &identity(seed), replace)? {
        Opened::Complete(_) => return Ok(()),
        Opened::Fresh(folder) | Opened::Partial(folder) => folder,
    };
    let done = folder.chunks().list()?.valid;
    let keys = [ChunkKey::new("0 historical", 0, 3), ChunkKey::new("0 historical", 3, 5)];
    for key in keys.iter().filter(|key| done.iter().all(|chunk| chunk.key != **key)) {
        let column: Vec<f64> = (key.first..key.last).map(|replication| (seed * 100 + replication) as f64).collect();
        folder.write_chunk(key, &[&column, &column], b"ledger")?;
        folder.journal(&json!({"chunk": [key.first, key.last]}))?;
    }
    let mut values = Vec::new();
    for key in &keys {
        values.extend(folder.chunks().read_column(key, 1)?);
    }
    folder.write("replications.csv", |out| values.iter().try_for_each(|value| writeln!(out, "{value}")))?;
    folder.write("summary.csv", |out| writeln!(out, "sum,{}", values.iter().sum::<f64>()))?;
    folder.finish(&json!({"seed": seed, "replications": values.len()}))?;
    Ok(())
}

/// Every file under a folder, but for the journal and the lock, which are outside every claim.
fn contents(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(path.join(&folder)).unwrap() {
            let below = folder.join(entry.unwrap().file_name());
            if path.join(&below).is_dir() {
                folders.push(below);
            } else {
                found.insert(below.to_str().unwrap().to_owned(), fs::read(path.join(&below)).unwrap());
            }
        }
    }
    found.retain(|name, _| name != "journal.jsonl" && name != ".lock");
    found
}

fn undisturbed(seed: u64) -> BTreeMap<String, Vec<u8>> {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("results");
    produce(&quick(), &path, seed, false).unwrap();
    contents(&path)
}

/// Operations that `produce` asks for, prepared and counted on a working disk.
fn operations(prepare: impl Fn(&Path), seed: u64, replace: bool) -> Vec<Operation> {
    let home = tempfile::tempdir().unwrap();
    prepare(home.path());
    let disk = FailingDisk::working(real());
    produce(&(Arc::new(disk.clone()) as Arc<dyn Disk>), &home.path().join("a/results"), seed, replace).unwrap();
    disk.operations()
}

/// What a disturbed run must leave behind.
fn assert_honest(path: &Path, expected: &BTreeMap<String, Vec<u8>>, context: &str) {
    if !path.exists() {
        return;
    }
    let found = contents(path);
    for (name, bytes) in found.iter().filter(|(name, _)| !name.contains(".tmp-")) {
        assert!(expected.get(name) == Some(bytes), "{context}: {name} has its own name and is not whole");
    }
    if found.contains_key("manifest.json") {
        assert!(verify(&quick(), path).unwrap().holds(), "{context}: the manifest lies");
    }
}

/// Counts faults for the scorecard, in the form that `tests/it/common.rs` has for all.
fn scorecard(part: &str, faults: u64) {
    let line = format!(
        "scorecard F3 {faults} faults, one at each operation on the disk in turn: no file lies, same bytes in the end\n"
    );
    print!("{line}");
    if let Some(folder) = std::env::var_os("REARGUARD_SCORECARD") {
        fs::create_dir_all(&folder).unwrap();
        fs::write(Path::new(&folder).join(format!("F3.{part}")), line).unwrap();
    }
}

/// Disturbs `produce` at each of its operations, looks at what is left, and lets it run again undisturbed.
fn sweep(
    part: &str,
    faults: &[Fault],
    prepare: impl Fn(&Path),
    (seed, replace): (u64, bool),
    check: impl Fn(&Path, &str),
) {
    let expected = undisturbed(seed);
    let count = operations(&prepare, seed, replace).len() as u64;
    assert!(count > 20, "the sweep covers a whole run: {count}");
    for fault in faults {
        for at in 0..count {
            let context = format!("{fault:?} at {at}");
            let home = tempfile::tempdir().unwrap();
            let path = home.path().join("a/results");
            prepare(home.path());
            let disk: Arc<dyn Disk> = Arc::new(failing(at, *fault));
            if let Err(error) = produce(&disk, &path, seed, replace) {
                assert!(matches!(error, StoreError::Io { .. }), "{context}: {error}");
                assert!(
                    error.to_string().contains("results") || error.to_string().contains(home.path().to_str().unwrap())
                );
            }
            check(home.path(), &context);
            if !replace {
                assert_honest(&path, &expected, &context);
            }
            drop(disk);
            match produce(&quick(), &path, seed, false) {
                // The kill came before the old folder was moved aside.
                Err(StoreError::Differs { .. }) if replace => produce(&quick(), &path, seed, true).unwrap(),
                produced => produced.unwrap_or_else(|error| panic!("{context}: {error}")),
            }
            assert!(contents(&path) == expected, "{context}: the second run gives other bytes");
            assert!(verify(&quick(), &path).unwrap().holds(), "{context}");
            check(home.path(), &context);
        }
    }
    scorecard(part, count * faults.len() as u64);
}

#[test]
fn a_new_folder_killed_at_any_operation_is_honest_and_resumes_to_the_same_bytes() {
    sweep("new", &KILLS, |_| (), (7, false), |_, _| ());
}

#[test]
fn a_single_failure_at_any_operation_is_reported_or_harmless() {
    sweep("once", &[Fault::Once], |_| (), (7, false), |_, _| ());
}

#[test]
fn a_resumed_folder_killed_at_any_operation_is_honest_and_resumes_to_the_same_bytes() {
    let whole = operations(|_| (), 7, false).len() as u64;
    let halfway = |home: &Path| {
        let disk: Arc<dyn Disk> = Arc::new(failing(whole * 3 / 4, Fault::Torn));
        produce(&disk, &home.join("a/results"), 7, false).unwrap_err();
    };
    sweep("resumed", &[Fault::Once, Fault::Onwards, Fault::Torn, Fault::After], halfway, (7, false), |_, _| ());
}

#[test]
fn a_folder_with_a_file_changed_after_the_fact_is_made_anew_whatever_fails() {
    let spoilt = |home: &Path| {
        let path = home.join("a/results");
        produce(&quick(), &path, 7, false).unwrap();
        fs::remove_file(path.join("summary.csv")).unwrap();
    };
    let expected = undisturbed(7);
    let count = operations(spoilt, 7, false).len() as u64;
    for fault in KILLS {
        for at in 0..count {
            let home = tempfile::tempdir().unwrap();
            let path = home.path().join("a/results");
            spoilt(home.path());
            // A kill may leave the manifest that no longer held before, but never one that holds without its files.
            let _ = produce(&(Arc::new(failing(at, fault)) as Arc<dyn Disk>), &path, 7, false);
            if !path.join("summary.csv").exists() {
                let holds = verify(&quick(), &path).is_ok_and(|verified| verified.holds());
                assert!(!holds, "{fault:?} at {at}");
            }
            produce(&quick(), &path, 7, false).unwrap();
            assert!(contents(&path) == expected, "{fault:?} at {at}");
        }
    }
    scorecard("spoilt", count * KILLS.len() as u64);
}

#[test]
fn replacing_keeps_every_byte_of_the_old_folder_whatever_fails() {
    let old = undisturbed(6);
    let there = |home: &Path| produce(&quick(), &home.join("a/results"), 6, false).unwrap();
    let check = |home: &Path, context: &str| {
        let (place, aside) = (home.join("a/results"), home.join("a/results.old-1"));
        let kept = if aside.exists() { aside } else { place };
        assert!(contents(&kept) == old, "{context}: the old results are not as they were");
    };
    sweep("replaced", &[Fault::Once, Fault::Onwards, Fault::Torn, Fault::After], there, (7, true), check);
}

#[test]
fn short_writes_change_no_byte() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("results");
    produce(&(Arc::new(failing(0, Fault::Short)) as Arc<dyn Disk>), &path, 7, false).unwrap();
    assert!(contents(&path) == undisturbed(7));
}

#[test]
fn a_name_is_given_after_its_bytes_are_synced_and_synced_itself_before_anything_else() {
    let operations = operations(|_| (), 7, false);
    let renamed: Vec<usize> = (0..operations.len()).filter(|&at| operations[at].what == "rename").collect();
    assert_eq!(renamed.len(), 6, "identity, two chunks, two files, manifest");
    for &at in &renamed {
        let path = &operations[at].path;
        let temporary = path.with_file_name(format!(".tmp-{}", path.file_name().unwrap().to_str().unwrap()));
        assert_eq!(operations[at - 1], Operation { what: "sync", path: temporary });
        let folder = path.parent().unwrap().to_path_buf();
        assert_eq!(operations[at + 1], Operation { what: "sync_dir", path: folder });
    }
    assert!(operations[*renamed.last().unwrap()].path.ends_with("manifest.json"));
}

#[test]
fn a_manifest_is_gone_for_good_before_a_file_of_a_complete_folder_changes() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("results");
    produce(&quick(), &path, 7, false).unwrap();
    let disk = FailingDisk::working(real());
    let folder = Folder::open(Arc::new(disk.clone()), &path, &identity(7), false).unwrap().into_folder();
    let opened = disk.operations().len();
    folder.write("summary.csv", |out| out.write_all(b"extended")).unwrap();
    let whats: Vec<&str> = disk.operations()[opened..].iter().map(|operation| operation.what).collect();
    // The manifest goes first, then the page that was made of it.
    assert_eq!(whats, ["remove", "remove", "sync_dir", "create_new", "write", "sync", "rename", "sync_dir"]);
    assert!(matches!(verify(&quick(), &path), Err(StoreError::Incomplete { .. })));
}

#[test]
fn a_full_disk_keeps_the_chunks_that_were_finished() {
    let operations = operations(|_| (), 7, false);
    let second = operations.iter().filter(|operation| operation.what == "rename").nth(2).unwrap();
    let at = operations.iter().position(|operation| operation == second).unwrap() as u64;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a/results");
    let error = produce(&(Arc::new(failing(at, Fault::Onwards)) as Arc<dyn Disk>), &path, 7, false).unwrap_err();
    assert!(error.to_string().starts_with("could not write ") && error.to_string().contains("/chunks/"), "{error}");
    let folder = Folder::open(quick(), &path, &identity(7), false).unwrap().into_folder();
    let list = folder.chunks().list().unwrap();
    assert_eq!(list.valid.iter().map(|chunk| chunk.key.last).collect::<Vec<_>>(), [3]);
    assert!(list.damaged.is_empty());
}
