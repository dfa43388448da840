//! How numbers, measures and policies are put in words.

use crate::measures::{Better, Measure};
use crate::output::numbers::{self, decimals, places, probability, with_interval};
use crate::stats::Interval;

/// An estimate with its interval.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) value: f64,
    pub(super) interval: Option<Interval>,
    /// Whether the interval covers less than it says.
    pub(super) is_skewed: bool,
}

/// What stands behind an interval that covers less than it says.
pub(super) const MARK: &str = "†";

impl Known {
    /// `12.3 (11.8 to 12.9)`, of USD in millions.
    pub(super) fn text(self, unit: &str) -> String {
        with_interval(self.value, self.interval, scale_of(unit)) + self.mark()
    }

    fn mark(self) -> &'static str {
        if self.is_skewed && self.interval.is_some() { MARK } else { "" }
    }

    /// A share of replications in percent; where it was none or all of them, how far from that it can be.
    pub(super) fn share(self) -> String {
        match self.interval {
            Some(interval) if self.value <= 0.0 => format!("under {}%", numbers::bound_percent(interval.high, true, 1)),
            Some(interval) if self.value >= 1.0 => format!("over {}%", numbers::bound_percent(interval.low, false, 1)),
            _ => format!("{}%", numbers::percent(self.value)),
        }
    }

    /// The same with its interval.
    pub(super) fn share_and_ends(self) -> String {
        match self.interval {
            Some(i) if self.value > 0.0 && self.value < 1.0 => {
                format!("{} ({} to {})", self.share(), numbers::percent(i.low), numbers::percent(i.high))
            }
            _ => self.share(),
        }
    }

    /// Whether no replication has any.
    pub(super) fn is_none_seen(self) -> bool {
        self.value == 0.0 && self.interval.is_some_and(|i| i.low == 0.0 && i.high == 0.0)
    }

    /// The value alone, with the digits that its interval bears out.
    pub(super) fn bare(self, unit: &str) -> String {
        if self.is_none_seen() {
            return "none".to_owned();
        }
        let scale = scale_of(unit);
        let scaled = self.interval.map(|i| Interval { low: i.low / scale, high: i.high / scale });
        decimals(self.value / scale, places(scaled).min(2))
    }

    /// The ends alone: `11.8 to 12.9`.
    pub(super) fn ends(self, unit: &str) -> String {
        let scale = scale_of(unit);
        let Some(i) = self.interval else { return "no interval".to_owned() };
        let scaled = Interval { low: i.low / scale, high: i.high / scale };
        if scaled.low == scaled.high {
            return "the same in all replications".to_owned();
        }
        let places = places(Some(scaled)).min(2);
        format!("{} to {}{}", numbers::end(scaled.low, places), numbers::end(scaled.high, places), self.mark())
    }

    /// As a probability.
    pub(super) fn chance(self, n: u64) -> String {
        probability(self.value, self.interval, n)
    }

    /// A difference by its value alone, with its sign.
    pub(super) fn signed(self, unit: &str) -> String {
        let value = self.bare(unit);
        if self.value > 0.0 && !value.starts_with('n') { format!("+{value}") } else { value }
    }

    /// How many are killed or wounded, in words: `12.3 killed (11.8 to 12.9)`.
    pub(super) fn harmed(self, what: &str) -> String {
        if self.is_none_seen() {
            return format!("none {what}");
        }
        format!("{} {what} ({})", self.bare("people"), self.ends("people"))
    }

    /// Whether the interval leaves no doubt of the sign. One without width, of values that are all alike, says nothing of rarer
    /// ones.
    pub(super) fn is_clear(self) -> bool {
        self.interval.is_some_and(|i| i.low != i.high && (i.low > 0.0 || i.high < 0.0))
    }

    /// A difference in words: `21.5 fewer wounded (19.4 to 23.7)`, or that none is seen.
    pub(super) fn change(self, unit: &str, what: &str) -> String {
        if !self.is_clear() {
            return format!("no clear change in {what} ({})", self.ends(unit));
        }
        let away = if self.value < 0.0 { self.negated() } else { self };
        let word = if self.value < 0.0 { "fewer" } else { "more" };
        format!("{} {word} {what} ({})", away.bare(unit), away.ends(unit))
    }

    fn negated(self) -> Self {
        let interval = self.interval.map(|i| Interval { low: -i.high, high: -i.low });
        Self { value: -self.value, interval, ..self }
    }
}

