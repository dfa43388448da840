//! A point process in time by thinning: potential points laid out from keyed streams, of which those happen whose height
//! lies below the rate when they come.
//!
//! Points stand in spans of days, each kind in a span drawn from its own stream in order of height, so that no draw moves
//! with the rate: a higher rate only adds points. They are laid out when the search for the next one comes to their days,
//! up to the greatest rate that is possible there. The next point to happen is looked for again whenever the rate has
//! changed; one that was found before and is no longer the next is passed over when its time comes, so nothing is ever
//! cancelled.

use crate::draw::{Purpose, Stream};
use crate::withdrawal::run::CountedStreams;

/// Rates are held at this, once an hour, so that no scenario's factors can run away.
///
/// # Source
/// Assumed: because what comes more often than hourly is one event to those who count.
pub const MOST_PER_DAY: f64 = 24.0;

/// Days of a span. Part of the stream scheme: changing it moves every point.
const SPAN_DAYS: f64 = 32.0;

/// A point at which something may happen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Potential {
    /// When.
    pub at_days: f64,
    /// Its height, per day.
    pub height: f64,
    /// Which kind of thing: 0 or 1.
    pub kind: u8,
    /// Which point it is: kind (1 bit), span (15 bits), place in the order of height (16 bits).
    pub point: u32,
}

/// The keys of points of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Points {
    /// What they are for.
    pub purpose: Purpose,
    /// For whom.
    pub entity: u64,
    /// Which kind of thing: 0 or 1.
    pub kind: u8,
}

/// The potential points of one actor over one span of days, in order.
#[derive(Clone, Debug, Default)]
struct Span {
    points: Vec<Potential>,
    /// How many of them have passed.
    passed: usize,
    /// The rest of each kind.
    rest: [Option<Rest>; 2],
}

/// What is not laid out of a kind in a span.
#[derive(Clone, Debug)]
struct Rest {
    stream: Stream,
    /// Height of the next point, per day.
    height: f64,
    /// Which it is.
    point: u32,
}

impl Span {
    /// Lays out the points of a kind that lie below a rate, unless they are there.
    fn reach(&mut self, streams: &CountedStreams, points: Points, span: usize, rate_per_day: f64) {
        let reached = self.rest[points.kind as usize].as_ref().is_some_and(|rest| rest.height >= rate_per_day);
        if rate_per_day > 0.0 && !reached {
            self.lay(streams, points, span, rate_per_day);
        }
    }

    #[inline(never)] // so that a search among points that are there stays small
    fn lay(&mut self, streams: &CountedStreams, points: Points, span: usize, rate_per_day: f64) {
        let rest = self.rest[points.kind as usize].get_or_insert_with(|| {
            let mut stream = streams.stream(points.purpose, points.entity, span as u64);
            let height = stream.standard_exponential() / SPAN_DAYS;
            Rest { stream, height, point: u32::from(points.kind) << 31 | (span as u32) << 16 }
        });
        if rest.height >= rate_per_day {
            return;
        }
        while rest.height < rate_per_day {
            let at_days = (span as f64 + rest.stream.uniform()) * SPAN_DAYS;
            self.points.push(Potential { at_days, height: rest.height, kind: points.kind, point: rest.point });
            rest.height += rest.stream.standard_exponential() / SPAN_DAYS;
            rest.point += 1;
        }
        self.points.sort_unstable_by(|a, b| a.at_days.total_cmp(&b.at_days));
        self.passed = 0;
    }
}

/// Potential points of one actor, and the next of them.
#[derive(Clone, Debug, Default)]
pub struct Thinning {
    spans: Vec<Span>,
    /// The point to happen as things stand.
    pending: Option<Potential>,
}

impl Thinning {
    /// Takes all points away, keeping the memory.
    pub fn clear(&mut self) {
        for span in &mut self.spans {
            span.points.clear();
            span.passed = 0;
            span.rest = [None, None];
        }
        self.pending = None;
    }

