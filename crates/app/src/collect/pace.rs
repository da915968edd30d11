//! How fast calls may follow each other, and how long to wait after one that failed. Pure: time and chance come from the
//! caller.

use std::time::Duration;

/// Slower than this no throttling makes it: a call every five seconds.
const LEAST: f64 = 0.2;
/// The first wait after a failure; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// No wait of our own is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// A server that asks for more than this is not obeyed to the letter.
const LONGEST_ASKED: Duration = Duration::from_secs(120);

/// The rate of calls: halved by each throttling, grown back slowly by answers, never above what was allowed.
#[derive(Debug, Clone)]
pub struct Pace {
    most: f64,
    rate: f64,
    next: f64,
}

impl Pace {
    /// Begins at the allowed rate, in calls a second.
    pub fn new(most: f64) -> Self {
        Self { most, rate: most, next: 0.0 }
    }

    /// How long to wait before the next call, at `now` seconds of the caller's clock; the call counts as made then.
    pub fn wait(&mut self, now: f64) -> Duration {
        let at = self.next.max(now);
        self.next = at + 1.0 / self.rate;
        Duration::from_secs_f64((at - now).max(0.0))
    }

    /// The server said that it was too much.
    pub fn throttled(&mut self) {
        self.rate = (self.rate / 2.0).max(LEAST.min(self.most));
    }

    /// The server answered.
    pub fn answered(&mut self) {
        self.rate = (self.rate + self.most / 50.0).min(self.most);
    }

    /// Calls a second as of now.
    pub fn rate(&self) -> f64 {
        self.rate
    }
}

/// How long to wait before try number `tries` + 1: what the server asks for, or twice as long as the time before, of which
/// `chance` (0 to 1) takes up to half away, so that many clients do not come back at once.
pub fn backoff(tries: u32, asked: Option<Duration>, chance: f64) -> Duration {
    let grown = FIRST_WAIT.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(LONGEST_WAIT);
    let own = grown.mul_f64(1.0 - chance.clamp(0.0, 1.0) / 2.0);
    own.max(asked.unwrap_or_default().min(LONGEST_ASKED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_as_far_apart_as_the_rate_says() {
        let mut pace = Pace::new(10.0);
        assert_eq!(pace.wait(1.0), Duration::ZERO);
        assert!((pace.wait(1.0).as_secs_f64() - 0.1).abs() < 1e-9);
        assert!((pace.wait(1.0).as_secs_f64() - 0.2).abs() < 1e-9);
        assert_eq!(pace.wait(9.0), Duration::ZERO, "idle time is not saved up");
        assert!((pace.wait(9.0).as_secs_f64() - 0.1).abs() < 1e-9);
    }

    #[test]
    fn throttling_halves_and_answers_bring_it_back() {
        let mut pace = Pace::new(10.0);
        pace.throttled();
        pace.throttled();
        assert!((pace.rate() - 2.5).abs() < 1e-9);
        (0..100).for_each(|_| pace.throttled());
        assert!((pace.rate() - LEAST).abs() < 1e-9, "it never stops");
        (0..100).for_each(|_| pace.answered());
        assert!((pace.rate() - 10.0).abs() < 1e-9, "and never exceeds what was allowed");
        let mut slow = Pace::new(0.1);
        slow.throttled();
        assert!((slow.rate() - 0.1).abs() < 1e-9);
    }

    #[test]
    fn waits_grow_vary_and_heed_the_server() {
        let seconds = |tries, asked: Option<u64>, chance| {
            backoff(tries, asked.map(Duration::from_millis), chance).as_secs_f64()
        };
        assert!((seconds(1, None, 0.0) - 0.25).abs() < 1e-9);
        assert!((seconds(1, None, 1.0) - 0.125).abs() < 1e-9);
        assert!((seconds(3, None, 0.0) - 1.0).abs() < 1e-9);
        assert!((seconds(60, None, 0.0) - 20.0).abs() < 1e-9);
        assert!((seconds(1, Some(3000), 0.5) - 3.0).abs() < 1e-9);
        assert!((seconds(1, Some(1), 0.0) - 0.25).abs() < 1e-9);
        assert!((seconds(1, Some(86_400_000), 0.0) - 120.0).abs() < 1e-9);
    }
}
