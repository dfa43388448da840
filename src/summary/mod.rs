//! From replications to tables: estimates with their intervals, contrasts under common random numbers, ledgers.
//!
//! Every number here carries how sure it is and by which method. This room must not run replications or write files.

mod attribution;
mod calendar;
mod contrasts;
mod curve;
mod estimates;
mod exceedance;
mod hindcast;
mod ledgers;
mod method;
mod nested;
mod pareto;
mod scores;
mod tables;
mod timeline;
mod typical;

pub use attribution::{ATTRIBUTED, AttributionRow, attribution};
pub use contrasts::{Contrast, Effect, paired_of};
pub use curve::{BreakEven, CoverCurve, CurveRow, SIMULATED, cover_curve};
pub use estimates::{CONFIDENCE, Estimate, Mean, Statistic, estimates};
pub use exceedance::{ExceedanceRow, exceedance_rows};
pub use hindcast::{Hindcast, Hindcasting, Without};
pub use ledgers::{CasualtyRow, ConvoyRow, EquipmentRow, casualty_rows, convoy_rows, equipment_rows};
pub use method::{Caveats, Method};
pub use nested::{DrawCurveRow, Nested, SplitRow, nested};
pub use pareto::{ParetoRow, RESAMPLES, pareto};
pub use scores::{FactRow, Forecast, Grade, GroupRow, Reference, Score};
pub use tables::{PolicySummary, Summary, SummaryError, summarise, tallied};
pub use timeline::{DailyQuantile, TimelineRow, timeline_rows};
pub use typical::typical;