    /// Finds the next point that happens as things stand.
    ///
    /// # Arguments
    /// * `kinds` - the keys of each kind of point.
    /// * `until_days` - nothing happens from here on.
    /// * `bound` - the rates of both kinds are not above this over a span of days. Per day.
    /// * `happens` - whether a point below that bound happens.
    ///
    /// # Returns
    /// Its time and number, if it is another than the one found before.
    pub fn seek(
        &mut self,
        (streams, kinds): (&CountedStreams, &[Points]),
        (now_days, until_days): (f64, f64),
        bound: impl Fn((f64, f64)) -> [f64; 2],
        happens: impl Fn(&Potential) -> bool,
    ) -> Option<(f64, u32)> {
        let before = self.pending.take().map(|pending| pending.point);
        let mut span = (now_days / SPAN_DAYS) as usize;
        while (span as f64) * SPAN_DAYS < until_days {
            if span >= self.spans.len() {
                self.spans.resize_with(span + 1, Span::default);
            }
            let (starts_days, ends_days) = (span as f64 * SPAN_DAYS, (span + 1) as f64 * SPAN_DAYS);
            let most = bound((starts_days.max(now_days), ends_days));
            let this = &mut self.spans[span];
            for &points in kinds {
                this.reach(streams, points, span, most[points.kind as usize]);
            }
            while this.points.get(this.passed).is_some_and(|point| point.at_days <= now_days) {
                this.passed += 1;
            }
            // Most points lie above every rate that is possible: what is nearby need not be looked at.
            let next = this.points[this.passed..]
                .iter()
                .find(|&point| point.height < most[point.kind as usize] && happens(point));
            if let Some(&next) = next {
                if next.at_days >= until_days {
                    return None;
                }
                self.pending = Some(next);
                return (before != Some(next.point)).then_some((next.at_days, next.point));
            }
            span += 1;
        }
        None
    }

    /// The next point, if its time has come; it has then passed.
    pub fn take_due(&mut self, now_days: f64) -> Option<Potential> {
        self.pending.take_if(|pending| pending.at_days <= now_days)
    }

    /// The point of that number, if it is still the next; it has then passed.
    pub fn take(&mut self, point: u32) -> Option<Potential> {
        self.pending.take_if(|pending| pending.point == point)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Streams;

    const POINTS: Points = Points { purpose: Purpose::Test, entity: 5, kind: 1 };

    /// The points that happen at a rate up to day 400, in order, where a higher one was possible from a day on.
    fn happening(rate: f64, (possible, on_day): (f64, f64)) -> Vec<u32> {
        let streams = CountedStreams::new(Streams::new(3, 0));
        let (mut thinning, mut found, mut now) = (Thinning::default(), Vec::new(), 0.0);
        loop {
            let most = if now >= on_day { possible } else { rate };
            let next = thinning.seek((&streams, &[POINTS]), (now, 400.0), |_| [0.0, most], |point| point.height < rate);
            let Some((at_days, point)) = next else { return found };
            assert!(now < at_days && at_days < 400.0, "{at_days} after {now}");
            assert_eq!(thinning.take(point + 1), None, "another point is not the next");
            assert_eq!(thinning.take(point).map(|taken| taken.at_days), Some(at_days));
            (now, found) = (at_days, [found, vec![point]].concat());
        }
    }

    #[test]
    fn points_laid_late_move_nothing() {
        let plain = happening(0.25, (0.25, 0.0));
        assert!((60..140).contains(&plain.len()), "{} points at 0.25 a day in 400 days", plain.len());
        for day in [0.0, 50.0, 399.0] {
            assert_eq!(happening(0.25, (2.0, day)), plain);
        }
    }

    #[test]
    fn a_higher_rate_only_adds_points() {
        let (few, many) = (happening(0.12, (0.12, 0.0)), happening(0.25, (0.25, 0.0)));
        assert!(few.iter().all(|point| many.contains(point)) && few.len() < many.len());
    }

    #[test]
    fn a_point_found_again_is_not_told_twice() {
        let streams = CountedStreams::new(Streams::new(3, 0));
        let mut thinning = Thinning::default();
        let mut seek = |rate: f64| {
            thinning.seek((&streams, &[POINTS]), (0.0, 400.0), |_| [0.0, rate], |point| point.height < rate)
        };
        let rare = seek(0.01).expect("a point in 400 days");
        assert_eq!(seek(0.01), None);
        let often = seek(1.0).expect("an earlier point");
        assert!(often.0 < rare.0);
        assert_eq!(seek(0.01), Some(rare), "told again, since another was the next in between");
    }
}
