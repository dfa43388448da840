//! Imports and fuel: requests to clear fuel and parts as a Poisson process, answered late, badly or never; fuel at the
//! bases, burnt each day and filled up by what comes in.
//!
//! Requests that are on their way form a queue with infinitely many servers, of which some never end their work: an
//! answer is also the delivery. Fuel is counted at each base in days of its own use. A base without fuel has no
//! generators: its crews work at `imports.pace_without_fuel`.

use crate::draw::Purpose;
use crate::measures::{Daily, Measure};
use crate::model::Inputs;
use crate::withdrawal::event::Event;
use crate::withdrawal::permissions::{Answer, DeskId};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

/// How long before the start a request may have been filed and still be on its way.
///
/// # Source
/// Assumed: because with a mean of 20 days and a Weibull shape of 0.8 one answer in a hundred takes longer.
const PIPELINE_DAYS: f64 = 120.0;

/// Ordinals of requests filed before the start begin here, counted back from it.
const EARLY: u64 = 1 << 32;

/// What is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goods {
    /// Fuel.
    Fuel,
    /// Parts.
    Parts,
}

impl Goods {
    /// Both, in order.
    pub const ALL: [Self; 2] = [Self::Fuel, Self::Parts];

    fn desk(self) -> DeskId {
        match self {
            Self::Fuel => DeskId::FuelImport,
            Self::Parts => DeskId::PartsImport,
        }
    }

    /// Requests a day.
    fn rate(self, inputs: &Inputs) -> f64 {
        let imports = &inputs.imports;
        let share = match self {
            Self::Fuel => 1.0 - imports.parts_share,
            Self::Parts => imports.parts_share,
        };
        imports.requests_per_day * share
    }
}

/// Fuel at one base.
#[derive(Clone, Copy, Debug, Default)]
pub struct FuelStock {
    /// What it can hold, and held at the start, in days of use.
    tank_days: f64,
    /// What it held at `at_days`.
    days: f64,
    /// When that was counted.
    at_days: f64,
}

impl FuelStock {
    /// What is left at a time, and the days since the last count that it was without.
    fn left(self, now_days: f64, used_per_day: f64) -> (f64, f64) {
        let used_days = (now_days - self.at_days) * used_per_day;
        let missing_days = used_days - self.days;
        if missing_days > 0.0 { (0.0, missing_days / used_per_day) } else { (-missing_days, 0.0) }
    }
}

