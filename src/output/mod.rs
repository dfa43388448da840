//! Tables to files: CSV with stable columns. Receives tables and rows, never simulates.

pub mod costs;
pub mod csv_files;
pub mod hindcast;
pub mod nested;
mod replications;

pub use replications::replications;
