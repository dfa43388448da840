//! A scenario that is wrong is refused: every problem with its code and place, exit 3, and nothing written.
//!
//! Each case is a small edit of the tutorial. Where a problem must be reported is given by a piece of the edited text,
//! so that the tutorial can change without moving every line here.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::{THREE_BASES, expect, package, rearguard, stderr, stdout};

/// One malformed scenario.
struct Bad {
    /// What is wrong.
    name: &'static str,
    /// Its text.
    text: Vec<u8>,
    /// The problems that must be reported, and no other: code, line, column.
    expected: Vec<(&'static str, usize, usize)>,
}

fn tutorial() -> String {
    fs::read_to_string(package().join(THREE_BASES)).expect("the tutorial can be read")
}

/// Line and column, from 1, of a piece of text that stands there once.
#[track_caller]
fn place(text: &str, piece: &str) -> (usize, usize) {
    let found: Vec<usize> = text.match_indices(piece).map(|(at, _)| at).collect();
    assert_eq!(found.len(), 1, "`{piece}` stands {} times in the edited tutorial", found.len());
    let before = &text[..found[0]];
    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
    (before.matches('\n').count() + 1, column)
}

/// The tutorial with one piece of text replaced, which must stand there once.
///
/// # Arguments
/// * `expected` - codes, each with a piece of the edited text at whose start it must be reported.
#[track_caller]
fn edit(name: &'static str, from: &str, to: &str, expected: &[(&'static str, &str)]) -> Bad {
    let text = tutorial();
    place(&text, from);
    whole(name, &text.replacen(from, to, 1), expected)
}

/// The tutorial with text at its end.
#[track_caller]
fn append(name: &'static str, more: &str, expected: &[(&'static str, &str)]) -> Bad {
    whole(name, &format!("{}\n{more}\n", tutorial()), expected)
}

/// A text of its own.
#[track_caller]
fn whole(name: &'static str, text: &str, expected: &[(&'static str, &str)]) -> Bad {
    let at = |&(code, piece): &(&'static str, &str)| {
        let (line, column) = if piece.is_empty() { (1, 1) } else { place(text, piece) };
        (code, line, column)
    };
    Bad { name, text: text.as_bytes().to_vec(), expected: expected.iter().map(at).collect() }
}

fn keys_and_types() -> Vec<Bad> {
    vec![
        edit("an unknown key of the root", "format = 1", "format = 1\nwether = 3", &[("E010", "wether")]),
        edit("an unknown key of an item", "crews = 4", "crews = 4, crow = 4", &[("E010", "crow")]),
        edit("an unknown key of a table", "[threat]\n", "[threat]\nrat = 1\n", &[("E010", "rat = 1")]),
        edit("a missing key", "personnel = 900, ", "", &[("E011", "{ id = \"port\"")]),
        edit("no start of the mission", "start = 2030-01-01\n", "", &[("E011", "# A tutorial"), ("E011", "[mission]")]),
        edit("text for a number", "km = 160", "km = \"far\"", &[("E012", "\"far\"")]),
        edit("a list for a number", "crews = 4", "crews = [4]", &[("E012", "[4]")]),
        edit(
            "text for true or false",
            "host_garrison = true, crews = 4",
            "host_garrison = \"yes\", crews = 4",
            &[("E012", "\"yes\"")],
        ),
        edit("a number for text", "title = \"Tutorial: two camps", "title = 3 # \"", &[("E012", "3 # ")]),
        edit("a number for a list of tables", "format = 1", "format = 1\nweather = 3", &[("E012", "3\ntitle")]),
        edit("not a number", "km = 160", "km = nan", &[("E013", "nan")]),
        edit("infinity", "km = 160", "km = -inf", &[("E013", "-inf")]),
        edit("a negative count", "personnel = 300", "personnel = -300", &[("E014", "-300")]),
        edit("a probability over 1", "handover_probability = 0.5", "handover_probability = 1.5", &[("E014", "1.5")]),
        edit("a value over the legal range", "value_usd = 400000", "value_usd = 4e12", &[("E014", "4e12")]),
        edit("half a person", "personnel = 300", "personnel = 300.5", &[("E015", "300.5")]),
        edit("an unknown word", "surface = \"paved\"", "surface = \"asphalt\"", &[("E020", "\"asphalt\"")]),
        edit("an unknown basis", "basis = \"assumed\"", "basis = \"guessed\"", &[("E023", "\"guessed\"")]),
    ]
}