impl Withdrawal<'_> {
    /// Fills the tanks and files the first requests.
    pub(super) fn open_imports(&mut self) {
        self.fuel.clear();
        if self.model.network.import_base.is_none() {
            return;
        }
        let imports = &self.inputs.imports;
        let mode = imports.autonomy_days_mode;
        let (low, high) = (imports.autonomy_days_low.min(mode), imports.autonomy_days_high.max(mode));
        for &key in &self.model.network.node_key[..self.bases.len()] {
            let tank_days = self.streams.stream(Purpose::Import, key, 0).triangular(low, mode, high);
            self.fuel.push(FuelStock { tank_days, days: tank_days, at_days: 0.0 });
        }
        for goods in Goods::ALL {
            if goods.rate(&self.inputs) > 0.0 {
                self.fill_pipeline(goods);
                self.schedule_import(goods, 0);
            }
        }
    }

    /// Puts on their way the requests that were filed before the start and are not answered yet: the queue does not start
    /// empty. They are asked for as if filed at the start.
    fn fill_pipeline(&mut self, goods: Goods) {
        let rate = goods.rate(&self.inputs);
        let mut age_days = 0.0;
        for request in EARLY.. {
            let mut stream = self.streams.stream(Purpose::Import, goods as u64, request);
            age_days += stream.standard_exponential() / rate;
            if age_days > PIPELINE_DAYS {
                break;
            }
            if let Answer::Granted { after_days } = self.answer_import(goods, request)
                && after_days > age_days
            {
                self.schedule(after_days - age_days, Event::ImportAnswered { goods, request, granted: true });
            }
        }
    }

    fn schedule_import(&mut self, goods: Goods, request: u64) {
        let mut stream = self.streams.stream(Purpose::Import, goods as u64, request);
        let at_days = self.now() + stream.standard_exponential() / goods.rate(&self.inputs);
        if at_days < self.model.deadline_days() {
            self.schedule(at_days, Event::ImportAsked { goods, request });
        }
    }

    fn answer_import(&self, goods: Goods, request: u64) -> Answer {
        let network = &self.model.network;
        let base = network.import_base.expect("only a mission that imports asks");
        self.answer(goods.desk(), base, network.node_key[base], request)
    }

    /// The mission files a request for imports.
    pub(super) fn on_import_asked(&mut self, goods: Goods, request: u64) {
        let now = self.now();
        self.outcome.add(Measure::ImportRequests, 1.0);
        self.outcome.add(Measure::ImportsUnanswered, 1.0);
        self.outcome.count_daily(Daily::ImportsUnanswered, now, 1);
        let answer = match self.answer_import(goods, request) {
            Answer::Granted { after_days } => Some((true, after_days)),
            Answer::Refused { after_days } => Some((false, after_days)),
            Answer::Never => None,
        };
        if let Some((granted, after_days)) = answer {
            self.schedule(now + after_days, Event::ImportAnswered { goods, request, granted });
        }
        self.schedule_import(goods, request + 1);
    }

    /// The host answers a request for imports; what is granted has come.
    pub(super) fn on_import_answered(&mut self, goods: Goods, request: u64, granted: bool) {
        let now = self.now();
        if request < EARLY && self.before_deadline() {
            self.outcome.add(Measure::ImportsUnanswered, -1.0);
            self.outcome.add(Measure::ImportsGranted, f64::from(u8::from(granted)));
            self.outcome.fall_daily(Daily::ImportsUnanswered, now, 1);
        }
        match goods {
            _ if !granted => {}
            Goods::Fuel => self.deliver_fuel(),
            Goods::Parts => {
                let mut stream = self.streams.stream(Purpose::Import, goods as u64, request);
                stream.uniform(); // the gap before it
                if stream.chance(self.inputs.aviation.import_part_share) {
                    self.deliver_part();
                }
            }
        }
    }

    /// A delivery of fuel is shared out in proportion to use: every open base gets the same days, as far as its tank
    /// holds them.
    fn deliver_fuel(&mut self) {
        let imports = &self.inputs.imports;
        let days = imports.fuel_ordered * imports.fuel_used_per_day / Goods::Fuel.rate(&self.inputs);
        self.tell(What::FuelDelivered, At::Mission, "", &[("days", days)]);
        for base in 0..self.bases.len() {
            if self.bases[base].open {
                self.settle_fuel(base);
                let stock = &mut self.fuel[base];
                stock.days = (stock.days + days).min(stock.tank_days);
            }
        }
    }

    /// Counts a base's fuel, and the days it was without.
    pub(super) fn settle_fuel(&mut self, base: usize) {
        let (now, deadline, used_per_day) =
            (self.now(), self.model.deadline_days(), self.inputs.imports.fuel_used_per_day);
        let Some(stock) = self.fuel.get_mut(base) else { return };
        if self.bases[base].open && now <= deadline {
            let (left_days, dry_days) = stock.left(now, used_per_day);
            (stock.days, stock.at_days) = (left_days, now);
            self.outcome.add(Measure::DryDays, dry_days);
        }
    }

    /// Whether a base has fuel now. After the deadline nothing is followed: those who liquidate buy theirs in the country.
    pub(super) fn has_fuel(&self, base: usize) -> bool {
        let used_per_day = self.inputs.imports.fuel_used_per_day;
        let stock = self.fuel.get(base).filter(|_| used_per_day > 0.0 && self.before_deadline());
        stock.is_none_or(|stock| stock.left(self.now(), used_per_day).0 > 0.0)
    }

    /// Pace of work at a base: 1 with fuel for its generators.
    pub(super) fn pace(&self, base: usize) -> f64 {
        if self.has_fuel(base) { 1.0 } else { self.inputs.imports.pace_without_fuel }
    }
}
