//! What the program promises, a file for each promise.

mod air;
mod architecture;
mod bad_input;
mod command_line;
mod common;
mod conservation;
mod determinism;
mod imports;
mod metamorphic;
mod pairing;
mod readme;
mod threat;
mod trace;
