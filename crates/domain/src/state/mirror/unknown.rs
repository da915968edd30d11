//! What a mirror could not know of a subject, so that nobody takes a blank for a fact. Kept as bits beside each user.

use std::fmt;

/// A set of things not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unknown(i64);

macro_rules! unknown {
    ($($(#[doc = $doc:literal])* $name:ident = $bit:literal, $words:literal;)*) => {
        impl Unknown {
            $($(#[doc = $doc])* pub const $name: Self = Self(1 << $bit);)*

            /// Each thing by itself, with its words.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$name, $words)),*];
        }
    };
}

unknown! {
    /// The id of a user; the one in the store was made up.
    USER_ID = 0, "the user's id";
    /// Display name, note, addresses, status and origin of a user.
    USER_DETAILS = 1, "the user's display name, contacts, status and origin";
    /// Whether an MFA device is bound.
    MFA = 2, "whether an MFA device is bound";
    /// Which device is bound.
    MFA_DEVICE = 3, "which MFA device is bound";
    /// The ids of AccessKeys; those in the store were made up.
    KEY_IDS = 4, "the ids of AccessKeys";
    /// When an AccessKey was made: no later than the date in the store.
    KEY_CREATE_DATES = 5, "when an AccessKey was made (no later than it was last switched)";
    /// When an AccessKey was last used.
    KEY_USES = 6, "when an AccessKey was last used";
    /// All about AccessKeys but, for root, their number.
    KEYS = 7, "the AccessKeys' status and dates";
    /// Whether the user may log on to the console.
    LOGIN_PROFILE = 8, "whether the user may log on to the console";
    /// What a logon profile says beside being there and Active; nobody is told when one was made.
    LOGIN_PROFILE_DETAILS = 9, "what the logon profile asks for";
    /// When the account was made.
    ACCOUNT_CREATE_DATE = 10, "when the account was made";
    /// When root last logged on.
    ROOT_LOGIN = 11, "when root last logged on";
    /// The password policy.
    PASSWORD_POLICY = 12, "the password policy";
    /// The security preference.
    SECURITY_PREFERENCE = 13, "the security preference";
}

impl Unknown {
    /// Nothing.
    pub const NOTHING: Self = Self(0);

    /// The set with these bits.
    pub const fn of(bits: i64) -> Self {
        Self(bits)
    }

    /// Its bits.
    pub const fn bits(self) -> i64 {
        self.0
    }

    /// Both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This set with `other` in it, or without it.
    #[must_use]
    pub const fn set(self, other: Self, to: bool) -> Self {
        if to { Self(self.0 | other.0) } else { Self(self.0 & !other.0) }
    }

    /// Whether all of `other` is in it.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether there is anything.
    pub const fn is_nothing(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> =
            Self::ALL.iter().filter(|(one, _)| self.has(*one)).map(|(_, words)| *words).collect();
        f.write_str(&words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_has_a_bit_of_its_own() {
        let all = Unknown::ALL.iter().fold(0, |seen, (one, _)| {
            assert_eq!((one.bits().count_ones(), seen & one.bits()), (1, 0));
            seen | one.bits()
        });
        let both = Unknown::MFA.and(Unknown::KEY_IDS);
        assert!(both.has(Unknown::MFA) && !both.has(Unknown::MFA_DEVICE) && Unknown::of(all).has(both));
        assert_eq!(both.set(Unknown::MFA, false), Unknown::KEY_IDS);
        assert_eq!(both.to_string(), "whether an MFA device is bound, the ids of AccessKeys");
        assert!(Unknown::NOTHING.is_nothing() && !both.is_nothing());
    }
}
