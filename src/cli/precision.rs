//! `--precision`: replicating until intervals are as narrow as asked for.

use std::io::{self, Write};
use std::time::Instant;

use serde_json::{Value, json};

use crate::cli::args::ExperimentArguments;
use crate::cli::conduct::{Conducted, Manner, Run};
use crate::cli::exit::Stop;
use crate::cli::request::Kind;
use crate::cli::session::Session;
use crate::experiment::Rows;
use crate::output::numbers::{decimals, whole};
use crate::scenario::suggestion;
use crate::stats::{
    FIRST_CHECK, MIN_UNLIKE, NextCheck, PrecisionTarget, PrecisionVerdict, check_at, judge_precision, mean_t,
    next_check, reaching_check, replications_at, unlike_commonest,
};
use crate::summary::{CONFIDENCE, SummaryError};

/// Replications at which a run gives up unless it is told otherwise.
pub const MOST_REPLICATIONS: u64 = 100_000;

/// Targets that are listed.
const MOST_SHOWN: usize = 20;

/// A half-width wanted for a measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    measure: String,
    text: String,
    target: PrecisionTarget,
}

impl Wanted {
    /// Reads `measure=1.5` or `measure=5%`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let how = "write MEASURE=HALF-WIDTH, such as casualties.wounded=1 or casualties.wounded=5%";
        let (measure, width) = text.split_once('=').ok_or(how)?;
        let (number, is_relative) = width.strip_suffix('%').map_or((width, false), |number| (number, true));
        let number: f64 = number.trim().parse().map_err(|_| how)?;
        if !(number > 0.0 && number.is_finite()) {
            return Err(format!("a half-width must be above 0, and this is {width}"));
        }
        let target =
            if is_relative { PrecisionTarget::Relative(number / 100.0) } else { PrecisionTarget::Absolute(number) };
        Ok(Self { measure: measure.trim().to_owned(), text: width.trim().to_owned(), target })
    }
}

impl std::fmt::Display for Wanted {
    /// As it is read.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.measure, self.text)
    }
}

/// What to do where a run on one machine has come to its caps.
pub const RAISE_CAPS: &str = "raise --max-replications or --max-seconds and run the same command again to go on";

/// What a check found for one measure of one policy.
pub struct Judged {
    /// The design point's id, in a sweep.
    point: Option<String>,
    policy: String,
    measure: String,
    wanted: String,
    verdict: PrecisionVerdict,
}

/// Runs until every target is reached or a cap is.
///
/// # Errors
/// Unknown measures, and what running gives.
pub fn conduct_to_precision(
    session: &mut Session,
    args: &ExperimentArguments,
) -> Result<(Conducted, Vec<Judged>), Stop> {
    let columns = columns(session, &args.precision)?;
    let cap = args.max_replications.unwrap_or(MOST_REPLICATIONS);
    let begun = Instant::now();
    let manner = Manner { extend: true, ..Manner::from(args) };
    session.set_replications(FIRST_CHECK.min(cap))?;
    let mut run = Run::open_at_least(session, &manner)?;
    // What is there already counts: checks begin where it ends.
    let mut check = check_at(session.plan.replications);
    loop {
        run.advance(session, &manner)?;
        let judged = session.pool.install(|| judge(session, &run, &args.precision, &columns, check))?;
        let verdicts: Vec<PrecisionVerdict> = judged.iter().map(|judged| judged.verdict).collect();
        // The clock is looked at here only, so that it cannot choose among results.
        let is_late = args.max_seconds.is_some_and(|most| begun.elapsed().as_secs_f64() >= most);
        match next_check(&verdicts, check, cap) {
            NextCheck::Continue(replications) if !is_late => {
                session.set_replications(replications.max(session.plan.replications))?;
                check += 1;
            }
            _ => return Ok((run.conclude(session)?, judged)),
        }
    }
}

/// Replications of the next round, at most, as a multiple of those so far.
///
/// # Source
/// Assumed: because the deviation of a measure with a long tail is itself uncertain by a factor after 1,000 replications,
/// and a step of 16 narrows an interval to a fourth.
const MOST_GROWTH: u64 = 16;

/// Replications of the next round on many machines: those of the check by which what was seen would suffice. None if every
/// target is reached, or if there may be no more.
pub fn next_round(judged: &[Judged], replications: u64, cap: u64) -> Option<u64> {
    let verdicts: Vec<PrecisionVerdict> = judged.iter().map(|judged| judged.verdict).collect();
    if verdicts.iter().all(|verdict| verdict.reached) || replications >= cap {
        return None;
    }
    let most = replications.saturating_mul(MOST_GROWTH);
    Some(replications_at(reaching_check(&verdicts, replications, most)).min(cap))
}

