//! Walks through a document as the model asks for its fields: where reading stands, which keys there are, and where
//! values come from.

use super::annotations::{self, ANNOTATIONS, Provenance};
use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::document::Document;
use super::ids::Ids;
use super::listing::Listed;
use super::nearest::suggestion;
use super::node::{Content, Entries, Entry, Node};
use super::overlay::Shape;
use super::paths::join;
use super::sources::{Place, SourceKind};
use super::wording::addition;
use crate::draw::Law;
use crate::model::field::{Field, Table};
use crate::units::Date;

/// What was read from a document.
#[derive(Clone, Debug)]
pub struct Read<T> {
    /// The table, with every uncertain number at its law's median.
    pub table: T,
    /// The numbers that are not known, in the order in which they are visited.
    pub uncertainties: Vec<Uncertainty>,
}

/// A number that is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Uncertainty {
    /// How many numbers are visited before it.
    pub slot: usize,
    /// Its dotted path.
    pub path: String,
    /// What is believed of it, inside its legal range; dates as days since `mission.start`.
    pub law: Law,
    /// Whether a draw is rounded to a whole number: counts and dates.
    pub whole: bool,
}

/// Reads a whole document.
///
/// # Returns
/// `None` if anything is wrong, with it or already noted; all problems are noted.
pub fn read<T: Table>(document: &Document, diagnostics: &mut Diagnostics) -> Option<Read<T>> {
    let mut reader = Reader::new(document, T::FIELDS, diagnostics, None);
    let table = T::read_table(&mut reader);
    let uncertainties = reader.finish().0;
    diagnostics.is_empty().then_some(Read { table, uncertainties })
}

/// Where reading stands.
pub(super) struct Frame<'d> {
    pub(super) at: At<'d>,
    pub(super) path: String,
    /// The path without the names of items, as references name lists.
    pub(super) lists: String,
    provenance: Provenance,
}

/// What reading stands in.
#[derive(Clone, Copy)]
pub(super) enum At<'d> {
    Table(&'d Entries, &'d Place),
    List(&'d [Node], &'static [Field]),
    /// Below something that is missing or wrong: reading goes on, and says nothing more.
    Nowhere,
}

/// Reads a document as a [`Source`](crate::model::field::Source) of fields.
pub struct Reader<'d, 'n> {
    pub(super) document: &'d Document,
    pub(super) diagnostics: &'n mut Diagnostics,
    pub(super) frames: Vec<Frame<'d>>,
    pub(super) start: Option<Date>,
    pub(super) numbers: usize,
    pub(super) uncertainties: Vec<Uncertainty>,
    pub(super) ids: Ids<'d>,
    pub(super) listed: Option<Vec<Listed>>,
}

impl<'d, 'n> Reader<'d, 'n> {
    /// Stands at the root of a document.
    pub(super) fn new(
        document: &'d Document,
        fields: &'static [Field],
        diagnostics: &'n mut Diagnostics,
        listed: Option<Vec<Listed>>,
    ) -> Self {
        let start = document.start_date();
        let mut reader = Self {
            document,
            diagnostics,
            frames: Vec::new(),
            start,
            numbers: 0,
            uncertainties: Vec::new(),
            ids: Ids::default(),
            listed,
        };
        let root = document.root();
        let at = reader.table_at(root, fields, "");
        let provenance = root.table().map(|own| Provenance::default().within(own)).unwrap_or_default();
        reader.frames.push(Frame { at, path: String::new(), lists: String::new(), provenance });
        reader
    }

    /// Checks references, now that every id is known.
    pub(super) fn finish(self) -> (Vec<Uncertainty>, Option<Vec<Listed>>) {
        self.ids.check(self.diagnostics);
        (self.uncertainties, self.listed)
    }

