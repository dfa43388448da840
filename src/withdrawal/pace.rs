//! What sets a convoy's pace: the road of its leg, and the day on the road.

use crate::draw::Stream;
use crate::model::Inputs;
use crate::model::network::Surface;

/// Progress by the day on the road, each day's drawn when the convoy comes to it: one uniform a day from one stream.
#[derive(Clone, Debug, Default)]
pub struct DaysOnRoad {
    scores: Option<Stream>,
    /// How many days have been drawn.
    drawn: u32,
    /// Factor on progress on the last of them.
    factor: f64,
    /// And on the one before it.
    factor_before: f64,
}

impl DaysOnRoad {
    /// No day yet.
    pub fn new(scores: Stream) -> Self {
        Self { scores: Some(scores), ..Self::default() }
    }

    /// Factor on progress on a day, counted from 0: the last that was asked for, the one before it, or a later one.
    pub fn factor(&mut self, day: u32, law: impl Fn(f64) -> f64) -> f64 {
        if day + 1 == self.drawn {
            return self.factor;
        }
        if day + 2 == self.drawn {
            return self.factor_before;
        }
        assert!(day >= self.drawn, "day {day} of a convoy that has come to day {}", self.drawn);
        let scores = self.scores.as_mut().expect("a convoy on the road has its stream");
        while self.drawn <= day {
            // A day on which it stood still is drawn too.
            (self.factor_before, self.factor) = (self.factor, law(scores.standard_normal()));
            self.drawn += 1;
        }
        self.factor
    }
}

/// A day of a convoy on one road.
#[derive(Clone, Copy, Debug)]
pub struct Today {
    /// Which day since it set out, from 0.
    pub day: u32,
    /// When it ends.
    pub ends_days: f64,
    /// Progress on it.
    pub km_per_day: f64,
}

/// What a road means for convoys, worked out once for a replication.
#[derive(Clone, Copy, Debug, Default)]
pub struct Way {
    /// Its length.
    pub km: f64,
    /// It is paved, so that rain does not slow convoys.
    pub is_paved: bool,
    /// Median daily progress on it, in dry weather.
    pub km_per_day: f64,
    /// Vehicle-kilometres on it for each breakdown.
    pub vehicle_km_per_failure: f64,
}

impl Way {
    /// Whether convoys are as fast on another, and break down as often, whatever its length.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.is_paved, self.km_per_day, self.vehicle_km_per_failure)
            == (other.is_paved, other.km_per_day, other.vehicle_km_per_failure)
    }

    /// Looks a road up.
    pub fn new(inputs: &Inputs, road: usize) -> Self {
        let convoys = &inputs.convoys;
        let (km, surface) = (inputs.road[road].km, inputs.road[road].surface);
        let (km_per_day, factor) = match surface {
            Surface::Paved => (convoys.paved_km_per_day, convoys.breakdown_paved_factor),
            Surface::Piste => (convoys.piste_km_per_day, 1.0),
            Surface::Track => (convoys.track_km_per_day, 1.0),
        };
        let is_paved = surface == Surface::Paved;
        Self { km, is_paved, km_per_day, vehicle_km_per_failure: convoys.breakdown_vehicle_km * factor }
    }
}
