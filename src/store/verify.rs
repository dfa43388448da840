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
use crate::store::names::{CHUNKS, IDENTITY, JOURNAL, LOCK, MANIFEST, REPORT};

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
    let own = [MANIFEST, JOURNAL, LOCK, CHUNKS, REPORT];
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

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;
    use tempfile::TempDir;

    use super::*;
    use crate::store::{ChunkKey, Folder, Identity, RealDisk};

    fn disk() -> Arc<dyn Disk> {
        Arc::new(RealDisk)
    }

    fn complete() -> TempDir {
        let home = TempDir::new().unwrap();
        let folder =
            Folder::open(disk(), home.path(), &Identity::new().with("seed", "1"), false).unwrap().into_folder();
        for name in ["a.csv", "b.csv", "c.csv"] {
            folder.write(name, |out| out.write_all(name.as_bytes())).unwrap();
        }
        folder.write_chunk(&ChunkKey::new("k", 0, 1), &[&[1.0]], b"").unwrap();
        folder.journal(&json!("done")).unwrap();
        folder.finish(&json!({"seed": 1})).unwrap();
        home
    }

    #[test]
    fn an_untouched_folder_holds_and_nothing_is_extra() {
        let home = complete();
        let verified = verify(&disk(), home.path()).unwrap();
        assert!(verified.holds() && verified.problems().is_empty());
        assert!(verified.extra.is_empty() && verified.damaged_chunks.is_empty());
        let names: Vec<&str> = verified.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["a.csv", "b.csv", "c.csv", "identity.json"]);
        assert_eq!(verified.manifest["seed"], 1);
    }

    #[test]
    fn missing_changed_and_extra_files_and_damaged_chunks_are_named() {
        let home = complete();
        fs::remove_file(home.path().join("a.csv")).unwrap();
        fs::write(home.path().join("b.csv"), "c.csv").unwrap();
        fs::write(home.path().join("notes.txt"), "mine").unwrap();
        fs::create_dir(home.path().join("plots")).unwrap();
        fs::write(home.path().join("chunks/x.chunk"), "RGCH").unwrap();
        let verified = verify(&disk(), home.path()).unwrap();
        assert!(!verified.holds());
        assert_eq!(verified.problems(), ["a.csv is missing", "b.csv has changed"]);
        assert_eq!(verified.extra, ["notes.txt", "plots"]);
        let damaged: Vec<String> = verified.damaged_chunks.iter().map(ToString::to_string).collect();
        assert_eq!(damaged, ["x.chunk is 4 bytes long instead of 76"]);
    }

    #[test]
    fn a_lost_identity_is_one_missing_file() {
        let home = complete();
        fs::remove_file(home.path().join("identity.json")).unwrap();
        assert_eq!(verify(&disk(), home.path()).unwrap().problems(), ["identity.json is missing"]);
    }

    #[test]
    fn a_folder_without_a_whole_manifest_is_an_error() {
        let home = complete();
        let path = home.path().join("manifest.json");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("\"seed\": 1", "\"seed\": 2")).unwrap();
        let error = verify(&disk(), home.path()).unwrap_err();
        assert_eq!(error.to_string(), format!("{} has changed since it was written", path.display()));
        fs::remove_file(&path).unwrap();
        assert!(matches!(verify(&disk(), home.path()), Err(StoreError::Incomplete { .. })));
        assert!(matches!(verify(&disk(), &home.path().join("gone")), Err(StoreError::Io { .. })));
    }
}
