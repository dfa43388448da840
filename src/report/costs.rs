//! What denials cost: shares, and the curve of air cover.

use minijinja::Value;

use crate::report::axis::ticks;
use crate::report::chart::{Plot, ROOM, Room, Rows, cut};
use crate::report::figure::{Figure, Grid, Section};
use crate::report::folder::{Results, Row};
use crate::report::words::{Known, listed, scale_of, short, unit_of, unit_text};

const MEAN: [&str; 3] = ["mean", "low", "high"];

/// What all denials cost together on a measure.
pub(super) fn together(results: &Results, measure: &str) -> Option<Known> {
    part(results, measure, "total", "together").first()?.known(MEAN)
}

/// Shares of denials on a measure, largest first.
pub(super) fn shares<'r>(results: &'r Results, measure: &str) -> Vec<(&'r str, Known)> {
    let rows = part(results, measure, "total", "share");
    let mut all: Vec<_> = rows.into_iter().filter_map(|row| Some((row.text("denial"), row.known(MEAN)?))).collect();
    all.sort_by(|a, b| b.1.value.abs().total_cmp(&a.1.value.abs()));
    all
}

fn part<'r>(results: &'r Results, measure: &str, effect: &str, part: &str) -> Vec<Row<'r>> {
    let rows = results.sheet("attribution.csv").into_iter().flat_map(super::folder::Sheet::rows);
    rows.filter(|row| row.text("measure") == measure && row.text("effect") == effect && row.text("part") == part)
        .collect()
}

/// The section of an attribution.
pub(super) fn attribution(results: &Results) -> Option<Section> {
    let sheet = results.sheet("attribution.csv")?;
    let mut measures: Vec<&str> = Vec::new();
    sheet.rows().for_each(|row| {
        if !measures.contains(&row.text("measure")) {
            measures.push(row.text("measure"));
        }
    });
    let figures: Vec<Figure> = measures.iter().filter_map(|measure| bars(results, measure)).collect();
    (!figures.is_empty()).then(|| Section {
        id: "attribution",
        nav: "Denials",
        title: "What each denial costs".to_owned(),
        lead: "A denial’s share is what lifting it changes, averaged over all orders in which the denials can be lifted (its \
               Shapley share): shares add up to what all denials cost together. One below nought is of a denial under which \
               less is lost. Direct: on the journeys and tension of the baseline, with nothing else \
               moved."
            .to_owned(),
        panels: Vec::new(),
        figures,
    })
}

/// What each denial costs and all do together, first in all, then directly.
fn costs(results: &Results, measure: &str) -> Vec<(String, Known, bool)> {
    let mut rows = Vec::new();
    for (effect, is_direct) in [("total", false), ("direct", true)] {
        for (kind, name) in [("share", ""), ("together", "all together")] {
            for row in part(results, measure, effect, kind) {
                let name = if name.is_empty() { row.text("denial") } else { name };
                let name = if is_direct { format!("{name}, direct") } else { name.to_owned() };
                rows.extend(row.known(MEAN).map(|known| (name, known, is_direct)));
            }
        }
    }
    rows
}

fn bars_title(results: &Results, measure: &str) -> String {
    let unit = unit_of(measure);
    let name = short(measure);
    let Some(all) = together(results, measure) else { return name };
    let shares = shares(results, measure);
    let together = if all.is_clear() {
        format!("all denials together bring {}", moved(all, unit))
    } else {
        format!("what all denials bring together cannot be told from none ({})", all.ends(unit))
    };
    match shares.iter().find(|(_, share)| share.is_clear()) {
        Some((denial, share)) => {
            format!("{name}: {together}; the largest share that is clear is that of {denial}, {}", moved(*share, unit))
        }
        None => format!("{name}: {together}; no single denial's share can be told from none"),
    }
}

/// A clear difference with its unit: `53 fewer people (37 to 70)`.
fn moved(known: Known, unit: &str) -> String {
    match unit {
        "USD" => {
            known.change(unit, "").replacen(" fewer", " million USD less", 1).replacen(" more", " million USD more", 1)
        }
        _ => known.change(unit, unit),
    }
    .replace("  ", " ")
}

