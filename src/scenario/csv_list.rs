//! Lists of tables kept in CSV files: each row a table, its cells values like those of the scenario itself.

use std::sync::Arc;

use super::annotations::ANNOTATIONS;
use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::nearest::suggestion;
use super::node::{Content, Entries, Entry, Node};
use super::sources::{Place, Source};
use super::syntax::{MAX_ITEMS, parse_value};
use crate::model::field::Field;

/// How many cells all CSV files of a scenario may have together.
pub(super) const MAX_CELLS: usize = 500_000;

/// How many columns a CSV file may have.
const MAX_COLUMNS: usize = 1_000;

/// One cell: its text without the quotes of CSV, and where it stands with them.
struct Cell {
    text: String,
    place: Place,
    quoted: bool,
}

/// Reads a CSV file as a list of tables.
///
/// The first row names the keys. An empty cell leaves its key out. A cell that is a TOML value (a number, a date, a
/// list, an inline table) is that value, and any other is text. Reading ends when `cells_left` is used up.
///
/// # Arguments
/// * `fields` - the keys that the list may have; none where whoever asks looks at them.
pub(super) fn parse_csv(
    source: &Arc<Source>,
    fields: Option<&'static [Field]>,
    cells_left: &mut usize,
    diagnostics: &mut Diagnostics,
) -> Node {
    let mut rows = Rows { source, at: if source.text().starts_with('\u{feff}') { 3 } else { 0 } };
    let whole = Place::start_of(source);
    let Some(header) = rows.next_row(diagnostics) else {
        let empty = Diagnostic::new(Code::Csv, format!("`{}` is empty", source.name()));
        diagnostics.push(empty.at(&whole).hint("the first row names the keys, each further row is one table"));
        return Node::new(whole, Content::Broken);
    };
    // A column with a wrong name is one mistake, and not one for each row.
    if !check_header(&header, diagnostics) || !check_keys(&header, fields, diagnostics) {
        return Node::new(whole, Content::Broken);
    }
    let mut items = Vec::new();
    while let Some(row) = rows.next_row(diagnostics) {
        if items.len() == MAX_ITEMS || row.len() > *cells_left {
            let message = if items.len() == MAX_ITEMS {
                format!("`{}` has more than {MAX_ITEMS} rows", source.name())
            } else {
                format!("the CSV files of the scenario have more than {MAX_CELLS} cells")
            };
            diagnostics
                .push(Diagnostic::new(Code::Limit, message).at(&row[0].place).hint("merge rows, or split the case"));
            break;
        }
        *cells_left -= row.len();
        items.push(table(&header, row, diagnostics));
    }
    Node::new(whole, Content::List(items))
}

fn check_header(header: &[Cell], diagnostics: &mut Diagnostics) -> bool {
    let before = diagnostics.len();
    if let [only] = header
        && only.text.contains([';', '\t'])
    {
        let message = "the cells are not separated by commas";
        diagnostics
            .push(Diagnostic::new(Code::Csv, message).at(&only.place).hint("save the file with commas between cells"));
        return false;
    }
    for (index, cell) in header.iter().enumerate() {
        if cell.text.is_empty() {
            let unnamed = Diagnostic::new(Code::Csv, format!("column {} has no name", index + 1));
            diagnostics.push(unnamed.at(&cell.place).hint("the first row names the key that each column holds"));
        } else if header[..index].iter().any(|earlier| earlier.text == cell.text) {
            let twice = Diagnostic::new(Code::Csv, format!("two columns are called {}", shown(&cell.text)));
            diagnostics.push(twice.at(&cell.place).hint("remove or rename one of them"));
        }
        if index >= MAX_COLUMNS {
            let wide = Diagnostic::new(Code::Limit, format!("there are more than {MAX_COLUMNS} columns"));
            diagnostics.push(wide.at(&cell.place).hint("keep the columns that the table has keys for"));
            break;
        }
    }
    diagnostics.len() == before
}

/// Notes the columns that the list has no key for.
fn check_keys(header: &[Cell], fields: Option<&'static [Field]>, diagnostics: &mut Diagnostics) -> bool {
    let Some(fields) = fields else { return true };
    let before = diagnostics.len();
    let keys: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let is_known = |cell: &&Cell| keys.contains(&cell.text.as_str()) || ANNOTATIONS.contains(&cell.text.as_str());
    for cell in header.iter().filter(|cell| !is_known(cell)) {
        let message = format!("unknown key {}: the list has no such column", shown(&cell.text));
        let hint = suggestion(&cell.text, &keys, "the keys of the list");
        diagnostics.push(Diagnostic::new(Code::UnknownKey, message).at(&cell.place).hint(hint));
    }
    diagnostics.len() == before
}

