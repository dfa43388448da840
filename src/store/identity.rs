//! What a results folder is the result of.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::store::atomic::{hex, sha256};
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::names::{IDENTITY, shown};

/// How the format of every results folder begins.
const OURS: &str = "rearguard results";
/// The format this version writes.
const FORMAT: &str = "rearguard results 1";
/// Largest identity file that is read, in bytes.
const LARGEST_BYTES: u64 = 16 << 20;

/// Everything that determines the results, as texts by key: the scenario's hash, the seed, the policies, the version.
/// Two runs of equal identity give the same bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Identity {
    texts: BTreeMap<String, String>,
}

/// One key that two identities disagree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The key.
    pub key: String,
    /// Its text in the folder; none if it has no such key.
    pub there: Option<String>,
    /// Its text in what was asked for.
    pub here: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |text: &Option<String>| text.as_deref().map_or_else(|| "absent".to_owned(), shown);
        write!(f, "{}: {} there, {} asked for", shown(&self.key), text(&self.there), text(&self.here))
    }
}

impl Identity {
    /// An identity without keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// This identity with one more key; a key said twice has its last text.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, text: impl Into<String>) -> Self {
        self.texts.insert(key.into(), text.into());
        self
    }

    /// The identity that a results folder was opened for.
    ///
    /// # Errors
    /// [`StoreError::NoResults`] without an identity file of ours, [`StoreError::Io`] if it cannot be read.
    pub fn read(disk: &dyn Disk, folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(IDENTITY);
        let stored = match Stored::read(disk, folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            stored => stored.map_err(StoreError::io("read", &path))?,
        };
        stored.map(|stored| stored.identity).ok_or_else(|| StoreError::NoResults { path: folder.to_path_buf() })
    }

    /// The text of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// Keys and texts, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(key, text)| (key.as_str(), text.as_str()))
    }

    /// The keys on which a folder's identity, `there`, and this one differ, in order.
    pub fn differences(&self, there: &Self) -> Vec<Difference> {
        let mut keys: Vec<&String> = self.texts.keys().chain(there.texts.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        let differs = |key: &&String| self.texts.get(*key) != there.texts.get(*key);
        let difference = |key: &String| Difference {
            key: key.clone(),
            there: there.texts.get(key).cloned(),
            here: self.texts.get(key).cloned(),
        };
        keys.into_iter().filter(differs).map(difference).collect()
    }

    /// The checksum by which chunks know whose they are.
    pub(super) fn digest(&self) -> [u8; 32] {
        sha256(self.file_text().as_bytes())
    }

    /// The same in hexadecimal digits, for names and messages.
    pub fn fingerprint(&self) -> String {
        hex(&self.digest())
    }

    /// What is written to the identity file: the same bytes for the same identity.
    pub(super) fn file_text(&self) -> String {
        let stored = Stored { format: FORMAT.to_owned(), identity: self.clone() };
        let mut text = serde_json::to_string_pretty(&stored).expect("texts by key are JSON");
        text.push('\n');
        text
    }
}

/// The identity file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    format: String,
    pub(super) identity: Identity,
}

impl Stored {
    /// Reads a folder's identity file; none if it is not one of ours.
    pub(super) fn read(disk: &dyn Disk, folder: &Path) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        disk.read(&folder.join(IDENTITY))?.take(LARGEST_BYTES).read_to_end(&mut bytes)?;
        let stored: Option<Self> = serde_json::from_slice(&bytes).ok();
        Ok(stored.filter(|stored| stored.format.starts_with(OURS)))
    }

    /// What differs from an identity of this version, the format included.
    pub(super) fn differences(&self, asked: &Identity) -> Vec<Difference> {
        let mut differences = asked.differences(&self.identity);
        if self.format != FORMAT {
            let (there, here) = (Some(self.format.clone()), Some(FORMAT.to_owned()));
            differences.insert(0, Difference { key: "format".to_owned(), there, here });
        }
        differences
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_saying_does_not_matter_and_the_last_text_counts() {
        let one = Identity::new().with("seed", "1").with("version", "0.1.0");
        let other = Identity::new().with("version", "0.0.9").with("version", "0.1.0").with("seed", "1");
        assert_eq!(one, other);
        assert_eq!(one.file_text(), other.file_text());
        assert_eq!(one.fingerprint(), other.fingerprint());
        assert_eq!(one.get("seed"), Some("1"));
        assert_eq!(one.iter().collect::<Vec<_>>(), [("seed", "1"), ("version", "0.1.0")]);
    }

    #[test]
    fn differences_name_changed_new_and_lost_keys() {
        let here = Identity::new().with("seed", "2").with("same", "x").with("new", "n");
        let there = Identity::new().with("seed", "1").with("same", "x").with("lost", "l");
        let texts: Vec<String> = here.differences(&there).iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            ["lost: l there, absent asked for", "new: absent there, n asked for", "seed: 1 there, 2 asked for"]
        );
        assert!(here.differences(&here).is_empty());
        assert_ne!(here.fingerprint(), there.fingerprint());
    }

    #[test]
    fn texts_from_a_file_cannot_upset_a_terminal() {
        let difference = Difference { key: "a\nb".into(), there: Some("\u{1b}[2J".into()), here: None };
        assert_eq!(difference.to_string(), "a\\nb: \\u{1b}[2J there, absent asked for");
    }
}
