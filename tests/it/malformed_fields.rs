//! Every field that is declared, in every way its kind can be wrong: what must be reported follows from the kind alone.

use std::collections::BTreeSet;

use rearguard::model::Inputs;
use rearguard::model::field::{Field, Kind, Table};

use crate::malformed::{Expected, HEAD, Mistake};

/// The line on which the mistake stands, below the head.
const LINE: usize = 3;

/// Where a field stands: what is written before it on its line, and after its value.
struct Spot<'a> {
    before: String,
    after: String,
    field: &'static Field,
    done: &'a mut Vec<Mistake>,
}

/// A mistake for every field and every way.
pub fn mistakes() -> Vec<Mistake> {
    let mut done = Vec::new();
    table(Inputs::FIELDS, "", "", &mut BTreeSet::new(), &mut done);
    done
}

/// The fields of a table whose keys are written behind `before`.
fn table(fields: &'static [Field], before: &str, after: &str, seen: &mut BTreeSet<usize>, done: &mut Vec<Mistake>) {
    // Each table is declared once, wherever it stands: the desks are one.
    if !seen.insert(fields.as_ptr() as usize) {
        return;
    }
    unknown_key(fields, (before, after), done);
    for field in fields {
        // Without it no date means anything, so more than it would be reported.
        if field.name != "mission" {
            wrong(Spot { before: before.to_owned(), after: after.to_owned(), field, done });
        }
        below(field, before, after, seen, done);
    }
}

/// What lies below a field.
fn below(field: &Field, before: &str, after: &str, seen: &mut BTreeSet<usize>, done: &mut Vec<Mistake>) {
    match field.kind {
        Kind::Table(fields) => table(fields, &format!("{before}{}.", field.name), after, seen, done),
        Kind::List(fields) if seen.insert(fields.as_ptr() as usize) => {
            let open = format!("{before}{} = [{{ ", field.name);
            let close = format!(" }}]{after}");
            unknown_key(fields, (&format!("{open}{}, ", siblings(fields, "")), &close), done);
            duplicates(field, fields, (before, after), done);
            for item in fields {
                missing(item, &open, (&siblings(fields, item.name), &close), done);
                let before = format!("{open}{}, ", siblings(fields, item.name)).replace("{ , ", "{ ");
                wrong(Spot { before: before.clone(), after: close.clone(), field: item, done });
                below(item, &before, &close, seen, done);
            }
        }
        _ => {}
    }
}

/// The keys that an item must have but for one, with values that are sound by themselves.
fn siblings(fields: &[Field], but: &str) -> String {
    let keys = fields.iter().filter(|field| !field.optional && field.name != but);
    keys.map(|field| format!("{} = {}", field.name, sound(field))).collect::<Vec<_>>().join(", ")
}

/// A value that a field allows.
fn sound(field: &Field) -> String {
    let id_in = |lists: &[&str]| match lists[0] {
        "base" => "\"east\"",
        "zone" => "\"plain\"",
        "region" => "\"hills\"",
        "class" => "\"truck\"",
        _ => "\"harbour\"",
    };
    match field.kind {
        Kind::Number { min, max, .. } | Kind::Count { min, max, .. } => format!("{:?}", 1.0_f64.clamp(min, max)),
        Kind::Date | Kind::Start => "2030-03-01".to_owned(),
        Kind::Flag => "false".to_owned(),
        Kind::Text => "\"text\"".to_owned(),
        Kind::Id => "\"extra\"".to_owned(),
        Kind::Reference(lists) => id_in(lists).to_owned(),
        Kind::References(lists) => format!("[{}]", id_in(lists)),
        Kind::Choice(words) => format!("{:?}", words[0]),
        Kind::Table(_) | Kind::List(_) => "[]".to_owned(),
    }
}

fn columns(text: &str) -> usize {
    text.chars().count() + 1
}

fn add(done: &mut Vec<Mistake>, what: &str, line: &str, expected: Expected) {
    done.push(Mistake::new(format!("{what}: {line}"), format!("{HEAD}{line}\n"), vec![expected]));
}

fn unknown_key(fields: &[Field], (before, after): (&str, &str), done: &mut Vec<Mistake>) {
    let key = format!("{}_x", fields[0].name);
    let line = format!("{before}{key} = 1{after}");
    add(done, "unknown key", &line, Expected::new("E010", LINE, columns(before), &[&format!("unknown key `{key}`")]));
}

fn missing(field: &Field, open: &str, (siblings, close): (&str, &str), done: &mut Vec<Mistake>) {
    if field.optional || siblings.is_empty() {
        return;
    }
    let line = format!("{open}{siblings}{close}");
    let brace = columns(open.trim_end_matches("{ "));
    add(done, "missing", &line, Expected::new("E011", LINE, brace, &[&format!("has no `{}`", field.name)]));
}

