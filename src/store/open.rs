//! Opening a results folder: whose it is, who has it, how far it got.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::store::atomic::{FileSum, clear_temporaries, sum_file, write_whole};
use crate::store::chunks::Chunks;
use crate::store::disk::{Disk, Lock};
use crate::store::error::StoreError;
use crate::store::folder::{Folder, Written};
use crate::store::identity::{Identity, Stored};
use crate::store::journal::JournalEnd;
use crate::store::manifest::Manifest;
use crate::store::names::{CHUNKS, IDENTITY, LOCK, MANIFEST, TEMPORARY, free_aside, free_beside, parent};
use crate::store::verify::check_sums;

/// How far an opened folder got before.
#[derive(Debug)]
pub enum Opened {
    /// It is new, or was empty.
    Fresh(Folder),
    /// It holds all results of this identity, as its manifest says: there is nothing to do.
    Complete(Folder),
    /// It is of this identity and was interrupted, or has been damaged since: its chunks may be used.
    Partial(Folder),
}

impl Opened {
    /// The folder, however far it got.
    pub fn into_folder(self) -> Folder {
        match self {
            Self::Fresh(folder) | Self::Complete(folder) | Self::Partial(folder) => folder,
        }
    }
}

/// What the manifest said at opening.
struct Found {
    manifest: Option<Value>,
    damage: Vec<String>,
    has_manifest: bool,
}

impl Folder {
    /// Opens the results folder of an identity, made with its parents if absent, and locks it.
    ///
    /// # Arguments
    /// * `replace` - whether to move a results folder that is already there aside, to `<name>.old-1` or the next free
    ///   number. Nothing is ever deleted.
    ///
    /// # Errors
    /// [`StoreError::Differs`] for a folder of another identity, [`StoreError::NotOurs`] for one that holds something and no
    /// identity file of ours, even with `replace`, [`StoreError::Locked`] if another process has it open, and
    /// [`StoreError::Io`] if the disk refuses.
    pub fn open(disk: Arc<dyn Disk>, path: &Path, identity: &Identity, replace: bool) -> Result<Opened, StoreError> {
        make_dirs(&*disk, path)?;
        // Before the lock, which is a file: a folder that is not ours is not touched.
        look(&*disk, path)?;
        let mut locks = vec![lock(&*disk, path)?];
        let mut stored = look(&*disk, path)?;
        if replace && stored.is_some() {
            move_aside(&*disk, path)?;
            make_dirs(&*disk, path)?;
            locks.push(lock(&*disk, path)?);
            stored = look(&*disk, path)?;
        }
        if let Some(stored) = &stored {
            refuse_other(&*disk, path, stored, identity)?;
        }
        clear_temporaries(&*disk, path)?;
        let chunks = path.join(CHUNKS);
        if disk.exists(&chunks).map_err(StoreError::io("read", &chunks))? {
            clear_temporaries(&*disk, &chunks)?;
        }
        let found = find_manifest(&*disk, path)?;
        let sum = identity_sum(&*disk, path, identity, found.manifest.is_some())?;
        let (is_fresh, is_complete) = (stored.is_none(), found.manifest.is_some());
        let folder = Self {
            path: path.to_path_buf(),
            identity: identity.clone(),
            chunks: Chunks::new(Arc::clone(&disk), path, identity),
            journal: JournalEnd::new(Arc::clone(&disk), path),
            written: Mutex::new(Written {
                sums: BTreeMap::from([(IDENTITY.to_owned(), Some(sum))]),
                has_manifest: found.has_manifest,
            }),
            manifest: found.manifest,
            damage: found.damage,
            _locks: locks,
            disk,
        };
        Ok(match (is_fresh, is_complete) {
            (true, _) => Opened::Fresh(folder),
            (false, true) => Opened::Complete(folder),
            (false, false) => Opened::Partial(folder),
        })
    }
}

/// Whether some process has a results folder open. Where the lock cannot be looked at, as in a folder that can only be read,
/// none has, as far as anybody can tell.
pub fn is_open(disk: &dyn Disk, path: &Path) -> bool {
    let file = path.join(LOCK);
    matches!(disk.exists(&file), Ok(true)) && matches!(disk.lock(&file), Ok(None))
}

/// Makes a folder and its parents; it may be there.
///
/// # Errors
/// [`StoreError::Io`] if the disk refuses.
pub fn make_dirs(disk: &dyn Disk, path: &Path) -> Result<(), StoreError> {
    if disk.exists(path).map_err(StoreError::io("read", path))? {
        return Ok(());
    }
    let above = parent(path);
    make_dirs(disk, above)?;
    match disk.create_dir(path) {
        // Another process may have been quicker.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        created => created.map_err(StoreError::io("create", path))?,
    }
    disk.sync_dir(above).map_err(StoreError::io("sync", above))
}

