//! What the program promises, a file for each promise.

mod air;
mod architecture;
mod bad_input;
mod clearance;
mod command_line;
mod common;
mod conservation;
mod determinism;
mod disposal;
mod escorts;
mod exits;
mod garrisons;
mod imports;
mod init;
mod logistics;
mod meetings;
mod metamorphic;
mod pairing;
mod precision;
mod readme;
mod register;
mod resuming;
mod shards;
mod sweeps;
mod threat;
mod trace;
