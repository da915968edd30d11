//! Ways to prove oneself beside an MFA device: a phone that gets a message, a mailbox that gets a letter (the vendor's pages
//! of SetVerificationInfo and GetVerificationInfo, 2025). Must not know who has which.

use super::text::word;

word! {
    /// Which way.
    VerifyType {
        /// A message to a mobile phone.
        Sms = "sms",
        /// A letter to a mail address.
        Email = "email",
    }
}

/// The state of a number or an address that somebody has set and whose owner has not answered from it. The other state is
/// `active`; to get there the vendor sends a message, and this server sends none to anybody.
pub const PENDING: &str = "pending";
