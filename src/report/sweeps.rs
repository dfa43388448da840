//! How results move with the inputs of a sweep.

use std::collections::BTreeMap;

use minijinja::Value;

use crate::output::numbers::decimals;
use crate::report::chart::{Plot, ROOM, Room, colour, cut};
use crate::report::figure::{Figure, Grid, Section};
use crate::report::folder::Results;
use crate::report::words::{Known, scale_of, short, unit_of, unit_text};

/// Measures that are drawn.
const DRAWN: [&str; 4] = ["casualties.wounded", "casualties.killed", "people.out_by_deadline", "equipment.lost_units"];

/// Means of a measure at the design points: policy by position, point, mean.
type Means = Vec<(usize, String, Known)>;

/// Means by policy and the values of the factors that are not along the foot.
type Lines<'r> = BTreeMap<(usize, Vec<&'r str>), Vec<(f64, Known)>>;

/// The section, if the folder holds a design.
pub(super) fn section(results: &Results) -> Option<Section> {
    let design = results.sheet("design.csv")?;
    let factors: Vec<&String> = design.columns().iter().skip(1).collect();
    let points: BTreeMap<&str, Vec<&str>> = design
        .rows()
        .map(|row| (row.text("design_id"), factors.iter().map(|factor| row.text(factor)).collect()))
        .collect();
    let mut figures = Vec::new();
    for measure in DRAWN {
        let means = means(results, measure);
        for at in 0..factors.len() {
            figures.extend(figure(results, &factors, &points, at, measure, &means));
        }
    }
    (!figures.is_empty()).then(|| Section {
        id: "sweep",
        nav: "Inputs varied",
        title: "How it moves with the inputs".to_owned(),
        lead: format!(
            "{} design points over {}. Each dot is the mean at one point with its 95% interval; lines join points that differ \
             in the input along the foot alone.",
            points.len(),
            factors.iter().map(|factor| factor.as_str()).collect::<Vec<_>>().join(", ")
        ),
        panels: Vec::new(),
        figures,
    })
}

fn means(results: &Results, measure: &str) -> Means {
    let rows = results.sheet("summary.csv").into_iter().flat_map(super::folder::Sheet::rows);
    rows.filter(|row| row.text("measure") == measure && row.text("statistic") == "mean")
        .filter_map(|row| {
            let policy = results.policies.iter().position(|policy| policy.id == row.text("policy"))?;
            Some((policy, row.text("design_id").to_owned(), row.known(["estimate", "low", "high"])?))
        })
        .collect()
}

