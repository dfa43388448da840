//! The texts a scenario is made of, and places in them.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics};

/// Largest file that is read, in bytes.
pub const MAX_FILE_BYTES: usize = 4 << 20;

/// What a text is; also the order in which problems are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    /// The scenario file that was named.
    Scenario,
    /// A file that the scenario extends or takes a list from.
    Other,
    /// An override from the command line; its values may stand without quotes.
    Argument,
    /// Defaults that come with the program.
    Defaults,
}

/// One text, kept for as long as anything points into it.
pub struct Source {
    name: String,
    text: String,
    kind: SourceKind,
    bare: bool,
    layer: usize,
    line_starts: Vec<usize>,
}

impl Source {
    /// Holds a text under the name that messages show.
    pub fn new(kind: SourceKind, name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Self::build(kind, name.into(), text.into(), kind == SourceKind::Argument, 0)
    }

    /// Holds a text whose values stand without quotes, such as the cells of a CSV file.
    pub(super) fn bare(kind: SourceKind, name: impl Into<String>, text: impl Into<String>, layer: usize) -> Arc<Self> {
        Self::build(kind, name.into(), text.into(), true, layer)
    }

    /// Holds a text that lies under `layer` others.
    pub(super) fn layered(kind: SourceKind, name: impl Into<String>, text: String, layer: usize) -> Arc<Self> {
        Self::build(kind, name.into(), text, false, layer)
    }

    fn build(kind: SourceKind, name: String, text: String, bare: bool, layer: usize) -> Arc<Self> {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Arc::new(Self { name, text, kind, bare, layer, line_starts })
    }

    /// The name that messages show: a path, or `<--set 1>`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the text is.
    pub fn kind(&self) -> SourceKind {
        self.kind
    }

    /// Whether words in it are text without being quoted.
    pub(super) fn is_bare(&self) -> bool {
        self.bare
    }

    /// Index from 0 of the line that holds a byte.
    pub(super) fn line_index(&self, byte: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= byte).saturating_sub(1)
    }

    /// How many lines it has.
    pub(super) fn lines(&self) -> usize {
        self.line_starts.len()
    }

    /// How many files lie over it: 0 for the scenario, 1 for what it extends.
    pub(super) fn layer(&self) -> usize {
        self.layer
    }

    /// Start of the line that holds a byte, and the line without its end.
    pub(super) fn line_at(&self, byte: usize) -> (usize, &str) {
        let start = self.line_starts[self.line_index(byte)];
        let rest = &self.text[start..];
        let line = rest.split('\n').next().unwrap_or(rest);
        (start, line.strip_suffix('\r').unwrap_or(line))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A span of bytes in a source.
#[derive(Clone)]
pub struct Place {
    /// The text.
    pub source: Arc<Source>,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Place {
    /// A span, moved outwards to whole characters and held inside the text.
    pub fn new(source: &Arc<Source>, start: usize, end: usize) -> Self {
        let text = source.text();
        let start = text.floor_char_boundary(start.min(text.len()));
        let end = text.ceil_char_boundary(end.clamp(start, text.len()));
        Self { source: Arc::clone(source), start, end }
    }

    /// The start of a text.
    pub fn start_of(source: &Arc<Source>) -> Self {
        Self::new(source, 0, 0)
    }

    /// The bytes themselves.
    pub fn text(&self) -> &str {
        &self.source.text()[self.start..self.end]
    }

    /// Line, from 1.
    pub fn line(&self) -> usize {
        self.source.line_index(self.start) + 1
    }

    /// Column in characters, from 1.
    pub fn column(&self) -> usize {
        let (line_start, _) = self.source.line_at(self.start);
        self.source.text()[line_start..self.start].chars().count() + 1
    }

    /// `file:line`.
    pub fn file_line(&self) -> String {
        format!("{}:{}", self.source.name(), self.line())
    }

    pub(super) fn sort_key(&self) -> (SourceKind, &str, usize, usize) {
        (self.source.kind, &self.source.name, self.start, self.end)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.source.name(), self.line(), self.column())
    }
}

/// Where files come from: the disk, or a set of texts that come with the program.
pub trait Files {
    /// Up to `limit` bytes of a file.
    ///
    /// # Errors
    /// Whatever the reading meets.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>>;
}

/// The file system.
#[derive(Clone, Copy, Debug)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        use io::Read as _;
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Files held in memory, by path.
pub type Bundle = std::collections::BTreeMap<String, Vec<u8>>;

impl Files for Bundle {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let bytes = path.to_str().and_then(|name| self.get(name)).ok_or(io::ErrorKind::NotFound)?;
        Ok(bytes[..bytes.len().min(limit as usize)].to_vec())
    }
}

