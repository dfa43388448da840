//! What is wrong with a text that is not TOML, in words that say what to write.

use std::sync::Arc;

use toml::de;

use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::slips::{instead_of, recognised};
use super::sources::{Place, Source, SourceKind};

/// Notes the errors of a whole file: the first of each line, and none behind a bracket that is never closed, where
/// everything that follows is misread.
pub(super) fn note_errors(source: &Arc<Source>, errors: &[de::Error], diagnostics: &mut Diagnostics) {
    let runaway = runaway_bracket(source);
    let limit = runaway.as_ref().and_then(|found| found.place.as_ref()).map_or(usize::MAX, |place| place.start);
    let mut starts: Vec<(usize, &de::Error)> =
        errors.iter().map(|error| (error.span().map_or(0, |span| span.start), error)).collect();
    starts.sort_by_key(|(start, _)| *start);
    starts.dedup_by_key(|(start, _)| source.line_index(*start));
    // Of a file in another format one error says enough.
    if source.text().trim_start().starts_with(['{', '<']) {
        starts.truncate(1);
    }
    for (_, error) in starts.into_iter().take_while(|(start, _)| *start < limit) {
        diagnostics.push(describe(source, 0, error));
    }
    if let Some(found) = runaway {
        diagnostics.push(found);
    }
}

/// One error in words.
///
/// # Arguments
/// * `offset` - where in the source the text begins that was parsed.
pub(super) fn describe(source: &Arc<Source>, offset: usize, error: &de::Error) -> Diagnostic {
    let span = error.span().unwrap_or(0..0);
    let place = Place::new(source, offset + span.start, offset + span.end);
    if let Some(slip) = recognised(error.message(), &place) {
        return Diagnostic::new(Code::Syntax, slip.message).at(&slip.place).hint(slip.hint);
    }
    let (message, hint) = words(error.message(), &place);
    Diagnostic::new(Code::Syntax, message).at(&place).hint(hint)
}

fn words(raw: &str, place: &Place) -> (String, String) {
    let starts = |start: &str| raw.starts_with(start);
    let fixed = |message: &str, hint: &str| (message.to_owned(), hint.to_owned());
    if starts("duplicate key") {
        let message = format!("{} is here a second time in its table", shown(place.text()));
        return (message, "remove or rename one of them; a list of tables has double brackets: [[name]]".to_owned());
    }
    if starts("invalid boolean") && ["true", "false"].iter().any(|word| word.eq_ignore_ascii_case(place.text())) {
        return fixed("true and false have small letters", &format!("write {}", place.text().to_ascii_lowercase()));
    }
    if starts("string values must be quoted") || starts("invalid boolean") || starts("invalid float, expected `") {
        return unquoted(place);
    }
    if starts("invalid basic string") || starts("invalid literal string") {
        return fixed("this text is not closed on its line", "end it with the quote it begins with");
    }
    if starts("invalid date") || starts("invalid time") || starts("invalid datetime") {
        return fixed("this is not a day of the calendar", "write days as year-month-day: 2023-12-31");
    }
    if starts("invalid mantissa") || starts("invalid fraction") {
        return fixed("this number lacks a digit beside its point", "write 0.5 and 5.0, not .5 and 5.");
    }
    if starts("key with no value") {
        return fixed("there is no `=` after the key", "a line is `key = value`, `[table]` or `[[list]]`");
    }
    if starts("unexpected key or value") {
        return after_value(place);
    }
    if starts("missing comma") {
        return fixed("a comma is missing here, or the closing bracket", "items are set apart by commas: [1, 2]");
    }
    if place.source.text().trim_start().starts_with(['{', '<']) && place.source.kind() != SourceKind::Argument {
        return fixed("this is not TOML", "scenarios are TOML, not JSON or XML: a line is `key = value`");
    }
    let hint = "a line is `key = value`, `[table]` or `[[list]]`; text stands in quotes";
    (format!("not valid TOML: {raw}"), hint.to_owned())
}

/// A value that is neither in quotes nor anything that goes without them.
fn unquoted(place: &Place) -> (String, String) {
    let text = place.text().trim();
    let message = format!("{} is no value", shown(text));
    let hint = match text.chars().next() {
        None => {
            return (
                "there is no value here".to_owned(),
                "write one, or remove the key if it may be left out".to_owned(),
            );
        }
        Some(_) => instead_of(text),
    };
    (message, hint)
}

/// Something behind a complete value.
fn after_value(place: &Place) -> (String, String) {
    let (before, after) = place.source.text().split_at(place.start);
    let next = after.chars().next().unwrap_or(' ');
    let hint = if before.ends_with(|c: char| c.is_ascii_digit()) && matches!(next, ',' | '.' | ' ') {
        "decimals have a point, and nothing stands between thousands (or `_`): 2.85, 1_200"
    } else {
        "one key to a line; a comment begins with #"
    };
    (format!("{} cannot follow the value", shown(next)), hint.to_owned())
}

