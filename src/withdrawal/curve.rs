//! The direct curve of air cover: what refused cover costs at each rate ratio, from one run.
//!
//! The rate ratio is the rate of contacts under cover over the rate without it. On frozen itineraries a potential contact
//! of height y happens under cover exactly if y is below the ratio times the uncovered rate, so the height as a share of
//! that rate says at which ratios it would have happened. Points up to the highest ratio are laid out and their outcome is
//! drawn, also where they happen under no policy. A ratio acts in both worlds, the one in which cover is refused as in this
//! policy and the one in which it is granted: what is kept is the first less the second.
//!
//! Each kind of cover stands alone, the other counting as none, so that every curve is zero at 1.

use crate::withdrawal::armed_groups::ascribe;
use crate::withdrawal::contacts::PotentialContact;
use crate::withdrawal::event::ConvoyId;
use crate::withdrawal::run::Withdrawal;

/// How many ratios the curve has.
pub const RATIOS: usize = 24;

/// The highest ratio.
pub const HIGHEST_RATIO: f64 = ratio(RATIOS - 1);

/// A ratio of the curve: 0.15 to 1.3 in steps of 0.05.
pub const fn ratio(at: usize) -> f64 {
    (15 + 5 * at) as f64 / 100.0
}

/// Contacts, killed and wounded under refused cover, less those under granted cover.
pub type Costs = [i64; 3];

/// Which flights count as cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flown {
    /// Overwatch or surveillance, at one ratio.
    Any,
    /// Overwatch alone.
    Overwatch,
    /// Surveillance alone.
    Surveillance,
}

impl Flown {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Any, Self::Overwatch, Self::Surveillance];

    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Overwatch => "overwatch",
            Self::Surveillance => "surveillance",
        }
    }

    fn is_cover(self, (overwatch, surveillance): (bool, bool)) -> bool {
        match self {
            Self::Any => overwatch || surveillance,
            Self::Overwatch => overwatch,
            Self::Surveillance => surveillance,
        }
    }
}

/// Where a kind of cover and a ratio stand in [`Outcome::curve`](crate::withdrawal::Outcome::curve).
pub fn index(flown: Flown, ratio: usize) -> usize {
    flown as usize * RATIOS + ratio
}

impl Withdrawal<'_> {
    /// Takes the curve of air cover in every replication.
    ///
    /// # Arguments
    /// * `granted` - index of the shadowing policy to which cover is granted.
    ///
    /// # Panics
    /// If there is no such shadow.
    #[must_use]
    pub fn with_curve(mut self, granted: usize) -> Self {
        assert!(granted < self.shadows.len(), "there is no shadow {granted}");
        self.curve = Some(granted);
        self
    }

    /// Empties the curve for a replication.
    pub(super) fn open_curve(&mut self) {
        if self.curve.is_some() {
            self.outcome.curve.resize(Flown::ALL.len() * RATIOS, [0; 3]);
        }
    }

    /// Adds what a potential contact costs at each ratio.
    ///
    /// # Arguments
    /// * `uncovered` - rate of contacts without cover, per km, here and now.
    pub(super) fn judge_curve(
        &mut self,
        id: ConvoyId,
        contact: PotentialContact,
        (uncovered, now_days): (f64, f64),
        journey_key: u64,
    ) {
        let Some(granted) = self.curve else { return };
        if !self.before_deadline() || contact.height >= uncovered * HIGHEST_RATIO {
            return;
        }
        let (granted, network) = (&self.shadows[granted], &self.model.network);
        let under_refusal = self.flown(&self.inputs, &self.host, network, id, now_days);
        let under_grant = self.flown(&granted.inputs, &granted.host, &granted.model.network, id, now_days);
        if under_refusal == under_grant {
            return;
        }
        let (zone, key) = (network.road_zone[self.road(id)], (journey_key, contact.point));
        let (_, is_carried_out) = ascribe((&self.inputs, network), (zone, now_days), (&self.streams, key));
        if !is_carried_out {
            return;
        }
        let harm = self.harm_of(id, contact, journey_key, (&self.inputs, &self.host, network), now_days);
        let harm = [harm.contacts, harm.killed, harm.wounded].map(i64::from);
        for flown in Flown::ALL {
            let covered = [under_refusal, under_grant].map(|flights| flown.is_cover(flights));
            for at in 0..RATIOS {
                let happens = |covered: bool| contact.height < uncovered * if covered { ratio(at) } else { 1.0 };
                let times = i64::from(happens(covered[0])) - i64::from(happens(covered[1]));
                let costs = &mut self.outcome.curve[index(flown, at)];
                costs.iter_mut().zip(harm).for_each(|(cost, count)| *cost += times * count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_run_from_the_lowest_to_the_highest_and_meet_one() {
        let all: Vec<f64> = (0..RATIOS).map(ratio).collect();
        assert_eq!((all[0], all[RATIOS - 1]), (0.15, 1.3));
        assert!(all.contains(&1.0) && all.is_sorted());
    }
}
