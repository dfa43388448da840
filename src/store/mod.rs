//! A results folder: names, bytes and checksums; nothing of missions.
//!
//! A [`Folder`] is opened for one [`Identity`], the texts that determine its results, and is locked while it is open.
//! Files appear in it whole or not at all; `manifest.json` comes last and carries their checksums, so a folder with a
//! manifest that [`verify()`] accepts is complete and any other is not. [`Chunks`] keep what a long run has done, so that it
//! can go on. `journal.jsonl` notes what happened and is part of no claim. Everything goes through [`Disk`], where tests
//! make the disk fail.
//!
//! Apart from `scenario`, which reads, only this room touches files. It must not know what the files mean.

mod atomic;
mod chunk;
mod chunks;
mod disk;
mod error;
#[doc(hidden)]
pub mod failing;
#[cfg(test)]
mod faults;
mod folder;
mod identity;
mod journal;
mod layout;
mod manifest;
mod names;
mod open;
mod verify;

pub use atomic::{FileSum, hex, read_text, sha256, write_page};
pub use chunk::{Chunk, ChunkFault, ChunkKey};
pub use chunks::{ChunkInfo, ChunkList, Chunks, DamagedChunk};
pub use disk::{Disk, DiskFile, Entry, Lock, ReadSeek, RealDisk};
pub use error::StoreError;
pub use folder::Folder;
pub use identity::{Difference, Identity};
pub use journal::{Journal, read_journal};
pub use manifest::parse_manifest;
pub use names::REPORT;
pub use open::{Opened, is_open, make_dirs};
pub use verify::{Verified, verify};
