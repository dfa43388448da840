//! `trace`: one replication told in order, or where two policies part.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::cli::args::{Form, TraceArguments};
use crate::cli::exit::Stop;
use crate::cli::lineup::policy;
use crate::cli::request::policy_ids;
use crate::draw::Streams;
use crate::experiment::PolicyModel;
use crate::measures::Measure;
use crate::output::numbers::decimals;
use crate::scenario::{Case, suggestion};
use crate::units::Date;
use crate::withdrawal::{Entry, Outcome, Withdrawal};

/// Entries of each policy shown from where they part.
const SHOWN_AFTER: usize = 8;

/// What is shown of a replication's outcome under its tale.
const OUTCOME: [Measure; 6] = [
    Measure::Contacts,
    Measure::Killed,
    Measure::Wounded,
    Measure::LostUnits,
    Measure::EvacuatedUnits,
    Measure::PeopleOut,
];

/// A replication of one policy.
struct Told {
    policy: String,
    outcome: Outcome,
    entries: Vec<Entry>,
}

/// Replays a replication and prints what happened, or compares what happened under two policies.
///
/// # Errors
/// Problems of the scenario, unknown names, or standard output.
pub fn trace(args: &TraceArguments) -> Result<(), Stop> {
    let case = Case::load(&args.file, &args.sets).map_err(Stop::Scenario)?;
    let ids = policy_ids(&case, &args.policies);
    if ids.len() > 2 {
        return Err(Stop::Usage(format!("a trace compares two policies, not {}; leave some out", ids.len())));
    }
    let models = ids.iter().map(|id| policy(&case, id, args.point)).collect::<Result<Vec<_>, _>>();
    let models = models.map_err(Stop::Scenario)?;
    let first = &models[0].model;
    if let Some(unknown) = args.base.iter().find(|id| first.inputs.base.iter().all(|base| base.id != **id)) {
        let known: Vec<&str> = first.inputs.base.iter().map(|base| base.id.as_str()).collect();
        let hint = suggestion(unknown, &known, "the bases");
        return Err(Stop::Usage(format!("there is no base `{}`; {hint}", unknown.escape_debug())));
    }
    let seed = args.seed.unwrap_or(first.inputs.experiment.seed as u64);
    let told: Vec<Told> = models.iter().map(|model| tell(model, Streams::new(seed, args.replication), args)).collect();
    if let Some(convoy) =
        args.convoy.iter().find(|name| !told.iter().any(|t| t.entries.iter().any(|e| e.who == **name)))
    {
        return Err(Stop::Usage(format!(
            "nothing is told of a convoy `{convoy}` in this replication; convoys are named as in the column `who`"
        )));
    }
    let mut out = io::stdout().lock();
    match args.format {
        Form::Text if told.len() == 2 => where_they_part(&mut out, &told, first.start)?,
        Form::Text => story(&mut out, &told[0], first.start, args.replication, seed)?,
        Form::Csv => rows(&mut out, &told, first.start)?,
        Form::Jsonl => lines(&mut out, &told, first.start)?,
    }
    Ok(())
}

fn tell(policy: &PolicyModel, streams: Streams, args: &TraceArguments) -> Told {
    let mut withdrawal = Withdrawal::new(&policy.model, &[]);
    let (outcome, mut entries) = withdrawal.tell_replication(streams);
    let chosen = |asked: &[String], value: &str| asked.is_empty() || asked.iter().any(|one| one == value);
    entries.retain(|entry| {
        chosen(&args.base, &entry.base) && chosen(&args.convoy, &entry.who) && chosen(&args.kinds, entry.what.name())
    });
    Told { policy: policy.id.clone(), outcome: outcome.clone(), entries }
}

/// Date and time of day, to the minute.
fn moment(start: Date, time_days: f64) -> String {
    let minutes = ((time_days - time_days.floor()) * 24.0 * 60.0).floor() as u32;
    format!("{} {:02}:{:02}", start.after(time_days), minutes / 60, minutes % 60)
}

