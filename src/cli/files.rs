//! Writing an experiment's results folder, and its JSON form.

use std::io::{self, Write};

use csv::Writer;
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::cli::exit::Stop;
use crate::cli::hindcast;
use crate::cli::request::{Kind, REQUEST};
use crate::cli::sensitivity::{self, Screened, Sensing};
use crate::cli::session::Session;
use crate::design::Design;
use crate::draw::Streams;
use crate::experiment::{ONLY_POINT, PolicyModel, Rows};
use crate::inference::Effects;
use crate::output::sensitivity as of;
use crate::output::table::{Column, Holds, Table, package};
use crate::output::{csv_files, inference_tables, replications, tables, trace};
use crate::store::{FileSum, Folder, StoreError};
use crate::summary::{Summary, SummaryError, tallied, typical};
use crate::withdrawal::Withdrawal;

/// The file that describes the tables.
const PACKAGE: &str = "datapackage.json";
/// Design points whose estimates are in memory at once, for each thread.
const POINTS_AT_ONCE: usize = 4;

/// A table while it is written.
type Csv<'o> = Writer<&'o mut dyn Write>;

/// Writes the rows of one design point.
type RowsOf = fn(&mut Csv, csv_files::Point) -> io::Result<()>;

/// Takes one design point to be written.
type WritePoint<'w> = &'w mut dyn FnMut(csv_files::Point) -> io::Result<()>;

/// Tables as they are written to a folder, so that the data package describes those that are there and no others.
pub struct Tables<'f> {
    folder: &'f Folder,
    written: Vec<(Table, FileSum)>,
}

impl<'f> Tables<'f> {
    /// None yet.
    pub fn of(folder: &'f Folder) -> Self {
        Self { folder, written: Vec::new() }
    }

    /// Writes one.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write(
        &mut self,
        table: Table,
        fill: impl FnOnce(&mut dyn Write, &Table) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        let sum = self.folder.write(table.file, |out| fill(out, &table))?;
        self.written.push((table, sum));
        Ok(())
    }

    /// Writes one row by row for each of some design points.
    fn write_rows(&mut self, table: Table, rows: RowsOf, points: &[csv_files::Point]) -> Result<(), StoreError> {
        self.write_together(vec![(table, rows)], &mut |write| points.iter().try_for_each(|&point| write(point)))
    }

    /// Writes some that grow side by side.
    ///
    /// # Arguments
    /// * `each` - hands each design point on to be written to all of them.
    fn write_together(
        &mut self,
        tables: Vec<(Table, RowsOf)>,
        each: &mut dyn FnMut(WritePoint) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        let mut sums = Vec::new();
        write_nested(self.folder, &tables, &mut |_| Ok(()), each, &mut sums)?;
        // The innermost is written first.
        self.written.extend(tables.into_iter().map(|(table, _)| table).zip(sums.into_iter().rev()));
        Ok(())
    }

    /// Writes the data package of them all.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn describe(self, title: &str) -> Result<(), StoreError> {
        let text = package(title, &self.written);
        self.folder.write(PACKAGE, |out| out.write_all(text.as_bytes())).map(drop)
    }
}

/// Writes tables side by side, each within the one before it.
fn write_nested(
    folder: &Folder,
    tables: &[(Table, RowsOf)],
    write_before: WritePoint,
    each: &mut dyn FnMut(WritePoint) -> io::Result<()>,
    sums: &mut Vec<FileSum>,
) -> Result<(), StoreError> {
    let Some(((table, rows), rest)) = tables.split_first() else { return Ok(()) };
    let mut within = Ok(());
    let sum = folder.write(table.file, |out| {
        let mut csv = table.begin(out)?;
        let mut write = |point: csv_files::Point| {
            write_before(point)?;
            rows(&mut csv, point)
        };
        if rest.is_empty() {
            each(&mut write)?;
        } else {
            within = write_nested(folder, rest, &mut write, each, sums);
        }
        // Why not is told of the one that failed.
        if within.is_err() { Err(io::ErrorKind::Other.into()) } else { csv.flush() }
    });
    within?;
    sums.push(sum?);
    Ok(())
}

/// Writes every replication; `noted` is told how many design points are written.
///
/// # Errors
/// Those of the disk.
pub fn write_replications(
    written: &mut Tables,
    session: &Session,
    rows: &[Rows],
    noted: &dyn Fn(u64),
) -> Result<(), Stop> {
    let named: Vec<(&str, &Rows)> = session.points.iter().map(|point| point.id.as_str()).zip(rows).collect();
    let (measures, _) = session.names.split_at(session.names.len() - session.plan.observed.len());
    let all = tables::replications().with(tables::measure_columns(measures)).with(observed_columns(session));
    Ok(written.write(all, |out, table| replications(out, table, &named, noted))?)
}

