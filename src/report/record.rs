//! What is on record: reported figures beside the simulated ones, and how the forecasts of them fare.

use crate::output::numbers::{decimals, percent, whole};
use crate::report::axis::day;
use crate::report::figure::Grid;
use crate::report::folder::{Results, Row};
use crate::units::Date;

/// A reported number of people out of the country.
#[derive(Clone, Debug)]
pub(super) struct Reported {
    pub(super) id: String,
    pub(super) date: Date,
    pub(super) value: f64,
    /// What the record allows.
    pub(super) ends: Option<(f64, f64)>,
    /// No input was set from it.
    pub(super) is_test: bool,
}

impl Reported {
    /// The class of its mark.
    pub(super) fn class(&self) -> &'static str {
        if self.is_test { "plan" } else { "plan open" }
    }
}

/// Reported numbers of people out of the country, from the facts that the folder was scored against.
pub(super) fn people_out(results: &Results) -> Vec<Reported> {
    forecasts(results).filter(|row| row.text("measure") == "people.out").filter_map(reported).collect()
}

/// The model's forecasts.
fn forecasts(results: &Results) -> impl Iterator<Item = Row<'_>> {
    let rows = results.sheet("hindcast.csv").into_iter().flat_map(super::folder::Sheet::rows);
    rows.filter(|row| row.text("forecast") == "model")
}

fn reported(row: Row) -> Option<Reported> {
    Some(Reported {
        id: row.text("fact").to_owned(),
        date: row.text("date").parse().ok()?,
        value: row.number("value")?,
        ends: row.number("low").zip(row.number("high")),
        is_test: row.text("in_sample") == "no",
    })
}

/// Every fact with the model's forecast and its grade, those that no input was set from first.
pub(super) fn scoreboard(results: &Results) -> Option<Grid> {
    results.sheet("hindcast.csv")?;
    let mut grid =
        Grid::new(&["fact", "what", "on record", "forecast: median (5% to 95%)", "grade", "inputs set from it"]);
    let mut all: Vec<Row> = forecasts(results).collect();
    all.sort_by_key(|row| row.text("in_sample") != "no");
    for row in all {
        let points = ["q05", "q50", "q95"].map(|column| row.number(column));
        let forecast = match points {
            [Some(low), Some(median), Some(high)] => forecast(row.text("kind"), [low, median, high], results.start),
            _ => "not simulated".to_owned(),
        };
        let (fact, what) = (row.text("fact").to_owned(), quantity(results, row));
        let [grade, used] = ["grade", "in_sample"].map(|column| row.text(column).to_owned());
        grid.rows.push(vec![fact, what, on_record(row), forecast, grade, used]);
    }
    Some(grid)
}

/// What a fact is of, with its base and its date.
pub(super) fn quantity(results: &Results, row: Row) -> String {
    let what = row.text("measure").replace(['.', '_'], " ");
    let base = Some(row.text("base")).filter(|base| !base.is_empty()).map(|base| results.name_of(base));
    let date = row.text("date").parse().ok().map(day);
    [Some(what), base, date].into_iter().flatten().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The record as it is read: the least of a bound, and a mark where the words leave a range.
fn on_record(row: Row) -> String {
    let shown = |column: &str| {
        let text = row.text(column);
        let date = text.parse::<Date>().ok().map(day);
        date.or_else(|| text.parse().ok().map(number)).unwrap_or_else(|| text.to_owned())
    };
    match row.text("kind") {
        "bound" => format!("at least {}", shown("low")),
        "order" => format!("{} bases in order", row.text("value").split([';', '=']).count()),
        _ if row.text("low") != row.text("high") => format!("~{}", shown("value")),
        _ => shown("value"),
    }
}

/// A forecast by its points, of dates in days since the start.
pub(super) fn forecast(kind: &str, [low, median, high]: [f64; 3], start: Date) -> String {
    let date = |days: f64| day(start.after(days));
    match kind {
        "yes_no" if median <= 0.0 => "yes in none".to_owned(),
        "yes_no" if median >= 1.0 => "yes in all".to_owned(),
        "yes_no" => format!("yes in {}%", percent(median)),
        "date" => format!("{} ({} to {})", date(median), date(low), date(high)),
        "order" => format!("tau {} ({} to {})", decimals(median, 2), decimals(low, 2), decimals(high, 2)),
        _ => format!("{} ({} to {})", number(median), number(low), number(high)),
    }
}

/// A number in the digits of its size.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        size if size < 1.0 && size > 0.0 => decimals(value, 3),
        size if size < 20.0 && value.fract() != 0.0 => decimals(value, 1),
        _ => whole(value),
    }
}

/// How the tests fare against luck and against simpler forecasts, of a hindcast.
pub(super) fn against(results: &Results) -> Option<String> {
    let sheet = results.sheet("hindcast_groups.csv")?;
    let row = sheet.rows().find(|row| row.text("group") == "all" && row.text("in_sample") == "no")?;
    let count = |column: &str| row.number(column).map(whole);
    let than = |name: &str, words: &str| {
        let [better, worse, of] =
            ["better_than", "worse_than", "compared_with"].map(|what| count(&format!("{what}_{name}")));
        Some(format!("{words} on {} of {}, and worse on {}", better?, of?, worse?))
    };
    let luck = ["by_luck_mean", "by_luck_q05", "by_luck_q95"].map(|column| row.number(column));
    let [mean, low, high] = [luck[0]?, luck[1]?, luck[2]?];
    let others = [
        than("denials_off", "better than the same model without denials")?,
        than("pooled_rates", "than one constant rate everywhere")?,
        than("plan", "than the plan")?,
    ];
    Some(format!(
        "{} of {} lie outside the middle nine tenths, where luck alone would put {} ({low:.0} to {high:.0}). The forecasts \
         are {}; the rest cannot be told apart.",
        count("outside_90")?,
        count("graded")?,
        decimals(mean, 1),
        others.join("; ")
    ))
}
