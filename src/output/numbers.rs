//! Numbers for people: thousands apart, and no more digits than the interval bears out.

use crate::stats::Interval;
use crate::summary::Method;

/// Whole number with thousands apart.
pub fn whole(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 && digits != "0" { format!("-{text}") } else { text }
}

/// A number with a fixed number of decimals and thousands apart; of fewer than none, rounded to tens, hundreds and so on.
pub fn decimals(value: f64, places: i32) -> String {
    if places < 0 {
        let step = (0..-places).fold(1.0, |step, _| 10.0 * step);
        return whole((value / step).round() * step);
    }
    let places = places as usize;
    let rounded = format!("{:.places$}", value.abs());
    let (head, tail) = rounded.split_once('.').unwrap_or((&rounded, ""));
    let head = whole(head.parse().unwrap_or(0.0));
    let sign = if value < 0.0 && rounded.chars().any(|c| c.is_ascii_digit() && c != '0') { "-" } else { "" };
    if places == 0 { format!("{sign}{head}") } else { format!("{sign}{head}.{tail}") }
}

/// Decimals that an interval's half-width bears out: its second significant digit, at most four; below none where that digit
/// counts tens or more.
pub fn places(interval: Option<Interval>) -> i32 {
    let half = interval.map_or(0.0, |interval| interval.half_width());
    if half <= 0.0 || !half.is_finite() {
        return 1;
    }
    let mut places = 4;
    let mut least = 0.001;
    while places > -12 && half >= 10.0 * least {
        (places, least) = (places - 1, 10.0 * least);
    }
    places
}

/// `12.3 (11.8 to 12.9)`, in a unit that is `scale` of the value's.
pub fn with_interval(value: f64, interval: Option<Interval>, scale: f64) -> String {
    let scaled = interval.map(|interval| interval.over(scale));
    let places = places(scaled);
    let value = value / scale;
    match scaled {
        Some(Interval { low, high }) if low != high => {
            let of_ends = clear_places(low, places).max(clear_places(high, places));
            let value = decimals(value, clear_places(value, places).min(of_ends));
            format!("{value} ({} to {})", end(low, places), end(high, places))
        }
        _ => decimals(value, places),
    }
}

/// Decimals at which a number that is not nought does not read so: those given, and six at most.
fn clear_places(value: f64, places: i32) -> i32 {
    (places..=6).find(|&places| decimals(value, places).parse() != Ok(0.0)).unwrap_or(places)
}

/// An end of an interval. One that is nought is just that, such as one at which an interval was cut: no digits of it are known
/// or not. One that is not has as many as show on which side of nought it lies.
pub fn end(value: f64, places: i32) -> String {
    if value == 0.0 { "0".to_owned() } else { decimals(value, clear_places(value, places)) }
}

/// The largest factor that is spelled out: beyond it two policies hardly differ, and arithmetic decides what comes out.
const LARGEST_FACTOR: f64 = 1e3;

/// How many times more replications, with its interval; at least how many, of a factor too large to be known well.
pub fn factor(value: f64, interval: Option<Interval>) -> String {
    match interval {
        Some(interval) if value >= 1e4 || interval.low > LARGEST_FACTOR => {
            format!("over {}", whole(interval.low.min(LARGEST_FACTOR)))
        }
        Some(_) => with_interval(value, interval, 1.0),
        None => "-".to_owned(),
    }
}

/// What stands behind an interval that covers less than it says.
pub const MARK: &str = "*";

/// What the mark means, for the foot of a screen of `n` replications.
pub fn meaning_of_mark(n: u64) -> String {
    format!("{MARK} too skewed for {} replications: the interval covers less than 95%; take more", whole(n as f64))
}

/// An estimate with its interval and, where that covers less than it says, the mark; of values that are all alike, that no
/// spread was seen.
///
/// # Arguments
/// * `n` - replications.
/// * `scale` - what the value is divided by.
pub fn known(value: f64, interval: Option<Interval>, method: Method, n: u64, scale: f64) -> String {
    match method {
        Method::NoSpread if value == 0.0 => format!("none in {}", whole(n as f64)),
        Method::NoSpread => format!("{} in all {}", with_interval(value, None, scale), whole(n as f64)),
        _ => format!("{}{}", with_interval(value, interval, scale), if method.is_skewed() { MARK } else { "" }),
    }
}

/// A share in percent, without the sign: one decimal, and more where a share that is neither none nor all would read so.
pub fn percent(share: f64) -> String {
    let is_end = |text: &String| matches!(text.parse(), Ok(0.0 | 100.0));
    let mut texts = (1..=6).map(|places| decimals(100.0 * share, places));
    texts.find(|text| !is_end(text)).unwrap_or_else(|| decimals(100.0 * share, 1))
}

