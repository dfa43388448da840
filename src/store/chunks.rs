//! The chunks of a results folder.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::atomic::{hex, sha256, write_whole};
use crate::store::chunk::{Chunk, ChunkFault, ChunkKey};
use crate::store::disk::{Disk, ReadSeek};
use crate::store::error::StoreError;
use crate::store::identity::Identity;
use crate::store::layout::{self, Head};
use crate::store::names::{CHUNKS, TEMPORARY, parent, shown};

/// Heads that are kept once they were checked, since a head is longer than a column and each column is read by itself. A
/// head holds 32 bytes for each column: together they stay within a few megabytes, however long a run.
const HEADS_KEPT: usize = 256;

/// The chunks of one results folder. Anyone may read them; only an open [`Folder`](crate::store::Folder) writes them.
#[derive(Debug, Clone)]
pub struct Chunks {
    disk: Arc<dyn Disk>,
    /// Where the chunks are: a folder made for the first one.
    folder: PathBuf,
    identity: [u8; 32],
    heads: Arc<Mutex<BTreeMap<ChunkKey, Arc<Head>>>>,
}

/// A chunk that can be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChunkInfo {
    /// What it is of.
    pub key: ChunkKey,
    /// How many columns it has.
    pub columns: usize,
    /// Length of its bytes section.
    pub bytes_len: u64,
}

/// A file among the chunks that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedChunk {
    /// Its name.
    pub name: String,
    /// What is wrong with it: a fragment.
    pub problem: String,
}

impl fmt::Display for DamagedChunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", shown(&self.name), self.problem)
    }
}

/// What is among the chunks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChunkList {
    /// Chunks that can be used, by key, then range. Ranges may overlap if runs cut them differently.
    pub valid: Vec<ChunkInfo>,
    /// The rest, by name.
    pub damaged: Vec<DamagedChunk>,
}

impl Chunks {
    pub(super) fn new(disk: Arc<dyn Disk>, folder: &Path, identity: &Identity) -> Self {
        Self { disk, folder: folder.join(CHUNKS), identity: identity.digest(), heads: Arc::default() }
    }

    /// The chunks of a results folder that another process may have open; only reads.
    ///
    /// # Errors
    /// [`StoreError::NoResults`] without an identity file of ours, [`StoreError::Io`] if it cannot be read.
    pub fn of(disk: Arc<dyn Disk>, folder: &Path) -> Result<Self, StoreError> {
        let identity = Identity::read(&*disk, folder)?;
        Ok(Self::new(disk, folder, &identity))
    }

    /// Every chunk, each checked from end to end. A chunk is here or damaged; half of one never counts.
    ///
    /// # Errors
    /// [`StoreError::Io`] if a file cannot be read.
    pub fn list(&self) -> Result<ChunkList, StoreError> {
        let mut list = ChunkList::default();
        let entries = match self.disk.list(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(list),
            entries => entries.map_err(StoreError::io("list", &self.folder))?,
        };
        for entry in entries.into_iter().filter(|entry| !entry.name.starts_with(TEMPORARY)) {
            let fault = match self.check(&entry.name, entry.is_dir) {
                Ok(head) => {
                    list.valid.push(ChunkInfo { columns: head.columns(), bytes_len: head.bytes_len, key: head.key });
                    continue;
                }
                Err(ChunkFault::Unreadable(source)) => {
                    return Err(StoreError::io("read", &self.folder.join(&entry.name))(source));
                }
                Err(fault) => fault,
            };
            list.damaged.push(DamagedChunk { name: entry.name, problem: fault.to_string() });
        }
        list.valid.sort();
        Ok(list)
    }

    fn check(&self, name: &str, is_dir: bool) -> Result<Head, ChunkFault> {
        if is_dir {
            return Err(ChunkFault::NoChunk);
        }
        let mut file = self.disk.read(&self.folder.join(name))?;
        let head = Head::read(&mut *file, &self.identity)?;
        head.check_all(&mut *file)?;
        if file_name(&head.key) == name { Ok(head) } else { Err(ChunkFault::Misnamed) }
    }

    /// One chunk, checked from end to end.
    ///
    /// # Errors
    /// [`StoreError::Chunk`] if it cannot be used, [`StoreError::Io`] if it is not there or cannot be read.
    pub fn read(&self, key: &ChunkKey) -> Result<Chunk, StoreError> {
        self.with(key, Head::read_all)
    }