fn line(out: &mut dyn Write, entry: &Entry, start: Date) -> io::Result<()> {
    let amounts = entry.amounts.iter().filter(|(_, amount)| *amount != 0.0);
    let places = |amount: f64| if amount == amount.trunc() { 0 } else { 2 };
    let mut details: Vec<String> =
        amounts.map(|&(name, amount)| format!("{name} {}", decimals(amount, places(amount)))).collect();
    if !entry.cause.is_empty() {
        details.insert(0, entry.cause.to_owned());
    }
    let text = format!(
        "{}  {:<17} {:<24} {:<22} {}",
        moment(start, entry.time_days),
        entry.what.name(),
        entry.place,
        entry.who,
        details.join(", ")
    );
    writeln!(out, "{}", text.trim_end())
}

fn story(out: &mut dyn Write, told: &Told, start: Date, replication: u64, seed: u64) -> io::Result<()> {
    writeln!(out, "Replication {replication} of {}, seed {seed}: {} happenings", told.policy, told.entries.len())?;
    for entry in &told.entries {
        line(out, entry, start)?;
    }
    outcome(out, told)
}

fn outcome(out: &mut dyn Write, told: &Told) -> io::Result<()> {
    let values: Vec<String> = OUTCOME
        .iter()
        .map(|&measure| format!("{} {}", measure.name(), decimals(told.outcome.value(measure), 0)))
        .collect();
    writeln!(out, "Outcome under {}: {}", told.policy, values.join(", "))
}

/// Where the same replication first differs between two policies.
fn where_they_part(out: &mut dyn Write, told: &[Told], start: Date) -> io::Result<()> {
    let (one, other) = (&told[0], &told[1]);
    let same = one.entries.iter().zip(&other.entries).take_while(|(a, b)| a == b).count();
    if same == one.entries.len() && same == other.entries.len() {
        writeln!(out, "{} and {} do not differ in this replication: {same} happenings", one.policy, other.policy)?;
    } else {
        writeln!(
            out,
            "{} and {} have the first {same} happenings in common; the last of them:",
            one.policy, other.policy
        )?;
        for entry in &one.entries[same.saturating_sub(3)..same] {
            line(out, entry, start)?;
        }
        for told in told {
            writeln!(out, "\nThen under {}:", told.policy)?;
            let after = &told.entries[same..];
            for entry in after.iter().take(SHOWN_AFTER) {
                line(out, entry, start)?;
            }
            let left = after.len().saturating_sub(SHOWN_AFTER);
            writeln!(out, "... and {left} more")?;
        }
        writeln!(out)?;
    }
    told.iter().try_for_each(|told| outcome(out, told))
}

fn rows(out: &mut dyn Write, told: &[Told], start: Date) -> io::Result<()> {
    // The library wraps what went wrong with the pipe; who reads the end of it decides by the error itself.
    let plain = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    };
    write_rows(&mut csv::Writer::from_writer(out), told, start).map_err(plain)
}

fn write_rows(csv: &mut csv::Writer<&mut dyn Write>, told: &[Told], start: Date) -> csv::Result<()> {
    csv.write_record(["policy", "time_days", "date", "what", "where", "who", "cause", "amount", "value"])?;
    for (told, entry) in told.iter().flat_map(|told| told.entries.iter().map(move |entry| (told, entry))) {
        // One row for each amount; one without for what has none.
        let none = [("", f64::NAN)];
        let amounts = if entry.amounts.is_empty() { &none[..] } else { &entry.amounts[..] };
        for (name, value) in amounts {
            let value = if name.is_empty() { String::new() } else { value.to_string() };
            csv.write_record([
                told.policy.as_str(),
                &entry.time_days.to_string(),
                &start.after(entry.time_days).to_string(),
                entry.what.name(),
                &entry.place,
                &entry.who,
                entry.cause,
                name,
                &value,
            ])?;
        }
    }
    csv.flush()?;
    Ok(())
}

fn lines(out: &mut dyn Write, told: &[Told], start: Date) -> io::Result<()> {
    for told in told {
        for entry in &told.entries {
            let mut object = json!({
                "policy": told.policy, "time_days": entry.time_days,
                "date": start.after(entry.time_days).to_string(), "what": entry.what.name(),
                "where": entry.place, "who": entry.who, "cause": entry.cause,
            });
            for (name, value) in &entry.amounts {
                object[*name] = Value::from(*value);
            }
            writeln!(out, "{object}")?;
        }
    }
    Ok(())
}
