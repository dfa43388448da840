//! Hands a document to the model field by field, and checks each against what its kind allows.

use std::collections::{BTreeMap, BTreeSet};

use super::annotations::{self, ANNOTATIONS, Provenance};
use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::document::Document;
use super::listing::Listed;
use super::nearest::{did_you_mean, enumerated, suggestion};
use super::node::{Content, Entries, Node};
use super::number::{Declared, Quantity};
use super::paths::{item_name, join};
use super::sources::Place;
use super::syntax::MAX_ITEMS;
use super::wording::{addition, wrong_item, wrong_type};
use crate::draw::Law;
use crate::model::field::{Field, Kind, Source, Table};
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
struct Frame<'d> {
    at: At<'d>,
    path: String,
    /// The path without the names of items, as references name lists.
    lists: String,
    provenance: Provenance,
}

#[derive(Clone, Copy)]
enum At<'d> {
    Table(&'d Entries, &'d Place),
    List(&'d [Node], &'static [Field]),
    /// Below something that is missing or wrong: reading goes on, and says nothing more.
    Nowhere,
}

/// An id that must be one of the named lists.
struct Pending {
    path: String,
    id: String,
    lists: &'static [&'static str],
    place: Place,
}

/// Reads a document as a [`Source`] of fields.
pub struct Reader<'d, 'n> {
    document: &'d Document,
    diagnostics: &'n mut Diagnostics,
    frames: Vec<Frame<'d>>,
    start: Option<Date>,
    numbers: usize,
    uncertainties: Vec<Uncertainty>,
    pending: Vec<Pending>,
    ids: BTreeMap<String, BTreeSet<&'d str>>,
    listed: Option<Vec<Listed>>,
}

impl<'d, 'n> Reader<'d, 'n> {
    /// Stands at the root of a document.
    pub(super) fn new(
        document: &'d Document,
        fields: &'static [Field],
        diagnostics: &'n mut Diagnostics,
        listed: Option<Vec<Listed>>,
    ) -> Self {
        let start = document.find("mission.start").and_then(|node| match node.content {
            Content::Date(date) => Some(date),
            _ => None,
        });
        let mut reader = Self {
            document,
            diagnostics,
            frames: Vec::new(),
            start,
            numbers: 0,
            uncertainties: Vec::new(),
            pending: Vec::new(),
            ids: BTreeMap::new(),
            listed,
        };
        let root = document.root();
        let at = reader.table_at(root, fields, "");
        let provenance = root.table().map(|own| Provenance::default().within(own)).unwrap_or_default();
        reader.frames.push(Frame { at, path: String::new(), lists: String::new(), provenance });
        reader
    }

    /// Checks references, now that every id is known.
    pub(super) fn finish(mut self) -> (Vec<Uncertainty>, Option<Vec<Listed>>) {
        for pending in std::mem::take(&mut self.pending) {
            let known = || pending.lists.iter().filter_map(|list| self.ids.get(*list)).flatten().copied();
            if known().any(|id| id == pending.id) || self.diagnostics.is_full() {
                continue;
            }
            let lists = enumerated(pending.lists.iter().copied());
            let message =
                format!("{} refers to {}, which is no id of {lists}", shown(&pending.path), shown(&pending.id));
            let hint =
                did_you_mean(&pending.id, known()).unwrap_or_else(|| format!("the ids are {}", enumerated(known())));
            self.diagnostics.push(Diagnostic::new(Code::UnknownReference, message).at(&pending.place).hint(hint));
        }
        (self.uncertainties, self.listed)
    }

