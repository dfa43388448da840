//! Facts: what the record says of the real course of events, each tied to a quantity that a replication has too.

use std::fmt;

use crate::measures::{Daily, Measure};

macro_rules! observables {
    ($( $variant:ident = $name:literal, $unit:literal, $needs:ident, $meaning:literal; )*) => {
        /// What can be read off a replication beside the measures.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Observable { $( #[doc = $meaning] $variant, )* }

        impl Observable {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// Its name in facts.
            pub fn name(self) -> &'static str { match self { $(Self::$variant => $name),* } }
            /// Its unit; `date` for a day, which facts write as a date.
            pub fn unit(self) -> &'static str { match self { $(Self::$variant => $unit),* } }
            /// What it says.
            pub fn meaning(self) -> &'static str { match self { $(Self::$variant => $meaning),* } }
            /// What it is taken of.
            pub fn needs(self) -> Needs { match self { $(Self::$variant => Needs::$needs),* } }
        }
    };
}

/// What a quantity is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The whole replication.
    Nothing,
    /// A base.
    Base,
    /// All up to the end of a day.
    Date,
    /// A base, up to the end of a day.
    BaseAndDate,
}

impl Needs {
    /// Whether a base is named.
    pub fn base(self) -> bool {
        matches!(self, Self::Base | Self::BaseAndDate)
    }

    /// Whether a date is given.
    pub fn date(self) -> bool {
        matches!(self, Self::Date | Self::BaseAndDate)
    }
}

observables! {
    Departure = "departure", "date", Base, "Day on which the people of a base left; the deadline if later.";
    DaysEarly = "days_early", "days", Base, "Days from a base's departure to its planned closure; negative if it left late.";
    ConvoyDays = "convoy_days", "days", Base, "Days on the road of the slowest part of a garrison's convoy; to the end of the simulation if none arrived.";
    ConvoyContacts = "convoy_contacts", "contacts", Base, "Devices and direct attacks that a garrison's convoy met.";
    ConvoyWounded = "convoy_wounded", "people", Base, "Wounded in a garrison's convoy who lived.";
    AirHits = "air_hits", "hits", Base, "Hits on aircraft that flew for a base.";
    FireIncidents = "fire_incidents", "incidents", BaseAndDate, "Incidents of fire at a base.";
    ByAirAndRoad = "by_air_and_road", "0 or 1", Base, "Whether part of a garrison left by air and the rest otherwise.";
    SensitiveDestroyed = "sensitive_destroyed", "units", Base, "Sensitive items of a base that were destroyed.";
    SmoothDeparture = "smooth_departure", "0 or 1", Base, "Whether a base was handed over, no fire fell on it, and its convoy met no contact.";
    TakeoverLag = "takeover_lag_days", "days", Base, "Days from a base's departure until an armed group took it; to the end of the simulation if none did.";
    LootingLag = "looting_lag_days", "days", Base, "Days from a base's departure until it was looted; to the end of the simulation if it was not.";
    FirstOut = "first_out", "date", Nothing, "Day on which the first people left the country; the deadline if later.";
    OutShare = "people.out_share", "share", Date, "Mission people out of the country as a share of those at the start.";
    InCountry = "people.in_country", "people", Date, "Mission people not out of the country, the dead among them.";
    BasesOpen = "bases.open", "bases", Date, "Bases, headquarters apart, that people have not left.";
    OtherBasesClosed = "bases.others_closed", "bases", BaseAndDate, "Bases other than the one named that people have left.";
    BasesUnderFire = "bases.under_fire", "bases", Date, "Bases on which fire has fallen.";
    BasesLooted = "bases.looted_by", "bases", Date, "Bases that have been looted.";
    BasesDestroyed = "bases.with_destruction_by", "bases", Date, "Bases at which equipment has been destroyed.";
    WoundedByDevices = "casualties.wounded_device_by", "people", Date, "Wounded by devices on the road who lived.";
    LostUsdLog10 = "equipment.lost_usd_log10", "log10 USD", Date, "Decimal logarithm of the value of the equipment of bases left by then that is lost in the end; 0 below 1 USD.";
}

