//! `replications.csv`: one row for each design point, policy and replication, one column for each measure.

use std::io::{self, Write};

use rayon::prelude::*;

use crate::experiment::Rows;
use crate::output::table::Table;
use crate::store::StoreError;

/// Cells whose text is in memory at once, for each thread.
const CELLS_AT_ONCE: usize = 4;

/// Largest whole number that every smaller one is told apart from.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// Writes all rows, cell after cell: their text is made in parallel and written in order.
///
/// # Arguments
/// * `table` - [`tables::replications`](crate::output::tables::replications) with its measures.
/// * `points` - each design point's id and rows.
/// * `noted` - told how many points are written.
///
/// # Errors
/// Those of writing, and of reading inside them.
pub fn replications(
    out: &mut dyn Write,
    table: &Table,
    points: &[(&str, &Rows)],
    noted: &dyn Fn(u64),
) -> io::Result<()> {
    table.begin(out)?.flush()?;
    for (done, &(point, rows)) in (1..).zip(points) {
        for policy in 0..rows.policies().len() {
            let cells: Vec<usize> = (0..rows.cells()).collect();
            for part in cells.chunks(CELLS_AT_ONCE * rayon::current_num_threads()) {
                let texts: Result<Vec<Vec<u8>>, StoreError> =
                    part.par_iter().map(|&cell| text_of(point, rows, policy, cell)).collect();
                texts.map_err(io::Error::other)?.iter().try_for_each(|text| out.write_all(text))?;
            }
        }
        noted(done);
    }
    Ok(())
}

/// The rows of a policy in one cell. Ids need no quotes: they are of letters, digits, `_` and `-`.
fn text_of(point: &str, rows: &Rows, policy: usize, cell: usize) -> Result<Vec<u8>, StoreError> {
    let columns = rows.cell_columns(policy, cell)?;
    let id = &rows.policies()[policy].id;
    let mut text = Vec::with_capacity(columns.len() * rows.replications(cell).len() * 5);
    let mut put = |arguments: std::fmt::Arguments| text.write_fmt(arguments).expect("memory takes any text");
    for (row, replication) in rows.replications(cell).into_iter().enumerate() {
        put(format_args!("{point},{id},{replication}"));
        for column in &columns {
            put_number(&mut put, column[row]);
        }
        put(format_args!("\n"));
    }
    Ok(text)
}

/// A comma and the shortest text that reads back as the same value; empty where there is none.
fn put_number(put: &mut impl FnMut(std::fmt::Arguments), value: f64) {
    let is_whole = value.abs() < WHOLE && value.trunc() == value && !(value == 0.0 && value.is_sign_negative());
    if is_whole {
        // Most are counts, and whole numbers are written several times as fast as others.
        put(format_args!(",{}", value as i64));
    } else if value.is_finite() {
        put(format_args!(",{value}"));
    } else {
        put(format_args!(","));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_standard_library_writes_them() {
        for value in [
            0.0,
            -0.0,
            1.0,
            -17.0,
            0.1,
            1e15,
            9_007_199_254_740_991.0,
            1e16,
            -1e22,
            1.5e-7,
            f64::MAX,
            8_305.599_999_999_999,
        ] {
            let mut text = String::new();
            put_number(&mut |arguments| text.push_str(&arguments.to_string()), value);
            assert_eq!(text, format!(",{value}"));
        }
        let mut text = String::new();
        put_number(&mut |arguments| text.push_str(&arguments.to_string()), f64::NAN);
        assert_eq!(text, ",");
    }
}
