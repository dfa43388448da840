//! What a contact does to people, and care: negative binomial numbers hit, survival by the way of evacuation.

use crate::draw::Stream;
use crate::measures::{Daily, Measure};
use crate::model::Inputs;
use crate::withdrawal::armed_groups::GroupCode;
use crate::withdrawal::contacts::ContactKind;
use crate::withdrawal::event::ConvoyId;
use crate::withdrawal::observe::Noted;
use crate::withdrawal::outcome::HarmCause;
use crate::withdrawal::people::{Category, PeopleLot, Whereabouts, total};
use crate::withdrawal::permissions::DeskId;
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

/// What becomes of one person hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Killed before care.
    Killed,
    /// Reached care and died there.
    DiedOfWounds,
    /// Seriously wounded.
    Serious,
    /// Lightly wounded; stays with the convoy.
    Light,
}

impl Fate {
    /// Where the person is booked, unless they stay with the others.
    pub fn leaves_for(self) -> Option<Whereabouts> {
        match self {
            Self::Light => None,
            Self::Killed => Some(Whereabouts::Killed),
            Self::DiedOfWounds => Some(Whereabouts::DiedOfWounds),
            Self::Serious => Some(Whereabouts::InCare),
        }
    }
}

/// What one contact did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Harm {
    /// Killed, with those who died of wounds.
    pub killed: u32,
    /// Wounded who lived.
    pub wounded: u32,
    /// Of both, who left the convoy: all but the lightly wounded.
    pub taken_off: u32,
    /// Hours to care, where someone was evacuated by air.
    pub care_hours: Option<f64>,
    /// A vehicle was lost, picked by this uniform.
    pub vehicle_lost: Option<f64>,
}

/// Who and what a contact can hit.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// People in the convoy.
    pub people: u32,
    /// Armoured share of its vehicles.
    pub armoured_share: f64,
}

/// More than this many hit by one contact is cut off, so that a far tail cannot run away.
///
/// # Source
/// Assumed: because no contact on record hurt a tenth of it.
const MOST_HIT: u64 = 500;

/// What falls on people, in law.
#[derive(Clone, Copy, Debug)]
pub struct Blow {
    /// Mean wounded, none included.
    pub wounded: f64,
    /// Negative binomial dispersion of those hit.
    pub dispersion: f64,
    /// Probability that a vehicle is lost.
    pub vehicle_lost: f64,
}

/// Draws what a contact does from its own stream, see [`Blow::fall`].
///
/// # Arguments
/// * `evacuation_chance` - probability that a medical evacuation flight is granted.
/// * `target` - the convoy; no more are hit than are there.
/// * `each` - told the fate of each person hit, with a uniform that picks who.
pub fn harm(
    inputs: &Inputs,
    kind: ContactKind,
    evacuation_chance: impl FnOnce() -> f64,
    target: Target,
    stream: Stream,
    each: impl FnMut(Fate, f64),
) -> Harm {
    let casualties = &inputs.casualties;
    let (wounded, dispersion, vehicle_lost) = match kind {
        ContactKind::Device => {
            (casualties.wounded_per_device, casualties.device_dispersion, casualties.vehicle_lost_per_device)
        }
        ContactKind::Direct => {
            (casualties.wounded_per_direct, casualties.direct_dispersion, casualties.vehicle_lost_per_direct)
        }
    };
    let exposure = |share: f64| share + (1.0 - share) * casualties.unarmoured_multiplier;
    let mix = exposure(target.armoured_share) / exposure(casualties.reference_armoured_share);
    let blow = Blow { wounded: wounded * mix, dispersion, vehicle_lost };
    blow.fall(inputs, evacuation_chance, target.people, stream, each)
}

