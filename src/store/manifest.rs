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

/// Reads a manifest from the bytes of its file, trusting nothing.
///
/// # Errors
/// What is wrong with it: a fragment.
pub fn parse_manifest(bytes: &[u8]) -> Result<(Value, Vec<FileSum>), String> {
    Manifest::parse(bytes.to_vec()).map(|manifest| (manifest.value, manifest.files))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sum(name: &str) -> FileSum {
        FileSum { name: name.to_owned(), bytes: 3, sha256: "00".repeat(32) }
    }

    fn text(about: &Value, names: &[&str]) -> Vec<u8> {
        let sums: Vec<FileSum> = names.iter().map(|name| sum(name)).collect();
        manifest_text(about.as_object().unwrap(), &sums).into_bytes()
    }

    #[test]
    fn a_manifest_comes_back() {
        let bytes = text(&json!({"seed": 1, "title": "é \"x\""}), &["identity.json", "a.csv"]);
        let manifest = Manifest::parse(bytes).unwrap();
        assert_eq!(manifest.files, [sum("identity.json"), sum("a.csv")]);
        assert_eq!((&manifest.value["seed"], &manifest.value["title"]), (&json!(1), &json!("é \"x\"")));
    }

    #[test]
    fn a_caller_cannot_shadow_the_seal_or_the_files() {
        let nested = json!({SEAL: "mine", "files": "mine", "policies": {SEAL: BLANK, "files": []}, "t": SEAL});
        let manifest = Manifest::parse(text(&nested, &["identity.json"])).unwrap();
        assert_eq!(manifest.files, [sum("identity.json")]);
        assert_eq!(manifest.value["policies"][SEAL], BLANK);
    }

    #[test]
    fn any_flipped_bit_is_found() {
        let bytes = text(&json!({"seed": 1}), &["identity.json", "a.csv"]);
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                assert!(Manifest::parse(flipped).is_err(), "bit {bit} of byte {at}");
            }
        }
    }

    #[test]
    fn any_other_length_is_found() {
        let bytes = text(&json!({"seed": 1}), &["identity.json"]);
        (0..bytes.len()).for_each(|len| assert!(Manifest::parse(bytes[..len].to_vec()).is_err(), "{len}"));
        assert!(Manifest::parse([&bytes[..], b" "].concat()).is_err());
    }

    #[test]
    fn a_sealed_manifest_that_no_run_of_ours_wrote_is_refused() {
        for (names, problem) in [
            (&["identity.json", "../../etc/passwd"][..], "names \"../../etc/passwd\""),
            (&["identity.json", "manifest.json"], "names \"manifest.json\""),
            (&["a.csv"], "does not list identity.json"),
        ] {
            let error = Manifest::parse(text(&json!({}), names)).unwrap_err();
            assert!(error.starts_with(problem), "{error}");
        }
    }
}