/// Writes the tables that every experiment without a design has, but for its replications.
///
/// # Errors
/// Those of the disk.
pub fn write(written: &mut Tables, session: &Session, rows: &Rows, summary: &Summary) -> Result<(), Stop> {
    if session.request.nested.is_some() {
        // Replications that share a draw are no independent ones: intervals over all of them would be too narrow.
        return Ok(());
    }
    let points = [(ONLY_POINT, summary)];
    written.write_rows(tables::summary(), csv_files::summary, &points)?;
    write_ledgers(written, &mut |write| write(points[0]))?;
    if matches!(session.request.command, Kind::Run | Kind::Compare) {
        write_trace(written, session, rows)?;
    }
    if !summary.contrasts.is_empty() {
        written.write_rows(tables::contrasts(), csv_files::contrasts, &points)?;
    }
    write_failures(written, &points)
}

fn write_failures(written: &mut Tables, points: &[csv_files::Point]) -> Result<(), Stop> {
    let is_any = points.iter().any(|(_, summary)| !summary.failures.is_empty());
    if is_any { Ok(written.write_rows(tables::failures(), csv_files::failures, points)?) } else { Ok(()) }
}

/// Writes the estimates at every design point, and the contrasts where there is a baseline, some points at a time: those
/// of thousands of points would fill the memory.
///
/// # Arguments
/// * `summary_of` - the tables of a point, by its place.
/// * `keep` - takes them when they are written.
///
/// # Errors
/// Those of the disk.
pub fn write_estimates(
    written: &mut Tables,
    session: &Session,
    summary_of: &(dyn Fn(usize) -> Result<Summary, SummaryError> + Sync),
    keep: &mut dyn FnMut(Summary),
) -> Result<(), Stop> {
    let points: Vec<usize> = (0..session.points.len()).collect();
    let mut wanted: Vec<(Table, RowsOf)> = vec![(tables::summary(), csv_files::summary)];
    if session.request.has_baseline {
        wanted.push((tables::contrasts(), csv_files::contrasts));
    }
    let made = written.write_together(wanted, &mut |write| {
        for part in points.chunks(POINTS_AT_ONCE * rayon::current_num_threads()) {
            let made: Result<Vec<Summary>, SummaryError> = part.par_iter().map(|&at| summary_of(at)).collect();
            for (&at, summary) in part.iter().zip(made.map_err(io::Error::other)?) {
                write((&session.points[at].id, &summary))?;
                keep(summary);
            }
        }
        Ok(())
    });
    Ok(made?)
}

/// Writes the other tables of a design: its points, their ledgers if those were asked for, and what failed.
///
/// # Errors
/// Those of the disk.
pub fn write_design(
    written: &mut Tables,
    session: &Session,
    (rows, summaries): (&[Rows], &[Summary]),
    design: &Design,
) -> Result<(), Stop> {
    let table = tables::design_points().with(design_columns(session, design));
    written.write(table, |out, table| csv_files::design(out, table, &design.points))?;
    if session.request.ledgers {
        // One point's at a time: those of thousands of points would fill the memory.
        let model = &session.plan.policies[0].model;
        write_ledgers(written, &mut |write| {
            session.points.iter().zip(rows).try_for_each(|(point, rows)| {
                write((&point.id, &tallied(rows, Some(model)).map_err(io::Error::other)?))
            })
        })?;
    }
    let points: Vec<csv_files::Point> = session.points.iter().map(|point| point.id.as_str()).zip(summaries).collect();
    write_failures(written, &points)
}

/// Writes where equipment ended, where people were hit, convoys and days.
fn write_ledgers(written: &mut Tables, each: &mut dyn FnMut(WritePoint) -> io::Result<()>) -> Result<(), StoreError> {
    let all: Vec<(Table, RowsOf)> = vec![
        (tables::equipment(), csv_files::equipment),
        (tables::casualties(), csv_files::casualties),
        (tables::convoys(), csv_files::convoys),
        (tables::timeline(), csv_files::timeline),
    ];
    written.write_together(all, each)
}