/// A share as a percentage, with the decimals that keep it from 0% and 100% unless it is just that.
pub(super) fn percent(share: f64) -> String {
    // Freed of what arithmetic leaves in the last bits.
    let value = (1e11 * share).round() / 1e9;
    let is_end = |places: &i32| {
        let shown = decimals(value, *places);
        shown.parse() == Ok(0.0) || shown.parse() == Ok(100.0)
    };
    let fewest = i32::from(!(10.0..=90.0).contains(&value) && value.fract() != 0.0);
    let places = (fewest..4).find(|places| !is_end(places)).unwrap_or(if value.fract() == 0.0 { 0 } else { 4 });
    format!("{}%", decimals(value, places))
}

/// What values are divided by to be shown.
pub(super) fn scale_of(unit: &str) -> f64 {
    if unit == "USD" { 1e6 } else { 1.0 }
}

/// A unit as it is shown.
pub(super) fn unit_text(unit: &str) -> &str {
    if unit == "USD" { "USD million" } else { unit }
}

/// A short name of a measure for charts; its meaning stands beside it.
pub(super) fn short(measure: &str) -> String {
    match measure {
        "casualties.killed" => "Killed on the road by the deadline",
        "casualties.wounded" => "Wounded on the road by the deadline",
        "casualties.killed_in_all" => "Killed in all, to the end",
        "casualties.wounded_in_all" => "Wounded in all, to the end",
        "contacts.all" => "Contacts on the road",
        "people.out_by_deadline" => "People out by the deadline",
        "people.all_out_by_deadline" => "Chance that all are out",
        "people.last_out_days" => "Day the last leave",
        "equipment.lost_units" => "Items lost",
        "equipment.lost_usd" => "Value lost",
        "equipment.destroyed_units" => "Items destroyed",
        "equipment.abandoned_units" => "Items abandoned or looted",
        "equipment.evacuated_units" => "Items evacuated",
        "equipment.sensitive_left_usable" => "Sensitive items left usable",
        "columns.truck_days_held" => "Truck-days held",
        "casualties.killed_base_fire" => "Killed by fire at bases",
        "casualties.wounded_base_fire" => "Wounded by fire at bases",
        other => {
            return Measure::named(other)
                .map_or_else(|| other.to_owned(), |m| m.meaning().trim_end_matches('.').to_owned());
        }
    }
    .to_owned()
}

/// The unit of a measure by name.
pub(super) fn unit_of(measure: &str) -> &'static str {
    Measure::named(measure).map_or("days", Measure::unit)
}

/// The direction that is better, in words; empty if neither is.
pub(super) fn better(measure: &str) -> &'static str {
    match Measure::named(measure).map(Measure::better) {
        Some(Better::Lower) => "lower is better",
        Some(Better::Higher) => "higher is better",
        _ => "",
    }
}

/// A mean amount; `none` where there is none in any replication.
pub(super) fn amount(value: f64, places: i32) -> String {
    if value == 0.0 { "none".to_owned() } else { numbers::end(value, places) }
}

/// An id in words.
pub(super) fn spaced(id: &str) -> String {
    id.replace('_', " ")
}

/// `a, b and c`.
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_replications_is_never_shown_as_none_or_all() {
        let known =
            |value, low, high| Known { value, interval: Some(Interval { low, high }), is_skewed: false }.share();
        assert_eq!(known(0.0, 0.0, 0.003_68), "under 0.4%");
        assert_eq!(known(1.0, 0.996_32, 1.0), "over 99.6%");
        assert_eq!(known(0.0004, 1e-5, 0.002), "0.04%");
        assert_eq!(known(0.135, 0.115, 0.158), "13.5%");
    }

    #[test]
    fn an_interval_that_covers_less_is_marked() {
        let known = Known { value: 3.0, interval: Some(Interval { low: 1.0, high: 5.0 }), is_skewed: true };
        assert_eq!((known.text("people"), known.ends("people")), ("3.0 (1.0 to 5.0)†".into(), "1.0 to 5.0†".into()));
        assert_eq!(known.change("people", "wounded"), "3.0 more wounded (1.0 to 5.0†)");
        assert_eq!(Known { interval: None, ..known }.ends("people"), "no interval");
    }
}
