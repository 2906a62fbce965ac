//! Parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ptl::commands::main(std::env::args_os())
}
