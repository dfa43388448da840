//! How likely more than a threshold is, for each policy, and how that differs from the baseline.

use minijinja::Value;

use crate::measures::{Better, Measure};
use crate::output::numbers::{decimals, whole};
use crate::report::chart::{Plot, ROOM, Room, colour, stroke};
use crate::report::figure::{Figure, Grid, Panel, Section};
use crate::report::folder::{Policy, Results, Row};
use crate::report::words::{percent, scale_of, short, unit_of, unit_text};

/// Measures that are drawn.
const DRAWN: [&str; 4] =
    ["casualties.wounded_in_all", "casualties.killed_in_all", "equipment.lost_usd", "people.out_by_deadline"];
/// Rows of a table, at most, for each policy.
const MOST: usize = 12;

/// The section, if the folder has curves.
pub(super) fn section(results: &Results) -> Option<Section> {
    results.sheet("exceedance.csv")?;
    let panel = |measure: &&str| {
        let difference = || figure(results, measure, true).filter(|_| results.command == "compare");
        let figures: Vec<Figure> = [figure(results, measure, false), difference()].into_iter().flatten().collect();
        (!figures.is_empty()).then(|| Panel { name: short(measure), figures })
    };
    let panels: Vec<Panel> = DRAWN.iter().filter_map(panel).collect();
    if panels.is_empty() {
        return None;
    }
    Some(Section {
        id: "exceedance",
        nav: "Exceedance",
        title: "How likely is more than so many?".to_owned(),
        lead: "Each curve gives the share of replications above a threshold. The shaded band holds at all thresholds at once \
               with 95% confidence."
            .to_owned(),
        figures: Vec::new(),
        panels,
    })
}

/// Rows of a curve.
fn rows<'r>(results: &'r Results, policy: &str, measure: &str, baseline: &str) -> Vec<Row<'r>> {
    let rows = results.sheet("exceedance.csv").into_iter().flat_map(super::folder::Sheet::rows);
    rows.filter(|row| {
        row.text("policy") == policy && row.text("measure") == measure && row.text("baseline") == baseline
    })
    .collect()
}

fn points(rows: &[Row], column: &str, scale: f64) -> Vec<(f64, f64)> {
    rows.iter().filter_map(|row| Some((row.number("threshold")? / scale, row.number(column)?))).collect()
}

fn figure(results: &Results, measure: &str, is_difference: bool) -> Option<Figure> {
    let all = results.shown();
    let baseline = if is_difference { all[0].id.as_str() } else { "" };
    let shown: Vec<(usize, &&Policy)> = all.iter().enumerate().skip(usize::from(is_difference)).collect();
    let scale = scale_of(unit_of(measure));
    let curves: Vec<(usize, &str, Vec<Row>)> = shown
        .into_iter()
        .map(|(at, policy)| (at, policy.id.as_str(), rows(results, &policy.id, measure, baseline)))
        .filter(|(_, _, rows)| rows.len() > 1)
        .collect();
    let thresholds = || curves.iter().flat_map(|(_, _, rows)| rows.iter().filter_map(|row| row.number("threshold")));
    let (low, high) = (thresholds().fold(f64::MAX, f64::min) / scale, thresholds().fold(f64::MIN, f64::max) / scale);
    if curves.is_empty() || low >= high {
        return None;
    }
    let shares = || curves.iter().flat_map(|(_, _, rows)| points(rows, "share_above", 1.0)).map(|(_, y)| y);
    let upwards = if is_difference {
        let most = shares().map(f64::abs).fold(0.05, f64::max) * 1.25;
        (-most, most)
    } else {
        (0.0, 1.0)
    };
    let room = Room { height: 300.0, right: 30.0, ..ROOM };
    let unit =
        if is_difference { "share of replications above, less the baseline's" } else { "share of replications above" };
    let mut plot = Plot::new(room, (low, high), upwards, unit);
    for (at, _, rows) in &curves {
        plot.band(
            &points(rows, "band_low", scale),
            &points(rows, "band_high", scale),
            &format!("band {}", colour(*at)),
        );
    }
    for (at, _, rows) in &curves {
        plot.line(&points(rows, "share_above", scale), &stroke(*at));
    }
    plot.numbers(low, high, &format!("{}, {}", short(measure).to_lowercase(), unit_text(unit_of(measure))));
    let title = if is_difference { difference_title(&curves, measure, baseline) } else { title(&curves, measure) };
    let id =
        format!("exceedance-{}{}", measure.replace(['.', '_'], "-"), if is_difference { "-difference" } else { "" });
    let description = format!(
        "Share of replications in which {} exceeds each threshold, with a band that holds at all thresholds at once.",
        short(measure).to_lowercase()
    );
    Some(Figure {
        svg: Value::from_safe_string(plot.svg.finish(&id, &title, &description)),
        id,
        title,
        how: if is_difference {
            format!(
                "Below nought: more than the threshold is less likely than under {baseline}. The band allows for what is open in both curves."
            )
        } else {
            "Read upwards from a threshold to the share of replications above it.".to_owned()
        },
        // Curves end together at nought, so no name can stand at its line's end.
        key: curves.iter().filter(|_| curves.len() > 1).map(|(at, id, _)| (stroke(*at), (*id).to_owned())).collect(),
        source: format!("exceedance.csv, {measure}"),
        table: grid(&curves, measure, scale),
    })
}

