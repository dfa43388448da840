//! People out of the country day by day, and what else is followed by day.

use minijinja::Value;

use crate::measures::Daily;
use crate::output::numbers::whole;
use crate::report::axis::{day, short_day};
use crate::report::chart::{Plot, ROOM, Room, colour, cut, has_labels, line_key, stroke};
use crate::report::figure::{Figure, Grid, Section};
use crate::report::folder::{Policy, Results, Row};
use crate::report::record::people_out;
use crate::report::words::spaced;
use crate::units::Date;

/// Every how many days a table has a row.
const EVERY: usize = 10;

/// The days of one quantity under one policy.
struct Line<'r> {
    rows: Vec<(f64, Row<'r>)>,
}

impl<'r> Line<'r> {
    fn of(results: &'r Results, policy: &str, daily: Daily) -> Self {
        let rows = results.sheet("timeline.csv").into_iter().flat_map(super::folder::Sheet::rows);
        let rows = rows.filter(|row| row.text("measure") == daily.name() && row.text("policy") == policy);
        let at = |row: Row<'r>| Some((row.text("date").parse::<Date>().ok()?.days_since(results.start), row));
        Self { rows: rows.filter_map(at).collect() }
    }

    fn points(&self, column: &str) -> Vec<(f64, f64)> {
        self.rows.iter().filter_map(|&(x, row)| Some((x, row.number(column)?))).collect()
    }

    fn last(&self, column: &str) -> f64 {
        self.rows.last().and_then(|(_, row)| row.number(column)).unwrap_or(0.0)
    }

    fn most(&self, column: &str) -> f64 {
        self.points(column).into_iter().map(|(_, y)| y).fold(0.0, f64::max)
    }

    /// The first day on which a column reaches a value.
    fn reaches(&self, column: &str, value: f64, start: Date) -> Option<Date> {
        self.points(column).into_iter().find(|&(_, y)| y >= value).map(|(x, _)| start.after(x))
    }
}

/// Mean number of people in the mission at its start.
pub(super) fn strength(results: &Results) -> f64 {
    results.mean(&results.policies[0].id, "people.at_start").map_or(0.0, |known| known.value)
}

/// The section, if the folder follows days.
pub(super) fn section(results: &Results) -> Option<Section> {
    results.sheet("timeline.csv")?;
    let shown = results.shown();
    let mut figures = vec![fan(results, &shown)];
    let others = [
        Daily::BasesClosed,
        Daily::Wounded,
        Daily::Killed,
        Daily::Lost,
        Daily::AircraftGrounded,
        Daily::ImportsUnanswered,
    ];
    figures.extend(others.into_iter().filter_map(|daily| plain(results, &shown, daily)));
    let lead = format!(
        "Shaded: half and nine tenths of the replications under {}. Other policies by their medians.",
        shown[0].id
    );
    Some(Section { id: "days", nav: "Day by day", title: "Day by day".to_owned(), lead, panels: Vec::new(), figures })
}

fn fan(results: &Results, shown: &[&Policy]) -> Figure {
    let line = Line::of(results, &shown[0].id, Daily::PeopleOut);
    let all = strength(results);
    let (low, middle, high) = (line.last("q05"), line.last("q50"), line.last("q95"));
    let half = line.reaches("q50", all / 2.0, results.start);
    let title = format!(
        "By {} the median has {} of {} people out; nine in ten replications have {}",
        short_day(results.deadline_of(shown[0])),
        whole(middle),
        whole(all),
        between(low, high)
    );
    let mut figure = drawn(results, shown, Daily::PeopleOut, title, Some(all));
    if let Some(half) = half {
        figure.how = format!("{} Half are out by {} in the median.", figure.how, day(half));
    }
    figure
}

/// `3 to 12`, or one number.
fn between(low: f64, high: f64) -> String {
    let [low, high] = [low, high].map(whole);
    if low == high { low } else { format!("{low} to {high}") }
}

fn plain(results: &Results, shown: &[&Policy], daily: Daily) -> Option<Figure> {
    let line = Line::of(results, &shown[0].id, daily);
    let most = line.most("q95");
    if most == 0.0 {
        return None;
    }
    let name = daily.meaning().trim_end_matches('.');
    let (low, middle, high) = (line.last("q05"), line.last("q50"), line.last("q95"));
    let title = format!(
        "{name}: {} at the deadline in the median, {} in nine of ten replications",
        whole(middle),
        between(low, high)
    );
    Some(drawn(results, shown, daily, title, None))
}

