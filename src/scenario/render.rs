//! Problems as text for people, and as JSON for programs.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Renderer, Snippet};
use serde::Serialize;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::sources::Place;

/// Longest part of a source line that is shown, in characters.
const LINE_CHARS: usize = 110;
/// How much of a cut line is shown before the mark.
const LEAD_CHARS: usize = 40;
/// Longest message or hint that is shown, in characters.
const MESSAGE_CHARS: usize = 1_000;

/// One problem in the JSON form.
#[derive(Debug, Serialize)]
struct Plain<'a> {
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    code: &'static str,
    message: String,
    hint: Option<String>,
}

impl Diagnostics {
    /// All problems, each with its code, place, source line, mark and hint.
    ///
    /// # Arguments
    /// * `coloured` - whether to add terminal colours.
    pub fn render(&self, coloured: bool) -> String {
        // The lines are cut here already; the renderer must not cut them a second time.
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() }.term_width(10 * LINE_CHARS);
        let mut text = String::new();
        for diagnostic in self.sorted() {
            text.push_str(&render_one(&renderer, diagnostic));
            text.push_str("\n\n");
        }
        if self.left_off() > 0 {
            let _ = writeln!(text, "... and {} more, not shown", self.left_off());
        }
        text
    }

    /// All kept problems as a JSON array of objects with file, line, column, code, message and hint.
    pub fn to_json(&self) -> String {
        let plain: Vec<Plain> = self.sorted().into_iter().map(plain).collect();
        // Texts, numbers and null always have a JSON form.
        serde_json::to_string_pretty(&plain).unwrap_or_default()
    }
}

fn plain(diagnostic: &Diagnostic) -> Plain<'_> {
    let place = diagnostic.place.as_ref();
    Plain {
        file: place.map(|place| place.source.name()),
        line: place.map(Place::line),
        column: place.map(Place::column),
        code: diagnostic.code.text(),
        message: message(&diagnostic.message),
        hint: diagnostic.hint.as_deref().map(message),
    }
}

fn render_one(renderer: &Renderer, diagnostic: &Diagnostic) -> String {
    let title = Level::ERROR.primary_title(message(&diagnostic.message)).id(diagnostic.code.text());
    let line = diagnostic.place.as_ref().map(ShownLine::of);
    let mut elements: Vec<Element> = Vec::new();
    if let (Some(place), Some(line)) = (&diagnostic.place, &line) {
        let mark = AnnotationKind::Primary.span(line.start..line.end);
        let snippet = Snippet::source(&line.text).line_start(place.line()).path(escape(place.source.name()));
        elements.push(snippet.annotation(mark).into());
    }
    if let Some(hint) = &diagnostic.hint {
        elements.push(Level::HELP.message(message(hint)).into());
    }
    let text = renderer.render(&[Group::with_title(title).elements(elements)]);
    match (&diagnostic.place, line) {
        (Some(place), Some(line)) => with_column(&text, place, &line),
        _ => text,
    }
}

/// Puts the column of the file in the place of the column of the part that is shown.
fn with_column(text: &str, place: &Place, line: &ShownLine) -> String {
    let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
    let at = format!("{}:{}:", escape(place.source.name()), place.line());
    let shown = format!("{at}{}", line.text[..line.start].chars().count() + 1);
    format!("{head}\n{}", rest.replacen(&shown, &format!("{at}{}", place.column()), 1))
}

fn message(text: &str) -> String {
    let escaped = escape(text);
    match escaped.char_indices().nth(MESSAGE_CHARS) {
        Some((cut, _)) => format!("{}...", &escaped[..cut]),
        None => escaped,
    }
}

/// The part of a source line that is shown, with what is marked in it, in bytes.
struct ShownLine {
    text: String,
    start: usize,
    end: usize,
}

impl ShownLine {
    fn of(place: &Place) -> Self {
        let (line_start, line) = place.source.line_at(place.start);
        let start = (place.start - line_start).min(line.len());
        // A mark over several lines ends with the first.
        let end = place.end.saturating_sub(line_start).clamp(start, line.len());
        let skip = if line.chars().count() <= LINE_CHARS {
            0
        } else {
            line[..start].chars().count().saturating_sub(LEAD_CHARS)
        };
        let mut shown = Self { text: String::new(), start: 0, end: 0 };
        if skip > 0 {
            shown.text.push_str("...");
        }
        for (taken, (at, character)) in line.char_indices().enumerate().skip(skip) {
            if at == start {
                shown.start = shown.text.len();
            }
            if taken - skip == LINE_CHARS {
                if at < end {
                    shown.end = shown.text.len();
                }
                shown.text.push_str("...");
                return shown;
            }
            push_escaped(&mut shown.text, character);
            if at < end {
                shown.end = shown.text.len();
            }
        }
        if start == line.len() {
            shown.start = shown.text.len();
        }
        shown.end = shown.end.max(shown.start);
        if shown.end == shown.start {
            // Something must be there to mark: the end of the line, or what stands at the point.
            if shown.start == shown.text.len() {
                shown.text.push(' ');
            }
            let width = shown.text[shown.start..].chars().next().map_or(1, char::len_utf8);
            shown.end = shown.start + width;
        }
        shown
    }
}

