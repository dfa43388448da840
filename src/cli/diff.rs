//! `diff`: what changed between two results folders, in inputs and in results.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::exit::Stop;
use crate::cli::folders::{disk, session};
use crate::cli::screen::footnotes;
use crate::cli::session::Session;
use crate::experiment::Rows;
use crate::measures::{Measure, Scale};
use crate::output::numbers::{MARK, decimals, whole, with_interval};
use crate::stats::{Interval, Moments, Worse, mean_t, t_interval};
use crate::store::Chunks;
use crate::summary::{CONFIDENCE, paired_of};

/// Most changed inputs that are listed on the screen.
const MOST_LISTED: usize = 60;

/// Prints what changed.
///
/// # Arguments
/// * `all` - measures that did not change too.
///
/// # Errors
/// [`Stop::NotMet`] for a folder that is not complete or not as it was written.
pub fn diff(before: &Path, after: &Path, all: bool, json: bool) -> Result<(), Stop> {
    let (before, after) = (Side::read(before)?, Side::read(after)?);
    let inputs = changed_inputs(&before.inputs(), &after.inputs());
    let is_paired = before.is_paired_with(&after);
    let lines = results(&before, &after, is_paired, all)?;
    let mut out = io::stdout().lock();
    if json {
        let object = json!({ "inputs": inputs.iter().map(ChangedInput::to_json).collect::<Vec<_>>(), "paired": is_paired,
            "results": lines_to_json(&lines) });
        writeln!(out, "{object}")?;
        return Ok(());
    }
    print_inputs(&mut out, &inputs)?;
    let n = before.least_n().min(after.least_n());
    let how = if is_paired {
        format!("on the same random numbers, replication by replication, over the {} that both have", whole(n as f64))
    } else {
        "of independent means: the seeds differ".to_owned()
    };
    writeln!(out, "\nResults, differences {how} (95% interval)")?;
    let mut body = Vec::new();
    lines.iter().try_for_each(|line| line.print(&mut body))?;
    out.write_all(&body)?;
    let changed = lines.iter().filter(|line| matches!(line, Line::Change(_, change) if change.is_one())).count();
    if changed == 0 {
        writeln!(out, "  no measure changed")?;
        return Ok(());
    }
    footnotes(&mut out, &body, n, "")?;
    writeln!(
        out,
        "each interval is for one difference by itself: of twenty that are none, one leaves 0 out by chance."
    )?;
    Ok(())
}

/// What is said of the results, in order.
enum Line {
    /// What only one of the folders has.
    Alone { what: &'static str, name: String, place: &'static str },
    /// The changes that follow are of this design point.
    Point(String),
    /// And of this policy.
    Policy(String),
    /// A measure.
    Change(String, Change),
}

impl Line {
    fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Alone { what, name, place } => writeln!(out, "  {what} {name} is only in the {place}"),
            Self::Point(point) => writeln!(out, "  Point {point}"),
            Self::Policy(id) => {
                writeln!(out, "  {id:<40}{:>14}{:>14}  {:<34}{:>8}", "first", "second", "difference", "z")
            }
            Self::Change(name, change) => change.print(out, name),
        }
    }
}

/// A row for each change, with its point and policy.
fn lines_to_json(lines: &[Line]) -> Vec<Value> {
    let (mut point, mut policy) = ("", "");
    let mut rows = Vec::new();
    for line in lines {
        match line {
            Line::Point(of) => point = of,
            Line::Policy(of) => policy = of,
            Line::Alone { what: "policy", name, place } => {
                rows.push(json!({ "only_in": place, "point": point, "policy": name }));
            }
            Line::Alone { name, place, .. } => rows.push(json!({ "only_in": place, "point": name })),
            Line::Change(name, change) => rows.push(json!({
                "point": point, "policy": policy, "measure": name, "first": change.means[0], "second": change.means[1],
                "difference": change.difference, "interval": [change.interval.low, change.interval.high],
                "mcse": change.mcse, "skewed": change.is_skewed,
            })),
        }
    }
    rows
}