fn drawn(results: &Results, shown: &[&Policy], daily: Daily, title: String, level: Option<f64>) -> Figure {
    let lines: Vec<Line> = shown.iter().map(|policy| Line::of(results, &policy.id, daily)).collect();
    let last = shown.iter().map(|policy| results.deadline_of(policy)).max().unwrap_or(results.start);
    let days = last.days_since(results.start);
    let most = lines.iter().map(|line| line.most("q50")).fold(lines[0].most("q95"), f64::max).max(level.unwrap_or(0.0));
    let has_labels = has_labels(shown.len());
    let room = if has_labels { Room { right: 134.0, ..ROOM } } else { ROOM };
    let mut plot = Plot::new(room, (0.0, days), (0.0, most * 1.04), daily.unit());
    let base = &lines[0];
    plot.band(&base.points("q05"), &base.points("q95"), "fan90");
    plot.band(&base.points("q25"), &base.points("q75"), "fan50");
    if let Some(level) = level {
        plot.level(level, &format!("all {}", whole(level)));
    }
    let mut ends = Vec::new();
    for (at, (policy, line)) in shown.iter().zip(&lines).enumerate().rev() {
        plot.line(&line.points("q50"), &stroke(at));
        ends.push((line.last("q50"), cut(&policy.id, 16), colour(at)));
    }
    if has_labels {
        plot.labels(ends);
    }
    let facts = if daily == Daily::PeopleOut { people_out(results) } else { Vec::new() };
    for fact in &facts {
        let x = fact.date.days_since(results.start);
        let place = (plot.x.clamped(x), plot.y.clamped(fact.value));
        if let Some((low, high)) = fact.ends {
            plot.svg.line((place.0, plot.y.clamped(low)), (place.0, plot.y.clamped(high)), "whisker c2");
        }
        let tip = format!("{}, {}: {} reported", fact.id, day(fact.date), whole(fact.value));
        plot.svg.diamond(place, 5.0, fact.class(), &tip);
    }
    plot.dates(results.start, last);
    let mut key =
        vec![("fan50".to_owned(), "middle half".to_owned()), ("fan90".to_owned(), "middle nine tenths".to_owned())];
    for (is_test, text) in [(true, "reported; no input was set from it"), (false, "reported; inputs were set from it")]
    {
        if let Some(fact) = facts.iter().find(|fact| fact.is_test == is_test) {
            key.push((fact.class().to_owned(), text.to_owned()));
        }
    }
    key.extend(line_key(shown.iter().enumerate().map(|(at, policy)| (at, policy.id.as_str()))));
    let id = format!("day-{}", daily.name().replace(['.', '_'], "-"));
    let description = format!(
        "{} Under {}: dark band the middle half, light band the middle nine tenths, line the median.",
        daily.meaning(),
        shown[0].id
    );
    Figure {
        svg: Value::from_safe_string(plot.svg.finish(&id, &title, &description)),
        id,
        title,
        how: format!("{} At the end of each day, {}.", daily.meaning(), daily.unit()),
        key,
        source: format!("timeline.csv, {}; every {EVERY}th day in the table", daily.name()),
        table: table(shown, &lines),
    }
}

fn table(shown: &[&Policy], lines: &[Line]) -> Grid {
    let mut grid = Grid::new(&["policy", "date", "5%", "25%", "median", "75%", "95%", "mean"]);
    for (policy, line) in shown.iter().zip(lines) {
        let last = line.rows.len().saturating_sub(1);
        for (at, (_, row)) in line.rows.iter().enumerate().filter(|(at, _)| at % EVERY == 0 || *at == last) {
            debug_assert!(at <= last);
            let cell = |column: &str| row.number(column).map_or(String::new(), whole);
            let head = [spaced(&policy.id), row.text("date").to_owned()];
            let cells = ["q05", "q25", "q50", "q75", "q95", "mean"].map(cell);
            grid.rows.push(head.into_iter().chain(cells).collect());
        }
    }
    grid
}
