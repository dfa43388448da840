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
use crate::store::names::{IDENTITY, MANIFEST, check_name};

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

    /// Removes the manifest before the folder changes, and waits until that would survive a loss of power.
    fn retire_manifest(&self) -> Result<(), StoreError> {
        let path = self.path.join(MANIFEST);
        match self.disk.remove(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed.map_err(StoreError::io("remove", &path))?,
        }
        self.disk.sync_dir(&self.path).map_err(StoreError::io("sync", &self.path))
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().expect("no writer panics while it holds the sums")
    }
}
