//! `study`: an experiment asked for by a file instead of by arguments.
//!
//! The file is read into the arguments of the command that it names, so that both ways lead to the same experiment. What
//! determines the results stands in the file; where and how to run stays on the command line.

use std::path::{Path, PathBuf};

use crate::cli::args::{ExperimentArguments, StudyArguments};
use crate::cli::attribute;
use crate::cli::commands::{compare, run};
use crate::cli::exit::Stop;
use crate::cli::nested::Nesting;
use crate::cli::precision::Wanted;
use crate::cli::request::Kind;
use crate::cli::shard::Shard;
use crate::cli::sweep::{self, SweepArguments};
use crate::design::{Factor, Method};
use crate::scenario::{
    Case, Code, Content, Diagnostic, Diagnostics, Entries, Entry, Node, Override, Place, read_toml, suggestion,
};

const COMMANDS: [Kind; 4] = [Kind::Run, Kind::Compare, Kind::Attribute, Kind::Sweep];

/// Keys of a study, and the commands that they are for; none for all of them.
const KEYS: [(&str, &[Kind]); 16] = [
    ("command", &[]),
    ("scenario", &[]),
    ("policies", &[Kind::Run, Kind::Compare, Kind::Sweep]),
    ("baseline", &[Kind::Compare, Kind::Sweep]),
    ("denials", &[Kind::Attribute]),
    ("pareto", &[Kind::Compare]),
    ("replications", &[]),
    ("max_replications", &[]),
    ("max_seconds", &[]),
    ("seed", &[]),
    ("nested", &[Kind::Run, Kind::Compare]),
    ("point", &[]),
    ("set", &[]),
    ("precision", &[]),
    ("sweep", &[Kind::Sweep]),
    ("note", &[]),
];

const SWEEP_KEYS: [&str; 5] = ["design", "points", "seed", "factors", "ledgers"];

/// What a study asks for.
struct Study {
    kind: Kind,
    baseline: Option<String>,
    denials: Vec<String>,
    pareto: Vec<String>,
    sweep: Option<SweepArguments>,
    experiment: ExperimentArguments,
}

/// Runs what a study asks for.
///
/// # Errors
/// Every problem of the file at once, and what its command gives.
pub fn study(args: &StudyArguments) -> Result<(), Stop> {
    let root = read_toml(&args.file).map_err(Stop::Scenario)?;
    let mut problems = Diagnostics::new();
    let study = Reader { problems: &mut problems, folder: args.file.parent() }.study(&root, args);
    let Some(study) = study.filter(|_| problems.is_empty()) else { return Err(Stop::Scenario(problems)) };
    let experiment = &study.experiment;
    match (study.kind, study.sweep) {
        (Kind::Sweep, Some(sweep)) => sweep::sweep(&SweepArguments { dry_run: args.dry_run, ..sweep }, experiment),
        _ if args.dry_run => Err(Stop::Usage("--dry-run is for studies that sweep; leave it out".to_owned())),
        (Kind::Compare, _) => compare(study.baseline, study.pareto, experiment),
        (Kind::Attribute, _) => attribute::attribute(&study.denials, experiment),
        (Kind::Run | Kind::Sweep | Kind::Sensitivity | Kind::Calibrate | Kind::Hindcast, _) => run(experiment),
    }
}

/// `results/<study>`, or that of the shard.
fn default_folder(args: &StudyArguments) -> PathBuf {
    let stem = args.file.file_stem().map_or("study".into(), |stem| stem.to_string_lossy().into_owned());
    let name = match args.shard {
        Some(Shard { index, of }) => format!("{stem}-shard-{index}-of-{of}"),
        None => stem,
    };
    Path::new("results").join(name)
}

struct Reader<'r> {
    problems: &'r mut Diagnostics,
    folder: Option<&'r Path>,
}