/// The column of each target.
///
/// # Errors
/// Unknown measures.
pub fn columns(session: &Session, wanted: &[Wanted]) -> Result<Vec<usize>, Stop> {
    let names: Vec<&str> = session.names.iter().map(String::as_str).collect();
    let column = |wanted: &Wanted| {
        let hint = || suggestion(&wanted.measure, &names, "measures");
        let unknown = || Stop::Usage(format!("there is no measure `{}`; {}", wanted.measure.escape_debug(), hint()));
        names.iter().position(|name| *name == wanted.measure).ok_or_else(unknown)
    };
    wanted.iter().map(column).collect()
}

/// Judges every target of every policy; of every difference from the baseline if there is one, and of what all denials
/// cost together if they are attributed to. In a sweep at every point: all get as many replications as the least sure needs.
///
/// # Errors
/// Those of reading rows.
pub fn judge(
    session: &Session,
    run: &Run,
    wanted: &[Wanted],
    columns: &[usize],
    check: u32,
) -> Result<Vec<Judged>, SummaryError> {
    let plan = &session.plan;
    let mut judged = Vec::new();
    for point in &session.points {
        let rows = Rows::stored(plan, &point.id, &plan.cells(), run.chunks())?;
        let point = session.request.design.is_some().then(|| point.id.clone());
        judge_point(session, (point, &rows), wanted, columns, check, &mut judged)?;
    }
    Ok(judged)
}

/// Judges every target at one design point.
fn judge_point(
    session: &Session,
    (point, rows): (Option<String>, &Rows),
    wanted: &[Wanted],
    columns: &[usize],
    check: u32,
    judged: &mut Vec<Judged>,
) -> Result<(), SummaryError> {
    let plan = &session.plan;
    for (wanted, &column) in wanted.iter().zip(columns) {
        let pairs = plan.compared > 0;
        let baseline = if pairs { rows.column(0, column)? } else { Vec::new() };
        let policies = match session.request.command {
            Kind::Attribute => session.request.none_in_force()..session.request.none_in_force() + 1,
            _ if pairs => 1..plan.compared + 1,
            _ => 0..plan.policies.len(),
        };
        for policy in policies {
            let mut values = rows.column(policy, column)?;
            values.iter_mut().zip(&baseline).for_each(|(value, baseline)| *value -= baseline);
            let estimate = mean_t(&values, CONFIDENCE)?;
            judged.push(Judged {
                point: point.clone(),
                policy: plan.policies[policy].id.clone(),
                measure: wanted.measure.clone(),
                wanted: wanted.text.clone(),
                verdict: judge_precision(&estimate, unlike_commonest(&values), wanted.target, check, CONFIDENCE)?,
            });
        }
    }
    Ok(())
}

/// Whether every target was reached; an error that names those that were not, and says what to do.
///
/// # Errors
/// [`Stop::NotMet`].
pub fn reached(session: &Session, judged: &[Judged], advice: &str) -> Result<(), Stop> {
    let n = session.plan.replications;
    let short: Vec<String> =
        judged.iter().filter(|judged| !judged.verdict.reached).map(|judged| judged.text(n)).collect();
    if short.is_empty() {
        return Ok(());
    }
    let replications = whole(session.plan.replications as f64);
    let rows = rows(session).map_or_else(String::new, |rows| format!("\n{rows}"));
    Err(Stop::NotMet(format!(
        "precision not reached after {replications} replications:\n  {}{rows}\n{advice}",
        cut(short).join("\n  ")
    )))
}

/// Prints what was reached.
///
/// # Errors
/// Those of writing.
pub fn screen(out: &mut dyn Write, session: &Session, judged: &[Judged]) -> io::Result<()> {
    writeln!(out, "\nPrecision at {} replications", whole(session.plan.replications as f64))?;
    cut(judged.iter().map(|judged| judged.text(session.plan.replications)).collect())
        .iter()
        .try_for_each(|line| writeln!(out, "  {line}"))?;
    rows(session).map_or(Ok(()), |rows| writeln!(out, "{rows}"))
}

/// What no half-width holds where replications share the rows of an overlay.
fn rows(session: &Session) -> Option<&'static str> {
    session
        .shared_rows()
        .map(|_| "These are precisions for the rows of the overlay: that they are few is in none of them.")
}