    /// One column of a chunk; of the rest, only the head is read.
    ///
    /// # Errors
    /// As [`Chunks::read`].
    pub fn read_column(&self, key: &ChunkKey, column: usize) -> Result<Vec<f64>, StoreError> {
        self.with(key, |head, file| head.read_column(file, column))
    }

    /// The bytes section of a chunk; of the rest, only the head is read.
    ///
    /// # Errors
    /// As [`Chunks::read`].
    pub fn read_bytes(&self, key: &ChunkKey) -> Result<Vec<u8>, StoreError> {
        self.with(key, |head, file| head.read_bytes(file))
    }

    /// The error for a chunk whose sections are whole and yet not what its reader wrote.
    pub fn fault(&self, key: &ChunkKey, fault: ChunkFault) -> StoreError {
        fault.at(&self.folder.join(file_name(key)))
    }

    fn with<T>(
        &self,
        key: &ChunkKey,
        take: impl FnOnce(&Head, &mut dyn ReadSeek) -> Result<T, ChunkFault>,
    ) -> Result<T, StoreError> {
        let path = self.folder.join(file_name(key));
        let mut file = self.disk.read(&path).map_err(StoreError::io("read", &path))?;
        let head = self.head(key, &mut *file);
        head.and_then(|head| take(&head, &mut *file)).map_err(|fault| fault.at(&path))
    }

    /// The head of a chunk, checked now or before.
    fn head(&self, key: &ChunkKey, file: &mut dyn ReadSeek) -> Result<Arc<Head>, ChunkFault> {
        let heads = || self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(head) = heads().get(key) {
            return Ok(Arc::clone(head));
        }
        let head = Head::read(file, &self.identity)?;
        if head.key != *key {
            return Err(ChunkFault::Misnamed);
        }
        let (head, mut heads) = (Arc::new(head), heads());
        if heads.len() < HEADS_KEPT {
            heads.insert(key.clone(), Arc::clone(&head));
        }
        Ok(head)
    }

    /// Forgets the head of a chunk that has changed or is to go.
    fn forget(&self, key: &ChunkKey) {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// Writes a chunk under the name of its key.
    pub(super) fn write(&self, key: &ChunkKey, columns: &[&[f64]], bytes: &[u8]) -> Result<(), StoreError> {
        match self.disk.create_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => {
                let above = parent(&self.folder);
                created
                    .map_err(StoreError::io("create", &self.folder))
                    .and_then(|()| self.disk.sync_dir(above).map_err(StoreError::io("sync", above)))?;
            }
        }
        let fill = |out: &mut dyn io::Write| layout::write(out, &self.identity, key, columns, bytes);
        let written = write_whole(&*self.disk, &self.folder, &file_name(key), fill);
        self.forget(key);
        written.map(drop)
    }

    /// Removes a chunk, and waits until that would survive a loss of power; it may be gone already.
    pub(super) fn remove(&self, key: &ChunkKey) -> Result<(), StoreError> {
        self.forget(key);
        let path = self.folder.join(file_name(key));
        match self.disk.remove(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            removed => removed.map_err(StoreError::io("remove", &path))?,
        }
        self.disk.sync_dir(&self.folder).map_err(StoreError::io("sync", &self.folder))
    }
}

