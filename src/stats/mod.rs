//! Estimators and intervals on plain numbers: what a set of replications says, and how surely.
//!
//! Owns: moments, intervals for means, proportions, quantiles and tails, paired contrasts, families of comparisons,
//! exact attribution, the split of variance in nested designs, elementary effects, Sobol' indices and partial rank
//! correlations, boxes of dense cases, the stopping schedule and forecast scores. Must not:
//! know of missions, files or threads; draw random numbers; fold in an order that depends on anything but the data.
//!
//! Slices hold one value per replication, in replication order. Every sum runs serially from the first value to the
//! last, so a result is the same to the bit however the replications were computed. Nothing here panics on any input:
//! a question that has no answer (a deviation from one value, a quantile's interval from thirty) is an error or a
//! `None`, never a zero.

mod crossing;
mod deviation;
mod elementary;
mod error;
mod exceedance;
mod forecast;
mod histogram;
mod holm;
mod interval;
mod jackknife;
mod moments;
mod paired;
mod pareto;
mod partial_rank;
mod precision;
mod prim;
mod proportion;
mod quantile;
mod ratio;
mod scores;
mod shapley;
mod sobol_index;
#[cfg(test)]
mod strd;
mod tail;
#[cfg(test)]
mod uniforms;
mod variance;

pub use crossing::{Crossing, Curve, CurveSums};
pub use deviation::{DeviationEstimate, deviation};
pub use elementary::{Elementary, elementary};
pub use error::StatsError;
pub use exceedance::{ExceedanceDifference, ExceedancePoint, dkw_half_width, exceedance, exceedance_difference};
pub use forecast::{Scored, crps_scored, interval_mid_pit, own_mid_pits};
pub use histogram::Histogram;
pub use holm::{Holm, bonferroni_confidence, holm, holm_intervals};
pub use interval::{FEW_VALUES, Interval, MeanEstimate, SKEW_LIMIT, SkewWarning, mean_t, mean_t_from_sums, t_interval};
pub use jackknife::{SplitIntervals, jackknife_interval, split_intervals};
pub use moments::{Moments, sum};
pub use paired::{PairedDifference, Worse, paired};
pub use pareto::{pareto_counts, pareto_set};
pub use partial_rank::{PartialRank, partial_rank_correlations};
pub use precision::{
    FIRST_CHECK, MIN_UNLIKE, NextCheck, PrecisionTarget, PrecisionVerdict, check_at, confidence_at, judge_precision,
    next_check, reaching_check, replications_at, unlike_commonest,
};
pub use prim::{Peeling, PrimBox, prim, quasi_p};
pub use proportion::{
    PairedCounts, PairedProportion, Proportion, ProportionMethod, clopper_pearson, mcnemar_exact, newcombe_paired,
    proportion, wilson,
};
pub use quantile::{OrderInterval, QuantileEstimate, Ranks, order_ranks, quantile, quantile_sorted, sorted};
pub use ratio::{RatioEstimate, ratio_of_means};
pub use scores::{brier, crps, crps_fair, kendall_tau_b, mid_pit};
pub use shapley::{Attribution, AttributionSums, attribute, interactions_scaled, shapley, shapley_scaled};
pub use sobol_index::{PickFreeze, SobolIndex, pick_freeze, sobol_index};
pub use tail::{Cvar, cvar, cvar_sorted};
pub use variance::{InnerSeeds, VarianceSplit, split_variance};
