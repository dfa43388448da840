//! The head of the page: the question, the answer in two sentences, its main caveat, and the numbers it rests on.

use serde::Serialize;

use crate::output::numbers::{decimals, whole};
use crate::report::axis::day;
use crate::report::effects::effect;
use crate::report::folder::{Input, Results, Row};
use crate::report::people::strength;
use crate::report::record::against;
use crate::report::words::{Known, listed, scale_of, short, unit_of, unit_text};
use crate::report::{calibration, chance, costs, sensitivity};
use crate::stats::{FEW_VALUES, order_ranks};

/// A number with how sure it is.
#[derive(Serialize)]
pub(super) struct Card {
    name: String,
    value: String,
    interval: String,
    spread: String,
}

/// The head of the page.
#[derive(Serialize)]
pub(super) struct Answer {
    question: String,
    sentences: Vec<String>,
    caveat: String,
    caveats: Vec<String>,
    cards: Vec<Card>,
    cards_of: String,
}

/// Measures that have a card.
const CARDS: [&str; 5] = [
    "people.out_by_deadline",
    "casualties.killed_in_all",
    "casualties.wounded_in_all",
    "equipment.lost_units",
    "equipment.lost_usd",
];

/// Design points of which the most and the least are told to be extremes.
const MANY_POINTS: usize = 10;

const NOT_BOUNDED: &str = " (not bounded: too few)";

/// Makes it.
pub(super) fn answer(results: &Results) -> Answer {
    let first = &results.policies[0];
    let question = question(results);
    let sentences = match results.command.as_str() {
        _ if results.sheet("variance.csv").is_some() => chance::sentences(results),
        "sensitivity" => sensitivity::sentences(results),
        "calibrate" => calibration::sentences(results),
        command => {
            let second = match command {
                "compare" => compared(results),
                "attribute" => costs::sentence(results),
                "sweep" => swept(results),
                "hindcast" => {
                    graded(results).map(|graded| format!("{graded} {}", against(results).unwrap_or_default()))
                }
                _ => equipment(results),
            };
            [went(results), second].into_iter().flatten().collect()
        }
    };
    let mut caveats = caveats(results);
    let caveat = caveats.remove(0);
    let at = if results.command == "sweep" { " at the first design point" } else { "" };
    let cards_of = format!("{}{at}", first.id);
    Answer { question, sentences, caveat, caveats, cards: cards(results, &first.id), cards_of }
}

/// What the command asks.
fn question(results: &Results) -> String {
    let first = &results.policies[0];
    match results.command.as_str() {
        _ if results.sheet("variance.csv").is_some() => {
            "How much of what may happen is chance, and how much is what is not known?".to_owned()
        }
        "sensitivity" => "Which uncertain inputs move the results most, and by how much?".to_owned(),
        "calibrate" => "Which uncertain inputs does the record tell from what was believed of them?".to_owned(),
        "compare" => {
            let others: Vec<String> = results.policies[1..].iter().map(|policy| policy.id.clone()).collect();
            let others = if others.len() > 2 { format!("{} other policies", others.len()) } else { listed(&others) };
            format!("What changes against “{}” ({}) under {others}?", first.title, first.id)
        }
        "attribute" => match results.determined_by.get("denials") {
            Some(denials) => {
                let denials: Vec<String> = denials.split_whitespace().map(str::to_owned).collect();
                format!("What does each of these denials of the host cost, and all together: {}?", listed(&denials))
            }
            None => "What does each denial of the host cost, and all of them together?".to_owned(),
        },
        "sweep" => "How do the results move with the inputs that are varied?".to_owned(),
        "hindcast" => "How near do the simulated withdrawals come to what is on record?".to_owned(),
        _ => format!("How does the withdrawal go under “{}” ({})?", first.title, first.id),
    }
}