fn table(header: &[Cell], row: Vec<Cell>, diagnostics: &mut Diagnostics) -> Node {
    let place = match (row.first(), row.last()) {
        (Some(first), Some(last)) => Place::new(&first.place.source, first.place.start, last.place.end),
        _ => return Node::new(header[0].place.clone(), Content::Broken),
    };
    if row.len() != header.len() {
        let message = format!("this row has {} cells, and the first row names {} keys", row.len(), header.len());
        let hint = "a text with commas stands in double quotes; an empty cell still needs its comma";
        diagnostics.push(Diagnostic::new(Code::Csv, message).at(&place).hint(hint));
        return Node::new(place, Content::Broken);
    }
    let entries = header.iter().zip(row).filter(|(_, cell)| !cell.text.is_empty()).map(|(key, cell)| Entry {
        key: key.text.clone(),
        key_place: cell.place.clone(),
        node: value(cell),
    });
    Node::new(place, Content::Table(Entries::new(entries.collect())))
}

fn value(cell: Cell) -> Node {
    // The quotes of CSV may enclose a value with commas; then the value has no place of its own inside them.
    let parsed = if cell.quoted {
        let inner = Source::bare(cell.place.source.kind(), cell.place.source.name(), cell.text.as_str(), 0);
        parse_value(&Place::new(&inner, 0, cell.text.len()))
    } else {
        parse_value(&cell.place)
    };
    match parsed {
        Ok(mut node) => {
            if cell.quoted {
                move_to(&mut node, &cell.place);
            }
            node
        }
        Err(_) => Node::new(cell.place, Content::Text(cell.text)),
    }
}

fn move_to(node: &mut Node, place: &Place) {
    node.place = place.clone();
    match &mut node.content {
        Content::List(items) => items.iter_mut().for_each(|item| move_to(item, place)),
        Content::Table(entries) => {
            for entry in entries.each_mut() {
                entry.key_place = place.clone();
                move_to(&mut entry.node, place);
            }
        }
        _ => {}
    }
}

struct Rows<'a> {
    source: &'a Arc<Source>,
    at: usize,
}

