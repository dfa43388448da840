//! `attribute`: what each denial costs.

use std::io::{self, Write};

use crate::cli::args::ExperimentArguments;
use crate::cli::conduct::Conducted;
use crate::cli::exit::Stop;
use crate::cli::request::{Asked, Kind, Request};
use crate::cli::screen::footnotes;
use crate::cli::session::Session;
use crate::cli::{commands, lineup};
use crate::measures::Measure;
use crate::output::numbers::{MARK, decimals, known, places, with_interval};
use crate::stats::{Crossing, Interval, MeanEstimate, RatioEstimate};
use crate::summary::{AttributionRow, BreakEven, Contrast, CoverCurve, Effect, Method, SIMULATED, Summary};
use crate::withdrawal::curve::Flown;

/// More denials than this make too many combinations.
const MOST_DENIALS: usize = 6;

/// Runs every combination of denials in force and prints each denial's share.
///
/// # Errors
/// Problems of the scenario, unknown denials, too many, or the results folder.
pub fn attribute(asked: &[String], args: &ExperimentArguments) -> Result<(), Stop> {
    if let Some(policy) = args.policies.first() {
        let message =
            format!("attribute runs the scenario as written, not policy `{policy}`; name denials with --denial");
        return Err(Stop::Usage(message));
    }
    let mut asked = Request::resolve(Kind::Attribute, args, |_| Vec::new(), asked)?;
    if asked.request.denials.is_empty() {
        asked.request.denials = asked.case.document().denials().iter().map(|denial| denial.id.clone()).collect();
    }
    check(&asked)?;
    commands::conduct_and_show(asked, args)
}

/// Refuses denials that cannot be attributed to.
fn check(asked: &Asked) -> Result<(), Stop> {
    let ids = &asked.request.denials;
    if asked.case.document().denials().is_empty() {
        return Err(Stop::Usage("the scenario declares no [[denial]]; add one, with what lifts it".to_owned()));
    }
    asked.denials().map_err(Stop::Scenario)?;
    if ids.len() > MOST_DENIALS {
        let message = format!("{} denials make too many combinations; name at most {MOST_DENIALS}", ids.len());
        return Err(Stop::Usage(message));
    }
    if asked.request.replications < 2 {
        return Err(Stop::Usage("denials are told apart from 2 replications on: --replications 2".to_owned()));
    }
    match ids.iter().enumerate().find(|(at, id)| ids[..*at].contains(id)) {
        Some((_, id)) => Err(Stop::Usage(format!("denial `{id}` is named twice; name it once"))),
        None => Ok(()),
    }
}

/// The screen of an attribution.
///
/// # Errors
/// Those of writing.
pub fn screen(out: &mut dyn Write, session: &Session, conducted: &Conducted) -> io::Result<()> {
    let mut body = Vec::new();
    shares(&mut body, &conducted.shares, &session.request.denials)?;
    if let Some(curve) = &conducted.curve {
        flights(&mut body, conducted.summary())?;
        cover(&mut body, curve)?;
    }
    out.write_all(&body)?;
    footnotes(out, &body, conducted.summary().n, "\n")?;
    if conducted.curve.is_none() {
        return writeln!(out, "\nNo denial named here refuses air cover: there is no curve over its rate ratio.");
    }
    writeln!(out)?;
    for path in lineup::RATIOS {
        let listing = session.case.listing(&[]);
        let Some(own) = listing.values.iter().find(|value| value.path == path) else { continue };
        let basis = own.basis.as_deref().unwrap_or("without a basis");
        let law = if own.law.is_empty() { String::new() } else { format!(", {}", own.law) };
        writeln!(out, "  the scenario's own {path}: {}{law} ({basis})", own.value)?;
    }
    Ok(())
}

/// Shares of each denial, and interactions.
fn shares(out: &mut dyn Write, rows: &[AttributionRow], denials: &[String]) -> io::Result<()> {
    writeln!(out, "Shares of each denial in the difference between all in force and none")?;
    writeln!(out, "(exact Shapley shares; mean with 95% interval; they add up to the last column)\n")?;
    write!(out, "  {:<30}", "measure")?;
    for denial in denials {
        write!(out, "{denial:>30}")?;
    }
    writeln!(out, "{:>30}", "together")?;
    for row in rows {
        let scale = if is_usd(row) { 1e6 } else { 1.0 };
        write!(out, "  {:<30}", name(row))?;
        for share in row.shares.iter().chain([&row.total]) {
            write!(out, "{:>30}", estimate(share, scale))?;
        }
        writeln!(out)?;
    }
    if denials.len() > 1 {
        writeln!(out, "\nInteractions (what two cost together beyond what each costs; negative: they overlap)")?;
    }
    for row in rows.iter().filter(|row| row.effect == Effect::Total) {
        for (a, b, found) in &row.interactions {
            let scale = if is_usd(row) { 1e6 } else { 1.0 };
            let pair = format!("{} with {}", denials[*a], denials[*b]);
            writeln!(out, "  {:<30}{pair:>28}{:>30}", name(row), estimate(found, scale))?;
        }
    }
    writeln!(out, "\nParts of all together (ratio of means, Fieller's 95% interval; may be negative or above 100%)")?;
    for row in rows.iter().filter(|row| row.effect == Effect::Total) {
        write!(out, "  {:<30}", row.measure.to_string())?;
        for (at, portion) in row.portions.iter().enumerate() {
            let mark = if row.portion_method(at).is_skewed() { MARK } else { "" };
            write!(out, "{:>30}", percent(portion, mark))?;
        }
        writeln!(out)?;
    }
    writeln!(
        out,
        "\nTotal effects: a granted column also puts more vehicles on the road. A negative share means that"
    )?;
    writeln!(out, "lifting the denial costs more of that measure than the denial itself.")?;
    writeln!(out, "direct: on the itineraries and with the tension under all denials; only contacts and care change.")
}