/// The first of many lines, and how many more there are.
fn cut(mut lines: Vec<String>) -> Vec<String> {
    let more = lines.len().saturating_sub(MOST_SHOWN);
    lines.truncate(MOST_SHOWN);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines
}

/// The same for `--json`.
pub fn to_json(judged: &[Judged]) -> Value {
    let one = |judged: &Judged| {
        let verdict = &judged.verdict;
        json!({
            "design_id": judged.point, "policy": judged.policy, "measure": judged.measure, "wanted": verdict.wanted,
            "half_width": verdict.half_width, "confidence": verdict.confidence, "reached": verdict.reached,
        })
    };
    judged.iter().map(one).collect()
}

/// What to do about a measure of which all replications have as much.
const IDLE: &str = ": if nothing here can bring one about, ask for something else";

/// More replications than this are none that anyone runs.
const MOST: u64 = 1_000_000_000_000;

impl Judged {
    /// What came of it after `n` replications.
    fn text(&self, n: u64) -> String {
        let verdict = &self.verdict;
        let [half, wanted] = [verdict.half_width, verdict.wanted].map(width);
        let outcome = if verdict.reached { "reached" } else { "not reached" };
        let confidence = decimals(100.0 * verdict.confidence, 2);
        let point = self.point.as_ref().map_or_else(String::new, |point| format!("point {point}, "));
        let why = if verdict.reached {
            String::new()
        } else if verdict.half_width <= verdict.wanted {
            let (seen, needed) = (whole(verdict.unlike as f64), whole(MIN_UNLIKE as f64));
            format!(
                "; it takes {needed} replications that differ from the commonest value to tell how wide it is, and there are {seen}{}",
                if verdict.unlike == 0 { IDLE } else { "" }
            )
        } else if verdict.wanted > 0.0 {
            match reaching_check(&[*verdict], n, MOST) {
                check if replications_at(check + 1) <= MOST => {
                    format!("; it would take some {} replications", whole(replications_at(check) as f64))
                }
                _ => "; no number of replications that can be run reaches it".to_owned(),
            }
        } else {
            "; its mean is 0, and no share of that can be reached: give a half-width".to_owned()
        };
        format!(
            "{point}{} of {}={}: {outcome}; half-width {half}, wanted {wanted} (at {confidence}%, which allows for the checks){why}",
            self.policy, self.measure, self.wanted
        )
    }
}

/// A half-width to four decimals at most, and more where a small one would read 0.
fn width(width: f64) -> String {
    let shown = |places| decimals(width, places).trim_end_matches('0').trim_end_matches('.').to_owned();
    (4..=12).map(shown).find(|text| text != "0").unwrap_or_else(|| "0".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Interval, confidence_at};

    #[test]
    fn widths_have_no_digits_that_nobody_knows() {
        assert_eq!([0.0, 0.1, 1000.0, 0.53441].map(width), ["0", "0.1", "1,000", "0.5344"]);
        assert_eq!([0.000_02, 0.000_123_4].map(width), ["0.00002", "0.0001"], "a small one is not none");
    }

    #[test]
    fn what_it_would_take_allows_for_the_looks_until_then() {
        let verdict = PrecisionVerdict {
            reached: false,
            half_width: 0.5319,
            wanted: 0.2006,
            interval: Interval { low: 3.68, high: 4.74 },
            confidence: confidence_at(check_at(2000), 0.95),
            unlike: 2000,
        };
        let text = |half_width| {
            let verdict = PrecisionVerdict { half_width, ..verdict };
            let [policy, measure, wanted] = ["as-planned", "casualties.wounded", "5%"].map(str::to_owned);
            Judged { point: None, policy, measure, wanted, verdict }.text(2000)
        };
        // At 17,090 replications, check 8, its half-width would be 0.2154; at the next check 0.1790.
        assert!(text(0.5319).ends_with("it would take some 25,635 replications"), "{}", text(0.5319));
        assert!(text(1e6).ends_with("no number of replications that can be run reaches it"), "{}", text(1e6));
    }

    #[test]
    fn targets_are_absolute_or_a_share() {
        let target = |text| Wanted::parse(text).map(|wanted| wanted.target);
        assert_eq!(target("casualties.wounded=1.5"), Ok(PrecisionTarget::Absolute(1.5)));
        assert_eq!(target("casualties.wounded = 5%"), Ok(PrecisionTarget::Relative(0.05)));
        for wrong in ["casualties.wounded", "a=", "a=%", "a=0", "a=-1%", "a=inf", "a=NaN", "a=5 %%"] {
            assert!(target(wrong).is_err(), "{wrong}");
        }
    }
}
