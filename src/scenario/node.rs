//! The tree of values that a scenario's texts hold, each with its place.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use super::diagnostic::shown;
use super::sources::Place;
use crate::units::Date;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub content: Content,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Content {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a point or an exponent, infinities and NaN included.
    Float(f64),
    /// True or false.
    Flag(bool),
    /// A day.
    Date(Date),
    /// Several values.
    List(Vec<Node>),
    /// Keys and values.
    Table(Entries),
    /// A value that was refused already; nothing more is said of it.
    Broken,
}

/// The keys of a table, in the order of the text. A copy shares them until one of the two is changed: every policy and
/// design point has a copy of its scenario, and changes a few values.
#[derive(Clone, Debug, Default)]
pub struct Entries {
    list: Arc<Vec<Entry>>,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key, without quotes.
    pub key: String,
    /// Where the key stands.
    pub key_place: Place,
    /// The value.
    pub node: Node,
}

impl Node {
    /// A value at a place.
    pub fn new(place: Place, content: Content) -> Self {
        Self { place, content }
    }

    /// The keys, if it is a table.
    pub fn table(&self) -> Option<&Entries> {
        if let Content::Table(entries) = &self.content { Some(entries) } else { None }
    }

    /// The items, if it is a list.
    pub fn list(&self) -> Option<&[Node]> {
        if let Content::List(items) = &self.content { Some(items) } else { None }
    }

    /// The text, if it is text.
    pub fn text(&self) -> Option<&str> {
        if let Content::Text(text) = &self.content { Some(text) } else { None }
    }

    /// The text, or what stands there if it was written where text needs no quotes.
    pub(super) fn text_or_bare(&self) -> Option<&str> {
        let scalar = !matches!(self.content, Content::List(_) | Content::Table(_) | Content::Broken);
        let bare = || (scalar && self.place.source.is_bare()).then(|| self.place.text().trim().trim_matches('"'));
        self.text().or_else(bare)
    }

    /// The day, if it is one, with annotations or without.
    pub(super) fn date(&self) -> Option<Date> {
        match &self.content {
            Content::Date(date) => Some(*date),
            Content::Table(entries) => entries.get("value").and_then(Self::date),
            _ => None,
        }
    }

    /// The value of a key, if it is a table that has the key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.table()?.get(key)
    }

    /// The `id`, if it is a table that has one.
    pub fn id(&self) -> Option<&str> {
        self.get("id")?.text_or_bare()
    }

    /// Takes a key out, if it is a table that has the key.
    pub(super) fn take(&mut self, key: &str) -> Option<Entry> {
        if let Content::Table(entries) = &mut self.content { entries.remove(key) } else { None }
    }

    /// Whether it was refused already.
    pub(super) fn is_broken(&self) -> bool {
        matches!(self.content, Content::Broken)
    }

    /// What messages call it: its type, and the value itself if that is short.
    pub(super) fn described(&self) -> String {
        match &self.content {
            Content::Text(text) => format!("the text {}", shown(text)),
            Content::Integer(value) => format!("the whole number {}", shown(value)),
            Content::Float(value) => format!("the number {}", shown(format!("{value:?}"))),
            Content::Flag(value) => shown(value),
            Content::Date(date) => format!("the date {}", shown(date)),
            Content::List(items) if items.is_empty() => "an empty list".to_owned(),
            Content::List(_) => "a list".to_owned(),
            Content::Table(_) => "a table".to_owned(),
            Content::Broken => "nothing".to_owned(),
        }
    }

    /// The value as TOML on one line.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        self.write_toml(&mut text);
        text
    }

    fn write_toml(&self, text: &mut String) {
        // Writing to a String cannot fail.
        match &self.content {
            Content::Text(value) => text.push_str(&quoted(value)),
            Content::Integer(value) => drop(write!(text, "{value}")),
            Content::Float(value) => drop(write!(text, "{value:?}")),
            Content::Flag(value) => drop(write!(text, "{value}")),
            Content::Date(value) => drop(write!(text, "{value}")),
            Content::List(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    text.push_str(if index > 0 { ", " } else { "" });
                    item.write_toml(text);
                }
                text.push(']');
            }
            Content::Table(entries) => {
                text.push_str(if entries.is_empty() { "{" } else { "{ " });
                for (index, entry) in entries.iter().enumerate() {
                    let separator = if index > 0 { ", " } else { "" };
                    let _ = write!(text, "{separator}{} = ", key_text(&entry.key));
                    entry.node.write_toml(text);
                }
                text.push_str(if entries.is_empty() { "}" } else { " }" });
            }
            Content::Broken => text.push('?'),
        }
    }
}

impl Entries {
    /// Entries in this order.
    pub fn new(list: Vec<Entry>) -> Self {
        Self { list: Arc::new(list) }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// A key with its value.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.list.iter().find(|entry| entry.key == key)
    }

    /// The value of a key, to change.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        Arc::make_mut(&mut self.list).iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.node)
    }

    /// Takes a key out.
    pub(super) fn remove(&mut self, key: &str) -> Option<Entry> {
        let index = self.list.iter().position(|entry| entry.key == key)?;
        Some(Arc::make_mut(&mut self.list).remove(index))
    }

    /// Adds a key at the end, or gives it another value.
    pub(super) fn set(&mut self, entry: Entry) {
        let list = Arc::make_mut(&mut self.list);
        match list.iter_mut().find(|present| present.key == entry.key) {
            Some(present) => *present = entry,
            None => list.push(entry),
        }
    }

    /// Every key with its value, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.list.iter()
    }

    /// Every key with its value, to change.
    pub(super) fn each_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        Arc::make_mut(&mut self.list).iter_mut()
    }

    /// The entries themselves.
    pub(super) fn into_list(self) -> Vec<Entry> {
        Arc::unwrap_or_clone(self.list)
    }

    /// How many keys.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

impl<'a> IntoIterator for &'a Entries {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A key or segment of a path as it is written: in quotes only where it must be.
pub(super) fn key_text(key: &str) -> Cow<'_, str> {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !key.is_empty() && key.bytes().all(bare) { Cow::Borrowed(key) } else { Cow::Owned(quoted(key)) }
}

/// A text as a TOML basic string.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => drop(write!(quoted, "\\u{:04X}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::super::sources::{Source, SourceKind};
    use super::super::syntax::parse_value;
    use super::*;

    #[test]
    fn a_value_written_as_toml_reads_back_the_same() {
        let text = r#"{ a = [1, -2.5, 1e300, true, 2023-12-31], "b c" = "x\"\\\n\u0007é", d = {}, e = [] }"#;
        let source = Source::new(SourceKind::Scenario, "a", text);
        let node = parse_value(&Place::new(&source, 0, text.len())).unwrap();
        assert_eq!(node.to_toml(), text);
    }

    #[test]
    fn keys_are_quoted_only_where_they_must_be() {
        assert_eq!(key_text("air-field_2"), "air-field_2");
        assert_eq!(key_text("a.b"), "\"a.b\"");
        assert_eq!(key_text(""), "\"\"");
    }
}