/// The same of a bound: rounded to the side on which it still holds.
///
/// # Arguments
/// * `is_most` - it is an upper bound, else a lower one.
/// * `places` - decimals at least.
pub fn bound_percent(share: f64, is_most: bool, places: i32) -> String {
    let is_end = |places: &i32| matches!(decimals(100.0 * share, *places).parse(), Ok(0.0 | 100.0));
    let places = (places..=6).find(|places| !is_end(places)).unwrap_or(places);
    let cells = (0..places).fold(1.0, |cells, _| cells * 10.0);
    // Freed of what arithmetic leaves in the last bits.
    let at = (100.0 * share * cells * 1e6).round() / 1e6;
    decimals(if is_most { at.ceil() } else { at.floor() } / cells, places)
}

/// A share in whole percent, without the sign; with decimals where one that is neither none nor all would read so.
pub fn round_percent(share: f64) -> String {
    let round = decimals(100.0 * share, 0);
    if matches!(round.parse(), Ok(0.0 | 100.0)) && share != 0.0 && share != 1.0 { percent(share) } else { round }
}

/// A share of a variance with its interval: one that comes out as none is not said to be none.
pub fn share_of_variance(share: f64, interval: Option<Interval>) -> String {
    let value = || format!("{}%", round_percent(share));
    match interval {
        Some(Interval { low, high }) if low <= 0.0 && high >= 1.0 => "anything from none to all".to_owned(),
        Some(Interval { high, .. }) if share <= 0.0 => format!("none seen: under {}%", bound_percent(high, true, 0)),
        Some(Interval { low, .. }) if share >= 1.0 => format!("all seen: over {}%", bound_percent(low, false, 0)),
        Some(Interval { low, high }) => format!("{} ({} to {})", value(), round_percent(low), round_percent(high)),
        None if share <= 0.0 => "none seen (no interval)".to_owned(),
        None if share >= 1.0 => "all seen (no interval)".to_owned(),
        None => format!("{} (no interval)", value()),
    }
}