    fn frame(&self) -> &Frame<'d> {
        // The root's frame is never left: `leave` follows an `enter`.
        self.frames.last().expect("reading stands somewhere")
    }

    /// The value of a key of the current table; a missing one is noted.
    fn child(&mut self, field: &'static Field) -> Option<&'d Node> {
        let At::Table(entries, place) = self.frame().at else { return None };
        let node = entries.get(field.name);
        if node.is_none() {
            let path = &self.frame().path;
            let whose = if path.is_empty() { "the scenario".to_owned() } else { shown(path) };
            let message = format!("{whose} has no `{}`", field.name);
            self.diagnostics.push(Diagnostic::new(Code::MissingKey, message).at(place).hint(addition(field)));
        }
        node.filter(|node| !node.is_broken())
    }

    fn path_of(&self, field: &Field) -> String {
        join(&self.frame().path, field.name)
    }

    /// Provenance of what stands at a path inside the current table.
    fn provenance_at(&self, path: &str, own: Option<&Entries>) -> Provenance {
        let outer = match self.document.overridden.get(path) {
            Some(label) => Provenance::of_override(label),
            None => self.frame().provenance.clone(),
        };
        own.map_or_else(|| outer.clone(), |own| outer.within(own))
    }

    /// Checks the keys of a table that is stepped into.
    fn table_at(&mut self, node: &'d Node, fields: &'static [Field], path: &str) -> At<'d> {
        let Content::Table(entries) = &node.content else { return At::Nowhere };
        let declared = |key: &str| fields.iter().any(|field| field.name == key);
        annotations::check(entries, declared, self.diagnostics);
        for entry in entries.iter() {
            let key = entry.key.as_str();
            if declared(key) || ANNOTATIONS.contains(&key) || self.diagnostics.is_full() {
                continue;
            }
            let keys: Vec<&str> = fields.iter().map(|field| field.name).collect();
            let within = if path.is_empty() { String::new() } else { format!(" in {}", shown(path)) };
            let message = format!("unknown key {}{within}", shown(key));
            let hint = suggestion(key, &keys, "the keys here");
            self.diagnostics.push(Diagnostic::new(Code::UnknownKey, message).at(&entry.key_place).hint(hint));
        }
        At::Table(entries, &node.place)
    }

    fn push_frame(&mut self, at: At<'d>, path: String, lists: String) {
        let own = if let At::Table(entries, _) = at { Some(entries) } else { None };
        let provenance = self.provenance_at(&path, own);
        self.frames.push(Frame { at, path, lists, provenance });
    }

    /// Reads the text of a field of any kind that is written as text.
    fn text_of(&mut self, field: &'static Field) -> Option<(&'d Node, &'d str)> {
        let node = self.child(field)?;
        let text = node.text_or_bare();
        if text.is_none() {
            let problem = wrong_type(&self.path_of(field), field, node);
            self.diagnostics.push(problem);
        }
        Some((node, text?))
    }

    fn list(
        &mut self,
        field: &'static Field,
        node: &Node,
        value: impl FnOnce() -> String,
        more: impl FnOnce(Listed) -> Listed,
    ) {
        if self.listed.is_none() {
            return;
        }
        let path = self.path_of(field);
        let (basis, source) = self.provenance_at(&path, node.table()).holds_for(node);
        let listed = more(Listed::new(path, value(), field, &node.place).from(basis, source));
        self.listed.get_or_insert_default().push(listed);
    }

    fn read_number(&mut self, field: &'static Field, node: &'d Node) -> Option<Declared> {
        let path = self.path_of(field);
        if let Content::Table(entries) = &node.content {
            annotations::check(entries, |_| false, self.diagnostics);
        }
        if matches!(field.kind, Kind::Date) && self.start.is_none() {
            // Without a start no date can be placed; if it is there and wrong, that was said where it stands.
            if self.document.find("mission.start").is_none() {
                let message = "dates count from `mission.start`, and there is none";
                let problem = Diagnostic::new(Code::MissingKey, message).at(&self.document.start());
                self.diagnostics.push(problem.hint("add start = 2023-06-30, the first day, below [mission]"));
            }
            return None;
        }
        let quantity = Quantity { path: &path, field, start: self.start };
        let declared = quantity.read(node, self.diagnostics)?;
        if self.listed.is_none() {
            return Some(declared);
        }
        let (min, max) = quantity.legal();
        let number =
            (quantity.unit(), declared.range.clone(), format!("{} to {}", quantity.text(min), quantity.text(max)));
        let value = quantity.text(declared.value);
        self.list(field, node, || value, |listed| listed.number(number));
        Some(declared)
    }

    /// The mission's start, as days since 1970-01-01.
    fn read_start(&mut self, field: &'static Field, node: &'d Node) -> Option<f64> {
        let Content::Date(date) = node.content else {
            let problem = wrong_type(&self.path_of(field), field, node);
            self.diagnostics.push(problem);
            return None;
        };
        self.list(field, node, || date.to_string(), |listed| listed);
        Some(f64::from(date.epoch_days()))
    }

    fn check_items(&mut self, field: &'static Field, path: &str, items: &'d [Node]) {
        let lists = join(&self.frame().lists, field.name);
        let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
        for item in items {
            let Some(id) = item.id() else { continue };
            let place = item.get("id").map_or(&item.place, |node| &node.place);
            if let Some(first) = seen.insert(id, place) {
                let message = format!("two items of {} have the id {}", shown(path), shown(id));
                let hint = format!("rename this one or the one at {}", first.file_line());
                self.diagnostics.push(Diagnostic::new(Code::DuplicateId, message).at(place).hint(hint));
            }
        }
        // References name a list by its key, or by its whole path where two lists have the same key.
        for name in BTreeSet::from([field.name, lists.as_str()]) {
            self.ids.entry(name.to_owned()).or_default().extend(seen.keys());
        }
    }
}

