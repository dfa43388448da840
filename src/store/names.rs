//! The names in a results folder, and names shown to people.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::store::disk::Disk;
use crate::store::error::StoreError;

/// What the folder is the result of.
pub(super) const IDENTITY: &str = "identity.json";
/// What the folder holds; written last.
pub(super) const MANIFEST: &str = "manifest.json";
/// What happened, in the order it did.
pub(super) const JOURNAL: &str = "journal.jsonl";
/// The file whose lock is the folder's.
pub(super) const LOCK: &str = ".lock";
/// A page made from the results: no part of them, and removed with their manifest.
pub const REPORT: &str = "report.html";
/// Where chunks are.
pub(super) const CHUNKS: &str = "chunks";
/// How the names of files not yet whole begin.
pub(super) const TEMPORARY: &str = ".tmp-";

/// Longest name of a file of results, in bytes.
const LONGEST_NAME: usize = 100;
/// Where the search for a free name gives up.
const MOST_TRIES: u32 = 100_000;

/// Lets a plain file name through that is none of our own.
pub(super) fn check_name(name: &str) -> Result<(), StoreError> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let reserved = |own: &&str| own.eq_ignore_ascii_case(name);
    let why = if name.is_empty() || name.len() > LONGEST_NAME {
        "it must have 1 to 100 characters"
    } else if !name.chars().all(legal) {
        "it may have letters, digits, `.`, `_` and `-` only"
    } else if name.starts_with(['.', '-']) || name.ends_with('.') {
        "it must not start with `.` or `-` or end with `.`"
    } else if [IDENTITY, MANIFEST, JOURNAL, CHUNKS].iter().any(reserved) {
        "the folder itself uses it"
    } else {
        return Ok(());
    };
    Err(StoreError::Name { name: name.to_owned(), why })
}

/// The folder that holds this path.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A folder beside this one that does not exist, for the suggestion of `--out`.
pub(super) fn free_beside(disk: &dyn Disk, path: &Path) -> PathBuf {
    first_free(disk, path, "-", 2).ok().flatten().unwrap_or_else(|| path.join("results"))
}

/// Where this folder goes when it is moved aside; none if its path ends without a name.
pub(super) fn free_aside(disk: &dyn Disk, path: &Path) -> io::Result<Option<PathBuf>> {
    first_free(disk, path, ".old-", 1)
}

/// The first of `<name><mark>1`, `<name><mark>2`, ... from `start` on that is free.
fn first_free(disk: &dyn Disk, path: &Path, mark: &str, start: u32) -> io::Result<Option<PathBuf>> {
    let Some(name) = path.file_name() else { return Ok(None) };
    for number in start..MOST_TRIES {
        let mut numbered = OsString::from(name);
        numbered.push(format!("{mark}{number}"));
        let candidate = path.with_file_name(numbered);
        if !disk.exists(&candidate)? {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

/// A text with control characters and invisible ones spelled out.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '"' | '\'' | '\\') {
            shown.push(c);
        } else {
            shown.extend(c.escape_debug());
        }
    }
    shown
}

/// A path as one would type it in a shell.
pub(super) fn as_argument(path: &Path) -> String {
    let text = shown(&path.to_string_lossy());
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | ':' | '\\' | ',' | '+' | '=');
    if !text.is_empty() && text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::RealDisk;

    #[test]
    fn plain_file_names_pass() {
        for name in ["summary.csv", "datapackage.json", "a", "Report_2-b.html"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn names_that_leave_the_folder_or_shadow_its_own_files_are_refused() {
        let long = "a".repeat(101);
        let names = [
            "",
            ".",
            "..",
            "../a",
            "a/b",
            "/a",
            "a\\b",
            "C:a",
            ".lock",
            ".tmp-a",
            "-a",
            "a.",
            "a b",
            "a\0b",
            "a\nb",
            "é.csv",
            "identity.json",
            "manifest.json",
            "journal.jsonl",
            "chunks",
            "MANIFEST.json",
            &long,
        ];
        for name in names {
            assert!(matches!(check_name(name), Err(StoreError::Name { .. })), "{name:?}");
        }
    }

    #[test]
    fn the_first_free_name_is_found() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x");
        assert_eq!(free_aside(&RealDisk, &path).unwrap(), Some(home.path().join("x.old-1")));
        std::fs::create_dir(home.path().join("x.old-1")).unwrap();
        std::fs::write(home.path().join("x.old-2"), "").unwrap();
        assert_eq!(free_aside(&RealDisk, &path).unwrap(), Some(home.path().join("x.old-3")));
        assert_eq!(free_beside(&RealDisk, &path), home.path().join("x-2"));
        assert_eq!(free_aside(&RealDisk, Path::new("/")).unwrap(), None);
    }

    #[test]
    fn what_could_upset_a_terminal_is_spelled_out() {
        assert_eq!(shown("a\u{1b}[31m\u{202e}b'\"\\"), "a\\u{1b}[31m\\u{202e}b'\"\\");
        assert_eq!(as_argument(Path::new("results/mali-2")), "results/mali-2");
        assert_eq!(as_argument(Path::new("my results/it's")), "'my results/it'\\''s'");
    }
}
