//! What a sensitivity analysis shows: its screen, and its numbers as JSON.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::cli::sensitivity::{Sensing, parameters};
use crate::cli::session::Session;
use crate::design::Screening;
use crate::inference::{EffectRow, Effects, Response};
use crate::math::sqrt;
use crate::measures::Measure;
use crate::output::numbers::{MARK, decimals, end, places, whole};
use crate::stats::{FEW_VALUES, Interval};
use crate::summary::Method;

/// Characters of a column that holds an interval.
const WIDE: usize = 26;
/// Parameters that the screen shows of each measure.
const MOST_SHOWN: usize = 12;

/// Replications of a point from which differences show the noise of an effect.
///
/// # Source
/// Simulated: with 2 some of 20 parameters without effect is told in 9 to 21 of 100 analyses by Morris, with 20 in 2 to 5.
const SHOW_NOISE: u64 = 10;

/// Stands before a parameter whose part cannot be told from none.
const UNTOLD: char = '~';

/// What is analysed, in a line.
///
/// # Errors
/// Those of writing.
pub fn heading(out: &mut dyn Write, sensing: &Sensing) -> io::Result<()> {
    let factors = sensing.free.len();
    let points = sensing.screening.count(factors);
    writeln!(
        out,
        "Sensitivity to {} uncertain parameters: {}; {} points in all, {} replications of each",
        whole(factors as f64),
        sensing.screening.described(),
        whole(points as f64),
        whole(sensing.inner as f64)
    )
}

/// A column of the screen: its head, its statistic, and whether its interval stands beside it.
type Column = (&'static str, &'static str, bool);

/// Columns that the screen shows; the first ranks the parameters.
fn columns(screening: Screening) -> &'static [Column] {
    match screening {
        Screening::Morris { .. } => {
            &[("mu* (95%)", "mu_star", true), ("mu", "mu", false), ("sigma", "sigma", false), ("noise", "noise", false)]
        }
        Screening::Sobol { .. } => &[("total (95%)", "total", true), ("first (95%)", "first", true)],
        Screening::Prcc { .. } => &[("rank correlation (95%)", "prcc", true)],
        Screening::Swing => &[("swing (95%)", "swing", true)],
    }
}

/// The screen: for each measure, the parameters that move it most.
///
/// # Errors
/// Those of writing.
pub fn screen(out: &mut dyn Write, session: &Session, effects: &Effects) -> io::Result<()> {
    let Some(sensing) = &session.request.sensitivity else { return Ok(()) };
    heading(out, sensing)?;
    let others = session.plan.policies[0].model.uncertainties().len().saturating_sub(sensing.free.len());
    if others > 0 {
        writeln!(out, "{} other uncertain parameters are drawn anew in every replication", whole(others as f64))?;
    }
    let parameters = parameters(session, sensing);
    for (at, response) in effects.responses.iter().enumerate() {
        of_response(out, (at, response), effects, (&parameters, sensing.screening))?;
    }
    writeln!(out)?;
    let lines: &[&str] = match sensing.screening {
        Screening::Morris { .. } => &[
            "mu*: mean size of the change when a parameter moves by half its law (from its 12.5% to its 62.5% point, or from",
            "  its 37.5% to its 87.5% point), over places of all others. mu: the same with its sign; up counts as it is.",
            "sigma: how much that change differs from place to place. noise: what sigma would be by chance alone; mu* would then",
            "  be 0.8 of that.",
        ],
        Screening::Sobol { .. } => &[
            "first: share of the variance of the expected value that knowing this parameter alone takes away.",
            "total: share that is left if all others are known. Both are freed of chance, and may come out under 0.",
        ],
        Screening::Swing => &[
            "swing: change of the mean from the 5% to the 95% point of the parameter, all others drawn as in a run; air cover's",
            "  ratio from 0.15 to 1.3, the ends of the curve that it is read as.",
        ],
        Screening::Prcc { .. } => {
            &["rank correlation of the mean with the parameter, the other parameters held (partial)."]
        }
    };
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    writeln!(out, "{UNTOLD} its part cannot be told from none, at 95% for all parameters together (Bonferroni).")?;
    if matches!(sensing.screening, Screening::Morris { .. }) && sensing.inner < SHOW_NOISE {
        writeln!(
            out,
            "  Fewer than {SHOW_NOISE} replications of a point hardly show the noise: parameters without effect are told too often."
        )?;
    }
    if effects.rows.iter().any(|row| row.method.is_some_and(Method::is_skewed)) {
        writeln!(out, "{MARK} too skewed for so few: the interval covers less than 95%.")?;
    }
    let n = sensing.screening.intervals_rest_on(sensing.inner);
    if n < FEW_VALUES as usize && !matches!(sensing.screening, Screening::Prcc { .. }) {
        let of = match sensing.screening {
            Screening::Morris { .. } => "trajectories",
            Screening::Sobol { .. } => "scramblings",
            Screening::Prcc { .. } | Screening::Swing => "replications",
        };
        writeln!(
            out,
            "Fewer than {FEW_VALUES} {of} do not show how skewed they are: intervals hold where they are nearly normal."
        )?;
    }
    Ok(())
}

