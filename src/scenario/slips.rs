//! Slips that break the grammar of TOML and can be told by what stands there: habits from other formats, from office
//! programs and from speech.

use super::sources::Place;
use super::syntax::string_end;

/// What is wrong at a place, what to write instead, and where exactly.
pub(super) struct Slip {
    pub place: Place,
    pub message: String,
    pub hint: String,
}

const DAYS: &str = "write days as year-month-day: 2023-12-31";
const COMMENT: &str = "a comment begins with #";
const NUMBER: &str = "numbers stand alone, without unit or sign of percent; text stands in quotes";

/// The slip at the place of a parser's error, if it is one that people make.
///
/// # Arguments
/// * `raw` - what the parser said.
pub(super) fn recognised(raw: &str, place: &Place) -> Option<Slip> {
    let slip = |place: &Place, message: &str, hint: &str| {
        Some(Slip { place: place.clone(), message: message.to_owned(), hint: hint.to_owned() })
    };
    let (start, line) = place.source.line_at(place.start);
    let whole = Place::new(&place.source, start, start + line.len());
    if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark)) {
        let hint = "keep one of the two versions between <<<<<<<, ======= and >>>>>>>, and remove these lines";
        return slip(&whole, "two versions of the file were put together and not settled", hint);
    }
    if raw.starts_with("invalid multi-line") {
        let open = unclosed(place).unwrap_or_else(|| place.clone());
        return slip(&open, "this text is never closed", "end it with the three quotes it begins with");
    }
    if ["//", ";", "--", "/*"].iter().any(|mark| line.trim_start().starts_with(mark)) {
        return slip(&whole, "this line is neither a key, a table nor a comment", COMMENT);
    }
    if raw.contains("escape") || raw.contains("unicode") {
        let hint = "write a backslash twice, or the text in single quotes: 'C:\\cases'";
        return slip(place, "a backslash in a text begins a special character, and this is none", hint);
    }
    if raw.starts_with("invalid exponent") {
        return slip(&token(place), "this number lacks the digits of its exponent", "write 1e6 or 1000000");
    }
    if raw.starts_with("invalid date") {
        let token = token(place);
        let range = token.text().split_once('-').filter(|(low, high)| is_number(low) && is_number(high));
        if let Some((low, high)) = range.filter(|(low, _)| low.len() != 4) {
            let hint = format!("a number that is not known has a law: {{ uniform = [{low}, {high}] }}");
            return slip(&token, "a range is no value", &hint);
        }
    }
    if raw.starts_with("invalid float, expected nothing") {
        let token = token(place);
        let hint = if token.text().matches('.').count() == 2 { DAYS } else { NUMBER };
        return slip(&token, &format!("`{}` is no value", token.text()), hint);
    }
    None
}

/// What to write instead of something that is no value of TOML.
pub(super) fn instead_of(text: &str) -> String {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (lower, has_digit) = (text.to_lowercase(), text.contains(|c: char| c.is_ascii_digit()));
    let has_month = lower.split_whitespace().any(|word| MONTHS.iter().any(|month| word.starts_with(month)));
    let first = text.trim_start_matches(|c: char| "$€£¥~≈<>±#".contains(c)).trim_start();
    if text.contains("//") {
        COMMENT.to_owned()
    } else if text.starts_with(['“', '”', '„', '‘', '’', '«', '»']) {
        let inside = text.trim_matches(|c: char| "“”„‘’«» ".contains(c));
        format!("TOML has straight quotes: \"{inside}\"")
    } else if ["null", "none", "nil", "na", "n/a", "unknown", "tbd", "?"].contains(&lower.as_str()) {
        "remove the key if it may be left out; a number that is not known has a law: { uniform = [1, 2] }".to_owned()
    } else if has_digit && (text.contains('/') || has_month) {
        DAYS.to_owned()
    } else if first.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+' || c == '.') {
        NUMBER.to_owned()
    } else if matches!(lower.as_str(), "yes" | "no" | "on" | "off") {
        "write true or false".to_owned()
    } else {
        format!("text stands in quotes: \"{text}\"")
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// The whole word that a place lies in.
fn token(place: &Place) -> Place {
    let (start, line) = place.source.line_at(place.start);
    let ends = |c: char| c.is_whitespace() || "=,[]{}#".contains(c);
    let at = place.start - start;
    let first =
        line[..at].rfind(ends).map_or(0, |found| found + line[found..].chars().next().map_or(1, char::len_utf8));
    let last = line[at..].find(ends).map_or(line.len(), |found| at + found);
    Place::new(&place.source, start + first, start + last)
}

/// Where the text opens that goes on to the end of the file.
fn unclosed(place: &Place) -> Option<Place> {
    let text = place.source.text().as_bytes();
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'#' => at = super::syntax::find(text, at, b"\n"),
            quote @ (b'"' | b'\'') => {
                let end = string_end(text, at, quote);
                let long = text[at..].starts_with(&[quote; 3]);
                if long && (end < at + 6 || !text[..end].ends_with(&[quote; 3])) {
                    return Some(Place::new(&place.source, at, at + 3));
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::sources::{Source, SourceKind};
    use super::*;

    fn place(text: &str, at: usize) -> Place {
        Place::new(&Source::new(SourceKind::Scenario, "a.toml", text), at, at + 1)
    }

    #[test]
    fn what_begins_like_a_number_is_taken_for_one() {
        for text in ["12 km", "-12km", "+12km", ".5km", "$ 12"] {
            assert_eq!(instead_of(text), NUMBER, "{text}");
        }
        assert_eq!(instead_of("km"), "text stands in quotes: \"km\"");
    }

    #[test]
    fn quotes_in_a_comment_open_nothing() {
        let text = "# \"\"\" opens a text\na = '''it\n";
        let found = unclosed(&place(text, 0)).expect("an open text");
        assert_eq!(found.start, text.find("'''").expect("there"));
        assert!(unclosed(&place("# \"\"\"\na = 1\n", 0)).is_none());
    }

    #[test]
    fn a_word_is_found_around_any_of_its_characters() {
        for at in 4..14 {
            assert_eq!(token(&place("a = 30.06.2030 # day", at)).text(), "30.06.2030");
        }
        assert_eq!(token(&place("a=[é1,2]", 3)).text(), "é1");
        assert_eq!(token(&place("30.06", 0)).text(), "30.06");
    }

    #[test]
    fn the_text_that_is_never_closed_is_found_behind_those_that_are() {
        let found = |text: &str| unclosed(&place(text, 0)).map(|place| (place.line(), place.column()));
        assert_eq!(found("a = \"\"\"x\"\"\"\nb = '''y\nz\n"), Some((2, 5)));
        assert_eq!(found("a = \"\"\"x\"\"\" # '''\nb = \"'''\"\n"), None);
        assert_eq!(found("a = \"\"\""), Some((1, 5)));
    }

    #[test]
    fn whatever_stands_there_something_is_said() {
        for text in ["", "é", "“", "🙂", "\u{202e}", "=", "\"\"\"", "-", "1-", "9-9"] {
            for raw in ["", "invalid multi-line", "invalid date", "invalid float, expected nothing", "invalid exponent"]
            {
                for at in 0..=text.len() {
                    let _ = recognised(raw, &place(text, at));
                }
            }
            let _ = instead_of(text);
        }
    }
}
