//! Contacts on the road: a spatial Poisson process thinned by everything that lowers the rate.
//!
//! Potential contacts are points (km, height) on each stretch of a convoy's journey, drawn from one stream in order of
//! height, so that those below any bound come first. A point is a contact if its height lies below the rate there and
//! then. So a measure that lowers the rate can only remove contacts, never move or invent one. Each point carries its own
//! stream for what it does.

use std::iter;

use crate::draw::{Purpose, Stream, key2};
use crate::math;
use crate::measures::Measure;
use crate::model::Inputs;
use crate::model::routes::Network;
use crate::model::threat::Tension;
use crate::withdrawal::accounts::{Account, Cause};
use crate::withdrawal::armed_groups::{GroupCode, ascribe};
use crate::withdrawal::casualties::{Target, harm};
use crate::withdrawal::clearance::device_ratio;
use crate::withdrawal::curve;
use crate::withdrawal::event::ConvoyId;
use crate::withdrawal::outcome::Direct;
use crate::withdrawal::people::total;
use crate::withdrawal::permissions::{DeskId, Host};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tension::multiplier;

/// Rates without cover are held at this, one a km, so that no scenario's factors can run away.
///
/// # Source
/// Assumed: because it is some hundred times the rates that were reported, and no column drives on under it.
const MOST_PER_KM: f64 = 1.0;

/// What kind of contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactKind {
    /// An explosive device.
    Device,
    /// A direct attack.
    Direct,
}

impl ContactKind {
    /// Both, in order.
    pub const ALL: [Self; 2] = [Self::Device, Self::Direct];
    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Direct => "direct",
        }
    }
}

/// Air cover over a convoy; the levels exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// None.
    Uncovered,
    /// Surveillance alone.
    Surveillance,
    /// Armed overwatch and surveillance.
    Overwatch,
}

/// A point at which a contact may be.
#[derive(Clone, Copy, Debug)]
pub struct PotentialContact {
    /// Where on the journey.
    pub km: f64,
    /// Its height, per km.
    pub height: f64,
    /// Its kind.
    pub kind: ContactKind,
    /// Which point of the journey it is, for its own stream.
    pub point: u64,
}

/// Where and when a convoy may be met, and what bears on the rate besides the scenario's numbers.
#[derive(Clone, Copy, Debug)]
struct Passage {
    zone: usize,
    level: Tension,
    vehicles: u32,
    /// The size factor under the scenario's own numbers.
    size_factor: f64,
    /// Frailty, times the convoy's share of its column's contacts.
    frailty: f64,
    now_days: f64,
}

/// Factor of column size on the rate of contacts.
pub fn size_factor(inputs: &Inputs, vehicles: u32) -> f64 {
    math::pow(f64::from(vehicles.max(1)) / inputs.threat.reference_vehicles, inputs.threat.size_exponent)
}

/// Rate of contacts per km in a zone at the reference conditions.
fn zone_per_km(inputs: &Inputs, kind: ContactKind, zone: usize) -> f64 {
    let zone = &inputs.zone[zone];
    match kind {
        ContactKind::Device => zone.device_per_km * device_ratio(inputs),
        ContactKind::Direct => zone.direct_per_km,
    }
}

/// Rate of contacts per km without air cover.
fn uncovered_rate(inputs: &Inputs, kind: ContactKind, passage: Passage) -> f64 {
    let base = zone_per_km(inputs, kind, passage.zone);
    if base == 0.0 {
        return 0.0;
    }
    let growth = growth(inputs, passage.now_days);
    (base * passage.frailty * multiplier(inputs, passage.level) * passage.size_factor * growth).min(MOST_PER_KM)
}

/// Growth of armed groups' activity at a time, against the reference date.
pub fn growth(inputs: &Inputs, now_days: f64) -> f64 {
    math::exp(inputs.threat.log_growth(now_days))
}

/// Rate ratio of a level of cover against none.
fn cover_ratio(inputs: &Inputs, cover: Cover) -> f64 {
    match cover {
        Cover::Uncovered => 1.0,
        Cover::Surveillance => inputs.threat.ratio_surveillance,
        Cover::Overwatch => inputs.threat.ratio_overwatch,
    }
}

/// The largest rate ratio that any cover can have.
fn worst_ratio(inputs: &Inputs) -> f64 {
    inputs.threat.ratio_surveillance.max(inputs.threat.ratio_overwatch).max(1.0)
}

