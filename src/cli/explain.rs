//! `explain`: what a code, a measure, a happening, a mechanism, a row of the register or a value of a scenario is.
//!
//! Nothing is written twice: mechanisms are sections of docs/model.md, rows those of docs/register.csv, values the fields
//! of the model.

use std::io::{self, Write};

use serde_json::json;

use crate::cli::exit::Stop;
use crate::measures::Measure;
use crate::model::Inputs;
use crate::model::facts::Observable;
use crate::model::field::{Field, Kind, Table};
use crate::scenario::{CODES, Code, nearest};
use crate::withdrawal::What;

/// The model's description, a section for each mechanism.
const MODEL: &str = include_str!("../../docs/model.md");
/// What the model is meant to hold, and where it is.
const REGISTER: &str = include_str!("../../docs/register.csv");

/// Prints what a term means.
///
/// # Errors
/// A term that is none, or standard output.
pub fn explain(term: &str, json: bool) -> Result<(), Stop> {
    let Some(text) = explanation(term) else {
        let known = terms();
        let near = nearest(term, known.iter().map(String::as_str));
        let hint = if near.is_empty() {
            "terms are codes, measures, mechanisms, happenings of a trace, rows R01 to R46 and paths of values"
                .to_owned()
        } else {
            format!("did you mean {}?", near.join(" or "))
        };
        return Err(Stop::Usage(format!(
            "`{}` is nothing that can be explained; {hint}",
            crate::scenario::escape(term)
        )));
    };
    let text = text.trim_end();
    let mut out = io::stdout().lock();
    if json {
        return Ok(writeln!(out, "{}", json!({ "term": term, "text": text }))?);
    }
    Ok(writeln!(out, "{text}")?)
}

/// Everything that can be explained, by name.
pub fn terms() -> Vec<String> {
    let codes = CODES.iter().map(|info| info.code.text().to_owned());
    let measures = Measure::ALL.iter().map(|measure| measure.name().to_owned());
    let observables = Observable::ALL.iter().map(|observable| observable.name().to_owned());
    let happenings = What::ALL.iter().map(|what| what.name().to_owned());
    let mechanisms = sections().into_iter().flat_map(|(names, _)| names);
    let mut paths = Vec::new();
    collect(Inputs::FIELDS, "", &mut paths);
    codes
        .chain(measures)
        .chain(observables)
        .chain(happenings)
        .chain(mechanisms)
        .chain(rows().map(|row| row[0].to_owned()))
        .chain(paths)
        .collect()
}

/// What a term means, if it is one.
pub fn explanation(term: &str) -> Option<String> {
    if let Some(code) = Code::from_text(term) {
        let info = code.info();
        return Some(format!("{}: {}\n\n{}", code.text(), info.title, info.explanation));
    }
    if let Some(measure) = Measure::named(term) {
        return Some(format!("{} ({}): a measure\n\n{}", measure.name(), measure.unit(), measure.meaning()));
    }
    if let Some(of) = Observable::ALL.iter().find(|of| of.name() == term) {
        return Some(format!("{} ({}): what facts can be tied to\n\n{}", of.name(), of.unit(), of.meaning()));
    }
    if let Some(what) = What::ALL.iter().find(|what| what.name() == term) {
        return Some(format!("{}: a happening in traces\n\n{}", what.name(), what.meaning()));
    }
    if let Some(row) = rows().find(|row| &row[0] == term) {
        return Some(register_row(&row));
    }
    let section = sections().into_iter().find(|(names, _)| names.iter().any(|name| name == term));
    if let Some((_, text)) = section {
        return Some(text);
    }
    let parts: Vec<&str> = term.split('.').collect();
    field(Inputs::FIELDS, &parts).map(|field| described(term, field))
}

/// The sections of the model's description that are about mechanisms, with the names of their files.
fn sections() -> Vec<(Vec<String>, String)> {
    let headings = MODEL.match_indices("\n### ").map(|(at, _)| at + 1).collect::<Vec<_>>();
    let mut found = Vec::new();
    for &start in &headings {
        let text = &MODEL[start..];
        let end = text[1..].find("\n#").map_or(text.len(), |end| end + 1);
        let heading = text.lines().next().unwrap_or_default();
        let files = heading.split('`').skip(1).step_by(2).filter_map(|name| name.strip_suffix(".rs"));
        let names: Vec<String> = files.map(str::to_owned).collect();
        if !names.is_empty() {
            found.push((names, text[..end].trim_start_matches("### ").to_owned()));
        }
    }
    found
}

