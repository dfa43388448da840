//! The house keeps its rooms: who may import whom, who may touch files, print or look at the clock.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::package;

/// Each room and those it may import. `model` declares the tables that others read, so its macros count as the model.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("math", &[]),
    ("draw", &["units", "math"]),
    ("stats", &["math"]),
    ("measures", &["units"]),
    ("store", &["units"]),
    ("model", &["units", "draw", "measures"]),
    ("scenario", &["model", "measures", "units", "draw"]),
    ("kernel", &["draw", "units"]),
    ("withdrawal", &["kernel", "model", "measures", "draw", "units", "math"]),
    ("design", &["draw", "math"]),
    ("experiment", &["withdrawal", "scenario", "model", "store", "draw", "stats", "measures"]),
    ("summary", &["experiment", "withdrawal", "model", "measures", "stats", "store", "units", "math"]),
    ("inference", &["experiment", "summary", "model", "design", "draw", "stats", "math"]),
    ("output", &["summary", "inference", "experiment", "withdrawal", "model", "measures", "store", "stats", "units"]),
    ("report", &["output", "store", "stats", "measures", "units", "math"]),
];

/// The room that may import all others.
const TOP: &str = "cli";

/// Words of code, and the rooms where they may stand.
const WORDS: &[(&str, &[&str])] = &[
    ("HashMap", &[]),
    ("HashSet", &[]),
    ("println!", &[TOP]),
    ("eprintln!", &[TOP]),
    ("print!", &[TOP]),
    ("eprint!", &[TOP]),
    ("dbg!", &[]),
    ("stdout", &[TOP]),
    ("stderr", &[TOP]),
    ("std::env", &[TOP]),
    ("std::process", &[TOP, "main"]),
    ("std::net", &[]),
    ("std::fs", &["scenario", "store"]),
    ("Instant", &[TOP]),
    ("SystemTime", &[TOP]),
    ("unsafe", &[]),
    ("todo!", &[]),
    ("unimplemented!", &[]),
];

/// A line of code without tests, comments and texts.
struct Line {
    file: String,
    number: usize,
    room: String,
    code: String,
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("sources can be listed") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The line without what stands in quotes or after `//`.
fn code_of(line: &str) -> String {
    let mut code = String::new();
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '/' if characters.peek() == Some(&'/') => break,
            '"' => {
                while let Some(inside) = characters.next() {
                    match inside {
                        '\\' => drop(characters.next()),
                        '"' => break,
                        _ => {}
                    }
                }
                code.push_str("\"\"");
            }
            other => code.push(other),
        }
    }
    code
}

/// Whether a file is a module that its parent declares for tests only.
fn is_for_tests(file: &Path) -> bool {
    let stem = file.file_stem().expect("a source has a name").to_string_lossy().into_owned();
    let parent = file.parent().expect("a source lies in a folder").join("mod.rs");
    fs::read_to_string(parent).is_ok_and(|text| text.contains(&format!("#[cfg(test)]\nmod {stem};")))
}

fn lines() -> Vec<Line> {
    let root = package().join("src");
    let mut lines = Vec::new();
    for file in sources(&root).into_iter().filter(|file| !is_for_tests(file)) {
        let inside = file.strip_prefix(&root).expect("inside");
        let first = inside.components().next().expect("a file has a path").as_os_str().to_string_lossy();
        let room = first.strip_suffix(".rs").unwrap_or(&first).to_owned();
        let text = fs::read_to_string(&file).expect("sources are text");
        // Unit tests stand at the foot of a file, and may import what they like.
        let body = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let body = body.split("#[cfg(test)]\npub(super) mod tests {").next().unwrap_or_default();
        lines.extend(body.lines().enumerate().map(|(at, line)| Line {
            file: inside.display().to_string(),
            number: at + 1,
            room: room.clone(),
            code: code_of(line),
        }));
    }
    lines
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The rooms that a line names after `crate::`; `crate::{` names several.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(is_word) || code[..at].ends_with('$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let names = rest.strip_prefix('{').map_or(rest, |list| list.split('}').next().unwrap_or_default());
        let parts = if rest.starts_with('{') { names.split(',').collect::<Vec<_>>() } else { vec![names] };
        found.extend(parts.into_iter().map(|part| part.trim().chars().take_while(|&c| is_word(c)).collect()));
    }
    found
}