impl Rows<'_> {
    /// The next row that is not blank.
    fn next_row(&mut self, diagnostics: &mut Diagnostics) -> Option<Vec<Cell>> {
        let text = self.source.text();
        loop {
            if self.at >= text.len() {
                return None;
            }
            let mut row = Vec::new();
            loop {
                row.push(self.cell(diagnostics));
                if row.len() > MAX_COLUMNS {
                    self.at += text[self.at..].find('\n').unwrap_or(text.len() - self.at);
                }
                match text.as_bytes().get(self.at) {
                    Some(b',') => self.at += 1,
                    Some(_) => {
                        self.at += 1;
                        break;
                    }
                    None => break,
                }
            }
            if row.len() > 1 || !row[0].text.is_empty() {
                return Some(row);
            }
        }
    }

    /// Reads up to the comma or line end that closes a cell, and stops before it.
    fn cell(&mut self, diagnostics: &mut Diagnostics) -> Cell {
        let text = self.source.text();
        let rest = &text[self.at..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if rest[blank..].starts_with('"') {
            return self.quoted_cell(self.at + blank, diagnostics);
        }
        let end = self.at + rest.find([',', '\n']).unwrap_or(rest.len());
        let trimmed = text[self.at..end].trim();
        let start = if trimmed.is_empty() { self.at } else { self.at + text[self.at..end].find(trimmed).unwrap_or(0) };
        self.at = end;
        let place = Place::new(self.source, start, start + trimmed.len());
        Cell { text: trimmed.to_owned(), place, quoted: false }
    }

    fn quoted_cell(&mut self, start: usize, diagnostics: &mut Diagnostics) -> Cell {
        let text = self.source.text();
        let mut at = start + 1;
        let mut content = String::new();
        let end = loop {
            let Some(found) = text[at..].find('"') else {
                let open = Place::new(self.source, start, start + 1);
                let unclosed = Diagnostic::new(Code::Csv, "this quote is never closed").at(&open);
                diagnostics.push(unclosed.hint("close it; a quote inside a quoted cell is written twice"));
                self.at = text.len();
                let place = Place::new(self.source, start, start + 1);
                return Cell { text: content, place, quoted: true };
            };
            content.push_str(&text[at..at + found]);
            at += found + 1;
            if !text[at..].starts_with('"') {
                break at;
            }
            content.push('"');
            at += 1;
        };
        self.at = end + text[end..].find([',', '\n']).unwrap_or(text.len() - end);
        if !text[end..self.at].trim().is_empty() {
            let after = Place::new(self.source, end, self.at);
            let stray = Diagnostic::new(Code::Csv, "text after the closing quote of a cell").at(&after);
            diagnostics.push(stray.hint("a quote inside a quoted cell is written twice"));
        }
        Cell { text: content.trim().to_owned(), place: Place::new(self.source, start, end), quoted: true }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sources::SourceKind;
    use super::*;

    fn parse(text: &str) -> (Node, Vec<String>) {
        let mut diagnostics = Diagnostics::new();
        let node = parse_csv(&Source::bare(SourceKind::Other, "a.csv", text, 0), None, &mut 20, &mut diagnostics);
        let shown = |d: &&Diagnostic| format!("{:?} {} {}", d.place.as_ref().unwrap(), d.code, d.message);
        (node, diagnostics.sorted().iter().map(shown).collect())
    }

    #[test]
    fn cells_are_values_or_text_and_empty_ones_are_left_out() {
        let text = "\u{feff}id, km ,open,since,law,note\r\na-b,12.5,true,2023-10-01,\"{ uniform = [1, 2] }\",\"said \"\"no\"\", twice\"\n\nc,,,,, plain text \n";
        let (node, problems) = parse(text);
        assert!(problems.is_empty(), "{problems:?}");
        let toml: Vec<String> = node.list().unwrap().iter().map(Node::to_toml).collect();
        assert_eq!(
            toml,
            [
                r#"{ id = "a-b", km = 12.5, open = true, since = 2023-10-01, law = { uniform = [1, 2] }, note = "said \"no\", twice" }"#,
                r#"{ id = "c", note = "plain text" }"#,
            ]
        );
        let km = node.list().unwrap()[0].get("km").unwrap();
        assert_eq!((km.place.line(), km.place.column()), (2, 5));
        let law = node.list().unwrap()[0].get("law").unwrap();
        assert_eq!(law.get("uniform").unwrap().place.text(), "\"{ uniform = [1, 2] }\"");
    }

    #[test]
    fn numbers_may_serve_as_text() {
        let (node, _) = parse("id,name\na,007\nb,\"12\"\nc,2023-10-01T00:00\n");
        let names: Vec<&str> =
            node.list().unwrap().iter().map(|i| i.get("name").unwrap().text_or_bare().unwrap()).collect();
        assert_eq!(names, ["007", "12", "2023-10-01T00:00"]);
    }

    #[test]
    fn malformed_files_are_named_by_line_and_column() {
        assert_eq!(parse("").1, ["a.csv:1:1 E009 `a.csv` is empty"]);
        assert_eq!(parse("id;km\na;1\n").1, ["a.csv:1:1 E009 the cells are not separated by commas"]);
        assert_eq!(
            parse("id,,id\n").1,
            ["a.csv:1:4 E009 column 2 has no name", "a.csv:1:5 E009 two columns are called `id`"]
        );
        let short = parse("id,km\na\nb,1,2\n").1;
        assert_eq!(short[0], "a.csv:2:1 E009 this row has 1 cells, and the first row names 2 keys");
        assert_eq!(short[1], "a.csv:3:1 E009 this row has 3 cells, and the first row names 2 keys");
        assert_eq!(parse("id,note\na,\"x\nb,1\n").1[0], "a.csv:2:3 E009 this quote is never closed");
        let many = format!("id\n{}", "a\n".repeat(21));
        assert_eq!(parse(&many).1, ["a.csv:22:1 E006 the CSV files of the scenario have more than 500000 cells"]);
        assert_eq!(parse("id,note\na,\"x\" y\n").1, ["a.csv:2:6 E009 text after the closing quote of a cell"]);
    }
}
