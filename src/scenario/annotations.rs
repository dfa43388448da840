//! Where a value comes from: `basis`, `source`, `note` and `fitted_from`, in any table.

use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::nearest::suggestion;
use super::node::{Content, Entries, Node};

/// The keys that any table, and the table of any number, may have beside its own.
pub const ANNOTATIONS: &[&str] = &["basis", "source", "note", "fitted_from"];
/// What `basis` may say.
pub const BASES: &[&str] = &["reported", "derived", "assumed"];
/// The basis of a number that was overridden without giving one.
pub const OVERRIDE: &str = "override";

/// A text that was inherited or given, and how many files lie over the one that gave it.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub text: String,
    layer: usize,
}

/// What is known of where values come from.
#[derive(Clone, Debug, Default)]
pub(super) struct Provenance {
    pub basis: Option<Given>,
    pub source: Option<Given>,
    pub fitted_from: Vec<Given>,
}

impl Provenance {
    /// That of values that were overridden.
    pub fn of_override(label: &str) -> Self {
        let given = |text: &str| Some(Given { text: text.to_owned(), layer: 0 });
        Self { basis: given(OVERRIDE), source: given(label), fitted_from: Vec::new() }
    }

    /// That of a table or number inside a table of this provenance.
    pub fn within(&self, own: &Entries) -> Self {
        let given = |key: &str| {
            let node = own.get(key)?;
            Some(Given { text: node.text_or_bare()?.to_owned(), layer: node.place.source.layer() })
        };
        let fitted_from = own.get("fitted_from").map(texts);
        let own = Self { basis: given("basis"), source: given("source"), fitted_from: Vec::new() };
        // A new basis without a source does not rest on the source of the old one.
        let source = if own.basis.is_some() { own.source } else { own.source.or_else(|| self.source.clone()) };
        // Nor does it rest on the facts that the old one was set from.
        let inherited = || if own.basis.is_some() { Vec::new() } else { self.fitted_from.clone() };
        let fitted_from = fitted_from.unwrap_or_else(inherited);
        Self { basis: own.basis.clone().or_else(|| self.basis.clone()), source, fitted_from }
    }

    /// What holds for a value.
    ///
    /// A file that extends another gives new values; what the other says of its own does not hold for them.
    pub fn holds_for(&self, node: &Node) -> Held {
        let layer = node.place.source.layer();
        let holds = |given: &Option<Given>| given.as_ref().filter(|g| g.layer <= layer).map(|g| g.text.clone());
        let facts = self.fitted_from.iter().filter(|given| given.layer <= layer).map(|given| given.text.clone());
        Held { basis: holds(&self.basis), source: holds(&self.source), fitted_from: facts.collect() }
    }
}

/// What is said of where one value comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub basis: Option<String>,
    pub source: Option<String>,
    pub fitted_from: Vec<String>,
}

/// A text, or a list of texts.
fn texts(node: &Node) -> Vec<Given> {
    let layer = node.place.source.layer();
    let items = node.list().map_or_else(|| vec![node], |items| items.iter().collect());
    let text = |item: &Node| Some(Given { text: item.text_or_bare()?.to_owned(), layer });
    items.into_iter().filter_map(text).collect()
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
