//! Progress on standard error: a bar on a terminal, a line now and then in a log, or JSON for a program that waits.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use serde_json::{Value, json};

use crate::output::numbers::decimals;

/// Time between lines in a log.
const BETWEEN_LINES: Duration = Duration::from_secs(10);
/// Time between objects for a program.
const BETWEEN_OBJECTS: Duration = Duration::from_secs(1);

/// How progress is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Show {
    /// A bar on a terminal, lines elsewhere; nothing with --quiet or --json
    #[default]
    Auto,
    /// A line every ten seconds
    Lines,
    /// A JSON object a line, every second: event, what is counted, how many are done, of how many, seconds left
    Json,
}

/// Shows how far a run is, and how long it took.
pub struct Progress {
    form: Show,
    /// Nothing is shown unless it was asked for by name.
    quiet: bool,
    begun: Instant,
    under_way: bool,
    /// Seconds of the parts that have ended.
    spent: f64,
    bar: Option<ProgressBar>,
    log: Option<Mutex<Instant>>,
    /// What is counted.
    what: &'static str,
    /// How many were there when this part began.
    before: u64,
}

impl Progress {
    /// Nothing yet; a quiet one shows what was asked for by name only.
    pub fn new(form: Show, quiet: bool) -> Self {
        let begun = Instant::now();
        Self { form, quiet, begun, under_way: false, spent: 0.0, bar: None, log: None, what: "", before: 0 }
    }

    /// Begins a part: of what is counted, so many are there, of so many.
    pub fn begin(&mut self, what: &'static str, before: u64, of: u64) {
        let is_shown = self.form != Show::Auto || !self.quiet;
        let has_bar = self.form == Show::Auto && std::io::stderr().is_terminal();
        self.bar = (is_shown && has_bar).then(|| {
            let bar = ProgressBar::with_draw_target(Some(of), ProgressDrawTarget::stderr());
            let template = format!("{{bar:30}} {{human_pos}}/{{human_len}} {what}, {{rate}}, {{eta}} left");
            let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
            let show = |state: &ProgressState, out: &mut dyn fmt::Write| {
                // A bar that cannot be drawn is no reason to stop.
                let _ = out.write_str(&rate(state.per_sec()));
            };
            bar.set_style(style.with_key("rate", show));
            bar.set_position(before);
            bar.reset_eta();
            bar
        });
        self.log = (is_shown && !has_bar).then(|| Mutex::new(Instant::now()));
        (self.begun, self.under_way, self.what, self.before) = (Instant::now(), true, what, before);
        self.tell(|| json!({ "event": "begin", "what": what, "done": before, "of": of }));
    }

    /// Notes that so many are done.
    pub fn note(&self, done: u64, of: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(done.max(bar.position()));
        }
        let Some(Ok(mut last)) = self.log.as_ref().map(Mutex::lock) else { return };
        if last.elapsed() < if self.form == Show::Json { BETWEEN_OBJECTS } else { BETWEEN_LINES } {
            return;
        }
        *last = Instant::now();
        let left = self.begun.elapsed().as_secs_f64() * (of - done) as f64 / (done - self.before).max(1) as f64;
        if self.form == Show::Json {
            self.tell(|| json!({ "event": "progress", "what": self.what, "done": done, "of": of, "seconds_left": left.round() }));
        } else {
            // A log that cannot be written to is no reason to stop.
            let _ = writeln!(std::io::stderr(), "{done}/{of} {}, about {left:.0} s left", self.what);
        }
    }

    /// Ends a part, and takes the bar away.
    pub fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.log = None;
        self.spent += self.begun.elapsed().as_secs_f64();
        self.under_way = false;
        self.tell(|| json!({ "event": "end", "seconds": self.spent }));
    }

    /// Tells a program that asked for it.
    fn tell(&self, object: impl FnOnce() -> Value) {
        if self.form == Show::Json {
            let _ = writeln!(std::io::stderr(), "{}", object());
        }
    }

    /// Seconds spent in all parts, and in the one under way.
    pub fn seconds(&self) -> f64 {
        self.spent + if self.under_way { self.begun.elapsed().as_secs_f64() } else { 0.0 }
    }
}

/// How many a second, as screens show it: with a decimal only where there are few.
fn rate(per_second: f64) -> String {
    format!("{}/s", decimals(per_second, i32::from(per_second < 10.0)))
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn rates_are_whole_with_separators_unless_they_are_small() {
        assert_eq!([391.0252, 12_345.6, 2.34, 0.0].map(rate), ["391/s", "12,346/s", "2.3/s", "0.0/s"]);
    }
}
