//! Dates, and their exchange with the simulation's clock.
//!
//! Inside a replication time is days since the mission's start as `f64`, 00:00 UTC. A [`Date`] is what scenarios and
//! reports say; it has no time zone and no clock.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use time::Month;

/// Julian day number of 1970-01-01, the day a [`Date`] counts from.
const EPOCH_JULIAN_DAY: i32 = 2_440_588;

/// A day of the Gregorian calendar, from 0001-01-01 to 9999-12-31.
///
/// # Examples
/// ```
/// use rearguard::units::Date;
///
/// let start: Date = "2023-06-30".parse()?;
/// assert_eq!(start.plus_days(184).to_string(), "2023-12-31");
/// assert_eq!(start.after(1.75), Date::from_ymd(2023, 7, 1).unwrap());
/// # Ok::<(), rearguard::units::DateError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Days since 1970-01-01.
    days: i32,
}

/// Why a text is not a [`Date`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DateError {
    /// Not four digits, a hyphen, two digits, a hyphen, two digits.
    #[error("date `{0}` is not of the form YYYY-MM-DD")]
    Form(String),
    /// The form is right and the calendar has no such day.
    #[error("date `{0}` is not in the calendar")]
    NoSuchDay(String),
}

impl Date {
    /// The first day that can be written, 0001-01-01.
    pub const MIN: Self = Self { days: -719_162 };
    /// The last day that can be written, 9999-12-31.
    pub const MAX: Self = Self { days: 2_932_896 };

    /// The day of a year (1 to 9999), month (1 to 12) and day of the month (from 1), or `None` if there is no such day.
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        if !(1..=9999).contains(&year) {
            return None;
        }
        let month = Month::try_from(month).ok()?;
        let date = time::Date::from_calendar_date(year, month, day).ok()?;
        Some(Self { days: date.to_julian_day() - EPOCH_JULIAN_DAY })
    }

    /// The day `days` after 1970-01-01, held to [`Date::MIN`] and [`Date::MAX`].
    pub fn from_epoch_days(days: i32) -> Self {
        Self { days: days.clamp(Self::MIN.days, Self::MAX.days) }
    }

    /// Days since 1970-01-01.
    pub fn epoch_days(self) -> i32 {
        self.days
    }

    /// Year, 1 to 9999.
    pub fn year(self) -> i32 {
        self.calendar().year()
    }

    /// Month, 1 to 12.
    pub fn month(self) -> u8 {
        u8::from(self.calendar().month())
    }

    /// Day of the month, from 1.
    pub fn day(self) -> u8 {
        self.calendar().day()
    }

    /// The day `days` later (earlier if negative), held to [`Date::MIN`] and [`Date::MAX`].
    pub fn plus_days(self, days: i32) -> Self {
        Self::from_epoch_days(self.days.saturating_add(days))
    }

    /// Whole days from `earlier` to this day; negative if it comes before.
    pub fn days_from(self, earlier: Self) -> i32 {
        self.days - earlier.days
    }

    /// The day on which a moment falls that comes `days` after this day's 00:00.
    ///
    /// # Arguments
    /// * `days` - any sign, any fraction; beyond the calendar's ends (and infinite) it is held to them.
    ///
    /// # Panics
    /// If `days` is NaN.
    pub fn after(self, days: f64) -> Self {
        assert!(!days.is_nan(), "the number of days after {self} is not a number");
        // The cast saturates, so no magnitude wraps round.
        self.plus_days(days.floor() as i32)
    }

    /// Days from `start`'s 00:00 to this day's 00:00: the simulation's clock, whole and exact.
    pub fn days_since(self, start: Self) -> f64 {
        f64::from(self.days_from(start))
    }

    fn calendar(self) -> time::Date {
        time::Date::from_julian_day(self.days + EPOCH_JULIAN_DAY).expect("every Date is inside the calendar's range")
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.calendar().to_calendar_date();
        // `pad` lets a table's width and alignment apply to the whole date.
        f.pad(&format!("{year:04}-{:02}-{day:02}", u8::from(month)))
    }
}

impl FromStr for Date {
    type Err = DateError;

    /// Reads `YYYY-MM-DD`, digits only, nothing before or after.
    fn from_str(text: &str) -> Result<Self, DateError> {
        let (year, month, day) = parts(text).ok_or_else(|| DateError::Form(text.to_owned()))?;
        Self::from_ymd(year, month, day).ok_or_else(|| DateError::NoSuchDay(text.to_owned()))
    }
}

/// Year, month and day as written, with no look at the calendar.
fn parts(text: &str) -> Option<(i32, u8, u8)> {
    let bytes = text.as_bytes();
    let form = bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() });
    if !form {
        return None;
    }
    Some((text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn reads_what_it_writes_on_every_day_of_four_centuries() {
        let mut day = Date::from_ymd(1800, 1, 1).unwrap();
        let end = Date::from_ymd(2200, 1, 1).unwrap();
        while day < end {
            assert_eq!(date(&day.to_string()), day);
            assert_eq!(Date::from_ymd(day.year(), day.month(), day.day()), Some(day));
            day = day.plus_days(1);
        }
        assert_eq!(day, end);
    }

    #[test]
    fn counts_from_the_epoch_and_knows_leap_years() {
        assert_eq!(date("1970-01-01").epoch_days(), 0);
        assert_eq!(date("2000-03-01").epoch_days(), 11_017);
        assert_eq!(date("2024-02-28").plus_days(1), date("2024-02-29"));
        assert_eq!(Date::from_ymd(1900, 2, 29), None);
        assert_eq!(date("2023-12-31").days_from(date("2023-06-30")), 184);
        assert_eq!(date("2023-12-31").days_since(date("2023-06-30")), 184.0);
    }

    #[test]
    fn a_moment_falls_on_the_day_it_has_not_left() {
        let start = date("2023-06-30");
        assert_eq!(start.after(0.999_999), start);
        assert_eq!(start.after(1.0), date("2023-07-01"));
        assert_eq!(start.after(-0.25), date("2023-06-29"));
    }

    #[test]
    fn holds_to_the_ends_of_the_calendar() {
        assert_eq!(Date::MIN, date("0001-01-01"));
        assert_eq!(Date::MAX, date("9999-12-31"));
        assert_eq!(Date::MAX.plus_days(i32::MAX), Date::MAX);
        assert_eq!(date("2023-01-01").after(f64::INFINITY), Date::MAX);
        assert_eq!(date("2023-01-01").after(-1e300), Date::MIN);
        assert_eq!(Date::from_epoch_days(i32::MIN), Date::MIN);
        assert_eq!(Date::MIN.to_string(), "0001-01-01");
    }

    #[test]
    fn refuses_other_forms_and_days_that_do_not_exist() {
        for text in ["", "2023-6-30", "2023/06/30", "2023-06-30 ", "+023-06-30", "20230630", "2023-06-3é", "é023-06-3"]
        {
            assert_eq!(text.parse::<Date>(), Err(DateError::Form(text.to_owned())), "{text}");
        }
        for text in ["2023-02-29", "2023-13-01", "2023-00-10", "2023-04-31", "2023-01-00", "0000-01-01"] {
            assert_eq!(text.parse::<Date>(), Err(DateError::NoSuchDay(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn pads_like_a_text() {
        assert_eq!(format!("{:>12}|", date("2023-06-30")), "  2023-06-30|");
    }
}
