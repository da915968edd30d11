//! What is said about an AccessKey pair besides its id. Must not know secrets.

use super::text::word;

word! {
    /// Whether an AccessKey pair or a logon profile may be used. Both are made active.
    Status {
        /// It may.
        Active = "Active",
        /// It is kept and refused.
        Inactive = "Inactive",
    }
}

/// How many AccessKey pairs a RAM user may have, and the root identity as well (the vendor's quota page). Mirrored
/// accounts may hold more from older days.
pub const ACCESS_KEYS_PER_IDENTITY: usize = 2;
