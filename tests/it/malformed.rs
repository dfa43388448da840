//! Mistakes in scenarios, by the hundred: those a person makes (`tests/malformed/`), every field in every way its kind can
//! be wrong, bytes that are no text, and files beyond every limit. Each states what must be reported, and nothing else may
//! be.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rearguard::scenario::{Bundle, Case, Diagnostics};

use crate::common::{THREE_BASES, package, scorecard};
use crate::{malformed_bytes, malformed_fields};

/// How long one file may keep a person waiting. The test build is a few times slower than the program, and other tests
/// run beside it.
const LONGEST: Duration = Duration::from_secs(5);

/// A problem that must be reported.
#[derive(Clone, Debug)]
pub struct Expected {
    /// `E014`.
    pub code: String,
    /// File, line and column, from 1; line 0 for nowhere in particular.
    pub place: (String, usize, usize),
    /// What message and hint must hold.
    pub words: Vec<String>,
}

impl Expected {
    /// In the scenario file itself.
    pub fn new(code: &str, line: usize, column: usize, words: &[&str]) -> Self {
        let file = if line == 0 { "" } else { CASE };
        let words = words.iter().map(|&word| word.to_owned()).collect();
        Self { code: code.to_owned(), place: (file.to_owned(), line, column), words }
    }
}

/// The name of the scenario with the mistake.
pub const CASE: &str = "case.toml";
/// What stands above a case that is no whole file.
pub const HEAD: &str = "format = 1\nextends = \"three-bases.toml\"\n";

/// A scenario with a mistake.
#[derive(Debug)]
pub struct Mistake {
    /// What is wrong.
    pub name: String,
    /// The scenario and what lies beside it.
    pub files: Bundle,
    /// All that must be reported.
    pub expected: Vec<Expected>,
}

impl Mistake {
    /// A scenario file that stands beside the tutorial.
    pub fn new(name: impl Into<String>, case: impl Into<Vec<u8>>, expected: Vec<Expected>) -> Self {
        let tutorial = fs::read(package().join(THREE_BASES)).expect("the tutorial can be read");
        let files = Bundle::from([(CASE.to_owned(), case.into()), ("three-bases.toml".to_owned(), tutorial)]);
        Self { name: name.into(), files, expected }
    }

    fn load(&self) -> Diagnostics {
        Case::load_from(&self.files, Path::new(CASE), &[]).err().unwrap_or_default()
    }

    /// What is reported and should not be, or should be and is not.
    fn complaint(&self) -> Option<String> {
        let begin = Instant::now();
        let found = self.load();
        let (shown, took) = (found.render(false), begin.elapsed());
        let text = |c: char| !c.is_control() || c == '\n';
        assert!(shown.chars().all(text), "{}: control characters reach the terminal: {shown:?}", self.name);
        let mut missing: Vec<&Expected> = self.expected.iter().collect();
        let mut unexpected = Vec::new();
        for problem in found.sorted() {
            let place = problem.place.as_ref();
            let place = place.map_or((String::new(), 0, 0), |at| (at.source.name().to_owned(), at.line(), at.column()));
            let said = format!("{} | {}", problem.message, problem.hint.as_deref().unwrap_or_default());
            let is_met = |expected: &&Expected| {
                expected.code == problem.code.text()
                    && expected.place == place
                    && expected.words.iter().all(|word| said.contains(word))
            };
            match missing.iter().position(is_met) {
                Some(at) => drop(missing.remove(at)),
                None => unexpected.push(format!("  found {place:?} {} {said}", problem.code)),
            }
        }
        let late = took > LONGEST;
        if missing.is_empty() && unexpected.is_empty() && found.left_off() == 0 && !late {
            return None;
        }
        let missing = missing.iter().map(|e| format!("  wanted {:?} {} {}", e.place, e.code, e.words.join(" | ")));
        let lines: Vec<String> = missing.chain(unexpected).collect();
        Some(format!("{} ({} ms)\n{}", self.name, took.as_millis(), lines[..lines.len().min(12)].join("\n")))
    }
}

/// The words behind a mark: code, then words between bars.
fn expectation(words: &str, place: (String, usize, usize)) -> Expected {
    let (code, words) = words.trim().split_once(' ').unwrap_or((words.trim(), ""));
    let words = words
        .trim_start_matches('|')
        .split(" | ")
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    Expected { code: code.to_owned(), place, words }
}

