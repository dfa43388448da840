//! Casualties by cause and place. Killed and wounded stand apart, always.

use minijinja::Value;

use crate::output::numbers::decimals;
use crate::report::axis::ticks;
use crate::report::chart::{Rows, cut};
use crate::report::figure::{Figure, Grid, Section, panels};
use crate::report::folder::{Policy, Results};
use crate::report::svg::text_width;
use crate::report::words::{amount, spaced};

/// Most places that are drawn; the table has all.
const MOST: usize = 12;
/// Room for names, and what of it is theirs.
const LEFT: f64 = 230.0;
const NAME: f64 = LEFT - 12.0;
/// Fewest characters that a place is cut to.
const SHORTEST: usize = 10;

/// Killed and wounded at a place by a cause, armed groups put together.
#[derive(Clone)]
struct Harm {
    cause: String,
    place: String,
    killed: f64,
    wounded: f64,
}

/// Casualties of a policy, the most wounded first.
fn harms(results: &Results, policy: &str) -> Vec<Harm> {
    let mut all: Vec<Harm> = Vec::new();
    let rows = results.sheet("casualties.csv").into_iter().flat_map(super::folder::Sheet::rows);
    for row in rows.filter(|row| row.text("policy") == policy) {
        let (cause, place) = (spaced(row.text("cause")), place_of(results, row.text("place")));
        let (killed, wounded) = (row.number("killed").unwrap_or(0.0), row.number("wounded").unwrap_or(0.0));
        match all.iter_mut().find(|harm| harm.cause == cause && harm.place == place) {
            Some(harm) => (harm.killed, harm.wounded) = (harm.killed + killed, harm.wounded + wounded),
            None => all.push(Harm { cause, place, killed, wounded }),
        }
    }
    all.sort_by(|a, b| b.wounded.total_cmp(&a.wounded));
    all
}

/// Wounded at each place under a policy, all causes together, the most first.
pub(super) fn wounded_by_place(results: &Results, policy: &str) -> Vec<(String, f64)> {
    let mut all: Vec<(String, f64)> = Vec::new();
    for harm in harms(results, policy) {
        match all.iter_mut().find(|(place, _)| *place == harm.place) {
            Some((_, wounded)) => *wounded += harm.wounded,
            None => all.push((harm.place, harm.wounded)),
        }
    }
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all
}

/// The road by its ends as the scenario has them, whichever way it is driven; a base by its id.
fn place_of(results: &Results, place: &str) -> String {
    let end = |road: &str, field: &str| Some(results.input(&format!("road.{road}.{field}"))?.value.as_str());
    let ends = |road: &str| Some((end(road, "from")?, end(road, "to")?));
    let mut roads = results.items("road").into_iter().filter_map(ends);
    let is_it = |(from, to): &(&str, &str)| place == format!("{from}-{to}") || place == format!("{to}-{from}");
    roads.find(is_it).map_or_else(|| place.to_owned(), |(from, to)| road_of(from, to))
}

/// A road by the ids of its ends.
pub(super) fn road_of(from: &str, to: &str) -> String {
    format!("{from} to {to}")
}

/// What a base or a road is called.
pub(super) fn called(results: &Results, place: &str) -> String {
    match place.split_once(" to ") {
        Some((from, to)) => road_of(&results.name_of(from), &results.name_of(to)),
        None => results.name_of(place),
    }
}

/// A place and a cause in the room of a name: the place is cut, so that the cause can be read.
fn named(place: &str, cause: &str) -> String {
    let most = place.chars().count();
    let mut names = (SHORTEST..=most).rev().map(|most| format!("{} · {cause}", shortened(place, most)));
    let fits = |name: &String| text_width(name) <= NAME;
    names.find(fits).unwrap_or_else(|| format!("{} · {cause}", shortened(place, SHORTEST)))
}

/// A place in so many characters; of a road both ends are kept.
fn shortened(place: &str, most: usize) -> String {
    let Some((from, to)) = place.split_once(" to ").filter(|_| place.chars().count() > most) else {
        return cut(place, most);
    };
    let (room, of_from, of_to) = (most - " to ".len(), from.chars().count(), to.chars().count());
    let from_gets = (room / 2).max(room.saturating_sub(of_to)).min(of_from);
    format!("{} to {}", cut(from, from_gets), cut(to, room - from_gets))
}

/// The section, if anyone is hit.
pub(super) fn section(results: &Results) -> Option<Section> {
    results.sheet("casualties.csv")?;
    let shown = results.shown();
    let all: Vec<(String, Figure)> =
        shown.iter().filter_map(|policy| Some((policy.id.clone(), figure(results, policy)?))).collect();
    if all.is_empty() {
        return None;
    }
    let (names, figures) = all.into_iter().unzip();
    let (figures, panels) = panels(names, figures);
    Some(Section {
        id: "casualties",
        nav: "Casualties",
        title: "Casualties by cause and place".to_owned(),
        lead: "On roads, at bases and aboard aircraft, up to the deadline. Killed and wounded are two numbers and never one."
            .to_owned(),
        figures,
        panels,
    })
}

