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

/// Makes a folder and its parents.
fn make_dirs(disk: &dyn Disk, path: &Path) -> Result<(), StoreError> {
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
    let aside = free_aside(disk, path).ok_or_else(nameless).map_err(StoreError::io("move aside", path))?;
    disk.rename(path, &aside).map_err(StoreError::io("move aside", path))?;
    disk.sync_dir(parent(path)).map_err(StoreError::io("sync", parent(path)))
}

fn refuse_other(disk: &dyn Disk, path: &Path, stored: &Stored, identity: &Identity) -> Result<(), StoreError> {
    let differences = stored.differences(identity);
    if differences.is_empty() {
        return Ok(());
    }
    let (free, aside) = (free_beside(disk, path), free_aside(disk, path).unwrap_or_default());
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
