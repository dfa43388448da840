//! Contacts on the road (2.11, 2.30).

use rearguard::draw::{Purpose, key2};
use rearguard::math::pow;
use rearguard::measures::Measure;

use crate::books::{End, Lot};
use crate::casualties::{Hurt, Place};
use crate::desk::{AIR_OVERWATCH, SURVEILLANCE};
use crate::engine::Engine;
use crate::tension::{CLASHES, CRITICAL};

const SECOND: u64 = 1 << 63;

/// A point of a journey where a contact may be.
#[derive(Clone, Copy, Debug)]
pub struct ContactPoint {
    pub km: f64,
    pub height: f64,
    /// Device 0, direct attack 1.
    pub kind: usize,
    pub number: u64,
}

impl Engine<'_> {
    /// What the rate of a kind is at critical tension, without cover, with growth as given.
    fn critical_rate(&self, id: usize, zone: usize, kind: usize, growth: f64) -> f64 {
        let (convoy, threat) = (&self.convoys[id], &self.inputs.threat);
        let rules = &self.inputs.zone[zone];
        let clearance = if self.inputs.convoys.route_clearance { threat.ratio_clearance } else { 1.0 };
        let base = if kind == 0 { rules.device_per_km * clearance } else { rules.direct_per_km };
        let vehicles = f64::from(convoy.column_vehicles.max(1));
        let size = pow(vehicles / threat.reference_vehicles, threat.size_exponent);
        base * convoy.frailty * convoy.share * size * growth
    }

    /// The same where tension and cover stand: without cover one a km at most.
    fn held_rate(critical: f64, multiplier: f64, cover: f64) -> f64 {
        (critical * multiplier).min(1.0) * cover
    }

    /// Lays out the potential contacts of the journey that begins, or of what is left of it.
    pub fn lay_out_contacts(&mut self, id: usize) {
        let legs = self.convoys[id].legs.clone();
        let zone_of = |leg: usize| self.net.road_zone[legs[leg].road];
        let threat = &self.inputs.threat;
        let latest = self.growth(threat.growth_until.min(self.end_days));
        let most = threat.ratio_surveillance.max(threat.ratio_overwatch).max(1.0);
        let mut points = Vec::new();
        let (mut first, mut begins_km) = (0, 0.0);
        while first < legs.len() {
            let zone = zone_of(first);
            let beyond = (first..legs.len()).find(|&leg| zone_of(leg) != zone).unwrap_or(legs.len());
            let km: f64 = legs[first..beyond].iter().map(|leg| self.inputs.road[leg.road].km).sum();
            for kind in 0..2 {
                let bound = Self::held_rate(self.critical_rate(id, zone, kind, latest), 1.0, most);
                let entity = key2(self.convoys[id].journey, kind as u64);
                let mut stream = self.streams.stream(Purpose::PotentialContacts, entity, first as u64);
                let mut height = stream.standard_exponential() / km;
                let mut place = 0;
                while height < bound {
                    let at_km = begins_km + stream.uniform() * km;
                    let number = (first as u64) * (1 << 32) + (kind as u64) * (1 << 31) + place;
                    points.push(ContactPoint { km: at_km, height, kind, number });
                    height += stream.standard_exponential() / km;
                    place += 1;
                }
            }
            (first, begins_km) = (beyond, begins_km + km);
        }
        let convoy = &mut self.convoys[id];
        points.retain(|point| point.km >= convoy.at_km);
        points.sort_by(|a, b| a.km.total_cmp(&b.km));
        convoy.points = points;
    }

    /// The factor of air cover on a convoy now.
    fn cover(&mut self, id: usize) -> f64 {
        let convoy = &self.convoys[id];
        let day = (self.now() - convoy.departed_days).floor() as u64;
        let mut stream = self.streams.stream(Purpose::Cover, convoy.key, day);
        let region = self.net.base_region[convoy.base];
        let overwatch = self.on_the_spot(AIR_OVERWATCH, region);
        let overwatch = stream.chance(overwatch);
        let surveillance = self.on_the_spot(SURVEILLANCE, region);
        let surveillance = stream.chance(surveillance);
        let threat = &self.inputs.threat;
        if overwatch {
            threat.ratio_overwatch
        } else if surveillance {
            threat.ratio_surveillance
        } else {
            1.0
        }
    }

    /// Whether a convoy is under cover of either kind on a day of travel, as the desks stand at a time.
    pub fn covered_on(&mut self, id: usize, day: u64, time_days: f64) -> bool {
        let convoy = &self.convoys[id];
        let mut stream = self.streams.stream(Purpose::Cover, convoy.key, day);
        let region = self.net.base_region[convoy.base];
        let overwatch = self.on_the_spot_at(AIR_OVERWATCH, region, time_days);
        let surveillance = self.on_the_spot_at(SURVEILLANCE, region, time_days);
        let (first, second) = (stream.chance(overwatch), stream.chance(surveillance));
        first || second
    }

    pub fn on_contact_reached(&mut self, id: usize) {
        let now = self.now();
        let point = self.convoys[id].reached.take().expect("it has come to a point");
        if self.vehicles(id) == 0 && crate::books::heads(&self.convoys[id].people) == 0 {
            self.goes_on(id);
            return;
        }
        let road = self.convoys[id].legs[self.convoys[id].leg].road;
        let zone = self.net.road_zone[road];
        let threat = self.inputs.threat.clone();
        let multipliers = [threat.multiplier_calm, threat.multiplier_tense, threat.multiplier_clashes, 1.0];
        let cover = self.cover(id);
        let critical = self.critical_rate(id, zone, point.kind, self.growth(now));
        let rate = Self::held_rate(critical, multipliers[self.zones[zone].level], cover);
        let held_back = point.height < rate && self.held_back(self.convoys[id].journey, point.number, zone);
        if point.height >= rate || held_back {
            self.goes_on(id);
            return;
        }
        self.stops(id);
        let journey = self.convoys[id].journey;
        let mut halts = self.streams.stream(Purpose::Halt, journey, point.number);
        let (shape, mean) = (self.inputs.convoys.halt_shape, self.inputs.convoys.halt_mean_days);
        let mut halt_days = halts.gamma(shape, mean);
        let mut stream = self.streams.stream(Purpose::ContactPoint, journey, point.number);
        let followed = stream.chance(threat.second_device_probability) && point.kind == 0;
        let armoured = self.armoured_share(id);
        self.meets(id, point, stream, armoured);
        if followed {
            let stream = self.streams.stream(Purpose::ContactPoint, journey, point.number + SECOND);
            self.meets(id, point, stream, armoured);
            halt_days += halts.gamma(shape, mean);
        }
        self.moves_off(id, now + halt_days);
    }

    /// The armoured share of a convoy's vehicles, escorts among them.
    fn armoured_share(&self, id: usize) -> f64 {
        let convoy = &self.convoys[id];
        let armoured = |lot: &&Lot| self.drives(lot) && self.inputs.class[lot.item / 2].armoured;
        let own = || convoy.load.iter().filter(armoured).map(|lot| lot.units).sum();
        let armoured: u32 = convoy.trucks.as_ref().map_or_else(own, |trucks| trucks.escorts);
        f64::from(armoured) / f64::from(self.vehicles(id).max(1))
    }

    fn meets(&mut self, id: usize, point: ContactPoint, mut stream: rearguard::draw::Stream, armoured: f64) {
        let rules = self.inputs.casualties.clone();
        let exposure = |share: f64| share + (1.0 - share) * rules.unarmoured_multiplier;
        let mix = exposure(armoured) / exposure(rules.reference_armoured_share);
        let device = point.kind == 0;
        let (mean, dispersion, loses) = if device {
            (rules.wounded_per_device, rules.device_dispersion, rules.vehicle_lost_per_device)
        } else {
            (rules.wounded_per_direct, rules.direct_dispersion, rules.vehicle_lost_per_direct)
        };
        let region = self.net.base_region[self.convoys[id].base];
        let hurt = Hurt { mean: mean * mix, dispersion, region, most: None };
        let column = self.convoys[id].trucks.is_some();
        let mut people = std::mem::take(&mut self.convoys[id].people);
        let harm = self.hurt(&mut stream, &hurt, &mut people, Place::Road { device, column });
        self.convoys[id].people = people;
        self.look_whether_all_are_out();
        self.add_by_deadline(Measure::Contacts, 1.0);
        self.add_by_deadline(if device { Measure::DeviceContacts } else { Measure::DirectContacts }, 1.0);
        let amounts = [
            ("on_leg_km", self.on_leg_km(id)),
            ("killed", f64::from(harm.killed)),
            ("wounded", f64::from(harm.wounded)),
            ("taken_off", f64::from(harm.taken_off)),
            ("care_hours", harm.care_hours),
        ];
        self.tell_convoy(self.now(), "contact", id, if device { "device" } else { "direct" }, &amounts);
        if harm.lost < loses {
            self.loses_vehicle(id, harm.which, End::LostToAttack);
        }
    }

    /// Whether the group that a contact is ascribed to holds it back.
    fn held_back(&self, entity: u64, number: u64, zone: usize) -> bool {
        let Some((group, uniform)) = self.ascribed(entity, number, zone) else { return false };
        self.inputs.armed_group[group].attack_ratio.is_some_and(|ratio| uniform >= ratio)
    }

    /// The group that a contact or fire is ascribed to, and the uniform that says whether it happens.
    pub fn ascribed(&self, entity: u64, number: u64, zone: usize) -> Option<(usize, f64)> {
        let now = self.now();
        let groups = self.inputs.armed_group.iter().enumerate();
        let active = groups.filter(|(at, group)| self.net.group_zones[*at][zone] && group.from.unwrap_or(0.0) <= now);
        let weights: Vec<(usize, f64)> = active.map(|(at, group)| (at, group.attack_share.unwrap_or(0.0))).collect();
        let mut stream = self.streams.stream(Purpose::Group, entity, number);
        let which = pick(&weights, stream.uniform())?;
        Some((which, stream.uniform()))
    }
}

/// Picks by weight; nobody where no weight is.
pub fn pick(weights: &[(usize, f64)], uniform: f64) -> Option<usize> {
    let all: f64 = weights.iter().map(|(_, weight)| weight).sum();
    if all <= 0.0 {
        return None;
    }
    let mut left = uniform * all;
    for &(which, weight) in weights {
        if left < weight {
            return Some(which);
        }
        left -= weight;
    }
    weights.iter().rfind(|(_, weight)| *weight > 0.0).map(|(which, _)| *which)
}

/// The levels at which aircraft are hit.
pub fn is_fighting(level: usize) -> bool {
    level == CLASHES || level == CRITICAL
}
