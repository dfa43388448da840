//! The stored screening of a scenario: which assumptions move its results most, shown at the end of `run` and `compare`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::engine::quoted_path;
use crate::cli::exit::Stop;
use crate::cli::lineup::RATIOS;
use crate::cli::request::{Kind, Request, hash};
use crate::cli::sensitivity::{DEFAULT, Sensing, parameters};
use crate::cli::session::Session;
use crate::inference::Effects;
use crate::measures::Measure;
use crate::output::numbers::{decimals, places, whole};
use crate::scenario::{Case, read_file};
use crate::stats::Interval;
use crate::store::{Disk, RealDisk};

/// Rows that are stored of each policy, difference and measure, the air cover's apart.
const MOST_STORED: usize = 12;
/// Rows that are shown of each measure.
const MOST_SHOWN: usize = 3;
/// Half-widths by which a swing must exceed nought to be shown.
///
/// # Source
/// Assumed: because two half-widths of a 95% interval are some four standard errors, which by chance alone one of 300
/// parameters exceeds in fewer than one screening of ten.
const SURE: f64 = 2.0;
/// Digits of a checksum that tell scenarios apart.
const DIGITS: usize = 12;
/// The ratio that is shown whatever else moves more, since it is what refused air cover costs.
const COVER: &str = RATIOS[0];

const COLUMNS: [&str; 16] = [
    "policy",
    "baseline",
    "measure",
    "parameter",
    "basis",
    "from",
    "to",
    "mean_from",
    "mean_to",
    "swing",
    "low",
    "high",
    "n",
    "seed",
    "version",
    "scenario",
];

/// The file beside a scenario.
pub fn beside(scenario: &Path) -> PathBuf {
    scenario.with_extension("screening.csv")
}

/// Tells scenarios apart: of the texts of its files, by name, and of the values that lie under all of them.
pub fn fingerprint(files: &BTreeMap<String, String>) -> String {
    let texts: Vec<String> = files.iter().map(|(name, text)| format!("{name}\n{text}\n")).collect();
    hash(&format!("{}{}", texts.concat(), Case::defaults())).chars().take(DIGITS).collect()
}

/// Stores what the swings of a sensitivity analysis came to, in place of what was stored before.
///
/// # Errors
/// Those of the disk.
pub fn store(session: &Session, sensing: &Sensing, effects: &Effects) -> Result<PathBuf, Stop> {
    let path = beside(&session.file);
    let failed = |source: io::Error| Stop::File { action: "write", path: path.clone(), source };
    let text = table(session, sensing, effects).map_err(failed)?;
    if RealDisk.exists(&path).map_err(failed)? {
        RealDisk.remove(&path).map_err(failed)?;
    }
    RealDisk.create_new(&path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)?;
    Ok(path)
}

fn table(session: &Session, sensing: &Sensing, effects: &Effects) -> io::Result<String> {
    let parameters = parameters(session, sensing);
    let (scenario, seed) = (fingerprint(&session.request.files), session.request.seed.to_string());
    let values = session.screened.as_ref().map(|screened| &screened.values);
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(COLUMNS)?;
    for (at, response) in effects.responses.iter().enumerate() {
        let swing = |parameter: usize| effects.row(at, parameter, "swing");
        let size = |parameter: usize| swing(parameter).and_then(|row| row.estimate).map_or(0.0, f64::abs);
        let mut order: Vec<usize> = (0..parameters.len()).collect();
        order.sort_by(|&a, &b| size(b).total_cmp(&size(a)).then(a.cmp(&b)));
        let kept = order
            .iter()
            .enumerate()
            .filter(|(place, parameter)| *place < MOST_STORED || parameters[**parameter].0 == COVER);
        for (_, &parameter) in kept {
            let (Some(values), Some(row)) = (values, swing(parameter)) else { continue };
            let (path, basis) = &parameters[parameter];
            let mean = |point: usize| response.points[point][0].to_string();
            let (first, second) = (2 * parameter, 2 * parameter + 1);
            let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
            csv.write_record([
                &response.policy,
                response.baseline.as_deref().unwrap_or(""),
                &response.measure,
                path,
                basis,
                &values[first][parameter].to_string(),
                &values[second][parameter].to_string(),
                &mean(first),
                &mean(second),
                &number(row.estimate),
                &number(row.interval.map(|interval| interval.low)),
                &number(row.interval.map(|interval| interval.high)),
                &sensing.inner.to_string(),
                &seed,
                env!("CARGO_PKG_VERSION"),
                &scenario,
            ])?;
        }
    }
    let bytes = csv.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

/// A row of the stored table, by column.
type Row = BTreeMap<String, String>;

fn number(row: &Row, column: &str) -> Option<f64> {
    row.get(column)?.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The rows beside a scenario; none if nothing is stored or it cannot be read.
fn stored(scenario: &Path) -> Vec<Row> {
    let path = beside(scenario);
    if !RealDisk.exists(&path).unwrap_or(false) {
        return Vec::new();
    }
    let Ok(text) = read_file(&path) else { return Vec::new() };
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    csv.deserialize().filter_map(Result::ok).collect()
}

/// What a session shows, by policy and baseline; the baseline is empty where there is none.
fn pairs(request: &Request) -> Vec<(&str, &str)> {
    let policies = &request.policies;
    match request.command {
        Kind::Compare => policies[1..].iter().map(|policy| (policy.as_str(), policies[0].as_str())).collect(),
        _ => policies.iter().take(1).map(|policy| (policy.as_str(), "")).collect(),
    }
}

fn of_pair<'r>(rows: &'r [Row], (policy, baseline): (&str, &str)) -> Vec<&'r Row> {
    let is_it = |row: &&Row| {
        row.get("policy").is_some_and(|id| id == policy) && row.get("baseline").is_some_and(|id| id == baseline)
    };
    rows.iter().filter(is_it).collect()
}

