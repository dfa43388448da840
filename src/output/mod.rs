//! Tables to files: CSV with stable columns, and the data package that describes them. Receives tables and rows, never
//! simulates.

pub mod calibration;
pub mod costs;
pub mod csv_files;
pub mod hindcast;
pub mod inference_tables;
pub mod nested;
pub mod numbers;
mod replications;
pub mod sensitivity;
pub mod table;
pub mod tables;
mod trace;

pub use replications::replications;
pub use trace::trace;