fn rows() -> impl Iterator<Item = csv::StringRecord> {
    let reader = csv::Reader::from_reader(REGISTER.as_bytes());
    reader.into_records().filter_map(Result::ok)
}

fn register_row(row: &csv::StringRecord) -> String {
    let place = if row[2].is_empty() { "nowhere" } else { &row[2] };
    let mut lines = vec![format!("{}: {}\n\nWhere: {place}", &row[0], &row[1])];
    if !row[3].is_empty() {
        lines.push(format!("Try:   --set {}; it moves {}", row[3].replace(';', " --set "), &row[4]));
    }
    if !row[5].is_empty() {
        lines.push(format!("Note:  {}", &row[5]));
    }
    lines.join("\n")
}

/// The field at a path. Items of lists are stepped over by id or position, or left out.
fn field(fields: &'static [Field], parts: &[&str]) -> Option<&'static Field> {
    let (name, rest) = parts.split_first()?;
    let field = fields.iter().find(|field| field.name == *name)?;
    if rest.is_empty() {
        return Some(field);
    }
    match field.kind {
        Kind::Table(inner) => self::field(inner, rest),
        Kind::List(inner) => self::field(inner, rest).or_else(|| self::field(inner, &rest[1..])),
        _ => None,
    }
}

fn collect(fields: &'static [Field], above: &str, paths: &mut Vec<String>) {
    for field in fields {
        let path = format!("{above}{}", field.name);
        if let Kind::Table(inner) | Kind::List(inner) = field.kind {
            collect(inner, &format!("{path}."), paths);
        }
        paths.push(path);
    }
}

fn described(path: &str, field: &Field) -> String {
    let holds = match field.kind {
        Kind::Number { unit, min, max } | Kind::Count { unit, min, max } => {
            let whole = if matches!(field.kind, Kind::Count { .. }) { "a whole number" } else { "a number" };
            let unit = if unit.is_empty() { String::new() } else { format!(" of {unit}") };
            format!("{whole}{unit} from {min} to {max}; it may be uncertain")
        }
        Kind::Date => "a date; it may be uncertain".to_owned(),
        Kind::Start => "the date from which days are counted".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::Text => "text for people".to_owned(),
        Kind::Id => "the name by which other tables refer to this one".to_owned(),
        Kind::Reference(lists) => {
            let named: Vec<String> = lists.iter().map(|list| with_article(list)).collect();
            format!("the id of {}", named.join(" or "))
        }
        Kind::References(lists) => format!("ids of {}", lists.join(" or ")),
        Kind::Choice(words) => format!("one of {}", words.join(", ")),
        Kind::Table(inner) | Kind::List(inner) => {
            let names: Vec<&str> = inner.iter().map(|field| field.name).collect();
            let what = if matches!(field.kind, Kind::List(_)) { "a list of tables" } else { "a table" };
            format!("{what} of {}", names.join(", "))
        }
    };
    let optional = match field.kind {
        Kind::List(_) => " Left out, it is empty; `check` says where that will not do.",
        _ if field.optional => " It may be left out.",
        _ => "",
    };
    format!("{path}: in scenarios, {holds}\n\n{}{optional}", field.doc.trim())
}

/// `a base`, `an exit`.
fn with_article(noun: &str) -> String {
    format!("{} {noun}", if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_is_explained() {
        let terms = terms();
        assert!(terms.len() > 400, "{}", terms.len());
        for term in terms {
            let text = explanation(&term).unwrap_or_else(|| panic!("`{term}` is not explained"));
            assert!(text.len() > term.len() + 20, "`{term}` is explained by `{text}`");
        }
    }

    #[test]
    fn every_mechanism_has_its_section() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/withdrawal");
        // What is no mechanism: wiring, books, and what is told.
        let others = ["mod", "event", "observe", "outcome", "tables", "tale", "thinning"];
        for entry in std::fs::read_dir(folder).expect("the room is there") {
            let name = entry.expect("it can be listed").path();
            let name = name.file_stem().expect("a name").to_string_lossy().into_owned();
            assert!(
                others.contains(&name.as_str()) || explanation(&name).is_some(),
                "docs/model.md has no section on {name}.rs"
            );
        }
    }

    #[test]
    fn values_are_found_with_and_without_the_id_of_an_item() {
        for path in ["base.crews", "base.kidal.crews", "permissions.truck_column.change.0.from", "convoys.max_vehicles"]
        {
            assert!(explanation(path).is_some(), "{path}");
        }
        assert!(explanation("base.kidal.crew").is_none() && explanation("").is_none());
    }
}