fn ids() -> Vec<Bad> {
    vec![
        edit("an unknown zone", "zone = \"coast\" }", "zone = \"cost\" }", &[("E019", "\"cost\"")]),
        edit(
            "an unknown place of a road",
            "from = \"east\"",
            "from = \"eats\"",
            &[
                ("E019", "\"eats\""),
                // What follows from it is not reported: only the id is wrong.
            ],
        ),
        edit("an unknown served base", "serves = [\"north\",", "serves = [\"norht\",", &[("E019", "\"norht\"")]),
        edit(
            "an unknown restricted region",
            "restricted_regions = [\"hills\"]",
            "restricted_regions = [\"hill\"]",
            &[("E019", "\"hill\"]")],
        ),
        edit(
            "a duplicate id",
            "{ id = \"coast\"",
            "{ id = \"plain\", device_per_km = 0, direct_per_km = 0, tension = [{ from = 2030-01-01, level = \"calm\" }] }, { id = \"coast\"",
            &[("E018", "\"plain\", device_per_km = 0,")],
        ),
        edit(
            "a malformed id",
            "{ id = \"coast\"",
            "{ id = \"The Coast\"",
            &[("E019", "\"coast\" }"), ("E017", "\"The Coast\"")],
        ),
        edit(
            "a base that is a junction too",
            "junction = [",
            "junction = [{ id = \"east\", latitude = 1, longitude = 1, exit = true }, ",
            &[("E034", "\"east\", latitude = 1")],
        ),
        edit(
            "two policies of one id",
            "id = \"trucks-granted\"",
            "id = \"as-planned\" # 2",
            &[("E018", "\"as-planned\" # 2")],
        ),
    ]
}

