//! What a person sees of an experiment.

use std::io::{self, Write};

use crate::cli::session::Session;
use crate::experiment::PolicyModel;
use crate::measures::{Measure, Scale};
use crate::model::Model;
use crate::model::network::Base;
use crate::output::numbers::{
    MARK, bound_percent, decimals, factor, known, meaning_of_mark, percent, places, probability, whole,
};
use crate::stats::{FEW_VALUES, Interval};
use crate::summary::{Contrast, Effect, Estimate, Method, PolicySummary, Statistic, Summary};
use crate::units::Date;

/// Lines of the equipment ledger: name, measures of units and USD.
const LEDGER: [(&str, Measure, Measure); 8] = [
    ("evacuated by road", Measure::RoadUnits, Measure::RoadUsd),
    ("evacuated by air", Measure::AirUnits, Measure::AirUsd),
    ("handed over", Measure::HandedOverUnits, Measure::HandedOverUsd),
    ("destroyed by owner", Measure::DestroyedUnits, Measure::DestroyedUsd),
    ("decommissioned", Measure::DecommissionedUnits, Measure::DecommissionedUsd),
    ("abandoned or looted", Measure::AbandonedUnits, Measure::AbandonedUsd),
    ("lost en route", Measure::EnRouteUnits, Measure::EnRouteUsd),
    ("still on hand", Measure::OnHandUnits, Measure::OnHandUsd),
];

/// Share of replications that are not among the worst.
const WORST: f64 = 0.9;

/// A measure's mean with its interval.
fn mean_of(policy: &PolicySummary, measure: Measure) -> (f64, Option<Interval>) {
    policy.mean(measure).map_or((f64::NAN, None), |mean| (mean.estimate, mean.interval))
}

fn mean_text(policy: &PolicySummary, measure: Measure, scale: f64) -> String {
    policy.mean(measure).map_or_else(String::new, |mean| estimate_text(mean, scale))
}

fn estimate_text(found: &Estimate, scale: f64) -> String {
    known(found.estimate, found.interval, found.method, found.n, scale)
}

/// The screen of one policy's results.
///
/// # Errors
/// Those of writing.
pub fn policy(out: &mut dyn Write, policy: &PolicySummary, model: &Model, n: u64) -> io::Result<()> {
    writeln!(out, "Policy {}: {}", policy.id, policy.title)?;
    if n == 0 {
        return writeln!(out, "  no replication was finished");
    }
    let mut body = Vec::new();
    people(&mut body, policy, model, n)?;
    casualties(&mut body, policy, model.inputs.base_fire.falls)?;
    closures(&mut body, policy, model)?;
    equipment(&mut body, policy)?;
    out.write_all(&body)?;
    footnotes(out, &body, n, "\n")?;
    if n < FEWEST_FOR_RANGES {
        writeln!(out, "\nThe 5% and 95% points of fewer than {FEWEST_FOR_RANGES} replications are not bounded.")?;
    }
    Ok(())
}

/// Replications below which no interval bounds the 5% and 95% points.
///
/// # Source
/// The least n of which order statistics give an equal-tailed 95% interval of the 95% point.
const FEWEST_FOR_RANGES: u64 = 72;

/// What the reader of a screen must know of its intervals, with what goes before it.
///
/// # Errors
/// Those of writing.
pub fn footnotes(out: &mut dyn Write, body: &[u8], n: u64, before: &str) -> io::Result<()> {
    if is_marked(body) {
        writeln!(out, "{before}{}", meaning_of_mark(n))?;
    }
    if n < FEW_VALUES {
        writeln!(
            out,
            "{before}Fewer than {FEW_VALUES} replications do not show how skewed their law is: intervals hold only where values \
             are nearly normal."
        )?;
    }
    Ok(())
}

/// Whether some interval of a screen is marked.
fn is_marked(body: &[u8]) -> bool {
    // Behind the interval, or behind the end of one that is shown alone.
    body.windows(2).any(|at| at[1..] == *MARK.as_bytes() && at[0] != b' ')
}

fn people(out: &mut dyn Write, policy: &PolicySummary, model: &Model, n: u64) -> io::Result<()> {
    let deadline = model.start.after(model.inputs.mission.deadline);
    let (share, interval) = mean_of(policy, Measure::AllOut);
    let strength = policy.mean(Measure::PeopleAtStart).map_or(0.0, |mean| mean.estimate);
    writeln!(out, "\nPeople out of the country by {deadline} (mean, 95% interval)")?;
    // Where all replications are alike, or show all or none, the number comes before how many they are.
    let people = mean_text(policy, Measure::PeopleOut, 1.0);
    let (mean, seen) = people.split_at(people.find(" in ").unwrap_or(people.len()));
    writeln!(out, "  {mean} of {}{seen}", whole(strength))?;
    let probability = probability(share, interval, n);
    match probability.split_once(": ") {
        Some((seen, bound)) => writeln!(out, "  all but the liquidation team: in {seen}, probability {bound}"),
        None => writeln!(out, "  all but the liquidation team: probability {probability}"),
    }
}

