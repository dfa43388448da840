//! Scales from values to places, and where their ticks stand.

use std::iter;

use crate::output::numbers::decimals;
use crate::report::svg::text_width;
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

/// Least room between two dates along a foot.
const GAP: f64 = 7.0;

/// Dates along a foot, each with its place and its text: first days of months, so many that no two texts come nearer than a
/// gap; days, where there are hardly any such. What would leave the chart at its right edge is left out.
pub(super) fn dates(from: Date, to: Date, scale: Scale, edge: f64) -> Vec<(f64, String)> {
    let half = |text: &str| text_width(text) / 2.0;
    let placed = |all: Vec<(Date, String)>| -> Vec<(f64, String)> {
        let all = all.into_iter().map(|(date, text)| (scale.at(date.days_since(from)), text));
        all.filter(|(x, text)| x + half(text) <= edge).collect()
    };
    let fits = |all: &Vec<(f64, String)>| {
        all.windows(2).all(|two| two[0].0 + half(&two[0].1) + GAP <= two[1].0 - half(&two[1].1))
    };
    let is_short = months(from, to, 1).len() < 3;
    let days = [1, 2, 7, 14, 28].into_iter().filter(|_| is_short).map(|every| days(from, to, every));
    let years = iter::successors(Some(12), |every| Some(2 * every));
    let months = [1, 2, 3, 4, 6, 8].into_iter().chain(years).map(|every| months(from, to, every));
    days.chain(months).map(placed).find(fits).expect("one date alone fits, and steps grow until there is no more")
}

/// Every so many days from the first on, the first of each year with it.
fn days(from: Date, to: Date, every: usize) -> Vec<(Date, String)> {
    let all = (0..=to.days_from(from)).step_by(every).map(|days| from.plus_days(days));
    with_years(all, day, short_day)
}

/// First days of every so many months, counted from January, the first of each year with it.
fn months(from: Date, to: Date, every: i32) -> Vec<(Date, String)> {
    let month = |date: Date| date.year() * 12 + i32::from(date.month()) - 1;
    let all = (month(from)..=month(to)).filter(|month| month.rem_euclid(every) == 0);
    let all = all.filter_map(|month| Date::from_ymd(month.div_euclid(12), month.rem_euclid(12) as u8 + 1, 1));
    let name = |date: Date| MONTHS[date.month() as usize - 1];
    with_years(
        all.filter(|&date| date >= from && date <= to),
        |date| format!("{} {}", name(date), date.year()),
        |date| name(date).to_owned(),
    )
}

/// Dates with their texts: long for the first of each year, else short.
fn with_years(
    dates: impl Iterator<Item = Date>,
    long: impl Fn(Date) -> String,
    short: impl Fn(Date) -> String,
) -> Vec<(Date, String)> {
    let mut year = None;
    let text = |date: Date| {
        let is_new = year.replace(date.year()) != Some(date.year());
        (date, if is_new { long(date) } else { short(date) })
    };
    dates.map(text).collect()
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

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn texts(from: &str, to: &str, ends: (f64, f64)) -> Vec<String> {
        let (from, to) = (date(from), date(to));
        let all = dates(from, to, Scale::new((0.0, to.days_since(from)), ends), 480.0);
        all.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn months_begin_on_the_first_and_days_stand_where_there_are_few() {
        let wide = (54.0, 440.0);
        let half = ["Jul 2023", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan 2024"];
        assert_eq!(texts("2023-07-01", "2024-01-01", wide), half);
        let year = ["Mar 2024", "May", "Jul", "Sep", "Nov", "Jan 2025"];
        assert_eq!(texts("2024-01-15", "2025-01-15", wide), year);
        assert_eq!(texts("2024-12-27", "2025-01-14", wide), ["27 Dec 2024", "3 Jan 2025", "10 Jan"]);
    }

    #[test]
    fn dates_never_overlap_nor_leave_the_chart() {
        let start = date("2024-01-01");
        for ends in [(54.0, 466.0), (54.0, 346.0), (112.0, 458.0)] {
            for late in (0..800).step_by(3) {
                for length in (1..60).chain((60..800).step_by(17)).chain([1_200, 4_000, 12_000, 40_000]) {
                    let from = start.plus_days(late);
                    let scale = Scale::new((0.0, f64::from(length)), ends);
                    let all = dates(from, from.plus_days(length), scale, 480.0);
                    let half = |text: &str| text_width(text) / 2.0;
                    let what = || format!("{length} days from {from}: {all:?}");
                    assert!(all.len() >= 2 || length < 7, "{}", what());
                    assert!(all[0].1.contains("20"), "{}", what());
                    for two in all.windows(2) {
                        let between = (two[1].0 - half(&two[1].1)) - (two[0].0 + half(&two[0].1));
                        assert!(between >= GAP, "{between} in {}", what());
                    }
                    for (x, text) in &all {
                        assert!(x - half(text) >= 0.0 && x + half(text) <= 480.0, "{text} in {}", what());
                        assert!(*x >= ends.0 && *x <= ends.1 + 1e-9, "{text} in {}", what());
                    }
                }
            }
        }
    }
}