fn of_response(
    out: &mut dyn Write,
    (at, response): (usize, &Response),
    effects: &Effects,
    (parameters, screening): (&[(String, String)], Screening),
) -> io::Result<()> {
    let is_usd = Measure::named(&response.measure).is_some_and(|measure| measure.unit() == "USD");
    let (scale, unit) = if is_usd { (1e6, " (USD million)") } else { (1.0, "") };
    let of = match &response.baseline {
        Some(baseline) => format!("{} less {baseline}", response.policy),
        None => response.policy.clone(),
    };
    let sd = |variance: f64| if variance > 0.0 { sqrt(variance) / scale } else { 0.0 };
    let within = sd(response.variance_within);
    let digits = places(Some(Interval { low: -within, high: within })).max(1);
    let number = |value: f64| decimals(value, digits);
    let between = match (response.variance_between, response.between_interval) {
        (None, _) => " over these points, which do not follow the laws".to_owned(),
        (Some(variance), _) if variance <= 0.0 => "; sd of expected values none seen".to_owned(),
        (Some(variance), Some(Interval { low, high })) => {
            let ends = [low, high].map(|end| number(sd(end)));
            format!("; sd of expected values {} ({} to {})", number(sd(variance)), ends[0], ends[1])
        }
        (Some(variance), None) => format!("; sd of expected values {} (no interval)", number(sd(variance))),
    };
    let mean = number(response.mean / scale);
    writeln!(out, "\n{}{unit}, {of}: mean {mean}{between}; sd of chance {}", response.measure, number(within))?;
    let columns = columns(screening);
    let rank = |parameter: usize| {
        let row = effects.row(at, parameter, columns[0].1);
        row.and_then(|row| row.estimate).map_or(0.0, f64::abs)
    };
    let sizes: Vec<f64> = (0..parameters.len()).map(rank).collect();
    let mut order: Vec<usize> = (0..parameters.len()).filter(|&parameter| sizes[parameter] > 0.0).collect();
    order.sort_by(|&a, &b| sizes[b].total_cmp(&sizes[a]).then(a.cmp(&b)));
    if order.is_empty() {
        return writeln!(out, "  none of the parameters moves it");
    }
    let shown = &order[..order.len().min(MOST_SHOWN)];
    let width = shown.iter().map(|&parameter| parameters[parameter].0.len()).max().unwrap_or(0).max(9);
    // Indices and correlations are of no unit.
    let is_share = matches!(screening, Screening::Sobol { .. } | Screening::Prcc { .. });
    let scale = if is_share { 1.0 } else { scale };
    write!(out, "  {:<width$}", "parameter")?;
    columns.iter().try_for_each(|&(head, _, wide)| write!(out, "{head:>w$}", w = if wide { WIDE } else { 8 }))?;
    writeln!(out, "  basis")?;
    for &parameter in shown {
        let (path, basis) = &parameters[parameter];
        let lead = effects.row(at, parameter, columns[0].1);
        let mark = if lead.is_some_and(|row| row.is_told) { ' ' } else { UNTOLD };
        write!(out, "{mark} {path:<width$}")?;
        let first = lead.and_then(|row| row.interval);
        let digits = if is_share {
            2
        } else {
            places(first.map(|first| Interval { low: first.low / scale, high: first.high / scale }))
        };
        for &(_, statistic, wide) in columns {
            let text =
                effects.row(at, parameter, statistic).map_or_else(String::new, |row| cell(row, (scale, digits), wide));
            write!(out, "{text:>w$}", w = if wide { WIDE } else { 8 })?;
        }
        writeln!(out, "  {basis}")?;
    }
    let (more, idle) = (order.len() - shown.len(), parameters.len() - order.len());
    let more = (more > 0).then(|| format!("{more} more in sensitivity.csv"));
    let idle = (idle > 0).then(|| format!("{idle} with no effect in any replication"));
    match more.into_iter().chain(idle).collect::<Vec<_>>().join("; ") {
        rest if rest.is_empty() => Ok(()),
        rest => writeln!(out, "  and {rest}"),
    }
}

