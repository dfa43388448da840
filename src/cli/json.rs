//! `--json`: the results as one object on standard output.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::cli::conduct::Conducted;
use crate::cli::exit::Stop;
use crate::cli::precision::{self, Judged};
use crate::cli::request::Kind;
use crate::cli::session::Session;
use crate::cli::{effects, hindcast, nested, pareto, screening};
use crate::stats::{Interval, MeanEstimate};
use crate::summary::{AttributionRow, BreakEven, CONFIDENCE, CurveRow, Method};

/// Prints the results as one JSON object.
///
/// # Errors
/// Those of standard output.
pub fn print(session: &Session, conducted: &Conducted, judged: &[Judged]) -> Result<(), Stop> {
    let summaries = &conducted.summaries;
    let points = || session.points.iter().map(|point| point.id.as_str()).zip(summaries);
    let ends = |interval: Option<Interval>| interval.map(|interval| [interval.low, interval.high]);
    let estimates: Vec<Value> = points()
        .flat_map(|(id, summary)| summary.policies.iter().map(move |policy| (id, policy)))
        .flat_map(|(id, policy)| policy.estimates.iter().map(move |row| (id, row)))
        .map(|(id, row)| {
            json!({
                "design_id": id, "policy": row.policy, "measure": row.measure, "statistic": row.statistic.name(),
                "level": row.statistic.level(), "estimate": row.estimate, "interval": ends(row.interval),
                "confidence": row.interval.map(|_| CONFIDENCE), "method": row.method.to_string(), "n": row.n, "mcse": row.mcse,
            })
        })
        .collect();
    let contrasts: Vec<Value> = points()
        .flat_map(|(id, summary)| summary.contrasts.iter().map(move |row| (id, row)))
        .map(|(id, row)| {
            json!({
                "design_id": id, "policy": row.policy, "baseline": row.baseline, "measure": row.measure, "effect": row.effect.name(),
                "difference": row.difference.mean, "interval": ends(Some(row.difference.interval)),
                "adjusted": ends(Some(row.adjusted)), "confidence": CONFIDENCE, "method": row.method.to_string(),
                "mcse": row.mcse(), "p_value": row.p_values()[0], "adjusted_p_value": row.p_values()[1], "test": row.test,
                "correlation": row.difference.correlation, "correlation_interval": ends(row.difference.correlation_interval),
                "variance_reduction_factor": row.difference.variance_reduction,
                "variance_reduction_interval": ends(row.difference.variance_reduction_interval),
                "pairing_method": row.pairing_method.to_string(), "independent_n": row.difference.independent_n,
                "independent_n_interval": ends(row.independent_n_interval()), "share_worse_method": row.worse.method.name(),
                "share_worse": row.worse.estimate, "share_worse_interval": ends(Some(row.worse.interval)),
                "n": row.difference.n,
            })
        })
        .collect();
    let mut object = json!({
        "title": session.title(),
        "seed": session.plan.seed,
        "replications": summaries[0].n,
        "results": session.out.display().to_string(),
        "estimates": estimates,
        "contrasts": contrasts,
        "precision": precision::to_json(judged),
    });
    if let Some(tables) = &conducted.nested {
        object["estimates"] = json!([]);
        object["contrasts"] = json!([]);
        object["nested"] = nested::to_json(tables);
    }
    if !conducted.pareto.is_empty() {
        object["pareto"] = pareto::to_json(&session.request.pareto, &conducted.pareto);
    }
    if let (Some(sensing), Some(effects)) = (&session.request.sensitivity, &conducted.effects) {
        object["sensitivity"] = effects::to_json(session, sensing, effects);
    }
    if session.request.command == Kind::Attribute {
        object["shares"] = shares(&conducted.shares, &session.request.denials);
    }
    if let Some(hindcast) = &conducted.hindcast {
        object["hindcast"] = hindcast::to_json(hindcast);
    }
    if matches!(session.request.command, Kind::Run | Kind::Compare) && conducted.nested.is_none() {
        object["hangs_on"] = screening::to_json(session);
    }
    if let Some(curve) = &conducted.curve {
        object["curve"] = curve.rows.iter().map(curve_row).collect();
        object["break_even"] = curve.break_even.iter().map(break_even).collect();
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{object}")?;
    Ok(())
}

fn shares(rows: &[AttributionRow], denials: &[String]) -> Value {
    let mean = |mean: &MeanEstimate| {
        json!({
            "mean": mean.mean, "interval": [mean.interval.low, mean.interval.high], "confidence": mean.confidence,
            "mcse": mean.mcse, "method": Method::of(mean).to_string(),
        })
    };
    let pair = |(a, b, found): &(usize, usize, MeanEstimate)| json!({ "denials": [denials[*a], denials[*b]], "interaction": mean(found) });
    let row = |row: &AttributionRow| {
        let shares: serde_json::Map<String, Value> = denials.iter().cloned().zip(row.shares.iter().map(mean)).collect();
        json!({
            "measure": row.measure.name(), "effect": row.effect.name(), "shares": shares, "together": mean(&row.total),
            "parts": denials.iter().zip(&row.portions).enumerate().map(|(at, (denial, part))| {
                json!({
                    "denial": denial, "part": part.ratio, "interval": part.interval.map(|part| [part.low, part.high]),
                    "confidence": part.interval.map(|_| CONFIDENCE), "method": row.portion_method(at).to_string(),
                })
            }).collect::<Vec<_>>(),
            "interactions": row.interactions.iter().map(pair).collect::<Vec<_>>(), "n": row.total.n,
        })
    };
    rows.iter().map(row).collect()
}

fn curve_row(row: &CurveRow) -> Value {
    json!({
        "ratio": row.ratio, "cover": row.flown.name(), "effect": row.effect.name(), "measure": row.measure.name(),
        "cost": row.cost.mean, "interval": [row.cost.interval.low, row.cost.interval.high], "mcse": row.cost.mcse,
        "confidence": row.cost.confidence, "method": Method::of(&row.cost).to_string(), "n": row.cost.n,
    })
}

fn break_even(row: &BreakEven) -> Value {
    let crossing = row.crossing;
    json!({
        "measure": row.measure.name(), "effect": "total", "ratio": crossing.at,
        "interval": crossing.interval.map(|interval| [interval.low, interval.high]),
        "confidence": crossing.interval.map(|_| CONFIDENCE), "method": row.method(), "open_below": crossing.open_below, "open_above": crossing.open_above,
    })
}
