//! Overrides: other values for paths of a scenario, from the command line, policies, denials and designs.

use std::sync::Arc;

use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::document::Document;
use super::nearest::suggestion;
use super::node::{Content, Entries, Entry, Node};
use super::overlay::Shape;
use super::paths::{Segment, item_index, item_name, join, parse_path};
use super::sources::{Place, Source, SourceKind};
use super::syntax::parse_value;
use crate::model::field::Field;

/// Another value for one path.
#[derive(Clone, Debug)]
pub struct Override {
    path: Vec<Segment>,
    path_place: Place,
    value: Node,
    label: Arc<str>,
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
                .hint("write path=value, such as base.kidal.people=900")
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
    pub(super) fn from_entry(entry: Entry, label: &str) -> Result<Self, Diagnostic> {
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

impl Document {
    /// The document with other values at some paths; of two for the same path the later one holds.
    ///
    /// Paths that lead nowhere are noted. The values are checked when the result is read.
    pub fn with<'a>(&self, overrides: impl IntoIterator<Item = &'a Override>, diagnostics: &mut Diagnostics) -> Self {
        let mut changed = self.clone();
        for change in overrides {
            let spot = Spot { shape: Shape::Table(self.schema), path: String::new() };
            match replace(&mut changed.root, &change.path, spot, change) {
                Ok(path) => drop(changed.overridden.insert(path, change.label.to_string())),
                Err(problem) => diagnostics.push(problem),
            }
        }
        changed
    }
}

/// Where the walk along a path stands.
struct Spot {
    shape: Shape,
    path: String,
}

impl Spot {
    fn named(&self) -> String {
        if self.path.is_empty() { "the scenario".to_owned() } else { shown(&self.path) }
    }

