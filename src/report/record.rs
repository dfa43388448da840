//! What is on record: reported figures beside the simulated ones, and how the forecasts of them fare.

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
}

/// Reported numbers of people out of the country, from the facts that the folder was scored against.
pub(super) fn people_out(results: &Results) -> Vec<Reported> {
    let rows = results.sheet("hindcast.csv").into_iter().flat_map(super::folder::Sheet::rows);
    let of_model = rows.filter(|row| row.text("forecast") == "model" && row.text("measure") == "people.out");
    of_model.filter_map(reported).collect()
}

fn reported(row: Row) -> Option<Reported> {
    Some(Reported {
        id: row.text("fact").to_owned(),
        date: row.text("date").parse().ok()?,
        value: row.number("value")?,
        ends: row.number("low").zip(row.number("high")),
    })
}

/// Every fact with the model's forecast and its grade.
pub(super) fn scoreboard(results: &Results) -> Option<Grid> {
    let sheet = results.sheet("hindcast.csv")?;
    let mut grid = Grid::new(&["fact", "what", "on record", "5%", "median", "95%", "grade", "inputs set from it"]);
    for row in sheet.rows().filter(|row| row.text("forecast") == "model") {
        let what = ["measure", "base", "date"].map(|column| row.text(column));
        let what: Vec<&str> = what.into_iter().filter(|text| !text.is_empty()).collect();
        let cells = ["value", "q05", "q50", "q95", "grade", "in_sample"].map(|column| short(row.text(column)));
        grid.rows.push([row.text("fact").to_owned(), what.join(", ")].into_iter().chain(cells).collect());
    }
    Some(grid)
}

/// A number with two decimals at most; any other text as it is.
fn short(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) => format!("{}", (number * 100.0).round() / 100.0),
        Err(_) => text.to_owned(),
    }
}
