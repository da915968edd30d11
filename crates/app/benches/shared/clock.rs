//! Time as measurements need it.

use std::time::{Duration, Instant};

/// The monotonic clock.
#[expect(clippy::disallowed_methods, reason = "a measurement is of real time")]
pub fn now() -> Instant {
    Instant::now()
}

/// Lets real time pass where a rule of the server is about real time.
#[expect(clippy::disallowed_methods, reason = "the server's own rule names this length of time")]
pub fn pass(time: Duration) {
    std::thread::sleep(time);
}