/// A probability with its interval, never as 0% or 100%.
pub fn probability(value: f64, interval: Option<Interval>, n: u64) -> String {
    match interval {
        Some(interval) if value <= 0.0 => {
            format!("none of {}: under {}%", whole(n as f64), bound_percent(interval.high, true, 2))
        }
        Some(interval) if value >= 1.0 => {
            format!("all of {}: over {}%", whole(n as f64), bound_percent(interval.low, false, 2))
        }
        Some(interval) => format!("{}% ({} to {})", percent(value), percent(interval.low), percent(interval.high)),
        None => format!("{}%", percent(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::Caveats;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(whole(1_234_567.0), "1,234,567");
        assert_eq!(whole(-12.0), "-12");
        assert_eq!(decimals(-0.04, 1), "0.0");
        assert_eq!(decimals(1234.56, 1), "1,234.6");
    }

    #[test]
    fn of_a_factor_beyond_a_thousand_the_size_alone_is_shown() {
        let of = |value, low, high| factor(value, Some(Interval { low, high }));
        assert_eq!(of(15_500_000.0, 15_276_643.0, 16e6), "over 1,000");
        assert_eq!(of(f64::INFINITY, f64::INFINITY, f64::INFINITY), "over 1,000");
        assert_eq!(of(20_000.0, 900.4, 1e6), "over 900");
        assert_eq!(of(1_200.0, 900.0, 1_600.0), "1,200 (900 to 1,600)");
        assert_eq!((of(12.0, 10.0, 14.0).as_str(), factor(12.0, None).as_str()), ("12.0 (10.0 to 14.0)", "-"));
    }

    #[test]
    fn bounds_are_rounded_to_the_side_on_which_they_hold() {
        let of = |share, is_most| bound_percent(share, is_most, 1);
        assert_eq!([of(0.00613, true), of(0.99387, false)], ["0.7", "99.3"]);
        assert_eq!([of(0.005, true), of(0.995, false), of(0.3, true)], ["0.5", "99.5", "30.0"]);
        assert_eq!([of(0.999_99, true), of(0.000_01, false)], ["99.999", "0.001"]);
    }

    #[test]
    fn digits_follow_the_interval() {
        let shown = |low, high| with_interval(12.345, Some(Interval { low, high }), 1.0);
        assert_eq!(shown(10.0, 14.0), "12.3 (10.0 to 14.0)");
        assert_eq!(shown(12.3, 12.4), "12.345 (12.300 to 12.400)");
        // The half-width has two digits that count, whatever they are digits of.
        let wide = |value, low, high| with_interval(value, Some(Interval { low, high }), 1.0);
        assert_eq!(wide(45_238.0, 42_446.0, 48_029.0), "45,200 (42,400 to 48,000)");
        assert_eq!(wide(-26_515.4, -177_617.0, 124_587.0), "-30,000 (-180,000 to 120,000)");
        assert_eq!(wide(1_103.0, 1_081.0, 1_124.0), "1,103 (1,081 to 1,124)");
        assert_eq!([0, -1, -2].map(|places| decimals(1_250.4, places)), ["1,250", "1,250", "1,300"]);
    }

    #[test]
    fn a_probability_is_never_nought_or_certain() {
        let none = probability(0.0, Some(Interval { low: 0.0, high: 0.00368 }), 1000);
        assert_eq!(none, "none of 1,000: under 0.37%");
        let of_a_million = |value, low, high| probability(value, Some(Interval { low, high }), 1_000_000);
        assert_eq!(of_a_million(0.0, 0.0, 3.7e-6), "none of 1,000,000: under 0.0004%");
        assert_eq!(of_a_million(1.0, 1.0 - 3.7e-6, 1.0), "all of 1,000,000: over 99.9996%");
        // One in a thousand, by Clopper and Pearson.
        assert_eq!(probability(0.001, Some(Interval { low: 2.5e-5, high: 0.005_56 }), 1000), "0.1% (0.003 to 0.6)");
        assert_eq!(probability(1e-4, None, 10_000), "0.01%");
        assert_eq!([0.0, 0.0704, 0.999_96, 1.0].map(percent), ["0.0", "7.0", "99.996", "100.0"]);
    }

    #[test]
    fn a_share_of_the_variance_is_never_said_to_be_none_or_all() {
        let shown = |share, low, high| share_of_variance(share, Some(Interval { low, high }));
        assert_eq!(shown(0.4, 0.11, 0.69), "40% (11 to 69)");
        assert_eq!(shown(0.0, 0.0, 0.23), "none seen: under 23%");
        assert_eq!(shown(0.0, 0.0, 0.003), "none seen: under 0.3%");
        assert_eq!(shown(0.002, 0.0, 0.014), "0.2% (0 to 1)");
        assert_eq!(shown(0.4, 0.0, 1.0), "anything from none to all");
        assert_eq!(share_of_variance(0.0, None), "none seen (no interval)");
        assert_eq!(share_of_variance(0.997, None), "99.7% (no interval)");
        assert_eq!(share_of_variance(1.0, None), "all seen (no interval)");
    }

    #[test]
    fn what_covers_less_is_marked_and_what_shows_no_spread_says_so() {
        let interval = Some(Interval { low: 0.2, high: 1.8 });
        let skewed = Caveats { is_skewed: true, ..Caveats::default() };
        assert_eq!(known(1.0, interval, Method::T(Caveats::default()), 1000, 1.0), "1.00 (0.20 to 1.80)");
        assert_eq!(known(1.0, interval, Method::T(skewed), 1000, 1.0), "1.00 (0.20 to 1.80)*");
        let alike = |value| known(value, Some(Interval { low: value, high: value }), Method::NoSpread, 1000, 1.0);
        assert_eq!((alike(0.0), alike(36.0)), ("none in 1,000".to_owned(), "36.0 in all 1,000".to_owned()));
    }

    #[test]
    fn an_end_at_nought_has_no_digits() {
        assert_eq!(with_interval(0.005, Some(Interval { low: 0.0, high: 0.0107 }), 1.0), "0.0050 (0 to 0.0107)");
        assert_eq!(with_interval(-0.4, Some(Interval { low: -0.9, high: 0.0 }), 1.0), "-0.40 (-0.90 to 0)");
        assert_eq!(with_interval(1.3, Some(Interval { low: -0.0003, high: 2.8 }), 1.0), "1.3 (-0.0003 to 2.8)");
        // An estimate has the digits of its ends where it would read nought without.
        let tiny = |value| with_interval(value, Some(Interval { low: -2.1e-5, high: 9e-6 }), 1.0);
        assert_eq!(tiny(-6e-6), "-0.00001 (-0.00002 to 0.00001)");
        assert_eq!(tiny(0.0), "0.0000 (-0.00002 to 0.00001)");
        assert_eq!(with_interval(1e-5, Some(Interval { low: -0.039, high: 0.039 }), 1.0), "0.000 (-0.039 to 0.039)");
    }
}