fn bars(results: &Results, measure: &str) -> Option<Figure> {
    let rows = costs(results, measure);
    let unit = unit_of(measure);
    let scale = scale_of(unit);
    let end = |known: &Known| known.interval.map_or((known.value, known.value), |i| (i.low, i.high));
    let low = rows.iter().map(|(_, known, _)| end(known).0 / scale).fold(0.0, f64::min);
    let high = rows.iter().map(|(_, known, _)| end(known).1 / scale).fold(0.0, f64::max);
    if rows.is_empty() || low == high {
        return None;
    }
    let (from, to, marks) = ticks(low, high, 5);
    let mut frame = Rows::new(rows.len(), (25.0, 158.0, 66.0), (from, to));
    frame.numbers(&marks, &format!("{}: what the denial costs", unit_text(unit)));
    let mut grid = Grid::new(&["denial", "cost", "95% interval"]);
    for (at, (name, known, is_direct)) in rows.iter().enumerate() {
        frame.name(at, &cut(name, 20), if *is_direct { "quiet" } else { "" });
        let (zero, value, y) = (frame.x.at(0.0), frame.x.at(known.value / scale), frame.middle(at));
        let class = if name.starts_with("all") {
            "e3"
        } else if *is_direct {
            "share soft"
        } else {
            "share"
        };
        frame.svg.rect(
            (zero.min(value), y - 7.0),
            ((value - zero).abs(), 14.0),
            class,
            &format!("{name}: {}", known.text(unit)),
        );
        let (low, high) = end(known);
        frame.svg.line((frame.x.at(low / scale), y), (frame.x.at(high / scale), y), "whisker c0");
        frame.aside(at, &known.bare(unit));
        grid.rows.push(vec![name.clone(), known.bare(unit), known.ends(unit)]);
    }
    let title = bars_title(results, measure);
    let id = format!("share-{}", measure.replace(['.', '_'], "-"));
    Some(Figure {
        svg: Value::from_safe_string(frame.svg.finish(
            &id,
            &title,
            "A bar for each denial and one for all together, with 95% intervals.",
        )),
        id,
        title,
        how: format!("{}, in {}.", short(measure), unit_text(unit)),
        key: Vec::new(),
        source: format!("attribution.csv, {measure}"),
        table: grid,
    })
}

/// The section of the curve of air cover.
pub(super) fn curve(results: &Results) -> Option<Section> {
    results.sheet("curve.csv")?;
    let measures = ["casualties.wounded", "casualties.killed", "contacts.all"];
    let figures: Vec<Figure> = measures.iter().filter_map(|measure| cover(results, measure)).collect();
    (!figures.is_empty()).then(|| Section {
        id: "cover",
        nav: "Air cover",
        title: "What refused air cover costs, by how well cover works".to_owned(),
        lead: "Never one number: the rate ratio of contacts under cover against none has no controlled source. At 1 cover does \
               nothing; above it, it harms."
            .to_owned(),
        panels: Vec::new(),
        figures,
    })
}

