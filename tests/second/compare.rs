//! Both engines on one replication: entry by entry, then measure by measure.

use rearguard::draw::Streams;
use rearguard::measures::Measure;
use rearguard::model::Model;
use rearguard::withdrawal::{Entry, Withdrawal};

use crate::engine::{Engine, Told};

/// Sums of floats are taken in another order; counts are exact.
const RELATIVE: f64 = 1e-9;

/// What has been compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    pub scenarios: u64,
    pub replications: u64,
    pub entries: usize,
}

impl Count {
    /// Says so.
    pub fn print(&self) {
        let Self { scenarios, replications, entries } = self;
        println!("second engine: {scenarios} scenarios, {replications} replications, {entries} events equal");
    }
}

/// An entry of a trace, in which the order of its amounts says nothing.
fn told(entry: &Entry) -> Told {
    Told {
        time_days: entry.time_days,
        what: entry.what.name(),
        place: entry.place.clone(),
        who: entry.who.clone(),
        base: entry.base.clone(),
        cause: entry.cause.to_owned(),
        amounts: by_name(&entry.amounts),
    }
}

fn by_name(amounts: &[(&'static str, f64)]) -> Vec<(&'static str, f64)> {
    let mut amounts = amounts.to_vec();
    amounts.sort_by_key(|(name, _)| *name);
    amounts
}

/// Plays a replication on both engines, and on the fast one in silence too.
///
/// # Returns
/// How many entries are equal.
///
/// # Errors
/// The first entry that differs, with three before it, or the measures that do.
pub fn compare(model: &Model, streams: Streams) -> Result<usize, String> {
    let mut fast = Withdrawal::new(model, &[]);
    let mut silent = fast.replicate(streams).clone();
    let (outcome, tale) = fast.tell_replication(streams);
    // What concerns nobody is no event unless it is told.
    (silent.events, silent.streams) = (outcome.events, outcome.streams);
    if silent != *outcome {
        return Err("telling changes the outcome".to_owned());
    }
    let tale: Vec<Told> = tale.iter().map(told).collect();
    let mut slow = Engine::play(model, streams);
    for entry in &mut slow.told {
        entry.amounts = by_name(&entry.amounts);
    }
    if let Some(at) = (0..tale.len().max(slow.told.len())).find(|&at| tale.get(at) != slow.told.get(at)) {
        let sides = [("fast", &tale), ("slow", &slow.told)].map(|(name, side)| lines(name, side, at));
        return Err(format!("entry {at} differs\n{}{}", sides[0], sides[1]));
    }
    let mut wrong = Vec::new();
    for &measure in Measure::ALL {
        let (fast, slow) = (outcome.value(measure), slow.measures[measure as usize]);
        if (fast - slow).abs() > RELATIVE * fast.abs().max(1.0) {
            wrong.push(format!("{measure}: fast {fast}, slow {slow}"));
        }
    }
    if wrong.is_empty() { Ok(tale.len()) } else { Err(format!("measures differ\n{}", wrong.join("\n"))) }
}

/// An entry of one side, those before it and one after it.
fn lines(name: &str, side: &[Told], at: usize) -> String {
    let from = at.saturating_sub(3).min(side.len());
    let some = side[from..(at + 2).min(side.len())].iter().enumerate();
    let line = |(place, told): (usize, &Told)| {
        let mark = if from + place == at { ">>" } else { "  " };
        format!("{mark} {name} {} {told:?}\n", from + place)
    };
    some.map(line).collect()
}
