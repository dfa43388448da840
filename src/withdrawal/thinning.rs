//! A point process in time by thinning: potential points laid out from keyed streams, of which those happen whose height
//! lies below the rate when they come.
//!
//! Points stand in layers of constant height, each with its own stream, so that no draw moves with the rate: a higher
//! rate only adds points. Layers are laid out from the lowest up, when a rate first reaches them. The next point to happen
//! is looked for again whenever the rate has changed; one that was found before and is no longer the next is passed over
//! when its time comes, so nothing is ever cancelled.

use crate::draw::Purpose;
use crate::withdrawal::run::CountedStreams;

/// Rates are held at this, once an hour, so that no scenario's factors can run away.
pub const MOST_PER_DAY: f64 = 24.0;

/// A point at which something may happen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Potential {
    /// When.
    pub at_days: f64,
    /// Its height, per day.
    pub height: f64,
    /// Which kind of thing: 0 or 1.
    pub kind: u8,
    /// Which point it is: kind (1 bit), layer (11 bits), index in the layer (20 bits).
    pub point: u32,
}

/// The keys of points of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Layers {
    /// What they are for.
    pub purpose: Purpose,
    /// For whom.
    pub entity: u64,
    /// Which kind of thing: 0 or 1.
    pub kind: u8,
    /// Height of a layer: part of the stream scheme, since changing it moves every point.
    pub per_day: f64,
    /// Points are laid out up to here.
    pub until_days: f64,
}

/// Potential points of one actor, and the next of them.
#[derive(Clone, Debug, Default)]
pub struct Thinning {
    points: Vec<Potential>,
    /// How many layers of each kind are laid out.
    laid: [u32; 2],
    /// The first point that has not passed.
    ahead: usize,
    /// The point to happen as things stand, and where it is.
    pending: Option<(u32, usize)>,
}

impl Thinning {
    /// Takes all points away, keeping the memory.
    pub fn clear(&mut self) {
        self.points.clear();
        (self.laid, self.ahead, self.pending) = ([0; 2], 0, None);
    }

    /// Lays out the points of a kind that lie ahead and below a rate, unless they are there. Then look for the next.
    pub(super) fn reach(&mut self, streams: &CountedStreams, layers: Layers, rate_per_day: f64, now_days: f64) {
        let needed = (rate_per_day / layers.per_day).ceil() as u32;
        let laid = self.laid[layers.kind as usize];
        if needed <= laid {
            return;
        }
        for layer in laid..needed {
            let mut stream = streams.stream(layers.purpose, layers.entity, u64::from(layer));
            let mut at_days = stream.standard_exponential() / layers.per_day;
            let mut point = u32::from(layers.kind) << 31 | layer << 20;
            while at_days < layers.until_days {
                let height = (f64::from(layer) + stream.uniform()) * layers.per_day;
                if at_days > now_days {
                    self.points.push(Potential { at_days, height, kind: layers.kind, point });
                }
                at_days += stream.standard_exponential() / layers.per_day;
                point += 1;
            }
        }
        self.laid[layers.kind as usize] = needed;
        self.points.sort_unstable_by(|a, b| a.at_days.total_cmp(&b.at_days));
        self.ahead = 0;
    }

    /// Finds the next point that happens as things stand.
    ///
    /// # Returns
    /// Its time and number, if it is another than the one found before.
    pub fn seek(&mut self, now_days: f64, happens: impl Fn(&Potential) -> bool) -> Option<(f64, u32)> {
        let passed = self.points[self.ahead..].iter().take_while(|point| point.at_days <= now_days).count();
        self.ahead += passed;
        let before = self.pending.map(|(point, _)| point);
        let found = self.points[self.ahead..].iter().position(happens).map(|skipped| self.ahead + skipped);
        self.pending = found.map(|at| (self.points[at].point, at));
        let next = self.points[found?];
        (before != Some(next.point)).then_some((next.at_days, next.point))
    }

    /// The point of that number, if it is still the next; it has then passed.
    pub fn take(&mut self, point: u32) -> Option<Potential> {
        let (_, at) = self.pending.filter(|&(pending, _)| pending == point)?;
        self.ahead = at + 1;
        self.pending = None;
        Some(self.points[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Streams;

    const LAYERS: Layers = Layers { purpose: Purpose::Test, entity: 5, kind: 1, per_day: 0.1, until_days: 400.0 };

    /// The points that happen at a rate, in order, where a higher one was reached on a day.
    fn happening(rate: f64, (reached, on_day): (f64, f64)) -> Vec<u32> {
        let streams = CountedStreams::new(Streams::new(3, 0));
        let (mut thinning, mut found, mut now) = (Thinning::default(), Vec::new(), 0.0);
        let mut reaches = false;
        loop {
            if now >= on_day && !reaches {
                thinning.reach(&streams, LAYERS, reached, now);
                reaches = true;
            }
            thinning.reach(&streams, LAYERS, rate, now);
            let Some((at_days, point)) = thinning.seek(now, |point| point.height < rate) else { return found };
            assert_eq!(thinning.take(point + 1), None, "another point is not the next");
            assert_eq!(thinning.take(point).map(|taken| taken.at_days), Some(at_days));
            (now, found) = (at_days, [found, vec![point]].concat());
        }
    }

    #[test]
    fn layers_reached_late_move_nothing() {
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
}
