//! What one replication comes out as.

use crate::measures::{Daily, Measure};
use crate::withdrawal::accounts::{Cause, Disposition, Item};
use crate::withdrawal::armed_groups::GroupCode;
use crate::withdrawal::casualties::Fate;
use crate::withdrawal::contacts::ContactKind;
use crate::withdrawal::convoy::Kind;
use crate::withdrawal::curve::Costs;
use crate::withdrawal::observe::Note;

/// Contacts and casualties of another policy on this replication's itineraries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Direct {
    /// Contacts.
    pub contacts: u32,
    /// Killed.
    pub killed: u32,
    /// Wounded who lived.
    pub wounded: u32,
}

impl Direct {
    /// Adds what another contact does.
    pub(super) fn add(&mut self, other: Self) {
        self.contacts += other.contacts;
        self.killed += other.killed;
        self.wounded += other.wounded;
    }
}

/// What hurts people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HarmCause {
    /// A device on the road.
    Device,
    /// A direct attack on the road.
    Direct,
    /// Fire at a base.
    BaseFire,
    /// A hit on an aircraft.
    Aircraft,
}

impl HarmCause {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Device, Self::Direct, Self::BaseFire, Self::Aircraft];

    /// That of a kind of contact.
    pub fn of(kind: ContactKind) -> Self {
        match kind {
            ContactKind::Device => Self::Device,
            ContactKind::Direct => Self::Direct,
        }
    }

    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Device => ContactKind::Device.name(),
            Self::Direct => ContactKind::Direct.name(),
            Self::BaseFire => "base_fire",
            Self::Aircraft => "aircraft",
        }
    }
}

/// Casualties of one cause at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceHarm {
    /// The cause.
    pub cause: HarmCause,
    /// Index of the road, or of the base for fire at bases and hits on aircraft.
    pub place: u16,
    /// The group it is ascribed to; 0 for none.
    pub group: u16,
    /// Killed.
    pub killed: u32,
    /// Wounded who lived.
    pub wounded: u32,
}

/// A garrison's convoy (or serial of one) that reached its parent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConvoyRecord {
    /// The base it left.
    pub base: u16,
    /// Days on the road.
    pub days: f64,
    /// Devices met, direct attacks met, killed and wounded, up to the deadline.
    pub met: [u32; 4],
}

/// Items of one kind that ended in one line for one cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndOfItems {
    /// The base at which they started.
    pub origin: u16,
    /// What they are.
    pub item: Item,
    /// Where they ended.
    pub disposition: Disposition,
    /// Why.
    pub cause: Cause,
    /// How many, never 0; negative where they moved on to another line.
    pub units: i64,
    /// What they are worth in this replication, in whole USD.
    pub usd: i64,
}

impl EndOfItems {
    /// What it is of: base, item, disposition and cause, each by index.
    pub fn key(&self) -> (u16, Item, u8, u8) {
        (self.origin, self.item, self.disposition as u8, self.cause as u8)
    }

    /// A number that orders as the key does.
    pub(super) fn rank(origin: u16, item: Item, disposition: Disposition, cause: Cause) -> u64 {
        u64::from(origin) << 32 | u64::from(item) << 16 | (disposition as u64) << 8 | cause as u64
    }

    /// The end of so many units of the key that has a rank.
    pub(super) fn of_rank(rank: u64, units: i64, value_usd: impl Fn(Item) -> i64) -> Self {
        let (item, [cause, disposition, ..]) = ((rank >> 16) as Item, rank.to_le_bytes());
        Self {
            origin: (rank >> 32) as u16,
            item,
            disposition: Disposition::ALL[usize::from(disposition)],
            cause: Cause::ALL[usize::from(cause)],
            units,
            usd: units * value_usd(item),
        }
    }
}

/// What everyone killed, and everyone wounded, is counted in, each once.
const IN_ALL: [(Measure, [Measure; 4]); 2] = [
    (Measure::KilledInAll, [Measure::Killed, Measure::KilledAircraft, Measure::KilledFire, Measure::KilledAfter]),
    (Measure::WoundedInAll, [Measure::Wounded, Measure::WoundedAircraft, Measure::WoundedFire, Measure::WoundedAfter]),
];

