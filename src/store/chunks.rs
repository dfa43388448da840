//! The chunks of a results folder.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::store::atomic::{hex, sha256, write_whole};
use crate::store::chunk::{self, Chunk, ChunkFault, ChunkKey, Head};
use crate::store::disk::{Disk, ReadSeek};
use crate::store::error::StoreError;
use crate::store::identity::Identity;
use crate::store::names::{CHUNKS, TEMPORARY, parent, shown};

/// The chunks of one results folder. Anyone may read them; only an open [`Folder`](crate::store::Folder) writes them.
#[derive(Debug, Clone)]
pub struct Chunks {
    disk: Arc<dyn Disk>,
    /// Where the chunks are: a folder made for the first one.
    folder: PathBuf,
    identity: [u8; 32],
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
        Self { disk, folder: folder.join(CHUNKS), identity: identity.digest() }
    }

    /// The chunks of a results folder that another process may have open; only reads.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] without an identity file of ours, [`StoreError::Io`] if it cannot be read.
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

    fn with<T>(
        &self,
        key: &ChunkKey,
        take: impl FnOnce(Head, &mut dyn ReadSeek) -> Result<T, ChunkFault>,
    ) -> Result<T, StoreError> {
        let path = self.folder.join(file_name(key));
        let mut file = self.disk.read(&path).map_err(StoreError::io("read", &path))?;
        let own = |head: Head| if head.key == *key { Ok(head) } else { Err(ChunkFault::Misnamed) };
        let head = Head::read(&mut *file, &self.identity).and_then(own);
        head.and_then(|head| take(head, &mut *file)).map_err(|fault| fault.at(&path))
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
        let fill = |out: &mut dyn io::Write| chunk::write(out, &self.identity, key, columns, bytes);
        write_whole(&*self.disk, &self.folder, &file_name(key), fill).map(drop)
    }
}

/// The name of a chunk's file: its key's checksum, since the key may be any text, and its range.
fn file_name(key: &ChunkKey) -> String {
    let sum = hex(&sha256(key.text.as_bytes()));
    format!("{}-{:012}-{:012}.chunk", &sum[..16], key.first, key.last)
}