fn casualties(out: &mut dyn Write, policy: &PolicySummary, fire_falls: bool) -> io::Result<()> {
    writeln!(out, "\nCasualties on the road (mean, 95% interval){:>15}{:>26}", "killed", "wounded")?;
    let rows = [
        ("by devices", Measure::KilledDevice, Measure::WoundedDevice),
        ("by direct attacks", Measure::KilledDirect, Measure::WoundedDirect),
        ("all, to the deadline", Measure::Killed, Measure::Wounded),
        ("  in garrisons' convoys", Measure::KilledGarrison, Measure::WoundedGarrison),
        ("  in contract columns", Measure::KilledColumn, Measure::WoundedColumn),
        ("after the deadline", Measure::KilledAfter, Measure::WoundedAfter),
    ];
    let row = |out: &mut dyn Write, (name, killed, wounded): (&str, Measure, Measure)| {
        let (killed, wounded) = (mean_text(policy, killed, 1.0), mean_text(policy, wounded, 1.0));
        writeln!(out, "  {name:<26}{killed:>30}{wounded:>26}")
    };
    rows.into_iter().try_for_each(|each| row(out, each))?;
    for (name, statistic) in [
        ("all, 5% point", Statistic::Quantile(0.05)),
        ("all, 95% point", Statistic::Quantile(0.95)),
        ("all, mean of worst tenth", Statistic::Cvar(WORST)),
    ] {
        let text = |measure: Measure| match policy.estimate(measure.name(), statistic) {
            Some(found) if matches!(statistic, Statistic::Quantile(_)) => point(found),
            Some(found) if found.interval.is_some() => estimate_text(found, 1.0),
            _ => "-".to_owned(),
        };
        let (killed, wounded) = (text(Measure::Killed), text(Measure::Wounded));
        writeln!(out, "  {name:<26}{killed:>30}{wounded:>26}")?;
    }
    let contacts = [Measure::DeviceContacts, Measure::DirectContacts].map(|measure| mean_text(policy, measure, 1.0));
    writeln!(out, "  contacts with devices: {}; direct attacks: {}", contacts[0], contacts[1])?;
    if fire_falls {
        writeln!(out, "Casualties of fire at bases, in no line above")?;
        row(out, ("to the deadline", Measure::KilledFire, Measure::WoundedFire))?;
    }
    writeln!(out, "Everyone, with those aboard aircraft")?;
    row(out, ("to the end of liquidation", Measure::KilledInAll, Measure::WoundedInAll))
}

/// A quantile of counts, with the two values that enclose it.
fn point(found: &Estimate) -> String {
    match found.interval {
        Some(interval) => {
            format!("{} ({} to {})", whole(found.estimate), whole(interval.low), whole(interval.high))
        }
        None => format!("{} (not bounded)", whole(found.estimate)),
    }
}

fn closures(out: &mut dyn Write, policy: &PolicySummary, model: &Model) -> io::Result<()> {
    let end_days = model.deadline_days() + model.inputs.mission.liquidation_days;
    let date = |days: f64| day(model.start, days, end_days);
    let row = |base: &Base| {
        let column = format!("departure.{}", base.id);
        let quantile = |level: f64| policy.estimate(&column, Statistic::Quantile(level));
        let at = |level: f64| date(quantile(level).map_or(f64::NAN, |quantile| quantile.estimate));
        let range = format!("{} to {}", at(0.05), at(0.95));
        let median = match quantile(0.5).and_then(|median| median.interval) {
            Some(interval) => with_days(&at(0.5), &date(interval.low), &date(interval.high)),
            None => format!("{} (not bounded)", at(0.5)),
        };
        [format!("  {}", title(base)), model.start.after(base.planned_closure).to_string(), median, range]
    };
    let heads = ["Closures", "planned", "median (95%)", "5% to 95%"].map(str::to_owned);
    let rows: Vec<[String; 4]> = std::iter::once(heads).chain(model.inputs.base.iter().map(row)).collect();
    let wide = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    // Two spaces at least between columns.
    let (name, median, range) = (wide(0), wide(2).max(28) + 2, wide(3).max(26) + 2);
    writeln!(out)?;
    for [base, planned, middle, ends] in &rows {
        writeln!(out, "{base:<name$}{planned:>14}{middle:>median$}{ends:>range$}")?;
    }
    writeln!(out, "  (intervals of the 5% and 95% days are in summary.csv)")
}

