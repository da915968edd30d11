//! The last requests of a server, each with what was checked and why it was refused: a ring in memory that every answer
//! goes through. Of a request whose signature was refused its canonical text is kept, without secrets; of any other no
//! parameter.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::signed_text::SignedText;
use crate::identity::label::Label;
use crate::ids::{AccessKeyId, AccountId, RequestId, UserId};
use crate::time::Timestamp;

macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// What is checked of a request, in the order of refusals (decision record 0004).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub enum Check { $($(#[$doc])* $name),+ }

        impl Check {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),+ }
            }
        }
    };
}

checks! {
    /// Size, method, and whether the parameters can be read.
    #[default]
    Request,
    /// Action and Version are there and known.
    Action,
    /// The form of the answer is known.
    Format,
    /// All that belongs to a signature is there and well formed, its time too.
    SignatureParameters,
    /// The time lies in the window.
    Timestamp,
    /// The AccessKey is known and may sign.
    AccessKey,
    /// The signature is the one expected.
    Signature,
    /// The AccessKey may be used from where the request came.
    NetworkPolicy,
    /// The nonce was not used before.
    Nonce,
    /// There is a security token where there must be one, and only there.
    SecurityToken,
    /// No fault was asked for.
    Fault,
    /// The operation's parameters.
    Parameters,
    /// The caller may do it.
    Permission,
    /// The operation itself.
    Operation,
    /// Nothing is left to check.
    Answered,
}

impl Check {
    /// What a request passed that was refused at this check, as names separated by commas.
    pub fn passed(self) -> String {
        let before = Self::ALL.iter().filter(|check| **check < self).map(|check| check.name());
        before.collect::<Vec<_>>().join(",")
    }
}

/// A request and its answer.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its id.
    pub request_id: RequestId,
    /// When it was answered, by the wall clock.
    pub at: Timestamp,
    /// The product; empty if it was not known.
    pub product: &'static str,
    /// The operation; of an unknown one what was asked for.
    pub action: Cow<'static, str>,
    /// The HTTP status.
    pub status: u16,
    /// Where it was refused; [`Check::Answered`] if it was not.
    pub reached: Check,
    /// The code of the refusal.
    pub code: Option<String>,
    /// The text of the refusal, without the part that repeats the request.
    pub message: Option<String>,
    /// The caller's account, once verified; 0 is the operator.
    pub account: Option<AccountId>,
    /// The key that was claimed.
    pub access_key_id: Option<AccessKeyId>,
    /// Whose key that is, verified or not, if the request got as far as its look-up.
    pub owner: Option<(AccountId, UserId)>,
    /// What should have been signed, where the signature was refused.
    pub signed_text: Option<Box<SignedText>>,
    /// The fault that it met.
    pub fault: Option<Label>,
    /// Where it came from.
    pub peer: IpAddr,
    /// From its last byte to its answer.
    pub took: Duration,
}

/// Which requests to list.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'a> {
    /// Only those behind this number; without it, the latest.
    pub after: Option<u64>,
    /// Only those of this account.
    pub account: Option<AccountId>,
    /// Only those that were refused.
    pub refused: bool,
    /// Only the one of this id.
    pub request_id: Option<&'a str>,
}

impl Wanted<'_> {
    fn fits(&self, seen: &Seen) -> bool {
        self.account.is_none_or(|account| seen.account == Some(account))
            && (!self.refused || seen.reached != Check::Answered)
            && self.request_id.is_none_or(|id| seen.request_id.as_str().eq_ignore_ascii_case(id))
    }
}

/// A part of the ring.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// The requests, oldest first.
    pub requests: Vec<Seen>,
    /// Behind which number the list goes on.
    pub next: u64,
    /// How many requests behind the number that was asked for are forgotten already.
    pub missed: u64,
}

/// The ring.
#[derive(Debug)]
pub struct Requests {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// How many were ever noted; also the number of the latest.
    noted: u64,
    seen: VecDeque<Seen>,
}

impl Requests {
    /// A ring of at most `most` requests; of none, if that is 0.
    pub fn new(most: usize) -> Self {
        Self { most, kept: Mutex::default() }
    }

    /// Whether requests are kept at all.
    pub fn is_kept(&self) -> bool {
        self.most > 0
    }

    /// Notes a request; the oldest goes where there is no room.
    pub fn note(&self, seen: Seen) {
        if !self.is_kept() {
            return;
        }
        let forgotten = {
            let mut kept = self.kept();
            kept.noted += 1;
            let forgotten = if kept.seen.len() >= self.most { kept.seen.pop_front() } else { None };
            kept.seen.push_back(seen);
            forgotten
        };
        // Freed here, so that nobody waits for it.
        drop(forgotten);
    }

