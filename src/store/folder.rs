//! An open results folder.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value;

use crate::store::atomic::{FileSum, write_whole};
use crate::store::chunk::ChunkKey;
use crate::store::chunks::Chunks;
use crate::store::disk::{Disk, Lock};
use crate::store::error::StoreError;
use crate::store::identity::Identity;
use crate::store::journal::JournalEnd;
use crate::store::manifest::manifest_text;
use crate::store::names::{IDENTITY, MANIFEST, REPORT, check_name};

/// A results folder, locked for this process until dropped. Several threads may write to it at once.
#[derive(Debug)]
pub struct Folder {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) path: PathBuf,
    pub(super) identity: Identity,
    pub(super) chunks: Chunks,
    pub(super) journal: JournalEnd,
    pub(super) written: Mutex<Written>,
    /// The manifest found at opening, if the folder was complete.
    pub(super) manifest: Option<Value>,
    /// What was found not to hold at opening.
    pub(super) damage: Vec<String>,
    /// This folder's lock, and that of the one it replaced: whoever had opened that lock's file before it was moved must
    /// not take it for this folder's.
    pub(super) _locks: Vec<Lock>,
}

/// What this process has written.
#[derive(Debug)]
pub(super) struct Written {
    /// The sum of each file; none while it is being written, or if that failed.
    pub(super) sums: BTreeMap<String, Option<FileSum>>,
    /// Whether a manifest stands in the folder.
    pub(super) has_manifest: bool,
}

impl Folder {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is the result of.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The manifest found at opening, if the folder was complete.
    pub fn manifest(&self) -> Option<&Value> {
        self.manifest.as_ref()
    }

    /// Why a folder that has a manifest was not complete: a fragment for each missing or changed file. Empty for a folder
    /// that was merely interrupted.
    pub fn damage(&self) -> &[String] {
        &self.damage
    }

    /// Its chunks.
    pub fn chunks(&self) -> &Chunks {
        &self.chunks
    }