/// The bracket that is still open where a new key or table begins.
fn runaway_bracket(source: &Arc<Source>) -> Option<Diagnostic> {
    let text = source.text();
    let mut open: Vec<(usize, u8)> = Vec::new();
    let mut at = 0;
    let mut line_start = true;
    while let Some(&byte) = text.as_bytes().get(at) {
        if line_start
            && let Some(&(start, bracket)) = open.last()
            && begins_anew(text[at..].lines().next().unwrap_or_default(), bracket)
        {
            let place = Place::new(source, start, start + 1);
            let line = Place::new(source, at, at).line();
            let message = format!("this bracket is not closed before line {line}");
            let hint = format!("close it with `{}`", if bracket == b'[' { ']' } else { '}' });
            return Some(Diagnostic::new(Code::Syntax, message).at(&place).hint(hint));
        }
        line_start = byte == b'\n';
        match byte {
            b'#' => at = super::syntax::find(text.as_bytes(), at, b"\n") - 1,
            b'"' | b'\'' => at = super::syntax::string_end(text.as_bytes(), at, byte) - 1,
            b'[' | b'{' => open.push((at, byte)),
            b']' | b'}' => drop(open.pop()),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether a line can only be the beginning of a key or table, and not the continuation of a list or inline table.
fn begins_anew(line: &str, inside: u8) -> bool {
    let name = |text: &str| {
        let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(bare)
    };
    let line = line.split('#').next().unwrap_or_default().trim_end();
    let table = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let header = table.map(|rest| rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(rest));
    let key = line.split_once('=').map(|(key, _)| key.trim_end());
    // Inline tables may go over several lines, so a key in one proves nothing.
    header.is_some_and(name) || (inside == b'[' && key.is_some_and(name))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{changed, problem, problems};

    #[test]
    fn frequent_slips_are_told_apart() {
        for (from, to, at, hint) in [
            (
                "km = 285",
                "km = 285 km",
                "34:6 E005 `285 km` is no value",
                "numbers stand alone, without unit or sign of percent; text stands in quotes",
            ),
            ("title = \"Gao\"", "title = Gao", "22:9 E005 `Gao` is no value", "text stands in quotes: \"Gao\""),
            ("appeal = true", "appeal = yes", "17:10 E005 `yes` is no value", "write true or false"),
            (
                "km = 285",
                "km = 2,85",
                "34:7 E005 `,` cannot follow the value",
                "decimals have a point, and nothing stands between thousands (or `_`): 2.85, 1_200",
            ),
            ("appeal = true", "appeal = True", "17:10 E005 true and false have small letters", "write true"),
            (
                "title = \"Gao\"",
                "title = \"Gao",
                "22:13 E005 this text is not closed on its line",
                "end it with the quote it begins with",
            ),
            (
                "title = \"Gao\"",
                "title \"Gao\"",
                "22:7 E005 there is no `=` after the key",
                "a line is `key = value`, `[table]` or `[[list]]`",
            ),
            (
                "title = \"Gao\"",
                "title =",
                "22:8 E005 there is no value here",
                "write one, or remove the key if it may be left out",
            ),
            (
                "deadline = 2023-12-31",
                "deadline = 2023-13-31",
                "6:12 E005 this is not a day of the calendar",
                "write days as year-month-day: 2023-12-31",
            ),
            (
                "deadline = 2023-12-31",
                "deadline = 31/12/2023",
                "6:12 E005 `31/12/2023` is no value",
                "write days as year-month-day: 2023-12-31",
            ),
            (
                "rate = 2.5",
                "rate = 2.5\nrate = 3",
                "14:1 E005 `rate` is here a second time in its table",
                "remove or rename one of them; a list of tables has double brackets: [[name]]",
            ),
            (
                "rate = 2.5",
                "rate = .5",
                "13:8 E005 this number lacks a digit beside its point",
                "write 0.5 and 5.0, not .5 and 5.",
            ),
        ] {
            assert_eq!(problem(from, to), (at.to_owned(), hint.to_owned()));
        }
    }

    #[test]
    fn an_open_bracket_hides_the_errors_it_causes_and_no_others() {
        let open = changed("\"trucks\"]", "\"trucks\"").replace("rate = 2.5", "rate = two");
        let message = "18:9 E005 this bracket is not closed before line 20";
        assert_eq!(problems(&open), ["13:8 E005 `two` is no value", message]);
        let open = changed("note = \"wide\" }", "note = \"wide\"");
        assert_eq!(problems(&open), ["12:7 E005 this bracket is not closed before line 15"]);
        let legal = changed("\"gao\", \"trucks\"]", "\"gao\", # ]\n\n  \"trucks\",\n]");
        assert!(problems(&legal).is_empty());
    }
}
