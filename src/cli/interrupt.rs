//! Signals: the first asks the run to stop, a second stops at once.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Starts listening for interrupt, termination and hang-up.
pub fn listen() {
    let handler = || {
        if ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    };
    // Without a handler a signal ends the program at once, which is safe too: results appear only when whole.
    let _ = ctrlc::set_handler(handler);
}

/// Whether a signal has come.
pub fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}
