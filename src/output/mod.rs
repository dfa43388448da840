//! Tables to files: CSV with stable columns. Receives tables and rows, never simulates.

pub mod calibration;
pub mod costs;
pub mod csv_files;
pub mod nested;
mod replications;
pub mod sensitivity;

pub use replications::replications;
