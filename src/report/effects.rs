//! Paired effects of policies, with intervals.

use minijinja::Value;

use crate::output::numbers::factor;
use crate::report::axis::ticks;
use crate::report::chart::{Rows, colour, cut};
use crate::report::figure::{Figure, Grid, Section};
use crate::report::folder::{Results, Row, SKEWED};
use crate::report::words::{Known, MARK, better, scale_of, short, unit_of, unit_text};
use crate::stats::Interval;

/// Measures that are drawn, in order.
const DRAWN: [&str; 12] = [
    "casualties.wounded_in_all",
    "casualties.killed_in_all",
    "casualties.wounded",
    "casualties.killed",
    "contacts.all",
    "people.out_by_deadline",
    "people.all_out_by_deadline",
    "equipment.lost_units",
    "equipment.lost_usd",
    "equipment.sensitive_left_usable",
    "bases.taken",
    "columns.truck_days_held",
];

const ADJUSTED: [&str; 3] = ["difference", "adjusted_low", "adjusted_high"];
const PLAIN: [&str; 3] = ["difference", "low", "high"];
const FACTOR: [&str; 3] =
    ["variance_reduction_factor", "variance_reduction_factor_low", "variance_reduction_factor_high"];

/// Contrasts of a measure at the only design point, in the order of the file.
fn contrasts<'r>(results: &'r Results, measure: &str) -> Vec<Row<'r>> {
    let rows = results.sheet("contrasts.csv").into_iter().flat_map(super::folder::Sheet::rows);
    let shown: Vec<&str> = results.shown().iter().map(|policy| policy.id.as_str()).collect();
    rows.filter(|row| row.text("measure") == measure && shown.contains(&row.text("policy"))).collect()
}

/// The same, each direct effect that is one under the total effect of its policy.
fn drawn<'r>(results: &'r Results, measure: &str) -> Vec<Row<'r>> {
    let all = contrasts(results, measure);
    let of = |policy: &str, effect: &str| {
        let is_it = |row: &&Row| row.text("policy") == policy && row.text("effect") == effect;
        all.iter().find(is_it).copied().filter(|row| effect == "total" || row.number("difference") != Some(0.0))
    };
    results.shown().iter().flat_map(|policy| [of(&policy.id, "total"), of(&policy.id, "direct")]).flatten().collect()
}

/// The paired difference of a policy from the baseline, with the interval adjusted over the policies compared.
pub(super) fn effect(results: &Results, policy: &str, measure: &str) -> Option<Known> {
    let rows = contrasts(results, measure);
    rows.into_iter().find(|row| row.text("policy") == policy && row.text("effect") == "total")?.known(ADJUSTED)
}

/// The section, if policies are compared.
pub(super) fn section(results: &Results) -> Option<Section> {
    if results.command != "compare" {
        return None;
    }
    let baseline = &results.policies.first()?.id;
    let figures: Vec<Figure> = DRAWN.iter().filter_map(|measure| figure(results, measure, baseline)).collect();
    (!figures.is_empty()).then(|| Section {
        id: "effects",
        nav: "Effects",
        title: "What each policy changes".to_owned(),
        lead: format!(
            "Mean differences from {baseline}, replication by replication on the same chances. Thick: 95% interval; thin: adjusted \
             over the policies compared (Holm), for the sign beside those of the others. An interval that crosses nought leaves the sign open."
        ),
        panels: Vec::new(),
        figures,
    })
}

