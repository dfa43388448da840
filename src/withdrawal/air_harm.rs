//! People aboard aircraft that are hit: the process of casualties, with numbers of its own.

use crate::draw::{Purpose, key2};
use crate::measures::Measure;
use crate::withdrawal::armed_groups::ascribe;
use crate::withdrawal::casualties::{Blow, Fate};
use crate::withdrawal::event::small;
use crate::withdrawal::outcome::HarmCause;
use crate::withdrawal::people::{PeopleLot, Whereabouts};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

/// Share of hits that come as an aircraft takes off, with people aboard; the others come as it lands to fetch them.
///
/// # Source
/// Assumed: because it is as low and as slow on either way.
const TAKES_OFF: f64 = 0.5;

impl Withdrawal<'_> {
    /// Hits people aboard an aircraft that flew from a base to its parent, if it was hit as it took off with them.
    ///
    /// # Arguments
    /// * `day`, `hit` - which request for flights, and which hit of that day.
    /// * `aboard` - people on one sortie.
    pub(super) fn harm_aboard(
        &mut self,
        (base, parent): (usize, usize),
        (day, hit): (u64, u64),
        aboard: u32,
        is_lost: bool,
    ) {
        let entity = key2(self.model.network.node_key[base], 1);
        let occurrence = day << 16 | hit;
        let mut stream = self.streams.stream(Purpose::AircraftHit, entity, occurrence);
        let takes_off = stream.chance(TAKES_OFF);
        let aviation = &self.inputs.aviation;
        let wounded = if is_lost { aviation.wounded_per_loss } else { aviation.wounded_per_hit };
        let blow = Blow { wounded, dispersion: aviation.hit_dispersion, vehicle_lost: 0.0 };
        let aboard = if takes_off { aboard } else { 0 };
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        let harm = blow.fall(
            &self.inputs,
            || self.evacuation_chance(parent),
            aboard,
            stream,
            |fate, who| hits.push((fate, who)),
        );
        for &(fate, who) in &hits {
            self.hit_aboard((base, parent), fate, who);
        }
        if !hits.is_empty() {
            if self.before_deadline() {
                self.outcome.evacuation(harm.care_hours);
                let scenario = (&self.inputs, &self.model.network);
                let place = (self.model.network.base_zone[base], self.now());
                let (group, _) = ascribe(scenario, place, (&self.streams, (entity, occurrence)));
                self.outcome.harm((HarmCause::Aircraft, base, group), harm.killed, harm.wounded);
            }
            let amounts = [("killed", f64::from(harm.killed)), ("wounded", f64::from(harm.wounded))];
            self.tell(What::HurtAboard, At::Base(base), "", &amounts);
        }
        self.hits = hits;
    }

    /// One person aboard is hit: one of those of the base who are at its parent now, each alike.
    fn hit_aboard(&mut self, (base, parent): (usize, usize), fate: Fate, who: f64) {
        let killed = matches!(fate, Fate::Killed | Fate::DiedOfWounds);
        if self.before_deadline() {
            self.outcome.add(if killed { Measure::KilledAircraft } else { Measure::WoundedAircraft }, 1.0);
        } else {
            self.outcome.hit_after_deadline(fate);
        }
        let Some(to) = fate.leaves_for() else { return };
        self.reach_fire(parent);
        let flown = |lot: &&mut PeopleLot| lot.garrison == small(base);
        let people = &mut self.bases[parent].people;
        let all: u32 = people.iter().filter(|lot| lot.garrison == small(base)).map(|lot| lot.count).sum();
        let mut index = (who * f64::from(all)) as u32;
        let picked = people.iter_mut().filter(flown).find(|lot| {
            let found = index < lot.count;
            index = index.wrapping_sub(if found { 0 } else { lot.count });
            found
        });
        if let Some(lot) = picked {
            lot.count -= 1;
            self.people.post(PeopleLot { count: 1, ..*lot }, Whereabouts::AtHub, to);
            self.note_last_out();
        }
    }
}
