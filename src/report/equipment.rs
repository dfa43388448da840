//! The ledger of equipment: where it ended, by policy, class and cause.

use std::collections::BTreeMap;

use minijinja::Value;

use crate::output::numbers::{decimals, whole};
use crate::report::axis::ticks;
use crate::report::chart::{Rows, cut};
use crate::report::figure::{Figure, Grid, Section};
use crate::report::folder::{Policy, Results, Row};
use crate::report::words::{listed, percent, spaced};

/// The eight lines that every item ends in, with a text and the class of their colour.
const LINES: [(&str, &str, &str); 8] = [
    ("evacuated_road", "evacuated by road", "e0"),
    ("evacuated_air", "evacuated by air", "e1"),
    ("handed_over", "handed over, sold or given", "e2"),
    ("on_hand", "still on hand", "e3"),
    ("lost_en_route", "lost en route", "e4"),
    ("abandoned_or_looted", "abandoned or looted", "e5"),
    ("decommissioned", "decommissioned", "e6"),
    ("destroyed", "destroyed", "e7"),
];
/// How many of them, from the end, are losses.
const LOST: usize = 4;

/// Units and USD by line.
#[derive(Clone, Copy, Default)]
struct Ends([[f64; 2]; 8]);

impl Ends {
    fn add(&mut self, row: Row) {
        if let Some(at) = LINES.iter().position(|line| line.0 == row.text("disposition")) {
            self.0[at][0] += row.number("units").unwrap_or(0.0);
            self.0[at][1] += row.number("usd").unwrap_or(0.0);
        }
    }

    fn total(&self) -> f64 {
        self.0.iter().map(|cell| cell[0]).sum()
    }

    fn lost(&self, which: usize) -> f64 {
        self.0[LINES.len() - LOST..].iter().map(|cell| cell[which]).sum()
    }
}

/// Rows of a policy put together by a column, in order of first appearance.
fn by<'r>(results: &'r Results, policy: &str, column: &str) -> Vec<(&'r str, Ends)> {
    let mut all: Vec<(&str, Ends)> = Vec::new();
    let rows = results.sheet("equipment.csv").into_iter().flat_map(super::folder::Sheet::rows);
    for row in rows.filter(|row| row.text("policy") == policy) {
        let name = row.text(column);
        let at = all.iter().position(|(other, _)| *other == name).unwrap_or_else(|| {
            all.push((name, Ends::default()));
            all.len() - 1
        });
        all[at].1.add(row);
    }
    all
}

/// The section, if the folder has a ledger.
pub(super) fn section(results: &Results) -> Option<Section> {
    results.sheet("equipment.csv")?;
    let shown = results.shown();
    let mut figures = vec![policies(results, &shown)?];
    figures.push(classes(results, shown[0])?);
    figures.extend(causes(results, &shown));
    Some(Section {
        id: "equipment",
        nav: "Equipment",
        title: "Equipment: where it ended".to_owned(),
        lead: "Every item ends in exactly one of eight lines. Causes are labels of what moved an item last; what a denial \
               costs is the difference between policies, and the two are never added. Values in USD and holdings by base \
               are assumptions where the scenario says so."
            .to_owned(),
        panels: Vec::new(),
        figures,
    })
}

fn stacked(rows: &mut Rows, at: usize, name: &str, ends: &Ends, scale: f64) {
    let mut from = 0.0;
    for ((_, text, class), cell) in LINES.iter().zip(&ends.0) {
        let (left, right) = (rows.x.at(from * scale), rows.x.at((from + cell[0]) * scale));
        let share = 100.0 * cell[0] / ends.total().max(1e-9);
        let tip = format!(
            "{name}: {text} {} units ({}%), USD {} million",
            whole(cell[0]),
            decimals(share, 1),
            decimals(cell[1] / 1e6, 1)
        );
        if right - left > 0.05 {
            let y = rows.middle(at);
            rows.svg.rect((left, y - 8.0), (right - left, 16.0), class, &tip);
        }
        from += cell[0];
    }
}

fn key() -> Vec<(String, String)> {
    LINES.iter().map(|(_, text, class)| ((*class).to_owned(), (*text).to_owned())).collect()
}

fn grid(first: &str, all: &[(String, Ends)]) -> Grid {
    let head: Vec<&str> =
        [first].into_iter().chain(LINES.iter().map(|line| line.1)).chain(["all", "USD million lost"]).collect();
    let mut grid = Grid::new(&head);
    for (name, ends) in all {
        let cells = ends.0.iter().map(|cell| decimals(cell[0], 1));
        let last = [decimals(ends.total(), 1), decimals(ends.lost(1) / 1e6, 2)];
        grid.rows.push([name.clone()].into_iter().chain(cells).chain(last).collect());
    }
    grid
}