/// Writes every file of a sensitivity analysis but the manifest.
///
/// # Errors
/// Those of the disk.
pub fn write_sensitivity(
    folder: &Folder,
    session: &Session,
    (sensing, screened): (&Sensing, &Screened),
    (summary, effects): (&Summary, &Effects),
) -> Result<(), Stop> {
    folder.write(REQUEST, |out| out.write_all(session.request.text().as_bytes()))?;
    let mut written = Tables::of(folder);
    let design = inference_tables::parameter_points().with(parameter_columns(session, &sensing.free));
    written.write(design, |out, table| of::design(out, table, &screened.rows()))?;
    written.write(inference_tables::points(), |out, _| of::points(out, effects, sensing.inner as usize))?;
    let parameters = sensitivity::parameters(session, sensing);
    let n = sensing.screening.intervals_rest_on(sensing.inner);
    written.write(inference_tables::sensitivity(), |out, _| of::effects(out, effects, &parameters, n))?;
    write_failures(&mut written, &[(ONLY_POINT, summary)])?;
    Ok(written.describe(session.title())?)
}

/// A column for each of some uncertain parameters; a date is written as days since the start.
pub fn parameter_columns(session: &Session, paths: &[String]) -> Vec<Column> {
    let listed = session.case.listing(&[]).values;
    let column = |path: &String| {
        let value = listed.iter().find(|value| value.path == *path);
        let (unit, doc) = value.map_or(("", ""), |value| (value.unit, value.doc));
        let unit = if unit == "date" { "days" } else { unit };
        let doc = if doc.is_empty() { "Value of the parameter." } else { doc };
        Column::named(path, Holds::Number, unit, doc)
    };
    paths.iter().map(column).collect()
}

/// A column for each quantity that a hindcast takes from a replication; they come after the measures.
fn observed_columns(session: &Session) -> impl Iterator<Item = Column> {
    session.plan.observed.iter().map(|quantity| {
        let name = hindcast::column_name(quantity, &session.plan.policies[0].model);
        // Days are written as days since the start.
        let unit = if quantity.what.unit() == "date" { "days" } else { quantity.what.unit() };
        let meaning = format!("What a replication holds against the record of {}.", quantity.what.name());
        Column::named(&name, Holds::Number, unit, &meaning)
    })
}

/// A column for each path of a design: of numbers, if all its values are.
fn design_columns(session: &Session, design: &Design) -> Vec<Column> {
    let listed = session.case.listing(&[]).values;
    let column = |(at, path): (usize, &String)| {
        let value = listed.iter().find(|value| value.path == *path);
        let (unit, doc) = value.map_or(("", ""), |value| (value.unit, value.doc));
        let mut values = design.points.iter().filter_map(|point| point[at].as_ref());
        let holds = if values.all(|value| value.parse::<f64>().is_ok()) { Holds::Number } else { Holds::Text };
        Column::named(path, holds, unit, format!("{doc} Empty where the scenario's own value stays.").trim_start())
    };
    design.paths.iter().enumerate().map(column).collect()
}

/// Tells a replication near the middle again, under each policy.
fn write_trace(written: &mut Tables, session: &Session, rows: &Rows) -> Result<(), Stop> {
    let Some(replication) = typical(rows)? else { return Ok(()) };
    let tell = |policy: &PolicyModel| {
        let streams = Streams::new(session.plan.seed, replication);
        Withdrawal::new(&policy.model, &[]).tell_replication(streams).1
    };
    let policies = &session.plan.policies;
    let told: Vec<_> = policies.iter().map(|policy| (policy.id.as_str(), tell(policy))).collect();
    Ok(written.write(tables::trace(), |out, _| trace(out, replication, &told))?)
}

/// Everything that determines the results, and the resolved scenario under each policy.
pub fn manifest(session: &Session, summaries: &[Summary]) -> Value {
    let identity = session.request.identity();
    let determines: serde_json::Map<String, Value> =
        identity.iter().map(|(key, value)| (key.to_owned(), Value::from(value))).collect();
    let policies: Vec<Value> = session
        .plan
        .policies
        .iter()
        .map(|policy| {
            let changes: serde_json::Map<String, Value> =
                policy.overrides.iter().map(|change| (change.path(), Value::from(change.value()))).collect();
            json!({ "id": policy.id, "title": policy.title, "overrides": changes })
        })
        .collect();
    let scenario: Vec<Value> = session
        .case
        .listing(&[])
        .values
        .iter()
        .map(|value| json!({
            "path": value.path, "value": value.value, "is_number": value.is_number, "law": value.law, "basis": value.basis,
            "source": value.source,
        }))
        .collect();
    json!({
        "title": session.title(),
        "determined_by": determines,
        "policies": policies,
        "replications": session.plan.replications,
        "design_points": session.points.len(),
        "replications_done": summaries.iter().map(|summary| summary.n).sum::<u64>(),
        "failures": summaries.iter().map(|summary| summary.failures.len()).sum::<usize>(),
        "scenario": scenario,
    })
}