/// What changed in the results, point by point.
fn results(before: &Side, after: &Side, is_paired: bool, all: bool) -> Result<Vec<Line>, Stop> {
    let alone = |point: &String, place| Line::Alone { what: "point", name: point.clone(), place };
    let mut lines = Vec::new();
    for (point, rows) in &before.points {
        let Some((_, others)) = after.points.iter().find(|(other, _)| other == point) else {
            lines.push(alone(point, "first"));
            continue;
        };
        if !point.is_empty() {
            lines.push(Line::Point(point.clone()));
        }
        of_point(&mut lines, (&before.session, rows), (&after.session, others), is_paired, all)?;
    }
    let is_new = |point: &&String| before.points.iter().all(|(other, _)| other != *point);
    lines.extend(after.points.iter().map(|(point, _)| point).filter(is_new).map(|point| alone(point, "second")));
    Ok(lines)
}

/// What changed at a design point, policy by policy.
fn of_point(
    lines: &mut Vec<Line>,
    (before, rows): (&Session, &Rows),
    (after, others): (&Session, &Rows),
    is_paired: bool,
    all: bool,
) -> Result<(), Stop> {
    let alone = |id: &String, place| Line::Alone { what: "policy", name: id.clone(), place };
    for (at, policy) in rows.policies().iter().enumerate() {
        let Some(with) = others.policies().iter().position(|other| other.id == policy.id) else {
            lines.push(alone(&policy.id, "first"));
            continue;
        };
        lines.push(Line::Policy(policy.id.clone()));
        for (column, name) in before.names.iter().enumerate() {
            let Some(there) = after.names.iter().position(|other| other == name) else { continue };
            let (a, b) = (rows.column(at, column)?, others.column(with, there)?);
            let scale = Measure::named(name).map_or(Scale::Amount, Measure::scale);
            let Some(change) = Change::between(scale, &a, &b, is_paired) else { continue };
            if all || change.is_one() {
                lines.push(Line::Change(name.clone(), change));
            }
        }
    }
    let is_new = |id: &&String| rows.policies().iter().all(|other| other.id != **id);
    let new = others.policies().iter().map(|policy| &policy.id).filter(is_new);
    lines.extend(new.map(|id| alone(id, "second")));
    Ok(())
}

/// An input that is not the same; none where it is not there.
struct ChangedInput {
    name: String,
    first: Option<String>,
    second: Option<String>,
}

impl ChangedInput {
    fn to_json(&self) -> Value {
        json!({ "name": self.name, "first": self.first, "second": self.second })
    }
}