/// How it goes under the first policy.
fn went(results: &Results) -> Option<String> {
    let first = &results.policies[0];
    let mean = |measure: &str| results.mean(&first.id, measure);
    let (out, killed, wounded) =
        (mean("people.out_by_deadline")?, mean("casualties.killed")?, mean("casualties.wounded")?);
    let all_out = mean("people.all_out_by_deadline")?;
    let under = match results.command.as_str() {
        "attribute" => "As simulated, with all denials in force".to_owned(),
        "sweep" => format!("As simulated, under {} at the first design point", first.id),
        _ => format!("As simulated, under {}", first.id),
    };
    let chance = all_out.chance(results.replications);
    let chance = match chance.split_once(": ") {
        Some((count, bound)) => format!("in {count} replications, which makes its probability {bound}"),
        None => format!("with a probability of {chance}"),
    };
    let in_all = mean("casualties.killed_in_all").zip(mean("casualties.wounded_in_all"));
    let (when, (killed, wounded)) = match in_all {
        Some(harm) => ("in all, liquidation included", harm),
        None => ("on the road by then", (killed, wounded)),
    };
    let costs = if killed.is_none_seen() && wounded.is_none_seen() {
        format!("nobody is killed or wounded in any replication, {when}")
    } else {
        format!("getting out costs {} and {} {when}", killed.harmed("killed"), wounded.harmed("wounded"))
    };
    Some(format!(
        "{under} {} of {} people are out by {} on average ({}), and all but the liquidation team {chance}; {costs}.",
        out.bare("people"),
        whole(strength(results)),
        day(results.deadline_of(first)),
        match out.interval {
            Some(interval) if interval.low < interval.high => format!("95% interval {}", out.ends("people")),
            _ => out.ends("people"),
        },
    ))
}

fn equipment(results: &Results) -> Option<String> {
    let first = &results.policies[0].id;
    let (units, usd) = (results.mean(first, "equipment.lost_units")?, results.mean(first, "equipment.lost_usd")?);
    let left = ["equipment.on_hand_units", "equipment.on_hand_usd"].map(|measure| results.mean(first, measure));
    let left = match left {
        [Some(units), Some(usd)] if units.value > 0.0 => {
            format!("; {} more, USD {} million, are still on hand at the end", units.bare("units"), usd.bare("USD"))
        }
        _ => String::new(),
    };
    if units.value == 0.0 {
        return Some(format!(
            "No item is destroyed, decommissioned, abandoned or lost en route in any replication{left}."
        ));
    }
    Some(format!(
        "{} items ({}) are destroyed, decommissioned, abandoned or lost en route, worth an assumed USD {} million ({}){left}.",
        units.bare("units"),
        units.ends("units"),
        usd.bare("USD"),
        usd.ends("USD"),
    ))
}