/// Everything that summaries need of one replication.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    values: Vec<f64>,
    /// The deadline has passed: nothing is counted for a day any more.
    pub(super) deadline_passed: bool,
    /// Day on which each base's people left; the end of the simulation if they did not.
    pub departed_days: Vec<f64>,
    /// Daily quantities at the end of each day to the deadline, in the order of [`Daily::ALL`].
    pub daily: Vec<[u32; Daily::COUNT]>,
    /// Casualties by cause and place.
    pub harms: Vec<PlaceHarm>,
    /// Where items ended, in order of [`EndOfItems::key`], each key once.
    pub ends: Vec<EndOfItems>,
    /// Garrisons' convoys that arrived.
    pub convoys: Vec<ConvoyRecord>,
    /// What facts are compared with and nothing else holds, in order of time; incidents of fire as the deadline passes.
    pub notes: Vec<Note>,
    /// Direct effects, one for each shadowing policy.
    pub direct: Vec<Direct>,
    /// What refused air cover costs at each rate ratio, see [`curve`](crate::withdrawal::curve); empty unless asked for.
    pub curve: Vec<Costs>,
    /// Events dispatched.
    pub events: u64,
    /// Keyed streams opened, each for one decision.
    pub streams: u64,
    /// Room of camps' cargo that contract columns carried, in thousandths of a TEU.
    pub(super) camp_cargo_carried: i64,
    departed: Vec<bool>,
    answered: u32,
    wait_days: f64,
    care: (u32, f64),
    covered_days: f64,
    cover_days: f64,
    arrivals: (u32, f64),
    last_out_days: Option<f64>,
}

impl Outcome {
    /// Empties it for a replication of so many bases and days.
    pub(super) fn reset(&mut self, bases: usize, days: usize) {
        let mut kept = std::mem::take(self);
        kept.values.clear();
        kept.values.resize(Measure::COUNT, 0.0);
        kept.departed_days.clear();
        kept.departed_days.resize(bases, f64::INFINITY);
        kept.departed.clear();
        kept.departed.resize(bases, false);
        kept.daily.clear();
        kept.daily.resize(days, [0; Daily::COUNT]);
        kept.harms.clear();
        kept.ends.clear();
        kept.convoys.clear();
        kept.notes.clear();
        kept.direct.clear();
        kept.curve.clear();
        let Self { values, departed_days, daily, harms, ends, convoys, notes, direct, curve, departed, .. } = kept;
        *self = Self {
            values,
            departed_days,
            daily,
            harms,
            ends,
            convoys,
            notes,
            direct,
            curve,
            departed,
            ..Self::default()
        };
    }

    /// The value of a measure.
    pub fn value(&self, measure: Measure) -> f64 {
        self.values[measure as usize]
    }

    /// All values, in the order of [`Measure::ALL`].
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    pub(super) fn add(&mut self, measure: Measure, amount: f64) {
        self.values[measure as usize] += amount;
    }

    pub(super) fn set(&mut self, measure: Measure, value: f64) {
        self.values[measure as usize] = value;
    }

    pub(super) fn count_daily(&mut self, daily: Daily, now_days: f64, count: u32) {
        if let Some(day) = self.day(now_days) {
            day[daily as usize] = day[daily as usize].wrapping_add(count);
        }
    }

    /// Lets a daily quantity that is no running total fall.
    pub(super) fn fall_daily(&mut self, daily: Daily, now_days: f64, count: u32) {
        if let Some(day) = self.day(now_days) {
            day[daily as usize] = day[daily as usize].wrapping_sub(count);
        }
    }

    /// The counts of the day of a time by the deadline; its last day has the instant at which it ends.
    fn day(&mut self, now_days: f64) -> Option<&mut [u32; Daily::COUNT]> {
        let last = self.daily.len() - 1;
        (!self.deadline_passed).then(|| &mut self.daily[(now_days as usize).min(last)])
    }

    pub(super) fn departs(&mut self, base: usize, now_days: f64) {
        self.departed[base] = true;
        self.departed_days[base] = now_days;
    }

    pub(super) fn has_departed(&self, base: usize) -> bool {
        self.departed[base]
    }

    pub(super) fn last_out(&mut self, now_days: f64) {
        self.last_out_days.get_or_insert(now_days);
    }

    pub(super) fn wait(&mut self, days: f64) {
        self.answered += 1;
        self.wait_days += days;
    }

    pub(super) fn cover(&mut self, covered: bool, days: f64) {
        self.cover_days += days;
        self.covered_days += if covered { days } else { 0.0 };
    }

    pub(super) fn evacuation(&mut self, care_hours: Option<f64>) {
        if let Some(hours) = care_hours {
            self.care = (self.care.0 + 1, self.care.1 + hours);
        }
    }