impl Blow {
    /// Draws what it does from its own stream: every uniform is drawn whatever the parameters, and each parameter is
    /// then applied, so that a change of one shows in the outcome alone.
    ///
    /// # Arguments
    /// * `evacuation_chance` - probability that a medical evacuation flight is granted; asked if anyone is hit.
    /// * `people` - how many are there to be hit.
    /// * `each` - told the fate of each person hit, with a uniform that picks who.
    pub fn fall(
        self,
        inputs: &Inputs,
        evacuation_chance: impl FnOnce() -> f64,
        people: u32,
        mut stream: Stream,
        mut each: impl FnMut(Fate, f64),
    ) -> Harm {
        let casualties = &inputs.casualties;
        let mean_hit = self.wounded / (1.0 - casualties.killed_share).max(0.01);
        let hit = stream.negative_binomial(mean_hit, self.dispersion).min(MOST_HIT).min(u64::from(people));
        let evacuation_uniform = stream.uniform();
        // Hours to care are worked out when someone needs it: most blows hurt nobody.
        let mut hours = stream.clone();
        stream.uniform();
        let (is_lost, which) = (stream.chance(self.vehicle_lost), stream.uniform());
        let mut harm = Harm { vehicle_lost: is_lost.then_some(which), ..Harm::default() };
        if hit == 0 {
            return harm;
        }
        let by_air = evacuation_uniform < evacuation_chance();
        let slow = if by_air { 1.0 } else { casualties.slow_evacuation_multiplier };
        let immediate = casualties.killed_share * casualties.immediate_share;
        let killed_share = (immediate + (casualties.killed_share - immediate) * slow).min(1.0);
        let mut evacuated = false;
        for _ in 0..hit {
            let (at_once, serious, in_care, who) =
                (stream.uniform(), stream.uniform(), stream.uniform(), stream.uniform());
            let fate = if at_once < killed_share {
                Fate::Killed
            } else if serious >= casualties.serious_share {
                Fate::Light
            } else if in_care < casualties.died_of_wounds_share {
                Fate::DiedOfWounds
            } else {
                Fate::Serious
            };
            evacuated |= matches!(fate, Fate::Serious | Fate::DiedOfWounds);
            match fate {
                Fate::Killed | Fate::DiedOfWounds => harm.killed += 1,
                Fate::Serious | Fate::Light => harm.wounded += 1,
            }
            harm.taken_off += u32::from(fate != Fate::Light);
            each(fate, who);
        }
        harm.care_hours =
            (by_air && evacuated).then(|| hours.lognormal(casualties.evacuation_hours, casualties.evacuation_log_sd));
        harm
    }
}

/// The lot of the person that a uniform picks, each person alike.
pub fn pick(people: &mut [PeopleLot], who: f64) -> Option<&mut PeopleLot> {
    let mut index = (who * f64::from(total(people))) as u32;
    people.iter_mut().find(|lot| {
        let found = index < lot.count;
        index = index.wrapping_sub(if found { 0 } else { lot.count });
        found
    })
}

impl Withdrawal<'_> {
    /// Probability that a flight fetches people of a base who are wounded now: it must be granted, and a helicopter fit.
    pub(super) fn evacuation_chance(&self, base: usize) -> f64 {
        let (region, desk) = (self.model.network.base_region[base], DeskId::MedicalEvacuation);
        let fit = f64::from(u8::from(self.air.can_evacuate(&self.inputs)));
        fit * self.host.chance(&self.inputs, &self.model.network, desk, region, self.now())
    }

    /// A convoy suffers a contact: people are hit and cared for, a vehicle may be lost.
    pub(super) fn suffer(
        &mut self,
        id: ConvoyId,
        (kind, group): (ContactKind, GroupCode),
        armoured_share: f64,
        stream: Stream,
    ) {
        let target = Target { people: total(&self.convoys[id as usize].people), armoured_share };
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        let chance = || self.evacuation_chance(self.convoys[id as usize].base);
        let harm = harm(&self.inputs, kind, chance, target, stream, |fate, who| hits.push((fate, who)));
        for &(fate, who) in &hits {
            self.hit(id, kind, fate, who);
        }
        if self.tale.is_some() {
            let amounts = [
                ("on_leg_km", self.convoys[id as usize].on_leg_km()),
                ("killed", f64::from(harm.killed)),
                ("wounded", f64::from(harm.wounded)),
                ("taken_off", f64::from(harm.taken_off)),
                ("care_hours", harm.care_hours.unwrap_or(0.0)),
            ];
            self.tell(What::Contact, At::Convoy(id), kind.name(), &amounts);
        }
        if !hits.is_empty() {
            if self.before_deadline() {
                self.outcome.evacuation(harm.care_hours);
                self.outcome.harm((HarmCause::of(kind), self.road(id), group), harm.killed, harm.wounded);
                let met = &mut self.convoys[id as usize].met;
                (met[2], met[3]) = (met[2] + harm.killed, met[3] + harm.wounded);
                if kind == ContactKind::Device {
                    let (base, now) = (self.convoys[id as usize].base, self.now());
                    self.outcome.note(Noted::WoundedByDevice, base, now, harm.wounded);
                }
            }
            let now = self.now();
            self.outcome.count_daily(Daily::Killed, now, harm.killed);
            self.outcome.count_daily(Daily::Wounded, now, harm.wounded);
        }
        self.hits = hits;
        if let Some(which) = harm.vehicle_lost {
            self.lose_vehicle_to_contact(id, which);
        }
    }

    fn hit(&mut self, id: ConvoyId, kind: ContactKind, fate: Fate, who: f64) {
        if self.before_deadline() {
            self.outcome.hit(kind, fate, self.convoys[id as usize].kind);
        } else {
            self.outcome.hit_after_deadline(fate);
        }
        let counts = self.before_deadline();
        let Some(lot) = pick(&mut self.convoys[id as usize].people, who) else { return };
        let person = PeopleLot { count: 1, ..*lot };
        if person.category == Category::Contractor && counts {
            self.outcome.add(Measure::ContractorsHit, 1.0);
        }
        let Some(to) = fate.leaves_for() else { return };
        lot.count -= 1;
        self.people.post(person, Whereabouts::InConvoy, to);
        self.note_last_out();
    }
}
