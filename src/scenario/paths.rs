//! Dotted paths: every value of a scenario has one.
//!
//! A path is the keys from the root joined by dots. An item of a list goes by its `id`, or by its position from 0 if it
//! has none: `base.kidal.planned_closure`, `road.3.km`. A segment that is not plain stands in quotes.

use super::code::Code;
use super::diagnostic::{Diagnostic, shown};
use super::document::Document;
use super::node::{Content, Node, key_text};
use super::sources::Place;

/// One step of a path.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    /// The key, id or position.
    pub text: String,
    /// Where the path was written.
    pub place: Place,
}

/// Takes a path apart.
///
/// # Arguments
/// * `path` - the text of the path, quotes of its segments included.
/// * `place` - where it stands; its segments get their own places if it stands there as it is.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse_path(path: &str, place: &Place) -> Result<Vec<Segment>, Diagnostic> {
    // In a file the whole path stands in quotes.
    let offset = place.text().find(path).map(|at| place.start + at);
    let spot = |start: usize, end: usize| match offset {
        Some(offset) => Place::new(&place.source, offset + start, offset + end),
        None => place.clone(),
    };
    let malformed = |start: usize, end: usize, what: &str| {
        Diagnostic::new(Code::BadOverride, format!("the path {} {what}", shown(path)))
            .at(&spot(start, end))
            .hint("a path is keys and ids joined by dots, such as base.kidal.planned_closure")
    };
    let mut segments = Vec::new();
    let mut at = 0;
    loop {
        let rest = &path[at..];
        let (text, length) = if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
            let Some(length) = rest[1..].find(quote) else {
                return Err(malformed(at, path.len(), "has a quote that is never closed"));
            };
            (&rest[1..=length], length + 2)
        } else {
            let length = rest.find('.').unwrap_or(rest.len());
            (rest[..length].trim(), length)
        };
        if text.is_empty() {
            return Err(malformed(at, at + length, "has an empty part"));
        }
        segments.push(Segment { text: text.to_owned(), place: spot(at, at + length) });
        at += length;
        match path[at..].chars().next() {
            None => return Ok(segments),
            Some('.') => at += 1,
            Some(_) => return Err(malformed(at, path.len(), "goes on after a closing quote")),
        }
        if segments.len() > super::syntax::MAX_DEPTH {
            return Err(malformed(at, path.len(), "has too many parts"));
        }
    }
}

/// What an item of a list is called in paths: its id, or else its position.
pub(super) fn item_name(item: &Node, index: usize) -> String {
    item.id().map_or_else(|| index.to_string(), str::to_owned)
}

/// Position of the item that a segment names.
pub(super) fn item_index(items: &[Node], segment: &str) -> Option<usize> {
    let by_id = items.iter().position(|item| item.id() == Some(segment));
    // An item with an id goes by nothing else, so that a path means the same when the list is reordered.
    by_id.or_else(|| segment.parse::<usize>().ok().filter(|&at| items.get(at).is_some_and(|item| item.id().is_none())))
}

/// A path with one more step.
pub(super) fn join(path: &str, step: &str) -> String {
    let step = key_text(step);
    if path.is_empty() { step.into_owned() } else { [path, ".", &step].concat() }
}

impl Document {
    /// The value at a path.
    pub fn find(&self, path: &str) -> Option<&Node> {
        let (node, rest) = self.descend(path);
        (rest == 0).then_some(node)
    }

    /// Where the value at a path stands, or else the innermost table or list on the way to it.
    pub fn nearest_place(&self, path: &str) -> Place {
        self.descend(path).0.place.clone()
    }

    /// The innermost value on the way to a path, and how many steps are left.
    fn descend(&self, path: &str) -> (&Node, usize) {
        let mut node = &self.root;
        let Ok(segments) = parse_path(path, &self.start()) else { return (node, 1) };
        for (index, segment) in segments.iter().enumerate() {
            let next = match &node.content {
                Content::Table(entries) => entries.get(&segment.text),
                Content::List(items) => item_index(items, &segment.text).and_then(|index| items.get(index)),
                _ => None,
            };
            match next {
                Some(next) => node = next,
                None => return (node, segments.len() - index),
            }
        }
        (node, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::diagnostic::Diagnostics;
    use super::super::sources::{Source, SourceKind};
    use super::super::testing::{GOOD, load_files, only};
    use super::*;

    fn segments(path: &str) -> Result<Vec<String>, String> {
        let source = Source::new(SourceKind::Argument, "<--set 1>", path);
        let place = Place::new(&source, 0, path.len());
        let parsed = parse_path(path, &place).map_err(|problem| problem.message)?;
        Ok(parsed.into_iter().map(|s| format!("{}@{}", s.text, s.place.column())).collect())
    }

    #[test]
    fn a_path_is_taken_apart_at_dots_outside_quotes() {
        assert_eq!(segments("base.kidal.people").unwrap(), ["base@1", "kidal@6", "people@12"]);
        assert_eq!(segments("a.\"b.c\".'d'").unwrap(), ["a@1", "b.c@3", "d@9"]);
        assert_eq!(segments("road.3.km").unwrap(), ["road@1", "3@6", "km@8"]);
    }

    #[test]
    fn malformed_paths_are_refused() {
        for (path, what) in [
            ("", "has an empty part"),
            ("a..b", "has an empty part"),
            ("a.", "has an empty part"),
            ("a.\"b", "has a quote that is never closed"),
            ("\"a\"b", "goes on after a closing quote"),
            ("''", "has an empty part"),
        ] {
            assert_eq!(segments(path).unwrap_err(), format!("the path `{path}` {what}"));
        }
        assert!(segments(&"a.".repeat(1_000)).unwrap_err().ends_with("has too many parts"));
    }

    #[test]
    fn a_problem_is_placed_by_path_or_by_what_holds_it() {
        let (document, _) = load_files(&[("a.toml", GOOD)]);
        let document = document.unwrap();
        let at = |path: &str| {
            let mut diagnostics = Diagnostics::new();
            diagnostics.at_path(&document, path, Code::Order, "late", "swap them");
            only(&diagnostics).0
        };
        assert_eq!(at("mission.deadline"), "6:12 E030 late");
        assert_eq!(at("base.kidal.strip_km"), "28:12 E030 late");
        assert_eq!(at("base.kidal.title"), "25:1 E030 late");
        assert_eq!(at("road.0.km"), "34:6 E030 late");
        assert_eq!(at("nowhere.at.all"), "1:1 E030 late");
        assert_eq!(at("..."), "1:1 E030 late");
        assert_eq!(document.find("base.kidal.hub").and_then(Node::text), Some("gao"));
        assert!(document.find("base.timbuktu").is_none());
    }
}