/// The name of a chunk's file: its key's checksum, since the key may be any text, and its range.
fn file_name(key: &ChunkKey) -> String {
    let sum = hex(&sha256(key.text.as_bytes()));
    format!("{}-{:012}-{:012}.chunk", &sum[..16], key.first, key.last)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::store::{Folder, RealDisk};

    fn disk() -> Arc<dyn Disk> {
        Arc::new(RealDisk)
    }

    fn open(path: &Path, seed: &str) -> Folder {
        Folder::open(disk(), path, &Identity::new().with("seed", seed), false).unwrap().into_folder()
    }

    fn keys() -> [ChunkKey; 3] {
        [ChunkKey::new("a/../b\n", 0, 2), ChunkKey::new("a/../b\n", 2, 4), ChunkKey::new("c", 0, 2)]
    }

    fn filled(home: &TempDir) -> Folder {
        let folder = open(&home.path().join("x"), "1");
        for key in keys().iter().rev() {
            folder.write_chunk(key, &[&[key.first as f64, 0.5], &[2.0, 3.0]], key.text.as_bytes()).unwrap();
        }
        folder
    }

    fn file(folder: &Folder, key: &ChunkKey) -> PathBuf {
        folder.path().join(CHUNKS).join(file_name(key))
    }

    #[test]
    fn chunks_are_listed_by_key_and_range_and_read_whole_or_by_column() {
        let home = TempDir::new().unwrap();
        assert_eq!(open(&home.path().join("empty"), "1").chunks().list().unwrap(), ChunkList::default());
        let folder = filled(&home);
        let list = folder.chunks().list().unwrap();
        assert_eq!(list.valid.iter().map(|info| info.key.clone()).collect::<Vec<_>>(), keys());
        assert_eq!((list.valid[2].columns, list.valid[2].bytes_len), (2, 1));
        assert!(list.damaged.is_empty());
        let reader = Chunks::of(disk(), folder.path()).unwrap();
        assert_eq!(reader.read_column(&keys()[1], 0).unwrap(), [2.0, 0.5]);
        assert_eq!(reader.read_bytes(&keys()[2]).unwrap(), b"c");
        let chunk = reader.read(&keys()[0]).unwrap();
        assert_eq!((&chunk.key, chunk.columns), (&keys()[0], vec![vec![0.0, 0.5], vec![2.0, 3.0]]));
        let absent = reader.read(&ChunkKey::new("c", 0, 3)).unwrap_err();
        assert!(matches!(absent, StoreError::Io { action: "read", .. }), "{absent}");
    }

    #[test]
    fn a_flipped_bit_is_named_and_the_chunk_can_be_written_again() {
        let home = TempDir::new().unwrap();
        let folder = filled(&home);
        let path = file(&folder, &keys()[1]);
        assert_eq!(folder.chunks().read_column(&keys()[1], 1).unwrap(), [2.0, 3.0]);
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 1 - keys()[1].text.len();
        bytes[last] ^= 4;
        fs::write(&path, bytes).unwrap();
        let list = folder.chunks().list().unwrap();
        assert_eq!(list.valid.len(), 2);
        let name = path.file_name().unwrap().to_str().unwrap();
        assert_eq!(list.damaged, [DamagedChunk { name: name.into(), problem: "has a damaged column 1".into() }]);
        let error = folder.chunks().read(&keys()[1]).unwrap_err();
        assert_eq!(error.to_string(), format!("chunk {} has a damaged column 1", path.display()));
        let error = folder.chunks().read_column(&keys()[1], 1).unwrap_err();
        assert!(error.to_string().contains("has a damaged column 1"), "{error}, though the head is known");
        // A head that was kept is not that of what is written, nor of what is gone.
        folder.write_chunk(&keys()[1], &[&[1.0, 2.0]], b"").unwrap();
        assert_eq!(folder.chunks().list().unwrap().valid.len(), 3);
        assert_eq!(folder.chunks().read_column(&keys()[1], 0).unwrap(), [1.0, 2.0]);
        assert!(folder.chunks().read_column(&keys()[1], 1).is_err());
        folder.remove_chunk(&keys()[1]).unwrap();
        assert!(folder.chunks().read_column(&keys()[1], 0).is_err());
    }

    #[test]
    fn chunks_of_other_results_and_under_other_names_are_not_taken() {
        let home = TempDir::new().unwrap();
        let folder = filled(&home);
        let other = open(&home.path().join("y"), "2");
        other.write_chunk(&keys()[2], &[], b"").unwrap();
        fs::copy(file(&other, &keys()[2]), file(&folder, &keys()[2])).unwrap();
        fs::copy(file(&folder, &keys()[0]), file(&folder, &keys()[1])).unwrap();
        fs::write(folder.path().join(CHUNKS).join(".tmp-x"), "half").unwrap();
        let list = folder.chunks().list().unwrap();
        assert_eq!(list.valid.iter().map(|info| &info.key).collect::<Vec<_>>(), [&keys()[0]]);
        let mut problems: Vec<&str> = list.damaged.iter().map(|damaged| damaged.problem.as_str()).collect();
        problems.sort_unstable();
        assert_eq!(problems, ["belongs to the results of other inputs", "does not have the name of its contents"]);
        assert!(folder.chunks().read_column(&keys()[1], 0).is_err());
        drop(folder);
        let path = home.path().join("x");
        drop(open(&path, "1"));
        assert!(!path.join(CHUNKS).join(".tmp-x").exists(), "what a killed writer left is cleared at opening");
    }

    #[test]
    fn a_folder_that_is_not_ours_has_no_chunks_to_read() {
        let home = TempDir::new().unwrap();
        assert!(matches!(Chunks::of(disk(), home.path()), Err(StoreError::NoResults { .. })));
    }
}
