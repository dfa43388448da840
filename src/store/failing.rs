//! A disk that fails on demand, for tests.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::store::disk::{Disk, DiskFile, Entry, Lock, ReadSeek};

/// What goes wrong, from which operation on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// That operation fails and has no effect; what comes after works.
    Once,
    /// That operation and all after it fail, as on a full or removed disk, or after a kill.
    Onwards,
    /// As `Onwards`, but if the first to fail is a write, half of it reaches the disk.
    Torn,
    /// As `Onwards`, but the first to fail has its effect: the kill came before the answer.
    After,
    /// Nothing fails; every write from that operation on takes half of what it is handed.
    Short,
}

/// One operation that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// What was asked: the name of the method.
    pub what: &'static str,
    /// Of which file or folder; for a renaming, the new name.
    pub path: PathBuf,
}

/// A disk on another disk that counts its operations and has a fault at one of them. Syncing takes no time: it is noted,
/// not done.
#[derive(Debug, Clone)]
pub struct FailingDisk {
    inner: Arc<dyn Disk>,
    switch: Arc<Switch>,
}

#[derive(Debug)]
struct Switch {
    at: u64,
    fault: Fault,
    kind: io::ErrorKind,
    count: AtomicU64,
    log: Mutex<Vec<Operation>>,
}

/// What is to become of an operation.
enum Fate {
    Works,
    Halves,
    Fails(io::Error),
    HalvesThenFails(io::Error),
    WorksThenFails(io::Error),
}

impl FailingDisk {
    /// A disk whose operation number `at`, from 0, has the fault; failures are of this kind.
    pub fn new(inner: Arc<dyn Disk>, at: u64, fault: Fault, kind: io::ErrorKind) -> Self {
        let (count, log) = (AtomicU64::new(0), Mutex::new(Vec::new()));
        Self { inner, switch: Arc::new(Switch { at, fault, kind, count, log }) }
    }

    /// A disk that works, and counts.
    pub fn working(inner: Arc<dyn Disk>) -> Self {
        Self::new(inner, u64::MAX, Fault::Once, io::ErrorKind::Other)
    }

    /// How many operations were asked for.
    pub fn count(&self) -> u64 {
        self.switch.count.load(Ordering::SeqCst)
    }

    /// The operations that were asked for, in order.
    pub fn operations(&self) -> Vec<Operation> {
        self.switch.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Switch {
    fn fate(&self, what: &'static str, path: &Path) -> Fate {
        let operation = Operation { what, path: path.to_path_buf() };
        self.log.lock().unwrap_or_else(PoisonError::into_inner).push(operation);
        let number = self.count.fetch_add(1, Ordering::SeqCst);
        let error = || io::Error::new(self.kind, format!("failed on demand at operation {number}, {what}"));
        match self.fault {
            _ if number < self.at => Fate::Works,
            Fault::Short => Fate::Halves,
            Fault::Once if number > self.at => Fate::Works,
            Fault::Torn if number == self.at => Fate::HalvesThenFails(error()),
            Fault::After if number == self.at => Fate::WorksThenFails(error()),
            _ => Fate::Fails(error()),
        }
    }

    fn run<T>(&self, what: &'static str, path: &Path, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        match self.fate(what, path) {
            Fate::Works | Fate::Halves => work(),
            Fate::WorksThenFails(error) => work().and(Err(error)),
            Fate::Fails(error) | Fate::HalvesThenFails(error) => Err(error),
        }
    }
}

#[derive(Debug)]
struct FailingFile {
    inner: Box<dyn DiskFile>,
    path: PathBuf,
    switch: Arc<Switch>,
}

impl FailingDisk {
    fn wrap(&self, inner: Box<dyn DiskFile>, path: &Path) -> Box<dyn DiskFile> {
        Box::new(FailingFile { inner, path: path.to_path_buf(), switch: Arc::clone(&self.switch) })
    }
}

impl Write for FailingFile {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let half = &buffer[..buffer.len().div_ceil(2)];
        match self.switch.fate("write", &self.path) {
            Fate::Works => self.inner.write(buffer),
            Fate::Halves => self.inner.write(half),
            Fate::Fails(error) => Err(error),
            Fate::HalvesThenFails(error) => self.inner.write_all(half).and(Err(error)),
            Fate::WorksThenFails(error) => self.inner.write_all(buffer).and(Err(error)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl DiskFile for FailingFile {
    fn sync(&mut self) -> io::Result<()> {
        self.switch.run("sync", &self.path, || Ok(()))
    }
}

impl Disk for FailingDisk {
    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.switch.run("exists", path, || self.inner.exists(path))
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        self.switch.run("list", path, || self.inner.list(path))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.switch.run("create_dir", path, || self.inner.create_dir(path))
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.switch.run("create_new", path, || self.inner.create_new(path)).map(|file| self.wrap(file, path))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.switch.run("append", path, || self.inner.append(path)).map(|file| self.wrap(file, path))
    }

    fn read(&self, path: &Path) -> io::Result<Box<dyn ReadSeek>> {
        self.switch.run("read", path, || self.inner.read(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.switch.run("rename", to, || self.inner.rename(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.switch.run("remove", path, || self.inner.remove(path))
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.switch.run("sync_dir", path, || Ok(()))
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Lock>> {
        self.switch.run("lock", path, || self.inner.lock(path))
    }
}