/// What the first curve says near its middle and towards its bad end: shares that stand in its rows, at their thresholds.
fn title(curves: &[(usize, &str, Vec<Row>)], measure: &str) -> String {
    let (_, id, rows) = &curves[0];
    let (name, unit) = (short(measure), unit_of(measure));
    let all = points(rows, "share_above", 1.0);
    // The bad end of what should be many is the foot, below which few replications may fall.
    let is_many_better = Measure::named(measure).map(Measure::better) == Some(Better::Higher);
    let Some(middle) = nearest(all.iter().copied(), 0.5) else { return format!("{name} under {id}") };
    let first = format!("{name}: under {id} {} more than {}", replications(middle.1), amount(middle.0, unit));
    let tail = if is_many_better {
        nearest(all.iter().copied().filter(|point| point.1 > middle.1 && point.1 < 1.0), 0.9)
            .map(|(threshold, share)| format!("{} at most {}", percent(1.0 - share), amount(threshold, unit)))
    } else {
        nearest(all.iter().copied().filter(|point| point.1 < middle.1 && point.1 > 0.0), 0.1)
            .map(|(threshold, share)| format!("{} more than {}", percent(share), amount(threshold, unit)))
    };
    tail.map_or_else(|| first.clone(), |tail| format!("{first}; {tail}"))
}

/// The point whose share is nearest to a level.
fn nearest(points: impl Iterator<Item = (f64, f64)>, level: f64) -> Option<(f64, f64)> {
    points.min_by(|a, b| (a.1 - level).abs().total_cmp(&(b.1 - level).abs()))
}

/// `19% of replications have`.
fn replications(share: f64) -> String {
    if share <= 0.0 {
        "no replication has".to_owned()
    } else if share >= 1.0 {
        "every replication has".to_owned()
    } else {
        format!("{} of replications have", percent(share))
    }
}

/// A threshold with all of its digits, which are few.
fn amount(threshold: f64, unit: &str) -> String {
    let scaled = (threshold / scale_of(unit) * 1e6).round() / 1e6;
    let text = if scaled == scaled.trunc() { whole(scaled) } else { scaled.to_string() };
    if unit == "USD" { format!("USD {text} million") } else { text }
}

fn difference_title(curves: &[(usize, &str, Vec<Row>)], measure: &str, baseline: &str) -> String {
    let clear: Vec<&str> = curves
        .iter()
        .filter(|(_, _, rows)| {
            rows.iter().any(|row| {
                row.number("band_low").is_some_and(|low| low > 0.0)
                    || row.number("band_high").is_some_and(|high| high < 0.0)
            })
        })
        .map(|(_, id, _)| *id)
        .collect();
    let name = short(measure);
    match clear.len() {
        0 => format!("{name}: no policy's curve leaves the band around {baseline}"),
        n if n == curves.len() => {
            format!("{name}: every policy's curve differs clearly from {baseline}'s at some threshold")
        }
        n => format!(
            "{name}: {n} of {} policies differ clearly from {baseline} at some threshold ({})",
            curves.len(),
            clear.join(", ")
        ),
    }
}

fn grid(curves: &[(usize, &str, Vec<Row>)], measure: &str, scale: f64) -> Grid {
    let threshold = format!("threshold, {}", unit_text(unit_of(measure)));
    let mut grid = Grid::new(&["policy", &threshold, "share above", "95% interval", "band"]);
    for (_, id, rows) in curves {
        let every = rows.len().div_ceil(MOST).max(1);
        for row in rows.iter().step_by(every) {
            // A share of none or of all, and an end that cannot lie further, have no digits.
            let cell = |column: &str| match row.number(column) {
                Some(value) if value == 0.0 || value == 1.0 => decimals(value, 0),
                Some(value) => decimals(value, 3),
                None => String::new(),
            };
            let pair = |low: &str, high: &str| format!("{} to {}", cell(low), cell(high));
            let at = row.number("threshold").map_or(String::new(), |value| amount(value / scale, ""));
            grid.rows.push(vec![
                (*id).to_owned(),
                at,
                cell("share_above"),
                pair("low", "high"),
                pair("band_low", "band_high"),
            ]);
        }
    }
    grid
}
