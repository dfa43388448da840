//! From TOML text to a tree of values with their places.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};
use toml::value::Datetime;

use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::grammar;
use super::node::{Content, Entries, Entry, Node};
use super::sources::{Place, Source, SourceKind, read_file};
use crate::units::Date;

/// How deep values may nest.
pub const MAX_DEPTH: usize = 32;
/// How many items a list, and how many keys a table may have.
pub const MAX_ITEMS: usize = 10_000;

/// How many lines a TOML file may have; each can be wrong, and every error costs memory.
const MAX_LINES: usize = 200_000;

/// Reads a TOML file that is no scenario, with the place of every value.
///
/// # Errors
/// A file that cannot be read, and all that is wrong with its grammar.
pub fn read_toml(path: &Path) -> Result<Node, Diagnostics> {
    let text = read_file(path)?;
    let source = Source::new(SourceKind::Scenario, path.display().to_string(), text);
    let mut problems = Diagnostics::new();
    let root = parse_file(&source, &mut problems);
    root.filter(|_| problems.is_empty()).ok_or(problems)
}

/// Reads a whole TOML file.
///
/// # Returns
/// Its root table, or `None` if the text is not TOML: what remains of it would only lead to false complaints.
pub(super) fn parse_file(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Option<Node> {
    if source.lines() > MAX_LINES {
        let long = Diagnostic::new(Code::Limit, format!("`{}` has more than {MAX_LINES} lines", source.name()));
        diagnostics.push(long.at(&Place::start_of(source)).hint("put long lists into CSV files next to the scenario"));
        return None;
    }
    if let Some(deep) = too_deep(source, 0..source.text().len()) {
        diagnostics.push(deep);
        return None;
    }
    let (root, errors) = DeTable::parse_recoverable(source.text());
    if !errors.is_empty() {
        grammar::note_errors(source, &errors, diagnostics);
        return None;
    }
    let mut converter = Converter { source, offset: 0, diagnostics, bare: false };
    let entries = converter.entries(root.into_inner(), 1);
    let whole = Place::start_of(source);
    if entries.is_empty() {
        let empty = Diagnostic::new(Code::Empty, format!("`{}` holds no values", source.name()));
        diagnostics
            .push(empty.at(&whole).hint("a scenario begins with `format = 1`; start from the tutorial scenario"));
        return None;
    }
    Some(Node::new(whole, Content::Table(entries)))
}

/// Reads one TOML value that fills the place.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse_value(place: &Place) -> Result<Node, Diagnostic> {
    if let Some(deep) = too_deep(&place.source, place.start..place.end) {
        return Err(deep);
    }
    let value = DeValue::parse(place.text()).map_err(|error| grammar::describe(&place.source, place.start, &error))?;
    if value.span().end != place.text().len() {
        return Err(Diagnostic::new(Code::Syntax, "there is more than one value here").at(place));
    }
    let mut diagnostics = Diagnostics::new();
    let bare = place.source.is_bare();
    let mut converter = Converter { source: &place.source, offset: place.start, diagnostics: &mut diagnostics, bare };
    let node = converter.node(value, 1);
    diagnostics.sorted().first().map_or(Ok(node), |&first| Err(first.clone()))
}

/// Whether brackets or dotted keys nest beyond [`MAX_DEPTH`].
///
/// Looked for before parsing: a tree that deep could exhaust the stack when it is taken down.
fn too_deep(source: &Arc<Source>, range: Range<usize>) -> Option<Diagnostic> {
    let text = &source.text().as_bytes()[range.clone()];
    let (mut at, mut depth, mut dots) = (0, 0_usize, 0_usize);
    while at < text.len() {
        match text[at] {
            b'#' => at = find(text, at, b"\n"),
            quote @ (b'"' | b'\'') => {
                at = string_end(text, at, quote);
                continue;
            }
            b'[' | b'{' => (depth, dots) = (depth + 1, 0),
            b']' | b'}' => (depth, dots) = (depth.saturating_sub(1), 0),
            b'.' => dots += 1,
            b'=' | b',' | b'\n' => dots = 0,
            _ => {}
        }
        if depth > MAX_DEPTH || dots >= MAX_DEPTH {
            let place = Place::new(source, range.start + at, range.start + at + 1);
            return Some(nests_too_deep(&place));
        }
        at += 1;
    }
    None
}

fn nests_too_deep(place: &Place) -> Diagnostic {
    Diagnostic::new(Code::Limit, format!("values nest more than {MAX_DEPTH} deep here"))
        .at(place)
        .hint("no table of a scenario is that deep; look for a bracket that is not closed")
}

