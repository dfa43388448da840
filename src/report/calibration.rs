//! Which inputs the record told from what was believed of them, of a calibration.

use minijinja::Value;

use crate::output::numbers::{decimals, whole};
use crate::report::axis::{day, ticks};
use crate::report::chart::{Rows, cut_path};
use crate::report::figure::{Figure, Grid, Section};
use crate::report::folder::{Results, Row};
use crate::report::record;

/// Most inputs that are drawn; the table has all.
const MOST: usize = 20;
/// Inputs that the answer names, at most.
const NAMED: usize = 3;
const BEFORE: [&str; 3] = ["prior_low", "prior_median", "prior_high"];
const AFTER: [&str; 3] = ["low", "median", "high"];

/// The inputs, those that moved furthest first.
fn inputs(results: &Results) -> Vec<Row<'_>> {
    let rows = results.sheet("parameters.csv").into_iter().flat_map(super::folder::Sheet::rows);
    let mut all: Vec<Row> = rows.collect();
    let moved = |row: &Row| row.number("moved").unwrap_or(0.0);
    all.sort_by(|a, b| moved(b).total_cmp(&moved(a)));
    all
}

fn is_told(row: &Row) -> bool {
    row.text("told_from_prior") == "true"
}

/// A number with four digits or so.
fn brief(value: f64) -> String {
    let size = value.abs();
    let places = [1000.0, 100.0, 10.0, 1.0, 0.1, 0.01, 0.001].iter().position(|&step| size >= step).unwrap_or(8);
    let text = decimals(value, places as i32);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// `0.0082 (0.0019 to 0.0205)`: a median and the 5% and 95% points.
fn range(row: Row, columns: [&str; 3]) -> String {
    let [low, median, high] = columns.map(|column| row.number(column).map_or_else(|| "-".to_owned(), brief));
    if row.number(columns[1]).is_none() { "nothing is left".to_owned() } else { format!("{median} ({low} to {high})") }
}

/// What the calibration came to.
pub(super) fn sentences(results: &Results) -> Vec<String> {
    let all = inputs(results);
    let facts = results.sheet("facts.csv").map_or(0, |sheet| sheet.rows().count());
    let Some(bound) = all.first().and_then(|row| row.number("moved_bound")) else {
        return vec![format!(
            "Nothing is left: as simulated, no value of these inputs is borne out by all {facts} facts. implausibility.csv has \
             how far each point is from each fact."
        )];
    };
    let told: Vec<&Row> = all.iter().filter(|row| is_told(row)).collect();
    let (moved, stayed) = (told.len(), all.len() - told.len());
    let named: Vec<String> = told
        .iter()
        .take(NAMED)
        .map(|row| format!("{}, from {} to {}", row.text("parameter"), range(**row, BEFORE), range(**row, AFTER)))
        .collect();
    let first = if told.is_empty() {
        let furthest = all.first().map_or(String::new(), |row| {
            let (before, after) = (range(*row, BEFORE), range(*row, AFTER));
            format!(
                "; {} came furthest, from {before} to {after} (medians with 5% and 95% points)",
                row.text("parameter")
            )
        });
        format!(
            "As simulated, none of the {} inputs calibrated to {facts} facts can be told from its prior by this \
             calibration{furthest}.",
            all.len()
        )
    } else {
        format!(
            "As simulated, {moved} of the {} inputs calibrated to {facts} facts {} told from {} by the record, as medians with \
             their 5% and 95% points{}: {}.",
            all.len(),
            if moved == 1 { "is" } else { "are" },
            if moved == 1 { "its prior" } else { "their priors" },
            if moved > NAMED { format!(", the {NAMED} that moved furthest") } else { String::new() },
            named.join("; ")
        )
    };
    let furthest = all.iter().filter(|row| !is_told(row)).filter_map(|row| row.number("moved")).fold(0.0, f64::max);
    let rest = if stayed == 0 {
        String::new()
    } else {
        format!(
            "The distribution of each of {} moved by {} at most. With these draws one of all {} would move by more than {} by \
             chance alone in one calibration of twenty, so smaller moves would not show.",
            if moved == 0 { format!("all {stayed}") } else { format!("the other {stayed}") },
            decimals(furthest, 3),
            all.len(),
            decimals(bound, 3)
        )
    };
    let left = match results.sheet("tolerances.csv").and_then(|sheet| sheet.rows().last()) {
        Some(last) => format!(
            "The last generation is worth {} independent draws and keeps what comes within {} of the record, in spreads of \
             replications drawn from the prior.",
            last.number("effective_sample_size").map_or(String::new(), |size| decimals(size, 0)),
            last.number("tolerance").map_or_else(|| "any distance".to_owned(), |distance| decimals(distance, 2))
        ),
        None => format!(
            "{} points are not ruled out, of the design “{}”.",
            whole(results.sheet("overlay.csv").map_or(0, |sheet| sheet.rows().count()) as f64),
            results.determined_by.get("calibration").map_or("", String::as_str)
        ),
    };
    [first, rest, left].into_iter().filter(|text| !text.is_empty()).collect()
}

/// The section, if the folder holds a calibration that left something.
pub(super) fn section(results: &Results) -> Option<Section> {
    let all = inputs(results);
    let bound = all.first()?.number("moved_bound")?;
    let drawn = &all[..all.len().min(MOST)];
    let moved = |row: &Row| row.number("moved").unwrap_or(0.0);
    let (_, high, marks) = ticks(0.0, drawn.iter().map(moved).fold(bound, f64::max), 5);
    let mut frame = Rows::new(drawn.len(), (23.0, 290.0, 46.0), (0.0, high));
    frame.numbers(&marks, "greatest difference of the two distribution functions");
    for (at, row) in drawn.iter().enumerate() {
        let (zero, end, y) = (frame.x.at(0.0), frame.x.at(moved(row)), frame.middle(at));
        frame.name(at, &cut_path(row.text("parameter"), 36), if is_told(row) { "" } else { "quiet" });
        let tip = format!("{}: {} to {}", row.text("parameter"), range(*row, BEFORE), range(*row, AFTER));
        frame.svg.rect((zero, y - 7.0), (end - zero, 14.0), if is_told(row) { "share" } else { "share soft" }, &tip);
        frame.aside(at, &decimals(moved(row), 2));
    }
    frame.upright(bound, "by chance");
    let told = all.iter().filter(|row| is_told(row)).count();
    let title = match told {
        0 => format!("The record tells none of {} inputs from its prior", all.len()),
        told => format!("The record tells {told} of {} inputs from what was believed of them", all.len()),
    };
    let mut grid = Grid::new(&[
        "input",
        "basis",
        "before: median (5% to 95%)",
        "after: median (5% to 95%)",
        "spread after, % of before",
        "moved",
        "told from its prior",
    ]);
    for row in &all {
        let spread = row.number("spread_ratio").map_or(String::new(), |ratio| decimals(100.0 * ratio, 0));
        let told = if is_told(row) { "yes" } else { "no" };
        let (before, after) = (range(*row, BEFORE), range(*row, AFTER));
        let names = ["parameter", "basis"].map(|column| row.text(column).to_owned());
        grid.rows
            .push(names.into_iter().chain([before, after, spread, decimals(moved(row), 3), told.to_owned()]).collect());
    }
    let how = format!(
        "How far the distribution of each input moved{}; the line is what the furthest would exceed in one calibration of \
         twenty if none had moved.",
        if all.len() > MOST { format!(", the first {MOST} of {}", all.len()) } else { String::new() }
    );
    let figure = Figure {
        svg: Value::from_safe_string(frame.svg.finish(
            "calibrated",
            &title,
            "A bar for each input, and a line at what chance alone would do.",
        )),
        id: "calibrated".to_owned(),
        title,
        how,
        key: Vec::new(),
        source: "parameters.csv".to_owned(),
        table: grid,
    };
    Some(Section {
        id: "calibration",
        nav: "Inputs",
        title: "What the record says of the inputs".to_owned(),
        lead: "Values with which the model comes near the record, under its assumptions. overlay.csv holds them as joint draws, \
               for --overlay of another experiment."
            .to_owned(),
        panels: Vec::new(),
        figures: vec![figure],
    })
}

/// An end of what the record may mean.
fn end_of_record(results: &Results, kind: &str, value: f64) -> String {
    match kind {
        "date" => day(results.start.after(value)),
        "yes_no" => if value > 0.0 { "yes" } else { "no" }.to_owned(),
        _ => record::number(value),
    }
}

/// Each fact with what replications give before and after.
pub(super) fn facts(results: &Results) -> Option<Grid> {
    let sheet = results.sheet("facts.csv")?;
    let mut grid = Grid::new(&[
        "fact",
        "what",
        "on record",
        "before: median (5% to 95%)",
        "after: median (5% to 95%)",
        "can tell",
    ]);
    for row in sheet.rows() {
        let kind = row.text("kind");
        let end = |column: &str| row.number(column).map_or(String::new(), |value| end_of_record(results, kind, value));
        let [low, high] = ["record_low", "record_high"].map(end);
        let record = if low == high { low } else { format!("{low} to {high}") };
        let names = [row.text("fact").to_owned(), record::quantity(results, row)];
        let range = |columns: [&str; 3]| match columns.map(|column| row.number(column)) {
            [_, Some(median), _] if kind == "yes_no" => end_of_record(results, kind, median),
            [Some(low), Some(median), Some(high)] => record::forecast(kind, [low, median, high], results.start),
            _ => "nothing is left".to_owned(),
        };
        let is = |column: &str, word: &str| row.text(column) == word;
        let tells = match row {
            _ if is("prior_reaches", "false") && !is("reaches", "true") => "the record lies beyond all replications",
            _ if is("reaches", "false") => "the record lies beyond all that is left",
            _ if is("tells", "true") => "yes",
            _ => "no: the same in all",
        };
        let cells = [record, range(BEFORE), range(AFTER), tells.to_owned()];
        grid.rows.push(names.into_iter().chain(cells).collect());
    }
    Some(grid)
}
