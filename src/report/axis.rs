//! Scales from values to places, and where their ticks stand.

use crate::output::numbers::decimals;
use crate::units::Date;

/// A linear scale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// From values to places; a range without width is widened.
    pub(super) fn new((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self { low, high, from, to }
    }

    pub(super) fn at(&self, value: f64) -> f64 {
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    pub(super) fn clamped(&self, value: f64) -> f64 {
        self.at(value.clamp(self.low, self.high))
    }
}

/// The step of ticks of a range: 1, 2 or 5 times a power of ten.
pub(super) fn step(span: f64, about: usize) -> f64 {
    let wanted = (span / about as f64).max(1e-12);
    let mut power = 1.0;
    while power > wanted {
        power /= 10.0;
    }
    while power * 10.0 <= wanted {
        power *= 10.0;
    }
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|&step| step >= wanted * 0.999).unwrap_or(power)
}

/// A range that ends on ticks, and the ticks.
///
/// Long texts get fewer ticks.
pub(super) fn ticks(low: f64, high: f64, about: usize) -> (f64, f64, Vec<f64>) {
    let high = if high > low { high } else { low + 1.0 };
    let about = if low.abs().max(high) >= 8_000.0 { about.div_ceil(2) } else { about };
    let step = step(high - low, about);
    let (first, last) = ((low / step).floor(), (high / step).ceil());
    let all = (0..=(last - first) as usize).map(|at| (first + at as f64) * step).collect();
    (first * step, last * step, all)
}

/// A tick's text, with the decimals that its step needs.
pub(super) fn tick_text(value: f64, step: f64) -> String {
    let value = if value.abs() < step / 1e6 { 0.0 } else { value };
    if step >= 1_000_000.0 || value.abs() >= 10_000_000.0 {
        return format!("{}m", trimmed(value / 1e6));
    }
    let places = (0..6).find(|&places| is_whole(step * [1.0, 10.0, 100.0, 1e3, 1e4, 1e5][places])).unwrap_or(5);
    decimals(value, places as i32)
}

fn trimmed(value: f64) -> String {
    let text = decimals(value, 1);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6 * value.abs().max(1.0)
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `21 Oct 2023`.
pub(super) fn day(date: Date) -> String {
    format!("{} {} {}", date.day(), MONTHS[date.month() as usize - 1], date.year())
}

/// `21 Oct`.
pub(super) fn short_day(date: Date) -> String {
    format!("{} {}", date.day(), MONTHS[date.month() as usize - 1])
}

/// First days of months within a range, thinned to about so many, with a text each.
pub(super) fn months(from: Date, to: Date, about: usize) -> Vec<(Date, String)> {
    let months = |date: Date| date.year() * 12 + i32::from(date.month()) - 1;
    let every = ((months(to) - months(from)) as usize / about.max(1)).max(1);
    let mut all = Vec::new();
    for month in (months(from)..=months(to)).step_by(every) {
        let Some(date) = Date::from_ymd(month.div_euclid(12), month.rem_euclid(12) as u8 + 1, 1) else { continue };
        if date >= from && date <= to {
            let name = MONTHS[month.rem_euclid(12) as usize];
            let text = if all.is_empty() || date.month() <= every as u8 {
                format!("{name} {}", date.year())
            } else {
                name.to_owned()
            };
            all.push((date, text));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_the_range() {
        assert_eq!(ticks(0.0, 13_871.0, 5), (0.0, 15_000.0, vec![0.0, 5_000.0, 10_000.0, 15_000.0]));
        assert_eq!(ticks(0.0, 7_000.0, 5).2.len(), 5);
        let (low, high, all) = ticks(-0.13, 0.31, 4);
        assert!(low <= -0.13 && high >= 0.31 && all.len() >= 3, "{all:?}");
        assert_eq!(tick_text(0.2, 0.1), "0.2");
        assert_eq!(tick_text(15_000.0, 5_000.0), "15,000");
        assert_eq!(tick_text(20_000_000.0, 5_000_000.0), "20m");
    }

    #[test]
    fn months_begin_on_the_first() {
        let date = |text: &str| text.parse().unwrap();
        let all = months(date("2023-07-01"), date("2024-01-01"), 7);
        let texts: Vec<&str> = all.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["Jul 2023", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan 2024"]);
    }
}
