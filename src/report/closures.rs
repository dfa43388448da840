//! When bases are left, against the plan.

use minijinja::Value;

use crate::report::axis::{day, short_day};
use crate::report::chart::{Rows, colour, cut};
use crate::report::figure::{Figure, Grid, Section, panels};
use crate::report::folder::{Policy, Results};
use crate::report::words::listed;
use crate::units::Date;

/// A base with its planned days under a policy: the first and the last, in days since the start.
struct Base<'r> {
    id: &'r str,
    name: String,
    planned: Option<[f64; 2]>,
}

/// The bases in the order of their planned days.
fn bases<'r>(results: &'r Results, policy: &Policy) -> Vec<Base<'r>> {
    let planned = |id: &str| {
        let day = |field: &str| {
            let path = format!("base.{id}.{field}");
            let changed =
                policy.changes.iter().find(|(other, _)| *other == path).map(|(_, value)| value.trim_matches('"'));
            let value = changed.or_else(|| Some(results.input(&path)?.value.as_str()))?;
            Some(value.parse::<Date>().ok()?.days_since(results.start))
        };
        let last = day("planned_closure")?;
        Some([day("window_start").unwrap_or(last).min(last), last])
    };
    let base = |id| Base { id, name: results.name_of(id), planned: planned(id) };
    let mut all: Vec<Base> = results.items("base").into_iter().map(base).collect();
    let last = |base: &Base| base.planned.map_or(f64::MAX, |planned| planned[1]);
    all.sort_by(|a, b| last(a).total_cmp(&last(b)));
    all
}

/// When one is left: 5%, 25%, 50%, 75% and 95%.
type Left = [f64; 5];

fn left(results: &Results, policy: &Policy, base: &str) -> Option<Left> {
    let measure = format!("departure.{base}");
    let quantile = |level| results.quantile(&policy.id, &measure, level);
    Some([quantile("0.05")?, quantile("0.25")?, quantile("0.5")?, quantile("0.75")?, quantile("0.95")?])
}

/// The section, if the folder has a summary of one design point.
pub(super) fn section(results: &Results) -> Option<Section> {
    if results.sheet("design.csv").is_some() {
        return None;
    }
    results.sheet("summary.csv")?;
    let shown = results.shown();
    let figures: Vec<Figure> = shown.iter().enumerate().map(|(at, policy)| figure(results, policy, at)).collect();
    if figures.is_empty() {
        return None;
    }
    let (figures, panels) = panels(shown.iter().map(|policy| policy.id.clone()).collect(), figures);
    Some(Section {
        id: "closures",
        nav: "Closures",
        title: "Closures, planned and simulated".to_owned(),
        lead: "When the people of each base leave. Where the plan gives a window, a bar shows it and its last day is marked."
            .to_owned(),
        figures,
        panels,
    })
}

fn figure(results: &Results, policy: &Policy, at: usize) -> Figure {
    let bases = bases(results, policy);
    let all: Vec<(&Base, Left)> =
        bases.iter().filter_map(|base| Some((base, left(results, policy, base.id)?))).collect();
    let days = results.deadline_of(policy).days_since(results.start);
    let last = all.iter().map(|(_, left)| left[4]).fold(days, f64::max).min(days * 1.35);
    let mut rows = Rows::new(all.len(), (23.0, 112.0, 22.0), (0.0, last));
    rows.dates(results.start, results.start.after(last));
    rows.upright(days + 1.0, "deadline");
    let mut grid = Grid::new(&["base", "planned", "5%", "median", "95%", "median less last planned day, days"]);
    let class = colour(at);
    let date = |days: f64| day(results.start.after(days));
    for (row, (base, left)) in all.iter().enumerate() {
        draw(&mut rows, row, (base, left), &class, &date);
        let planned = base.planned.map_or(String::new(), |days| span(days, &date));
        let late = base.planned.map_or(String::new(), |[_, last]| format!("{:+.0}", days_late(left[2], last)));
        grid.rows.push(vec![base.name.clone(), planned, date(left[0]), date(left[2]), date(left[4]), late]);
    }
    let of = |is_it: fn([f64; 2], f64) -> bool| -> Vec<String> {
        let found = all.iter().filter(|(base, left)| base.planned.is_some_and(|planned| is_it(planned, left[2])));
        found.map(|(base, _)| base.name.clone()).collect()
    };
    let early = of(|[first, _], left| days_late(left, first) < -7.0);
    let late = of(|[_, last], left| days_late(left, last) > 7.0);
    let title = match (early.len(), late.len()) {
        (0, 0) => "In the median every base is left within a week of its planned day or window".to_owned(),
        (_, 0) => {
            format!("In the median {} over a week before the plan, the others within a week of it", bases_are(&early))
        }
        (0, _) => {
            format!("In the median {} over a week after the plan, the others within a week of it", bases_are(&late))
        }
        _ => {
            format!("In the median {} over a week before the plan and {} after it", bases_are(&early), bases_are(&late))
        }
    };
    let id = format!("closures-{}", policy.id);
    let description = format!(
        "For each base the planned closure and when it is left under {}, to {}.",
        policy.id,
        short_day(results.start.after(last))
    );
    Figure {
        svg: Value::from_safe_string(rows.svg.finish(&id, &title, &description)),
        id,
        title,
        how: format!("Day on which the people of a base leave, under {}.", policy.id),
        key: vec![
            ("plan".to_owned(), "planned".to_owned()),
            (class.clone(), "median".to_owned()),
            (format!("{class} half"), "middle half".to_owned()),
            (format!("{class} soft"), "middle nine tenths".to_owned()),
        ],
        source: "summary.csv, departure.<base>; plan from the scenario in manifest.json".to_owned(),
        table: grid,
    }
}

/// Days from one date of the calendar to another, as the table shows them.
fn days_late(left: f64, planned: f64) -> f64 {
    left.floor() - planned.floor()
}

/// A day, or a first and a last.
fn span([first, last]: [f64; 2], date: &impl Fn(f64) -> String) -> String {
    if first < last { format!("{} to {}", date(first), date(last)) } else { date(last) }
}

/// The plan and the simulated days of a base.
fn draw(rows: &mut Rows, at: usize, (base, left): (&Base, &Left), class: &str, date: &impl Fn(f64) -> String) {
    let (y, scale) = (rows.middle(at), rows.x);
    let [from, lower, middle, upper, to] = left.map(|value| scale.clamped(value));
    let tip = format!("{}: median {}, 5% to 95% {} to {}", base.name, date(left[2]), date(left[0]), date(left[4]));
    rows.name(at, &cut(&base.name, 14), "");
    rows.svg.rect((from, y - 1.5), ((to - from).max(1.0), 3.0), &format!("{class} soft"), "");
    rows.svg.rect((lower, y - 4.5), ((upper - lower).max(1.0), 9.0), &format!("{class} half"), "");
    rows.svg.disc((middle, y), 4.2, class, &tip);
    if let Some(planned) = base.planned {
        let [first, last] = planned.map(|day| scale.clamped(day));
        let tip = format!("{}: planned {}", base.name, span(planned, date));
        if first < last {
            rows.svg.rect((first, y + 6.0), (last - first, 2.5), "plan", "");
        }
        rows.svg.diamond((last, y), 5.0, "plan", &tip);
    }
}

fn bases_are(ids: &[String]) -> String {
    match ids {
        [one] => format!("{one} is left"),
        few if few.len() <= 5 => format!("{} are left", listed(few)),
        many => format!("{} bases are left", many.len()),
    }
}