    pub(super) fn frame(&self) -> &Frame<'d> {
        // The root's frame is never left: `leave` follows an `enter`.
        self.frames.last().expect("reading stands somewhere")
    }

    /// The value of a key of the current table; a missing one is noted.
    pub(super) fn child(&mut self, field: &'static Field) -> Option<&'d Node> {
        let At::Table(entries, place) = self.frame().at else { return None };
        let node = entries.get(field.name);
        if node.is_none() {
            let path = &self.frame().path;
            let whose = if path.is_empty() { "the scenario".to_owned() } else { shown(path) };
            let message = format!("{whose} has no `{}`", field.name);
            // Nobody can add a key to the defaults.
            let is_own = place.source.kind() != SourceKind::Defaults;
            let place = if is_own { place.clone() } else { self.document.start() };
            self.diagnostics.push(Diagnostic::new(Code::MissingKey, message).at(&place).hint(addition(field)));
        }
        node.filter(|node| !node.is_broken())
    }

    pub(super) fn path_of(&self, field: &Field) -> String {
        join(&self.frame().path, field.name)
    }

    /// Provenance of what stands at a path inside the current table.
    pub(super) fn provenance_at(&self, path: &str) -> Provenance {
        match self.document.overridden.get(path) {
            Some(label) => Provenance::of_override(label),
            None => self.frame().provenance.clone(),
        }
    }

    /// Checks the keys of a table that is stepped into.
    pub(super) fn table_at(&mut self, node: &'d Node, fields: &'static [Field], path: &str) -> At<'d> {
        let Content::Table(entries) = &node.content else { return At::Nowhere };
        let declared = |key: &str| fields.iter().any(|field| field.name == key);
        annotations::check(entries, declared, self.diagnostics);
        for entry in entries {
            let key = entry.key.as_str();
            if declared(key) || ANNOTATIONS.contains(&key) || self.diagnostics.is_full() {
                continue;
            }
            let keys: Vec<&str> = fields.iter().map(|field| field.name).collect();
            let within = if path.is_empty() { String::new() } else { format!(" in {}", shown(path)) };
            let message = format!("unknown key {}{within}", shown(key));
            let hint = match self.top(entry).filter(|_| !path.is_empty()) {
                Some(header) => {
                    // What refers to items of a list in the wrong place is not wrong for that.
                    self.ids.is_unread(key);
                    format!(
                        "`{key}` belongs to the top of the file: move it above the first `[…]`, or write `{header}`"
                    )
                }
                None => suggestion(key, &keys, "the keys here"),
            };
            self.diagnostics.push(Diagnostic::new(Code::UnknownKey, message).at(&entry.key_place).hint(hint));
        }
        At::Table(entries, &node.place)
    }

    /// The line that begins a table or list of the top of a scenario, if that is what an entry holds.
    fn top(&self, Entry { key, node, .. }: &Entry) -> Option<String> {
        let is_list = match Shape::of_key(self.document.schema, key) {
            Shape::Table(_) => false,
            Shape::List(_) => true,
            Shape::Single | Shape::Unknown => ["policy", "denial"].contains(&key.as_str()).then_some(true)?,
        };
        match node.content {
            Content::Table(_) if !is_list => Some(format!("[{key}]")),
            Content::List(_) if is_list => Some(format!("[[{key}]]")),
            _ => None,
        }
    }

    pub(super) fn push_frame(&mut self, at: At<'d>, path: String, lists: String) {
        // Only a listing says where values come from.
        let outer = self.listed.as_ref().map(|_| self.provenance_at(&path)).unwrap_or_default();
        let provenance = if let At::Table(entries, _) = at { outer.within(entries) } else { outer };
        self.frames.push(Frame { at, path, lists, provenance });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{GOOD, changed, problem, problems, read_with, summary};

    #[test]
    fn unknown_and_missing_keys_are_named_with_the_nearest() {
        let (at, hint) = problem("strip_km = 1.8", "strip_length_km = 1.8");
        assert_eq!(at, "28:1 E010 unknown key `strip_length_km` in `base.kidal`");
        assert!(hint.starts_with("the keys here are `id`, `title`"), "{hint}");
        assert_eq!(problem("strip_km = 1.8", "stripkm = 1.8").1, "did you mean `strip_km`?");
        let (at, hint) = problem("km = 285\n", "");
        assert_eq!(at, "31:1 E011 `road.0` has no `km`");
        assert_eq!(hint, "add km = ...: a number in km from 1 to 5000");
        assert_eq!(
            problems("format = 1\n")[..2],
            ["1:1 E011 the scenario has no `mission`", "1:1 E011 the scenario has no `threat`"]
        );
        assert_eq!(
            problem("basis = \"assumed\"\n", "basis = \"assumed\"\nweather = 1\n").0,
            "3:1 E010 unknown key `weather`"
        );
    }

    #[test]
    fn a_key_of_the_top_below_a_table_is_told_where_it_belongs_and_nothing_follows_from_it() {
        let (above, _) = GOOD.split_once("[[base]]").expect("bases");
        let trapped = format!("{above}road = []\nbase = [{{ id = \"gao\" }}]\nthreat = {{}}\npolicy = []\n");
        let found = read_with(&trapped, &[]).1;
        let hints: Vec<String> =
            found.sorted().iter().map(|problem| problem.hint.clone().unwrap_or_default()).collect();
        assert_eq!(
            summary(&found),
            [
                "20:1 E010 unknown key `road` in `permissions`",
                "21:1 E010 unknown key `base` in `permissions`",
                "22:1 E010 unknown key `threat` in `permissions`",
                "23:1 E010 unknown key `policy` in `permissions`",
            ]
        );
        let told = |key: &str, header: &str| {
            format!("`{key}` belongs to the top of the file: move it above the first `[…]`, or write `{header}`")
        };
        let expected = [("road", "[[road]]"), ("base", "[[base]]"), ("threat", "[threat]"), ("policy", "[[policy]]")];
        assert_eq!(hints, expected.map(|(key, header)| told(key, header)));
    }

    #[test]
    fn every_problem_of_a_file_comes_at_once_in_its_order() {
        let text = changed("rate = 2.5", "rate = -1\nspeed = 3")
            .replace("hub = \"gao\"", "hub = \"goa\"")
            .replace("km = 285", "km = nan")
            .replace("people = { value = 900", "people = { value = 900.5");
        assert_eq!(
            problems(&text),
            [
                "7:20 E015 `mission.people` is 900.5, and must be a whole number",
                "13:8 E014 `threat.rate` is -1, under the minimum of 0",
                "14:1 E010 unknown key `speed` in `threat`",
                "28:7 E019 `base.kidal.hub` refers to `goa`, which is no id of `base`",
                "35:6 E013 `road.0.km` is `nan`, which is no quantity",
            ]
        );
    }

    #[test]
    fn annotations_are_allowed_everywhere_and_checked() {
        assert!(problems(&changed("km = 285", "km = 285\nnote = \"n\"\nfitted_from = [\"F1\", \"F2\"]")).is_empty());
        let (at, hint) = problem("basis = \"derived\"", "basis = \"guess\"");
        assert_eq!(at, "10:9 E023 `basis` cannot be the text `guess`");
        assert_eq!(hint, "the words are `reported`, `derived`, `assumed`");
        assert_eq!(problem("source = \"S1\"", "source = 1").0, "7:79 E023 `source` cannot be the whole number `1`");
        assert_eq!(problem("source = \"fit\"", "fitted_from = [1]").0, "11:15 E023 `fitted_from` cannot be a list");
    }
}
