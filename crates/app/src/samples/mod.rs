//! Code that makes one call, in several languages: text from an operation's description and what was typed for its
//! parameters. Pure: knows no page, no socket and no secret; whoever runs the code brings its credentials in the
//! environment.

pub mod arguments;