fn changed_inputs(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<ChangedInput> {
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    let of = |name: &String| ChangedInput {
        name: name.clone(),
        first: before.get(name).cloned(),
        second: after.get(name).cloned(),
    };
    names.map(of).filter(|input| input.first != input.second).collect()
}

fn print_inputs(out: &mut dyn Write, changed: &[ChangedInput]) -> io::Result<()> {
    let said = if changed.is_empty() { "the same".to_owned() } else { format!("{} changed", changed.len()) };
    writeln!(out, "Inputs: {said}")?;
    let text = |text: &Option<String>| {
        text.as_ref().map_or_else(|| "absent".to_owned(), |text| text.escape_debug().to_string())
    };
    for input in changed.iter().take(MOST_LISTED) {
        writeln!(out, "  {}: {} -> {}", input.name, text(&input.first), text(&input.second))?;
    }
    if changed.len() > MOST_LISTED {
        writeln!(out, "  and {} more", changed.len() - MOST_LISTED)?;
    }
    Ok(())
}

/// One folder's side of a comparison.
struct Side {
    session: Session,
    /// By what a design point changes; without a sweep one that changes nothing.
    points: Vec<(String, Rows)>,
}

impl Side {
    fn read(folder: &Path) -> Result<Self, Stop> {
        let (session, _) = session(folder, folder.to_path_buf(), None)?;
        if session.request.nested.is_some() {
            let message = format!(
                "{} holds draws with replications of their own, and diff compares independent replications; compare the \
                 variance.csv of both",
                folder.display()
            );
            return Err(Stop::Usage(message));
        }
        if session.request.sensitivity.is_some() {
            let message = format!(
                "{} holds points of a design, and diff compares independent replications; compare the sensitivity.csv of both",
                folder.display()
            );
            return Err(Stop::Usage(message));
        }
        if session.request.calibration.is_some() {
            let message = format!(
                "{} holds a calibration, and diff compares independent replications; compare the parameters.csv of both, or \
                 run each overlay and compare the runs",
                folder.display()
            );
            return Err(Stop::Usage(message));
        }
        let chunks = Chunks::of(disk(), folder)?;
        let mut points = Vec::new();
        for point in &session.points {
            let changes: BTreeMap<String, String> =
                point.overrides.iter().map(|change| (change.path(), change.value())).collect();
            let changes: Vec<String> = changes.into_iter().map(|(path, value)| format!("{path}={value}")).collect();
            let rows = Rows::stored(&session.plan, &point.id, &session.plan.cells(), &chunks)?;
            points.push((changes.join(", "), rows));
        }
        Ok(Self { session, points })
    }

    /// Replications of the design point that has the fewest.
    fn least_n(&self) -> u64 {
        self.points.iter().map(|(_, rows)| rows.n()).min().unwrap_or(0)
    }

    /// Whether replications of both meet the same chances.
    fn is_paired_with(&self, other: &Self) -> bool {
        let streams = |side: &Self| side.session.request.identity().get("streams").map(str::to_owned);
        let is_whole = |side: &Self| side.points.iter().all(|(_, rows)| rows.failures().is_empty());
        let same_seed = self.session.request.seed == other.session.request.seed;
        same_seed && streams(self) == streams(other) && is_whole(self) && is_whole(other)
    }

    /// Every input by name: what was asked for, and the resolved values.
    fn inputs(&self) -> BTreeMap<String, String> {
        let identity = self.session.request.identity();
        let asked = identity.iter().filter(|(key, _)| !key.starts_with("input "));
        let mut inputs: BTreeMap<String, String> = asked.map(|(key, text)| (key.to_owned(), text.to_owned())).collect();
        inputs.insert("replications".to_owned(), self.session.plan.replications.to_string());
        for value in &self.session.case.listing(&[]).values {
            let law = if value.law.is_empty() { String::new() } else { format!(" {}", value.law) };
            inputs.insert(value.path.clone(), format!("{}{law}", value.value));
        }
        for policy in self.session.case.document().policies() {
            for change in &policy.overrides {
                inputs.insert(format!("policy {}: {}", policy.id, change.path()), change.value());
            }
        }
        inputs
    }
}

/// How a column changed; of pairs, over the replications that both folders have.
struct Change {
    means: [f64; 2],
    difference: f64,
    interval: Interval,
    mcse: f64,
    /// The differences are too skewed for their number.
    is_skewed: bool,
}

impl Change {
    /// The change of a column; none where there is too little to say.
    fn between(scale: Scale, before: &[f64], after: &[f64], is_paired: bool) -> Option<Self> {
        if is_paired {
            let n = before.len().min(after.len());
            let (before, after) = (&before[..n], &after[..n]);
            let means = [Moments::of(before).ok()?.mean, Moments::of(after).ok()?.mean];
            let difference = paired_of(scale, after, before, Worse::Higher).ok()?;
            let (interval, mcse, is_skewed) = (difference.interval, difference.mcse, difference.warning.is_some());
            return Some(Self { means, difference: difference.mean, interval, mcse, is_skewed });
        }
        let (a, b) = (Moments::of(before).ok()?, Moments::of(after).ok()?);
        let means = [a.mean, b.mean];
        // Welch's degrees of freedom lie between the smaller sample's and the sum's: the smaller is on the safe side.
        let mcse = crate::math::sqrt(a.mcse? * a.mcse? + b.mcse? * b.mcse?);
        let difference = b.mean - a.mean;
        let interval = t_interval(difference, mcse, (a.n.min(b.n) - 1) as f64, CONFIDENCE).ok()?;
        let is_skewed =
            [before, after].iter().any(|values| mean_t(values, CONFIDENCE).is_ok_and(|mean| mean.warning.is_some()));
        Some(Self { means, difference, interval, mcse, is_skewed })
    }

    fn is_one(&self) -> bool {
        self.difference != 0.0 || self.mcse > 0.0
    }

    fn print(&self, out: &mut dyn Write, name: &str) -> io::Result<()> {
        let usd = Measure::named(name).is_some_and(|measure| measure.unit() == "USD");
        let scale = if usd { 1e6 } else { 1.0 };
        let [before, after] = self.means.map(|mean| decimals(mean / scale, 3));
        let z = if self.mcse > 0.0 { decimals(self.difference / self.mcse, 1) } else { "-".to_owned() };
        let mark = if self.is_skewed { MARK } else { "" };
        let shown = with_interval(self.difference, Some(self.interval), scale) + mark;
        let name = if usd { format!("{name} million") } else { name.to_owned() };
        writeln!(out, "    {name:<38}{before:>14}{after:>14}  {shown:<34}{z:>8}")
    }
}