impl Reader<'_> {
    fn refuse(&mut self, code: Code, place: &Place, message: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(Diagnostic::new(code, message).at(place).hint(hint));
    }

    fn study(&mut self, root: &Node, args: &StudyArguments) -> Option<Study> {
        let entries = root.table()?;
        self.known(entries, &KEYS.map(|(key, _)| key), "the study");
        let names = COMMANDS.map(Kind::name);
        let command = self.needed(entries, "command", &names.join(", "));
        let kind = command.as_ref().and_then(|(word, _)| COMMANDS.into_iter().find(|kind| kind.name() == *word));
        match (kind, &command) {
            (Some(kind), _) => self.fitting(entries, kind),
            (None, Some((word, place))) => {
                let hint = suggestion(word, &names, "commands");
                self.refuse(Code::UnknownWord, place, format!("`{}` is no command", word.escape_debug()), hint);
            }
            (None, None) => {}
        }
        let scenario = self.needed(entries, "scenario", "a path from the study's folder");
        let file = self.folder.unwrap_or(Path::new("")).join(scenario.as_ref().map_or("", |(path, _)| path));
        let case = match &scenario {
            Some(_) => Case::load(&file, &[]).map_err(|problems| self.problems.append(problems)).ok(),
            None => None,
        };
        let policies = self.texts(entries, "policies");
        let baseline = self.text(entries, "baseline");
        let denials = self.texts(entries, "denials");
        if let Some(case) = &case {
            let document = case.document();
            for (id, place) in policies.iter().chain(&baseline) {
                self.at(place, case.policy(id).err().as_ref());
            }
            for (id, place) in &denials {
                let mut found = Diagnostics::new();
                let _ = document.denial(id, &mut found);
                self.at(place, Some(&found));
            }
        } else if let Some((_, place)) = scenario.filter(|_| self.problems.is_empty()) {
            self.refuse(Code::Unreadable, &place, "the scenario cannot be read", "see `check`");
        }
        if let Some((id, place)) = baseline.as_ref().filter(|(id, _)| policies.iter().any(|(other, _)| other == id)) {
            let message = format!("`{}` is the baseline, and one of the policies", id.escape_debug());
            self.refuse(Code::Contradiction, place, message, "leave it out of `policies`");
        }
        let sweeps = kind == Some(Kind::Sweep) || kind.is_none() && entries.get("sweep").is_some();
        let sweep = if sweeps { self.sweep(entries, case.as_ref(), baseline.as_ref()) } else { None };
        let pareto: Vec<String> = self.texts(entries, "pareto").into_iter().map(|(text, _)| text).collect();
        let only = |texts: Vec<(String, Place)>| texts.into_iter().map(|(text, _)| text).collect();
        let experiment = ExperimentArguments {
            file,
            policies: only(policies),
            replications: self.whole(entries, "replications", 1),
            seed: self.whole(entries, "seed", 0),
            threads: args.threads,
            out: Some(args.out.clone().unwrap_or_else(|| default_folder(args))),
            replace: args.replace,
            shard: args.shard,
            extend: args.extend,
            precision: self.precision(entries),
            max_replications: self.whole(entries, "max_replications", 1),
            max_seconds: self.whole(entries, "max_seconds", 1).map(|seconds| seconds as f64),
            nested: self.parsed(entries, "nested", Nesting::parse),
            sets: self.sets(entries, case.as_ref()),
            overlay: None,
            point: self.flag(entries, "point"),
            progress: args.progress,
            json: args.json,
            quiet: args.quiet,
            planned: args.planned.clone(),
        };
        self.together(entries);
        Some(Study {
            kind: kind?,
            baseline: baseline.map(|(id, _)| id),
            denials: only(denials),
            pareto,
            sweep,
            experiment,
        })
    }

    /// Problems that were found elsewhere, at the place of the value that led to them.
    fn at(&mut self, place: &Place, found: Option<&Diagnostics>) {
        for problem in found.into_iter().flat_map(Diagnostics::sorted) {
            self.problems.push(problem.clone().at(place));
        }
    }

    fn known(&mut self, entries: &Entries, keys: &[&str], what: &str) {
        for entry in entries.iter().filter(|entry| !keys.contains(&entry.key.as_str())) {
            let message = format!("{what} has no key `{}`", entry.key.escape_debug());
            self.refuse(Code::UnknownKey, &entry.key_place, message, suggestion(&entry.key, keys, "keys"));
        }
    }

    /// Refuses keys that are not for the command.
    fn fitting(&mut self, entries: &Entries, kind: Kind) {
        for (key, kinds) in KEYS.iter().filter(|(_, kinds)| !kinds.is_empty() && !kinds.contains(&kind)) {
            if let Some(entry) = entries.entry(key) {
                let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
                let message = format!("`{key}` means nothing to {}", kind.name());
                let hint = format!("it is for {}; leave it out", names.join(" and "));
                self.refuse(Code::Contradiction, &entry.key_place, message, hint);
            }
        }
    }

    /// Refuses keys that exclude each other.
    fn together(&mut self, entries: &Entries) {
        let excluding = [("precision", ["replications", "nested"]), ("nested", ["replications", "point"])];
        for (key, others) in excluding {
            let Some(entry) = entries.entry(key) else { continue };
            for other in others.into_iter().filter(|other| entries.entry(other).is_some()) {
                let message = format!("`{key}` and `{other}` contradict each other");
                self.refuse(Code::Contradiction, &entry.key_place, message, "leave one of them out");
            }
        }
    }

    fn wrong_type(&mut self, node: &Node, key: &str, what: &str) {
        self.refuse(Code::WrongType, &node.place, format!("`{key}` is {what}"), format!("write {key} = {what}"));
    }

    fn text(&mut self, entries: &Entries, key: &str) -> Option<(String, Place)> {
        let node = entries.get(key)?;
        if let Some(text) = node.text() {
            return Some((text.to_owned(), node.place.clone()));
        }
        self.wrong_type(node, key, "a text in quotes");
        None
    }

    fn needed(&mut self, entries: &Entries, key: &str, what: &str) -> Option<(String, Place)> {
        if entries.get(key).is_none() {
            let hint = format!("write {key} = \"...\": {what}");
            self.problems.push(Diagnostic::new(Code::MissingKey, format!("the study has no `{key}`")).hint(hint));
        }
        self.text(entries, key)
    }

    fn texts(&mut self, entries: &Entries, key: &str) -> Vec<(String, Place)> {
        let Some(node) = entries.get(key) else { return Vec::new() };
        let item = |node: &Node| Some((node.text()?.to_owned(), node.place.clone()));
        let texts = node.list().and_then(|items| items.iter().map(item).collect::<Option<Vec<_>>>());
        texts.unwrap_or_else(|| {
            self.wrong_type(node, key, "a list of texts in quotes");
            Vec::new()
        })
    }

    fn whole(&mut self, entries: &Entries, key: &str, least: i64) -> Option<u64> {
        let node = entries.get(key)?;
        match node.content {
            Content::Integer(value) if value >= least => return u64::try_from(value).ok(),
            Content::Integer(value) => {
                let message = format!("`{key}` is {value}, below the minimum of {least}");
                self.refuse(Code::OutOfRange, &node.place, message, format!("give {least} or more"));
            }
            _ => self.wrong_type(node, key, "a whole number"),
        }
        None
    }

    fn flag(&mut self, entries: &Entries, key: &str) -> bool {
        match entries.get(key).map(|node| (node, &node.content)) {
            Some((_, Content::Flag(value))) => *value,
            Some((node, _)) => {
                self.wrong_type(node, key, "true or false");
                false
            }
            None => false,
        }
    }

    /// A text in the form that an argument has.
    fn parsed<T>(&mut self, entries: &Entries, key: &str, parse: fn(&str) -> Result<T, String>) -> Option<T> {
        let (text, place) = self.text(entries, key)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(how) => {
                let message = format!("`{key}` is \"{}\"", text.escape_debug());
                self.refuse(Code::WrongType, &place, message, how);
                None
            }
        }
    }

    fn table<'n>(&mut self, entries: &'n Entries, key: &str) -> Option<&'n Entries> {
        let node = entries.get(key)?;
        if node.table().is_none() {
            self.wrong_type(node, key, "a table");
        }
        node.table()
    }

    /// `"measure" = "5%"`, or a number.
    fn precision(&mut self, entries: &Entries) -> Vec<Wanted> {
        let Some(table) = self.table(entries, "precision") else { return Vec::new() };
        let mut wanted = Vec::new();
        for entry in table {
            let width = entry.node.text().map_or_else(|| entry.node.to_toml(), str::to_owned);
            match Wanted::parse(&format!("{}={width}", entry.key)) {
                Ok(one) => wanted.push(one),
                Err(how) => {
                    let message = format!("`{}` is no half-width", width.escape_debug());
                    self.refuse(Code::WrongType, &entry.node.place, message, how);
                }
            }
        }
        wanted
    }

    /// Overrides as arguments, each checked where it stands.
    fn sets(&mut self, entries: &Entries, case: Option<&Case>) -> Vec<String> {
        let Some(table) = self.table(entries, "set") else { return Vec::new() };
        let mut sets = Vec::new();
        for entry in table {
            self.check(entry.clone(), case);
            sets.push(format!("{}={}", entry.key, entry.node.to_toml()));
        }
        sets
    }

    /// Checks another value of a path against the scenario; whether it is taken.
    fn check(&mut self, entry: Entry, case: Option<&Case>) -> bool {
        let found = match (Override::from_entry(entry, "<study>"), case) {
            (Err(problem), _) => {
                self.problems.push(problem);
                return false;
            }
            (Ok(change), Some(case)) => case.model(&[change]).err(),
            (Ok(_), None) => None,
        };
        let Some(found) = found else { return true };
        self.problems.append(found);
        false
    }

    fn sweep(
        &mut self,
        entries: &Entries,
        case: Option<&Case>,
        baseline: Option<&(String, Place)>,
    ) -> Option<SweepArguments> {
        let Some(table) = self.table(entries, "sweep") else {
            let hint = "write [sweep.factors] and under it a path and its values, such as \"base.east.crews\" = [1, 2]";
            self.problems.push(Diagnostic::new(Code::MissingKey, "the study has no `sweep`").hint(hint));
            return None;
        };
        self.known(table, &SWEEP_KEYS, "`sweep`");
        let design = self.text(table, "design");
        let names: Vec<&str> = Method::ALL.iter().map(|(name, _)| *name).collect();
        let is_file = |text: &str| Path::new(text).extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
        if let Some((word, place)) = &design
            && !names.contains(&word.as_str())
            && !is_file(word)
        {
            let hint = suggestion(word, &names, "designs");
            self.refuse(Code::UnknownWord, place, format!("there is no design `{}`", word.escape_debug()), hint);
        }
        let in_folder = |text: String| match self.folder {
            Some(folder) if is_file(&text) => folder.join(text).display().to_string(),
            _ => text,
        };
        let design = design.map_or_else(|| "grid".to_owned(), |(text, _)| in_folder(text));
        let mut factors = Vec::new();
        for entry in self.table(table, "factors").into_iter().flat_map(Entries::iter) {
            factors.extend(self.factor(entry, case));
        }
        Some(SweepArguments {
            factors,
            design,
            points: self.whole(table, "points", 2).map(|points| points as usize),
            design_seed: self.whole(table, "seed", 0).unwrap_or(1),
            baseline: baseline.map(|(id, _)| id.clone()),
            ledgers: self.flag(table, "ledgers"),
            dry_run: false,
        })
    }

    /// A factor as an argument, its values checked one by one.
    fn factor(&mut self, entry: &Entry, case: Option<&Case>) -> Option<String> {
        let plain = |node: &Node| node.text().map_or_else(|| node.to_toml(), str::to_owned);
        let values = match entry.node.list() {
            Some(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
            None => plain(&entry.node),
        };
        let text = format!("{}={values}", entry.key);
        let factor = match Factor::parse(&text) {
            Ok(factor) => factor,
            Err(error) => {
                self.refuse(
                    Code::WrongType,
                    &entry.node.place,
                    error.to_string(),
                    "write a list, or such as \"linspace(0,1,5)\"",
                );
                return None;
            }
        };
        for sample in factor.samples() {
            let content = match (sample.parse::<i64>(), sample.parse::<f64>()) {
                (Ok(whole), _) => Content::Integer(whole),
                (_, Ok(number)) => Content::Float(number),
                _ => match Override::parse("<study>", &format!("{}={sample}", entry.key)) {
                    Ok(change) => change.content(),
                    Err(_) => Content::Text(sample.clone()),
                },
            };
            let node = Node::new(entry.node.place.clone(), content);
            if !self.check(Entry { node, ..entry.clone() }, case) {
                // One wrong value of a path that does not exist says it all.
                return None;
            }
        }
        Some(text)
    }
}
