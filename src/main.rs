//! The command `rearguard`.

use std::process::ExitCode;

fn main() -> ExitCode {
    rearguard::cli::main()
}