/// The folder's identity file; none for a folder that is empty, but for what an opening that was cut short leaves.
fn look(disk: &dyn Disk, path: &Path) -> Result<Option<Stored>, StoreError> {
    let entries = disk.list(path).map_err(StoreError::io("list", path))?;
    let begun = format!("{TEMPORARY}{IDENTITY}");
    if entries.iter().all(|entry| !entry.is_dir && (entry.name == LOCK || entry.name == begun)) {
        return Ok(None);
    }
    let stored = if entries.iter().any(|entry| entry.name == IDENTITY && !entry.is_dir) {
        Stored::read(disk, path).map_err(StoreError::io("read", &path.join(IDENTITY)))?
    } else {
        None
    };
    let not_ours = || StoreError::NotOurs { path: path.to_path_buf(), free: free_beside(disk, path) };
    stored.ok_or_else(not_ours).map(Some)
}

fn lock(disk: &dyn Disk, path: &Path) -> Result<Lock, StoreError> {
    let file = path.join(LOCK);
    let locked = || StoreError::Locked { path: path.to_path_buf(), free: free_beside(disk, path) };
    disk.lock(&file).map_err(StoreError::io("lock", &file))?.ok_or_else(locked)
}

/// Gives the folder the first free name beside its own.
fn move_aside(disk: &dyn Disk, path: &Path) -> Result<(), StoreError> {
    let nameless = || io::Error::new(io::ErrorKind::InvalidInput, "its path does not end with a name");
    free_aside(disk, path)
        .and_then(|aside| aside.ok_or_else(nameless))
        .and_then(|aside| disk.rename(path, &aside))
        .map_err(StoreError::io("move aside", path))?;
    disk.sync_dir(parent(path)).map_err(StoreError::io("sync", parent(path)))
}

fn refuse_other(disk: &dyn Disk, path: &Path, stored: &Stored, identity: &Identity) -> Result<(), StoreError> {
    let differences = stored.differences(identity);
    if differences.is_empty() {
        return Ok(());
    }
    let (free, aside) = (free_beside(disk, path), free_aside(disk, path).ok().flatten());
    Err(StoreError::Differs { path: path.to_path_buf(), differences, free, aside })
}

/// Whether the folder is complete; a manifest that does not hold counts as damage.
fn find_manifest(disk: &dyn Disk, path: &Path) -> Result<Found, StoreError> {
    let manifest = match Manifest::read(disk, path) {
        Ok(None) => return Ok(Found { manifest: None, damage: Vec::new(), has_manifest: false }),
        Ok(Some(manifest)) => manifest,
        Err(StoreError::Manifest { problem, .. }) => {
            return Ok(Found { manifest: None, damage: vec![format!("{MANIFEST} {problem}")], has_manifest: true });
        }
        Err(error) => return Err(error),
    };
    let verified = check_sums(disk, path, manifest)?;
    let damage = verified.problems();
    Ok(Found { manifest: damage.is_empty().then_some(verified.manifest), damage, has_manifest: true })
}