fn cell(row: &EffectRow, (scale, digits): (f64, i32), wide: bool) -> String {
    let Some(estimate) = row.estimate else { return "-".to_owned() };
    // What is told from none does not read as none.
    let number = |value: f64| match value / scale {
        shown if row.is_told && shown != 0.0 => end(shown, digits),
        shown => decimals(shown, digits),
    };
    match row.interval {
        Some(interval) if wide => {
            let mark = if row.method.is_some_and(Method::is_skewed) { MARK } else { "" };
            format!("{} ({} to {}){mark}", number(estimate), number(interval.low), number(interval.high))
        }
        None if wide => format!("{} (no bounds)", number(estimate)),
        _ => number(estimate),
    }
}

/// The effects as JSON.
pub fn to_json(session: &Session, sensing: &Sensing, effects: &Effects) -> Value {
    let parameters = parameters(session, sensing);
    let row = |row: &EffectRow| {
        let (response, (path, basis)) = (&effects.responses[row.response], &parameters[row.parameter]);
        json!({
            "policy": response.policy, "baseline": response.baseline, "measure": response.measure, "parameter": path,
            "basis": basis, "statistic": row.statistic, "estimate": row.estimate,
            "interval": row.interval.map(|interval| [interval.low, interval.high]),
            "method": row.method.map(|method| method.to_string()), "told": row.is_told,
        })
    };
    let response = |response: &Response| {
        json!({
            "policy": response.policy, "baseline": response.baseline, "measure": response.measure, "mean": response.mean,
            "variance_between_points": response.variance_between,
            "variance_between_points_interval": response.between_interval.map(|interval| [interval.low, interval.high]),
            "variance_of_chance": response.variance_within,
        })
    };
    json!({
        "design": sensing.screening.described(),
        "responses": effects.responses.iter().map(response).collect::<Vec<_>>(),
        "effects": effects.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::Caveats;

    #[test]
    fn an_index_that_is_told_from_none_does_not_read_as_none() {
        let shown = |is_told| {
            let row = EffectRow {
                response: 0,
                parameter: 0,
                statistic: "total",
                estimate: Some(0.0008),
                interval: Some(Interval { low: 0.0002, high: 0.0021 }),
                method: Some(Method::Fieller(Caveats::default())),
                is_told,
            };
            cell(&row, (1.0, 2), true)
        };
        assert_eq!((shown(true), shown(false)), ("0.001 (0.0002 to 0.002)".into(), "0.00 (0.00 to 0.00)".into()));
    }
}
