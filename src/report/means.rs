//! The main means in tables: policies side by side, and where and when people are killed and wounded.

use crate::report::figure::Grid;
use crate::report::folder::Results;
use crate::report::words::{short, unit_of, unit_text};

/// Measures by which policies stand side by side.
const BESIDE: [&str; 6] = [
    "people.out_by_deadline",
    "people.all_out_by_deadline",
    "casualties.killed_in_all",
    "casualties.wounded_in_all",
    "equipment.lost_units",
    "equipment.lost_usd",
];

/// Where and when people are hit: a text, and the measures of those killed and of those wounded.
const HURT: [(&str, &str, &str); 5] = [
    ("on the road, to the deadline", "casualties.killed", "casualties.wounded"),
    ("by fire at bases, to the deadline", "casualties.killed_base_fire", "casualties.wounded_base_fire"),
    ("aboard aircraft, to the deadline", "casualties.killed_aircraft", "casualties.wounded_aircraft"),
    ("after the deadline", "casualties.killed_after_deadline", "casualties.wounded_after_deadline"),
    ("in all, to the end of liquidation", "casualties.killed_in_all", "casualties.wounded_in_all"),
];

/// Policies side by side, if there are several.
pub(super) fn policies(results: &Results) -> Option<Grid> {
    let shown = results.shown();
    if shown.len() < 2 {
        return None;
    }
    let head = BESIDE.iter().map(|measure| match unit_of(measure) {
        "USD" => format!("{}, {}", short(measure), unit_text("USD")),
        _ => short(measure),
    });
    let mut grid = Grid::new(&["policy".to_owned()].into_iter().chain(head).collect::<Vec<_>>());
    for policy in shown {
        let cells: Option<Vec<String>> = BESIDE.iter().map(|measure| mean(results, &policy.id, measure)).collect();
        grid.rows.push([policy.id.clone()].into_iter().chain(cells?).collect());
    }
    Some(grid)
}

/// Killed and wounded by where and when under the first policy.
pub(super) fn hurt(results: &Results) -> Option<Grid> {
    let policy = &results.policies[0].id;
    let mut grid = Grid::new(&[format!("under {policy}"), "killed".to_owned(), "wounded".to_owned()]);
    for (place, killed, wounded) in HURT {
        let cells = [mean(results, policy, killed)?, mean(results, policy, wounded)?];
        grid.rows.push([place.to_owned()].into_iter().chain(cells).collect());
    }
    Some(grid)
}

fn mean(results: &Results, policy: &str, measure: &str) -> Option<String> {
    let known = results.mean(policy, measure)?;
    Some(match unit_of(measure) {
        "probability" => known.share_and_ends(),
        _ if known.is_none_seen() => "none".to_owned(),
        unit => known.text(unit),
    })
}
