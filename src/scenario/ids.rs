//! Ids, and what refers to them.

use std::collections::{BTreeMap, BTreeSet};

use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::nearest::{did_you_mean, enumerated};
use super::node::Node;
use super::sources::Place;

/// The ids of every list that was met, and the references that must be among them.
#[derive(Default)]
pub(super) struct Ids<'d> {
    known: BTreeMap<String, BTreeSet<&'d str>>,
    /// Lists whose ids are not all known, because part of them could not be read.
    incomplete: BTreeSet<String>,
    pending: Vec<Pending>,
}

/// An id that must be one of the named lists.
struct Pending {
    path: String,
    id: String,
    lists: &'static [&'static str],
    place: Place,
}

impl<'d> Ids<'d> {
    /// Takes in the ids of a list, and notes those that are there twice.
    ///
    /// # Arguments
    /// * `names` - what references call the list: its key, or its whole path where two lists have the same key.
    /// * `whole` - whether all of it could be read.
    pub fn add_list(
        &mut self,
        names: &[&str],
        path: &str,
        items: &'d [Node],
        whole: bool,
        diagnostics: &mut Diagnostics,
    ) {
        let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
        for item in items {
            let Some(id) = item.id() else { continue };
            let place = item.get("id").map_or(&item.place, |node| &node.place);
            if let Some(first) = seen.insert(id, place) {
                let message = format!("two items of {} have the id {}", shown(path), shown(id));
                let hint = format!("rename this one or the one at {}", first.file_line());
                diagnostics.push(Diagnostic::new(Code::DuplicateId, message).at(place).hint(hint));
            }
        }
        for name in names {
            self.known.entry((*name).to_owned()).or_default().extend(seen.keys());
            if !whole {
                self.incomplete.insert((*name).to_owned());
            }
        }
    }

    /// Says that a list could not be read, so that no reference to an item of it is wrong.
    pub fn is_unread(&mut self, list: &str) {
        self.incomplete.insert(list.to_owned());
    }

    /// Asks that an id be among those of the named lists.
    pub fn expect(&mut self, path: String, id: &str, lists: &'static [&'static str], place: &Place) {
        self.pending.push(Pending { path, id: id.to_owned(), lists, place: place.clone() });
    }

    /// Notes the references that lead nowhere.
    pub fn check(&self, diagnostics: &mut Diagnostics) {
        for pending in &self.pending {
            let ids = || pending.lists.iter().filter_map(|list| self.known.get(*list)).flatten().copied();
            // An id that cannot be one is complained of where it stands: a reference to it, or to what it should be, is right.
            let known = || ids().filter(|id| is_well_formed(id));
            let is_meant = |id: &str| id == pending.id || well_formed(id).is_some_and(|near| near == pending.id);
            let found = pending.lists.iter().any(|list| self.incomplete.contains(*list)) || ids().any(is_meant);
            if found || diagnostics.is_full() {
                continue;
            }
            let lists = enumerated(pending.lists.iter().copied());
            let message =
                format!("{} refers to {}, which is no id of {lists}", shown(&pending.path), shown(&pending.id));
            let hint = match did_you_mean(&pending.id, known()) {
                Some(near) => near,
                None if known().next().is_none() => format!("there is no item of {lists} yet: add it"),
                None => format!("the ids are {}", enumerated(known())),
            };
            diagnostics.push(Diagnostic::new(Code::UnknownReference, message).at(&pending.place).hint(hint));
        }
    }
}

/// Whether a byte may stand in an id behind its first.
fn may_stand(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-'
}

fn is_well_formed(id: &str) -> bool {
    id.len() <= 64 && id.bytes().all(may_stand) && id.starts_with(|first: char| first.is_ascii_lowercase())
}

/// The id that a text comes nearest to, if it comes near to any.
fn well_formed(text: &str) -> Option<String> {
    let letter = |c: char| if c.is_ascii() && may_stand(c as u8) { c } else { '-' };
    let near: String = text.to_lowercase().chars().map(letter).collect();
    let near = near.trim_start_matches(|first: char| !first.is_ascii_lowercase());
    is_well_formed(near).then(|| near.to_owned())
}

/// What is wrong with an id, if anything.
pub(super) fn malformed_id(id: &str) -> Option<Diagnostic> {
    if is_well_formed(id) {
        return None;
    }
    let problem = Diagnostic::new(Code::BadId, format!("{} cannot be an id", shown(id)));
    let rule = "small letters, digits, `_` and `-`, beginning with a letter, up to 64";
    Some(problem.hint(match well_formed(id) {
        Some(near) => format!("write \"{near}\": {rule}"),
        None => format!("an id has {rule}"),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{changed, load_files, only, problem, problems, read_with, summary};
    use super::*;

    #[test]
    fn a_reference_to_a_malformed_id_is_not_wrong_too() {
        // Of one that must be written otherwise no hint says that it is meant.
        for reference in ["trucks", "Trucks of Gao", "trucks-of-gao"] {
            let text = changed("id = \"trucks\"", "id = \"Trucks of Gao\"")
                .replace("\"gao\", \"trucks\"", &format!("\"gao\", \"{reference}\""));
            let found = problems(&text);
            assert!(found.iter().any(|problem| problem.contains("E017")), "{found:?}");
            assert_eq!(found.len(), if reference == "trucks" { 2 } else { 1 }, "{reference}: {found:?}");
            assert!(found.iter().all(|problem| !problem.contains("did you mean `Trucks")), "{found:?}");
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
    fn a_list_that_cannot_be_read_makes_no_reference_wrong() {
        let text = changed("[[road]]", "[[road]]\nnote = 1");
        let text = text.split("[[base]]").next().unwrap().replace("format = 1", "format = 1\nbase = 'none.csv'");
        assert_eq!(problems(&text), ["2:8 E001 `none.csv` does not exist"]);
        let short = text.replace("none.csv", "b.csv");
        let found = summary(&load_files(&[("a.toml", &short), ("b.csv", "id,title\ngao\n")]).1);
        assert_eq!(found, ["b.csv:2:1 E009 this row has 1 cells, and the first row names 2 keys"]);
    }
}
