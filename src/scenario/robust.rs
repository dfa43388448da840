//! Whatever comes in, reading ends, without a panic and with every place inside its text.

use std::path::Path;

use proptest::prelude::*;

use super::diagnostic::Diagnostics;
use super::document::{Document, Setup};
use super::listing::Listing;
use super::overrides::from_arguments;
use super::presets::check_presets;
use super::reader::read;
use super::sources::Bundle;
use super::testing::{GOOD, Root};
use crate::model::field::Table as _;

const CSV: &str = "from,to,km,note\nkidal,gao,285,\"a, b\"\ngao,kidal,{ uniform = [1.5, 2] },x\n";

/// What damages a text in ways that matter to the reader.
const PIECES: &[&str] = &[
    "[",
    "]",
    "[[",
    "{",
    "}",
    "=",
    ",",
    ".",
    "\"",
    "'",
    "\"\"\"",
    "\n",
    "#",
    "nan",
    "-inf",
    "1e999",
    "true",
    "\\",
    "\r\n",
    "2023-10-01",
    "2023-10-01T10:00:00Z",
    "10:00:00",
    "9999999999999999999",
    "\u{202e}",
    "\0",
    "é",
    "extends = 'b.toml'\n",
    "extends = 'a.toml'\n",
    "road = 'r.csv'\n",
    "[policy]\n",
    "[[base]]\n",
    "value = 1, ",
    "triangular = [1, 2, 3]",
    "id",
    "set",
];

/// Does everything that can be done with a scenario.
fn exercise(toml: &[u8], csv: &[u8], set: &[String]) {
    let files = Bundle::from([
        ("a.toml".to_owned(), toml.to_vec()),
        ("b.toml".to_owned(), GOOD.as_bytes().to_vec()),
        ("r.csv".to_owned(), csv.to_vec()),
    ]);
    let mut diagnostics = Diagnostics::new();
    let setup = Setup { schema: Root::FIELDS, defaults: None, files: &files };
    if let Some(document) = Document::load(Path::new("a.toml"), &setup, &mut diagnostics) {
        let overrides = from_arguments(set, &mut diagnostics);
        let document = document.with(&overrides, &mut diagnostics);
        let good = read::<Root>(&document, &mut diagnostics).is_some();
        assert_eq!(good, diagnostics.is_empty());
        check_presets::<Root>(&document, &mut diagnostics);
        let listing = Listing::of::<Root>(&document);
        for listed in listing.values.iter().take(100) {
            let _ = (document.nearest_place(&listed.path), listing.below(&listed.path).count());
        }
    }
    for diagnostic in diagnostics.sorted() {
        if let Some(place) = &diagnostic.place {
            assert!(place.line() >= 1 && place.column() >= 1 && place.text().len() <= place.source.text().len());
        }
        assert!(!diagnostic.message.is_empty());
    }
    let shown = diagnostics.render(false);
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
    let _ = (diagnostics.render(true), diagnostics.to_json());
}

/// One change to a text: where, how much goes, and what comes.
type Edit = (usize, usize, Vec<u8>);

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let piece = prop_oneof![
        prop::sample::select(PIECES).prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec((0_usize..10_000, 0_usize..30, piece), 1..6)
}

fn edited(text: &str, edits: &[Edit]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (at, gone, piece) in edits {
        let at = at % (bytes.len() + 1);
        let end = (at + gone).min(bytes.len());
        bytes.splice(at..end, piece.iter().copied());
    }
    bytes
}

/// A scenario that takes its roads from a CSV file.
fn with_csv() -> String {
    let (before, after) = GOOD.split_once("[[road]]").expect("the scenario has roads");
    let after = after.split_once("[[policy]]").expect("the scenario has policies").1;
    format!("format = 1\nroad = 'r.csv'\n{}[[policy]]{after}", before.trim_start_matches("format = 1"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_refused_in_peace(toml in prop::collection::vec(any::<u8>(), 0..300)) {
        exercise(&toml, b"", &[]);
        exercise(&[b"format = 1\n".as_slice(), &toml].concat(), &toml, &[]);
    }

    #[test]
    fn a_damaged_scenario_is_read_or_refused(edits in edits()) {
        exercise(&edited(GOOD, &edits), CSV.as_bytes(), &[]);
    }

    #[test]
    fn a_damaged_list_is_read_or_refused(edits in edits()) {
        exercise(with_csv().as_bytes(), &edited(CSV, &edits), &[]);
    }

    #[test]
    fn any_override_is_applied_or_refused(
        path in "(base|road|threat|mission|permissions|\\PC)(\\.(gao|kidal|0|9|hit|rate|km|exits|holding|\"[^\"]*\"|\\PC{0,3})){0,4}",
        value in "(\\PC{0,12}|[0-9.e-]{1,6}|\\{ (uniform|beta|quantiles|value) = \\[?[0-9., -]{0,12}\\]? \\}|\\[.{0,5}\\])",
        edits in edits(),
    ) {
        let text = format!("{path}={value}");
        let damaged = String::from_utf8_lossy(&edited(&text, &edits)).into_owned();
        exercise(GOOD.as_bytes(), b"", &[text, damaged]);
    }
}

#[test]
fn large_and_deep_inputs_end_quickly() {
    let mebibytes = |piece: &str| piece.repeat((4 << 20) / piece.len() - 10);
    for text in [
        mebibytes("["),
        mebibytes("{a="),
        mebibytes("a."),
        mebibytes("[a]\n"),
        mebibytes("[[base]]\n"),
        mebibytes("[[base.holding]]\n"),
        mebibytes("\""),
        mebibytes("'''"),
        mebibytes("=\n"),
        mebibytes("a = 1\n"),
        mebibytes("\u{202e}"),
        mebibytes("x"),
        format!("a = [{}]", mebibytes("1,")),
        format!("format = 1\nroad = [{}]", "{ to = 'x', from = 'y', km = 0, z = 1 },".repeat(9_999)),
        (0..300_000).fold("format = 1\n".to_owned(), |text, index| text + &format!("k{index} = 1\n")),
    ] {
        let begun = std::time::Instant::now();
        exercise(text.as_bytes(), b"", &[]);
        let first = begun.elapsed();
        exercise(b"format = 1\nroad = 'r.csv'", text.as_bytes(), &[]);
        println!("{:?} {first:?} {:?}", &text[..12], begun.elapsed() - first);
    }
    let nested = "{ a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = ".repeat(30) + "1" + &"}".repeat(30);
    exercise(format!("a = {nested}").as_bytes(), b"", &[format!("threat={nested}")]);
}
