//! When the bases are left in the replication that is told: of the table of all replications only its rows are held.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::store::{Disk, StoreError};

/// The table that they are read from.
pub(super) const REPLICATIONS: &str = "replications.csv";

/// Days since the start, by policy and base.
pub(super) type Departures = BTreeMap<(String, String), f64>;

/// Departures of bases in a replication, by policy and base; none if the table is not one. It may be too long to be held.
pub(super) fn departures(
    disk: &Arc<dyn Disk>,
    folder: &Path,
    replication: &str,
) -> Result<Option<Departures>, StoreError> {
    let path = folder.join(REPLICATIONS);
    let file = disk.read(&path).map_err(|source| StoreError::Io { path, action: "read", source })?;
    let mut csv = csv::Reader::from_reader(file);
    let Ok(header) = csv.headers().cloned() else { return Ok(None) };
    let at = |name: &str| header.iter().position(|column| column == name);
    let Some((of_policy, of_replication)) = at("policy").zip(at("replication")) else { return Ok(None) };
    let of_bases = header.iter().enumerate().filter_map(|(at, name)| Some((at, name.strip_prefix("departure.")?)));
    let of_bases: Vec<(usize, &str)> = of_bases.collect();
    let mut found = Departures::new();
    let mut row = csv::StringRecord::new();
    loop {
        match csv.read_record(&mut row) {
            Ok(true) if row.get(of_replication) == Some(replication) => {
                let policy = row.get(of_policy).unwrap_or_default();
                for &(at, base) in &of_bases {
                    let Some(days) = row.get(at).and_then(|cell| cell.parse().ok()) else { return Ok(None) };
                    found.insert((policy.to_owned(), base.to_owned()), days);
                }
            }
            Ok(true) => {}
            Ok(false) => return Ok(Some(found)),
            Err(_) => return Ok(None),
        }
    }
}