impl Source for Reader<'_, '_> {
    fn has(&self, name: &str) -> bool {
        matches!(self.frame().at, At::Table(entries, _) if entries.get(name).is_some())
    }

    fn number(&mut self, field: &'static Field) -> f64 {
        let slot = self.numbers;
        self.numbers += 1;
        let stand_in = match field.kind {
            Kind::Number { min, .. } | Kind::Count { min, .. } if min.is_finite() => min,
            _ => 0.0,
        };
        let Some(node) = self.child(field) else { return stand_in };
        if matches!(field.kind, Kind::Start) {
            return self.read_start(field, node).unwrap_or(stand_in);
        }
        let Some(declared) = self.read_number(field, node) else { return stand_in };
        if let Some(law) = declared.law {
            let whole = !matches!(field.kind, Kind::Number { .. });
            let path = self.path_of(field);
            self.uncertainties.push(Uncertainty { slot, path, law, whole });
        }
        declared.value
    }

    fn flag(&mut self, field: &'static Field) -> bool {
        let Some(node) = self.child(field) else { return false };
        if let Content::Flag(flag) = node.content {
            self.list(field, node, || flag.to_string(), |listed| listed);
            return flag;
        }
        let problem = wrong_type(&self.path_of(field), field, node);
        self.diagnostics.push(problem);
        false
    }

    fn text(&mut self, field: &'static Field) -> String {
        let Some((node, text)) = self.text_of(field) else { return String::new() };
        match field.kind {
            Kind::Id => {
                if let Some(problem) = malformed_id(text) {
                    self.diagnostics.push(problem.at(&node.place));
                }
            }
            Kind::Reference(lists) => {
                let path = self.path_of(field);
                self.pending.push(Pending { path, id: text.to_owned(), lists, place: node.place.clone() });
            }
            _ => {}
        }
        if !matches!(field.kind, Kind::Id) {
            self.list(field, node, || text.to_owned(), |listed| listed);
        }
        text.to_owned()
    }