/// A text in which nothing moves the cursor, reverses the direction of reading or hides.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        push_escaped(&mut escaped, character);
    }
    escaped
}

fn push_escaped(text: &mut String, character: char) {
    if character == '\t' {
        text.push_str("    ");
    } else if is_hidden(character) {
        text.extend(character.escape_unicode());
    } else {
        text.push(character);
    }
}

/// Control, bidirectional, zero-width and other characters without a shape of their own.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::super::code::Code;
    use super::super::sources::{Source, SourceKind};
    use super::*;

    fn rendered(text: &str, start: usize, end: usize) -> String {
        let source = Source::new(SourceKind::Scenario, "a.toml", text);
        let mut all = Diagnostics::new();
        let place = Place::new(&source, start, end);
        all.push(Diagnostic::new(Code::UnknownKey, "unknown key `b`").at(&place).hint("did you mean `bb`?"));
        all.render(false)
    }

    #[test]
    fn a_problem_shows_code_place_line_mark_and_hint() {
        let expected = "\
error[E010]: unknown key `b`
 --> a.toml:2:3
  |
2 |   b = 1
  |   ^
  |
  = help: did you mean `bb`?

";
        assert_eq!(rendered("[a]\n  b = 1\n", 6, 7), expected);
    }

    #[test]
    fn characters_that_hide_or_reverse_are_spelled_out_and_the_mark_still_fits() {
        let text = "a = \"x\u{202e}y\u{200b}\" # é\u{1b}[31m";
        let shown = rendered(text, 4, text.find(" #").unwrap());
        assert!(shown.contains(r#"1 | a = "x\u{202e}y\u{200b}" # é\u{1b}[31m"#), "{shown}");
        assert!(shown.contains("  |     ^^^^^^^^^^^^^^^^^^^^\n"), "{shown}");
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("{}BAD{}", "x".repeat(5_000), "y".repeat(5_000));
        let shown = rendered(&text, 5_000, 5_003);
        assert!(shown.contains(&format!("1 | ...{}BAD{}...\n", "x".repeat(40), "y".repeat(67))), "{shown}");
        assert!(shown.contains(&format!("  | {}^^^\n", " ".repeat(43))), "{shown}");
        assert!(shown.contains("a.toml:1:5001"), "{shown}");
        let all = rendered(&text, 0, 10_003);
        assert!(all.lines().all(|line| line.chars().count() < 130), "{all}");
    }

    #[test]
    fn the_end_of_a_line_or_text_can_be_marked() {
        assert!(rendered("ab", 2, 2).contains("1 | ab \n  |   ^\n"), "{}", rendered("ab", 2, 2));
        assert!(rendered("", 0, 0).contains("  | ^\n"), "{}", rendered("", 0, 0));
        assert!(rendered("ab\n", 3, 3).contains(":2:1"));
        assert!(rendered("a = {\n b = 1\n}", 4, 15).contains("1 | a = {\n  |     ^\n"));
    }

    #[test]
    fn json_carries_the_same_and_stays_one_line_per_value() {
        let source = Source::new(SourceKind::Scenario, "a.toml", "b = 1");
        let mut all = Diagnostics::new();
        all.push(Diagnostic::new(Code::UnknownKey, "unknown key \"b\"\n").at(&Place::new(&source, 4, 5)));
        let value: serde_json::Value = serde_json::from_str(&all.to_json()).unwrap();
        assert_eq!(value[0]["file"], "a.toml");
        assert_eq!((value[0]["line"].as_u64(), value[0]["column"].as_u64()), (Some(1), Some(5)));
        assert_eq!((value[0]["code"].as_str(), value[0]["hint"].as_str()), (Some("E010"), None));
        assert_eq!(value[0]["message"], "unknown key \"b\"\\u{a}");
    }

    #[test]
    fn colours_are_added_only_when_asked() {
        let mut all = Diagnostics::new();
        all.push(Diagnostic::new(Code::Unreadable, "gone"));
        assert_eq!(all.render(false), "error[E001]: gone\n\n");
        assert!(all.render(true).contains("\u{1b}["));
    }
}