/// A mean with its interval, or that no replication has any.
fn estimate(found: &MeanEstimate, scale: f64) -> String {
    known(found.mean, Some(found.interval), Method::of(found), found.n, scale)
}

/// A part in percent, or that there is none to be told.
fn percent(portion: &RatioEstimate, mark: &str) -> String {
    match (portion.ratio, portion.interval) {
        (Some(ratio), Some(interval)) => {
            let text = with_interval(ratio, Some(interval), 0.01);
            format!("{}{mark}", text.replacen(" (", "% (", 1))
        }
        // All together cannot be told from none.
        _ => "no bounds".to_owned(),
    }
}

fn is_usd(row: &AttributionRow) -> bool {
    row.measure.unit() == "USD"
}

fn name(row: &AttributionRow) -> String {
    match row.effect {
        Effect::Direct => "  direct".to_owned(),
        Effect::Total if is_usd(row) => format!("{} million", row.measure),
        Effect::Total => row.measure.to_string(),
    }
}

/// What each kind of flight costs as it is treated where all denials are in force, against always granted.
fn flights(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    let measures = [Measure::Contacts, Measure::Wounded, Measure::Killed];
    writeln!(out, "\nFlights apart: what each costs as it is treated there, against always granted")?;
    write!(out, "  {:<22}{:<8}", "flights", "effect")?;
    measures.iter().try_for_each(|measure| write!(out, "{:>28}", measure.name()))?;
    writeln!(out)?;
    for (desk, _) in lineup::FLIGHTS {
        let id = format!("{}{desk}", lineup::GRANTED);
        for effect in [Effect::Direct, Effect::Total] {
            let is_it = |contrast: &&Contrast| contrast.policy == id && contrast.effect == effect;
            let of = |measure: &Measure| {
                summary.contrasts.iter().filter(is_it).find(|contrast| contrast.measure == measure.name())
            };
            let found: Vec<&Contrast> = measures.iter().filter_map(of).collect();
            if found.len() < measures.len() {
                continue;
            }
            write!(out, "  {:<22}{:<8}", if effect == Effect::Direct { desk } else { "" }, effect.name())?;
            for Contrast { difference, method, .. } in found {
                // Contrasts are granted less refused.
                let interval = Interval { low: -difference.interval.high, high: -difference.interval.low };
                let text = known(-difference.mean, Some(interval), *method, difference.n, 1.0);
                write!(out, "{text:>28}")?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

/// Ratios of the direct curve that the screen shows beside the simulated ones.
const SHOWN: [f64; 10] = [0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.3];

/// The curve of wounded, and where each measure breaks even.
fn cover(out: &mut dyn Write, curve: &CoverCurve) -> io::Result<()> {
    writeln!(
        out,
        "\nWounded that refused air cover costs, by the rate ratio: contacts under cover over contacts without"
    )?;
    writeln!(out, "(refused as it is, less always granted; the other denials in force; mean with 95% interval;")?;
    writeln!(out, "overwatch and surveillance each alone, the other counting as no cover)\n")?;
    let heads = ["direct, any cover", "direct, overwatch", "direct, surveillance", "total, any cover"];
    write!(out, "  {:<6}", "ratio")?;
    heads.iter().try_for_each(|head| write!(out, "{head:>28}"))?;
    writeln!(out)?;
    for ratio in SHOWN {
        write!(out, "  {:<6}", decimals(ratio, 2))?;
        let direct = Flown::ALL.map(|flown| (Effect::Direct, flown));
        for (effect, flown) in direct.into_iter().chain([(Effect::Total, Flown::Any)]) {
            let text = match curve.row(effect, flown, ratio, Measure::Wounded).map(|row| row.cost) {
                Some(cost) => estimate(&cost, 1.0),
                None => "-".to_owned(),
            };
            write!(out, "{text:>28}")?;
        }
        writeln!(out)?;
    }
    writeln!(out, "\nBreak-even: the ratio above which granted cover would cost more than it saves")?;
    writeln!(out, "  direct: 1 for every measure, by construction")?;
    for row in &curve.break_even {
        writeln!(out, "  total, {}: {}{}", row.measure, break_even(row), if row.is_skewed { MARK } else { "" })?;
    }
    Ok(())
}

fn break_even(row: &BreakEven) -> String {
    let (first, last) = (SIMULATED[0], SIMULATED[SIMULATED.len() - 1]);
    let Crossing { at, interval, open_below, open_above } = row.crossing;
    // A narrow interval is not shown as a point.
    let digits = interval.map_or(2, |interval| places(Some(interval)).max(2));
    let range = format!("{} to {}", decimals(first, 2), decimals(last, 2));
    let unsure = interval.map(|interval| match (open_below, open_above) {
        (true, true) => "no ratio of the range is ruled out".to_owned(),
        (true, false) => format!("95%: {} or less", decimals(interval.high, digits)),
        (false, true) => format!("95%: {} or more", decimals(interval.low, digits)),
        (false, false) => format!("95%: {} to {}", decimals(interval.low, digits), decimals(interval.high, digits)),
    });
    match (at, unsure) {
        (Some(at), Some(unsure)) => format!("{} ({unsure})", decimals(at, digits)),
        (Some(at), None) => decimals(at, digits),
        (None, unsure) => {
            let sign = if row.costs_at_lowest { "costs" } else { "saves" };
            let unsure = unsure.map_or_else(String::new, |unsure| format!(" ({unsure})"));
            format!("none in {range}: refusal {sign} throughout{unsure}")
        }
    }
}