    fn lost(&self, segment: &Segment, message: String, hint: String) -> Diagnostic {
        Diagnostic::new(Code::UnknownPath, message).at(&segment.place).hint(hint)
    }
}

/// Puts the override's value where the rest of its path leads; returns the whole path.
fn replace(node: &mut Node, rest: &[Segment], spot: Spot, change: &Override) -> Result<String, Diagnostic> {
    let Some((segment, rest)) = rest.split_first() else {
        put(node, change);
        return Ok(spot.path);
    };
    match spot.shape {
        Shape::Table(fields) => replace_key(node, segment, rest, (fields, spot), change),
        Shape::List(fields) => replace_item(node, segment, rest, (fields, spot), change),
        Shape::Single | Shape::Unknown => {
            let message = format!("{} is a single value; nothing lies below it", spot.named());
            let hint = format!("set {} itself; uncertain numbers are replaced whole", spot.named());
            Err(spot.lost(segment, message, hint))
        }
    }
}

fn put(node: &mut Node, change: &Override) {
    let id = node.table().and_then(|entries| entries.entry("id")).cloned();
    *node = change.value.clone();
    // An item that is replaced whole keeps its id: the path has named it already.
    if let (Some(id), Content::Table(entries)) = (id, &mut node.content)
        && entries.get("id").is_none()
    {
        entries.set(id);
    }
}

fn replace_key(
    node: &mut Node,
    segment: &Segment,
    rest: &[Segment],
    (fields, spot): (&'static [Field], Spot),
    change: &Override,
) -> Result<String, Diagnostic> {
    let Some(field) = fields.iter().find(|field| field.name == segment.text) else {
        let keys: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let message = format!("{} has no {}", spot.named(), shown(&segment.text));
        let hint = suggestion(&segment.text, &keys, &format!("the keys of {}", spot.named()));
        return Err(spot.lost(segment, message, hint));
    };
    let Content::Table(entries) = &mut node.content else {
        let message = format!("{} is {} in the scenario, not a table", spot.named(), node.described());
        return Err(spot.lost(segment, message, "mend the scenario first".to_owned()));
    };
    let next = Spot { shape: Shape::of_field(field), path: join(&spot.path, field.name) };
    if let Some(child) = entries.get_mut(field.name) {
        return replace(child, rest, next, change);
    }
    // A key that was left out starts as an empty table on the way to the value, and is added only if the way goes on.
    let mut child = Node::new(change.path_place.clone(), empty(next.shape));
    let path = replace(&mut child, rest, next, change)?;
    entries.set(Entry { key: field.name.to_owned(), key_place: segment.place.clone(), node: child });
    Ok(path)
}

fn empty(shape: Shape) -> Content {
    if matches!(shape, Shape::List(_)) { Content::List(Vec::new()) } else { Content::Table(Entries::default()) }
}

fn replace_item(
    node: &mut Node,
    segment: &Segment,
    rest: &[Segment],
    (fields, spot): (&'static [Field], Spot),
    change: &Override,
) -> Result<String, Diagnostic> {
    let Content::List(items) = &mut node.content else {
        let message = format!("{} is {} in the scenario, not a list", spot.named(), node.described());
        return Err(spot.lost(segment, message, "mend the scenario first".to_owned()));
    };
    let Some(index) = item_index(items, &segment.text) else {
        let names: Vec<String> = items.iter().enumerate().map(|(index, item)| item_name(item, index)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let message = format!("{} has no item {}", spot.named(), shown(&segment.text));
        let hint = suggestion(&segment.text, &names, &format!("the items of {}", spot.named()));
        return Err(spot.lost(segment, message, hint));
    };
    let path = join(&spot.path, &item_name(&items[index], index));
    replace(&mut items[index], rest, Spot { shape: Shape::Table(fields), path }, change)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{GOOD, only, read_with, summary};
    use super::*;
    use crate::draw::Law;

    fn root(set: &[&str]) -> super::super::testing::Root {
        let (read, diagnostics) = read_with(GOOD, set);
        read.unwrap_or_else(|| panic!("{}", diagnostics.render(false))).table
    }

    #[test]
    fn values_of_every_kind_can_be_set() {
        let set = root(&[
            "road.0.km=300",
            "permissions.regime=denied",
            "permissions.appeal = false",
            "permissions.exits = [\"kidal\"]",
            "base.gao.title=2 Camps = one",
            "base.kidal.title=\"x = y\"",
            "mission.deadline=2023-11-30",
            "base.kidal.hub='kidal'",
        ]);
        assert_eq!((set.road[0].km, set.mission.deadline), (300.0, 152.0));
        let permissions = set.permissions.unwrap();
        assert_eq!((permissions.regime.name(), permissions.appeal), ("denied", Some(false)));
        assert_eq!(permissions.exits, ["kidal"]);
        assert_eq!(set.base[0].title.as_deref(), Some("2 Camps = one"));
        assert_eq!((set.base[1].title.as_deref(), set.base[1].hub.as_deref()), (Some("x = y"), Some("kidal")));
    }

    #[test]
    fn a_number_is_text_where_a_field_wants_text() {
        assert_eq!(root(&["base.gao.title=007"]).base[0].title.as_deref(), Some("007"));
    }

    #[test]
    fn a_bare_value_drops_the_law_and_moves_no_other() {
        let before = read_with(GOOD, &[]).0.unwrap().uncertainties;
        let (read, _) = read_with(GOOD, &["threat.hit=0.5"]);
        let read = read.unwrap();
        assert_eq!(read.table.threat.hit, 0.5);
        assert_eq!(read.uncertainties, before[1..]);
        let read = read_with(GOOD, &["threat.rate={ uniform = [1, 2] }"]).0.unwrap();
        assert_eq!(read.uncertainties[1].law, Law::Uniform { low: 1.0, high: 2.0 });
    }

    #[test]
    fn whole_tables_lists_and_keys_left_out_can_be_set() {
        let set = root(&["base.kidal.strip_km=2.5", "base.gao.strip_km=1", "threat.drift=-2"]);
        assert_eq!((set.base[1].strip_km, set.base[0].strip_km, set.threat.drift), (Some(2.5), Some(1.0), Some(-2.0)));
        assert_eq!(root(&["base.kidal={ strip_km = 2 }", "permissions.exits=[]"]).base[1].strip_km, Some(2.0));
        assert!(root(&["road=[]"]).road.is_empty());
        assert_eq!(root(&["threat={ hit = 0, rate = 7 }"]).threat.rate, 7.0);
    }

    #[test]
    fn the_later_of_two_overrides_holds() {
        assert_eq!(root(&["road.0.km=300", "road.0.km=400"]).road[0].km, 400.0);
    }

    #[test]
    fn overridden_values_are_checked_like_the_file() {
        let found = summary(&read_with(GOOD, &["threat.hit=7", "road.0.to=timbuktu", "road.0.km=nan"]).1);
        assert_eq!(
            found,
            [
                "<--set 1>:1:12 E014 `threat.hit` is 7, over the maximum of 1",
                "<--set 2>:1:11 E019 `road.0.to` refers to `timbuktu`, which is no id of `base`",
                "<--set 3>:1:11 E013 `road.0.km` is `nan`, which is no quantity",
            ]
        );
    }

    #[test]
    fn paths_that_lead_nowhere_say_where_they_fail_and_what_is_there() {
        for (set, at, hint) in [
            (
                "wether=1",
                "1:1 E025 the scenario has no `wether`",
                "the keys of the scenario are `mission`, `threat`, `permissions`, `base`, `road`",
            ),
            ("base.kidal.strip_kn=1", "1:12 E025 `base.kidal` has no `strip_kn`", "did you mean `strip_km`?"),
            ("base.kidall.strip_km=1", "1:6 E025 `base` has no item `kidall`", "did you mean `kidal`?"),
            ("base.0.strip_km=1", "1:6 E025 `base` has no item `0`", "the items of `base` are `gao`, `kidal`"),
            ("road.1.km=1", "1:6 E025 `road` has no item `1`", "the items of `road` are `0`"),
            (
                "threat.hit.low=1",
                "1:12 E025 `threat.hit` is a single value; nothing lies below it",
                "set `threat.hit` itself; uncertain numbers are replaced whole",
            ),
        ] {
            let (found, suggested) = only(&read_with(GOOD, &[set]).1);
            assert_eq!((found, suggested), (format!("<--set 1>:{at}"), hint.to_owned()));
        }
    }

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