    /// At most `most` of the wanted ones.
    pub fn list(&self, wanted: &Wanted<'_>, most: usize) -> Listed {
        let kept = self.kept();
        let first = kept.noted - kept.seen.len() as u64 + 1;
        let Some(after) = wanted.after else {
            let latest = kept.seen.iter().rev().filter(|seen| wanted.fits(seen)).take(most).cloned();
            let mut requests: Vec<Seen> = latest.collect();
            requests.reverse();
            return Listed { requests, next: kept.noted, missed: 0 };
        };
        // A number from before a restart is behind everything there is now.
        let after = if after > kept.noted { 0 } else { after };
        let mut listed =
            Listed { requests: Vec::new(), next: kept.noted, missed: (first - 1).saturating_sub(after) };
        let skipped = usize::try_from((after + 1).saturating_sub(first)).unwrap_or(usize::MAX);
        for (number, seen) in (first..).zip(&kept.seen).skip(skipped) {
            if !wanted.fits(seen) {
                continue;
            }
            if listed.requests.len() >= most {
                listed.next = number - 1;
                break;
            }
            listed.requests.push(seen.clone());
        }
        listed
    }

    /// The request of that id, if it is still remembered.
    pub fn find(&self, request_id: &str) -> Option<Seen> {
        let wanted = Wanted { request_id: Some(request_id), ..Wanted::default() };
        self.list(&wanted, 1).requests.pop()
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::entropy::SeededEntropy;

    fn seen(account: i64, reached: Check) -> Seen {
        Seen {
            request_id: RequestId::generate(&SeededEntropy::new(account.unsigned_abs())),
            at: Timestamp::from_seconds(account),
            product: "Ims",
            action: "GetUser".into(),
            status: 200,
            reached,
            code: None,
            message: None,
            account: AccountId::new(account),
            access_key_id: None,
            owner: None,
            signed_text: None,
            fault: None,
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
            took: Duration::ZERO,
        }
    }

    fn accounts(listed: &Listed) -> Vec<i64> {
        listed.requests.iter().map(|seen| seen.account.unwrap().get()).collect()
    }

    #[test]
    fn the_oldest_goes_and_who_reads_on_is_told_how_many_are_missing() {
        let ring = Requests::new(3);
        let read = |after, most| {
            let listed = ring.list(&Wanted { after, ..Wanted::default() }, most);
            (accounts(&listed), listed.next, listed.missed)
        };
        assert_eq!(read(None, 10), (vec![], 0, 0));
        assert_eq!(read(Some(0), 10), (vec![], 0, 0));
        (1..=2).for_each(|account| ring.note(seen(account, Check::Answered)));
        assert_eq!(read(None, 10), (vec![1, 2], 2, 0));
        assert_eq!(read(None, 1), (vec![2], 2, 0));
        assert_eq!(read(Some(0), 1), (vec![1], 1, 0));
        assert_eq!(read(Some(1), 1), (vec![2], 2, 0));
        (3..=6).for_each(|account| ring.note(seen(account, Check::Answered)));
        assert_eq!(read(Some(2), 10), (vec![4, 5, 6], 6, 1));
        assert_eq!(read(Some(5), 10), (vec![6], 6, 0));
        assert_eq!(read(Some(6), 10), (vec![], 6, 0));
        assert_eq!(read(Some(99), 2), (vec![4, 5], 5, 3), "a number of an earlier run");
    }

    #[test]
    fn only_what_is_wanted() {
        let ring = Requests::new(10);
        for account in [1, 2, 1, 2] {
            ring.note(seen(account, if account == 1 { Check::Answered } else { Check::Permission }));
        }
        let of_one = Wanted { account: AccountId::new(1), ..Wanted::default() };
        assert_eq!(accounts(&ring.list(&of_one, 10)), [1, 1]);
        let on = Wanted { after: Some(0), ..of_one };
        let listed = ring.list(&on, 1);
        assert_eq!(
            (accounts(&listed), listed.next),
            (vec![1], 2),
            "number 2 was looked at and is not wanted"
        );
        let refused = Wanted { refused: true, ..Wanted::default() };
        assert_eq!(accounts(&ring.list(&refused, 10)), [2, 2]);
        let id = seen(2, Check::Permission).request_id.to_string();
        let lower = id.to_ascii_lowercase();
        let one = Wanted { request_id: Some(&lower), ..Wanted::default() };
        assert_eq!(accounts(&ring.list(&one, 10)), [2, 2]);
    }

    #[test]
    fn a_ring_of_none_keeps_none() {
        let ring = Requests::new(0);
        ring.note(seen(1, Check::Answered));
        assert!(ring.list(&Wanted::default(), 10).requests.is_empty());
    }

    #[test]
    fn what_was_passed_is_all_that_comes_before() {
        assert_eq!(Check::Request.passed(), "");
        assert_eq!(Check::Format.passed(), "Request,Action");
        assert!(Check::Answered.passed().ends_with("Permission,Operation"));
    }
}
