//! The columns of the CSV files of experiments: name, what each holds, unit, meaning. Those that set the model against
//! the record or take its inputs apart are in `inference_tables`.

use crate::measures::{Better, Measure};
use crate::output::table::{Column, Holds, Table};

pub(super) const OF_MEASURE: &str = "that of the measure";
pub(super) const DESIGN: Column =
    Column::fixed("design_id", Holds::Integer, "", "Design point, from 0; 0 where there is no design.");
pub(super) const POLICY: Column = Column::fixed("policy", Holds::Text, "", "Id of the policy.");
pub(super) const BASELINE: Column = Column::fixed(
    "baseline",
    Holds::Text,
    "",
    "Id of the policy that it is compared with; empty for the policy itself.",
);
pub(super) const MEASURE: Column = Column::fixed("measure", Holds::Text, "", "Name of the measure.");
const EFFECT: Column = Column::fixed(
    "effect",
    Holds::Text,
    "",
    "`total`, or `direct`: on the journeys and the tension of the baseline, with nothing else moved.",
);
const REPLICATION: Column = Column::fixed("replication", Holds::Integer, "", "Number of the replication, from 0.");
pub(super) const CONFIDENCE: Column =
    Column::fixed("confidence", Holds::Number, "probability", "Level of the interval.");
pub(super) const METHOD: Column = Column::fixed("method", Holds::Text, "", "How the interval was found.");
const MCSE: Column = Column::fixed("mcse", Holds::Number, OF_MEASURE, "Monte Carlo standard error of the estimate.");
pub(super) const N: Column = Column::fixed("n", Holds::Integer, "replications", "Replications that it rests on.");

pub(super) const fn number(name: &'static str, unit: &'static str, meaning: &'static str) -> Column {
    Column::fixed(name, Holds::Number, unit, meaning)
}

pub(super) const fn text(name: &'static str, meaning: &'static str) -> Column {
    Column::fixed(name, Holds::Text, "", meaning)
}

pub(super) const fn low(unit: &'static str) -> Column {
    number("low", unit, "Lower end of the interval.")
}

pub(super) const fn high(unit: &'static str) -> Column {
    number("high", unit, "Upper end of the interval.")
}

pub(super) fn table(file: &'static str, meaning: &'static str, keys: usize, columns: Vec<Column>) -> Table {
    Table { file, meaning, keys, columns }
}

/// `replications.csv`; [`measure_columns`] follow.
pub fn replications() -> Table {
    table("replications.csv", "design point, policy and replication", 3, vec![DESIGN, POLICY, REPLICATION])
}

/// `summary.csv`.
pub fn summary() -> Table {
    table(
        "summary.csv",
        "design point, policy, measure, statistic and level",
        5,
        vec![
            DESIGN,
            POLICY,
            MEASURE,
            text(
                "statistic",
                "`mean`, for an event its probability; `sd`; `share_zero`; `mean_given_event`; `quantile`; `cvar`, the mean of the worst.",
            ),
            number("level", "probability", "Level of a quantile; of `cvar` the share that is not counted."),
            number("estimate", OF_MEASURE, "The estimate; of `share_zero` a share."),
            low(OF_MEASURE),
            high(OF_MEASURE),
            CONFIDENCE,
            METHOD,
            N,
            MCSE,
        ],
    )
}

/// `contrasts.csv`.
pub fn contrasts() -> Table {
    let first = vec![
        DESIGN,
        POLICY,
        BASELINE,
        MEASURE,
        EFFECT,
        text("statistic", "`mean`: of the paired differences."),
        number("difference", OF_MEASURE, "Mean of the policy's value less the baseline's, replication by replication."),
        low(OF_MEASURE),
        high(OF_MEASURE),
        number(
            "adjusted_low",
            OF_MEASURE,
            "Lower end of the interval adjusted over the policies compared (Holm), for its sign.",
        ),
        number("adjusted_high", OF_MEASURE, "Upper end of that interval."),
        MCSE,
        METHOD,
        number(
            "p_value",
            "probability",
            "Two-sided, of no difference; at least 2.2e-308, empty where no spread was seen.",
        ),
        number("adjusted_p_value", "probability", "The same adjusted over the policies compared (Holm)."),
        text("test", "How the p-values were found."),
    ];
    table("contrasts.csv", "design point, policy, baseline, measure and effect", 5, first)
        .with(bounded("correlation", "", "Between the policy's values and the baseline's."))
        .with(bounded(
            "variance_reduction_factor",
            "",
            "How many times fewer replications pairing needs; under 1 it harms.",
        ))
        .with([text("pairing_method", "How the intervals of the correlation and of the factor were found.")])
        .with(bounded(
            "independent_n",
            "replications",
            "Replications of each policy that independent sampling would have needed.",
        ))
        .with(bounded(
            "share_worse",
            "share",
            "Replications in which the policy is worse; empty where neither way is better.",
        ))
        .with([text("share_worse_method", "How that interval was found."), LEVEL, N])
}