/// What the policies change: each one's effect if there is one, else the best on people and on equipment. Wounded never stand
/// without killed: who dies is no longer wounded. People are judged by all harm to the end: what is put off is not spared.
fn compared(results: &Results) -> Option<String> {
    let others = &results.policies[1..];
    let of = |measure: &'static str| -> Vec<(&str, Known)> {
        others.iter().filter_map(|policy| Some((policy.id.as_str(), effect(results, &policy.id, measure)?))).collect()
    };
    let on = |all: &[(&str, Known)], id: &str| all.iter().find(|(other, _)| *other == id).map(|(_, known)| *known);
    let falls = |known: Known| known.is_clear() && known.value < 0.0;
    // The best of those that are clearly better, if there are any.
    let least = |all: &[(&str, Known)]| {
        let best = |of: &mut dyn Iterator<Item = &(&str, Known)>| {
            of.min_by(|a, b| a.1.value.total_cmp(&b.1.value)).map(|&(id, known)| (id.to_owned(), known))
        };
        best(&mut all.iter().filter(|(_, known)| falls(*known))).or_else(|| best(&mut all.iter()))
    };
    let (killed, wounded) = (of("casualties.killed_in_all"), of("casualties.wounded_in_all"));
    let (killed_by, wounded_by) = (of("casualties.killed"), of("casualties.wounded"));
    let (lost, out) = (of("equipment.lost_units"), of("people.out_by_deadline"));
    let kills_more = |id: &str| on(&killed, id).is_some_and(|known| known.is_clear() && known.value > 0.0);
    let spared: Vec<(&str, Known)> = wounded.iter().copied().filter(|(id, _)| !kills_more(id)).collect();
    let ((safest, hurt), (thriftiest, saved)) =
        (least(if spared.is_empty() { &wounded } else { &spared })?, least(&lost)?);
    let people = |id: &str| {
        let change = |all: &[(&str, Known)], what| Some(on(all, id)?.change("people", what));
        let all = format!("{} and {} in all", change(&wounded, "wounded")?, change(&killed, "killed")?);
        let (by_deadline, to_end) =
            ([on(&wounded_by, id)?, on(&killed_by, id)?], [on(&wounded, id)?, on(&killed, id)?]);
        // Told where the two disagree: harm that is put off, or comes sooner.
        let differs = by_deadline
            .iter()
            .zip(&to_end)
            .any(|(by, to)| by.is_clear() && (!to.is_clear() || (by.value > 0.0) != (to.value > 0.0)));
        let [hurt, dead] = by_deadline.map(|known| known.signed("people"));
        Some(if differs { format!("{all} (on the road by the deadline {hurt} and {dead})") } else { all })
    };
    let items = |id: &str| Some(on(&lost, id)?.change("units", "items lost"));
    // What it is bought with, where that is clear.
    let more_lost = |id: &str| {
        let change = on(&lost, id).filter(|change| change.is_clear() && change.value > 0.0);
        change.map_or(String::new(), |change| format!(", {}", change.change("units", "items lost")))
    };
    let fewer_out = |id: &str| {
        let change = on(&out, id).filter(|change| change.is_clear());
        change.map_or(String::new(), |change| format!(", {}", change.change("people", "people out by the deadline")))
    };
    let all = format!("intervals adjusted over the policies{}", deadlines(results));
    // Policies with the same means, to the last digit, share their place.
    let with_alike = |id: &str| {
        let means = |id: &str| [&wounded, &killed, &lost, &out].map(|all| on(all, id).map(|known| known.value));
        let title = others.iter().find(|policy| policy.id == id).map_or("", |policy| policy.title.as_str());
        let others = others.iter().map(|policy| policy.id.as_str());
        let alike: Vec<String> =
            others.filter(|&other| other != id && means(other) == means(id)).map(str::to_owned).collect();
        let title = Some(title).filter(|title| !title.is_empty()).map(|title| format!("“{title}”"));
        let alike = (!alike.is_empty()).then(|| format!("the same under {}", listed(&alike)));
        let about: Vec<String> = [title, alike].into_iter().flatten().collect();
        if about.is_empty() { id.to_owned() } else { format!("{id} ({})", about.join("; ")) }
    };
    let (helps, saves) = (falls(hurt), falls(saved));
    let killing = wounded.iter().any(|&(id, known)| falls(known) && kills_more(id));
    let unhurt =
        format!("no policy{} has clearly fewer wounded", if killing { " under which no more are killed" } else { "" });
    if others.len() > 1 && !helps && !saves {
        return Some(format!("Against it {unhurt}, and none clearly loses fewer items; {all}."));
    }
    if safest == thriftiest {
        let so = match (others.len(), helps, saves) {
            (1, ..) => "brings".to_owned(),
            (_, true, true) => "does best on people and on equipment:".to_owned(),
            (_, true, false) => "has the fewest wounded, and no policy clearly loses fewer items:".to_owned(),
            (_, false, _) => format!("saves most equipment, and {unhurt}:"),
        };
        let (name, people, items) = (with_alike(&safest), people(&safest)?, items(&safest)?);
        return Some(format!("Against it {name} {so} {people}, and {items}{}; {all}.", fewer_out(&safest)));
    }
    let of_those = if spared.is_empty() || spared.len() == wounded.len() { "" } else { " where no more are killed" };
    let none = if helps { "" } else { ", though not clearly fewer than it" };
    let equipment = if saves {
        let (name, items) = (with_alike(&thriftiest), items(&thriftiest)?);
        format!("Most equipment is saved by {name}: {items}, with {}{}", people(&thriftiest)?, fewer_out(&thriftiest))
    } else {
        "No policy clearly loses fewer items".to_owned()
    };
    Some(format!(
        "Against it {} has the fewest wounded{of_those}{none}: {}{}{}. {equipment}; {all}.",
        with_alike(&safest),
        people(&safest)?,
        more_lost(&safest),
        fewer_out(&safest),
    ))
}

