//! Where random bytes come from. Must not know what they are used for.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A source of random bytes.
pub trait Entropy: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// A generator for one task, seeded with 256 bits of `entropy`: for sampling letters, digits and ranges.
pub fn generator(entropy: &dyn Entropy) -> ChaCha20Rng {
    let mut seed = zeroize::Zeroizing::new([0; 32]);
    entropy.fill(seed.as_mut());
    ChaCha20Rng::from_seed(*seed)
}

/// The operating system's source.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    /// # Panics
    /// If the system has no randomness to give: going on would mean guessable secrets.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the operating system")]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}

/// A stream that follows from its seed alone: repeatable in tests, and fast where the seed is itself strong.
pub struct SeededEntropy(Mutex<ChaCha20Rng>);

impl SeededEntropy {
    /// The stream of a small seed. For tests: 64 bits are no secret.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }

    /// A stream with a strong seed, for what is needed often and need not be asked of the system each time.
    pub fn from_entropy(entropy: &dyn Entropy) -> Self {
        Self(Mutex::new(generator(entropy)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(buffer);
    }
}

/// Shows nothing of the state: whoever knows it knows every secret to come.
impl fmt::Debug for SeededEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SeededEntropy(****)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(entropy: &dyn Entropy) -> [u8; 32] {
        let mut buffer = [0; 32];
        entropy.fill(&mut buffer);
        buffer
    }

    #[test]
    fn a_seed_gives_one_stream() {
        let (one, same, other) = (SeededEntropy::new(1), SeededEntropy::new(1), SeededEntropy::new(2));
        let first = bytes(&one);
        assert_eq!(first, bytes(&same));
        assert_ne!(first, bytes(&other));
        assert_ne!(first, bytes(&one), "a stream goes on");
        assert_eq!(format!("{one:?}"), "SeededEntropy(****)");
    }

    #[test]
    fn the_system_and_what_it_seeds_never_repeat() {
        assert_ne!(bytes(&OsEntropy), bytes(&OsEntropy));
        let (one, other) = (SeededEntropy::from_entropy(&OsEntropy), SeededEntropy::from_entropy(&OsEntropy));
        assert_ne!(bytes(&one), bytes(&other));
    }
}
