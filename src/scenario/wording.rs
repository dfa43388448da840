//! What a field wants, in words.

use super::code::Code;
use super::diagnostic::{Diagnostic, shown};
use super::nearest::enumerated;
use super::node::{Content, Node};
use crate::model::field::{Field, Kind};
use crate::units::{Date, DateError};

/// What a field of this kind holds, as the end of the sentence "this must be ...".
pub(super) fn wanted(kind: &Kind) -> String {
    match kind {
        Kind::Number { unit: "share", min, max } => format!("a share from {} to {}", plain(*min), plain(*max)),
        Kind::Number { unit: "x", min, max } => format!("a factor{}", range(*min, *max)),
        Kind::Number { unit, min, max } => format!("a number{}{}", in_unit(unit), range(*min, *max)),
        Kind::Count { unit, min, max } => format!("a whole number of {unit}{}", range(*min, *max)),
        Kind::Date | Kind::Start => "a date such as 2023-12-31, without quotes".to_owned(),
        Kind::Flag => "true or false, without quotes".to_owned(),
        Kind::Text => "text in quotes".to_owned(),
        Kind::Id => "an id in quotes, such as \"kidal-2\"".to_owned(),
        Kind::Reference(lists) => format!("the id of an item of {}", enumerated(lists.iter().copied())),
        Kind::References(lists) => format!("a list of ids of {}", enumerated(lists.iter().copied())),
        Kind::Choice(words) => format!("one of {}", enumerated(words.iter().copied())),
        Kind::Table(_) => "a table".to_owned(),
        Kind::List(_) => "a list of tables".to_owned(),
    }
}

fn in_unit(unit: &str) -> String {
    match unit {
        "" => String::new(),
        per if per.starts_with("per ") => format!(" {per}"),
        unit => format!(" in {unit}"),
    }
}

/// " from 1 to 5000", with what is not bounded left out.
fn range(min: f64, max: f64) -> String {
    match (min.is_finite(), max.is_finite()) {
        (true, true) => format!(" from {} to {}", plain(min), plain(max)),
        (true, false) => format!(", {} or more", plain(min)),
        (false, true) => format!(", {} or less", plain(max)),
        (false, false) => String::new(),
    }
}

/// Whole numbers up to this are exact.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// A number without a needless point.
pub(super) fn plain(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() <= MOST_EXACT { format!("{}", value as i64) } else { format!("{value:?}") }
}

/// What to add where a field is missing.
pub(super) fn addition(field: &Field) -> String {
    let name = field.name;
    match field.kind {
        Kind::Table(fields) => {
            let keys = fields.iter().filter(|field| !field.optional).map(|field| field.name);
            format!("add a table `{name}` with its keys {}", enumerated(keys))
        }
        _ => format!("add {name} = ...: {}", wanted(&field.kind)),
    }
}

/// The complaint that a value is of the wrong type, with the likely remedy.
pub(super) fn wrong_type(path: &str, field: &Field, node: &Node) -> Diagnostic {
    let message = format!("{} must be {}, and this is {}", shown(path), wanted(&field.kind), node.described());
    let problem = Diagnostic::new(Code::WrongType, message).at(&node.place);
    match remedy(field, node) {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// The same for an item of a list of ids.
pub(super) fn wrong_item(path: &str, item: &Node) -> Diagnostic {
    let message = format!("each item of {} must be an id, and this is {}", shown(path), item.described());
    Diagnostic::new(Code::WrongType, message).at(&item.place).hint(in_quotes(item))
}

fn in_quotes(node: &Node) -> String {
    format!("put it into quotes: \"{}\"", node.place.text())
}

fn remedy(field: &Field, node: &Node) -> Option<String> {
    let name = field.name;
    let hint = match (&field.kind, &node.content) {
        (Kind::Number { .. } | Kind::Count { .. }, Content::Text(text)) => number_in_text(&field.kind, text),
        (Kind::Number { .. } | Kind::Count { .. }, Content::List(items)) => match items.len() {
            1 => format!("remove the brackets: {}", items[0].place.text()),
            2 => format!("name the law: {{ uniform = {} }}", node.place.text()),
            3 => format!("name the law: {{ triangular = {0} }} or {{ quantiles = {0} }}", node.place.text()),
            _ => return None,
        },
        (Kind::Date | Kind::Start, Content::Text(text)) => match text.trim().parse::<Date>() {
            Ok(date) => format!("remove the quotes: {date}"),
            Err(DateError::NoSuchDay(_)) => "there is no such day in the calendar".to_owned(),
            Err(DateError::Form(_)) => "write the day as year-month-day".to_owned(),
        },
        (Kind::Flag, Content::Text(text)) if matches!(text.as_str(), "true" | "false") => {
            format!("remove the quotes: {text}")
        }
        (Kind::Flag, _) => format!("write {name} = true or {name} = false"),
        (Kind::References(_), Content::Text(text)) => format!("put it into brackets: [{text:?}]"),
        (Kind::List(_), Content::Table(_)) => format!("begin each item with [[{name}]], in double brackets"),
        (Kind::List(_), Content::Text(_)) => "only the scenario file itself can name a CSV file for a list".to_owned(),
        (Kind::Table(_), Content::List(_)) => format!("there is one of it: write [{name}], in single brackets"),
        (Kind::Table(_), _) => format!("write its keys below a line [{name}]"),
        (Kind::Text | Kind::Id | Kind::Reference(_) | Kind::Choice(_), Content::List(_) | Content::Table(_)) => {
            return None;
        }
        (Kind::Text | Kind::Id | Kind::Reference(_) | Kind::Choice(_), _) => in_quotes(node),
        _ => return None,
    };
    Some(hint)
}

/// Whether a number of this kind can have the value.
fn is_legal(kind: &Kind, value: f64) -> bool {
    match *kind {
        Kind::Number { min, max, .. } => (min..=max).contains(&value),
        Kind::Count { min, max, .. } => (min..=max).contains(&value) && value.fract() == 0.0,
        _ => false,
    }
}

/// Whether a number of this kind may be thought of in percent.
fn is_ratio(kind: &Kind) -> bool {
    matches!(kind, Kind::Number { unit: "share" | "x", .. })
}

/// What to write instead of a text where a number belongs.
fn number_in_text(kind: &Kind, text: &str) -> String {
    let text = text.trim();
    let length = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+' | '_')).unwrap_or(text.len());
    let (number, rest) = (text[..length].replace('_', ""), text[length..].trim());
    match (number.parse::<f64>(), rest) {
        (Ok(value), "") if is_legal(kind, value) => format!("remove the quotes: {}", plain(value)),
        (Ok(value), "%") if is_legal(kind, value / 100.0) && is_ratio(kind) => {
            format!("write the share: {}", plain(value / 100.0))
        }
        (Ok(_), "" | "%") => format!("write {}", wanted(kind)),
        (Ok(_), separated) if separated.starts_with(',') => {
            "decimals have a point, and thousands no separator: 2.5, 1000".to_owned()
        }
        (Ok(value), _) => format!("write the number alone, without quotes: {}", plain(value)),
        (Err(_), _) => match kind {
            Kind::Count { .. } => "write a whole number without quotes, such as 12".to_owned(),
            _ => "write a number without quotes, such as 2.5, or a law such as { uniform = [1, 2] }".to_owned(),
        },
    }
}