fn policies(results: &Results, shown: &[&Policy]) -> Option<Figure> {
    let all: Vec<(String, Ends)> = shown
        .iter()
        .map(|policy| {
            let mut ends = Ends::default();
            for (_, part) in by(results, &policy.id, "class") {
                ends.0.iter_mut().zip(part.0).for_each(|(sum, cell)| (0..2).for_each(|at| sum[at] += cell[at]));
            }
            (policy.id.clone(), ends)
        })
        .collect();
    let most = all.iter().map(|(_, ends)| ends.total()).fold(0.0, f64::max);
    let (low, high, marks) = ticks(0.0, most, 5);
    let mut rows = Rows::new(all.len(), (28.0, 144.0, 28.0), (low, high));
    rows.numbers(&marks, "units, mean of a replication");
    for (at, (name, ends)) in all.iter().enumerate() {
        rows.name(at, &cut(name, 18), "");
        stacked(&mut rows, at, name, ends, 1.0);
    }
    let (name, first) = all.first()?;
    let title = format!(
        "Under {name} {} of {} items are lost ({}%), worth USD {} million",
        whole(first.lost(0)),
        whole(first.total()),
        decimals(100.0 * first.lost(0) / first.total().max(1e-9), 1),
        decimals(first.lost(1) / 1e6, 1)
    );
    let description = "Stacked bars, one for each policy: units by where they ended.";
    Some(Figure {
        svg: Value::from_safe_string(rows.svg.finish("equipment-policies", &title, description)),
        id: "equipment-policies".to_owned(),
        title,
        how: "Units by where they ended, at the end of liquidation. The four on the right of each bar are losses."
            .to_owned(),
        key: key(),
        source: "equipment.csv".to_owned(),
        table: grid("policy", &all),
    })
}

fn classes(results: &Results, policy: &Policy) -> Option<Figure> {
    let all: Vec<(String, Ends)> =
        by(results, &policy.id, "class").into_iter().map(|(class, ends)| (spaced(class), ends)).collect();
    let mut rows = Rows::new(all.len(), (22.0, 158.0, 60.0), (0.0, 1.0));
    rows.numbers(&[0.0, 0.25, 0.5, 0.75, 1.0], "share of each class; at the right its units");
    for (at, (name, ends)) in all.iter().enumerate() {
        rows.name(at, &cut(name, 20), "");
        stacked(&mut rows, at, name, ends, 1.0 / ends.total().max(1e-9));
        rows.aside(at, &whole(ends.total()));
    }
    let share = |ends: &Ends| ends.lost(0) / ends.total().max(1e-9);
    let worst = all.iter().max_by(|a, b| share(&a.1).total_cmp(&share(&b.1)))?;
    let title = if share(&worst.1) > 0.0 {
        let lost = percent(share(&worst.1));
        format!("Under {} the class that loses the largest share is {}: {lost}", policy.id, worst.0)
    } else {
        format!("Under {} no class loses anything", policy.id)
    };
    let description = "Bars of equal length, one for each class of equipment: shares by where its units ended.";
    Some(Figure {
        svg: Value::from_safe_string(rows.svg.finish("equipment-classes", &title, description)),
        id: "equipment-classes".to_owned(),
        title,
        how: format!("Share of the units of each class by where they ended, under {}.", policy.id),
        key: key(),
        source: "equipment.csv".to_owned(),
        table: grid("class", &all),
    })
}

fn causes(results: &Results, shown: &[&Policy]) -> Option<Figure> {
    let mut all: Vec<(String, f64, f64)> = Vec::new();
    let mut totals: BTreeMap<&str, f64> = BTreeMap::new();
    for policy in shown {
        for (cause, ends) in by(results, &policy.id, "cause").into_iter().filter(|(_, ends)| ends.lost(0) > 0.0) {
            all.push((format!("{} · {}", policy.id, spaced(cause)), ends.lost(0), ends.lost(1)));
            if policy.id == shown[0].id {
                *totals.entry(cause).or_default() += ends.lost(0);
            }
        }
    }
    let mut order: Vec<(&str, f64)> = totals.into_iter().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let sum: f64 = order.iter().map(|(_, units)| units).sum();
    if sum == 0.0 {
        return None;
    }
    let (_, high, marks) = ticks(0.0, order[0].1, 5);
    let mut rows = Rows::new(order.len(), (24.0, 110.0, 70.0), (0.0, high));
    rows.numbers(&marks, "units lost, mean of a replication");
    for (at, (cause, units)) in order.iter().enumerate() {
        rows.name(at, &spaced(cause), "");
        let (left, right, y) = (rows.x.at(0.0), rows.x.at(*units), rows.middle(at));
        rows.svg.rect(
            (left, y - 7.0),
            (right - left, 14.0),
            "e7",
            &format!("{}: {} units", spaced(cause), whole(*units)),
        );
        rows.aside(at, &whole(*units));
    }
    let leading: Vec<String> = order.iter().take(2).map(|(cause, _)| spaced(cause)).collect();
    let share = 100.0 * order.iter().take(2).map(|(_, units)| units).sum::<f64>() / sum;
    let title = format!(
        "Under {} {}% of the items lost carry the labels {}",
        shown[0].id,
        decimals(share, 0),
        listed(&leading)
    );
    let mut grid = Grid::new(&["policy · cause", "units lost", "USD million lost"]);
    grid.rows =
        all.into_iter().map(|(name, units, usd)| vec![name, decimals(units, 1), decimals(usd / 1e6, 2)]).collect();
    Some(Figure {
        svg: Value::from_safe_string(rows.svg.finish(
            "equipment-causes",
            &title,
            "Bars, one for each cause: units lost.",
        )),
        id: "equipment-causes".to_owned(),
        title,
        how: format!(
            "Units destroyed, decommissioned, abandoned, looted or lost en route by the label of their cause, under {}.",
            shown[0].id
        ),
        key: Vec::new(),
        source: "equipment.csv".to_owned(),
        table: grid,
    })
}
