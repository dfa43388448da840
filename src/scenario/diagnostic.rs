//! Problems of a scenario, collected so that a person sees all of them at once.

use std::fmt::Display;

use super::code::Code;
use super::document::Document;
use super::sources::Place;

/// How many problems are kept; more are only counted.
pub const MAX_DIAGNOSTICS: usize = 200;

/// One problem.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// What kind of problem.
    pub code: Code,
    /// Where, if it is anywhere in a text.
    pub place: Option<Place>,
    /// What is wrong: a lower-case fragment that names the value.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// A problem that is nowhere in particular yet.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, place: None, message: message.into(), hint: None }
    }

    /// Says where.
    pub fn at(mut self, place: &Place) -> Self {
        self.place = Some(place.clone());
        self
    }

    /// Says what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The problems found so far.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    left_off: usize,
}

impl Diagnostics {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a problem. The same problem at the same place counts once.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.is_full() {
            self.left_off += 1;
        } else if !self.kept.iter().any(|kept| same(kept, &diagnostic)) {
            self.kept.push(diagnostic);
        }
    }

    /// Notes a problem of the value at a dotted path, for checks that look at the model rather than at the file.
    ///
    /// A path that the document does not hold is shortened until it does, so that a value left to its default is
    /// reported at its table.
    pub fn at_path(
        &mut self,
        document: &Document,
        path: &str,
        code: Code,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let diagnostic = Diagnostic::new(code, message).at(&document.nearest_place(path)).hint(hint);
        self.push(diagnostic);
    }

    /// Takes over all problems of another collection.
    pub fn append(&mut self, other: Self) {
        self.left_off += other.left_off;
        for diagnostic in other.kept {
            self.push(diagnostic);
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many problems there are, those that were only counted included.
    pub fn len(&self) -> usize {
        self.kept.len() + self.left_off
    }

    /// How many problems were counted and not kept.
    pub fn left_off(&self) -> usize {
        self.left_off
    }

    /// Whether further problems will only be counted, so that no work need go into wording them.
    pub(super) fn is_full(&self) -> bool {
        self.kept.len() >= MAX_DIAGNOSTICS
    }

    /// The kept problems: those without a place first, then by file and position.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<&Diagnostic> = self.kept.iter().collect();
        sorted.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        sorted
    }
}

type SortKey<'a> = (Option<(super::sources::SourceKind, &'a str, usize, usize)>, Code);

fn sort_key(diagnostic: &Diagnostic) -> SortKey<'_> {
    (diagnostic.place.as_ref().map(Place::sort_key), diagnostic.code)
}

fn same(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.message == b.message && sort_key(a) == sort_key(b)
}

/// A value as messages show it: in backquotes, its first 60 characters.
pub(super) fn shown(value: impl Display) -> String {
    let value = value.to_string();
    match value.char_indices().nth(60) {
        Some((cut, _)) => format!("`{}...`", &value[..cut]),
        None => format!("`{value}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sources::{Source, SourceKind};
    use super::*;

    #[test]
    fn problems_come_in_the_order_of_the_text_and_once_each() {
        let source = Source::new(SourceKind::Scenario, "a", "one two three");
        let at = |start: usize, end: usize| Place::new(&source, start, end);
        let mut all = Diagnostics::new();
        all.push(Diagnostic::new(Code::OutOfRange, "third").at(&at(8, 13)));
        all.push(Diagnostic::new(Code::UnknownKey, "first").at(&at(0, 3)));
        all.push(Diagnostic::new(Code::UnknownKey, "first").at(&at(0, 3)));
        all.push(Diagnostic::new(Code::Unreadable, "nowhere"));
        let messages: Vec<&str> = all.sorted().iter().map(|d| d.message.as_str()).collect();
        assert_eq!(messages, ["nowhere", "first", "third"]);
    }

    #[test]
    fn more_than_the_limit_are_counted_only() {
        let mut all = Diagnostics::new();
        for index in 0..MAX_DIAGNOSTICS + 5 {
            all.push(Diagnostic::new(Code::UnknownKey, index.to_string()));
        }
        assert_eq!((all.len(), all.left_off(), all.sorted().len()), (MAX_DIAGNOSTICS + 5, 5, MAX_DIAGNOSTICS));
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        assert_eq!(shown("é".repeat(100)), format!("`{}...`", "é".repeat(60)));
    }
}
