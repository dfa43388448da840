//! Whether a results folder is what its manifest says.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::store::atomic::{FileSum, sum_file};
use crate::store::chunks::{Chunks, DamagedChunk};
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::manifest::Manifest;
use crate::store::names::{CHUNKS, IDENTITY, JOURNAL, LOCK, MANIFEST};

/// What was found in a folder that has a manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// The manifest.
    pub manifest: Value,
    /// The files it lists, with their sums as it lists them.
    pub files: Vec<FileSum>,
    /// Listed, but not there.
    pub missing: Vec<String>,
    /// There, but not as listed.
    pub changed: Vec<String>,
    /// There, but neither listed nor the folder's own.
    pub extra: Vec<String>,
    /// Chunks that cannot be used. They are outside the manifest: results stand without them.
    pub damaged_chunks: Vec<DamagedChunk>,
}

impl Verified {
    /// Whether every listed file is there as listed.
    pub fn holds(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty()
    }

    /// What does not hold, a fragment for each file.
    pub fn problems(&self) -> Vec<String> {
        let missing = self.missing.iter().map(|name| format!("{name} is missing"));
        missing.chain(self.changed.iter().map(|name| format!("{name} has changed"))).collect()
    }
}

/// Reads a folder's manifest and sums its files and chunks anew. Takes no lock and writes nothing.
///
/// # Errors
/// [`StoreError::Incomplete`] without a manifest, [`StoreError::Manifest`] for one that is damaged, [`StoreError::Io`] for
/// what cannot be read.
pub fn verify(disk: &Arc<dyn Disk>, folder: &Path) -> Result<Verified, StoreError> {
    let entries = disk.list(folder).map_err(StoreError::io("list", folder))?;
    let manifest = Manifest::read(&**disk, folder)?;
    let manifest = manifest.ok_or_else(|| StoreError::Incomplete { path: folder.to_path_buf() })?;
    let mut verified = check_sums(&**disk, folder, manifest)?;
    let own = [MANIFEST, JOURNAL, LOCK, CHUNKS];
    let known: BTreeSet<&str> = verified.files.iter().map(|file| file.name.as_str()).chain(own).collect();
    verified.extra =
        entries.into_iter().map(|entry| entry.name).filter(|name| !known.contains(name.as_str())).collect();
    let usable_identity = !verified.problems().iter().any(|problem| problem.starts_with(IDENTITY));
    if usable_identity && disk.exists(&folder.join(CHUNKS)).map_err(StoreError::io("read", folder))? {
        verified.damaged_chunks = Chunks::of(Arc::clone(disk), folder)?.list()?.damaged;
    }
    Ok(verified)
}

/// Sums the files that a manifest lists.
pub(super) fn check_sums(disk: &dyn Disk, folder: &Path, manifest: Manifest) -> Result<Verified, StoreError> {
    let (mut missing, mut changed) = (Vec::new(), Vec::new());
    for file in &manifest.files {
        match sum_file(disk, folder, &file.name) {
            Ok(sum) if sum == *file => {}
            Ok(_) => changed.push(file.name.clone()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push(file.name.clone()),
            Err(error) => return Err(StoreError::io("read", &folder.join(&file.name))(error)),
        }
    }
    let Manifest { value: manifest, files } = manifest;
    Ok(Verified { manifest, files, missing, changed, extra: Vec::new(), damaged_chunks: Vec::new() })
}