/// A date with the two that enclose it: `2023-10-14 (10-12 to 10-15)`, without what they share with it.
fn with_days(date: &str, low: &str, high: &str) -> String {
    let year = date.split_once('-').map_or("", |(year, _)| year);
    let short = |end: &str| end.strip_prefix(year).and_then(|rest| rest.strip_prefix('-')).unwrap_or(end).to_owned();
    if low == high { format!("{date} ({})", short(low)) } else { format!("{date} ({} to {})", short(low), short(high)) }
}

fn title(base: &Base) -> &str {
    base.title.as_deref().unwrap_or(&base.id)
}

fn day(start: Date, days: f64, end_days: f64) -> String {
    if days >= end_days { "not closed".to_owned() } else { start.after(days).to_string() }
}

fn equipment(out: &mut dyn Write, policy: &PolicySummary) -> io::Result<()> {
    writeln!(out, "\nEquipment at the end (mean, 95% interval){:>23}{:>28}", "units", "USD million")?;
    for (name, units, usd) in LEDGER {
        let units = mean_text(policy, units, 1.0);
        let usd = mean_text(policy, usd, 1e6);
        writeln!(out, "  {name:<26}{units:>36}{usd:>28}")?;
    }
    let (lost, usd) = (mean_text(policy, Measure::LostUnits, 1.0), mean_text(policy, Measure::LostUsd, 1e6));
    writeln!(out, "  {:<26}{lost:>36}{usd:>28}", "lost in all")?;
    let sensitive = mean_text(policy, Measure::SensitiveLeft, 1.0);
    writeln!(out, "  sensitive items left usable: {sensitive}")
}

/// Measures that a screen of several policies shows.
const SIDE_BY_SIDE: [Measure; 16] = [
    Measure::Contacts,
    Measure::Convoys,
    Measure::Columns,
    Measure::Wounded,
    Measure::WoundedGarrison,
    Measure::Killed,
    Measure::KilledGarrison,
    Measure::WoundedInAll,
    Measure::KilledInAll,
    Measure::PeopleOut,
    Measure::AllOut,
    Measure::LostUnits,
    Measure::LostUsd,
    Measure::CampCargoShare,
    Measure::Requests,
    Measure::TruckDaysHeld,
];

/// The screen of several policies: means with 95% intervals, a column for each policy.
///
/// # Errors
/// Those of writing.
pub fn side_by_side(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    let mut body = Vec::new();
    columns_by_policy(&mut body, summary)?;
    out.write_all(&body)?;
    footnotes(out, &body, summary.n, "")
}

