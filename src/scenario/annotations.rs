//! Where a value comes from: `basis`, `source`, `note` and `fitted_from`, in any table.

use std::collections::BTreeMap;

use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::nearest::suggestion;
use super::node::{Content, Entries, Entry, Node};
use super::number::is_form;

/// The keys that any table, and the table of any number, may have beside its own.
pub const ANNOTATIONS: &[&str] = &["basis", "source", "note", "fitted_from"];
/// What `basis` may say.
pub const BASES: &[&str] = &["reported", "derived", "assumed"];
/// The basis of a number that was overridden without giving one.
pub const OVERRIDE: &str = "override";

/// Those by which it is told where a value comes from.
pub(super) const STATEMENTS: &[&str] = &["basis", "source", "fitted_from"];

/// What is known of where values come from. Each file speaks for what it states itself, and for nothing it inherits.
#[derive(Clone, Debug, Default)]
pub(super) struct Provenance {
    /// What holds before any file says something: that of the override which the values came by.
    before: Held,
    /// What each file says, by how many lie over it.
    said: BTreeMap<usize, Held>,
}

impl Provenance {
    /// That of values that were overridden.
    pub fn of_override(label: &str) -> Self {
        let before = Held { basis: Some(OVERRIDE.to_owned()), source: Some(label.to_owned()), fitted_from: Vec::new() };
        Self { before, said: BTreeMap::new() }
    }

    /// That of what is inside a table.
    pub fn within(&self, table: &Entries) -> Self {
        let mut inner = self.clone();
        for (layer, entries) in statements(table) {
            inner.said.insert(layer, self.of(layer).within(&entries));
        }
        inner
    }

    /// What holds for a value: what its own table says, whichever file says it, and else the file that states the value.
    pub fn holds_for(&self, node: &Node) -> Held {
        let own = node.table();
        let form = own.and_then(|own| own.iter().find(|entry| is_form(&entry.key)));
        let stated = form.map_or(&node.place, |entry| &entry.node.place);
        let outer = self.of(stated.source.layer()).clone();
        let upwards = own.map(statements).unwrap_or_default().into_values().rev();
        upwards.fold(outer, |held, entries| held.within(&entries))
    }

    fn of(&self, layer: usize) -> &Held {
        self.said.get(&layer).unwrap_or(&self.before)
    }
}

/// What each file says in a table, by how many lie over it.
fn statements(table: &Entries) -> BTreeMap<usize, Vec<&Entry>> {
    let mut said: BTreeMap<usize, Vec<&Entry>> = BTreeMap::new();
    for entry in table.iter().filter(|entry| STATEMENTS.contains(&entry.key.as_str())) {
        said.entry(entry.node.place.source.layer()).or_default().push(entry);
    }
    said
}

/// What is said of where one value comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub basis: Option<String>,
    pub source: Option<String>,
    pub fitted_from: Vec<String>,
}

impl Held {
    /// The same where a file says more in a table further in.
    fn within(&self, entries: &[&Entry]) -> Self {
        let node = |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node);
        let text = |key: &str| Some(node(key)?.text_or_bare()?.to_owned());
        let basis = text("basis");
        // A new basis rests neither on the source of the old one nor on the facts that the old one was set from.
        let outer = if basis.is_some() { Self::default() } else { self.clone() };
        let fitted_from = node("fitted_from").map_or(outer.fitted_from, texts);
        Self { basis: basis.or(outer.basis), source: text("source").or(outer.source), fitted_from }
    }
}

/// A text, or a list of texts.
fn texts(node: &Node) -> Vec<String> {
    let items = node.list().map_or_else(|| vec![node], |items| items.iter().collect());
    items.into_iter().filter_map(|item| Some(item.text_or_bare()?.to_owned())).collect()
}

/// Checks the annotations of a table.
pub(super) fn check(entries: &Entries, declared: impl Fn(&str) -> bool, diagnostics: &mut Diagnostics) {
    for entry in entries.iter().filter(|entry| !declared(&entry.key)) {
        let node = &entry.node;
        let word = node.text_or_bare();
        let legal = match entry.key.as_str() {
            "basis" => word.is_some_and(|word| BASES.contains(&word)),
            "source" | "note" => word.is_some(),
            "fitted_from" => is_texts(node),
            _ => continue,
        };
        if !legal && !node.is_broken() {
            let hint = match entry.key.as_str() {
                "basis" => suggestion(word.unwrap_or_default(), BASES, "the words"),
                "fitted_from" => "write text in quotes, or a list of texts".to_owned(),
                _ => "write text in quotes".to_owned(),
            };
            let message = format!("{} cannot be {}", shown(&entry.key), node.described());
            diagnostics.push(Diagnostic::new(Code::BadNote, message).at(&node.place).hint(hint));
        }
    }
}

fn is_texts(node: &Node) -> bool {
    match &node.content {
        Content::List(items) => items.iter().all(|item| item.text_or_bare().is_some()),
        _ => node.text_or_bare().is_some(),
    }
}
