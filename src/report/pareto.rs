//! The Pareto set: which policies no other beats.

use crate::report::figure::Grid;
use crate::report::folder::Results;
use crate::report::words::{Known, percent, short, unit_of, unit_text};

/// Columns before those of the measures: policy, whether it is in the set, its probability with interval, and how that
/// was found.
const FIXED: usize = 8;
/// Columns of each measure: its mean, and what tells how sure it is.
const OF_MEAN: usize = 5;

/// Each policy with its means and the probability that no other beats it.
pub(super) fn pareto(results: &Results) -> Option<Grid> {
    let sheet = results.sheet("pareto.csv")?;
    let measures: Vec<&String> = sheet.columns().iter().skip(FIXED).step_by(OF_MEAN).collect();
    let mut grid = Grid::new(&["policy", "beaten by none", "probability", "95% interval"]);
    grid.head
        .extend(measures.iter().map(|measure| format!("mean: {}, {}", short(measure), unit_text(unit_of(measure)))));
    for row in sheet.rows() {
        let found = row.known(["probability", "low", "high"]);
        let ends = found.and_then(|known| known.interval);
        let ends = ends.map_or(String::new(), |ends| format!("{} to {}", percent(ends.low), percent(ends.high)));
        let means = measures.iter().map(|name| row.mean(name).map_or(String::new(), |mean| mean.text(unit_of(name))));
        let is_in = if row.text("in_set") == "true" { "yes" } else { "no" };
        let probability = found.map(Known::share).unwrap_or_default();
        let first = [row.text("policy").to_owned(), is_in.to_owned(), probability, ends];
        grid.rows.push(first.into_iter().chain(means).collect());
    }
    Some(grid)
}