/// Where policies have other deadlines than the first, what that means.
fn deadlines(results: &Results) -> String {
    let first = results.deadline_of(&results.policies[0]);
    let differing = results.policies.iter().filter(|policy| results.deadline_of(policy) != first);
    let others: Vec<String> =
        differing.map(|policy| format!("to {} under {}", day(results.deadline_of(policy)), policy.id)).collect();
    if others.is_empty() {
        return String::new();
    }
    format!("; what is counted by the deadline runs {}, and to {} under the first", listed(&others), day(first))
}

/// Of a hindcast, how many facts lie where.
fn graded(results: &Results) -> Option<String> {
    let rows = || results.sheet("hindcast.csv").into_iter().flat_map(super::folder::Sheet::rows);
    // Each event once, as groups are counted.
    let counts = |row: &Row| row.text("in_sample") != "yes" && row.text("counted_with").is_empty();
    let fresh = || rows().filter(|row| row.text("forecast") == "model").filter(counts);
    let of = |grade: &str| fresh().filter(|row| row.text("grade") == grade).count();
    let [a, b, c, d] = ["A", "B", "C", "D"].map(of);
    (a + b + c + d > 0).then(|| format!(
        "Of {} graded facts that no input was set from, each event once, {a} lie inside the middle half of the forecast, {b} more inside its \
         middle nine tenths, and {} outside those.",
        a + b + c + d,
        c + d
    ))
}

fn swept(results: &Results) -> Option<String> {
    let rows = results.sheet("summary.csv")?.rows();
    let first = &results.policies[0].id;
    let means: Vec<(&str, Known)> = rows
        .filter(|row| {
            row.text("measure") == "casualties.wounded_in_all"
                && row.text("statistic") == "mean"
                && row.text("policy") == *first
        })
        .filter_map(|row| Some((row.text("design_id"), row.known(["estimate", "low", "high"])?)))
        .collect();
    let least = means.iter().min_by(|a, b| a.1.value.total_cmp(&b.1.value))?;
    let most = means.iter().max_by(|a, b| a.1.value.total_cmp(&b.1.value))?;
    let under = if results.policies.len() > 1 { format!(" under {first}") } else { String::new() };
    if means.len() == 1 {
        let (people, ends) = (least.1.bare("people"), least.1.ends("people"));
        return Some(format!(
            "At the one design point, {}, {people} ({ends}) are wounded in all{under}.",
            point(results, least.0)
        ));
    }
    let is_open = least.1.interval.zip(most.1.interval).is_none_or(|(least, most)| least.high >= most.low);
    Some(format!(
        "Over {} design points the mean number of wounded in all{under} runs from {} ({}) at {} to {} ({}) at {}{}.",
        means.len(),
        least.1.bare("people"),
        least.1.ends("people"),
        point(results, least.0),
        most.1.bare("people"),
        most.1.ends("people"),
        point(results, most.0),
        match is_open {
            true => "; these intervals overlap, but points share their chances: pairs of replications.csv tell more",
            false if means.len() > MANY_POINTS =>
                "; the extremes of so many points lie further apart than their means do",
            false => "",
        },
    ))
}

/// A design point by its values.
fn point(results: &Results, id: &str) -> String {
    let Some(sheet) = results.sheet("design.csv") else { return id.to_owned() };
    let row = sheet.rows().find(|row| row.text("design_id") == id);
    let values = sheet.columns().iter().skip(1).filter_map(|path| {
        let value = row?.text(path);
        (!value.is_empty()).then(|| format!("{path} = {}", brief(value)))
    });
    listed(&values.collect::<Vec<_>>())
}

/// A number in four digits; any other text as it is.
fn brief(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) if number.fract() != 0.0 => format!("{}", format!("{number:.3e}").parse::<f64>().unwrap_or(number)),
        _ => text.to_owned(),
    }
}