/// `exceedance.csv`.
pub fn exceedance() -> Table {
    table(
        "exceedance.csv",
        "policy, baseline, measure and threshold",
        4,
        vec![
            POLICY,
            BASELINE,
            MEASURE,
            number("threshold", OF_MEASURE, "The value that is exceeded."),
            number("share_above", "share", "Replications above it; with a baseline, less the baseline's share."),
            low("share"),
            high("share"),
            METHOD,
            number("band_low", "share", "Lower end of the band that holds at all thresholds at once."),
            number("band_high", "share", "Upper end of that band."),
            text("band_method", "How the band was found."),
            CONFIDENCE,
            N,
        ],
    )
}

/// `pareto.csv`; [`mean_columns`] follow.
pub fn pareto() -> Table {
    table(
        "pareto.csv",
        "policy",
        1,
        vec![
            POLICY,
            Column::fixed(
                "in_set",
                Holds::Boolean,
                "",
                "Whether no other policy beats it on the measures of the columns that follow.",
            ),
            number("probability", "probability", "Share of resamples in which that is so."),
            low("probability"),
            high("probability"),
            CONFIDENCE,
            METHOD,
            N,
        ],
    )
}

/// An estimate and the ends of its interval.
fn bounded(name: &str, unit: &str, meaning: &str) -> [Column; 3] {
    let end = |which: &str, meaning| Column::named(&format!("{name}_{which}"), Holds::Number, unit, meaning);
    [
        Column::named(name, Holds::Number, unit, meaning),
        end("low", "Lower end of its interval; empty where there is none."),
        end("high", "Upper end of its interval; empty where there is none."),
    ]
}

/// A mean with its interval, its Monte Carlo standard error and the interval's method, for tables of several means.
fn known_mean(name: &str, unit: &str, meaning: &str) -> [Column; 5] {
    let beside =
        |what: &str, holds, unit: &str, meaning: &str| Column::named(&format!("{name}_{what}"), holds, unit, meaning);
    [
        Column::named(name, Holds::Number, unit, meaning),
        beside("low", Holds::Number, unit, "Lower end of its interval."),
        beside("high", Holds::Number, unit, "Upper end of its interval."),
        beside("mcse", Holds::Number, unit, "Its Monte Carlo standard error."),
        beside("method", Holds::Text, "", "How its interval was found."),
    ]
}

const LEVEL: Column = Column::fixed("confidence", Holds::Number, "probability", "Level of the intervals.");

/// `equipment.csv`.
pub fn equipment() -> Table {
    let keys = vec![
        DESIGN,
        POLICY,
        text("class", "Class of equipment."),
        text("owner", "`contingent` or `un`."),
        text("base", "Base at which it was."),
        text("disposition", "Where it ended."),
        text("cause", "What moved it there last: a label, not what a denial cost."),
    ];
    table("equipment.csv", "design point, policy, class, owner, base, disposition and cause", 7, keys)
        .with(known_mean("units", "units", "Mean number of items in a replication."))
        .with(known_mean("usd", "USD", "Their mean value."))
        .with([LEVEL, N])
}

