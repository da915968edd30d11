//! The program: server and command line. The only crate that listens, prints or starts threads.

mod cli;
mod config;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
