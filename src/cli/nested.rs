//! `--nested`: chance and parameters apart.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cli::exit::Stop;
use crate::cli::session::Session;
use crate::measures::Measure;
use crate::output::numbers::{MARK, decimals, places, share_of_variance, whole};
use crate::stats::{FEW_VALUES, Interval};
use crate::summary::{CONFIDENCE, Nested, SplitRow};

/// Draws of the uncertain parameters and replications of each, as in `40x250`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nesting {
    /// Draws of the parameters.
    pub outer: u64,
    /// Replications of each, with the same chances in every draw.
    pub inner: u64,
}

impl Nesting {
    /// Reads `40x250`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let how = "write DRAWSxREPLICATIONS, such as 40x250";
        let (outer, inner) = text.split_once(['x', 'X']).ok_or(how)?;
        let number = |text: &str| text.trim().parse::<u64>().map_err(|_| how.to_owned());
        let nesting = Self { outer: number(outer)?, inner: number(inner)? };
        if nesting.outer < 2 || nesting.inner < 2 {
            return Err("a variance is split from 2 draws and 2 replications of each at least".to_owned());
        }
        match nesting.outer.checked_mul(nesting.inner) {
            Some(_) => Ok(nesting),
            None => Err("there are no so many replications".to_owned()),
        }
    }

    /// Replications in all.
    pub fn replications(self) -> u64 {
        self.outer * self.inner
    }
}

impl std::fmt::Display for Nesting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}", self.outer, self.inner)
    }
}

/// Refuses a nesting that has nothing to draw.
///
/// # Errors
/// [`Stop::Usage`].
pub fn check(session: &Session) -> Result<(), Stop> {
    let Some(nesting) = session.request.nested else { return Ok(()) };
    if session.plan.policies.iter().all(|policy| policy.model.uncertainties().is_empty()) {
        let message = format!("the scenario has no uncertain parameter to draw; leave --nested {nesting} out");
        return Err(Stop::Usage(message));
    }
    Ok(())
}

/// Measures that the screen shows.
const SHOWN: [Measure; 8] = [
    Measure::Contacts,
    Measure::Wounded,
    Measure::Killed,
    Measure::PeopleOut,
    Measure::AllOut,
    Measure::LostUnits,
    Measure::LostUsd,
    Measure::LastOut,
];

/// The screen of a nested experiment.
///
/// # Errors
/// Those of writing.
pub fn screen(out: &mut dyn Write, session: &Session, tables: &Nested) -> io::Result<()> {
    let Some(Nesting { outer, inner }) = session.request.nested else { return Ok(()) };
    writeln!(
        out,
        "Chance and what is not known apart: {} draws of the parameters, {} replications of each",
        whole(outer as f64),
        whole(inner as f64)
    )?;
    for (at, policy) in session.plan.policies.iter().enumerate() {
        for is_difference in [false, true] {
            if is_difference && !session.plan.is_compared(at) {
                continue;
            }
            if is_difference {
                writeln!(out, "\n{} less {}", policy.id, session.plan.policies[0].id)?;
            } else {
                writeln!(out, "\nPolicy {}: {}", policy.id, policy.title)?;
            }
            writeln!(
                out,
                "  {:<30}{:>16}{:>12}{:>16}{:>14}  share between draws (95%)",
                "measure", "mean", "its error", "sd of draws", "sd of chance"
            )?;
            for measure in SHOWN {
                if let Some(row) = tables.split(&policy.id, measure, is_difference) {
                    line(out, measure, row)?;
                }
            }
        }
    }
    writeln!(out, "\nsd of draws: of the mean from one draw of the parameters to another, freed of chance.")?;
    writeln!(out, "sd of chance: between replications of one draw. Only the error of the mean is of both together.")?;
    writeln!(
        out,
        "{MARK} too skewed for {} draws: the interval covers less than 95%; take more draws",
        whole(outer as f64)
    )?;
    if outer < FEW_VALUES {
        writeln!(
            out,
            "Fewer than {FEW_VALUES} draws do not show how skewed they are: intervals hold where their means are nearly normal."
        )?;
    }
    Ok(())
}

fn line(out: &mut dyn Write, measure: Measure, row: &SplitRow) -> io::Result<()> {
    let split = &row.split;
    let (scale, unit) = if measure.unit() == "USD" { (1e6, " million") } else { (1.0, "") };
    let error = split.mean_mcse / scale;
    let digits = places(Some(Interval { low: -error, high: error }));
    let sd = |variance: f64| {
        if variance <= 0.0 { "none seen".to_owned() } else { decimals(crate::math::sqrt(variance) / scale, digits) }
    };
    let share = match split.share_between {
        Some(share) if row.intervals.is_some() => {
            share_of_variance(share, row.share()) + if row.method().is_skewed() { MARK } else { "" }
        }
        Some(share) => share_of_variance(share, None).replace("(no interval)", "(too few draws for an interval)"),
        None => "nothing varies".to_owned(),
    };
    writeln!(
        out,
        "  {:<30}{:>16}{:>12}{:>16}{:>14}  {share}",
        format!("{measure}{unit}"),
        if split.mean == 0.0 && error == 0.0 { "none".to_owned() } else { decimals(split.mean / scale, digits) },
        if error == 0.0 { "none seen".to_owned() } else { decimals(error, digits) },
        sd(split.between_draws),
        sd(split.chance),
    )
}

/// The splits as JSON.
pub fn to_json(tables: &Nested) -> Value {
    let row = |row: &SplitRow| {
        json!({
            "policy": row.policy, "baseline": row.baseline, "measure": row.measure, "mean": row.split.mean,
            "mcse": row.split.mean_mcse, "variance_between_draws": row.split.between_draws,
            "variance_of_chance": row.split.chance, "variance_of_seeds": row.split.seed,
            "variance_of_interaction": row.split.interaction, "share_between": row.split.share_between,
            "method": row.method().to_string(), "mean_method": row.mean_method.to_string(),
            "intervals": row.intervals.map(|found| {
                let ends = |interval: Option<Interval>| interval.map(|interval| [interval.low, interval.high]);
                json!({
                    "variance_between_draws": ends(found.between_draws), "variance_of_chance": ends(found.chance),
                    "variance_of_seeds": ends(found.seed), "variance_of_interaction": ends(found.interaction),
                })
            }),
            "share_interval": row.share().map(|share| [share.low, share.high]), "confidence": CONFIDENCE,
            "mean_interval": [row.mean.low, row.mean.high],
            "draws": row.split.outer, "replications_each": row.split.inner,
        })
    };
    tables.splits.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_and_replications_are_read_or_refused() {
        assert_eq!(Nesting::parse("40x250"), Ok(Nesting { outer: 40, inner: 250 }));
        for wrong in ["40", "x", "40x", "1x10", "10x1", "-2x5", "18446744073709551615x3"] {
            assert!(Nesting::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Nesting::parse("4x8").map(|nesting| nesting.to_string()), Ok("4x8".to_owned()));
    }
}
