//! What other nodes committed, for those who keep copies here: each commit says in the database's notifications what it
//! changed, and a thread hears them. When it cannot hear for a while, nothing that was kept stays: a copy is never older
//! than the bound. Must not know who keeps copies.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::connection::{Access, Driver, Ear, Role};
use super::error::StoreError;
use super::tables::server;
use super::tx::{Effect, Tx};
use super::writer::Shared;
use crate::ids::{AccessKeyId, AccountId};

/// PostgreSQL takes less than 8000 bytes; what does not fit is said as "everything".
const LONGEST: usize = 4000;

/// How long the thread waits for news without looking whether it shall stop.
const SLICE: Duration = Duration::from_millis(200);

/// The name of this store among the nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NodeName(String);

impl NodeName {
    /// One that no other node has.
    pub(super) fn new() -> Self {
        Self(format!("{:016x}", RandomState::new().hash_one(std::process::id())))
    }

    /// What a commit says of these effects; nothing if it has none that others must hear of.
    pub(super) fn tell(&self, effects: &[Effect]) -> Option<String> {
        let words: BTreeSet<String> = effects
            .iter()
            .map(|effect| match effect {
                Effect::Account(account) => format!("a{}", account.get()),
                Effect::Policies(account) => format!("p{}", account.get()),
                Effect::AccessKey(key) => format!("k{}", key.as_str()),
                Effect::All | Effect::Replaced => "*".to_owned(),
                Effect::Clock(offset) => format!("c{offset}"),
            })
            .collect();
        if words.is_empty() {
            return None;
        }
        let length: usize = words.iter().map(|word| word.len() + 1).sum();
        if length <= LONGEST && !words.contains("*") {
            return Some(format!("{} {}", self.0, words.into_iter().collect::<Vec<_>>().join(" ")));
        }
        // The clock is no copy of what is stored.
        let clocks = words.iter().filter(|word| word.starts_with('c')).map(|word| format!(" {word}"));
        Some(format!("{} *{}", self.0, clocks.collect::<String>()))
    }

    /// What another node said; nothing if it was this one. What is not understood, as a later version may say it, means
    /// everything.
    pub(super) fn hear(&self, text: &str) -> Vec<Effect> {
        let mut words = text.split(' ');
        if words.next() == Some(self.0.as_str()) {
            return Vec::new();
        }
        words.map(|word| understood(word).unwrap_or(Effect::All)).collect()
    }
}

fn understood(word: &str) -> Option<Effect> {
    let (kind, rest) = word.split_at_checked(1)?;
    let account = || rest.parse().ok().and_then(AccountId::new);
    match kind {
        "a" => account().map(Effect::Account),
        "p" => account().map(Effect::Policies),
        "k" => rest.parse::<AccessKeyId>().ok().map(Effect::AccessKey),
        "c" => rest.parse().ok().map(Effect::Clock),
        _ => None,
    }
}

/// Hears what others commit. Stops soon after it is dropped.
pub(super) struct News {
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl News {
    pub(super) fn start(
        driver: Arc<dyn Driver>,
        shared: Arc<Shared>,
        node: NodeName,
        bound: Duration,
    ) -> Result<Self, StoreError> {
        let stopping = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stopping);
        let run = move || {
            // A silence of one beat is asked about; the answer has one beat; what is older than that is gone by the third.
            let beat = bound / 3;
            let slice = beat.min(SLICE);
            let mut ear: Option<Box<dyn Ear>> = None;
            let mut silence = Duration::ZERO;
            while !stopped.load(Ordering::Acquire) {
                if let Some(open) = &mut ear {
                    let heard = if silence < beat {
                        open.hear(slice)
                    } else {
                        silence = Duration::ZERO;
                        open.check(beat).map(|()| Vec::new())
                    };
                    match heard {
                        Ok(heard) if heard.is_empty() => silence += slice,
                        Ok(heard) => {
                            silence = Duration::ZERO;
                            heard.iter().for_each(|text| shared.tell(&node.hear(text)));
                        }
                        Err(error) => {
                            tracing::warn!(%error, "other nodes are not heard; what is kept is given up again and again meanwhile");
                            ear = None;
                        }
                    }
                    continue;
                }
                shared.tell(&[Effect::All]);
                match driver.ear(beat) {
                    Ok(new) => {
                        // What was said before this one listened.
                        let mut missed = vec![Effect::All];
                        missed.extend(clock(&*driver));
                        shared.tell(&missed);
                        shared.hears.store(true, Ordering::Release);
                        silence = Duration::ZERO;
                        ear = new;
                    }
                    Err(_) => std::thread::park_timeout(beat),
                }
            }
        };
        let thread = std::thread::Builder::new().name("store-news".into()).spawn(run);
        let thread = thread.map_err(|error| StoreError::Io {
            what: "starting the thread that hears other nodes".to_owned(),
            source: Arc::new(error),
        })?;
        Ok(Self { stopping, thread: Some(thread) })
    }
}

/// By how much the clock of all nodes is ahead; unknown while the database does not say.
fn clock(driver: &dyn Driver) -> Option<Effect> {
    let read = || -> Result<Option<String>, StoreError> {
        let mut connection = driver.connect(Role::Reader)?;
        server::find(&mut Tx::new(connection.as_mut(), Access::Read), server::CLOCK_OFFSET)
    };
    read().ok().flatten()?.parse().ok().map(Effect::Clock)
}

impl Drop for News {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("the thread that hears other nodes panicked");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: i64) -> AccountId {
        AccountId::new(id).unwrap()
    }

    #[test]
    fn what_one_node_says_the_other_hears() {
        let (one, other) = (NodeName::new(), NodeName::new());
        assert_ne!(one, other);
        let key = Effect::AccessKey("LTAI1".parse().unwrap());
        let effects = [Effect::Account(account(7)), Effect::Policies(account(7)), key, Effect::Clock(-5)];
        let text = one.tell(&effects).unwrap();
        let mut heard = other.hear(&text);
        assert_eq!(one.hear(&text), []);
        for effect in &effects {
            let place = heard.iter().position(|found| found == effect).unwrap();
            heard.remove(place);
        }
        assert_eq!(heard, []);
        assert_eq!(one.tell(&[]), None);
    }

    #[test]
    fn what_is_too_much_or_not_understood_is_everything() {
        let (one, other) = (NodeName::new(), NodeName::new());
        let mut many: Vec<Effect> = (1..2000).map(|id| Effect::Account(account(id))).collect();
        many.push(Effect::Clock(3));
        let text = one.tell(&many).unwrap();
        assert!(text.len() < LONGEST);
        assert_eq!(other.hear(&text), [Effect::All, Effect::Clock(3)]);
        assert_eq!(other.hear("x z9"), [Effect::All]);
        assert_eq!(other.hear("x a-"), [Effect::All]);
    }
}