fn columns_by_policy(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    for policies in summary.policies.chunks(3) {
        write!(out, "{:<38}", "Mean (95% interval)")?;
        for policy in policies {
            write!(out, "{:>30}", policy.id)?;
        }
        writeln!(out)?;
        for measure in SIDE_BY_SIDE {
            let usd = measure.unit() == "USD";
            write!(out, "  {:<36}", if usd { format!("{measure} million") } else { measure.to_string() })?;
            for policy in policies {
                let (mean, interval) = mean_of(policy, measure);
                let text = match measure.scale() {
                    Scale::Event => probability(mean, interval, summary.n),
                    _ => mean_text(policy, measure, if usd { 1e6 } else { 1.0 }),
                };
                write!(out, "{text:>30}")?;
            }
            writeln!(out)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Measures that a comparison shows first.
const HEADLINES: [Measure; 14] = [
    Measure::Contacts,
    Measure::Wounded,
    Measure::Killed,
    Measure::WoundedInAll,
    Measure::KilledInAll,
    Measure::AllOut,
    Measure::PeopleOut,
    Measure::LostUnits,
    Measure::LostUsd,
    Measure::DestroyedUnits,
    Measure::AbandonedUnits,
    Measure::CampCargoShare,
    Measure::SensitiveLeft,
    Measure::TruckDaysHeld,
];

/// Says where policies have other deadlines than the baseline, since much is counted by them.
///
/// # Errors
/// Those of writing.
pub fn deadlines(out: &mut dyn Write, session: &Session) -> io::Result<()> {
    let Some((baseline, others)) = session.plan.policies.split_first() else { return Ok(()) };
    let date = |policy: &PolicyModel| policy.model.start.after(policy.model.inputs.mission.deadline);
    let differs = |policy: &&PolicyModel| date(policy) != date(baseline);
    let differing: Vec<String> =
        others.iter().filter(differs).map(|policy| format!("{} under {}", date(policy), policy.id)).collect();
    if differing.is_empty() {
        return Ok(());
    }
    let (until, id) = (date(baseline), &baseline.id);
    writeln!(
        out,
        "DEADLINES DIFFER: {until} under {id}, {}. What is counted by the deadline runs to each policy's own; `_in_all` to the end.",
        differing.join(", ")
    )
}

/// The screen of a comparison: each policy against the baseline.
///
/// # Errors
/// Those of writing.
pub fn comparison(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    let Some((baseline, others)) = summary.policies.split_first() else { return Ok(()) };
    if summary.contrasts.is_empty() {
        side_by_side(out, summary)?;
        return writeln!(
            out,
            "differences and their intervals need 2 replications or more: there is no contrasts.csv."
        );
    }
    let mut body = Vec::new();
    differences(&mut body, summary, baseline, others)?;
    out.write_all(&body)?;
    writeln!(
        out,
        "factor: how many times more replications independent sampling would have needed, with 95% interval."
    )?;
    writeln!(out, "worse: share of replications in which the policy is worse than the baseline.")?;
    let shown = |c: &&Contrast| HEADLINES.iter().any(|measure| measure.name() == c.measure);
    let harmed: Vec<String> = summary
        .contrasts
        .iter()
        .filter(shown)
        .filter(|c| c.effect == Effect::Total && c.difference.pairing_hurts())
        .filter(|c| c.difference.variance_reduction_interval.is_some())
        .map(|c| format!("{} of {}", c.measure, c.policy))
        .collect();
    if !harmed.is_empty() {
        writeln!(
            out,
            "factor under 1: pairing made these less sure than independent runs would: {}",
            harmed.join(", ")
        )?;
    }
    footnotes(out, &body, summary.n, "")?;
    if summary.policies.len() > 2 {
        writeln!(out, "each interval is for one difference by itself; contrasts.csv has them adjusted (Holm).")?;
    }
    writeln!(out, "intervals of the means under each policy are in summary.csv, those of `worse` in contrasts.csv.")?;
    writeln!(out, "direct: itineraries and tension as under the baseline; only contacts and care change.")
}

fn differences(
    out: &mut dyn Write,
    summary: &Summary,
    baseline: &PolicySummary,
    others: &[PolicySummary],
) -> io::Result<()> {
    for policy in others {
        writeln!(
            out,
            "{} less {} ({}), mean paired difference with 95% interval",
            policy.id, baseline.id, policy.title
        )?;
        writeln!(
            out,
            "  {:<36}{:>13}{:>13}  {:<32}{:>24}{:>8}",
            "measure", "baseline", "policy", "difference", "factor (95%)", "worse"
        )?;
        for measure in HEADLINES {
            for contrast in summary.contrasts.iter().filter(|c| c.policy == policy.id && c.measure == measure.name()) {
                row(out, measure, contrast, [baseline, policy])?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

fn row(
    out: &mut dyn Write,
    measure: Measure,
    contrast: &Contrast,
    [baseline, policy]: [&PolicySummary; 2],
) -> io::Result<()> {
    let difference = &contrast.difference;
    let scale = if measure.unit() == "USD" { 1e6 } else { 1.0 };
    let unit = match measure.unit() {
        "USD" => " (USD million)",
        _ => "",
    };
    let mean = |policy: &PolicySummary| {
        let (mean, interval) = mean_of(policy, measure);
        if mean == 0.0 && policy.mean(measure).is_some_and(|mean| mean.method == Method::NoSpread) {
            return "none".to_owned();
        }
        if measure.scale() == Scale::Event && (mean <= 0.0 || mean >= 1.0) {
            return if mean > 0.0 { "all".to_owned() } else { "none".to_owned() };
        }
        let scaled = interval.map(|interval| interval.over(scale));
        decimals(mean / scale, places(scaled))
    };
    let is_direct = contrast.effect == Effect::Direct;
    let name = if is_direct { "  direct".to_owned() } else { format!("{}{unit}", measure.name()) };
    let (before, after) = match contrast.effect {
        Effect::Total => (mean(baseline), mean(policy)),
        Effect::Direct => (String::new(), String::new()),
    };
    let differs = difference.sd > 0.0 || difference.mean != 0.0;
    let shown = if differs {
        known(difference.mean, Some(difference.interval), contrast.method, difference.n, scale)
    } else {
        format!("none in {}", whole(difference.n as f64))
    };
    let mark = if contrast.pairing_method.is_skewed() { MARK } else { "" };
    let factor = match difference.variance_reduction.map(|value| factor(value, difference.variance_reduction_interval))
    {
        Some(text) if text != "-" => text + mark,
        _ => "-".to_owned(),
    };
    let worse = match contrast.better {
        crate::measures::Better::Neither => "-".to_owned(),
        _ if difference.share_worse <= 0.0 => format!("<{}%", bound_percent(contrast.worse.interval.high, true, 1)),
        _ if difference.share_worse >= 1.0 => format!(">{}%", bound_percent(contrast.worse.interval.low, false, 1)),
        _ => format!("{}%", percent(difference.share_worse)),
    };
    writeln!(out, "  {name:<36}{before:>13}{after:>13}  {shown:<32}{factor:>24}{worse:>8}")
}
