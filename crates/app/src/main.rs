//! The program: server and command line. The only crate that listens, prints or starts threads.

mod catalogue;
mod cli;
mod client;
mod collect;
mod config;
mod console;
mod credentials;
mod diagnosis;
mod explaining;
mod formats;
mod gateway;
mod log;
mod refusal;
mod running;
mod samples;
mod server;
mod state_file;
mod ten_values;
mod tls;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
