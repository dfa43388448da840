//! Policies and denials: named sets of overrides kept in the scenario itself.

use std::collections::BTreeMap;

use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::document::Document;
use super::nearest::suggestion;
use super::node::{Content, Entries, Entry, Node};
use super::overrides::Override;
use super::reader::{self, malformed_id};
use super::sources::Place;
use crate::model::field::{Field, Kind, Table};

/// How one of the two kinds of presets is written.
pub(super) struct Form {
    /// Its key at the root.
    key: &'static str,
    /// The sub-table that holds its overrides.
    overrides: &'static str,
}

/// `[[policy]]` with `set`.
pub(super) const POLICY: Form = Form { key: "policy", overrides: "set" };
/// `[[denial]]` with `lifts`.
pub(super) const DENIAL: Form = Form { key: "denial", overrides: "lifts" };

/// What files that extend one another need to know to merge presets: the overrides are tables.
pub(super) const FIELDS: &[Field] = &[overrides_field("set"), overrides_field("lifts")];

const fn overrides_field(name: &'static str) -> Field {
    Field { name, kind: Kind::Table(&[]), optional: true, doc: "Paths and the values they get." }
}

/// A named set of overrides.
#[derive(Clone, Debug)]
pub struct Preset {
    /// Its id.
    pub id: String,
    /// A line for people.
    pub title: String,
    /// More for people.
    pub note: Option<String>,
    /// Where it stands.
    pub place: Place,
    /// What it changes, in the order of the file; empty for the scenario unmodified.
    pub overrides: Vec<Override>,
}

/// Checks each policy and each denial by itself: its paths, and the scenario that it leads to.
pub fn check_presets<T: Table>(document: &Document, diagnostics: &mut Diagnostics) {
    for preset in document.policies().iter().chain(document.denials()) {
        let mut found = Diagnostics::new();
        let changed = document.with(&preset.overrides, &mut found);
        if found.is_empty() {
            let _ = reader::read::<T>(&changed, &mut found);
        }
        diagnostics.append(found);
    }
}

/// Reads all presets of one kind.
pub(super) fn read(entry: Option<Entry>, form: &Form, diagnostics: &mut Diagnostics) -> Vec<Preset> {
    let Some(entry) = entry else { return Vec::new() };
    let Content::List(items) = entry.node.content else {
        let message = format!("`{}` is a list of tables, and this is {}", form.key, entry.node.described());
        diagnostics.push(
            Diagnostic::new(Code::BadPreset, message)
                .at(&entry.node.place)
                .hint(format!("begin each with [[{}]]", form.key)),
        );
        return Vec::new();
    };
    let mut presets: Vec<Preset> = Vec::new();
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    for item in items {
        let Some(preset) = read_one(item, form, diagnostics) else { continue };
        if let Some(first) = places.insert(preset.id.clone(), preset.place.clone()) {
            let message = format!("two items of `{}` have the id {}", form.key, shown(&preset.id));
            let hint = format!("rename this one or the one at {}", first.file_line());
            diagnostics.push(Diagnostic::new(Code::DuplicateId, message).at(&preset.place).hint(hint));
        }
        presets.push(preset);
    }
    presets
}

fn read_one(item: Node, form: &Form, diagnostics: &mut Diagnostics) -> Option<Preset> {
    let place = item.place;
    let Content::Table(mut entries) = item.content else {
        let message = format!("each item of `{}` is a table", form.key);
        diagnostics
            .push(Diagnostic::new(Code::BadPreset, message).at(&place).hint(format!("begin it with [[{}]]", form.key)));
        return None;
    };
    let id_place = entries.get("id").map_or_else(|| place.clone(), |node| node.place.clone());
    let id = text(&mut entries, "id", form, &place, diagnostics);
    let title = text(&mut entries, "title", form, &place, diagnostics);
    let note = entries.get("note").is_some().then(|| text(&mut entries, "note", form, &place, diagnostics)).flatten();
    let changes = entries.remove(form.overrides).map(|entry| entry.node);
    for stray in entries.iter() {
        let keys = ["id", "title", "note", form.overrides];
        let message = format!("{} is no key of a {}", shown(&stray.key), form.key);
        let hint = suggestion(&stray.key, &keys, "its keys");
        diagnostics.push(Diagnostic::new(Code::BadPreset, message).at(&stray.key_place).hint(hint));
    }
    let id = id?;
    if let Some(problem) = malformed_id(&id) {
        diagnostics.push(problem.at(&id_place));
    }
    let overrides = changes.map(|node| read_overrides(node, &id, form, diagnostics)).unwrap_or_default();
    Some(Preset { id, title: title?, note, place: id_place, overrides })
}

fn text(entries: &mut Entries, key: &str, form: &Form, place: &Place, diagnostics: &mut Diagnostics) -> Option<String> {
    let problem = match entries.remove(key) {
        None => Diagnostic::new(Code::BadPreset, format!("the {} has no `{key}`", form.key)).at(place),
        Some(Entry { node: Node { content: Content::Text(text), .. }, .. }) if !text.trim().is_empty() => {
            return Some(text);
        }
        Some(entry) => {
            let message = format!("`{key}` of a {} is text, and this is {}", form.key, entry.node.described());
            Diagnostic::new(Code::BadPreset, message).at(&entry.node.place)
        }
    };
    diagnostics.push(problem.hint(format!("write {key} = \"...\"")));
    None
}

