//! What the uncertain parameters do to the results, and what the record says of them.
//!
//! This room owns sensitivity analysis over the parameters that a scenario declares uncertain. It reads rows that were run
//! elsewhere: it must not run replications, touch files or print.

mod sensitivity;

pub use sensitivity::{EffectRow, Effects, Ran, Response, sensitivity};
