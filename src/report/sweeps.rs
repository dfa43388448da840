//! How results move with the inputs of a sweep.

use std::collections::BTreeMap;

use minijinja::Value;

use crate::output::numbers::decimals;
use crate::report::chart::{Plot, ROOM, Room, colour, cut, has_labels, line_key};
use crate::report::figure::{Figure, Grid, Section};
use crate::report::folder::Results;
use crate::report::words::{Known, scale_of, short, unit_of, unit_text};

/// Measures that are drawn.
const DRAWN: [&str; 4] =
    ["casualties.wounded_in_all", "casualties.killed_in_all", "people.out_by_deadline", "equipment.lost_units"];

/// Means of a measure at the design points: policy by position, point, mean.
type Means = Vec<(usize, String, Known)>;

/// Means by policy and the values of the factors that are not along the foot.
type Lines<'r> = BTreeMap<(usize, Vec<&'r str>), Vec<(f64, Known)>>;

/// A factor of the design, along the foot.
struct Along<'r> {
    name: &'r str,
    /// Its values where they are no numbers, in the order of the design: dates and words stand in places side by side.
    words: Vec<&'r str>,
}

impl<'r> Along<'r> {
    fn new(name: &'r str, at: usize, points: &BTreeMap<&str, Vec<&'r str>>) -> Self {
        let mut all: Vec<(u64, &str)> =
            points.iter().map(|(id, values)| (id.parse().unwrap_or(0), values[at])).collect();
        all.sort_unstable();
        let mut words: Vec<&str> = Vec::new();
        if all.iter().any(|(_, value)| value.parse::<f64>().is_err()) {
            for (_, value) in all {
                if !words.contains(&value) {
                    words.push(value);
                }
            }
        }
        Self { name, words }
    }

    fn place(&self, value: &str) -> Option<f64> {
        if self.words.is_empty() {
            return value.parse().ok();
        }
        self.words.iter().position(|word| *word == value).map(|place| place as f64)
    }

    fn text(&self, place: f64) -> String {
        match self.words.get(place as usize) {
            Some(&"") => AS_IT_IS.to_owned(),
            Some(word) => (*word).to_owned(),
            None => decimals_of(place),
        }
    }
}

/// The scenario's own value.
const AS_IT_IS: &str = "(as it is)";

