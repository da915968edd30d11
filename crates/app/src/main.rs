//! The program: server and command line.
fn main() {}