/// What is taken of a replication.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    /// A measure.
    Measure(Measure),
    /// A daily quantity, at the end of a day.
    Daily(Daily),
    /// Something else that can be read off it.
    Observable(Observable),
    /// The order in which bases were left: no number, and no target of a precision or a calibration.
    ClosureOrder,
}

/// What the order of closures is called.
const CLOSURE_ORDER: &str = "closure_order";

impl What {
    /// What has that name: without a date a measure, with one a daily quantity, or else an observable.
    pub fn named(name: &str, dated: bool) -> Option<Self> {
        let observable = || Observable::ALL.iter().find(|observable| observable.name() == name);
        let daily = || Daily::ALL.into_iter().find(|daily| daily.name() == name).map(Self::Daily);
        let measure = || Measure::named(name).map(Self::Measure);
        let first = if dated { daily().or_else(measure) } else { measure().or_else(daily) };
        let order = || (name == CLOSURE_ORDER).then_some(Self::ClosureOrder);
        first.or_else(|| observable().copied().map(Self::Observable)).or_else(order)
    }

    /// Every name, each once.
    pub fn names() -> Vec<&'static str> {
        let measures = Measure::ALL.iter().map(|measure| measure.name());
        let daily = Daily::ALL.into_iter().map(Daily::name).filter(|name| Measure::named(name).is_none());
        let observables = Observable::ALL.iter().map(|observable| observable.name());
        measures.chain(daily).chain(observables).chain([CLOSURE_ORDER]).collect()
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Measure(measure) => measure.name(),
            Self::Daily(daily) => daily.name(),
            Self::Observable(observable) => observable.name(),
            Self::ClosureOrder => CLOSURE_ORDER,
        }
    }

    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Measure(measure) => measure.unit(),
            Self::Daily(_) => "count",
            Self::Observable(observable) => observable.unit(),
            Self::ClosureOrder => "order",
        }
    }

    /// What it is taken of.
    pub fn needs(self) -> Needs {
        match self {
            Self::Measure(_) | Self::ClosureOrder => Needs::Nothing,
            Self::Daily(_) => Needs::Date,
            Self::Observable(observable) => observable.needs(),
        }
    }

    /// Whether its values are days of the calendar.
    pub fn is_date(self) -> bool {
        self.unit() == "date"
    }
}

/// A number that every replication has: what is taken, of which base, up to which day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// What is taken.
    pub what: What,
    /// The base, by index, where one is named.
    pub base: Option<usize>,
    /// The day, in whole days since the start, where a date is given; its end counts.
    pub day: Option<u32>,
}

impl Quantity {
    /// The day on which a base is left.
    pub fn departure(base: usize) -> Self {
        Self { what: What::Observable(Observable::Departure), base: Some(base), day: None }
    }

    /// Whether two quantities say the same of the same event, so that what is fitted to one is fitted to the other:
    /// a base's departure is the same event as its days early.
    pub fn is_same_event(&self, other: &Self) -> bool {
        let departs =
            |quantity: &Self| matches!(quantity.what, What::Observable(Observable::Departure | Observable::DaysEarly));
        let outs = |quantity: &Self| {
            matches!(quantity.what, What::Daily(Daily::PeopleOut) | What::Observable(Observable::OutShare))
        };
        let same_what = self.what == other.what || departs(self) && departs(other) || outs(self) && outs(other);
        same_what && self.base == other.base && self.day == other.day
    }
}

/// What kind of fact it is, which decides how a forecast of it is scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    /// A number.
    Number,
    /// A number of which the record gives a bound: "more than".
    Bound,
    /// A day.
    Date,
    /// Whether something happened.
    YesNo,
    /// In which order bases were left.
    Order,
}

impl FactKind {
    /// Their words in facts files.
    pub const NAMES: &'static [&'static str] = &["number", "bound", "date", "yes_no", "order"];
    /// All of them, in the same order.
    pub const ALL: [Self; 5] = [Self::Number, Self::Bound, Self::Date, Self::YesNo, Self::Order];

    /// Its word.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

impl fmt::Display for FactKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What the record says.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A number or a bound in the quantity's unit, or a date in days since the start: the value, and the range in which
    /// what was said may be read. Both ends belong to it.
    Number {
        /// The value.
        value: f64,
        /// Least that it may mean.
        low: f64,
        /// Most that it may mean.
        high: f64,
    },
    /// Whether the quantity was above 0.
    Event(bool),
    /// Bases by index, in the order of the record; those of a day share a rank.
    Order(Vec<(usize, u32)>),
}

