//! `bordereau`: the order desk in one binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    bordereau::commands::main()
}