fn dates_and_orders() -> Vec<Bad> {
    vec![
        edit(
            "a window after its closure",
            "window_start = 2030-04-01",
            "window_start = 2030-06-15",
            &[("E030", "2030-06-15")],
        ),
        edit(
            "a deadline before the start",
            "deadline = 2030-06-30",
            "deadline = 2029-12-31",
            &[("E030", "2029-12-31")],
        ),
        edit(
            "a closure before the start",
            "planned_closure = 2030-04-30",
            "planned_closure = 2029-04-30",
            &[("E030", "2029-04-30")],
        ),
        edit(
            "tension dates that do not rise",
            "{ from = 2030-05-01, level = \"critical\" }",
            "{ from = 2029-05-01, level = \"critical\" }",
            &[("E030", "[{ from = 2030-01-01, level = \"tense\" }")],
        ),
        edit(
            "a word that is no tension",
            "level = \"tense\" }",
            "level = \"tense\" }, { from = 2030-02-01, level = \"none\" }",
            &[("E020", "\"none\"")],
        ),
        edit(
            "tension that starts after the mission",
            "zone = [\n  { id = \"ridge\", device_per_km = { quantiles = [0.002, 0.005, 0.012] }, direct_per_km = 0.002, tension = [{ from = 2030-01-01",
            "zone = [\n  { id = \"ridge\", device_per_km = 0, direct_per_km = 0.002, tension = [{ from = 2030-01-02",
            &[("E030", "[{ from = 2030-01-02")],
        ),
        edit(
            "a stance that ends before it starts",
            "until = 2030-05-10",
            "until = 2030-02-10",
            &[("E030", "2030-02-10")],
        ),
        edit(
            "a day that does not exist",
            "planned_closure = 2030-05-31",
            "planned_closure = 2030-02-30",
            &[("E005", "2030-02-30")],
        ),
        edit(
            "a time of day",
            "planned_closure = 2030-05-31",
            "planned_closure = 2030-05-31T12:00:00Z",
            &[("E016", "2030-05-31T12:00:00Z")],
        ),
        edit(
            "a date in quotes",
            "planned_closure = 2030-05-31",
            "planned_closure = \"2030-05-31\"",
            &[("E012", "\"2030-05-31\"")],
        ),
        edit(
            "a date far away",
            "planned_closure = 2030-05-31",
            "planned_closure = 2330-05-31",
            &[("E016", "2330-05-31")],
        ),
        append("crew rates out of order", "[packing]\ncrew_teu_per_day_mode = 99", &[("E030", "99")]),
        append(
            "a host column that goes nowhere",
            "[[host_column]]\nid = \"c\"\nfrom = 2030-02-01\nroute = [\"port\"]\nfast_km_per_day = 60\nkm_per_day = 3\n\
             shape_per_day = 1\nretakes = 1",
            &[("E033", "[\"port\"]\nfast")],
        ),
        append(
            "a host column that goes fast to where it does not go",
            "[[host_column]]\nid = \"c\"\nfrom = 2030-02-01\nroute = [\"port\", \"north\"]\nfast_to = \"east\"\n\
             fast_km_per_day = 60\nkm_per_day = 3\nshape_per_day = 1\nretakes = 1",
            &[("E011", "\"east\"\nfast")],
        ),
        append(
            "weather that ends before it starts",
            "[[weather]]\nfrom = 2030-03-01\nuntil = 2030-02-01\nunpaved_factor = 0.5",
            &[("E030", "2030-02-01")],
        ),
    ]
}