/// Position of the next `needle` from `at`, or the end.
pub(super) fn find(text: &[u8], at: usize, needle: &[u8]) -> usize {
    text[at..].windows(needle.len()).position(|window| window == needle).map_or(text.len(), |found| at + found)
}

/// One past the end of the string that opens at `at`.
pub(super) fn string_end(text: &[u8], at: usize, quote: u8) -> usize {
    let long = text[at..].starts_with(&[quote; 3]);
    let mut at = at + if long { 3 } else { 1 };
    while at < text.len() {
        match text[at] {
            b'\\' if quote == b'"' => at += 1,
            b'\n' if !long => return at,
            byte if byte == quote && !long => return at + 1,
            byte if byte == quote && text[at..].starts_with(&[quote; 3]) => return at + 3,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

struct Converter<'a> {
    source: &'a Arc<Source>,
    offset: usize,
    diagnostics: &'a mut Diagnostics,
    bare: bool,
}

impl Converter<'_> {
    fn place(&self, span: &Range<usize>) -> Place {
        Place::new(self.source, self.offset + span.start, self.offset + span.end)
    }

    fn node(&mut self, value: Spanned<DeValue<'_>>, depth: usize) -> Node {
        let place = self.place(&value.span());
        if depth > MAX_DEPTH {
            self.diagnostics.push(nests_too_deep(&place));
            return Node::new(place, Content::Broken);
        }
        let content = match value.into_inner() {
            DeValue::String(text) => Content::Text(text.into_owned()),
            DeValue::Integer(integer) => self.integer(&place, integer.as_str(), integer.radix()),
            DeValue::Float(float) => self.float(&place, float.as_str()),
            DeValue::Boolean(flag) => Content::Flag(flag),
            DeValue::Datetime(datetime) => self.date(&place, &datetime),
            DeValue::Array(array) if array.len() > MAX_ITEMS => self.too_many(&place, "list", array.len()),
            DeValue::Table(table) if table.len() > MAX_ITEMS => self.too_many(&place, "table", table.len()),
            DeValue::Array(array) => Content::List(array.into_iter().map(|item| self.node(item, depth + 1)).collect()),
            DeValue::Table(table) => Content::Table(self.entries(table, depth + 1)),
        };
        Node::new(place, content)
    }

    fn entries(&mut self, table: DeTable<'_>, depth: usize) -> Entries {
        let mut pairs: Vec<(Spanned<DeString>, Spanned<DeValue>)> = table.into_iter().take(MAX_ITEMS).collect();
        // The parser sorts keys by name; people expect the order of the text.
        pairs.sort_by_key(|(key, _)| key.span().start);
        let entry = |(key, value): (Spanned<DeString>, Spanned<DeValue>)| {
            let key_place = self.place(&key.span());
            Entry { key: key.into_inner().into_owned(), key_place, node: self.node(value, depth) }
        };
        Entries::new(pairs.into_iter().map(entry).collect())
    }

    fn too_many(&mut self, place: &Place, what: &str, length: usize) -> Content {
        let message = format!("the {what} has {length} entries; the limit is {MAX_ITEMS}");
        self.broken(Diagnostic::new(Code::Limit, message).at(place).hint("merge entries, or split the case"))
    }

    fn integer(&mut self, place: &Place, digits: &str, radix: u32) -> Content {
        i64::from_str_radix(digits, radix).map_or_else(
            |_| {
                let message = format!("the whole number {} does not fit 64 bits", shown(place.text()));
                self.broken(
                    Diagnostic::new(Code::OutOfRange, message).at(place).hint("write it with an exponent: 1e20"),
                )
            },
            Content::Integer,
        )
    }

    fn float(&mut self, place: &Place, digits: &str) -> Content {
        // A number too large for a float becomes infinite, which every field refuses with its range.
        digits.parse().map_or_else(
            |_| {
                let message = format!("the number {} cannot be read", shown(place.text()));
                self.broken(Diagnostic::new(Code::Syntax, message).at(place).hint("write numbers like 5, 0.25 or 1e6"))
            },
            Content::Float,
        )
    }

    fn date(&mut self, place: &Place, datetime: &Datetime) -> Content {
        match (datetime.date, datetime.time) {
            (Some(date), None) => match Date::from_ymd(i32::from(date.year), date.month, date.day) {
                Some(date) => Content::Date(date),
                None => self.broken(
                    Diagnostic::new(Code::BadDate, format!("{} is not in the calendar", shown(place.text())))
                        .at(place)
                        .hint("dates run from 0001-01-01 to 9999-12-31, written year-month-day"),
                ),
            },
            _ if self.bare => Content::Text(place.text().to_owned()),
            (date, _) => {
                let hint = match date {
                    Some(date) => format!("write the day alone: {date}"),
                    None => "write a day, such as 2023-12-31, or a number of hours or days".to_owned(),
                };
                let message = format!("{} has a time of day; scenarios know days only", shown(place.text()));
                self.broken(Diagnostic::new(Code::BadDate, message).at(place).hint(hint))
            }
        }
    }

    fn broken(&mut self, diagnostic: Diagnostic) -> Content {
        self.diagnostics.push(diagnostic);
        Content::Broken
    }
}

#[cfg(test)]
mod tests {
    use super::super::sources::SourceKind;
    use super::*;

    fn parse(text: &str) -> (Option<Node>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let source = Source::new(SourceKind::Scenario, "a.toml", text);
        (parse_file(&source, &mut diagnostics), diagnostics)
    }

    /// `line:column code` of every problem.
    fn problems(text: &str) -> Vec<String> {
        let (_, diagnostics) = parse(text);
        let one = |d: &&Diagnostic| {
            let place = d.place.as_ref().unwrap();
            format!("{}:{} {}", place.line(), place.column(), d.code)
        };
        diagnostics.sorted().iter().map(one).collect()
    }

    #[test]
    fn keys_keep_the_order_of_the_text_and_values_their_place() {
        let (root, diagnostics) = parse("z = 1\na = \"é\"\n[m.k]\nx = 2.5\n[[b]]\nq = 2023-12-31\n");
        assert!(diagnostics.is_empty());
        let root = root.unwrap();
        let keys: Vec<&str> = root.table().unwrap().iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["z", "a", "m", "b"]);
        let x = root.get("m").unwrap().get("k").unwrap().get("x").unwrap();
        assert_eq!((x.place.line(), x.place.column(), x.place.text()), (4, 5, "2.5"));
        let q = root.get("b").unwrap().list().unwrap()[0].get("q").unwrap();
        assert!(matches!(q.content, Content::Date(date) if date.to_string() == "2023-12-31"));
    }

    #[test]
    fn several_syntax_errors_come_at_once() {
        assert_eq!(problems("a = 1\nb = oops\na = 2\n"), ["2:5 E005", "3:1 E005"]);
    }

    #[test]
    fn a_file_without_values_is_empty() {
        assert_eq!(problems(""), ["1:1 E004"]);
        assert_eq!(problems("# nothing\n\n"), ["1:1 E004"]);
    }

    #[test]
    fn only_days_are_dates() {
        assert_eq!(problems("a = 2023-12-31T10:00:00Z"), ["1:5 E016"]);
        assert_eq!(problems("a = 2023-12-31T10:00:00"), ["1:5 E016"]);
        assert_eq!(problems("a = 10:00:00"), ["1:5 E016"]);
        assert_eq!(problems("a = 0000-12-31"), ["1:5 E016"]);
        assert_eq!(problems("a = 2023-02-30"), ["1:5 E005"]);
    }

    #[test]
    fn numbers_beyond_64_bits_are_refused() {
        assert_eq!(problems("a = 9223372036854775808"), ["1:5 E014"]);
        assert!(problems("a = -9223372036854775808\nb = 0xff\nc = 1_000").is_empty());
    }

    #[test]
    fn nesting_is_bounded_by_brackets_and_by_dots() {
        let nested = |depth: usize| format!("a = {}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(problems(&nested(32)).is_empty());
        assert_eq!(problems(&nested(33)), ["1:37 E006"]);
        assert_eq!(problems(&nested(100_000)), ["1:37 E006"]);
        let dotted = |count: usize| format!("{}a = 1", "a.".repeat(count));
        assert!(problems(&dotted(30)).is_empty());
        assert_eq!(problems(&dotted(100_000)), ["1:64 E006"]);
        assert!(
            problems("a = \"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\" # [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[").is_empty()
        );
    }

    #[test]
    fn lists_are_bounded() {
        assert!(problems(&format!("a = [{}]", "1,".repeat(MAX_ITEMS))).is_empty());
        assert_eq!(problems(&format!("a = [{}]", "1,".repeat(MAX_ITEMS + 1))), ["1:5 E006"]);
    }
}
