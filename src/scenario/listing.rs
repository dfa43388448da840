//! Every value of a scenario, with where it comes from.

use super::annotations::OVERRIDE;
use super::diagnostic::Diagnostics;
use super::document::Document;
use super::reader::Reader;
use super::sources::Place;
use crate::model::field::{Field, Kind, Table};

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its dotted path.
    pub path: String,
    /// The value as text; the median of an uncertain number.
    pub value: String,
    /// The law of an uncertain number, or the range in which a known one is believed to lie; empty if there is none.
    pub law: String,
    /// The legal range of a number.
    pub legal: String,
    /// The unit of a number, for people.
    pub unit: &'static str,
    /// `reported`, `derived`, `assumed` or `override`: its own, or that of the nearest table around it.
    pub basis: Option<String>,
    /// Its source, found in the same way.
    pub source: Option<String>,
    /// `file:line`.
    pub place: String,
    /// What the field means.
    pub doc: &'static str,
    /// Whether it is a number, count or date, of which a basis is asked.
    pub is_number: bool,
}

impl Listed {
    pub(super) fn new(path: String, value: String, field: &'static Field, place: &Place) -> Self {
        let is_number = matches!(field.kind, Kind::Number { .. } | Kind::Count { .. } | Kind::Date | Kind::Start);
        let (law, legal) = (String::new(), String::new());
        let place = place.file_line();
        Self { path, value, law, legal, unit: "", basis: None, source: None, place, doc: field.doc, is_number }
    }

    pub(super) fn from(self, basis: Option<String>, source: Option<String>) -> Self {
        Self { basis, source, ..self }
    }

    pub(super) fn number(self, (unit, law, legal): (&'static str, String, String)) -> Self {
        Self { unit, law, legal, ..self }
    }
}

/// How many numbers rest on what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BasisCounts {
    /// A source says so.
    pub reported: usize,
    /// Arithmetic on reported figures.
    pub derived: usize,
    /// An estimate.
    pub assumed: usize,
    /// Given from outside without a basis.
    pub overridden: usize,
    /// Nothing is said.
    pub without: usize,
}

/// Every value of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// In the order of the schema, items of lists in the order of the file.
    pub values: Vec<Listed>,
}

impl Listing {
    /// Lists a document; values that are wrong are left out.
    pub fn of<T: Table>(document: &Document) -> Self {
        let mut unheard = Diagnostics::new();
        let mut reader = Reader::new(document, T::FIELDS, &mut unheard, Some(Vec::new()));
        let _ = T::read_table(&mut reader);
        Self { values: reader.finish().1.unwrap_or_default() }
    }

    /// The values at a path and below it; all of them for an empty path.
    pub fn below<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Listed> {
        self.values.iter().filter(move |listed| {
            let rest = listed.path.strip_prefix(path);
            path.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// How many numbers rest on what.
    pub fn counts(&self) -> BasisCounts {
        let mut counts = BasisCounts::default();
        for listed in self.values.iter().filter(|listed| listed.is_number) {
            let count = match listed.basis.as_deref() {
                Some("reported") => &mut counts.reported,
                Some("derived") => &mut counts.derived,
                Some("assumed") => &mut counts.assumed,
                Some(OVERRIDE) => &mut counts.overridden,
                _ => &mut counts.without,
            };
            *count += 1;
        }
        counts
    }
}
