//! What a file says of itself: its format, and the files it names.

use std::path::{Component, Path, PathBuf};

use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::node::{Content, Entry, Node};
use super::sources::Place;

/// The format that this version reads.
const FORMAT: i64 = 1;

/// The path of a file named in a folder, both from the scenario's folder.
///
/// # Errors
/// Why it is refused: a scenario that was handed on must not reach into the disk of whoever checks it.
pub(super) fn inside(folder: &Path, name: &str) -> Result<PathBuf, &'static str> {
    let mut path = folder.to_path_buf();
    for component in Path::new(name).components() {
        match component {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir if path.pop() => {}
            Component::ParentDir => return Err("lies outside the scenario's folder"),
            Component::RootDir | Component::Prefix(_) => {
                return Err("is an absolute path; name it from this file's folder");
            }
        }
    }
    if path.file_name().is_none() || name.is_empty() { Err("names no file") } else { Ok(path) }
}

/// Notes a format that is missing or not [`FORMAT`].
pub(super) fn check_format(format: Option<Entry>, root: &Place, diagnostics: &mut Diagnostics) {
    let version = env!("CARGO_PKG_VERSION");
    let problem = match format {
        None => Diagnostic::new(Code::Format, "the file does not say which format it has")
            .at(root)
            .hint(format!("make `format = {FORMAT}` its first line")),
        Some(Entry { node: Node { content: Content::Integer(FORMAT), .. }, .. }) => return,
        Some(Entry { node, .. }) => {
            let hint = match node.content {
                Content::Integer(newer) if newer > FORMAT => "use a later version, whose CHANGELOG names this format",
                _ => "write `format = 1`",
            };
            let message =
                format!("`format` is {}; rearguard {version} reads format {FORMAT}", shown(node.place.text()));
            Diagnostic::new(Code::Format, message).at(&node.place).hint(hint)
        }
    };
    diagnostics.push(problem);
}