fn cover(results: &Results, measure: &str) -> Option<Figure> {
    let sheet = results.sheet("curve.csv")?;
    let of = |effect: &str| -> Vec<(f64, Known)> {
        let rows = sheet
            .rows()
            .filter(|row| row.text("measure") == measure && row.text("cover") == "any" && row.text("effect") == effect);
        rows.filter_map(|row| Some((row.number("ratio")?, row.known(["cost", "low", "high"])?))).collect()
    };
    let (direct, total) = (of("direct"), of("total"));
    let all = || direct.iter().chain(&total);
    let (left, right) = (all().map(|p| p.0).fold(f64::MAX, f64::min), all().map(|p| p.0).fold(f64::MIN, f64::max));
    let low = all().filter_map(|p| p.1.interval).map(|i| i.low).fold(0.0, f64::min);
    let high = all().filter_map(|p| p.1.interval).map(|i| i.high).fold(0.0, f64::max);
    if left >= right || low >= high {
        return None;
    }
    let mut plot = Plot::new(
        Room { height: 300.0, ..ROOM },
        (left, right),
        (low, high),
        &format!("{}: cost of refused cover", unit_of(measure)),
    );
    let line = |points: &[(f64, Known)], of: fn(Known) -> f64| -> Vec<(f64, f64)> {
        points.iter().map(|&(x, known)| (x, of(known))).collect()
    };
    let lows = line(&direct, |known| known.interval.map_or(known.value, |i| i.low));
    let highs = line(&direct, |known| known.interval.map_or(known.value, |i| i.high));
    plot.band(&lows, &highs, "band c1");
    plot.line(&line(&direct, |known| known.value), "line c1");
    for (ratio, known) in &total {
        let place = (plot.x.at(*ratio), plot.y.at(known.value));
        if let Some(interval) = known.interval {
            plot.svg.line((place.0, plot.y.at(interval.low)), (place.0, plot.y.at(interval.high)), "whisker c2");
        }
        plot.svg.disc(place, 4.0, "c2", &format!("ratio {ratio}, total: {}", known.text(unit_of(measure))));
    }
    plot.upright(1.0, "cover does nothing");
    plot.numbers(left, right, "rate ratio of contacts under cover");
    let (first, last) = (total.first().or(direct.first())?, total.last().or(direct.last())?);
    let title = format!(
        "{}: refusal costs {} at a ratio of {}, {} at {}",
        short(measure),
        first.1.text(""),
        first.0,
        last.1.text(""),
        last.0
    );
    let mut grid = Grid::new(&["ratio", "effect", "cost", "95% interval"]);
    for (effect, points) in [("direct", &direct), ("total", &total)] {
        grid.rows.extend(
            points
                .iter()
                .map(|(ratio, known)| vec![ratio.to_string(), effect.to_owned(), known.bare(""), known.ends("")]),
        );
    }
    let id = format!("cover-{}", measure.replace(['.', '_'], "-"));
    Some(Figure {
        svg: Value::from_safe_string(plot.svg.finish(
            &id,
            &title,
            "A falling curve with its band for the direct effect, dots for the total one.",
        )),
        id,
        title,
        how: format!("{}, against the rate ratio; refused less granted.", short(measure)),
        key: vec![
            ("line c1".to_owned(), "direct".to_owned()),
            ("band c1".to_owned(), "its 95% intervals".to_owned()),
            ("dot c2".to_owned(), "total, simulated at each ratio, with a 95% interval".to_owned()),
        ],
        source: format!("curve.csv, {measure}"),
        table: grid,
    })
}

/// The share of each denial in what all cost, on the killed, the wounded and the items lost.
pub(super) fn sentence(results: &Results) -> Option<String> {
    const COUNTS: [(&str, &str, &str); 3] = [
        ("casualties.killed_in_all", "people", "killed"),
        ("casualties.wounded_in_all", "people", "wounded"),
        ("equipment.lost_units", "units", "items lost"),
    ];
    let clause_of = |known: [Option<Known>; 3], in_all: &str| -> Option<String> {
        let counts = COUNTS.iter().zip(known).enumerate();
        let parts = counts.map(|(at, ((_, unit, what), known))| {
            Some(brought(known?, unit, &format!("{what}{}", if at == 1 { in_all } else { "" })))
        });
        Some(listed(&parts.collect::<Option<Vec<String>>>()?))
    };
    let by_measure = COUNTS.map(|(measure, ..)| shares(results, measure));
    let of_denial = |denial: &str| {
        by_measure.each_ref().map(|all| all.iter().find(|(other, _)| *other == denial).map(|(_, known)| *known))
    };
    let clause = |(at, (denial, _)): (usize, &(&str, Known))| {
        let in_all = if at == 0 { " in all" } else { "" };
        Some(format!("{denial} {}", clause_of(of_denial(denial), in_all)?))
    };
    let clauses: Vec<String> = by_measure[2].iter().enumerate().filter_map(clause).collect();
    let all = clause_of(COUNTS.map(|(measure, ..)| together(results, measure)), "")?;
    (!clauses.is_empty()).then(|| {
        format!(
            "Averaged over all orders of lifting them, each denial brings (with a 95% interval of it alone): {}. All together bring {all}.",
            clauses.join("; ")
        )
    })
}

/// What a share is of: `53 fewer wounded (37 to 70)`, or that it cannot be told from none.
fn brought(known: Known, unit: &str, what: &str) -> String {
    if known.is_clear() {
        known.change(unit, what)
    } else {
        format!("a change in {what} that cannot be told from none ({})", known.ends(unit))
    }
}
