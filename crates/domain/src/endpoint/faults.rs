//! Faults on demand, for those who test how their program takes them: throttling, failures, delay and a server whose clock
//! is wrong, by operation, rate and count. Nothing happens unless the server was started for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ramward_rpc::api::Product;
use ramward_rpc::error::{ApiError, Plain};
use rand::RngExt;

use crate::entropy::{Entropy, generator};
use crate::identity::label::Label;
use crate::identity::text::word;

/// How many faults there may be at once.
pub const MOST: usize = 100;

/// Operations that no fault meets: with them a server is always brought back to order.
const EXEMPT: [&str; 5] = ["SetFault", "ListFaults", "DeleteFaults", "ListRequests", "GetRequest"];

word! {
    /// What a fault does.
    FaultKind {
        /// The call is refused with `Throttling` and a time to come back.
        Throttling = "Throttling",
        /// The call is refused with `InternalError`.
        InternalError = "InternalError",
        /// The call is refused with `ServiceUnavailable` and a time to come back.
        ServiceUnavailable = "ServiceUnavailable",
        /// The call is done, and its answer is held back.
        Delay = "Delay",
        /// The call's time is judged by a clock that is wrong.
        ClockSkew = "ClockSkew",
    }
}

/// Which operations a fault meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    /// Only of this product.
    pub product: Option<Product>,
    /// Only the one of this name.
    pub action: Option<&'static str>,
}

/// A fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its name.
    pub name: Label,
    /// What it does.
    pub kind: FaultKind,
    /// What it meets.
    pub aim: Aim,
    /// How many of a hundred calls it meets.
    pub rate: u32,
    /// How many it still meets; all, without it.
    pub left: Option<u64>,
    /// How long an answer is held back.
    pub delay_ms: u32,
    /// By how much the clock is ahead.
    pub skew_seconds: i64,
    /// How many calls it has met.
    pub met: u64,
}

/// What a call meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The fault's name.
    pub name: Label,
    kind: FaultKind,
    /// How long the answer is held back.
    pub delay_ms: u32,
    /// By how much the clock is ahead.
    pub skew_seconds: i64,
}

impl Hit {
    /// The refusal in place of the operation, if it is one of that kind.
    pub fn refusal(&self) -> Option<Box<ApiError>> {
        let refusal = |plain, retry_after_ms| {
            let mut error = ApiError::new(plain);
            error.message = format!("{} The fault {} asked for it.", error.message, self.name);
            error.retry_after_ms = retry_after_ms;
            // The log shows it as the cause of a failure that is none.
            error.cause = Some(Arc::from(Box::from(format!("the fault {}", self.name))));
            Some(error)
        };
        match self.kind {
            FaultKind::Throttling => refusal(Plain::Throttling, Some(1000)),
            FaultKind::ServiceUnavailable => refusal(Plain::ServiceUnavailable, Some(1000)),
            FaultKind::InternalError => refusal(Plain::InternalError, None),
            FaultKind::Delay | FaultKind::ClockSkew => None,
        }
    }
}

/// The faults of a server.
#[derive(Debug)]
pub struct Faults {
    is_allowed: bool,
    /// So that a server without faults pays one load a call.
    is_any: AtomicBool,
    list: Mutex<Vec<Fault>>,
}

impl Faults {
    /// None yet; `is_allowed` says whether there may ever be one.
    pub fn new(is_allowed: bool) -> Self {
        Self { is_allowed, is_any: AtomicBool::new(false), list: Mutex::default() }
    }

    /// Whether the server was started for it.
    pub fn is_allowed(&self) -> bool {
        self.is_allowed
    }

    /// Sets a fault in place of the one of its name, behind those that are there. `false` if there are too many.
    pub fn set(&self, fault: Fault) -> bool {
        let mut list = self.list();
        list.retain(|other| other.name != fault.name);
        let fits = list.len() < MOST;
        if fits {
            list.push(fault);
        }
        self.note_whether_any(&list);
        fits
    }

    /// All of them, in the order in which they are tried.
    pub fn all(&self) -> Vec<Fault> {
        self.list().clone()
    }