fn read_overrides(node: Node, id: &str, form: &Form, diagnostics: &mut Diagnostics) -> Vec<Override> {
    let Content::Table(entries) = node.content else {
        let message = format!("`{}` is a table of paths and values, and this is {}", form.overrides, node.described());
        let hint = format!("write {} = {{ \"some.path\" = value }}", form.overrides);
        diagnostics.push(Diagnostic::new(Code::BadPreset, message).at(&node.place).hint(hint));
        return Vec::new();
    };
    let label = format!("{} {id}", form.key);
    entries
        .into_list()
        .into_iter()
        .filter_map(|entry| {
            // A path without quotes arrives as a table of tables, which would replace far more than was meant.
            if matches!(entry.node.content, Content::Table(_)) && !entry.node.place.text().starts_with('{') {
                let message = format!("the path that begins with {} is not in quotes", shown(&entry.key));
                let hint = "put the whole path into quotes: \"base.kidal.planned_closure\" = 2023-11-01";
                diagnostics.push(Diagnostic::new(Code::BadPreset, message).at(&entry.key_place).hint(hint));
                return None;
            }
            match Override::from_entry(entry, &label) {
                Ok(change) => Some(change),
                Err(problem) => {
                    diagnostics.push(problem);
                    None
                }
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{GOOD, Root, changed, load_files, only, summary};
    use super::*;
    use crate::scenario::read;

    /// The only problem after a passage of the good scenario was replaced.
    fn loading(from: &str, to: &str) -> String {
        only(&load_files(&[("a.toml", &changed(from, to))]).1).0
    }

    #[test]
    fn a_policy_and_a_denial_change_what_they_say() {
        let (document, mut diagnostics) = load_files(&[("a.toml", GOOD)]);
        let document = document.unwrap();
        let policy = document.policy("all-denied", &mut diagnostics).unwrap();
        let denial = document.denial("roads", &mut diagnostics).unwrap();
        assert_eq!((policy.title.as_str(), policy.note.as_deref()), ("Everything is denied", None));
        let both = document.with(policy.overrides.iter().chain(&denial.overrides), &mut diagnostics);
        let read = read::<Root>(&both, &mut diagnostics).unwrap();
        assert_eq!((read.table.threat.hit, read.table.road[0].km), (0.9, 150.0));
        assert_eq!(read.table.permissions.unwrap().regime.name(), "denied");
    }

    #[test]
    fn an_unknown_policy_is_named_with_the_nearest() {
        let (document, mut diagnostics) = load_files(&[("a.toml", GOOD)]);
        assert!(document.unwrap().policy("all-denid", &mut diagnostics).is_none());
        let expected =
            ("E019 the scenario has no policy `all-denid`".to_owned(), "did you mean `all-denied`?".to_owned());
        assert_eq!(only(&diagnostics), expected);
    }

    #[test]
    fn malformed_presets_are_refused() {
        assert_eq!(loading("title = \"Everything is denied\"\n", ""), "36:1 E026 the policy has no `title`");
        assert_eq!(loading("id = \"all-denied\"", "id = \"All\""), "37:6 E017 `All` cannot be an id");
        assert_eq!(
            loading("set = { \"permissions", "sets = { \"permissions"),
            "39:1 E026 `sets` is no key of a policy"
        );
        assert_eq!(
            loading("\"road.0.km\"", "road.0.km"),
            "44:11 E026 the path that begins with `road` is not in quotes"
        );
        assert_eq!(loading("\"road.0.km\"", "\"road..km\""), "44:17 E024 the path `road..km` has an empty part");
        assert_eq!(
            loading("{ \"road.0.km\" = { uniform = [100, 200] } }", "[]"),
            "44:9 E026 `lifts` is a table of paths and values, and this is an empty list"
        );
        assert_eq!(loading("[[denial]]", "[denial]"), "41:1 E026 `denial` is a list of tables, and this is a table");
        let twice = format!("{GOOD}[[denial]]\nid = \"roads\"\ntitle = \"x\"\n");
        assert_eq!(only(&load_files(&[("a.toml", &twice)]).1).0, "46:6 E018 two items of `denial` have the id `roads`");
    }

    #[test]
    fn a_path_of_a_policy_that_leads_nowhere_points_to_its_part() {
        let (document, mut diagnostics) = load_files(&[("a.toml", &changed("\"threat.hit\"", "\"threat.hot\""))]);
        let document = document.unwrap();
        let _ = document.with(&document.policies()[0].overrides, &mut diagnostics);
        assert_eq!(summary(&diagnostics), ["39:50 E025 `threat` has no `hot`"]);
        check_presets::<Root>(&document, &mut diagnostics);
        assert_eq!(diagnostics.len(), 1);
    }

    #[test]
    fn values_of_policies_are_checked_where_they_stand() {
        let (document, mut diagnostics) =
            load_files(&[("a.toml", &changed("\"threat.hit\" = 0.9", "\"threat.hit\" = 9"))]);
        check_presets::<Root>(&document.unwrap(), &mut diagnostics);
        assert_eq!(summary(&diagnostics), ["39:57 E014 `threat.hit` is 9, over the maximum of 1"]);
    }
}