/// `casualties.csv`.
pub fn casualties() -> Table {
    let keys = vec![
        DESIGN,
        POLICY,
        text("cause", "What hit people."),
        text("place", "The road, from-to, or the base."),
        text("group", "Armed group that it is ascribed to; empty for none."),
    ];
    table("casualties.csv", "design point, policy, cause, place and group", 5, keys)
        .with(known_mean("killed", "people", "Mean number killed in a replication by the deadline."))
        .with(known_mean("wounded", "people", "Mean number wounded by the deadline who lived."))
        .with([LEVEL, N])
}

/// `convoys.csv`.
pub fn convoys() -> Table {
    let keys = vec![
        DESIGN,
        POLICY,
        text("convoy", "Base that the garrison left."),
        Column::fixed(
            "n",
            Holds::Integer,
            "replications",
            "Replications in which it arrived, on which all of it rests.",
        ),
    ];
    table("convoys.csv", "design point, policy and garrison whose convoy arrived", 3, keys)
        .with(known_mean("days", "days", "Mean days on the road of its slowest serial."))
        .with(known_mean("devices", "contacts", "Mean number of devices met."))
        .with(known_mean("direct_attacks", "contacts", "Mean number of direct attacks."))
        .with(known_mean("killed", "people", "Mean number killed."))
        .with(known_mean("wounded", "people", "Mean number wounded who lived."))
        .with([LEVEL])
}

/// `timeline.csv`.
pub fn timeline() -> Table {
    let keys = vec![
        DESIGN,
        POLICY,
        Column::fixed("date", Holds::Date, "", "The day, at its end."),
        text("measure", "Name of the daily quantity."),
    ];
    let quantiles = [
        ("q05", "5% quantile."),
        ("q25", "25% quantile."),
        ("q50", "Median."),
        ("q75", "75% quantile."),
        ("q95", "95% quantile."),
    ];
    table("timeline.csv", "design point, policy, date and daily quantity", 4, keys)
        .with(known_mean("mean", OF_MEASURE, "Mean over replications."))
        .with(quantiles.into_iter().flat_map(|(name, meaning)| bounded(name, OF_MEASURE, meaning)))
        .with([text("quantile_method", "How the intervals of quantiles were found."), LEVEL, N])
}

/// `trace.csv`.
pub fn trace() -> Table {
    table(
        "trace.csv",
        "happening in the replication that is told, policy by policy, in order of time",
        0,
        vec![
            POLICY,
            REPLICATION,
            number("time_days", "days", "When, from the start of the mission's first day."),
            text("what", "The happening; `explain` says what each is."),
            text("place", "A base, a zone, a place or a road, from>to; empty for the mission as a whole."),
            text("who", "A convoy, a garrison or an armed group; empty for none."),
            text("cause", "Why; may be empty."),
            number("on_leg_km", "km", "How far along the road."),
            number("halt_days", "days", "How long a convoy stands."),
            Column::fixed("vehicles", Holds::Integer, "vehicles", "Vehicles of a convoy that sets out."),
            Column::fixed("people", Holds::Integer, "people", "People who set out, leave or fly."),
            Column::fixed("killed", Holds::Integer, "people", "Killed."),
            Column::fixed("wounded", Holds::Integer, "people", "Wounded."),
        ],
    )
}

/// `design.csv`; a column for each path follows.
pub fn design_points() -> Table {
    table("design.csv", "design point", 1, vec![DESIGN])
}

/// `failures.csv`.
pub fn failures() -> Table {
    table(
        "failures.csv",
        "replication that failed by a fault of the program",
        3,
        vec![DESIGN, POLICY, REPLICATION, text("code", "What kind of fault.")],
    )
}

/// `attribution.csv`.
pub fn attribution() -> Table {
    table(
        "attribution.csv",
        "measure, effect, part and denial",
        0,
        vec![
            MEASURE,
            text("unit", "Unit of the measure; of a portion `share`."),
            EFFECT,
            text(
                "part",
                "`share` of a denial, all `together`, the `interaction` of two, or the `portion`: its share as a part of all \
                 together, which may be negative or above 1, and has no interval where all together cannot be told from none.",
            ),
            text("denial", "Id of the denial."),
            text("with", "The other denial of an interaction."),
            number("mean", OF_MEASURE, "What it costs, as a mean."),
            low(OF_MEASURE),
            high(OF_MEASURE),
            CONFIDENCE,
            MCSE,
            METHOD,
            N,
        ],
    )
}

