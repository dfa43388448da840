//! The columns of the CSV files of hindcasts, sensitivity analyses and calibrations: name, what each holds, unit, meaning.

use crate::output::table::{Column, Holds, Table};
use crate::output::tables::{
    BASELINE, CONFIDENCE, DESIGN, MEASURE, METHOD, N, OF_MEASURE, POLICY, high, low, number, table, text,
};

const PARAMETER: Column = text("parameter", "Path of the uncertain parameter.");
const BASIS: Column = text("basis", "What its range rests on: reported, derived or assumed.");
const FACT: Column = text("fact", "Id of the fact.");
const OF_FACT: &str = "that of the fact";
const OF_PARAMETER: &str = "that of the parameter";

const fn flag(name: &'static str, meaning: &'static str) -> Column {
    Column::fixed(name, Holds::Boolean, "", meaning)
}

const fn count(name: &'static str, unit: &'static str, meaning: &'static str) -> Column {
    Column::fixed(name, Holds::Integer, unit, meaning)
}

/// `points.csv`, of a sensitivity analysis.
pub fn points() -> Table {
    table(
        "points.csv",
        "design point, policy, baseline and measure",
        4,
        vec![
            DESIGN,
            POLICY,
            BASELINE,
            MEASURE,
            number(
                "mean",
                OF_MEASURE,
                "Mean over the point's replications; with a baseline, of the paired differences.",
            ),
            number("variance", "square of the measure's", "Their variance."),
            N,
        ],
    )
}

/// `design.csv`, of a sensitivity analysis; a column for each parameter follows.
pub fn parameter_points() -> Table {
    table(
        "design.csv",
        "design point",
        1,
        // Seeds are whole numbers of 64 bits without a sign, which some readers of integers lack.
        vec![DESIGN, text("seed", "Seed of the point's chances, a whole number below 2^64.")],
    )
}

/// `sensitivity.csv`.
pub fn sensitivity() -> Table {
    table(
        "sensitivity.csv",
        "policy, baseline, measure, parameter and statistic",
        6,
        vec![
            POLICY,
            BASELINE,
            MEASURE,
            PARAMETER,
            BASIS,
            text("statistic", "What is estimated of the parameter's part in the measure; `explain` says what each is."),
            number("estimate", "that of the statistic", "The estimate."),
            low("that of the statistic"),
            high("that of the statistic"),
            CONFIDENCE,
            METHOD,
            count("n", "", "What the interval rests on: trajectories, scramblings, points or replications."),
            flag(
                "told",
                "Whether the parameter's part in the measure can be told from none, at 95% for all parameters together.",
            ),
        ],
    )
}

/// `overlay.csv`; a column for each parameter follows.
pub fn overlay() -> Table {
    table("overlay.csv", "joint draw of the parameters", 1, vec![count("draw", "", "Number of the draw, from 0.")])
}

/// `tolerances.csv`.
pub fn tolerances() -> Table {
    table(
        "tolerances.csv",
        "generation",
        1,
        vec![
            count("generation", "", "Number of the generation; 0 is the prior."),
            number(
                "tolerance",
                "",
                "Largest distance from the record that is kept, in scaled units; empty for the prior.",
            ),
            count("moves_tried", "moves", "Moves that were tried."),
            number("share_accepted", "share", "Moves that were accepted."),
            number("effective_sample_size", "particles", "Independent particles that the generation is worth."),
        ],
    )
}

/// `parameters.csv`, of a calibration.
pub fn parameters() -> Table {
    table(
        "parameters.csv",
        "parameter",
        1,
        vec![
            PARAMETER,
            BASIS,
            number("prior_low", OF_PARAMETER, "5% point before."),
            number("prior_median", OF_PARAMETER, "Median before."),
            number("prior_high", OF_PARAMETER, "95% point before."),
            number("low", OF_PARAMETER, "5% point after."),
            number("median", OF_PARAMETER, "Median after."),
            number("high", OF_PARAMETER, "95% point after."),
            number(
                "spread_ratio",
                "",
                "Standard deviation after over that before, on the scale of the prior's probabilities.",
            ),
            number("moved", "", "Greatest difference of the two distribution functions."),
            number(
                "moved_bound",
                "",
                "What the greatest of these differences would exceed with probability 5% if none had moved.",
            ),
            flag("told_from_prior", "Whether it moved more than that; if not, it cannot be told from its prior."),
        ],
    )
}