    fn texts(&mut self, field: &'static Field) -> Vec<String> {
        if !self.has(field.name) {
            return Vec::new();
        }
        let Some(node) = self.child(field) else { return Vec::new() };
        let path = self.path_of(field);
        let lists = if let Kind::References(lists) = field.kind { lists } else { &[] };
        let Some(items) = node.list() else {
            self.diagnostics.push(wrong_type(&path, field, node));
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items.iter().filter(|item| !item.is_broken()) {
            match item.text_or_bare() {
                Some(id) => {
                    texts.push(id.to_owned());
                    let path = path.clone();
                    self.pending.push(Pending { path, id: id.to_owned(), lists, place: item.place.clone() });
                }
                None => self.diagnostics.push(wrong_item(&path, item)),
            }
        }
        self.list(field, node, || texts.join(" "), |listed| listed);
        texts
    }

    fn choice(&mut self, field: &'static Field) -> usize {
        let Kind::Choice(words) = field.kind else { return 0 };
        let Some((node, word)) = self.text_of(field) else { return 0 };
        if let Some(index) = words.iter().position(|&known| known == word) {
            self.list(field, node, || word.to_owned(), |listed| listed);
            return index;
        }
        let message = format!("{} cannot be {}", shown(self.path_of(field)), shown(word));
        let near = did_you_mean(word, words.iter().copied()).map(|near| format!("{near} ")).unwrap_or_default();
        let hint = format!("{near}the words are {}", enumerated(words.iter().copied()));
        self.diagnostics.push(Diagnostic::new(Code::UnknownWord, message).at(&node.place).hint(hint));
        0
    }

    fn enter(&mut self, field: &'static Field) {
        let Kind::Table(fields) = field.kind else { return self.push_frame(At::Nowhere, String::new(), String::new()) };
        let path = self.path_of(field);
        let lists = join(&self.frame().lists, field.name);
        // A table all of whose keys may be left out may be left out itself.
        let skippable = fields.iter().all(|field| field.optional) && !self.has(field.name);
        let node = if skippable { None } else { self.child(field) };
        let at = match node {
            Some(node) if node.table().is_some() => self.table_at(node, fields, &path),
            Some(node) => {
                self.diagnostics.push(wrong_type(&path, field, node));
                At::Nowhere
            }
            None => At::Nowhere,
        };
        self.push_frame(at, path, lists);
    }

    fn enter_list(&mut self, field: &'static Field) -> usize {
        let path = self.path_of(field);
        let lists = join(&self.frame().lists, field.name);
        let Kind::List(fields) = field.kind else {
            self.push_frame(At::Nowhere, path, lists);
            return 0;
        };
        let node = if self.has(field.name) { self.child(field) } else { None };
        let items = match node {
            Some(node) => match node.list() {
                Some(items) => &items[..items.len().min(MAX_ITEMS)],
                None => {
                    self.diagnostics.push(wrong_type(&path, field, node));
                    &[]
                }
            },
            None => &[],
        };
        self.check_items(field, &path, items);
        self.push_frame(At::List(items, fields), path, lists);
        items.len()
    }

    fn enter_item(&mut self, index: usize) {
        let lists = self.frame().lists.clone();
        let At::List(items, fields) = self.frame().at else {
            return self.push_frame(At::Nowhere, String::new(), lists);
        };
        let Some(item) = items.get(index) else { return self.push_frame(At::Nowhere, String::new(), lists) };
        let path = join(&self.frame().path, &item_name(item, index));
        if item.table().is_none() && !item.is_broken() {
            let message = format!("{} must be a table, and this is {}", shown(&path), item.described());
            let problem = Diagnostic::new(Code::WrongType, message).at(&item.place);
            self.diagnostics.push(problem.hint("write each item as { key = value } or below [[name]]"));
        }
        let at = self.table_at(item, fields, &path);
        self.push_frame(at, path, lists);
    }

    fn leave(&mut self) {
        self.frames.pop();
    }
}

/// What is wrong with an id, if anything.
pub(super) fn malformed_id(id: &str) -> Option<Diagnostic> {
    let rest = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    let good = id.len() <= 64 && id.bytes().all(rest) && id.starts_with(|first: char| first.is_ascii_lowercase());
    if good {
        return None;
    }
    let problem = Diagnostic::new(Code::BadId, format!("{} cannot be an id", shown(id)));
    let near: String = id.to_lowercase().chars().map(|c| if c.is_ascii() && rest(c as u8) { c } else { '-' }).collect();
    let near = near.trim_start_matches(|first: char| !first.is_ascii_lowercase());
    let rule = "small letters, digits, `_` and `-`, beginning with a letter, up to 64";
    let usable = !near.is_empty() && near.len() <= 64 && near.chars().any(char::is_alphanumeric);
    Some(problem.hint(if usable { format!("write \"{near}\": {rule}") } else { format!("an id has {rule}") }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{GOOD, Regime, changed, only, problem, problems, read_with};
    use super::*;

    #[test]
    fn a_good_scenario_gives_its_values() {
        let root = read_with(GOOD, &[]).0.unwrap().table;
        assert_eq!(Date::from_epoch_days(root.mission.start as i32).to_string(), "2023-07-01");
        assert_eq!((root.mission.deadline, root.mission.people), (183.0, 900.0));
        let permissions = root.permissions.unwrap();
        assert_eq!((permissions.regime, permissions.appeal), (Regime::Granted, Some(true)));
        assert_eq!(permissions.exits, ["gao", "trucks"]);
        assert_eq!((root.base[0].planned_closure, root.base[1].planned_closure), (Some(97.0), None));
        assert_eq!(root.base[1].hub.as_deref(), Some("gao"));
        assert_eq!((root.road[0].km, root.threat.drift), (285.0, None));
    }

    #[test]
    fn uncertain_numbers_come_with_their_place_in_the_order_of_visiting() {
        let mut read = read_with(GOOD, &[]).0.unwrap();
        let found: Vec<(usize, &str, bool)> =
            read.uncertainties.iter().map(|u| (u.slot, u.path.as_str(), u.whole)).collect();
        let expected = [
            (3, "threat.hit", false),
            (5, "base.gao.planned_closure", true),
            (7, "base.kidal.holding.trucks.units", true),
        ];
        assert_eq!(found, expected);
        let mut visited = Vec::new();
        read.table.visit_table(&mut |value| visited.push(*value));
        for uncertainty in &read.uncertainties {
            let median = uncertainty.law.median();
            let central = if uncertainty.whole { median.round() } else { median };
            assert_eq!(visited[uncertainty.slot], central, "{}", uncertainty.path);
        }
    }

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
    fn a_wrong_type_says_what_is_wanted_what_was_found_and_what_to_write() {
        let (at, hint) = problem("rate = 2.5", "rate = \"2.5 km\"");
        assert_eq!(
            at,
            "13:8 E012 `threat.rate` must be a number per 1,000 km from 0 to 1000, and this is the text `2.5 km`"
        );
        assert_eq!(hint, "write the number alone, without quotes: 2.5");
        for (from, to, at, hint) in [
            ("rate = 2.5", "rate = \"2.5\"", "13:8", "remove the quotes: 2.5"),
            ("rate = 2.5", "rate = true", "13:8", ""),
            ("rate = 2.5", "rate = [2.5]", "13:8", ""),
            ("rate = 2.5", "rate = 2023-01-01", "13:8", ""),
            ("km = 285", "km = \"30%\"", "34:6", "write the share: 0.3"),
            ("deadline = 2023-12-31", "deadline = \"2023-12-31\"", "6:12", "remove the quotes: 2023-12-31"),
            ("deadline = 2023-12-31", "deadline = 31", "6:12", ""),
            ("appeal = true", "appeal = \"true\"", "17:10", "remove the quotes: true"),
            ("appeal = true", "appeal = 1", "17:10", "write appeal = true or appeal = false"),
            ("title = \"Gao\"", "title = 7", "22:9", "put it into quotes: \"7\""),
            ("[\"gao\", \"trucks\"]", "\"gao\"", "18:9", "put it into brackets: [\"gao\"]"),
            ("[\"gao\", \"trucks\"]", "[\"gao\", 7]", "18:17", "put it into quotes: \"7\""),
            ("[[road]]", "[road]", "31:1", "begin each item with [[road]], in double brackets"),
            ("[threat]", "[[threat]]", "9:1", "there is one of it: write [threat], in single brackets"),
        ] {
            let (problem, suggested) = problem(from, to);
            assert!(problem.starts_with(&format!("{at} E012")), "{problem}");
            assert_eq!(suggested, hint, "{problem}");
        }
    }

    #[test]
    fn ids_are_checked_for_form_and_uniqueness() {
        let text = changed("id = \"trucks\"", "id = \"Trucks of Gao\"").replace("\"gao\", \"trucks\"", "");
        let (at, hint) = only(&read_with(&text, &[]).1);
        assert_eq!(at, "29:19 E017 `Trucks of Gao` cannot be an id");
        assert!(hint.starts_with("write \"trucks-of-gao\": small letters"), "{hint}");
        for id in ["", "1a", "-a", "é", "a.b", &"a".repeat(65), "a b", "=cmd"] {
            assert_eq!(malformed_id(id).unwrap().code, Code::BadId, "{id}");
        }
        assert!(malformed_id(&"a".repeat(64)).is_none() && malformed_id("a1_-").is_none());
        let (at, hint) = only(
            &read_with(&changed("id = \"kidal\"\nhub", "id = \"gao\"\nhub").replace("\"kidal\"", "\"gao\""), &[]).1,
        );
        assert_eq!(at, "26:6 E018 two items of `base` have the id `gao`");
        assert_eq!(hint, "rename this one or the one at a.toml:21");
    }

    #[test]
    fn references_must_lead_to_an_item_of_a_named_list() {
        let (at, hint) = problem("from = \"kidal\"", "from = \"kidall\"");
        assert_eq!(at, "32:8 E019 `road.0.from` refers to `kidall`, which is no id of `base`");
        assert_eq!(hint, "did you mean `kidal`?");
        let (at, hint) = problem("[\"gao\", \"trucks\"]", "[\"timbuktu\"]");
        assert_eq!(at, "18:10 E019 `permissions.exits` refers to `timbuktu`, which is no id of `base`, `base.holding`");
        assert_eq!(hint, "the ids are `gao`, `kidal`, `trucks`");
    }

    #[test]
    fn words_must_be_among_those_of_the_field() {
        let (at, hint) = problem("regime = \"granted\"", "regime = \"Granted\"");
        assert_eq!(at, "16:10 E020 `permissions.regime` cannot be `Granted`");
        assert_eq!(hint, "did you mean `granted`? the words are `granted`, `denied`");
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

    #[test]
    fn dates_without_a_start_say_so_once() {
        let found = problems(&changed("start = 2023-07-01\n", ""));
        assert_eq!(
            found,
            ["1:1 E011 dates count from `mission.start`, and there is none", "4:1 E011 `mission` has no `start`"]
        );
        let found = problems(&changed("start = 2023-07-01", "start = \"July\""));
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
