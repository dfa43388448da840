//! Tables to files: CSV with stable columns. Receives tables, never simulates.

pub mod csv_files;