/// `curve.csv`.
pub fn curve() -> Table {
    table(
        "curve.csv",
        "rate ratio of air cover, kind of cover, effect and measure",
        4,
        vec![
            number("ratio", "", "Rate of contacts under cover against none."),
            text("cover", "Which flights are refused or granted."),
            EFFECT,
            MEASURE,
            text("unit", "Unit of the measure."),
            number("cost", OF_MEASURE, "What refused cover costs, as a mean."),
            low(OF_MEASURE),
            high(OF_MEASURE),
            CONFIDENCE,
            MCSE,
            METHOD,
            N,
        ],
    )
}

/// `break_even.csv`.
pub fn break_even() -> Table {
    table(
        "break_even.csv",
        "measure and effect",
        2,
        vec![
            MEASURE,
            EFFECT,
            number("ratio", "", "Rate ratio of cover at which its refusal costs nothing; empty if there is none."),
            number("low", "", "Lower end of the interval; empty if it may lie outside the ratios."),
            number("high", "", "Upper end of the interval; empty if it may lie outside the ratios."),
            CONFIDENCE,
            METHOD,
        ],
    )
}

/// `variance.csv`.
pub fn variance() -> Table {
    let square = "square of the measure's";
    let parts = [
        ("variance_between_draws", square, "Variance that the parameters bring; unbiased, so that it may be negative."),
        ("variance_of_chance", square, "Variance that chance brings."),
        ("variance_of_seeds", square, "Part of it that all draws share; unbiased, so that it may be negative."),
        ("variance_of_interaction", square, "Part of it that differs from draw to draw."),
        ("share_between", "share", "Share of the variance that the parameters bring."),
    ];
    table("variance.csv", "policy, baseline and measure", 3, vec![POLICY, BASELINE, MEASURE])
        .with(known_mean("mean", OF_MEASURE, "Mean of all replications."))
        .with(parts.into_iter().flat_map(|(name, unit, meaning)| bounded(name, unit, meaning)))
        .with([
            LEVEL,
            text("method", "How the intervals of the variances and of the share were found."),
            Column::fixed("draws", Holds::Integer, "draws", "Draws of the parameters."),
            Column::fixed("replications_each", Holds::Integer, "replications", "Replications of each."),
        ])
}

/// `exceedance_draws.csv`.
pub fn exceedance_draws() -> Table {
    table(
        "exceedance_draws.csv",
        "policy, measure, draw of the parameters and threshold",
        4,
        vec![
            POLICY,
            MEASURE,
            Column::fixed("draw", Holds::Integer, "", "Number of the draw, from 0."),
            number("threshold", OF_MEASURE, "The value that is exceeded."),
            number("share_above", "share", "The draw's replications above it."),
            low("share"),
            high("share"),
            METHOD,
            number("band_low", "share", "Lower end of the band that holds at all thresholds of the draw at once."),
            number("band_high", "share", "Upper end of that band."),
            text("band_method", "How the band was found."),
            CONFIDENCE,
            N,
        ],
    )
}

/// A column for each measure and each departure, by name.
pub fn measure_columns(names: &[String]) -> impl Iterator<Item = Column> {
    names.iter().map(|name| match (Measure::named(name), name.strip_prefix("departure.")) {
        (Some(measure), _) => Column::named(name, Holds::Number, measure.unit(), &meaning(measure)),
        (None, Some(base)) => {
            Column::named(name, Holds::Number, "days", &format!("Day on which the people of {base} left."))
        }
        (None, None) => unreachable!("columns are measures and departures"),
    })
}

fn meaning(measure: Measure) -> String {
    let better = match measure.better() {
        Better::Lower => " Lower is better.",
        Better::Higher => " Higher is better.",
        Better::Neither => "",
    };
    format!("{}{better}", measure.meaning())
}

/// A mean of each measure, by name, with what tells how sure it is.
pub fn mean_columns(names: &[String]) -> impl Iterator<Item = Column> {
    let of = |measure: Measure| known_mean(measure.name(), measure.unit(), &format!("Mean of: {}", measure.meaning()));
    names.iter().filter_map(|name| Measure::named(name)).flat_map(of)
}
