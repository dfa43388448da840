//! Every value of a scenario, with where it comes from.

use super::annotations::{Held, OVERRIDE};
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
    /// Ids of the facts it was set from, found in the same way.
    pub fitted_from: Vec<String>,
    /// `file:line`.
    pub place: String,
    /// What the field means.
    pub doc: &'static str,
    /// Whether it is a number, count or date, of which a basis is asked.
    pub is_number: bool,
    /// Whether it is a whole number.
    pub is_count: bool,
}

impl Listed {
    pub(super) fn new(path: String, value: String, field: &'static Field, place: &Place) -> Self {
        let is_number = matches!(field.kind, Kind::Number { .. } | Kind::Count { .. } | Kind::Date | Kind::Start);
        let is_count = matches!(field.kind, Kind::Count { .. });
        let (law, legal) = (String::new(), String::new());
        let place = place.file_line();
        let (unit, doc) = ("", field.doc);
        Self {
            path,
            value,
            law,
            legal,
            unit,
            basis: None,
            source: None,
            fitted_from: Vec::new(),
            place,
            doc,
            is_number,
            is_count,
        }
    }

    pub(super) fn from(self, Held { basis, source, fitted_from }: Held) -> Self {
        Self { basis, source, fitted_from, ..self }
    }

    pub(super) fn number(self, (unit, law, legal): (&'static str, String, String)) -> Self {
        Self { law, legal, unit, ..self }
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

#[cfg(test)]
mod tests {
    use super::super::overrides::Override;
    use super::super::testing::{GOOD, Root, load_files};
    use super::*;

    fn listing(files: &[(&str, &str)], set: &[&str]) -> Listing {
        let (document, mut diagnostics) = load_files(files);
        let set: Vec<Override> = set.iter().map(|text| Override::parse("<--set 1>", text).unwrap()).collect();
        let document = document.unwrap().with(&set, &mut diagnostics);
        assert!(diagnostics.is_empty(), "{}", diagnostics.render(false));
        Listing::of::<Root>(&document)
    }

    /// Value, law, basis and source at a path.
    fn row(listing: &Listing, path: &str) -> [String; 4] {
        let found = listing.values.iter().find(|listed| listed.path == path).unwrap();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        [found.value.clone(), found.law.clone(), text(&found.basis), text(&found.source)]
    }

    #[test]
    fn values_come_with_law_unit_range_basis_source_and_place() {
        let listing = listing(&[("a.toml", GOOD)], &[]);
        assert_eq!(row(&listing, "mission.start"), ["2023-07-01", "", "assumed", ""]);
        assert_eq!(row(&listing, "mission.people"), ["900", "800 to 1000", "reported", "S1"]);
        assert_eq!(row(&listing, "threat.hit"), ["0.3", "quantiles [0.1, 0.3, 0.6]", "derived", "fit"]);
        assert_eq!(row(&listing, "permissions.exits")[0], "gao trucks");
        assert_eq!(row(&listing, "base.gao.planned_closure")[..2], ["2023-10-06", "uniform [2023-10-01, 2023-10-11]"]);
        let km = listing.values.iter().find(|listed| listed.path == "road.0.km").unwrap();
        assert_eq!((km.unit, km.legal.as_str(), km.place.as_str()), ("km", "1 to 5000", "a.toml:34"));
    }

    #[test]
    fn facts_that_a_value_was_set_from_go_with_it() {
        let fitted = |text: &str, set: &[&str]| {
            let listing = listing(&[("a.toml", text)], set);
            let found = listing.values.into_iter().find(|listed| listed.path == "threat.hit").unwrap();
            found.fitted_from
        };
        let text = GOOD.replace("source = \"fit\"", "source = \"fit\"\nfitted_from = [\"F1\", \"F2\"]");
        assert!(text != GOOD);
        assert_eq!(fitted(&text, &[]), ["F1", "F2"]);
        assert!(fitted(GOOD, &[]).is_empty() && fitted(&text, &["threat.hit=0.5"]).is_empty());
    }

    #[test]
    fn numbers_are_counted_by_basis() {
        let mut text = GOOD.to_owned();
        assert_eq!(
            listing(&[("a.toml", &text)], &[]).counts(),
            BasisCounts { reported: 1, derived: 2, assumed: 6, ..BasisCounts::default() }
        );
        text = text.replace("basis = \"assumed\"\n", "");
        assert_eq!(listing(&[("a.toml", &text)], &[]).counts().without, 6);
    }

    #[test]
    fn overridden_values_say_so_unless_they_give_a_basis() {
        let set = [
            "threat.hit=0.5",
            "threat.rate={ value = 3, basis = \"reported\" }",
            "road=[{ from = \"gao\", to = \"gao\", km = 3 }]",
        ];
        let listing = listing(&[("a.toml", GOOD)], &set);
        assert_eq!(row(&listing, "threat.hit"), ["0.5", "", "override", "<--set 1>"]);
        assert_eq!(row(&listing, "threat.rate"), ["3", "", "reported", ""]);
        assert_eq!(row(&listing, "road.0.km"), ["3", "", "override", "<--set 1>"]);
        assert_eq!(listing.counts().overridden, 2);
    }

    #[test]
    fn a_new_value_does_not_borrow_the_source_of_the_file_it_lies_over() {
        let over = "format = 1\nextends = \"good.toml\"\n[threat]\nrate = 9\n";
        let listing = listing(&[("over.toml", over), ("good.toml", GOOD)], &[]);
        assert_eq!(row(&listing, "threat.rate"), ["9", "", "", ""]);
        assert_eq!(row(&listing, "threat.hit")[2..], ["derived", "fit"]);
    }

    #[test]
    fn a_file_speaks_for_what_it_states_and_for_nothing_it_inherits() {
        let over = "format = 1\nextends = \"good.toml\"\nbasis = \"reported\"\nsource = \"cable\"\n\
            [mission]\ndeadline = 2023-12-30\n[threat]\nrate = 9\n[[base]]\nid = \"gao\"\nstrip_km = 2\n";
        let good = GOOD.replace("[mission]", "[mission]\nbasis = \"derived\"\nsource = \"sum\"");
        assert!(good != GOOD);
        let listing = listing(&[("over.toml", over), ("good.toml", &good)], &[]);
        let said = |path: &str| row(&listing, path)[2..].join(": ");
        // Its own values have what its top says, also where the lower file says something of the same table.
        for path in ["mission.deadline", "threat.rate", "base.gao.strip_km"] {
            assert_eq!(said(path), "reported: cable", "{path}");
        }
        // What it inherits keeps what the lower file says.
        let inherited =
            [("mission.start", "derived: sum"), ("mission.people", "reported: S1"), ("threat.hit", "derived: fit")];
        for (path, expected) in
            inherited.into_iter().chain([("road.0.km", "assumed: "), ("base.kidal.strip_km", "assumed: ")])
        {
            assert_eq!(said(path), expected, "{path}");
        }
    }

    #[test]
    fn a_table_speaks_for_what_its_own_file_states_in_it() {
        let over = "format = 1\nextends = \"good.toml\"\n[mission]\nbasis = \"reported\"\nsource = \"cable\"\ndeadline = 2023-12-30\n";
        let listing = listing(&[("over.toml", over), ("good.toml", GOOD)], &[]);
        assert_eq!(row(&listing, "mission.deadline")[2..], ["reported", "cable"]);
        assert_eq!(row(&listing, "mission.start")[2..], ["assumed", ""]);
    }

    #[test]
    fn a_number_may_be_given_another_source_by_the_file_above() {
        let said = |own: &str| {
            let over =
                format!("format = 1\nextends = \"good.toml\"\nbasis = \"reported\"\n[mission]\npeople = {{ {own} }}\n");
            let listing = listing(&[("over.toml", &over), ("good.toml", GOOD)], &[]);
            row(&listing, "mission.people")[2..].join(": ")
        };
        assert_eq!(said("source = \"S2\""), "reported: S2");
        // A new basis does not rest on the source of the old one.
        assert_eq!(said("basis = \"assumed\""), "assumed: ");
        assert_eq!(said("note = \"seen\""), "reported: S1");
    }

    #[test]
    fn a_part_can_be_asked_for() {
        let listing = listing(&[("a.toml", GOOD)], &[]);
        let paths: Vec<&str> = listing.below("base.gao").map(|listed| listed.path.as_str()).collect();
        assert_eq!(paths, ["base.gao.title", "base.gao.planned_closure"]);
        assert_eq!(listing.below("threat.hit").count(), 1);
        assert_eq!(listing.below("threat.h").count(), 0);
        assert_eq!(listing.below("").count(), listing.values.len());
    }
}