/// A bound on the rates of one policy on a journey.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// On what multiplies a zone's rate without cover.
    factor: f64,
    /// On the rate ratio of cover.
    ratio: f64,
}

impl Bound {
    /// On a journey that starts now: critical tension, the latest growth, the worst ratio of cover or a worse one.
    fn new(inputs: &Inputs, (frailty, size_factor): (f64, f64), now_days: f64, at_least: f64) -> Self {
        let threat = &inputs.threat;
        // Nothing happens after the end, however long growth would go on.
        let end_days = inputs.mission.deadline + 1.0 + inputs.mission.liquidation_days;
        let latest_days = if threat.growth_per_month >= 0.0 { threat.growth_until.min(end_days) } else { now_days };
        let factor = frailty * size_factor * growth(inputs, latest_days);
        Self { factor, ratio: worst_ratio(inputs).max(at_least) }
    }

    /// On the rate of contacts where it is so much at the reference conditions, per km.
    fn rate(self, per_km: f64) -> f64 {
        (per_km * self.factor).min(MOST_PER_KM) * self.ratio
    }
}

impl Withdrawal<'_> {
    fn passage(&self, id: ConvoyId) -> Passage {
        let convoy = &self.convoys[id as usize];
        let zone = self.model.network.road_zone[self.road(id)];
        Passage {
            zone,
            level: self.zones[zone].level,
            vehicles: convoy.column_vehicles,
            size_factor: convoy.size_factor,
            frailty: convoy.frailty * convoy.share,
            now_days: self.now(),
        }
    }

    /// Bounds on each policy's rates on a convoy's journey: its own policy's, then the shadows'.
    fn bounds(&self, id: ConvoyId, bounds: &mut Vec<Bound>) {
        let convoy = &self.convoys[id as usize];
        let (frailty, now_days) = (convoy.frailty * convoy.share, convoy.journey_days);
        let at_least = if self.curve.is_some() { curve::HIGHEST_RATIO } else { 1.0 };
        bounds.clear();
        bounds.push(Bound::new(&self.inputs, (frailty, convoy.size_factor), now_days, at_least));
        bounds.extend(self.shadows.iter().map(|shadow| {
            let size_factor = size_factor(&shadow.inputs, convoy.column_vehicles);
            Bound::new(&shadow.inputs, (frailty, size_factor), now_days, 1.0)
        }));
    }

    /// A bound on the rate of contacts in a zone under every policy, per km.
    fn bound_in(&self, kind: ContactKind, zone: usize, bounds: &[Bound]) -> f64 {
        let inputs = iter::once(&self.inputs).chain(self.shadows.iter().map(|shadow| &shadow.inputs));
        inputs.zip(bounds).map(|(inputs, bound)| bound.rate(zone_per_km(inputs, kind, zone))).fold(0.0, f64::max)
    }

    /// Lays out the potential contacts of a convoy's journey from where it stands, nearest first.
    pub(super) fn lay_contacts(&mut self, id: ConvoyId) {
        let (mut contacts, mut bounds) =
            (std::mem::take(&mut self.convoys[id as usize].contacts), std::mem::take(&mut self.contact_bounds));
        contacts.clear();
        self.bounds(id, &mut bounds);
        let (legs, zones, ways) = (self.convoys[id as usize].legs, &self.model.network.road_zone, &self.tables.ways);
        let (mut first, mut from_km) = (0, 0.0);
        while first < legs.len() {
            let zone = zones[legs[first].road];
            let (mut end, mut km) = (first, 0.0);
            while end < legs.len() && zones[legs[end].road] == zone {
                km += ways[legs[end].road].km;
                end += 1;
            }
            for kind in ContactKind::ALL {
                let below_per_km = self.bound_in(kind, zone, &bounds);
                if below_per_km > 0.0 {
                    self.lay_stretch(id, (first, from_km, km), (kind, below_per_km), &mut contacts);
                }
            }
            (first, from_km) = (end, from_km + km);
        }
        contacts.sort_unstable_by(|a, b| a.km.total_cmp(&b.km));
        let convoy = &mut self.convoys[id as usize];
        convoy.contacts = contacts;
        convoy.next_contact = 0;
        self.contact_bounds = bounds;
    }

    /// Lays out the potential contacts of a kind below a height on a stretch, legs in one zone, in order of height.
    ///
    /// # Arguments
    /// * `first` - the stretch's first leg; where on the journey it begins, and how long it is.
    fn lay_stretch(
        &self,
        id: ConvoyId,
        (first, from_km, stretch_km): (usize, f64, f64),
        (kind, below_per_km): (ContactKind, f64),
        contacts: &mut Vec<PotentialContact>,
    ) {
        let convoy = &self.convoys[id as usize];
        let key = key2(convoy.journey_key, kind as u64);
        let mut stream = self.streams.stream(Purpose::PotentialContacts, key, first as u64);
        let mut point = (first as u64) << 32 | (kind as u64) << 31;
        let mut height = stream.standard_exponential() / stretch_km;
        while height < below_per_km {
            let km = from_km + stream.uniform() * stretch_km;
            if km >= convoy.at_km {
                contacts.push(PotentialContact { km, height, kind, point });
            }
            height += stream.standard_exponential() / stretch_km;
            point += 1;
        }
    }

    /// A convoy reaches a potential contact: it happens if its height lies below the rate here and now.
    pub(super) fn on_contact_reached(&mut self, id: ConvoyId) {
        let convoy = &mut self.convoys[id as usize];
        let contact = convoy.contacts[convoy.next_contact];
        convoy.next_contact += 1;
        if convoy.vehicles == 0 && total(&convoy.people) == 0 {
            self.move_on(id); // nobody and nothing is left to be met
            return;
        }
        self.reach_zone(self.model.network.road_zone[self.road(id)], self.now());
        let passage = self.passage(id);
        let journey_key = self.convoys[id as usize].journey_key;
        let uncovered = uncovered_rate(&self.inputs, contact.kind, passage);
        self.judge_shadows(id, contact, passage, journey_key);
        self.judge_curve(id, contact, (uncovered, passage.now_days), journey_key);
        // Most points lie above the rate under any cover: what cover there is need not be asked.
        let happens = contact.height < uncovered * worst_ratio(&self.inputs) && {
            let cover = self.cover(&self.inputs, &self.host, &self.model.network, id, passage.now_days);
            contact.height < uncovered * cover_ratio(&self.inputs, cover)
        };
        let (group, is_carried_out) = if happens { self.group_of(contact, passage, journey_key) } else { (0, false) };
        if !is_carried_out {
            self.move_on(id);
            return;
        }
        self.stop(id, passage.now_days);
        let halt_days = self.happen(id, (contact, group), journey_key);
        self.halt(id, halt_days);
    }

    /// The group that a contact is ascribed to, and whether it carries it out.
    fn group_of(&self, contact: PotentialContact, passage: Passage, journey_key: u64) -> (GroupCode, bool) {
        let scenario = (&self.inputs, &self.model.network);
        let key = (journey_key, contact.point);
        ascribe(scenario, (passage.zone, passage.now_days), (&self.streams, key))
    }

    /// A contact takes place, and perhaps a second device; returns how long the convoy halts.
    fn happen(&mut self, id: ConvoyId, (contact, group): (PotentialContact, GroupCode), journey_key: u64) -> f64 {
        let mut halt = self.streams.stream(Purpose::Halt, journey_key, contact.point);
        let mut halt_days = 0.0;
        let armoured_share = self.convoys[id as usize].armoured_share();
        for event in self.contact_events(&self.inputs, contact, journey_key).into_iter().flatten() {
            let convoys = &self.inputs.convoys;
            halt_days += halt.gamma(convoys.halt_shape, convoys.halt_mean_days);
            let count = match contact.kind {
                ContactKind::Device => Measure::DeviceContacts,
                ContactKind::Direct => Measure::DirectContacts,
            };
            if self.before_deadline() {
                self.outcome.add(count, 1.0);
                self.outcome.add(Measure::Contacts, 1.0);
                self.convoys[id as usize].met[contact.kind as usize] += 1;
            }
            self.suffer(id, (contact.kind, group), armoured_share, event);
        }
        halt_days
    }

    /// The streams of a contact's events: itself, and a second device laid with it.
    fn contact_events(&self, inputs: &Inputs, contact: PotentialContact, journey_key: u64) -> [Option<Stream>; 2] {
        let mut first = self.streams.stream(Purpose::ContactPoint, journey_key, contact.point);
        let is_followed = first.chance(inputs.threat.second_device_probability) && contact.kind == ContactKind::Device;
        let second_point = contact.point | 1 << 63;
        let second = is_followed.then(|| self.streams.stream(Purpose::ContactPoint, journey_key, second_point));
        [Some(first), second]
    }

    /// Air cover over a convoy on a day.
    pub(super) fn cover(&self, inputs: &Inputs, host: &Host, network: &Network, id: ConvoyId, now_days: f64) -> Cover {
        match self.flown(inputs, host, network, id, now_days) {
            (true, _) => Cover::Overwatch,
            (false, true) => Cover::Surveillance,
            (false, false) => Cover::Uncovered,
        }
    }

    /// Whether overwatch and surveillance are granted to a convoy on a day: each is asked for each day, one uniform each.
    pub(super) fn flown(
        &self,
        inputs: &Inputs,
        host: &Host,
        network: &Network,
        id: ConvoyId,
        now_days: f64,
    ) -> (bool, bool) {
        let convoy = &self.convoys[id as usize];
        let region = network.base_region[convoy.base];
        let day = (now_days - convoy.departed_days).floor().max(0.0);
        let mut stream = self.streams.stream(Purpose::Cover, convoy.key, day as u64);
        let chance = |desk| host.chance(inputs, network, desk, region, now_days);
        (stream.chance(chance(DeskId::AirOverwatch)), stream.chance(chance(DeskId::Surveillance)))
    }

    /// Adds the days of a journey to the share under cover.
    pub(super) fn count_cover(&mut self, id: ConvoyId, days: f64) {
        let started_days = self.convoys[id as usize].journey_days;
        let mut day = 0.0;
        while day < days {
            let covered =
                self.cover(&self.inputs, &self.host, &self.model.network, id, started_days + day) != Cover::Uncovered;
            self.outcome.cover(covered, (days - day).min(1.0));
            day += 1.0;
        }
    }

    /// What the contact would be under each other policy, with itinerary and tension as they are here: the direct
    /// effect of what acts on contacts and on care.
    fn judge_shadows(&mut self, id: ConvoyId, contact: PotentialContact, passage: Passage, journey_key: u64) {
        let judged = if self.before_deadline() { self.shadows.len() } else { 0 };
        for index in 0..judged {
            let shadow = &self.shadows[index];
            let passage = Passage { size_factor: size_factor(&shadow.inputs, passage.vehicles), ..passage };
            let uncovered = uncovered_rate(&shadow.inputs, contact.kind, passage);
            // Most points lie above the rate under any cover, as for the convoy itself.
            if contact.height >= uncovered * worst_ratio(&shadow.inputs) {
                continue;
            }
            let scenario = (&shadow.inputs, &shadow.model.network);
            let key = (journey_key, contact.point);
            if !ascribe(scenario, (passage.zone, passage.now_days), (&self.streams, key)).1 {
                continue;
            }
            let network = &shadow.model.network;
            let cover = self.cover(&shadow.inputs, &shadow.host, network, id, passage.now_days);
            if contact.height >= uncovered * cover_ratio(&shadow.inputs, cover) {
                continue;
            }
            let harm =
                self.harm_of(id, contact, journey_key, (&shadow.inputs, &shadow.host, network), passage.now_days);
            self.shadows[index].direct.add(harm);
        }
    }

    /// What a contact would do to a convoy as it is, under inputs and a host's stance that may be another policy's.
    pub(super) fn harm_of(
        &self,
        id: ConvoyId,
        contact: PotentialContact,
        journey_key: u64,
        (inputs, host, network): (&Inputs, &Host, &Network),
        now_days: f64,
    ) -> Direct {
        let convoy = &self.convoys[id as usize];
        let (region, desk) = (network.base_region[convoy.base], DeskId::MedicalEvacuation);
        let fit = f64::from(u8::from(self.air.can_evacuate(&self.inputs)));
        let chance = || fit * host.chance(inputs, network, desk, region, now_days);
        let mut direct = Direct::default();
        let mut target = Target { people: total(&convoy.people), armoured_share: convoy.armoured_share() };
        for event in self.contact_events(inputs, contact, journey_key).into_iter().flatten() {
            let harm = harm(inputs, contact.kind, chance, target, event, |_, _| ());
            target.people -= harm.taken_off;
            direct.add(Direct { contacts: 1, killed: harm.killed, wounded: harm.wounded });
        }
        direct
    }

    /// A convoy loses a vehicle to a contact.
    pub(super) fn lose_vehicle_to_contact(&mut self, id: ConvoyId, which: f64) {
        self.lose_vehicle(id, which, Account::LostToAttack, Cause::Attack);
    }
}
