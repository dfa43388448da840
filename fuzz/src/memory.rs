//! A folder held in memory, to be read only.

use std::collections::BTreeMap;
use std::io::{self, Cursor};
use std::path::Path;

use rearguard::store::{Disk, DiskFile, Entry, Lock, ReadSeek};

/// Files of one folder, by name.
#[derive(Clone, Debug, Default)]
pub struct MemoryDisk(BTreeMap<String, Vec<u8>>);

impl MemoryDisk {
    /// The files of a real folder, but for those of folders inside it.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                files.insert(entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path())?);
            }
        }
        Ok(Self(files))
    }

    /// The bytes of a file, made if absent.
    pub fn file_mut(&mut self, name: &str) -> &mut Vec<u8> {
        self.0.entry(name.to_owned()).or_default()
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn refused<T>() -> io::Result<T> {
    Err(io::ErrorKind::ReadOnlyFilesystem.into())
}

impl Disk for MemoryDisk {
    fn exists(&self, path: &Path) -> io::Result<bool> {
        Ok(path == Path::new("results") || self.0.contains_key(&name(path)))
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let names = if path == Path::new("results") { self.0.keys().cloned().collect() } else { Vec::new() };
        Ok(names.into_iter().map(|name| Entry { name, is_dir: false }).collect())
    }

    fn create_dir(&self, _: &Path) -> io::Result<()> {
        refused()
    }

    fn create_new(&self, _: &Path) -> io::Result<Box<dyn DiskFile>> {
        refused()
    }

    fn append(&self, _: &Path) -> io::Result<Box<dyn DiskFile>> {
        refused()
    }

    fn read(&self, path: &Path) -> io::Result<Box<dyn ReadSeek>> {
        let bytes = self.0.get(&name(path)).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(bytes.clone())))
    }

    fn rename(&self, _: &Path, _: &Path) -> io::Result<()> {
        refused()
    }

    fn remove(&self, _: &Path) -> io::Result<()> {
        refused()
    }

    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        refused()
    }

    fn lock(&self, _: &Path) -> io::Result<Option<Lock>> {
        Ok(None)
    }
}