fn figure(results: &Results, policy: &Policy) -> Option<Figure> {
    let all = harms(results, &policy.id);
    let (killed, wounded) = all.iter().fold((0.0, 0.0), |sum, harm| (sum.0 + harm.killed, sum.1 + harm.wounded));
    let first = all.first().filter(|first| first.wounded > 0.0)?;
    let drawn = &all[..all.len().min(MOST)];
    let (_, high, marks) = ticks(0.0, first.wounded, 5);
    let mut rows = Rows::new(drawn.len(), (27.0, LEFT, 78.0), (0.0, high));
    rows.numbers(&marks, "people, mean of a replication; at the right wounded / killed");
    for (at, harm) in drawn.iter().enumerate() {
        let (y, zero) = (rows.middle(at), rows.x.at(0.0));
        let place = called(results, &harm.place);
        let (name, whole) = (named(&place, &harm.cause), format!("{place} · {}", harm.cause));
        if name == whole {
            rows.name(at, &name, "");
        } else {
            rows.short_name(at, &name, &whole);
        }
        let tip = format!(
            "{place}, {}: {} wounded, {} killed",
            harm.cause,
            decimals(harm.wounded, 2),
            decimals(harm.killed, 2)
        );
        let (w, k) = (rows.x.at(harm.wounded) - zero, rows.x.at(harm.killed) - zero);
        rows.svg.rect((zero, y - 9.0), (w, 9.0), "wounded", &tip);
        rows.svg.rect((zero, y + 1.0), (k, 7.0), "killed", &tip);
        rows.aside(at, &format!("{} / {}", decimals(harm.wounded, 1), decimals(harm.killed, 1)));
    }
    let cause = |name: &str| all.iter().filter(|harm| harm.cause == name).map(|harm| harm.wounded).sum::<f64>();
    let mut causes: Vec<&str> = Vec::new();
    for harm in &all {
        if !causes.contains(&harm.cause.as_str()) {
            causes.push(&harm.cause);
        }
    }
    let leading = causes.iter().max_by(|a, b| cause(a).total_cmp(&cause(b)))?;
    let places = wounded_by_place(results, &policy.id);
    let (place, most) = places.first()?;
    let is_road = results.items("base").iter().all(|base| base != place);
    let title = format!(
        "{}% of the {} wounded a replication under {} up to the deadline, on roads, at bases and aboard aircraft, are hit by \
         the cause “{leading}”; the worst place is {}{place}, with {} wounded of all causes",
        decimals(100.0 * cause(leading) / wounded, 0),
        decimals(wounded, 1),
        policy.id,
        if is_road { "the road " } else { "" },
        decimals(*most, 1),
        place = called(results, place),
    );
    let mut grid = Grid::new(&["place", "cause", "killed", "wounded", "wounded there, all causes"]);
    grid.rows = all
        .iter()
        .map(|harm| {
            let there = places.iter().find(|(place, _)| *place == harm.place).map_or(0.0, |(_, wounded)| *wounded);
            let numbers = [harm.killed, harm.wounded, there].map(|number| amount(number, 2));
            [called(results, &harm.place), harm.cause.clone()].into_iter().chain(numbers).collect()
        })
        .collect();
    let sums = [killed, wounded, wounded].map(|number| amount(number, 2));
    grid.rows.push(["all".to_owned(), String::new()].into_iter().chain(sums).collect());
    let id = format!("casualties-{}", policy.id);
    Some(Figure {
        svg: Value::from_safe_string(rows.svg.finish(
            &id,
            &title,
            "Two bars for each place and cause: wounded above, killed below.",
        )),
        id,
        title,
        how: format!(
            "Mean killed and wounded a replication, by road or base and cause, under {}{}.",
            policy.id,
            if all.len() > MOST { format!("; the first {MOST} of {}", all.len()) } else { String::new() }
        ),
        key: vec![("wounded".to_owned(), "wounded".to_owned()), ("killed".to_owned(), "killed".to_owned())],
        source: "casualties.csv".to_owned(),
        table: grid,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_place_is_cut_and_its_cause_is_not() {
        assert_eq!(named("gao", "base fire"), "gao · base fire");
        assert_eq!(shortened("kamanyola to bukavu", 17), "kamany… to bukavu");
        let long = "a_base_with_quite_a_long_name";
        for place in [long.to_owned(), road_of(long, "gao"), road_of("gao", long), road_of(long, long)] {
            for cause in ["direct", "device", "base fire", "aircraft"] {
                let name = named(&place, cause);
                assert!(name.ends_with(&format!(" · {cause}")) && text_width(&name) <= NAME, "{name}");
                assert!(name.starts_with(&place[..2]), "{name}");
                assert_eq!(name.contains(" to "), place.contains(" to "), "{name}");
            }
        }
    }
}
