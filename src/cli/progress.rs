//! Progress on standard error: a bar on a terminal, a line now and then in a log.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Time between lines in a log.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Shows how far a run is.
pub struct Progress {
    bar: Option<ProgressBar>,
    log: Option<Mutex<Instant>>,
    started: Instant,
}

impl Progress {
    /// Progress over a number of replications; a quiet one shows nothing.
    pub fn new(replications: u64, quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = (terminal && !quiet).then(|| {
            let bar = ProgressBar::with_draw_target(Some(replications), ProgressDrawTarget::stderr());
            let template = "{bar:30} {pos}/{len} replications, {per_sec}, {eta} left";
            bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        let log = (!terminal && !quiet).then(|| Mutex::new(Instant::now()));
        Self { bar, log, started: Instant::now() }
    }

    /// Notes that so many are done.
    pub fn note(&self, done: u64, of: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(done.max(bar.position()));
        }
        let Some(Ok(mut last)) = self.log.as_ref().map(Mutex::lock) else { return };
        if last.elapsed() >= BETWEEN_LINES {
            *last = Instant::now();
            let left = self.started.elapsed().as_secs_f64() * (of - done) as f64 / done.max(1) as f64;
            // A log that cannot be written to is no reason to stop.
            let _ = writeln!(std::io::stderr(), "{done}/{of} replications, about {left:.0} s left");
        }
    }

    /// Takes the bar away; returns the seconds since the start.
    pub fn finish(&self) -> f64 {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.started.elapsed().as_secs_f64()
    }
}
