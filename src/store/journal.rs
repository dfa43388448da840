//! `journal.jsonl`: what happened, one event a line, outside every claim of equality.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::store::disk::{Disk, DiskFile};
use crate::store::error::StoreError;
use crate::store::names::JOURNAL;

/// What a journal says.
#[derive(Debug, Clone, PartialEq)]
pub struct Journal {
    /// The events, in the order they were written.
    pub events: Vec<Value>,
    /// Lines that are not events: what a kill or a full disk left of one.
    pub torn_lines: usize,
}

/// Reads a folder's journal; a folder without one has an empty one. Torn lines are counted and passed over.
///
/// # Errors
/// [`StoreError::Io`] if the file cannot be read.
pub fn read_journal(disk: &dyn Disk, folder: &Path) -> Result<Journal, StoreError> {
    let path = folder.join(JOURNAL);
    let mut journal = Journal { events: Vec::new(), torn_lines: 0 };
    let mut bytes = Vec::new();
    match disk.read(&path).and_then(|mut file| file.read_to_end(&mut bytes)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(journal),
        read => read.map_err(StoreError::io("read", &path))?,
    };
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_suffix(b"\n").map(serde_json::from_slice) {
            Some(Ok(event)) => journal.events.push(event),
            _ => journal.torn_lines += 1,
        }
    }
    Ok(journal)
}

/// The end of an open folder's journal. The file is opened at the first event.
#[derive(Debug)]
pub(super) struct JournalEnd {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    file: Mutex<Option<Box<dyn DiskFile>>>,
}

impl JournalEnd {
    pub(super) fn new(disk: Arc<dyn Disk>, folder: &Path) -> Self {
        Self { disk, path: folder.join(JOURNAL), file: Mutex::new(None) }
    }

    /// Adds a line and waits until the disk has it.
    pub(super) fn add(&self, event: &Value) -> Result<(), StoreError> {
        let mut line = event.to_string();
        line.push('\n');
        let mut open = self.file.lock().expect("no writer panics while it holds the journal");
        // After a failure the file stays closed, so that the next event looks at the tail again.
        let mut file = if let Some(file) = open.take() {
            file
        } else {
            if self.is_torn().map_err(StoreError::io("read", &self.path))? {
                line.insert(0, '\n');
            }
            self.disk.append(&self.path).map_err(StoreError::io("open", &self.path))?
        };
        file.write_all(line.as_bytes()).and_then(|()| file.sync()).map_err(StoreError::io("write", &self.path))?;
        *open = Some(file);
        Ok(())
    }

    /// Whether the last line is without its end.
    fn is_torn(&self) -> io::Result<bool> {
        let mut file = match self.disk.read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            file => file?,
        };
        if file.seek(SeekFrom::End(0))? == 0 {
            return Ok(false);
        }
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        Ok(last != *b"\n")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;
    use tempfile::TempDir;

    use super::*;
    use crate::store::RealDisk;

    fn end(home: &TempDir) -> JournalEnd {
        JournalEnd::new(Arc::new(RealDisk), home.path())
    }

    #[test]
    fn events_come_back_in_order_over_several_openings() {
        let home = TempDir::new().unwrap();
        assert_eq!(read_journal(&RealDisk, home.path()).unwrap(), Journal { events: vec![], torn_lines: 0 });
        let first = end(&home);
        first.add(&json!({"text": "two\nlines"})).unwrap();
        first.add(&json!(2)).unwrap();
        end(&home).add(&json!(3)).unwrap();
        let journal = read_journal(&RealDisk, home.path()).unwrap();
        assert_eq!(journal, Journal { events: vec![json!({"text": "two\nlines"}), json!(2), json!(3)], torn_lines: 0 });
    }

    #[test]
    fn a_tail_torn_anywhere_loses_its_own_line_only() {
        let whole = b"{\"a\":1}\n{\"b\":\"\xc3\xa9\"}\n";
        for len in 0..=whole.len() {
            let home = TempDir::new().unwrap();
            fs::write(home.path().join(JOURNAL), &whole[..len]).unwrap();
            let before = read_journal(&RealDisk, home.path()).unwrap();
            assert_eq!(before.events.len(), whole[..len].split(|&byte| byte == b'\n').count() - 1);
            assert_eq!(before.torn_lines, usize::from(len > 0 && whole[len - 1] != b'\n'));
            end(&home).add(&json!({"c": 3})).unwrap();
            let after = read_journal(&RealDisk, home.path()).unwrap();
            assert_eq!(after.events.last(), Some(&json!({"c": 3})));
            assert!(after.events.starts_with(&before.events));
            // A line that lacked nothing but its end is an event again once the next line gives it one.
            assert!(after.events.len() + after.torn_lines == before.events.len() + before.torn_lines + 1);
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_a_torn_line() {
        let home = TempDir::new().unwrap();
        fs::write(home.path().join(JOURNAL), b"\xff\xfe\0\n{}\n\n").unwrap();
        let journal = read_journal(&RealDisk, home.path()).unwrap();
        assert_eq!((journal.events.len(), journal.torn_lines), (1, 2));
    }
}