    /// Removes the one of that name, or all; how many there were.
    pub fn delete(&self, name: Option<&Label>) -> usize {
        let mut list = self.list();
        let before = list.len();
        list.retain(|fault| name.is_some_and(|name| fault.name != *name));
        self.note_whether_any(&list);
        before - list.len()
    }

    /// What a call of this operation meets: the first fault that is aimed at it and whose chance it is.
    pub fn draw(&self, product: Product, action: &str, entropy: &dyn Entropy) -> Option<Hit> {
        if !self.is_any.load(Ordering::Relaxed) || EXEMPT.contains(&action) {
            return None;
        }
        let mut list = self.list();
        let hits = |fault: &Fault| {
            fault.left != Some(0)
                && fault.aim.product.is_none_or(|aimed| aimed == product)
                && fault.aim.action.is_none_or(|aimed| aimed == action)
                && (fault.rate >= 100 || generator(entropy).random_range(0..100) < fault.rate)
        };
        let fault = list.iter_mut().find(|fault| hits(fault))?;
        fault.met += 1;
        fault.left = fault.left.map(|left| left - 1);
        let Fault { name, kind, delay_ms, skew_seconds, .. } = fault;
        Some(Hit { name: name.clone(), kind: *kind, delay_ms: *delay_ms, skew_seconds: *skew_seconds })
    }

    fn note_whether_any(&self, list: &[Fault]) {
        self.is_any.store(self.is_allowed && !list.is_empty(), Ordering::Relaxed);
    }

    fn list(&self) -> std::sync::MutexGuard<'_, Vec<Fault>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    fn fault(name: &str, rate: u32, left: Option<u64>) -> Fault {
        Fault {
            name: Label::parse(name).unwrap(),
            kind: FaultKind::Throttling,
            aim: Aim { product: None, action: None },
            rate,
            left,
            delay_ms: 0,
            skew_seconds: 0,
            met: 0,
        }
    }

    fn hits(faults: &Faults, action: &str, calls: usize, entropy: &SeededEntropy) -> usize {
        (0..calls).filter(|_| faults.draw(Product::Ims, action, entropy).is_some()).count()
    }

    #[test]
    fn rate_and_count_are_kept_and_the_way_back_is_open() {
        let entropy = SeededEntropy::new(3);
        let faults = Faults::new(true);
        assert_eq!(hits(&faults, "GetUser", 10, &entropy), 0);
        faults.set(fault("twice", 100, Some(2)));
        assert_eq!(hits(&faults, "SetFault", 10, &entropy), 0);
        assert_eq!(hits(&faults, "GetUser", 10, &entropy), 2);
        assert_eq!((faults.all()[0].met, faults.all()[0].left), (2, Some(0)));
        faults.set(fault("often", 30, None));
        let often = hits(&faults, "GetUser", 10_000, &entropy);
        assert!((2700..=3300).contains(&often), "{often}");
        assert_eq!(faults.delete(Some(&Label::parse("none").unwrap())), 0);
        assert_eq!(faults.delete(Some(&Label::parse("often").unwrap())), 1);
        assert_eq!(faults.delete(None), 1);
        assert_eq!(hits(&faults, "GetUser", 10, &entropy), 0);
    }

    #[test]
    fn only_what_it_is_aimed_at() {
        let entropy = SeededEntropy::new(3);
        let faults = Faults::new(true);
        let aim = Aim { product: Some(Product::Ram), action: Some("GetUser") };
        faults.set(Fault { aim, ..fault("one", 100, None) });
        assert!(faults.draw(Product::Ims, "GetUser", &entropy).is_none());
        assert!(faults.draw(Product::Ram, "ListUsers", &entropy).is_none());
        assert!(faults.draw(Product::Ram, "GetUser", &entropy).is_some());
    }

    #[test]
    fn a_server_that_was_not_started_for_it_has_none() {
        let faults = Faults::new(false);
        faults.set(fault("never", 100, None));
        assert_eq!(hits(&faults, "GetUser", 10, &SeededEntropy::new(1)), 0);
    }

    #[test]
    fn there_is_an_end_to_them() {
        let faults = Faults::new(true);
        assert!((0..MOST).all(|number| faults.set(fault(&number.to_string(), 1, None))));
        assert!(!faults.set(fault("more", 1, None)));
        assert!(faults.set(fault("0", 2, None)), "one that is there is replaced");
    }
}