fn duplicates(field: &Field, fields: &[Field], (before, after): (&str, &str), done: &mut Vec<Mistake>) {
    if !fields.iter().any(|item| matches!(item.kind, Kind::Id)) {
        return;
    }
    let item = format!("{{ {} }}", siblings(fields, ""));
    let start = format!("{before}{} = [{item}, {{ id = ", field.name);
    let line = format!("{before}{} = [{item}, {item}]{after}", field.name);
    assert!(line.starts_with(&start), "`id` is the first key of an item");
    add(done, "twice", &line, Expected::new("E018", LINE, columns(&start), &["have the id `extra`"]));
}

/// Every way in which a field's kind can be wrong: the value, the code, and how far into the value it must point.
fn ways(kind: &Kind) -> Vec<(String, &'static str, usize)> {
    let mut ways = Vec::new();
    let mut add = |values: &[&str], code: &'static str, at: usize| {
        ways.extend(values.iter().map(|&value| (value.to_owned(), code, at)));
    };
    match *kind {
        Kind::Number { min, max, .. } | Kind::Count { min, max, .. } => {
            add(&["\"many\"", "\"\"", "true", "[1]", "2030-03-01"], "E012", 0);
            add(&["nan", "inf", "-inf"], "E013", 0);
            add(&["06:30:00", "2030-03-01T06:30:00Z"], "E016", 0);
            add(&[&format!("{:?}", min - 1.0)], "E014", 0);
            add(&[&format!("{:?}", 2.0 * max + 1.0)], "E014", 0);
            add(&["{ uniform = 1 }"], "E021", 12);
            let (low, high) = (min + 0.25 * (max - min), min + 0.75 * (max - min));
            add(&[&format!("{{ uniform = [{high:?}, {low:?}] }}")], "E021", 12);
            // A law of which next to nothing lies outside is cut, and no mistake.
            if 1e6 * (high - min) < 1e12 {
                add(&[&format!("{{ uniform = [{:?}, {high:?}] }}", min - 1.0)], "E022", 12);
            }
            add(&["{ unifrom = [0, 1] }"], "E010", 2);
            if matches!(kind, Kind::Count { .. }) {
                add(&[&format!("{:?}", min + 0.5)], "E015", 0);
            }
        }
        Kind::Date | Kind::Start => {
            add(&["\"2030-03-01\"", "\"\"", "5", "true", "[2030-03-01]"], "E012", 0);
            add(&["06:30:00", "2030-03-01T06:30:00Z"], "E016", 0);
            add(&["2030-02-30"], "E005", 0);
            if matches!(kind, Kind::Date) {
                add(&["2330-03-01"], "E016", 0);
                add(&["{ normal = { mean = 2030-03-01, sd = 1 } }"], "E021", 2);
            }
        }
        Kind::Flag => add(&["\"true\"", "0", "2030-03-01", "[]", "{ value = true }"], "E012", 0),
        Kind::Text => add(&["5", "true", "[]", "{}"], "E012", 0),
        Kind::Id => {
            add(&["5", "true", "[]"], "E012", 0);
            add(&["\"Not An Id\"", "\"\"", "\"1st\"", "\"a/b\""], "E017", 0);
        }
        Kind::Reference(_) => {
            add(&["5", "true", "[]"], "E012", 0);
            add(&["\"no-such-thing\"", "\"\""], "E019", 0);
        }
        Kind::References(_) => {
            add(&["5", "\"east\"", "{}"], "E012", 0);
            add(&["[5]", "[[]]"], "E012", 1);
            add(&["[\"no-such-thing\"]"], "E019", 1);
        }
        Kind::Choice(_) => {
            add(&["5", "true", "[]"], "E012", 0);
            add(&["\"no-such-word\"", "\"\""], "E020", 0);
        }
        Kind::Table(_) => add(&["5", "\"text\"", "[]", "[5]"], "E012", 0),
        Kind::List(_) => {
            add(&["5", "true"], "E012", 0);
            add(&["[5]"], "E012", 1);
            add(&["\"text\""], "E009", 0);
        }
    }
    ways
}

/// A mistake for every way in which a field can be wrong.
fn wrong(Spot { before, after, field, done }: Spot) {
    for (value, code, into) in ways(&field.kind) {
        let start = format!("{before}{} = ", field.name);
        let line = format!("{start}{value}{after}");
        let expected = Expected::new(code, LINE, columns(&start) + into, &[]);
        add(done, code, &line, expected);
    }
}
