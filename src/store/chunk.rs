//! What a chunk is: columns of numbers for a range of replications.

use std::io::{self, Cursor};
use std::path::Path;

use thiserror::Error;

use crate::store::error::StoreError;
use crate::store::identity::Identity;
use crate::store::layout::{Head, VERSION};

/// What a chunk is of: a design point and policy set, as the caller names them, and replications `first..last`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChunkKey {
    /// The caller's name for what was simulated, up to 65,536 bytes.
    pub text: String,
    /// The first replication.
    pub first: u64,
    /// The replication after the last one.
    pub last: u64,
}

impl ChunkKey {
    /// A key for replications `first..last`.
    pub fn new(text: impl Into<String>, first: u64, last: u64) -> Self {
        Self { text: text.into(), first, last }
    }

    /// Replications in the range.
    pub fn replications(&self) -> u64 {
        self.last.saturating_sub(self.first)
    }
}

/// A chunk in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// What it is of.
    pub key: ChunkKey,
    /// Columns, each with one value per replication.
    pub columns: Vec<Vec<f64>>,
    /// Whatever else the caller put in.
    pub bytes: Vec<u8>,
}

impl Chunk {
    /// Reads a chunk from the bytes of its file, trusting nothing.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(bytes: &[u8], identity: &Identity) -> Result<Self, ChunkFault> {
        let mut source = Cursor::new(bytes);
        Head::read(&mut source, &identity.digest())?.read_all(&mut source)
    }
}

/// Why a chunk cannot be used.
#[derive(Debug, Error)]
pub enum ChunkFault {
    /// The system refused to read it.
    #[error("could not be read")]
    Unreadable(#[from] io::Error),
    /// Its file is named for other contents.
    #[error("does not have the name of its contents")]
    Misnamed,
    /// It does not begin as chunks do.
    #[error("is not a chunk")]
    NoChunk,
    /// It is of another version of the layout.
    #[error("has version {0} of the layout, and only version {VERSION} is known")]
    Version(u32),
    /// Its head is not what was written.
    #[error("has a damaged head")]
    Head,
    /// Its file was cut short or lengthened.
    #[error("is {found} bytes long instead of {expected}")]
    Length {
        /// The length of the file.
        found: u64,
        /// The length its head calls for.
        expected: u64,
    },
    /// It was written for other results.
    #[error("belongs to the results of other inputs")]
    Foreign,
    /// A column is not what was written.
    #[error("has a damaged column {0}")]
    Column(usize),
    /// The bytes section is not what was written.
    #[error("has a damaged bytes section")]
    Bytes,
    /// There is no such column.
    #[error("has no column {0}")]
    NoColumn(usize),
}

impl ChunkFault {
    /// The error that names the chunk's file.
    pub(super) fn at(self, path: &Path) -> StoreError {
        match self {
            Self::Unreadable(source) => StoreError::io("read", path)(source),
            fault => StoreError::Chunk { path: path.to_path_buf(), fault },
        }
    }
}