/// The section, if the folder holds a design.
pub(super) fn section(results: &Results) -> Option<Section> {
    let design = results.sheet("design.csv")?;
    let factors: Vec<&String> = design.columns().iter().skip(1).collect();
    let points: BTreeMap<&str, Vec<&str>> = design
        .rows()
        .map(|row| (row.text("design_id"), factors.iter().map(|factor| row.text(factor)).collect()))
        .collect();
    let mut figures = Vec::new();
    let along: Vec<Along> =
        factors.iter().enumerate().map(|(at, factor)| Along::new(factor.as_str(), at, &points)).collect();
    for measure in DRAWN {
        let means = means(results, measure);
        for at in 0..factors.len() {
            figures.extend(figure(results, &along, &points, at, measure, &means));
        }
    }
    (!figures.is_empty()).then(|| Section {
        id: "sweep",
        nav: "Inputs varied",
        title: "How it moves with the inputs".to_owned(),
        lead: format!(
            "{} design points over {}. Each dot is the mean at one point with its 95% interval; lines join points that differ \
             in a number along the foot alone. Points share their chances: differences between them are surer than their \
             intervals show, and replications.csv has the pairs.",
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
    factors: &[Along],
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
        let x = factors[at].place(values[at])?;
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
    // A word needs room on both sides of its place.
    let slack = if factors[at].words.is_empty() { (right - left) * 0.04 } else { 0.5 };
    let floor = if low > 0.0 && low < 0.6 * high { 0.0 } else { low };
    // A few lines are named each, by what the foot does not say of them; more by their policy alone.
    let by_line = has_labels(lines.len());
    let has_labels = by_line || has_labels(results.policies.len());
    let room = if has_labels {
        Room { right: 134.0, height: 300.0, ..ROOM }
    } else {
        Room { height: 300.0, right: 30.0, ..ROOM }
    };
    let mut plot = Plot::new(
        room,
        (left - slack, right + slack),
        (floor, high),
        &format!("{}, {}", short(measure), unit_text(unit_of(measure))),
    );
    draw(&mut plot, &lines, &factors[at], measure);
    if has_labels {
        let mut labels: Vec<(f64, String, String)> = Vec::new();
        for ((policy, others), line) in &lines {
            let Some((_, last)) = line.last() else { continue };
            let id = results.policies[*policy].id.as_str();
            let name = if results.policies.len() > 1 || !by_line { id.to_owned() } else { others.join(", ") };
            let (y, name) = (last.value / scale, cut(&name, 16));
            match labels.iter_mut().find(|(_, other, _)| *other == name) {
                Some(label) => label.0 = label.0.max(y),
                None => labels.push((y, name, colour(*policy))),
            }
        }
        plot.labels(labels);
    }
    let factor = &factors[at];
    if factor.words.is_empty() {
        plot.numbers(left, right, factor.name);
    } else {
        let words: Vec<&str> = factor.words.iter().map(|word| if word.is_empty() { AS_IT_IS } else { word }).collect();
        plot.words(&words, factor.name);
    }
    let title = title(measure, (factors, at), &lines, &results.policies[0].id);
    let id = format!("sweep-{}-{at}", measure.replace(['.', '_'], "-"));
    let mut grid = Grid::new(&["design point", "policy", &format!("mean, {}", unit_text(unit_of(measure)))]);
    grid.head.splice(1..1, factors.iter().map(|factor| factor.name.to_owned()));
    for (policy, point, known) in means {
        let values = points.get(point.as_str()).into_iter().flatten().map(|value| (*value).to_owned());
        let last = [results.policies[*policy].id.clone(), known.text(unit_of(measure))];
        grid.rows.push([point.clone()].into_iter().chain(values).chain(last).collect());
    }
    let description = format!("{} at each design point over {}, with intervals.", short(measure), factor.name);
    Some(Figure {
        svg: Value::from_safe_string(plot.svg.finish(&id, &title, &description)),
        id,
        title,
        how: format!("{} against {}.{}", short(measure), factor.name, lines_are(factors, at, by_line)),
        key: line_key(results.policies.iter().enumerate().map(|(at, policy)| (at, policy.id.as_str()))),
        source: "design.csv and summary.csv".to_owned(),
        table: grid,
    })
}

/// What several lines of a policy are of.
fn lines_are(factors: &[Along], at: usize, by_line: bool) -> String {
    let others: Vec<&str> =
        factors.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, factor)| factor.name).collect();
    match others.len() {
        0 => String::new(),
        _ if by_line => format!(" A line for each value of {}.", others.join(" and ")),
        _ => format!(" The table tells apart points that differ in {}.", others.join(" and ")),
    }
}

/// The lower and the upper end of an interval; twice the value if there is none.
fn ends(known: &Known) -> (f64, f64) {
    known.interval.map_or((known.value, known.value), |i| (i.low, i.high))
}

/// Draws dots, whiskers and lines.
fn draw(plot: &mut Plot, lines: &Lines, factor: &Along, measure: &str) {
    let scale = scale_of(unit_of(measure));
    for ((policy, _), line) in lines {
        let class = colour(*policy);
        let places: Vec<(f64, f64)> = line.iter().map(|&(x, known)| (x, known.value / scale)).collect();
        if line.len() > 1 && factor.words.is_empty() {
            plot.line(&places, &format!("thin {class}"));
        }
        for (x, known) in line {
            let (low, high) = ends(known);
            let (place, y) = (plot.x.at(*x), plot.y.at(known.value / scale));
            let whisker = (plot.y.clamped(low / scale), plot.y.clamped(high / scale));
            plot.svg.line((place, whisker.0), (place, whisker.1), &format!("whisker {class}"));
            let said = format!("{} = {}: {}", factor.name, factor.text(*x), known.text(unit_of(measure)));
            plot.svg.disc((place, y), 3.6, &class, &said);
        }
    }
}

fn title(measure: &str, (factors, at): (&[Along], usize), lines: &Lines, first: &str) -> String {
    let (unit, factor) = (unit_of(measure), &factors[at]);
    let whole = lines.iter().find(|((policy, _), line)| *policy == 0 && line.len() > 1);
    let Some(((_, others), (from, to))) = whole.and_then(|(key, line)| Some((key, line.first().zip(line.last())?)))
    else {
        return format!("{} over {}", short(measure), factor.name);
    };
    // The line is of one of the values of each other input.
    let held = factors.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, factor)| factor.name);
    let held: String = held.zip(others).fold(String::new(), |text, (name, value)| {
        text + &format!(", {name} = {}", if value.is_empty() { AS_IT_IS } else { value })
    });
    let apart = from.1.interval.zip(to.1.interval).is_some_and(|(a, b)| a.high < b.low || b.high < a.low);
    let ends = format!(
        "{} goes from {} to {} as {} goes from {} to {} ({first}{held})",
        short(measure),
        from.1.bare(unit),
        to.1.bare(unit),
        factor.name,
        factor.text(from.0),
        factor.text(to.0)
    );
    if apart { ends } else { format!("{ends}; the intervals overlap") }
}

fn decimals_of(value: f64) -> String {
    if value == value.trunc() { decimals(value, 0) } else { value.to_string() }
}
