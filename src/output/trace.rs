//! `trace.csv`: one replication told under each policy, for playback.

use std::io::{self, Write};

use crate::output::csv_files::text;
use crate::output::tables;
use crate::withdrawal::{Entry, What};

/// Amounts that have a column, in its order.
const AMOUNTS: [&str; 6] = ["on_leg_km", "halt_days", "vehicles", "people", "killed", "wounded"];

/// Whether a happening is kept. Thousands of breakdowns of contract columns, each of an hour or two, are not: `trace` tells
/// them too.
fn is_kept(entry: &Entry) -> bool {
    let of_vehicles = matches!(entry.what, What::Breakdown | What::VehicleLost);
    !of_vehicles || !entry.who.contains("-column-")
}

/// What happened in a replication, under each policy.
///
/// # Errors
/// Those of writing.
pub fn trace(out: &mut dyn Write, replication: u64, told: &[(&str, Vec<Entry>)]) -> io::Result<()> {
    let mut csv = tables::trace().begin(out)?;
    let replication = replication.to_string();
    for (policy, entries) in told {
        for entry in entries.iter().filter(|entry| is_kept(entry)) {
            let amount = |name: &str| entry.amounts.iter().find(|(other, _)| *other == name).map(|&(_, value)| value);
            // A column's trucks and escorts are its vehicles.
            let vehicles = amount("trucks").zip(amount("escorts")).map(|(trucks, escorts)| trucks + escorts);
            let fixed = [
                policy,
                replication.as_str(),
                &text(Some(entry.time_days)),
                entry.what.name(),
                &entry.place,
                &entry.who,
                entry.cause,
            ];
            fixed.into_iter().try_for_each(|field| csv.write_field(field))?;
            for name in AMOUNTS {
                csv.write_field(text(amount(name).or(vehicles.filter(|_| name == "vehicles"))))?;
            }
            csv.write_record(None::<&[u8]>)?;
        }
    }
    csv.flush()
}
