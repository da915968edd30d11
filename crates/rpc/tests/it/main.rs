//! The protocol from outside: vectors of the vendor's clients, properties of signatures, parameters and encoding.

#[cfg(test)]
mod captured;
#[cfg(test)]
mod encoding;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod making;
#[cfg(test)]
mod parameters;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod tampering;
#[cfg(test)]
mod vectors;
