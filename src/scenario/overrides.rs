//! Overrides: other values for paths of a scenario, from the command line, policies, denials and designs.

use std::sync::Arc;

use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::node::{Content, Entry, Node};
use super::paths::{Segment, join, parse_path};
use super::sources::{Place, Source, SourceKind};
use super::syntax::parse_value;

/// Another value for one path.
#[derive(Clone, Debug)]
pub struct Override {
    pub(super) path: Vec<Segment>,
    pub(super) path_place: Place,
    pub(super) value: Node,
    pub(super) label: Arc<str>,
}

impl Override {
    /// Reads `path=value`.
    ///
    /// # Arguments
    /// * `label` - what messages and listings call it, such as `<--set 1>`.
    /// * `text` - the path, an equals sign and a TOML value; text without quotes where a field wants text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(label: &str, text: &str) -> Result<Self, Diagnostic> {
        let source = Source::new(SourceKind::Argument, label, text);
        let whole = Place::new(&source, 0, text.len());
        let refuse = |message: &str| {
            Diagnostic::new(Code::BadOverride, message)
                .at(&whole)
                .hint("write path=value, such as base.kidal.planned_closure=2023-11-01")
        };
        let equals = equals_sign(text).ok_or_else(|| refuse("there is no `=` after the path"))?;
        let path_place = trimmed(&source, 0, equals);
        let value_place = trimmed(&source, equals + 1, text.len());
        if value_place.text().is_empty() {
            return Err(refuse("there is no value after the `=`"));
        }
        let path = parse_path(path_place.text(), &path_place)?;
        Ok(Self { path, path_place, value: bare_value(&value_place)?, label: label.into() })
    }

    /// A number for a path.
    ///
    /// # Errors
    /// What is wrong with the path.
    pub fn number(label: &str, path: &str, value: f64) -> Result<Self, Diagnostic> {
        Self::parse(label, &format!("{path}={value:?}"))
    }

    /// An entry of a policy's `set` or a denial's `lifts`.
    ///
    /// # Errors
    /// What is wrong with its path.
    pub fn from_entry(entry: Entry, label: &str) -> Result<Self, Diagnostic> {
        let path = parse_path(&entry.key, &entry.key_place)?;
        Ok(Self { path, path_place: entry.key_place, value: entry.node, label: label.into() })
    }

    /// What messages and listings call it.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The path, as its parts joined by dots.
    pub fn path(&self) -> String {
        self.path.iter().fold(String::new(), |path, segment| join(&path, &segment.text))
    }

    /// The value, without its place.
    pub fn content(&self) -> Content {
        self.value.content.clone()
    }

    /// The value as TOML on one line.
    pub fn value(&self) -> String {
        self.value.to_toml()
    }
}

/// Reads the texts of all `--set` arguments; those that cannot be read are noted and left out.
pub fn from_arguments(arguments: &[String], diagnostics: &mut Diagnostics) -> Vec<Override> {
    let mut overrides = Vec::new();
    for (index, text) in arguments.iter().enumerate() {
        match Override::parse(&format!("<--set {}>", index + 1), text) {
            Ok(change) => overrides.push(change),
            Err(problem) => diagnostics.push(problem),
        }
    }
    overrides
}

fn equals_sign(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(at, character)| {
        match (quote, character) {
            (None, '=') => return Some(at),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), closing) if open == closing => quote = None,
            _ => {}
        }
        None
    })
}

fn trimmed(source: &Arc<Source>, start: usize, end: usize) -> Place {
    let text = &source.text()[start..end];
    let blank = text.len() - text.trim_start().len();
    Place::new(source, start + blank, start + blank + text.trim().len())
}

fn bare_value(place: &Place) -> Result<Node, Diagnostic> {
    match parse_value(place) {
        // What opens like a TOML value was meant as one; a shell has taken the quotes off anything else.
        Err(problem) if place.text().starts_with(['[', '{', '"', '\'']) => Err(problem),
        Err(_) => Ok(Node::new(place.clone(), Content::Text(place.text().to_owned()))),
        Ok(node) => Ok(node),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{GOOD, only, read_with};
    use super::*;

    #[test]
    fn malformed_arguments_are_refused() {
        for (set, at) in [
            ("road.0.km", "1:1 E024 there is no `=` after the path"),
            ("road.0.km= ", "1:1 E024 there is no value after the `=`"),
            ("=3", "1:1 E024 the path `` has an empty part"),
            ("road..km=3", "1:6 E024 the path `road..km` has an empty part"),
            ("road.0.km={ uniform = [1, 2 }", "1:29 E005 a comma is missing here, or the closing bracket"),
        ] {
            assert_eq!(only(&read_with(GOOD, &[set]).1).0, format!("<--set 1>:{at}"));
        }
    }

    #[test]
    fn numbers_can_be_set_by_designs() {
        let change = Override::number("<--sweep 1>", "road.0.km", 1e-7).unwrap();
        assert_eq!(
            (change.path().as_str(), change.value().as_str(), change.label()),
            ("road.0.km", "1e-7", "<--sweep 1>")
        );
    }
}