    /// Writes a file: it appears whole, or not at all. A manifest from before is removed first, since the folder is no
    /// longer what it says.
    ///
    /// # Arguments
    /// * `name` - a plain file name.
    /// * `fill` - writes the content; what it is handed is buffered.
    ///
    /// # Errors
    /// [`StoreError::Name`] for a name that is not plain, [`StoreError::Io`] if the disk refuses or `fill` fails; a file of
    /// that name from before then stands as it was, or the new one stands whole.
    pub fn write(
        &self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<FileSum, StoreError> {
        check_name(name)?;
        {
            let mut written = self.written();
            if written.has_manifest {
                self.retire_manifest()?;
                written.has_manifest = false;
            }
            written.sums.insert(name.to_owned(), None);
        }
        let sum = write_whole(&*self.disk, &self.path, name, fill)?;
        self.written().sums.insert(name.to_owned(), Some(sum.clone()));
        Ok(sum)
    }

    /// Writes a chunk, replacing one of the same key. The manifest, which chunks are outside of, stays.
    ///
    /// # Arguments
    /// * `columns` - one value per replication of the key's range, in its order.
    /// * `bytes` - anything else the caller wants back.
    ///
    /// # Errors
    /// [`StoreError::Io`] if the disk refuses.
    ///
    /// # Panics
    /// If a column is not as long as the range, or the range is empty.
    pub fn write_chunk(&self, key: &ChunkKey, columns: &[&[f64]], bytes: &[u8]) -> Result<(), StoreError> {
        self.chunks.write(key, columns, bytes)
    }

    /// Removes a chunk; the manifest stays.
    ///
    /// # Errors
    /// [`StoreError::Io`] if the disk refuses.
    pub fn remove_chunk(&self, key: &ChunkKey) -> Result<(), StoreError> {
        self.chunks.remove(key)
    }

    /// Notes an event in the journal, and waits until the disk has it.
    ///
    /// # Errors
    /// [`StoreError::Io`] if the disk refuses.
    pub fn journal(&self, event: &Value) -> Result<(), StoreError> {
        self.journal.add(event)
    }

    /// Completes the folder: writes the manifest, with the sums of the identity and of every file written since opening.
    ///
    /// # Arguments
    /// * `about` - what the caller says of the results: a map. The key `files` is ours.
    ///
    /// # Errors
    /// [`StoreError::Unfinished`] if writing a file had begun and did not succeed, [`StoreError::Io`] if the disk refuses.
    ///
    /// # Panics
    /// If `about` is not a map.
    pub fn finish(&self, about: &Value) -> Result<FileSum, StoreError> {
        let about = about.as_object().expect("what is said of results is a map");
        let mut written = self.written();
        if let Some((name, _)) = written.sums.iter().find(|(_, sum)| sum.is_none()) {
            return Err(StoreError::Unfinished { path: self.path.join(name) });
        }
        let sums: Vec<FileSum> = written.sums.values().flatten().cloned().collect();
        debug_assert!(sums.iter().any(|sum| sum.name == IDENTITY), "the identity is written at opening");
        let text = manifest_text(about, &sums);
        // From here on one may stand, whatever is reported.
        written.has_manifest = true;
        write_whole(&*self.disk, &self.path, MANIFEST, |out| out.write_all(text.as_bytes()))
    }

    /// Removes the manifest before the folder changes, and a page made from what it says, and waits until that would survive a loss of power.
    fn retire_manifest(&self) -> Result<(), StoreError> {
        for name in [MANIFEST, REPORT] {
            let path = self.path.join(name);
            match self.disk.remove(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                removed => removed.map_err(StoreError::io("remove", &path))?,
            }
        }
        self.disk.sync_dir(&self.path).map_err(StoreError::io("sync", &self.path))
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().expect("no writer panics while it holds the sums")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;
    use tempfile::TempDir;

    use super::*;
    use crate::store::{RealDisk, verify};

    fn fresh(home: &TempDir) -> Folder {
        let identity = Identity::new().with("seed", "1");
        Folder::open(Arc::new(RealDisk), &home.path().join("x"), &identity, false).unwrap().into_folder()
    }

    #[test]
    fn a_file_has_its_bytes_and_their_sum() {
        let home = TempDir::new().unwrap();
        let folder = fresh(&home);
        let sum = folder.write("abc.csv", |out| write!(out, "a").and_then(|()| write!(out, "bc"))).unwrap();
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((sum.name.as_str(), sum.bytes, sum.sha256.as_str()), ("abc.csv", 3, expected));
        assert_eq!(fs::read(home.path().join("x/abc.csv")).unwrap(), b"abc");
        let long: Vec<u8> = (0..200_000_u32).map(|at| (at % 251) as u8).collect();
        assert_eq!(folder.write("long", |out| out.write_all(&long)).unwrap().bytes, 200_000);
        assert_eq!(fs::read(home.path().join("x/long")).unwrap(), long);
    }

    #[test]
    fn a_file_that_fails_leaves_the_old_one_and_bars_the_manifest_until_it_succeeds() {
        let home = TempDir::new().unwrap();
        let folder = fresh(&home);
        folder.write("a.csv", |out| out.write_all(b"old")).unwrap();
        let broken = |out: &mut dyn Write| out.write_all(b"half").and(Err(io::Error::other("no more")));
        let error = folder.write("a.csv", broken).unwrap_err();
        assert_eq!(error.to_string(), format!("could not write {}", home.path().join("x/a.csv").display()));
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "no more");
        assert_eq!(fs::read(home.path().join("x/a.csv")).unwrap(), b"old");
        assert_eq!(RealDisk.list(&home.path().join("x")).unwrap().len(), 3, "identity, lock and a.csv");
        assert!(matches!(folder.finish(&json!({})), Err(StoreError::Unfinished { .. })));
        folder.write("a.csv", |out| out.write_all(b"new")).unwrap();
        folder.finish(&json!({})).unwrap();
    }

    #[test]
    fn a_name_that_is_not_plain_writes_nothing() {
        let home = TempDir::new().unwrap();
        let folder = fresh(&home);
        for name in ["../a", "manifest.json", "/tmp/a", ""] {
            assert!(matches!(folder.write(name, |_| panic!("not asked")), Err(StoreError::Name { .. })), "{name}");
        }
    }

    #[test]
    fn the_manifest_is_the_same_whatever_the_order_of_writing_and_of_keys() {
        let manifest = |names: [&str; 2], about: &str| {
            let home = TempDir::new().unwrap();
            let folder = fresh(&home);
            for name in names {
                folder.write(name, |out| out.write_all(name.as_bytes())).unwrap();
            }
            folder.finish(&serde_json::from_str(about).unwrap()).unwrap();
            fs::read_to_string(home.path().join("x/manifest.json")).unwrap()
        };
        let one = manifest(["a", "b"], r#"{"seed": 1, "design": {"p": [1.5], "a": null}}"#);
        let other = manifest(["b", "a"], r#"{"design": {"a": null, "p": [1.5]}, "seed": 1}"#);
        assert_eq!(one, other);
        assert!(one.starts_with("{\n  \"design\": {\n    \"a\": null,") && one.ends_with("}\n"), "{one}");
    }

    #[test]
    fn many_threads_write_at_once() {
        let home = TempDir::new().unwrap();
        let folder = fresh(&home);
        std::thread::scope(|scope| {
            for thread in 0..4_u64 {
                let folder = &folder;
                scope.spawn(move || {
                    folder.write(&format!("{thread}.csv"), |out| writeln!(out, "{thread}")).unwrap();
                    folder.write_chunk(&ChunkKey::new("k", thread, thread + 1), &[&[1.0]], b"").unwrap();
                    folder.journal(&json!({"thread": thread})).unwrap();
                });
            }
        });
        folder.finish(&json!({})).unwrap();
        let verified = verify(&(Arc::new(RealDisk) as Arc<dyn Disk>), folder.path()).unwrap();
        assert!(verified.holds() && verified.extra.is_empty());
        assert_eq!(verified.files.len(), 5);
        assert_eq!(folder.chunks().list().unwrap().valid.len(), 4);
        assert_eq!(crate::store::read_journal(&RealDisk, folder.path()).unwrap().events.len(), 4);
    }

    #[test]
    fn a_removed_folder_is_an_error_that_names_the_file() {
        let home = TempDir::new().unwrap();
        let folder = fresh(&home);
        fs::remove_dir_all(home.path().join("x")).unwrap();
        let error = folder.write("a.csv", |_| Ok(())).unwrap_err();
        assert!(matches!(&error, StoreError::Io { path, .. } if path.ends_with("x/.tmp-a.csv")), "{error}");
        assert!(
            folder.journal(&json!({})).is_err() && folder.write_chunk(&ChunkKey::new("k", 0, 1), &[], b"").is_err()
        );
        assert!(folder.finish(&json!({})).is_err());
        assert!(!home.path().join("x").exists());
    }
}