/// `table!` and `choice!` of `model::field` live at the root of the crate, as macros do.
fn room_of(name: &str) -> &str {
    if matches!(name, "table" | "choice") { "model" } else { name }
}

#[test]
fn rooms_import_only_what_the_house_allows() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let rooms: BTreeSet<&str> = allowed.keys().copied().chain([TOP]).collect();
    let mut wrong = Vec::new();
    for line in lines() {
        if !rooms.contains(line.room.as_str()) {
            if !matches!(line.room.as_str(), "lib" | "main") {
                wrong.push(format!("{}: `{}` is no room of the house", line.file, line.room));
            }
            continue;
        }
        for name in imports(&line.code) {
            let named = room_of(&name);
            let fine = named == line.room || line.room == TOP || allowed[line.room.as_str()].contains(&named);
            if !fine || !rooms.contains(named) {
                wrong.push(format!("{}:{}: `{}` imports `{name}`", line.file, line.number, line.room));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_is_in_the_table_and_every_row_is_a_room() {
    let root = package().join("src");
    let found: BTreeSet<String> = fs::read_dir(&root)
        .expect("sources can be listed")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().trim_end_matches(".rs").to_owned())
        .filter(|name| !matches!(name.as_str(), "lib" | "main"))
        .collect();
    let table: BTreeSet<String> = MAY_IMPORT.iter().map(|row| row.0).chain([TOP]).map(str::to_owned).collect();
    assert_eq!(found, table);
}

#[test]
fn no_two_rooms_import_each_other() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    // Rooms can be put in an order in which each imports only earlier ones: there is no circle.
    let mut placed: BTreeSet<&str> = BTreeSet::new();
    while placed.len() < allowed.len() {
        let next = allowed
            .iter()
            .find(|(room, imports)| !placed.contains(*room) && imports.iter().all(|import| placed.contains(import)));
        let (room, _) = next.expect("the rooms that are left import one another in a circle");
        placed.insert(room);
    }
}

#[test]
fn files_printing_and_the_clock_keep_to_their_rooms() {
    let mut wrong = Vec::new();
    for line in lines() {
        for (word, rooms) in WORDS {
            let stands = line.code.match_indices(word).any(|(at, _)| {
                !line.code[..at].ends_with(is_word) && !line.code[at + word.len()..].starts_with(is_word)
            });
            if stands && !rooms.contains(&line.room.as_str()) {
                wrong.push(format!("{}:{}: `{word}`: {}", line.file, line.number, line.code.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn main_tells_the_story_and_rooms_only_introduce() {
    let root = package().join("src");
    let main = fs::read_to_string(root.join("main.rs")).expect("there is a main");
    assert!(main.lines().count() < 50);
    for file in sources(&root).iter().filter(|file| file.ends_with("mod.rs")) {
        let text = fs::read_to_string(file).expect("sources are text");
        assert!(text.starts_with("//! "), "{} does not say what it owns", file.display());
        let item =
            text.lines().find(|line| ["fn ", "pub fn ", "impl ", "struct "].iter().any(|item| line.starts_with(item)));
        assert!(
            item.is_none() || file.parent().is_some_and(|room| room.ends_with("math") || room.ends_with("stats")),
            "{}: {item:?}",
            file.display()
        );
    }
}

#[test]
fn the_reader_of_sources_sees_what_it_should() {
    assert_eq!(imports("use crate::draw::{Law, key};"), ["draw"]);
    assert_eq!(imports("use crate::{draw, model::Model};"), ["draw", "model"]);
    assert_eq!(imports("$crate::model::field::Field"), Vec::<String>::new());
    assert_eq!(code_of("let a = \"crate::cli\"; // crate::store"), "let a = \"\"; ");
}
