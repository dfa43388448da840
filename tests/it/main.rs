//! What the program promises, a file for each promise.

mod bad_input;
mod common;
mod conservation;
mod determinism;
mod pairing;
