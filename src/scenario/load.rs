//! Reading a scenario's files and putting them together.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::code::Code;
use super::csv_list::{MAX_CELLS, parse_csv};
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::document::{Document, Setup};
use super::node::{Content, Entry, Node};
use super::overlay::{Shape, lay};
use super::presets;
use super::sources::{MAX_FILE_BYTES, Place, Source, SourceKind, read_text};
use super::syntax::parse_file;
use crate::model::field::Field;

/// How many files may extend one another.
const MAX_EXTENDS: usize = 8;
/// How many bytes all files of a scenario may have together.
const MAX_TOTAL_BYTES: usize = 4 * MAX_FILE_BYTES;
/// The format that this version reads.
const FORMAT: i64 = 1;

/// Reads the files of one scenario, within limits that hold for all of them together.
pub(super) struct Loader<'a> {
    setup: &'a Setup<'a>,
    /// The scenario's folder, which nothing it names may leave.
    folder: PathBuf,
    bytes_left: usize,
    cells_left: usize,
    sources: Vec<Arc<Source>>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(setup: &'a Setup<'a>, path: &Path) -> Self {
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Self { setup, folder, bytes_left: MAX_TOTAL_BYTES, cells_left: MAX_CELLS, sources: Vec::new() }
    }

    /// The scenario at a path, put together.
    pub(super) fn document(mut self, path: &Path, diagnostics: &mut Diagnostics) -> Option<Document> {
        let name = path.file_name().map(PathBuf::from).unwrap_or_default();
        let text = match read_text(self.setup.files, path) {
            Ok(text) => text,
            Err(problem) => {
                diagnostics.push(problem);
                return None;
            }
        };
        let source = Source::new(SourceKind::Scenario, path.display().to_string(), text);
        let mut root = self.layers(&source, &[name], diagnostics)?;
        if let Some((name, text)) = self.setup.defaults {
            let source = Source::layered(SourceKind::Defaults, name, text.to_owned(), MAX_EXTENDS + 1);
            self.sources.push(Arc::clone(&source));
            let mut defaults = parse_file(&source, diagnostics)?;
            take(&mut defaults, "format");
            root = lay(root, defaults, Shape::Table(self.setup.schema));
        }
        let policies = presets::read(take(&mut root, "policy"), &presets::POLICY, diagnostics);
        let denials = presets::read(take(&mut root, "denial"), &presets::DENIAL, diagnostics);
        Some(Document {
            root,
            schema: self.setup.schema,
            policies: policies.into(),
            denials: denials.into(),
            overridden: BTreeMap::new(),
            sources: self.sources.into(),
        })
    }

    /// A file laid over what it extends.
    ///
    /// # Arguments
    /// * `chain` - the files from the scenario to this one, as paths from the scenario's folder.
    fn layers(&mut self, source: &Arc<Source>, chain: &[PathBuf], diagnostics: &mut Diagnostics) -> Option<Node> {
        self.sources.push(Arc::clone(source));
        let mut root = parse_file(source, diagnostics)?;
        check_format(take(&mut root, "format"), &root.place, diagnostics);
        let this = chain.last().map_or(Path::new(""), PathBuf::as_path);
        let folder = this.parent().unwrap_or(Path::new("")).to_path_buf();
        self.resolve_lists(&mut root, self.setup.schema, &folder, diagnostics);
        let Some(extends) = take(&mut root, "extends") else { return Some(root) };
        let under = self.extended(&extends.node, &folder, chain, diagnostics)?;
        Some(lay(root, under, Shape::Table(self.setup.schema)))
    }

    fn extended(
        &mut self,
        named: &Node,
        folder: &Path,
        chain: &[PathBuf],
        diagnostics: &mut Diagnostics,
    ) -> Option<Node> {
        let refuse = |message: String, hint: &str| Diagnostic::new(Code::Extends, message).at(&named.place).hint(hint);
        let Some(name) = named.text() else {
            let message = format!("`extends` names one file, and this is {}", named.described());
            diagnostics.push(refuse(message, "write extends = \"other.toml\""));
            return None;
        };
        let path = match inside(folder, name) {
            Ok(path) => path,
            Err(why) => {
                diagnostics
                    .push(refuse(format!("{} {why}", shown(name)), "keep the file that is extended next to this one"));
                return None;
            }
        };
        if chain.contains(&path) {
            let names: Vec<String> = chain.iter().chain([&path]).map(|path| path.display().to_string()).collect();
            let message = format!("files extend one another in a circle: {}", names.join(" -> "));
            diagnostics.push(refuse(message, "remove one of the `extends`"));
            return None;
        }
        if chain.len() >= MAX_EXTENDS {
            let message = format!("more than {MAX_EXTENDS} files extend one another");
            diagnostics.push(refuse(message, "put the middle ones together"));
            return None;
        }
        let text = self.read(&path, &named.place, diagnostics)?;
        let name = self.folder.join(&path).display().to_string();
        let source = Source::layered(SourceKind::Other, name, text, chain.len());
        let chain = [chain, &[path]].concat();
        self.layers(&source, &chain, diagnostics)
    }

    /// Reads a file that the scenario names.
    fn read(&mut self, path: &Path, place: &Place, diagnostics: &mut Diagnostics) -> Option<String> {
        let problem = match read_text(self.setup.files, &self.folder.join(path)) {
            Ok(text) if text.len() <= self.bytes_left => {
                self.bytes_left -= text.len();
                return Some(text);
            }
            Ok(_) => Diagnostic::new(Code::TooLarge, "the files of this scenario have more than 16 MiB together")
                .hint("leave out what the model does not read"),
            Err(problem) if problem.code == Code::Unreadable => {
                problem.hint("the name is taken from the folder of the file that gives it")
            }
            Err(problem) => problem,
        };
        diagnostics.push(problem.at(place));
        None
    }

    /// Replaces the name of a CSV file by the list it holds, wherever the schema wants a list.
    fn resolve_lists(
        &mut self,
        node: &mut Node,
        fields: &'static [Field],
        folder: &Path,
        diagnostics: &mut Diagnostics,
    ) {
        let Content::Table(entries) = &mut node.content else { return };
        for entry in entries.iter_mut() {
            let child = &mut entry.node;
            match Shape::of_key(fields, &entry.key) {
                Shape::Table(fields) => self.resolve_lists(child, fields, folder, diagnostics),
                Shape::List(fields) => {
                    if matches!(child.content, Content::Text(_)) {
                        *child = self.csv(child, folder, diagnostics);
                    }
                    if let Content::List(items) = &mut child.content {
                        for item in items {
                            self.resolve_lists(item, fields, folder, diagnostics);
                        }
                    }
                }
                Shape::Single | Shape::Unknown => {}
            }
        }
    }

    fn csv(&mut self, named: &Node, folder: &Path, diagnostics: &mut Diagnostics) -> Node {
        let broken = Node::new(named.place.clone(), Content::Broken);
        let name = named.text().unwrap_or_default();
        let refusal = match inside(folder, name) {
            Ok(path) if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) => {
                let Some(text) = self.read(&path, &named.place, diagnostics) else { return broken };
                let shown = self.folder.join(&path).display().to_string();
                let source = Source::bare(SourceKind::Other, shown, text, named.place.source.layer());
                self.sources.push(Arc::clone(&source));
                return parse_csv(&source, &mut self.cells_left, diagnostics);
            }
            Ok(_) => "is not the name of a CSV file",
            Err(why) => why,
        };
        let hint = "a list is written as [[tables]], or names a CSV file next to the scenario: \"roads.csv\"";
        let refused = Diagnostic::new(Code::Csv, format!("{} {refusal}", shown(name))).at(&named.place).hint(hint);
        diagnostics.push(refused);
        broken
    }
}

fn take(root: &mut Node, key: &str) -> Option<Entry> {
    if let Content::Table(entries) = &mut root.content { entries.remove(key) } else { None }
}

/// The path of a file named in a folder, both from the scenario's folder.
///
/// # Errors
/// Why it is refused: a scenario that was handed on must not reach into the disk of whoever checks it.
fn inside(folder: &Path, name: &str) -> Result<PathBuf, &'static str> {
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

fn check_format(format: Option<Entry>, root: &Place, diagnostics: &mut Diagnostics) {
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
            let message = format!("`format` is {}; rearguard {version} reads format {FORMAT}", node.described());
            Diagnostic::new(Code::Format, message).at(&node.place).hint(hint)
        }
    };
    diagnostics.push(problem);
}
