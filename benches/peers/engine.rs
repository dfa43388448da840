//! The benchmark scenario in rearguard's engine alone, one worker: what the other engines' programs do, and no more. No file
//! is written and nothing estimated; each quantity's sum and sum of squares are printed.

use std::path::Path;

use rearguard::draw::Streams;
use rearguard::measures::{Daily, Measure};
use rearguard::scenario::Case;
use rearguard::withdrawal::{Outcome, Withdrawal};

const MEASURES: [(&str, Measure); 7] = [
    ("requests", Measure::Requests),
    ("trips", Measure::Columns),
    ("incidents", Measure::FireIncidents),
    ("contacts", Measure::Contacts),
    ("breakdowns", Measure::Breakdowns),
    ("wounded", Measure::Wounded),
    ("evacuated", Measure::EvacuatedUnits),
];

/// The mean day on which a container is out; each day's stand for its middle.
fn finish_days(outcome: &Outcome) -> f64 {
    let out = |day: &[u32; Daily::COUNT]| f64::from(day[Daily::Evacuated as usize]);
    let last = outcome.daily.last().map_or(0.0, out);
    outcome.daily.iter().map(|day| last - out(day)).sum::<f64>() / last.max(1.0) + 0.5
}

fn main() {
    let replications: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).expect("how many replications");
    let case =
        Case::load(Path::new("scenarios/benchmark.toml"), &[]).unwrap_or_else(|bad| panic!("{}", bad.render(false)));
    let model = case.model(&[]).unwrap_or_else(|bad| panic!("{}", bad.render(false))).at_central_values();
    let mut withdrawal = Withdrawal::new(&model, &[]);
    let mut sums = [[0.0; 2]; MEASURES.len() + 1];
    for replication in 0..replications {
        let outcome = withdrawal.replicate(Streams::new(1, replication));
        let values = MEASURES.iter().map(|&(_, measure)| outcome.value(measure)).chain([finish_days(outcome)]);
        for (sum, value) in sums.iter_mut().zip(values) {
            sum[0] += value;
            sum[1] += value * value;
        }
    }
    let names = MEASURES.iter().map(|&(name, _)| name).chain(["finish_days"]);
    for (name, [sum, squares]) in names.zip(sums) {
        println!("{name},{sum},{squares}");
    }
}