fn cards(results: &Results, policy: &str) -> Vec<Card> {
    let card = |measure: &&str| {
        let (known, unit) = (results.mean(policy, measure)?, unit_of(measure));
        let end = |level| {
            Some(decimals(results.quantile(policy, measure, level)? / scale_of(unit), i32::from(unit == "USD")))
        };
        let unbounded = if order_ranks(results.replications, 0.95, 0.95).is_err() { NOT_BOUNDED } else { "" };
        let spread =
            end("0.05").zip(end("0.95")).map_or(String::new(), |(low, high)| format!("{low} to {high}{unbounded}"));
        let name = if unit == "USD" { format!("{}, {}", short(measure), unit_text(unit)) } else { short(measure) };
        Some(Card { name, value: known.bare(unit), interval: known.ends(unit), spread })
    };
    CARDS.iter().filter_map(card).collect()
}

/// What must be said with the answer, the weightiest first.
fn caveats(results: &Results) -> Vec<String> {
    let mut all = Vec::new();
    let drawn: Vec<&Input> = results.inputs.iter().filter(|input| input.is_drawn()).collect();
    let of = |basis: &str| results.inputs.iter().filter(|input| input.is_number && input.basis == basis).count();
    let (reported, derived, assumed) = (of("reported"), of("derived"), of("assumed"));
    let numbers = whole((reported + derived + assumed) as f64);
    let counts = format!("{} of the scenario’s {numbers} numbers are assumed", whole(assumed as f64));
    let ratio = results.input("threat.ratio_overwatch").filter(|_| moves_cover(results));
    if results.command == "calibrate" {
        all.push(format!(
            "A calibration says with which inputs this model comes near the record, and not what the inputs were: other values \
             of those that were held or drawn would move the answer. {counts}."
        ));
    } else if let Some(ratio) = ratio {
        all.push(format!(
            "The intervals are of simulated means; they say nothing of how well the model fits the world. What air cover is \
             worth rests on one assumed input: how often convoys are hit with armed overwatch for each time without ({} in \
             the median; above 1, cover would harm). {counts}.",
            ratio.value
        ));
    } else {
        all.push(format!(
            "The intervals are of simulated means; they say nothing of how well the model fits the world. {counts}, {} are \
             derived and {} reported: an answer is no surer than the inputs it hangs on.",
            whole(derived as f64),
            whole(reported as f64)
        ));
    }
    let first = &results.policies[0].id;
    let end = |level| results.quantile(first, "casualties.wounded_in_all", level).map(whole);
    let unbounded = if order_ranks(results.replications, 0.95, 0.95).is_err() { NOT_BOUNDED } else { "" };
    if let Some((low, high)) = end("0.05").zip(end("0.95")) {
        all.push(format!(
            "An interval says how well a mean over {} replications is known. One withdrawal is not the mean: nine in ten \
             replications under {first} have {low} to {high} wounded in all{unbounded}.",
            whole(results.replications as f64)
        ));
    }
    if !drawn.is_empty() {
        let free = results.determined_by.get("parameters").map_or("", String::as_str);
        let swept = results.sheet("design.csv").map_or(&[][..], |sheet| sheet.columns());
        let free: Vec<&str> = free.split_whitespace().chain(swept.iter().skip(1).map(String::as_str)).collect();
        let drawn = drawn.iter().filter(|input| !free.contains(&input.path.as_str())).count();
        let set =
            if free.is_empty() { String::new() } else { format!("{} inputs are varied by the design; ", free.len()) };
        all.push(format!(
            "{set}{} inputs are drawn anew in each replication from what is believed of them.",
            whole(drawn as f64)
        ));
    }
    if results.replications < FEW_VALUES {
        all.push(format!(
            "Fewer than {FEW_VALUES} replications do not show how skewed their law is: intervals of means hold only where values \
             are nearly normal."
        ));
    }
    all.push(
        "A number without an interval has one in the file named below its figure; where a figure adds up rows of a file, \
         only the whole has."
            .to_owned(),
    );
    all.push(
        "One past course of events is known at most: coming near it does not show the model to be right.".to_owned(),
    );
    all.push("Harm to third parties is out of scope, which is not to say that there was none.".to_owned());
    all
}

/// Whether policies or denials differ in air cover.
fn moves_cover(results: &Results) -> bool {
    let is_cover =
        |path: &str| path.starts_with("permissions.air_overwatch.") || path.starts_with("permissions.surveillance.");
    results.sheet("curve.csv").is_some()
        || results.policies.len() > 1
            && results.policies.iter().any(|policy| policy.changes.iter().any(|(path, _)| is_cover(path)))
}
