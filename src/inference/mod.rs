//! What the uncertain parameters do to the results, and what the record says of them.
//!
//! This room owns sensitivity analysis over the parameters that a scenario declares uncertain, and their calibration: targets
//! from facts, sequential approximate Bayesian computation, history matching, and what is left of each prior. It reads
//! rows that were run elsewhere, or is handed a closure that runs them: it must not run replications itself, touch files or
//! print.

mod abc;
mod history;
mod posterior;
mod sensitivity;
mod statistics;
mod target;

pub use abc::{Calibrated, Ended, Generation, Particle, Settings, calibrate};
pub use history::{CUT, Implausibility, implausibility};
pub use posterior::{LEVELS, Marginal, at_level, marginals};
pub use sensitivity::{EffectRow, Effects, Ran, Response, sensitivity};
pub use target::{Scales, Target, Wanted, targets};