fn figure(results: &Results, measure: &str, baseline: &str) -> Option<Figure> {
    let rows = drawn(results, measure);
    let scale = scale_of(unit_of(measure));
    let ends = |row: &Row| row.known(ADJUSTED).and_then(|known| known.interval);
    let low = rows.iter().filter_map(ends).map(|i| i.low / scale).fold(0.0, f64::min);
    let high = rows.iter().filter_map(ends).map(|i| i.high / scale).fold(0.0, f64::max);
    if rows.is_empty() || low == high {
        return None;
    }
    let (from, to, marks) = ticks(low, high, 5);
    let mut frame = Rows::new(rows.len(), (25.0, 150.0, 84.0), (from, to));
    frame.numbers(&marks, &format!("{}, difference from {baseline}", unit_text(unit_of(measure))));
    let mut grid =
        Grid::new(&["policy", "effect", "difference", "95% interval", "adjusted", "share worse", "variance factor"]);
    let shown = results.shown();
    for (at, row) in rows.iter().enumerate() {
        let (policy, is_direct) = (row.text("policy"), row.text("effect") == "direct");
        let (plain, adjusted) = (row.known(PLAIN)?, row.known(ADJUSTED)?);
        let class = colour(shown.iter().position(|other| other.id == policy).unwrap_or(0));
        let name = if is_direct { "direct effect".to_owned() } else { cut(policy, 19) };
        frame.name(at, &name, if is_direct { "quiet" } else { "" });
        let difference = difference(row, plain, measure);
        let tip = format!("{difference} ({})", plain.ends(unit_of(measure)));
        draw(&mut frame, at, (plain, adjusted), scale, (&class, is_direct), &tip);
        frame.aside(at, &difference);
        let share = row
            .known(["share_worse", "share_worse_low", "share_worse_high"])
            .map(Known::share_and_ends)
            .unwrap_or_default();
        let factor = row.known(FACTOR).map_or(String::new(), |known| {
            let mark = if row.text("pairing_method").contains(SKEWED) { MARK } else { "" };
            factor(known.value, known.interval) + mark
        });
        grid.rows.push(vec![
            policy.to_owned(),
            row.text("effect").to_owned(),
            difference,
            plain.ends(unit_of(measure)),
            adjusted.ends(unit_of(measure)),
            share,
            factor,
        ]);
    }
    let title = title(&rows, measure);
    let id = format!("effect-{}", measure.replace(['.', '_'], "-"));
    let way = better(measure);
    let how =
        [short(measure), way.to_owned()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ");
    let direct = if rows.iter().any(|row| row.text("effect") == "direct") {
        " Direct: on the journeys and tension of the baseline, with nothing else moved."
    } else {
        ""
    };
    let description = format!("For each policy a dot at its mean difference from {baseline} and its intervals.");
    Some(Figure {
        svg: Value::from_safe_string(frame.svg.finish(&id, &title, &description)),
        id,
        title,
        how: format!("{how}.{direct}"),
        key: Vec::new(),
        source: format!("contrasts.csv, {measure}"),
        table: grid,
    })
}

fn signed(known: Known, measure: &str) -> String {
    let text = known.bare(unit_of(measure));
    if known.value > 0.0 { format!("+{text}") } else { text }
}

/// The difference of a row: none where no replication is worse and the mean is nought, so that none is better.
fn difference(row: &Row, known: Known, measure: &str) -> String {
    let is_none = known.value == 0.0 && row.number("share_worse") == Some(0.0);
    if is_none { "none".to_owned() } else { signed(known, measure) }
}

fn draw(
    frame: &mut Rows,
    at: usize,
    (plain, adjusted): (Known, Known),
    scale: f64,
    (class, is_direct): (&str, bool),
    tip: &str,
) {
    let y = frame.middle(at);
    let place = |value: f64| frame.x.clamped(value / scale);
    let ends = |interval: Option<Interval>| interval.map(|i| (place(i.low), place(i.high)));
    let middle = place(plain.value);
    let (thin, thick) = (ends(adjusted.interval), ends(plain.interval));
    if let Some((from, to)) = thin {
        frame.svg.rect((from, y - 0.75), (to - from, 1.5), class, "");
    }
    if let Some((from, to)) = thick {
        frame.svg.rect((from, y - 2.5), (to - from, 5.0), class, "");
    }
    if is_direct {
        frame.svg.disc((middle, y), 4.0, &format!("{class} hollow"), tip);
    } else {
        frame.svg.disc((middle, y), 5.0, class, tip);
    }
}

fn title(rows: &[Row], measure: &str) -> String {
    let name = short(measure);
    let total = || rows.iter().filter(|row| row.text("effect") == "total");
    let clear: Vec<(&str, Known)> = total()
        .filter_map(|row| Some((row.text("policy"), row.known(ADJUSTED)?)))
        .filter(|(_, known)| known.is_clear())
        .collect();
    let unit = unit_of(measure);
    let text = |known: Known| signed(known, measure);
    let suffix = if unit == "USD" { " million USD" } else { "" };
    let least = clear.iter().min_by(|a, b| a.1.value.total_cmp(&b.1.value));
    let most = clear.iter().max_by(|a, b| a.1.value.total_cmp(&b.1.value));
    match (least, most) {
        (Some(least), Some(most)) if least.1.value < 0.0 && most.1.value > 0.0 => format!(
            "{name}: from {}{suffix} with {} to {}{suffix} with {}",
            text(least.1),
            least.0,
            text(most.1),
            most.0
        ),
        (Some(least), _) if least.1.value < 0.0 => {
            format!("{name}: most lowered by {}, {}{suffix} ({})", least.0, text(least.1), least.1.ends(unit))
        }
        (_, Some(most)) => {
            format!("{name}: most raised by {}, {}{suffix} ({})", most.0, text(most.1), most.1.ends(unit))
        }
        _ => format!("{name}: no clear change under any policy"),
    }
}
