//! Reading a scenario's files and putting them together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::code::Code;
use super::csv_list::{MAX_CELLS, parse_csv};
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::document::{Document, Setup};
use super::header::{check_format, inside};
use super::node::{Content, Node};
use super::overlay::{Shape, lay_roots};
use super::presets;
use super::sources::{MAX_FILE_BYTES, Place, Source, SourceKind, read_text};
use super::syntax::parse_file;
use crate::model::field::Field;

/// How many files may extend one another.
const MAX_EXTENDS: usize = 8;
/// How many bytes all files of a scenario may have together.
const MAX_TOTAL_BYTES: usize = 4 * MAX_FILE_BYTES;

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
            defaults.take("format");
            root = lay_roots(root, defaults, self.setup.schema);
        }
        let policies = presets::read(root.take("policy"), &presets::POLICY, diagnostics);
        let denials = presets::read(root.take("denial"), &presets::DENIAL, diagnostics);
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
        check_format(root.take("format"), &root.place, diagnostics);
        let this = chain.last().map_or(Path::new(""), PathBuf::as_path);
        let folder = this.parent().unwrap_or(Path::new("")).to_path_buf();
        self.resolve_lists(&mut root, self.setup.schema, &folder, diagnostics);
        let Some(extends) = root.take("extends") else { return Some(root) };
        let under = self.extended(&extends.node, &folder, chain, diagnostics)?;
        Some(lay_roots(root, under, self.setup.schema))
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
        for entry in entries.each_mut() {
            let child = &mut entry.node;
            match Shape::of_key(fields, &entry.key) {
                Shape::Table(fields) => self.resolve_lists(child, fields, folder, diagnostics),
                Shape::List(fields) => {
                    if matches!(child.content, Content::Text(_)) {
                        *child = self.csv(child, fields, folder, diagnostics);
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

    fn csv(&mut self, named: &Node, fields: &'static [Field], folder: &Path, diagnostics: &mut Diagnostics) -> Node {
        let broken = Node::new(named.place.clone(), Content::Broken);
        let name = named.text().unwrap_or_default();
        let refusal = match inside(folder, name) {
            Ok(path) if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) => {
                let Some(text) = self.read(&path, &named.place, diagnostics) else { return broken };
                let shown = self.folder.join(&path).display().to_string();
                let source = Source::bare(SourceKind::Other, shown, text, named.place.source.layer());
                self.sources.push(Arc::clone(&source));
                return parse_csv(&source, Some(fields), &mut self.cells_left, diagnostics);
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

#[cfg(test)]
mod tests {
    use super::super::testing::{GOOD, Root, load_files, only, summary};
    use super::*;
    use crate::scenario::Bundle;

    fn with_extends(name: &str) -> String {
        format!("format = 1\nextends = \"{name}\"\n")
    }

    #[test]
    fn a_file_lies_over_what_it_extends() {
        let over =
            "format = 1\nextends = \"cases/good.toml\"\n[threat]\nrate = 9\n[[base]]\nid = \"gao\"\nstrip_km = 3\n";
        let (document, diagnostics) = load_files(&[("s/over.toml", over), ("s/cases/good.toml", GOOD)]);
        assert!(diagnostics.is_empty(), "{}", diagnostics.render(false));
        let document = document.unwrap();
        let value = |path: &str| document.find(path).unwrap().to_toml();
        assert_eq!((value("threat.rate").as_str(), value("base.gao.strip_km").as_str()), ("9", "3"));
        assert_eq!((value("base.gao.title").as_str(), value("road.0.km").as_str()), ("\"Gao\"", "285"));
        let names: Vec<&str> = document.sources().iter().map(|source| source.name()).collect();
        assert_eq!(names, ["s/over.toml", "s/cases/good.toml"]);
        assert_eq!(document.policies()[0].id, "all-denied");
        assert!(document.find("extends").is_none() && document.find("policy").is_none());
    }

    #[test]
    fn policies_of_two_files_merge_by_id() {
        let over = format!(
            "{}[[policy]]\nid = \"all-denied\"\nset = {{ \"threat.rate\" = 1 }}\n[[policy]]\nid = \"new\"\ntitle = \"New\"\n",
            with_extends("good.toml")
        );
        let (document, diagnostics) = load_files(&[("over.toml", &over), ("good.toml", GOOD)]);
        assert!(diagnostics.is_empty(), "{}", diagnostics.render(false));
        let document = document.unwrap();
        let ids: Vec<&str> = document.policies().iter().map(|policy| policy.id.as_str()).collect();
        assert_eq!(ids, ["all-denied", "new"]);
        assert_eq!(document.policies()[0].overrides.len(), 3);
    }

    #[test]
    fn circles_and_long_chains_are_refused() {
        let (a, b) = (with_extends("b.toml"), with_extends("./a.toml"));
        let (document, diagnostics) = load_files(&[("a.toml", &a), ("b.toml", &b)]);
        let expected = "b.toml:2:11 E008 files extend one another in a circle: a.toml -> b.toml -> a.toml";
        assert!(document.is_none());
        assert_eq!(only(&diagnostics).0, expected);
        let names: Vec<String> = (0..10).map(|index| format!("{index}.toml")).collect();
        let texts: Vec<String> = (1..11).map(|index| with_extends(&format!("{index}.toml"))).collect();
        let files: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
        assert_eq!(only(&load_files(&files).1).0, "7.toml:2:11 E008 more than 8 files extend one another");
    }

    #[test]
    fn nothing_outside_the_folder_is_read() {
        for (name, why) in [
            ("/etc/passwd", "E008 `/etc/passwd` is an absolute path; name it from this file's folder"),
            ("../a.toml", "E008 `../a.toml` lies outside the scenario's folder"),
            ("x/../../a.toml", "E008 `x/../../a.toml` lies outside the scenario's folder"),
            ("", "E008 `` names no file"),
            ("none.toml", "E001 `s/none.toml` does not exist"),
        ] {
            let found = only(&load_files(&[("s/a.toml", &with_extends(name))]).1).0;
            assert_eq!(found, format!("s/a.toml:2:11 {why}"));
        }
        let inner = with_extends("../good.toml");
        let outer = with_extends("x/inner.toml");
        let (document, diagnostics) =
            load_files(&[("s/a.toml", &outer), ("s/x/inner.toml", &inner), ("s/good.toml", GOOD)]);
        assert!(document.is_some() && diagnostics.is_empty());
        let found = only(&load_files(&[("a.toml", "format = 1\nextends = 3\n")]).1).0;
        assert_eq!(found, "2:11 E008 `extends` names one file, and this is the whole number `3`");
    }

    #[test]
    fn the_format_must_be_known() {
        let first = |text: &str| summary(&load_files(&[("a.toml", text)]).1)[0].clone();
        assert_eq!(first("a = 1"), "1:1 E007 the file does not say which format it has");
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(first("format = 2"), format!("1:10 E007 `format` is `2`; rearguard {version} reads format 1"));
        assert_eq!(first("format = 1.0"), format!("1:10 E007 `format` is `1.0`; rearguard {version} reads format 1"));
    }

    #[test]
    fn lists_come_from_csv_files_and_problems_point_into_them() {
        let text = "format = 1\nroad = \"roads.csv\"\n[mission]\nstart = 2023-07-01\ndeadline = 2023-12-31\npeople = 1\n[threat]\nhit = 0\nrate = 0\n[[base]]\nid = \"gao\"\nholding = \"sub/h.csv\"\n";
        let roads = "from,to,km,basis\ngao,gao,12,assumed\ngao,goa,far,assumed\n";
        let files = [("s/a.toml", text), ("s/roads.csv", roads), ("s/sub/h.csv", "id,units\ntrucks,40\n")];
        let (document, mut diagnostics) = load_files(&files);
        let document = document.unwrap();
        let _ = crate::scenario::read::<Root>(&document, &mut diagnostics);
        let message = "E012 `road.1.km` must be a number in km from 1 to 5000, and this is the text `far`";
        assert_eq!(
            summary(&diagnostics),
            [
                "s/roads.csv:3:5 E019 `road.1.to` refers to `goa`, which is no id of `base`".to_owned(),
                format!("s/roads.csv:3:9 {message}"),
            ]
        );
        assert_eq!(document.find("base.gao.holding.trucks.units").unwrap().to_toml(), "40");
        let found = only(&load_files(&[("a.toml", "format = 1\nroad = \"roads.txt\"\n")]).1).0;
        assert_eq!(found, "2:8 E009 `roads.txt` is not the name of a CSV file");
    }

    #[test]
    fn defaults_lie_under_everything() {
        let files = Bundle::from([("a.toml".to_owned(), b"format = 1\n[threat]\nrate = 3\n".to_vec())]);
        let defaults =
            Some(("<defaults>", "format = 1\n[threat]\nrate = 1\nhit = { value = 0.5, basis = \"assumed\" }\n"));
        let setup = Setup { schema: <Root as crate::model::field::Table>::FIELDS, defaults, files: &files };
        let document = Document::load(Path::new("a.toml"), &setup, &mut Diagnostics::new()).unwrap();
        assert_eq!(document.find("threat.rate").unwrap().to_toml(), "3");
        assert_eq!(document.find("threat.hit").unwrap().place.source.name(), "<defaults>");
    }
}