    pub(super) fn convoy_arrives(&mut self, base: usize, days: f64, met: [u32; 4]) {
        self.arrivals = (self.arrivals.0 + 1, self.arrivals.1 + days);
        self.convoys.push(ConvoyRecord { base: base as u16, days, met });
    }

    pub(super) fn lose_items(&mut self, units: u32, now_days: f64) {
        self.count_daily(Daily::Lost, now_days, units);
    }

    pub(super) fn hit_after_deadline(&mut self, fate: Fate) {
        let killed = matches!(fate, Fate::Killed | Fate::DiedOfWounds);
        self.add(if killed { Measure::KilledAfter } else { Measure::WoundedAfter }, 1.0);
    }

    pub(super) fn hit(&mut self, kind: ContactKind, fate: Fate, convoy: Kind) {
        let killed = matches!(fate, Fate::Killed | Fate::DiedOfWounds);
        let by_convoy = match (killed, convoy) {
            (true, Kind::Withdrawal) => Measure::KilledGarrison,
            (true, Kind::Column) => Measure::KilledColumn,
            (false, Kind::Withdrawal) => Measure::WoundedGarrison,
            (false, Kind::Column) => Measure::WoundedColumn,
        };
        self.add(by_convoy, 1.0);
        let (all, of_kind) = match (killed, kind) {
            (true, ContactKind::Device) => (Measure::Killed, Measure::KilledDevice),
            (true, ContactKind::Direct) => (Measure::Killed, Measure::KilledDirect),
            (false, ContactKind::Device) => (Measure::Wounded, Measure::WoundedDevice),
            (false, ContactKind::Direct) => (Measure::Wounded, Measure::WoundedDirect),
        };
        self.add(all, 1.0);
        self.add(of_kind, 1.0);
        match fate {
            Fate::DiedOfWounds => self.add(Measure::DiedOfWounds, 1.0),
            Fate::Serious => self.add(Measure::Serious, 1.0),
            Fate::Killed | Fate::Light => {}
        }
    }

    pub(super) fn hit_at_base(&mut self, fate: Fate) {
        let killed = matches!(fate, Fate::Killed | Fate::DiedOfWounds);
        self.add(if killed { Measure::KilledFire } else { Measure::WoundedFire }, 1.0);
        self.add(Measure::SeriousFire, f64::from(u8::from(fate == Fate::Serious)));
    }

    pub(super) fn harm(&mut self, (cause, place, group): (HarmCause, usize, GroupCode), killed: u32, wounded: u32) {
        let place = place as u16;
        let same = |harm: &&mut PlaceHarm| harm.place == place && harm.cause == cause && harm.group == group;
        match self.harms.iter_mut().find(same) {
            Some(harm) => (harm.killed, harm.wounded) = (harm.killed + killed, harm.wounded + wounded),
            None => self.harms.push(PlaceHarm { cause, place, group, killed, wounded }),
        }
    }

    /// Turns sums into means and days into running totals, when the simulation ends at `end_days`.
    pub(super) fn finish(&mut self, end_days: f64, camp_cargo: i64) {
        let mean = |sum: f64, count: f64| if count > 0.0 { sum / count } else { 0.0 };
        let any_killed = f64::from(self.value(Measure::Killed) > 0.0);
        self.set(Measure::AnyKilled, any_killed);
        for (in_all, parts) in IN_ALL {
            self.set(in_all, parts.iter().map(|&part| self.value(part)).sum());
        }
        self.set(Measure::WaitDays, mean(self.wait_days, f64::from(self.answered)));
        self.set(Measure::CareHours, mean(self.care.1, f64::from(self.care.0)));
        self.set(Measure::CoverDays, mean(self.covered_days, self.cover_days));
        self.set(Measure::ConvoyDays, mean(self.arrivals.1, f64::from(self.arrivals.0)));
        self.set(Measure::LastOut, self.last_out_days.unwrap_or(end_days));
        self.set(Measure::CampCargoShare, mean(self.camp_cargo_carried as f64, camp_cargo as f64));
        for departed in &mut self.departed_days {
            *departed = departed.min(end_days);
        }
        let mut total = [0_u32; Daily::COUNT];
        for day in &mut self.daily {
            for (sum, count) in total.iter_mut().zip(day.iter_mut()) {
                *sum = sum.wrapping_add(*count); // a fall is kept as its complement
                *count = *sum;
            }
        }
    }
}
