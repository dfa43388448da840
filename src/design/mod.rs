//! Designs: which values the factors of a sweep take together.
//!
//! Texts in, texts out: a factor is a path and the texts of its values, a design a list of points with a text for each
//! factor. What the texts mean is the scenario's business. Designs over uncertain parameters are points of the unit cube,
//! numbers in and out. This room must not know of missions, files or replications.

mod factor;
mod orthogonal;
mod points;
mod screening;
mod sobol;

pub use factor::{Factor, FactorError};
pub use orthogonal::NEARLY;
pub use points::{Design, DesignError, MOST_POINTS, Method};
pub use screening::{CubePoint, ENDS, Screening};
