//! Laying one tree of values over another.

use std::collections::BTreeMap;

use super::annotations::STATEMENTS;
use super::node::{Content, Entry, Node};
use super::number::{declares_number, is_form};
use super::presets;
use crate::model::field::{Field, Kind};

/// What the schema says of a value, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// A table with these keys.
    Table(&'static [Field]),
    /// A list of tables with these keys.
    List(&'static [Field]),
    /// A number, a text or another single value.
    Single,
    /// Not in the schema.
    Unknown,
}

impl Shape {
    /// What a key of a table with these fields holds.
    pub(super) fn of_key(fields: &'static [Field], key: &str) -> Self {
        match fields.iter().find(|field| field.name == key) {
            Some(field) => Self::of_field(field),
            None => Self::Unknown,
        }
    }

    /// What a field holds.
    pub(super) fn of_field(field: &'static Field) -> Self {
        match field.kind {
            Kind::Table(fields) => Self::Table(fields),
            Kind::List(fields) => Self::List(fields),
            _ => Self::Single,
        }
    }
}

/// One tree over another: tables merge by key, lists of tables with ids merge by id, anything else is replaced. Of where
/// values come from each file's statement is kept, the lowest file's first.
pub(super) fn lay(over: Node, under: Node, shape: Shape) -> Node {
    let place = over.place.clone();
    match (over.content, under.content) {
        (Content::Table(over), Content::Table(under)) => {
            let fields = match shape {
                Shape::Table(fields) | Shape::List(fields) => fields,
                // A number with another value is another number: nothing of the old one may remain in it, even where a
                // further key of it is misspelt.
                Shape::Single if over.iter().any(|entry| is_form(&entry.key)) => {
                    return Node::new(place, Content::Table(over));
                }
                _ if declares_number(&over) => return Node::new(place, Content::Table(over)),
                _ => &[],
            };
            let entries = lay_entries(over.into_list(), under.into_list(), fields);
            Node::new(place, Content::Table(super::node::Entries::new(entries)))
        }
        (Content::List(over), Content::List(under)) => match shape {
            // An empty list says that there is none; to leave what is below as it is, a file leaves the key out.
            Shape::List(fields) if !over.is_empty() && under.iter().any(|item| item.id().is_some()) => {
                Node::new(place, Content::List(lay_items(over, under, fields)))
            }
            _ => Node::new(place, Content::List(over)),
        },
        (over, _) => Node::new(place, over),
    }
}

/// One root table over another; their policies and denials, which are not in the schema, merge by id.
pub(super) fn lay_roots(mut over: Node, mut under: Node, schema: &'static [Field]) -> Node {
    let presets = ["policy", "denial"].map(|key| (over.take(key), under.take(key)));
    let mut root = lay(over, under, Shape::Table(schema));
    for pair in presets {
        let entry = match pair {
            (Some(over), Some(under)) => {
                let node = lay(over.node, under.node, Shape::List(presets::FIELDS));
                Some(Entry { node, ..over })
            }
            (over, under) => over.or(under),
        };
        if let (Some(entry), Content::Table(entries)) = (entry, &mut root.content) {
            entries.set(entry);
        }
    }
    root
}

fn lay_entries(over: Vec<Entry>, under: Vec<Entry>, fields: &'static [Field]) -> Vec<Entry> {
    let mut merged: Vec<Option<Entry>> = under.into_iter().map(Some).collect();
    let at: BTreeMap<String, usize> =
        merged.iter().flatten().enumerate().map(|(index, entry)| (entry.key.clone(), index)).collect();
    for entry in over {
        // What a file says of its own values does not hold for those of another: both statements stay.
        let shape = Shape::of_key(fields, &entry.key);
        if matches!(shape, Shape::Unknown) && STATEMENTS.contains(&entry.key.as_str()) {
            merged.push(Some(entry));
            continue;
        }
        match at.get(&entry.key).and_then(|&index| merged.get_mut(index)) {
            Some(slot) => {
                let node = match slot.take() {
                    Some(below) => lay(entry.node, below.node, shape),
                    None => entry.node,
                };
                *slot = Some(Entry { node, ..entry });
            }
            None => merged.push(Some(entry)),
        }
    }
    merged.into_iter().flatten().collect()
}

fn lay_items(over: Vec<Node>, under: Vec<Node>, fields: &'static [Field]) -> Vec<Node> {
    let mut merged: Vec<Option<Node>> = under.into_iter().map(Some).collect();
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    for (index, item) in merged.iter().flatten().enumerate() {
        if let Some(id) = item.id() {
            at.entry(id.to_owned()).or_insert(index);
        }
    }
    for item in over {
        // Each id is merged once; a second item with it stays, to be complained about.
        let slot = item.id().and_then(|id| at.remove(id)).and_then(|index| merged.get_mut(index));
        match slot {
            Some(slot) => {
                let laid = match slot.take() {
                    Some(below) => lay(item, below, Shape::Table(fields)),
                    None => item,
                };
                *slot = Some(laid);
            }
            None => merged.push(Some(item)),
        }
    }
    merged.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::super::diagnostic::Diagnostics;
    use super::super::sources::{Source, SourceKind};
    use super::super::syntax::parse_file;
    use super::*;
    use crate::model::field::{Table, number};

    crate::table! {
        /// A place.
        pub struct Spot {
            /// Its name.
            id: String = Kind::Id,
            /// A number.
            km: Option<f64> = number("km", 0.0, 100.0),
            /// Another.
            people: Option<f64> = number("people", 0.0, 100.0),
        }
    }
    crate::table! {
        /// The root.
        pub struct Root {
            /// Places.
            spot: Vec<Spot> = Kind::List(Spot::FIELDS),
            /// A number.
            km: f64 = number("km", 0.0, 100.0),
        }
    }

    fn laid(over: &str, under: &str) -> String {
        let parse =
            |text: &str| parse_file(&Source::new(SourceKind::Scenario, "a", text), &mut Diagnostics::new()).unwrap();
        lay(parse(over), parse(under), Shape::Table(Root::FIELDS)).to_toml()
    }

    #[test]
    fn tables_merge_by_key_and_the_upper_value_wins() {
        assert_eq!(laid("b = 2\nc = 3", "a = 1\nb = 1"), "{ a = 1, b = 2, c = 3 }");
        assert_eq!(laid("t.x = 2", "t = { x = 1, y = 1 }"), "{ t = { x = 2, y = 1 } }");
        assert_eq!(laid("t = 2", "t = { x = 1 }"), "{ t = 2 }");
    }

    #[test]
    fn lists_with_ids_merge_by_id_and_others_are_replaced() {
        let under = "spot = [{ id = 'a', km = 1, people = 1 }, { id = 'b', km = 2 }]";
        let over = "spot = [{ id = 'c' }, { id = 'a', km = 5 }]";
        let merged = r#"{ spot = [{ id = "a", km = 5, people = 1 }, { id = "b", km = 2 }, { id = "c" }] }"#;
        assert_eq!(laid(over, under), merged);
        assert_eq!(laid("q = [3]", "q = [1, 2]"), "{ q = [3] }");
        assert_eq!(laid("spot = []", under), "{ spot = [] }");
    }

    #[test]
    fn an_id_used_twice_above_is_kept_twice() {
        let merged = laid("spot = [{ id = 'a', km = 1 }, { id = 'a', km = 2 }]", "spot = [{ id = 'a' }]");
        assert_eq!(merged, r#"{ spot = [{ id = "a", km = 1 }, { id = "a", km = 2 }] }"#);
    }

    #[test]
    fn of_what_the_schema_does_not_know_only_a_number_is_replaced_whole() {
        assert_eq!(laid("q = { value = 1, low = 0 }", "q = { a = 1 }"), "{ q = { value = 1, low = 0 } }");
        assert_eq!(laid("q = { value = 1, odd = 2 }", "q = { a = 1 }"), "{ q = { a = 1, value = 1, odd = 2 } }");
        assert_eq!(laid("q = { low = 0 }", "q = { a = 1 }"), "{ q = { a = 1, low = 0 } }");
    }

    #[test]
    fn a_number_is_replaced_whole_unless_only_its_source_is_given() {
        assert_eq!(laid("km = { uniform = [1, 2] }", "km = { value = 5, low = 1 }"), "{ km = { uniform = [1, 2] } }");
        assert_eq!(laid("km = { source = 's' }", "km = { value = 5 }"), r#"{ km = { value = 5, source = "s" } }"#);
    }

    #[test]
    fn what_either_file_says_of_its_values_is_kept() {
        let both = r#"{ basis = "derived", km = 5, basis = "assumed" }"#;
        assert_eq!(laid("basis = 'assumed'", "basis = 'derived'\nkm = 5"), both);
    }
}