fn name((policy, baseline): (&str, &str)) -> String {
    if baseline.is_empty() { policy.to_owned() } else { format!("{policy} less {baseline}") }
}

/// Says which assumptions move the shown results most, and by how much, where a screening is stored; else how to make one.
///
/// # Errors
/// Those of writing.
pub fn screen(out: &mut dyn Write, session: &Session) -> io::Result<()> {
    if !session.file_is_there() {
        return Ok(());
    }
    let rows = stored(&session.file);
    let Some(first) = rows.first() else {
        return match command(session, &rows) {
            Some(command) => writeln!(out, "\nWhat these results hang on is not screened; to screen it:\n  {command}"),
            None => Ok(()),
        };
    };
    writeln!(
        out,
        "\nWhat these results hang on: the assumptions that move them most, each taken from its 5% to its 95% point"
    )?;
    let mut is_whole = true;
    for pair in pairs(&session.request) {
        let (of, name) = (of_pair(&rows, pair), name(pair));
        if of.is_empty() {
            writeln!(out, "  {name}: not screened")?;
            is_whole = false;
            continue;
        }
        for measure in measures(&of) {
            of_measure(out, &name, (measure, &of))?;
        }
    }
    writeln!(out, "All other parameters vary as they do in this run; intervals are of the simulation alone.")?;
    provenance(out, session, first)?;
    let stale = stale(session, first);
    if !stale.is_empty() {
        writeln!(out, "STALE: {}", stale.join(", and "))?;
    }
    if is_whole && stale.is_empty() {
        return Ok(());
    }
    match command(session, &rows) {
        Some(command) => writeln!(out, "To screen it, with all that is stored already:\n  {command}"),
        None => Ok(()),
    }
}

/// The same for a script.
pub fn to_json(session: &Session) -> Value {
    let rows = stored(&session.file);
    let (mut parameters, mut missing) = (Vec::new(), Vec::new());
    for pair in pairs(&session.request) {
        let of = of_pair(&rows, pair);
        if of.is_empty() {
            missing.push(name(pair));
        }
        parameters.extend(measures(&of).into_iter().flat_map(|measure| most(measure, &of)).map(row_to_json));
    }
    let text = |row: &Row, column: &str| row.get(column).cloned();
    let screened = rows.first().map(|row| {
        json!({ "version": text(row, "version"), "scenario": text(row, "scenario"), "replications": number(row, "n"),
            "stale": stale(session, row) })
    });
    let command = if missing.is_empty() { None } else { command(session, &rows) };
    json!({ "parameters": parameters, "screened": screened, "not_screened": missing, "command": command })
}

fn row_to_json(row: &Row) -> Value {
    let text = |column: &str| row.get(column).filter(|text| !text.is_empty());
    let number = |column: &str| number(row, column);
    json!({
        "policy": text("policy"), "baseline": text("baseline"), "measure": text("measure"), "parameter": text("parameter"),
        "basis": text("basis"), "from": number("from"), "to": number("to"), "mean_from": number("mean_from"),
        "mean_to": number("mean_to"), "swing": number("swing"), "interval": [number("low"), number("high")],
    })
}

/// The command that screens what a session shows, and what is stored again, since it takes its place. None where nothing is
/// uncertain, and where the scenario's file is not at hand.
fn command(session: &Session, rows: &[Row]) -> Option<String> {
    let is_uncertain = session.plan.policies.iter().any(|policy| !policy.model.uncertainties().is_empty());
    if !is_uncertain || !RealDisk.exists(&session.file).unwrap_or(false) {
        return None;
    }
    let (request, presets) = (&session.request, session.case.document().policies());
    let all: Vec<&Row> = rows.iter().collect();
    let baseline = match request.command {
        Kind::Compare => request.policies.first().map(String::as_str),
        _ => distinct(&all, "baseline").into_iter().find(|id| !id.is_empty()),
    };
    let mut policies = distinct(&all, "policy");
    for (policy, _) in pairs(request) {
        if !policies.contains(&policy) {
            policies.push(policy);
        }
    }
    // One that is gone from the scenario is stored no more, and a scenario without policies is screened as it stands.
    let is_there = |id: &&str| presets.iter().any(|preset| preset.id == *id);
    policies.retain(|id| Some(*id) != baseline && is_there(id));
    let mut words = vec![quoted_path(&session.file), "--method swing".to_owned()];
    words.extend(baseline.filter(is_there).map(|id| format!("--baseline {id}")));
    words.extend(policies.iter().map(|id| format!("--policy {id}")));
    let stored = measures(&all);
    if stored.iter().any(|name| DEFAULT.iter().all(|measure| measure.name() != *name)) {
        words.extend(stored.iter().map(|name| format!("--measure {name}")));
    }
    words.extend(rows.first().and_then(|row| row.get("n")).map(|n| format!("--replications {n}")));
    // Another analysis of the scenario may stand in the folder: it is moved aside.
    Some(format!("rearguard sensitivity {} --store --replace", words.join(" ")))
}

