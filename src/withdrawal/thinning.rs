//! A point process in time by thinning: potential points laid out from keyed streams, of which those happen whose height
//! lies below the rate when they come.
//!
//! Points stand in layers of constant height, each with its own stream, so that no draw moves with the rate: a higher
//! rate only adds points. The next one to happen is looked for again whenever the rate has changed; a point that was
//! found before and is no longer the next is passed over when its time comes, so nothing is ever cancelled.

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
    /// Which point of its kind it is, for its own stream.
    pub point: u64,
}

/// Potential points of one actor, and the next of them.
#[derive(Clone, Debug, Default)]
pub struct Thinning {
    points: Vec<Potential>,
    /// The first that has not passed.
    ahead: usize,
    /// The one to happen as things stand.
    pending: Option<u32>,
}

impl Thinning {
    /// Takes all points away, keeping the memory.
    pub fn clear(&mut self) {
        self.points.clear();
        (self.ahead, self.pending) = (0, None);
    }

    /// Lays out the points of one kind up to a day, below a bound on the rate.
    ///
    /// # Arguments
    /// * `layer_per_day` - height of a layer: part of the stream scheme, since changing it moves every point.
    /// * `bound_per_day` - no rate is ever above it.
    pub(super) fn lay(
        &mut self,
        streams: &CountedStreams,
        (purpose, entity, kind): (Purpose, u64, u8),
        (layer_per_day, bound_per_day): (f64, f64),
        until_days: f64,
    ) {
        for layer in 0..(bound_per_day / layer_per_day).ceil() as u64 {
            let mut stream = streams.stream(purpose, entity, layer);
            let mut at_days = stream.standard_exponential() / layer_per_day;
            let mut index = 0;
            while at_days < until_days {
                let height = (layer as f64 + stream.uniform()) * layer_per_day;
                if height < bound_per_day {
                    self.points.push(Potential { at_days, height, kind, point: layer << 32 | index });
                }
                at_days += stream.standard_exponential() / layer_per_day;
                index += 1;
            }
        }
    }

    /// Puts the points in order of time, after the last has been laid.
    pub fn sort(&mut self) {
        self.points.sort_unstable_by(|a, b| a.at_days.total_cmp(&b.at_days));
    }

    /// Finds the next point that happens as things stand.
    ///
    /// # Returns
    /// Its time and number, if it is another than the one found before.
    pub fn seek(&mut self, now_days: f64, happens: impl Fn(&Potential) -> bool) -> Option<(f64, u32)> {
        let passed = self.points[self.ahead..].iter().take_while(|point| point.at_days <= now_days).count();
        self.ahead += passed;
        let found = self.points[self.ahead..].iter().position(happens).map(|skipped| (self.ahead + skipped) as u32);
        let is_new = found != self.pending;
        self.pending = found;
        found.filter(|_| is_new).map(|number| (self.points[number as usize].at_days, number))
    }

    /// The point of that number, if it is still the next; it has then passed.
    pub fn take(&mut self, number: u32) -> Option<Potential> {
        (self.pending == Some(number)).then(|| {
            self.ahead = number as usize + 1;
            self.pending = None;
            self.points[number as usize]
        })
    }
}