/// `facts.csv`, of a calibration.
pub fn facts() -> Table {
    table(
        "facts.csv",
        "fact",
        1,
        vec![
            FACT,
            text("kind", "Kind of the fact, as in a facts file."),
            text("measure", "What the fact is a value of."),
            text("base", "The base that it is of; empty if none."),
            text("date", "The day up to which it is of; empty if none."),
            text("group", "Group of facts that hang together."),
            flag("in_sample", "Whether inputs were set from it."),
            flag(
                "tells",
                "Whether replications drawn from the prior differ in it, so that it can tell parameters apart.",
            ),
            flag("prior_reaches", "Whether the record lies among them, and not below or above them all."),
            flag("reaches", "The same of the replications that are left; empty if nothing is."),
            number("record_low", OF_FACT, "Least that the record may mean; of dates in days."),
            number("record_high", OF_FACT, "Most that the record may mean."),
            number("prior_low", OF_FACT, "5% point of replications drawn from the prior."),
            number("prior_median", OF_FACT, "Their median."),
            number("prior_high", OF_FACT, "Their 95% point."),
            number("low", OF_FACT, "5% point after; empty if nothing is left."),
            number("median", OF_FACT, "Median after."),
            number("high", OF_FACT, "95% point after."),
        ],
    )
}

/// `implausibility.csv`.
pub fn implausibility() -> Table {
    table(
        "implausibility.csv",
        "design point and fact",
        2,
        vec![
            DESIGN,
            FACT,
            number("mean", OF_FACT, "Mean of the point's replications."),
            number("sd", OF_FACT, "Their standard deviation."),
            number(
                "implausibility",
                "",
                "Distance of the mean from the record in standard deviations; INF where replications do not vary and are off.",
            ),
        ],
    )
}

/// `hindcast.csv`.
pub fn hindcast() -> Table {
    table(
        "hindcast.csv",
        "fact and forecast of it",
        0,
        vec![
            text("fact", "Id of the fact."),
            text("group", "Group of facts that hang together."),
            text("in_sample", "`yes` if inputs were set from it."),
            text("fitted_unsaid", "`yes` if inputs were set from it and the facts file does not say so."),
            text("counted_with", "Earlier fact of the same event that groups count in its place; empty for most."),
            text("kind", "Number, bound, date, event or order."),
            text("measure", "What the fact is a value of."),
            text("base", "Base that it concerns; empty for the mission."),
            Column::fixed("date", Holds::Date, "", "Day that it is a value at; empty for none."),
            text("unit", "Unit of the value."),
            text("value", "What is on record: a number, a date, yes or no, or an order."),
            text("low", "Lower end of what the record allows."),
            text("high", "Upper end of what the record allows."),
            text("forecast", "`model`, or the simpler forecast that it is compared with."),
            N,
            number("q05", "that of the fact", "5% point of the forecast; of dates in days."),
            number("q50", "that of the fact", "Median of the forecast; of dates in days."),
            number("q95", "that of the fact", "95% point of the forecast; of dates in days."),
            number(
                "mid_pit",
                "probability",
                "Where the fact lies in the forecast: half of what is at it, and all below.",
            ),
            number("mid_pit_mcse", "probability", "Its Monte Carlo standard error."),
            text("grade", "A to D, by where the fact lies in the model's forecast."),
            text("score", "Which score is given."),
            number("estimate", "that of the score", "The score; CRPS is the mean over what the record allows."),
            number("mcse", "that of the score", "Its Monte Carlo standard error."),
            number("within", "probability", "Of lying in what the record allows."),
            number("within_mcse", "probability", "Its Monte Carlo standard error."),
            number("log_within", "", "Its natural logarithm."),
            number("log_within_mcse", "", "The logarithm's Monte Carlo standard error."),
            number("at_least", "probability", "Of reaching the lower end of the record."),
            number("at_least_mcse", "probability", "Its Monte Carlo standard error."),
            number("skill", "", "The model's score set against this forecast's; over 0 the model is better."),
        ],
    )
}

/// `hindcast_groups.csv`; columns for each simpler forecast follow.
pub fn hindcast_groups() -> Table {
    let facts = |name, meaning| Column::fixed(name, Holds::Integer, "facts", meaning);
    table(
        "hindcast_groups.csv",
        "group of facts, those that inputs were set from apart, each event once",
        2,
        vec![
            text("group", "The group; `all` for every fact."),
            text("in_sample", "`yes` for facts that inputs were set from."),
            facts("graded", "Facts that have a grade."),
            facts("a", "Facts inside the middle half of the forecast."),
            facts("b", "Facts inside the middle nine tenths, and no nearer."),
            facts("c", "Facts inside the middle 99%, and no nearer."),
            facts("d", "Facts outside."),
            facts("outside_90", "Facts outside the middle nine tenths."),
            number("by_luck_mean", "facts", "How many would be if the forecasts were right, as a mean."),
            number("by_luck_q05", "facts", "The same, 5% point."),
            number("by_luck_q95", "facts", "The same, 95% point."),
        ],
    )
}