fn measures<'r>(rows: &[&'r Row]) -> Vec<&'r str> {
    distinct(rows, "measure")
}

/// The texts of a column, each once.
fn distinct<'r>(rows: &[&'r Row], column: &str) -> Vec<&'r str> {
    let mut texts: Vec<&str> = Vec::new();
    for text in rows.iter().filter_map(|row| row.get(column)) {
        if !texts.contains(&text.as_str()) {
            texts.push(text);
        }
    }
    texts
}

fn of_measure(out: &mut dyn Write, name: &str, (measure, rows): (&str, &[&Row])) -> io::Result<()> {
    let is_usd = Measure::named(measure).is_some_and(|measure| measure.unit() == "USD");
    let (scale, unit) = if is_usd { (1e6, " (USD million)") } else { (1.0, "") };
    writeln!(out, "  {measure}{unit}, {name}")?;
    let most = most(measure, rows);
    if most.is_empty() {
        writeln!(out, "    none that can be told from nothing")?;
    }
    most.into_iter().try_for_each(|row| line(out, row, scale))
}

/// The rows of a measure that are shown: the cover's if it moves anything, and the assumptions that surely move it most.
fn most<'r>(measure: &str, rows: &[&'r Row]) -> Vec<&'r Row> {
    let is_assumed = |row: &&&Row| row.get("basis").is_some_and(|basis| basis == "assumed");
    let of: Vec<&Row> =
        rows.iter().filter(|row| row.get("measure").is_some_and(|own| own == measure)).copied().collect();
    let told = |row: &&&Row| match (number(row, "low"), number(row, "high")) {
        (Some(low), Some(high)) => (low + high).abs() > SURE * (high - low),
        _ => false,
    };
    let cover = |row: &&&Row| row.get("parameter").is_some_and(|path| path == COVER);
    let most = of.iter().filter(is_assumed).filter(told).filter(|row| !cover(row)).take(MOST_SHOWN);
    let moves = |row: &&&Row| ["low", "high"].iter().any(|end| number(row, end) != Some(0.0));
    of.iter().filter(cover).filter(moves).chain(most).copied().collect()
}

fn line(out: &mut dyn Write, row: &Row, scale: f64) -> io::Result<()> {
    let of = |column| number(row, column).unwrap_or(f64::NAN);
    let interval = Interval { low: of("low") / scale, high: of("high") / scale };
    let digits = places(Some(interval));
    let signed = |value: f64| {
        let text = decimals(value, digits);
        if value > 0.0 { format!("+{text}") } else { text }
    };
    let ends = format!("{} to {}", plain(of("from")), plain(of("to")));
    writeln!(
        out,
        "    {:<46} {ends:<20} {} ({} to {})",
        row.get("parameter").map_or("", String::as_str),
        signed(of("swing") / scale),
        decimals(interval.low, digits),
        decimals(interval.high, digits)
    )
}

/// A value with three significant digits or so.
fn plain(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && size < 1e-3 {
        return format!("{value:.1e}");
    }
    let digits = [100.0, 10.0, 1.0, 0.1].iter().position(|&step| size >= step).unwrap_or(4);
    let text = decimals(value, digits as i32);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn provenance(out: &mut dyn Write, session: &Session, row: &Row) -> io::Result<()> {
    let of = |column: &str| row.get(column).map_or("?", String::as_str);
    let n = whole(number(row, "n").unwrap_or(0.0));
    let (version, scenario) = (of("version"), of("scenario"));
    writeln!(out, "Screened by version {version} on scenario {scenario}, {n} replications at each end.")?;
    if !session.request.set.is_empty() || session.request.overlay.is_some() || session.request.point {
        writeln!(out, "It was screened without the --set, --overlay or --point of this run.")?;
    }
    Ok(())
}

/// Why what is stored is of something else than the session.
fn stale(session: &Session, row: &Row) -> Vec<String> {
    let of = |column: &str| row.get(column).map_or("?", String::as_str);
    let (now, mut stale) = (fingerprint(&session.request.files), Vec::new());
    if of("scenario") != now {
        stale.push(format!("the scenario is {now} now"));
    }
    if of("version") != env!("CARGO_PKG_VERSION") {
        stale.push(format!("this is version {}", env!("CARGO_PKG_VERSION")));
    }
    stale
}