/// What the comments of one file of a case say must be reported.
fn marks(file: &str, text: &str) -> Vec<Expected> {
    let mut marks = Vec::new();
    let mut target = 0;
    for (at, line) in text.lines().enumerate() {
        let here = |column| (file.to_owned(), target, column);
        let caret = line.find('^').filter(|&at| line.starts_with('#') && line[1..at].trim().is_empty());
        if let Some(words) = line.strip_prefix("#< ") {
            marks.push(expectation(words, here(1)));
        } else if let Some(at) = caret {
            marks.push(expectation(&line[at + 1..], here(at + 1)));
        } else if let Some(rest) = line.strip_prefix("#@ ") {
            let (place, words) = rest.split_once(' ').expect("a place and a code");
            let parts: Vec<&str> = place.split(':').collect();
            let number = |at: usize| parts[at].parse().expect("a number");
            let place = match parts.len() {
                2 => (file.to_owned(), number(0), number(1)),
                _ => (parts[0].to_owned(), number(1), number(2)),
            };
            marks.push(expectation(words, place));
        } else {
            target = at + 1;
        }
    }
    marks
}

/// The cases of one file.
fn read(text: &str) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for section in text.split("=== ").skip(1) {
        let (name, body) = section.split_once('\n').expect("a name and a case");
        let mut parts = body.split("--- ");
        let case = parts.next().unwrap_or_default().trim_end_matches('\n');
        let case = if name.starts_with("whole file: ") { format!("{case}\n") } else { format!("{HEAD}{case}\n") };
        let mut mistake = Mistake::new(name, case.clone(), marks(CASE, &case));
        for part in parts {
            let (file, text) = part.split_once('\n').expect("a name and a file");
            mistake.expected.extend(if file.contains(".toml") { marks(file, text) } else { Vec::new() });
            mistake.files.insert(file.to_owned(), text.trim_end_matches('\n').as_bytes().to_vec());
        }
        mistakes.push(mistake);
    }
    mistakes
}

fn written_by_hand() -> Vec<Mistake> {
    let folder = fs::read_dir(package().join("tests/malformed")).expect("there are cases");
    let mut files: Vec<_> = folder.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.iter().flat_map(|file| read(&fs::read_to_string(file).expect("cases are text"))).collect()
}

#[track_caller]
fn assert_reported(mistakes: &[Mistake]) {
    let complaints: Vec<String> = mistakes.iter().filter_map(Mistake::complaint).collect();
    let shown = complaints[..complaints.len().min(60)].join("\n");
    assert!(complaints.is_empty(), "{} of {} cases:\n{shown}", complaints.len(), mistakes.len());
}

#[test]
fn mistakes_that_people_make_are_reported_where_they_are_and_in_words_that_help() {
    assert_reported(&written_by_hand());
}

#[test]
fn every_field_is_refused_in_every_way_its_kind_can_be_wrong() {
    assert_reported(&malformed_fields::mistakes());
}

#[test]
fn bytes_that_are_no_text_and_files_beyond_a_limit_are_refused() {
    assert_reported(&malformed_bytes::mistakes());
}

#[test]
fn cases_are_many_each_has_a_name_of_its_own_and_expects_something() {
    let all = [written_by_hand(), malformed_fields::mistakes(), malformed_bytes::mistakes()];
    for mistakes in &all {
        let names: BTreeSet<&str> = mistakes.iter().map(|mistake| mistake.name.as_str()).collect();
        assert_eq!(names.len(), mistakes.len());
    }
    let silent: Vec<&str> = all
        .iter()
        .flatten()
        .filter(|mistake| mistake.expected.is_empty())
        .map(|mistake| mistake.name.as_str())
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
    let [hand, fields, bytes] = all.map(|mistakes| mistakes.len());
    assert!(hand >= 200 && fields >= 400 && bytes >= 40, "{hand} {fields} {bytes}");
    let words = "malformed scenarios, each with its code, line and column";
    let words = format!("{words}: {hand} by hand, {fields} of fields, {bytes} of bytes");
    // These are all there are: a long run has no others.
    for row in ["F1", "F1-long"] {
        scorecard(row, "malformed", (hand + fields + bytes) as u64, &words);
    }
}

#[test]
fn a_case_that_is_sound_or_reported_elsewhere_would_be_noticed() {
    let sound = Mistake::new("sound", HEAD, vec![Expected::new("E014", 3, 1, &[])]);
    assert!(sound.complaint().is_some_and(|said| said.contains("wanted")));
    let wrong = format!("{HEAD}[mission]\nliquidation_days = -5\n");
    let at = |line, column| Mistake::new("wrong", wrong.clone(), vec![Expected::new("E014", line, column, &[])]);
    assert!(at(4, 20).complaint().is_none());
    assert!(at(4, 19).complaint().is_some() && at(3, 20).complaint().is_some());
    assert!(Mistake::new("wrong", wrong, vec![]).complaint().is_some_and(|said| said.contains("found")));
}
