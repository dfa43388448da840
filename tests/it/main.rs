//! What the program promises, a file for each promise.

mod air;
mod architecture;
mod attribution;
mod bad_input;
mod command_line;
mod common;
mod conservation;
mod coverage;
mod determinism;
mod exceedance;
mod imports;
mod init;
mod logistics;
mod metamorphic;
mod nested;
mod pairing;
mod precision;
mod readme;
mod register;
mod resuming;
mod shards;
mod sweeps;
mod threat;
mod trace;
