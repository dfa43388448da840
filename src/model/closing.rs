//! How a base closes: decisions, packing, disposal, repatriation and what happens to an empty camp.

use crate::model::field::{Kind, number, share};
use crate::model::threat::Tension;

crate::choice! {
    /// For whom a base holds.
    pub enum HoldFor {
        /// For a column of the host army that is on its way.
        Army = "army",
        /// For a civil authority.
        CivilAuthority = "civil_authority",
    }
}

crate::table! {
    /// The mission's rules for leaving a base.
    pub struct Decisions {
        /// Whether a base may leave early when its zone is tense enough for long enough.
        accelerate: bool = Kind::Flag,
        /// The tension that counts.
        accelerate_tension: Tension = Kind::Choice(Tension::NAMES),
        /// How long it must have lasted.
        accelerate_after_days: f64 = number("days", 0.0, 365.0),
        /// Days from the decision to the departure.
        notice_days: f64 = number("days", 0.0, 365.0),
        /// When a planned departure asks for ground movement, before its date.
        request_before_days: f64 = number("days", 0.0, 365.0),
        /// How long past its date a planned departure waits for permission before it leaves without.
        wait_days: f64 = number("days", 0.0, 365.0),
        /// How long a base that is free to go holds for someone to receive it, where nobody is there; 0 is not at all.
        hold_for_handover_days: f64 = number("days", 0.0, 365.0),
        /// For whom it holds: `army`, where a host column is to come, or `civil_authority`.
        hold_for: HoldFor = Kind::Choice(HoldFor::NAMES),
        /// Mean days until a civil authority comes to a base that holds for one (exponential).
        civil_authority_mean_days: f64 = number("days", 0.0, 365.0),
        /// Whether garrisons whose base has `merges_with` join that base's convoy as it passes.
        merge: bool = Kind::Flag,
        /// How long a garrison that is free to go waits for that convoy, and how far ahead of its date it goes with it.
        merge_within_days: f64 = number("days", 0.0, 365.0),
        /// Share of its people to which a camp is thinned out ahead of its closure; 1 is not at all.
        thin_out_to: f64 = share(),
        /// Day on which the others leave, or later if movement is granted later. Left out: not at all.
        thin_out_by: Option<f64> = Kind::Date,
        /// Whether a formal handover needs a meeting that the desk `handover_meeting` has granted.
        handover_meetings: bool = Kind::Flag,
        /// Share of self-driving vehicles that can drive out when planned.
        drivable_planned: f64 = share(),
        /// Share of self-driving vehicles that can drive out under acceleration; armour drives first.
        drivable_accelerated: f64 = share(),
    }
}

crate::table! {
    /// Packing and loading of cargo: a queue for finite crews.
    pub struct Packing {
        /// When packing starts, before the target date.
        start_before_days: f64 = number("days", 0.0, 1000.0),
        /// What a crew packs or loads in a day: least, most likely and greatest of a triangular law.
        crew_teu_per_day_low: f64 = number("TEU/day", 0.01, 1000.0),
        /// Most likely.
        crew_teu_per_day_mode: f64 = number("TEU/day", 0.01, 1000.0),
        /// Greatest.
        crew_teu_per_day_high: f64 = number("TEU/day", 0.01, 1000.0),
        /// Size of one packing job.
        batch_teu: f64 = number("TEU", 0.1, 1000.0),
    }
}

crate::choice! {
    /// What is destroyed or decommissioned before a departure.
    pub enum DisposalRule {
        /// Nothing.
        None = "none",
        /// Only sensitive items.
        SensitiveOnly = "sensitive_only",
        /// Sensitive items, then the rest by value, while time lasts.
        SensitiveFirst = "sensitive_first",
        /// Everything that does not leave, sensitive first and what is fixed last, whoever is there to receive it.
        AllUnmovable = "all_unmovable",
        /// Sensitive items, then the rest that is worth `threshold_usd` a unit or more.
        ValueThreshold = "value_threshold",
        /// As `sensitive_first`, begun as late as the work can still be done, with `margin_days` to spare.
        LatestSafeStart = "latest_safe_start",
    }
}

crate::table! {
    /// Destruction and decommissioning of what cannot leave.
    pub struct Disposal {
        /// What is disposed of.
        rule: DisposalRule = Kind::Choice(DisposalRule::NAMES),
        /// When work starts, before a planned departure (an accelerated one starts at its decision).
        start_before_days: f64 = number("days", 0.0, 365.0),
        /// With `value_threshold`: value of a unit from which what is not sensitive is disposed of.
        threshold_usd: f64 = number("USD", 0.0, 1e9),
        /// With `latest_safe_start`: days that the work is begun before it must.
        margin_days: f64 = number("days", 0.0, 365.0),
        /// Items a base destroys in a day.
        destroyed_per_day: f64 = number("items/day", 0.0, 100_000.0),
        /// Items a base decommissions in a day.
        decommissioned_per_day: f64 = number("items/day", 0.0, 100_000.0),
    }
}

crate::table! {
    /// Capacity of repatriation from a date on.
    pub struct RepatriationRate {
        /// First day.
        from: f64 = Kind::Date,
        /// People flown out in a day, on average, over all hubs.
        people_per_day: f64 = number("people/day", 0.0, 100_000.0),
    }
}

crate::table! {
    /// Flights that take people home: Erlang-4 intervals, lognormal numbers on board.
    pub struct Repatriation {
        /// Rates from dates on; the last holds to the end.
        rate: Vec<RepatriationRate> = Kind::List(RepatriationRate::FIELDS),
        /// Mean people on a flight.
        flight_people: f64 = number("people", 1.0, 1000.0),
        /// Log standard deviation of people on a flight.
        flight_log_sd: f64 = number("", 0.0, 3.0),
        /// Share of a hub's own people who guard it until shortly before its closure.
        guard_share: f64 = share(),
        /// When the guard is released, before the planned closure.
        guard_release_days: f64 = number("days", 0.0, 365.0),
    }
}

crate::table! {
    /// What happens to an empty camp.
    pub struct Aftermath {
        /// Mean days until an armed group takes a camp left without handover (exponential).
        takeover_mean_days: f64 = number("days", 0.0, 365.0),
        /// Probability of looting after a departure without handover.
        looted_unhanded: f64 = share(),
        /// Probability of looting after a formal handover.
        looted_handed: f64 = share(),
        /// Mean days until the first looting.
        looting_mean_days: f64 = number("days", 0.0, 365.0),
        /// Weibull shape of that lag; 1 is exponential.
        looting_shape: f64 = number("", 0.1, 20.0),
        /// Mean share of what is left that looters take.
        looted_share: f64 = share(),
        /// Concentration a + b of the beta law of that share.
        looted_concentration: f64 = number("", 0.1, 10_000.0),
    }
}
