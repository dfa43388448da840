//! `manifest.json`: what a complete folder holds, and a checksum of itself.

use std::io::{self, Read};
use std::path::Path;

use serde_json::{Map, Value};

use crate::store::atomic::{FileSum, hex, sha256};
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::names::{IDENTITY, MANIFEST, check_name};

/// The key of the files' checksums.
const FILES: &str = "files";
/// The key of the manifest's own checksum, which says how it is computed.
const SEAL: &str = "sha256 of this file with 64 zeros here";
/// What the seal is computed over in place of itself.
const BLANK: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Largest manifest that is read, in bytes.
const LARGEST_BYTES: u64 = 64 << 20;

/// A manifest that was read and whose own checksum holds.
#[derive(Debug)]
pub(super) struct Manifest {
    /// The whole of it.
    pub(super) value: Value,
    /// The files that make the folder complete.
    pub(super) files: Vec<FileSum>,
}

/// The text of a manifest: what the caller says about the results, and the files' sums. Keys are sorted, whatever map the
/// JSON library was built with, so that the same results give the same bytes.
pub(super) fn manifest_text(about: &Map<String, Value>, files: &[FileSum]) -> String {
    let mut whole = about.clone();
    whole.insert(FILES.to_owned(), serde_json::to_value(files).expect("sums are JSON"));
    whole.insert(SEAL.to_owned(), Value::from(BLANK));
    let mut text = serde_json::to_string_pretty(&sorted(&Value::Object(whole))).expect("a value is JSON");
    text.push('\n');
    let seal = hex(&sha256(text.as_bytes()));
    let at = seal_at(text.as_bytes()).expect("it was just put in");
    text.replace_range(at..at + BLANK.len(), &seal);
    text
}

/// The same value with the keys of every map in order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            Value::Object(entries.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(sorted).collect()),
        plain => plain.clone(),
    }
}

/// Where the seal's digits are. Only a key of the outermost map stands after a line's end and two spaces.
fn seal_at(text: &[u8]) -> Option<usize> {
    let before = format!("\n  \"{SEAL}\": \"");
    let at = text.windows(before.len()).position(|window| window == before.as_bytes())? + before.len();
    (at + BLANK.len() <= text.len()).then_some(at)
}

impl Manifest {
    /// Reads a folder's manifest; none if it has none.
    ///
    /// # Errors
    /// [`StoreError::Manifest`] if it is not what was written, [`StoreError::Io`] if it cannot be read.
    pub(super) fn read(disk: &dyn Disk, folder: &Path) -> Result<Option<Self>, StoreError> {
        let path = folder.join(MANIFEST);
        let file = match disk.read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(StoreError::io("read", &path))?,
        };
        let mut text = Vec::new();
        file.take(LARGEST_BYTES + 1).read_to_end(&mut text).map_err(StoreError::io("read", &path))?;
        Self::parse(text).map(Some).map_err(|problem| StoreError::Manifest { path, problem })
    }

    /// Takes a manifest's bytes apart, trusting nothing.
    fn parse(mut text: Vec<u8>) -> Result<Self, String> {
        if text.len() as u64 > LARGEST_BYTES {
            return Err(format!("is larger than {LARGEST_BYTES} bytes"));
        }
        let at = seal_at(&text).ok_or("has no checksum of its own")?;
        let seal = text[at..at + BLANK.len()].to_vec();
        text[at..at + BLANK.len()].copy_from_slice(BLANK.as_bytes());
        if hex(&sha256(&text)).as_bytes() != seal {
            return Err("has changed since it was written".to_owned());
        }
        text[at..at + BLANK.len()].copy_from_slice(&seal);
        let value: Value = serde_json::from_slice(&text).map_err(|error| format!("is not JSON: {error}"))?;
        let files = value.get(FILES).cloned().unwrap_or_default();
        let files: Vec<FileSum> =
            serde_json::from_value(files).map_err(|error| format!("has no list of files: {error}"))?;
        match files.iter().find(|file| file.name != IDENTITY && check_name(&file.name).is_err()) {
            Some(file) => Err(format!("names {:?}, which cannot be a file of results", file.name)),
            None if files.iter().all(|file| file.name != IDENTITY) => Err(format!("does not list {IDENTITY}")),
            None => Ok(Self { value, files }),
        }
    }
}