/// One row of a facts file.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Its id, which `fitted_from` names.
    pub id: String,
    /// Its kind.
    pub kind: FactKind,
    /// What it is of; none if no replication has it, for the reason given.
    pub quantity: Result<Quantity, String>,
    /// What the record says.
    pub record: Record,
    /// How the words of the source are read, for people.
    pub reading: String,
    /// Which sources, by key.
    pub source: String,
    /// Facts that are reported and left out together.
    pub group: String,
    /// Whether inputs were set from it, by the file's word.
    pub in_sample: bool,
    /// Why a miss is one, where that is known.
    pub miss: Option<String>,
}

/// The facts of a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// In the order of the file.
    pub list: Vec<Fact>,
}

impl Facts {
    /// The groups, in the order in which they come.
    pub fn groups(&self) -> Vec<&str> {
        let mut groups: Vec<&str> = Vec::new();
        for fact in &self.list {
            if !groups.contains(&fact.group.as_str()) {
                groups.push(&fact.group);
            }
        }
        groups
    }

    /// The numbers that replications are asked for, in the order of the facts, each once.
    pub fn quantities(&self) -> Vec<Quantity> {
        let mut quantities: Vec<Quantity> = Vec::new();
        for quantity in self.list.iter().filter_map(|fact| fact.quantity.as_ref().ok()) {
            if quantity.what != What::ClosureOrder && !quantities.contains(quantity) {
                quantities.push(*quantity);
            }
        }
        quantities
    }

    /// The fact with an id.
    pub fn find(&self, id: &str) -> Option<&Fact> {
        self.list.iter().find(|fact| fact.id == id)
    }

    /// Whether a fact is in sample: by the file's word, since an input was set from it, or since one was set from another row
    /// that says the same of the same event. An order is taken to be fitted if one of its departures is.
    ///
    /// # Arguments
    /// * `fitted` - ids of facts that the scenario says its inputs were set from, by `fitted_from`.
    pub fn is_in_sample(&self, fact: &Fact, fitted: &[String]) -> bool {
        fact.in_sample || self.is_set_from(fact, fitted)
    }

    /// Whether one of some facts is this one, or says the same of the same event, or is a departure of this order.
    pub fn is_set_from(&self, fact: &Fact, fitted: &[String]) -> bool {
        fact.quantity.as_ref().is_ok_and(|quantity| self.is_fitted(fact, quantity, fitted))
    }

    fn is_fitted(&self, fact: &Fact, quantity: &Quantity, fitted: &[String]) -> bool {
        let fitted = fitted.iter().filter_map(|id| self.find(id));
        let mut of_fitted = fitted.filter_map(|fact| Some((fact, fact.quantity.as_ref().ok()?)));
        of_fitted.any(|(other, its)| {
            let departs = |base: usize| its.base == Some(base) && its.is_same_event(&Quantity::departure(base));
            let in_order = matches!(&fact.record, Record::Order(order) if order.iter().any(|(base, _)| departs(*base)));
            other.id == fact.id || its.is_same_event(quantity) || in_order
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_again_and_a_date_chooses_between_two() {
        for name in What::names() {
            assert_eq!(What::named(name, false).map(What::name), Some(name));
            assert_eq!(What::named(name, true).map(What::name), Some(name));
        }
        assert_eq!(What::named("imports.unanswered", true), Some(What::Daily(Daily::ImportsUnanswered)));
        assert_eq!(What::named("imports.unanswered", false), Some(What::Measure(Measure::ImportsUnanswered)));
        assert_eq!(What::named("convoy_day", false), None);
    }

    #[test]
    fn a_departure_and_its_days_early_are_one_event() {
        let of = |observable, base| Quantity { what: What::Observable(observable), base: Some(base), day: None };
        assert!(of(Observable::Departure, 1).is_same_event(&of(Observable::DaysEarly, 1)));
        assert!(!of(Observable::Departure, 1).is_same_event(&of(Observable::DaysEarly, 2)));
        assert!(!of(Observable::Departure, 1).is_same_event(&of(Observable::AirHits, 1)));
    }
}