/// The text of a file that is no scenario, such as a table of points, within the same limits.
///
/// # Errors
/// What is wrong with it.
pub fn read_file(path: &Path) -> Result<String, Diagnostics> {
    read_text(&Disk, path).map_err(|problem| {
        let mut problems = Diagnostics::new();
        problems.push(problem);
        problems
    })
}

/// Reads a file as text.
///
/// # Errors
/// A diagnostic for a file that is missing, a directory, over [`MAX_FILE_BYTES`], not UTF-8, or holds NUL.
pub(super) fn read_text(files: &dyn Files, path: &Path) -> Result<String, Diagnostic> {
    let shown = path.display();
    // One byte past the limit tells a file that is too large from one that just fits, without reading the rest.
    let bytes = files.read(path, MAX_FILE_BYTES as u64 + 1).map_err(|error| unreadable(path, &error))?;
    if bytes.len() > MAX_FILE_BYTES {
        return Err(Diagnostic::new(Code::TooLarge, format!("`{shown}` is larger than 4 MiB"))
            .hint("put long lists into CSV files next to the scenario, or split it with `extends`"));
    }
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        return Err(Diagnostic::new(
            Code::Encoding,
            format!("`{shown}` holds a NUL at byte {at}: it is not a text file"),
        )
        .hint("save it as plain UTF-8 text (not UTF-16)"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let byte = error.as_bytes()[at];
        let line = String::from_utf8_lossy(&error.as_bytes()[..at]).matches('\n').count() + 1;
        let message = format!("`{shown}` is not UTF-8: byte {at} (0x{byte:02x}, line {line}) begins no character");
        Diagnostic::new(Code::Encoding, message).hint("save the file with UTF-8 encoding")
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    let shown = path.display();
    let (message, hint) = match error.kind() {
        io::ErrorKind::NotFound => {
            (format!("`{shown}` does not exist"), "check the path; it is taken from the folder you are in")
        }
        io::ErrorKind::IsADirectory => (format!("`{shown}` is a directory"), "name the scenario file inside it"),
        io::ErrorKind::PermissionDenied => (format!("`{shown}` may not be read"), "check the permissions of the file"),
        _ => (format!("`{shown}` cannot be read: {error}"), "check that the file is there and can be opened"),
    };
    Diagnostic::new(Code::Unreadable, message).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(bytes: &[u8]) -> Bundle {
        Bundle::from([("a.toml".to_owned(), bytes.to_vec())])
    }

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let source = Source::new(SourceKind::Scenario, "a", "é = 1\r\nbé = 2\n");
        let at = source.text().find('2').unwrap();
        let place = Place::new(&source, at, at + 1);
        assert_eq!((place.line(), place.column(), place.text()), (2, 6, "2"));
        assert_eq!(source.line_at(0), (0, "é = 1"));
        let end = Place::new(&source, 999, 9999);
        assert_eq!((end.line(), end.column()), (3, 1));
    }

    #[test]
    fn a_span_inside_a_character_grows_to_the_whole_of_it() {
        let source = Source::new(SourceKind::Scenario, "a", "aéb");
        assert_eq!(Place::new(&source, 2, 2).text(), "é");
    }

    #[test]
    fn a_file_that_cannot_be_read_says_why() {
        let missing = read_text(&Bundle::new(), Path::new("a.toml")).unwrap_err();
        assert_eq!((missing.code, missing.message.as_str()), (Code::Unreadable, "`a.toml` does not exist"));
        let folder = read_text(&Disk, Path::new("/")).unwrap_err();
        assert_eq!(folder.message, "`/` is a directory");
    }

    #[test]
    fn four_mebibytes_are_read_and_one_more_byte_is_not() {
        let full = vec![b'#'; MAX_FILE_BYTES];
        assert_eq!(read_text(&bundle(&full), Path::new("a.toml")).unwrap().len(), MAX_FILE_BYTES);
        let over = vec![b'#'; MAX_FILE_BYTES + 1];
        assert_eq!(read_text(&bundle(&over), Path::new("a.toml")).unwrap_err().code, Code::TooLarge);
    }

    #[test]
    fn bytes_that_are_no_text_are_named_with_their_position() {
        let bad = read_text(&bundle(b"a = 1\nb = \"\xff\"\n"), Path::new("a.toml")).unwrap_err();
        assert_eq!(bad.message, "`a.toml` is not UTF-8: byte 11 (0xff, line 2) begins no character");
        let nul = read_text(&bundle(b"a = 1\0"), Path::new("a.toml")).unwrap_err();
        assert_eq!(nul.message, "`a.toml` holds a NUL at byte 5: it is not a text file");
    }
}