fn figure(
    results: &Results,
    factors: &[&String],
    points: &BTreeMap<&str, Vec<&str>>,
    at: usize,
    measure: &str,
    means: &Means,
) -> Option<Figure> {
    let scale = scale_of(unit_of(measure));
    // By policy and the values of the other factors: a line each.
    let mut lines = Lines::new();
    for (policy, point, known) in means {
        let values = points.get(point.as_str())?;
        let x: f64 = values[at].parse().ok()?;
        let others = values.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, value)| *value).collect();
        lines.entry((*policy, others)).or_default().push((x, *known));
    }
    for line in lines.values_mut() {
        line.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let all = || lines.values().flatten();
    let (left, right) = (all().map(|p| p.0).fold(f64::MAX, f64::min), all().map(|p| p.0).fold(f64::MIN, f64::max));
    let low = all().map(|(_, known)| ends(known).0 / scale).fold(f64::MAX, f64::min);
    let high = all().map(|(_, known)| ends(known).1 / scale).fold(f64::MIN, f64::max);
    if left >= right {
        return None;
    }
    let slack = (right - left) * 0.04;
    let floor = if low > 0.0 && low < 0.6 * high { 0.0 } else { low };
    let has_labels = results.policies.len() > 1;
    let room = if has_labels { Room { right: 134.0, height: 300.0, ..ROOM } } else { Room { height: 300.0, ..ROOM } };
    let mut plot = Plot::new(
        room,
        (left - slack, right + slack),
        (floor, high),
        &format!("{}, {}", short(measure), unit_text(unit_of(measure))),
    );
    let labels = draw(&mut plot, &lines, factors[at], measure);
    if has_labels {
        plot.labels(
            labels.into_iter().map(|(policy, y)| (y, cut(&results.policies[policy].id, 16), colour(policy))).collect(),
        );
    }
    plot.numbers(left, right, factors[at]);
    let title = title(measure, factors[at], &lines, &results.policies[0].id);
    let id = format!("sweep-{}-{at}", measure.replace(['.', '_'], "-"));
    let mut grid = Grid::new(&["design point", "policy", &format!("mean, {}", unit_text(unit_of(measure)))]);
    grid.head.splice(1..1, factors.iter().map(|factor| (*factor).clone()));
    for (policy, point, known) in means {
        let values = points.get(point.as_str()).into_iter().flatten().map(|value| (*value).to_owned());
        let last = [results.policies[*policy].id.clone(), known.text(unit_of(measure))];
        grid.rows.push([point.clone()].into_iter().chain(values).chain(last).collect());
    }
    let description = format!("{} at each design point over {}, with intervals.", short(measure), factors[at]);
    Some(Figure {
        svg: Value::from_safe_string(plot.svg.finish(&id, &title, &description)),
        id,
        title,
        how: format!("{} against {}.", short(measure), factors[at]),
        key: Vec::new(),
        source: "design.csv and summary.csv".to_owned(),
        table: grid,
    })
}

/// The lower and the upper end of an interval; twice the value if there is none.
fn ends(known: &Known) -> (f64, f64) {
    known.interval.map_or((known.value, known.value), |i| (i.low, i.high))
}

/// Draws dots, whiskers and lines; the height of each policy's label.
fn draw(plot: &mut Plot, lines: &Lines, factor: &str, measure: &str) -> BTreeMap<usize, f64> {
    let scale = scale_of(unit_of(measure));
    let mut labels: BTreeMap<usize, f64> = BTreeMap::new();
    for ((policy, _), line) in lines {
        let class = colour(*policy);
        let places: Vec<(f64, f64)> = line.iter().map(|&(x, known)| (x, known.value / scale)).collect();
        if line.len() > 1 {
            plot.line(&places, &format!("thin {class}"));
        }
        for (x, known) in line {
            let (low, high) = ends(known);
            let (place, y) = (plot.x.at(*x), plot.y.at(known.value / scale));
            let whisker = (plot.y.clamped(low / scale), plot.y.clamped(high / scale));
            plot.svg.line((place, whisker.0), (place, whisker.1), &format!("whisker {class}"));
            plot.svg.disc((place, y), 3.6, &class, &format!("{factor} = {x}: {}", known.text(unit_of(measure))));
        }
        if let Some(last) = places.last() {
            let label = labels.entry(*policy).or_insert(last.1);
            *label = label.max(last.1);
        }
    }
    labels
}

fn title(measure: &str, factor: &str, lines: &Lines, first: &str) -> String {
    let unit = unit_of(measure);
    let whole = lines.iter().find(|((policy, _), line)| *policy == 0 && line.len() > 1).map(|(_, line)| line);
    let Some((from, to)) = whole.and_then(|line| line.first().zip(line.last())) else {
        return format!("{} over {factor}", short(measure));
    };
    let apart = from.1.interval.zip(to.1.interval).is_some_and(|(a, b)| a.high < b.low || b.high < a.low);
    if apart {
        format!(
            "{} goes from {} to {} as {factor} goes from {} to {} ({first})",
            short(measure),
            from.1.bare(unit),
            to.1.bare(unit),
            decimals_of(from.0),
            decimals_of(to.0)
        )
    } else {
        format!("{} does not move clearly with {factor} ({first})", short(measure))
    }
}

fn decimals_of(value: f64) -> String {
    if value == value.trunc() { decimals(value, 0) } else { value.to_string() }
}
