//! Files that appear whole or not at all, and their checksums.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::store::disk::{Disk, DiskFile};
use crate::store::error::StoreError;
use crate::store::names::{TEMPORARY, parent};

/// Bytes moved at a time.
const BUFFER_BYTES: usize = 1 << 16;

/// The name, length and checksum of a file of results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSum {
    /// The name, without its folder.
    pub name: String,
    /// The length in bytes.
    pub bytes: u64,
    /// The SHA-256 checksum in hexadecimal digits.
    pub sha256: String,
}

/// Writes a file under a temporary name, waits until the disk has it, and only then gives it its own name, replacing a
/// file of that name in one step.
pub(super) fn write_whole(
    disk: &dyn Disk,
    folder: &Path,
    name: &str,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<FileSum, StoreError> {
    let (temporary, path) = (folder.join(format!("{TEMPORARY}{name}")), folder.join(name));
    let file = disk.create_new(&temporary).map_err(StoreError::io("create", &temporary))?;
    let moved = fill_synced(file, fill)
        .map_err(StoreError::io("write", &path))
        .and_then(|sum| disk.rename(&temporary, &path).map_err(StoreError::io("write", &path)).map(|()| sum));
    match moved {
        Ok((bytes, sha256)) => {
            disk.sync_dir(folder).map_err(StoreError::io("sync", folder))?;
            Ok(FileSum { name: name.to_owned(), bytes, sha256 })
        }
        Err(error) => {
            // What cannot be removed now is removed at the next opening; the first error is the one that matters.
            let _ = disk.remove(&temporary);
            Err(error)
        }
    }
}

/// Writes a file that is no part of results, whole or not at all, replacing one of its name.
///
/// # Errors
/// [`StoreError::Io`] if the disk refuses.
pub fn write_page(disk: &dyn Disk, path: &Path, text: &str) -> Result<(), StoreError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // What an interrupted writer left is nobody's.
    let _ = disk.remove(&parent(path).join(format!("{TEMPORARY}{name}")));
    write_whole(disk, parent(path), &name, |out| out.write_all(text.as_bytes())).map(drop)
}

/// Fills a file and waits until the disk has it; its length and checksum.
fn fill_synced(
    file: Box<dyn DiskFile>,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<(u64, String)> {
    let mut buffered = BufWriter::with_capacity(BUFFER_BYTES, Summing { file, sum: Sha256::new(), bytes: 0 });
    fill(&mut buffered)?;
    let mut summing = buffered.into_inner().map_err(io::IntoInnerError::into_error)?;
    summing.file.sync()?;
    Ok((summing.bytes, hex(&summing.sum.finalize())))
}

/// Counts and sums what the disk accepted.
struct Summing {
    file: Box<dyn DiskFile>,
    sum: Sha256,
    bytes: u64,
}

impl Write for Summing {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let accepted = self.file.write(buffer)?;
        self.sum.update(&buffer[..accepted]);
        self.bytes += accepted as u64;
        Ok(accepted)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The sum of a file as it is now.
pub(super) fn sum_file(disk: &dyn Disk, folder: &Path, name: &str) -> io::Result<FileSum> {
    let mut file = disk.read(&folder.join(name))?;
    let (mut sum, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; BUFFER_BYTES]);
    loop {
        let got = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        sum.update(&buffer[..got]);
        bytes += got as u64;
    }
    Ok(FileSum { name: name.to_owned(), bytes, sha256: hex(&sum.finalize()) })
}

/// Largest text that is read whole, in bytes.
const LARGEST_TEXT_BYTES: u64 = 64 << 20;

/// The text of a file in a results folder; none if it is not there, is no text or is too large to be one of ours.
///
/// # Errors
/// [`StoreError::Io`] if it cannot be read.
pub fn read_text(disk: &dyn Disk, folder: &Path, name: &str) -> Result<Option<String>, StoreError> {
    let path = folder.join(name);
    let mut bytes = Vec::new();
    match disk.read(&path).and_then(|file| file.take(LARGEST_TEXT_BYTES + 1).read_to_end(&mut bytes)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(StoreError::io("read", &path))?,
    };
    let fits = bytes.len() as u64 <= LARGEST_TEXT_BYTES;
    Ok(fits.then(|| String::from_utf8(bytes).ok()).flatten())
}

/// Removes what an interrupted writer left under temporary names.
pub(super) fn clear_temporaries(disk: &dyn Disk, folder: &Path) -> Result<(), StoreError> {
    for entry in disk.list(folder).map_err(StoreError::io("list", folder))? {
        if entry.name.starts_with(TEMPORARY) && !entry.is_dir {
            let path = folder.join(&entry.name);
            disk.remove(&path).map_err(StoreError::io("remove", &path))?;
        }
    }
    Ok(())
}

/// The SHA-256 checksum of some bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A checksum in hexadecimal digits.
pub fn hex(sum: &[u8]) -> String {
    sum.iter().fold(String::with_capacity(2 * sum.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes any text");
        text
    })
}
