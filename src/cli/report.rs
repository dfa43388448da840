//! `report`: a page made from a results folder.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::exit::Stop;
use crate::cli::folders::{disk, verified};
use crate::report;
use crate::store::{REPORT, write_page};

/// Makes the page of a complete folder and writes it.
///
/// # Errors
/// [`Stop::NotMet`] for a folder that is not complete or not as it was written, and what cannot be read or written.
pub fn report(folder: &Path, out: Option<PathBuf>, quiet: bool) -> Result<(), Stop> {
    let verified = verified(folder)?;
    let page = report::page(&disk(), folder, &verified)?;
    let path = out.unwrap_or_else(|| folder.join(REPORT));
    if path.file_name().is_none() {
        return Err(Stop::Usage(format!("`{}` is no name for a file", path.display())));
    }
    write_page(&*disk(), &path, &page)?;
    if !quiet {
        writeln!(
            io::stdout().lock(),
            "Wrote {} ({} kB): open it in a browser",
            path.display(),
            page.len().div_ceil(1000)
        )?;
    }
    Ok(())
}