fn laws() -> Vec<Bad> {
    let km =
        |name, law: &str, expected: &[(&'static str, &str)]| edit(name, "km = 160", &format!("km = {law}"), expected);
    vec![
        km("a law without bounds", "{ normal = { mean = 160, sd = 50 } }", &[("E022", "{ mean = 160")]),
        km("a law outside the range", "{ uniform = [-5, 160] }", &[("E022", "[-5")]),
        km(
            "a truncation outside the range",
            "{ normal = { mean = 160, sd = 50 }, truncate = [-5, 300] }",
            &[("E022", "{ mean = 160")],
        ),
        km("quantiles that do not rise", "{ quantiles = [3, 2, 1] }", &[("E021", "[3, 2, 1]")]),
        km("a point too few", "{ triangular = [240, 260] }", &[("E021", "[240, 260] }")]),
        km("two forms at once", "{ value = 160, uniform = [1, 2] }", &[("E021", "uniform = [1")]),
        km("no form", "{ basis = \"assumed\" }", &[("E021", "{ basis")]),
        km(
            "a spread of nothing",
            "{ lognormal = { median = 160, log_sd = 0 }, truncate = [1, 300] }",
            &[("E021", "{ median")],
        ),
    ]
}

fn ways_and_sums() -> Vec<Bad> {
    vec![
        edit(
            "neither road nor strip",
            "cargo_to = \"harbour\", repatriation = true",
            "cargo_to = \"harbour\", repatriation = false",
            &[("E031", "{ id = \"port\"")],
        ),
        edit(
            "flights without a strip",
            "personnel = 900, airstrip = true",
            "personnel = 900, airstrip = false",
            &[("E031", "{ id = \"port\""), ("E034", "true, liquidation = true")],
        ),
        edit(
            "no road to the parent",
            "{ from = \"east\", to = \"port\"",
            "{ from = \"north\", to = \"harbour\"",
            &[
                ("E031", "\"port\", repatriation = false, liquidation = false, host_garrison = true"),
                ("E031", "\"port\", trucks = 60"),
            ],
        ),
        edit(
            "a road to itself",
            "{ from = \"east\", to = \"port\"",
            "{ from = \"east\", to = \"east\"",
            &[
                ("E031", "\"port\", repatriation = false, liquidation = false, host_garrison = true"),
                ("E034", "\"east\", km = 160"),
                ("E031", "\"port\", trucks = 60"),
            ],
        ),
        edit(
            "a road twice",
            "road = [",
            "road = [{ from = \"port\", to = \"east\", km = 3, surface = \"track\", zone = \"plain\" },",
            &[("E034", "\"east\", to = \"port\"")],
        ),
        edit(
            "its own parent",
            "planned_closure = 2030-04-30, parent = \"port\"",
            "planned_closure = 2030-04-30, parent = \"east\"",
            &[("E034", "\"east\", repatriation")],
        ),
        edit(
            "parents in a circle",
            "id = \"port\", kind = \"hub\",",
            "id = \"port\", kind = \"hub\", parent = \"east\",",
            &[
                ("E034", "true, host_garrison = true, crews = 4"),
                ("E034", "\"east\", latitude"),
                ("E034", "\"port\", repatriation = false, liquidation = false, host_garrison = true"),
            ],
        ),
        edit("weights that do not sum", "taker_none = 0.3", "taker_none = 0.4", &[("E032", "0.4 }")]),
        edit(
            "a base served twice",
            "serves = [\"north\", \"east\", \"port\"]",
            "serves = [\"north\", \"north\", \"port\"]",
            &[("E034", "[\"north\", \"north\"")],
        ),
        edit("cargo that goes nowhere", "cargo_to = \"harbour\", ", "", &[("E011", "{ id = \"port\"")]),
        edit(
            "nobody to liquidate",
            "repatriation = true, liquidation = true",
            "repatriation = true, liquidation = false",
            &[("E034", "50\n")],
        ),
        edit(
            "no flights at all",
            "rate = [{ from = 2030-01-01, people_per_day = ",
            "rate = [] # ",
            &[("E033", "[] #")],
        ),
        edit(
            "loaded without room",
            "travel = \"loaded\", teu = 1, shipped_teu = 1, cargo_truck = false, armoured = false, sensitive = false",
            "travel = \"loaded\", teu = 0, shipped_teu = 1, cargo_truck = false, armoured = false, sensitive = false",
            &[("E034", "0, shipped_teu = 1, ")],
        ),
        edit(
            "a cargo truck that does not drive",
            "travel = \"loaded\", teu = 1, shipped_teu = 1, cargo_truck = false, armoured = false, sensitive = false",
            "travel = \"loaded\", teu = 1, shipped_teu = 1, cargo_truck = true, armoured = false, sensitive = false",
            &[("E034", "true, armoured = false, sensitive = false, container = true")],
        ),
        append(
            "a holding twice",
            "[[holding]]\nbase = \"east\"\nclass = \"truck\"\nunits = 3\n[[holding]]\nbase = \"east\"\nclass = \"truck\" # 2\nunits = 4",
            &[("E034", "\"truck\" # 2")],
        ),
        whole(
            "no base",
            "format = 1\ntitle = \"x\"\nbase = []\n[mission]\nstart = 2030-01-01\ndeadline = 2030-02-01\n\
             liquidation_days = 0\nliquidation_people = 0\n[threat]\nreference_date = 2030-01-01\n\
             growth_until = 2030-01-01\n[repatriation]\nrate = [{ from = 2030-01-01, people_per_day = 1 }]\n",
            &[("E033", "[]")],
        ),
    ]
}

fn levers() -> Vec<Bad> {
    vec![
        edit(
            "convoys that do not pass whom they are to take along",
            "planned_closure = 2030-04-30, parent = \"port\"",
            "planned_closure = 2030-04-30, merges_with = \"north\", parent = \"port\"",
            &[("E034", "\"north\", parent")],
        ),
        edit(
            "an exit in the middle of the country",
            "junction = [",
            "exit = [{ id = \"way\", at = \"fork\", region = \"hills\", setup_days = 3, agrees = 1 }]\n\
             junction = [{ id = \"fork\", latitude = 9.6, longitude = 4.0, exit = false }, ",
            &[("E034", "\"fork\", region")],
        ),
        edit(
            "an exit that is none",
            "planned_closure = 2030-04-30, parent = \"port\"",
            "planned_closure = 2030-04-30, convoys_exit = \"way\", parent = \"port\"",
            &[("E019", "\"way\", parent")],
        ),
        edit(
            "rates of a date long past",
            "reference_date = 2030-04-01",
            "reference_date = 2023-10-25",
            &[("E030", "2023-10-25")],
        ),
        append(
            "more sold and given than there is",
            "[liquidation]\nun_sold = 0.7\nun_gifted = 0.4",
            &[("E032", "0.4")],
        ),
    ]
}

fn files() -> Vec<Bad> {
    let deep = format!("format = 1\ntitle = {}{}\n", "[".repeat(40), "]".repeat(40));
    let large = format!("format = 1\n# {}\n", "x".repeat(4 << 20));
    vec![
        whole("an empty file", "", &[("E004", "")]),
        whole("nothing but comments", "# a scenario\n\n", &[("E004", "")]),
        whole("not TOML", "people: 900\n", &[("E005", ": 900")]),
        edit("a value left out", "km = 160", "km = ", &[("E005", ", surface = \"piste\"")]),
        edit("a key twice", "km = 160", "km = 160, km = 161", &[("E005", "km = 161")]),
        edit("a quote left open", "an invented country\"", "an invented country", &[("E005", "\nbasis = \"assumed\"")]),
        edit("no format", "format = 1\n", "", &[("E007", "")]),
        edit("a format to come", "format = 1\n", "format = 2\n", &[("E007", "2\ntitle")]),
        edit(
            "a list from a file that is not there",
            "format = 1",
            "format = 1\nweather = \"rain.csv\"",
            &[("E001", "\"rain.csv\"")],
        ),
        edit(
            "a list from outside",
            "format = 1",
            "format = 1\nweather = \"../rain.csv\"",
            &[("E009", "\"../rain.csv\"")],
        ),
        edit(
            "a file that extends itself",
            "format = 1",
            "format = 1\nextends = \"case.toml\"",
            &[("E008", "\"case.toml\"")],
        ),
        edit(
            "a file from outside",
            "format = 1",
            "format = 1\nextends = \"/etc/passwd\"",
            &[("E008", "\"/etc/passwd\"")],
        ),
        Bad { name: "values too deep", text: deep.into_bytes(), expected: vec![("E006", 2, 41)] },
        Bad { name: "a file too large", text: large.into_bytes(), expected: vec![("E002", 0, 0)] },
        Bad { name: "not UTF-8", text: b"format = 1\ntitle = \"\xff\xfe\"\n".to_vec(), expected: vec![("E003", 0, 0)] },
        Bad { name: "a NUL", text: b"format = 1\ntitle = \"a\0b\"\n".to_vec(), expected: vec![("E003", 0, 0)] },
    ]
}

fn policies() -> Vec<Bad> {
    vec![
        edit("a policy without an id", "id = \"trucks-granted\"\n", "", &[("E026", "[[policy]]\ntitle = \"Truck")]),
        edit(
            "a policy without a title",
            "title = \"Truck columns always granted\"\n",
            "",
            &[("E026", "[[policy]]\nid = \"trucks-granted\"")],
        ),
        edit(
            "a policy with a stray key",
            "title = \"Truck columns always granted\"",
            "title = \"x\"\nwhy = 3",
            &[("E026", "why")],
        ),
        edit(
            "a policy of an unknown path",
            "\"permissions.truck_column.regime\"",
            "\"permissions.truck_colum.regime\"",
            &[("E025", "truck_colum.")],
        ),
        edit("a policy of an unknown word", "= \"granted\" }", "= \"grunted\" }", &[("E020", "\"grunted\"")]),
        edit(
            "a policy out of range",
            "= \"granted\" }",
            "= \"granted\", \"threat.ratio_overwatch\" = -1 }",
            &[("E014", "-1 }")],
        ),
    ]
}

fn all() -> Vec<Bad> {
    [keys_and_types(), ids(), dates_and_orders(), laws(), ways_and_sums(), levers(), files(), policies()]
        .into_iter()
        .flatten()
        .collect()
}

/// Writes a scenario into a folder of its own.
fn write(home: &Path, text: &[u8]) -> PathBuf {
    let file = home.join("case.toml");
    fs::write(&file, text).expect("a scenario can be written");
    file
}

/// What `check --json` says of a scenario: code, line, column, message, hint.
fn problems(file: &Path) -> Vec<(String, usize, usize, String, String)> {
    let output = expect(rearguard(["check", "--json"]).arg(file), 3);
    let json: Value = serde_json::from_str(&stdout(&output)).expect("problems are JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let number = |value: &Value| value.as_u64().unwrap_or_default() as usize;
    let rows = json.as_array().expect("a list").iter();
    let row =
        |p: &Value| (text(&p["code"]), number(&p["line"]), number(&p["column"]), text(&p["message"]), text(&p["hint"]));
    rows.map(row).collect()
}

#[test]
fn every_problem_has_its_code_and_place() {
    let mut wrong = Vec::new();
    for bad in all() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let found = problems(&write(home.path(), &bad.text));
        let mut places: Vec<_> = found.iter().map(|(code, line, column, ..)| (code.as_str(), *line, *column)).collect();
        let mut expected = bad.expected;
        places.sort_unstable();
        expected.sort_unstable();
        if places != expected {
            wrong.push(format!("{}: expected {expected:?}, found {found:#?}", bad.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_cases_enough_and_each_has_its_own_name() {
    let names: std::collections::BTreeSet<&str> = all().iter().map(|bad| bad.name).collect();
    assert_eq!(names.len(), all().len());
    assert!(names.len() >= 40);
}

#[test]
fn every_problem_says_what_is_wrong_and_what_to_do() {
    for bad in all() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        for (code, _, _, message, hint) in problems(&write(home.path(), &bad.text)) {
            // A wrong type may need no hint: the message says what belongs there.
            let says_what_to_do = !hint.is_empty() || (code == "E012" && message.contains(" must be "));
            assert!(!message.is_empty() && says_what_to_do, "{}: {code} {message} / {hint}", bad.name);
            assert!(!message.ends_with('.') && !message.contains('\n'), "{}: {message}", bad.name);
        }
    }
}

#[test]
fn run_refuses_what_check_refuses_and_writes_nothing() {
    for bad in all() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let file = write(home.path(), &bad.text);
        let out = home.path().join("results");
        let said = stderr(&expect(rearguard(["run", "--replications", "2"]).arg(&file).arg("--out").arg(&out), 3));
        for (code, line, column) in bad.expected {
            assert!(said.contains(code), "{}: {code} is missing from\n{said}", bad.name);
            let place = format!("case.toml:{line}:{column}");
            assert!(line == 0 || said.contains(&place), "{}: {place} is missing from\n{said}", bad.name);
        }
        assert!(said.ends_with("nothing was run\n"), "{}: {said}", bad.name);
        let left: Vec<_> =
            fs::read_dir(home.path()).expect("it can be listed").map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["case.toml"], "{}", bad.name);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_a_problem_too() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    for path in [home.path().join("none.toml"), home.path().to_path_buf()] {
        let found = problems(&path);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "E001", "{found:?}");
    }
}

#[test]
fn all_problems_of_several_files_come_at_once() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let (one, other) = (home.path().join("one.toml"), home.path().join("other.toml"));
    fs::write(&one, tutorial().replace("km = 160", "km = -1").replace("crews = 4", "crews = 4.5")).expect("written");
    fs::write(&other, tutorial().replace("[mission]", "[mision]")).expect("written");
    let said = stderr(&expect(rearguard(["check"]).arg(&one).arg(package().join(THREE_BASES)).arg(&other), 3));
    for wanted in ["error[E014]", "error[E015]", "error[E010]", "one.toml:", "other.toml:", "help: "] {
        assert!(said.contains(wanted), "{wanted} is missing from\n{said}");
    }
}

/// An override, and the problem it must lead to: code and column.
const SETS: &[(&str, &str, usize)] = &[
    ("threat.ratio_overwatch", "E024", 1),
    ("threat.ratio_overwatch=", "E024", 1),
    ("=1", "E024", 1),
    ("threat..ratio_overwatch=1", "E024", 8),
    ("threat.ratio_overwatch=[1", "E005", 26),
    ("threat.ratio_overwatc=1", "E025", 8),
    ("thread.ratio_overwatch=1", "E025", 1),
    ("base.souht.personnel=1", "E025", 6),
    ("road.17.km=1", "E025", 6),
    ("threat.ratio_overwatch.low=1", "E025", 24),
    ("threat.ratio_overwatch=-0.1", "E014", 24),
    ("threat.ratio_overwatch=nan", "E013", 24),
    ("threat.ratio_overwatch=few", "E012", 24),
    ("threat.ratio_overwatch={ uniform = [0, 9] }", "E022", 36),
    ("threat.ratio_overwatch={ uniform = [1, 0] }", "E021", 36),
    ("base.east.personnel=0.5", "E015", 21),
    ("base.east.parent=est", "E019", 18),
    ("base.east.planned_closure=soon", "E012", 27),
    ("base.east.planned_closure=2029-01-01", "E030", 27),
    ("permissions.truck_column.regime=maybe", "E020", 33),
];

#[test]
fn a_wrong_override_is_named_by_its_place_on_the_command_line() {
    let mut wrong = Vec::new();
    for &(set, code, column) in SETS {
        for (sets, number) in [(vec![set], 1), (vec!["base.east.crews=3", set], 2)] {
            let sets = sets.iter().flat_map(|set| ["--set", *set]);
            let output = rearguard(["check", THREE_BASES, "--json"]).args(sets.clone());
            let json: Value = serde_json::from_str(&stdout(&expect(output, 3))).expect("problems are JSON");
            let first = &json[0];
            let found = (first["file"].as_str(), first["code"].as_str(), first["column"].as_u64());
            let file = format!("<--set {number}>");
            if found != (Some(&file), Some(code), Some(column as u64)) {
                wrong.push(format!("{set}: expected {code} at {column}, found {first}"));
            }
            let out = tempfile::tempdir().expect("a temporary folder can be made");
            let out = out.path().join("results");
            let said = stderr(&expect(rearguard(["run", THREE_BASES]).args(sets).arg("--out").arg(&out), 3));
            assert!(said.contains(&file) && said.contains(code) && !out.exists(), "{set}: {said}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_unknown_policy_is_refused_with_the_nearest_one() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    let commands: [&[&str]; 3] = [
        &["run", THREE_BASES, "--policy", "truks-granted"],
        &["compare", THREE_BASES, "--policy", "truks-granted"],
        &["compare", THREE_BASES, "--baseline", "truks-granted", "--policy", "as-planned"],
    ];
    for args in commands {
        let said = stderr(&expect(rearguard(args).arg("--out").arg(&out), 3));
        assert!(said.contains("truks-granted") && said.contains("did you mean `trucks-granted`?"), "{said}");
        assert!(!out.exists());
    }
    let said = stderr(&expect(rearguard(["show", THREE_BASES, "--policy", "truks-granted"]), 3));
    assert!(said.contains("did you mean `trucks-granted`?"), "{said}");
}