/// The sum of the identity file, which is written anew unless the manifest vouches for it: a file that says the same need
/// not have the same bytes.
fn identity_sum(disk: &dyn Disk, path: &Path, identity: &Identity, is_complete: bool) -> Result<FileSum, StoreError> {
    if is_complete {
        return sum_file(disk, path, IDENTITY).map_err(StoreError::io("read", &path.join(IDENTITY)));
    }
    write_whole(disk, path, IDENTITY, |out| out.write_all(identity.file_text().as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;
    use tempfile::TempDir;

    use super::*;
    use crate::store::{ChunkKey, RealDisk, verify};

    fn disk() -> Arc<dyn Disk> {
        Arc::new(RealDisk)
    }

    fn identity(seed: &str) -> Identity {
        Identity::new().with("seed", seed).with("version", "1")
    }

    fn open(home: &TempDir, seed: &str, replace: bool) -> Result<Opened, StoreError> {
        Folder::open(disk(), &home.path().join("new/x"), &identity(seed), replace)
    }

    fn complete(home: &TempDir, seed: &str) {
        let folder = open(home, seed, false).unwrap().into_folder();
        folder.write("a.csv", |out| out.write_all(seed.as_bytes())).unwrap();
        folder.finish(&json!({"seed": seed})).unwrap();
    }

    fn names(path: &Path) -> Vec<String> {
        RealDisk.list(path).unwrap().into_iter().map(|entry| entry.name).collect()
    }

    #[test]
    fn a_folder_is_fresh_then_partial_then_complete() {
        let home = TempDir::new().unwrap();
        let fresh = open(&home, "1", false).unwrap();
        assert!(matches!(fresh, Opened::Fresh(_)));
        let folder = fresh.into_folder();
        assert_eq!((folder.path(), folder.identity()), (home.path().join("new/x").as_path(), &identity("1")));
        drop(folder);
        let partial = open(&home, "1", false).unwrap();
        assert!(matches!(partial, Opened::Partial(_)));
        let folder = partial.into_folder();
        assert!(folder.manifest().is_none() && folder.damage().is_empty());
        drop(folder);
        complete(&home, "1");
        let Opened::Complete(folder) = open(&home, "1", false).unwrap() else { panic!("its manifest holds") };
        assert_eq!(folder.manifest().unwrap()["seed"], "1");
    }

    #[test]
    fn an_empty_folder_and_one_whose_opening_was_cut_short_are_fresh() {
        for left in [&[][..], &[".lock"], &[".lock", ".tmp-identity.json"]] {
            let home = TempDir::new().unwrap();
            fs::create_dir_all(home.path().join("new/x")).unwrap();
            for name in left {
                fs::write(home.path().join("new/x").join(name), "half").unwrap();
            }
            assert!(matches!(open(&home, "1", false).unwrap(), Opened::Fresh(_)), "{left:?}");
            assert_eq!(names(&home.path().join("new/x")), [".lock", "identity.json"]);
        }
    }

    #[test]
    fn another_identity_is_refused_with_each_difference_and_the_ways_out() {
        let home = TempDir::new().unwrap();
        complete(&home, "1");
        fs::create_dir(home.path().join("new/x-2")).unwrap();
        let error = open(&home, "2", false).unwrap_err();
        let at = home.path().join("new/x");
        let at = at.display();
        let expected = format!(
            "{at} holds results of other inputs:\n  seed: 1 there, 2 asked for\nchoose another folder with `--out {at}-3`, \
             or move the old one to {at}.old-1 with `--replace`"
        );
        assert_eq!(error.to_string(), expected);
        assert!(verify(&disk(), &home.path().join("new/x")).unwrap().holds(), "it was not touched");
    }

    #[test]
    fn a_folder_of_another_layout_differs_in_its_format() {
        let home = TempDir::new().unwrap();
        complete(&home, "1");
        let file = home.path().join("new/x/identity.json");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace("rearguard results 1", "rearguard results 2")).unwrap();
        let error = open(&home, "1", false).unwrap_err().to_string();
        assert!(error.contains("format: rearguard results 2 there, rearguard results 1 asked for"), "{error}");
    }

    #[test]
    fn a_folder_that_is_not_ours_is_never_touched() {
        let foreign: [&[(&str, &str)]; 5] = [
            &[("thesis.tex", "years of work")],
            &[("identity.json", "{\"format\": \"passport\", \"identity\": {}}")],
            &[("identity.json", "{\"format\": \"rearguard results 1\", \"ident")],
            &[("manifest.json", "{}"), ("summary.csv", "")],
            &[(".lock", ""), ("notes.txt", "")],
        ];
        for files in foreign {
            for replace in [false, true] {
                let home = TempDir::new().unwrap();
                let path = home.path().join("new/x");
                fs::create_dir_all(&path).unwrap();
                for (name, text) in files {
                    fs::write(path.join(name), text).unwrap();
                }
                let error = open(&home, "1", replace).unwrap_err();
                assert!(matches!(error, StoreError::NotOurs { .. }), "{error}");
                assert!(error.to_string().ends_with("x-2`"), "{error}");
                assert_eq!(names(home.path().join("new").as_path()), ["x"]);
                assert_eq!(names(&path), files.iter().map(|(name, _)| *name).collect::<Vec<_>>());
                for (name, text) in files {
                    assert_eq!(fs::read_to_string(path.join(name)).unwrap(), *text);
                }
            }
        }
    }

    #[test]
    fn replacing_moves_aside_to_the_first_free_name() {
        let home = TempDir::new().unwrap();
        for seed in ["1", "2", "2"] {
            let opened = open(&home, seed, true).unwrap();
            assert!(matches!(opened, Opened::Fresh(_)));
            drop(opened);
            complete(&home, seed);
        }
        let new = home.path().join("new");
        assert_eq!(names(&new), ["x", "x.old-1", "x.old-2"]);
        for (name, seed) in [("x", "2"), ("x.old-1", "1"), ("x.old-2", "2")] {
            assert_eq!(verify(&disk(), &new.join(name)).unwrap().manifest["seed"], seed);
        }
    }

    #[test]
    fn a_second_handle_is_refused_until_the_first_is_gone() {
        let home = TempDir::new().unwrap();
        let first = open(&home, "1", false).unwrap();
        for replace in [false, true] {
            let error = open(&home, "1", replace).unwrap_err();
            assert!(matches!(error, StoreError::Locked { .. }), "{error}");
            assert!(is_open(&RealDisk, &home.path().join("new/x")));
            assert!(error.to_string().contains("in use by another process"), "{error}");
        }
        drop(first);
        open(&home, "1", false).unwrap();
    }

    #[test]
    fn a_replaced_folder_stays_locked_with_the_one_in_its_place() {
        let home = TempDir::new().unwrap();
        complete(&home, "1");
        let folder = open(&home, "2", true).unwrap();
        let aside = home.path().join("new/x.old-1");
        let open_aside = || Folder::open(disk(), &aside, &identity("1"), false);
        assert!(matches!(open_aside(), Err(StoreError::Locked { .. })));
        drop(folder);
        assert!(matches!(open_aside(), Ok(Opened::Complete(_))));
    }

    #[test]
    fn a_complete_folder_with_a_missing_or_changed_file_is_partial_and_says_why() {
        type Spoil = fn(&Path);
        let spoils: [(Spoil, &str); 3] = [
            (|path| fs::remove_file(path.join("a.csv")).unwrap(), "a.csv is missing"),
            (|path| fs::write(path.join("a.csv"), "2").unwrap(), "a.csv has changed"),
            (|path| fs::write(path.join("manifest.json"), "{}").unwrap(), "manifest.json has no checksum of its own"),
        ];
        for (spoil, problem) in spoils {
            let home = TempDir::new().unwrap();
            complete(&home, "1");
            let path = home.path().join("new/x");
            spoil(&path);
            let Opened::Partial(folder) = open(&home, "1", false).unwrap() else { panic!("it does not hold") };
            assert_eq!(folder.damage(), [problem]);
            assert!(path.join("manifest.json").exists(), "opening alone changes nothing");
            folder.write("b.csv", |_| Ok(())).unwrap();
            assert!(!path.join("manifest.json").exists());
        }
    }

    #[test]
    fn a_file_in_place_of_the_folder_is_an_error() {
        let home = TempDir::new().unwrap();
        fs::create_dir(home.path().join("new")).unwrap();
        fs::write(home.path().join("new/x"), "kept").unwrap();
        let error = open(&home, "1", true).unwrap_err();
        assert!(matches!(error, StoreError::Io { action: "list", .. }), "{error}");
        assert_eq!(fs::read_to_string(home.path().join("new/x")).unwrap(), "kept");
    }

    #[cfg(unix)]
    #[test]
    fn a_read_only_place_is_an_error_that_names_it() {
        use std::os::unix::fs::PermissionsExt;
        let home = TempDir::new().unwrap();
        let place = home.path().join("new");
        fs::create_dir(&place).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o555)).unwrap();
        let is_almighty = fs::create_dir(place.join("probe")).is_ok();
        if !is_almighty {
            let error = open(&home, "1", false).unwrap_err();
            assert_eq!(error.to_string(), format!("could not create {}", place.join("x").display()));
        }
        fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
        // Permissions do not bind every user; a place that can hold no folder binds all.
        let error = Folder::open(disk(), Path::new("/dev/null/x"), &identity("1"), false).unwrap_err();
        assert!(matches!(error, StoreError::Io { .. }) && error.to_string().ends_with("/dev/null/x"), "{error}");
    }

    #[test]
    fn a_path_without_a_name_can_be_opened_but_not_moved_aside() {
        let home = TempDir::new().unwrap();
        let folder = open(&home, "1", false).unwrap().into_folder();
        folder.write_chunk(&ChunkKey::new("k", 0, 1), &[], b"").unwrap();
        drop(folder);
        let path = home.path().join("new/x/chunks/..");
        let open_as = |seed: &str, replace| Folder::open(disk(), &path, &identity(seed), replace);
        let error = open_as("2", false).unwrap_err();
        assert!(error.to_string().ends_with("chunks/../results`"), "{error}");
        let error = open_as("2", true).unwrap_err();
        assert!(matches!(error, StoreError::Io { action: "move aside", .. }), "{error}");
        assert_eq!(open_as("1", false).unwrap().into_folder().chunks().list().unwrap().valid.len(), 1);
    }
}
