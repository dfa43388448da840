//! Lines on standard error that are neither progress nor problems.

use std::io::Write;

/// Says what a person should know and nothing stops for.
pub fn note(quiet: bool, text: &str) {
    if !quiet {
        // Standard error that cannot be written to is no reason to stop.
        let _ = writeln!(std::io::stderr(), "note: {text}");
    }
}
