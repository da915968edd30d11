//! The real binary from outside: its command line, its doors, its exit codes; and the law of this repository. One binary
//! for all of it, because each one more costs a link.

#[cfg(test)]
mod client_and_server;
#[cfg(test)]
mod client_answers;
#[cfg(test)]
mod client_commands;
#[cfg(test)]
mod client_credentials;
#[cfg(test)]
mod client_tls;
#[cfg(test)]
mod collect;
#[cfg(test)]
mod command;
#[cfg(test)]
mod connect_door;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod developer;
#[cfg(test)]
mod door;
#[cfg(test)]
mod exceptions;
#[cfg(test)]
mod exec;
#[cfg(test)]
mod faulty_door;
#[cfg(test)]
mod https_door;
#[cfg(test)]
mod report;
#[cfg(test)]
mod responder;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod server;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod state_files;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod tls_client;
#[cfg(test)]
mod tokens;
