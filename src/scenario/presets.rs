//! Policies and denials: named sets of overrides kept in the scenario itself.

use std::collections::BTreeMap;

use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::nearest::suggestion;
use super::node::{Content, Entries, Entry, Node};
use super::overrides::Override;
use super::reader::malformed_id;
use super::sources::Place;

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
