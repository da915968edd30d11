//! How strong the passwords are that an account asks for. Only the policy counts, not the passwords, nor whether there
//! is anybody to have one.

use super::password_policy::PasswordPolicy;
use super::text::word;

word! {
    /// The level of an account's password policy, weakest first.
    SubUserPwdLevel {
        /// At most one demand on complexity.
        Low = "low",
        /// Two or three.
        Mid = "mid",
        /// Four or five.
        High = "high",
    }
}

/// From this length on a minimum length counts as a demand: the CIS benchmark's figure.
const LONG: i64 = 14;

impl SubUserPwdLevel {
    /// The level of `policy`: one point for each required kind of character, one for a minimum length of 14 or more.
    /// How often passwords change or how many attempts there are does not enter: the field is about complexity. The
    /// vendor publishes no cut-offs; that the default policy is `low` follows from its samples.
    pub fn of(policy: &PasswordPolicy) -> Self {
        let demands = [
            policy.require_lowercase_characters,
            policy.require_uppercase_characters,
            policy.require_numbers,
            policy.require_symbols,
            policy.minimum_password_length.get() >= LONG,
        ];
        match demands.iter().filter(|demand| **demand).count() {
            0 | 1 => Self::Low,
            2 | 3 => Self::Mid,
            _ => Self::High,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::password_policy::MinimumPasswordLength;
    use super::*;

    #[test]
    fn the_level_follows_from_length_and_kinds() {
        use SubUserPwdLevel::{High, Low, Mid};
        let rows = [
            (8, 0, Low),
            (8, 1, Low),
            (13, 1, Low),
            (14, 0, Low),
            (32, 0, Low),
            (14, 1, Mid),
            (8, 2, Mid),
            (8, 3, Mid),
            (13, 3, Mid),
            (14, 2, Mid),
            (14, 3, High),
            (8, 4, High),
            (14, 4, High),
        ];
        for (length, kinds, expected) in rows {
            // Whichever kinds they are: every choice of that many.
            for chosen in (0_u32..16).filter(|bits| bits.count_ones() == kinds) {
                let policy = PasswordPolicy {
                    minimum_password_length: MinimumPasswordLength::new(length).unwrap(),
                    require_lowercase_characters: chosen & 1 != 0,
                    require_uppercase_characters: chosen & 2 != 0,
                    require_numbers: chosen & 4 != 0,
                    require_symbols: chosen & 8 != 0,
                    ..PasswordPolicy::default()
                };
                assert_eq!(SubUserPwdLevel::of(&policy), expected, "length {length}, kinds {chosen:04b}");
            }
        }
        assert_eq!(SubUserPwdLevel::of(&PasswordPolicy::default()), Low);
        assert!(Low < Mid && Mid < High);
    }

    #[test]
    fn what_is_not_complexity_does_not_enter() {
        let policy = r#"{"MaxPasswordAge":90,"HardExpire":true,"PasswordReusePrevention":24,"MaxLoginAttemps":5,
            "MinimumPasswordDifferentCharacter":8,"PasswordNotContainUserName":true,"InitialPasswordAge":1,
            "InterceptRiskPasswordOnApi":true}"#;
        let policy: PasswordPolicy = serde_json::from_str(policy).unwrap();
        assert_eq!(SubUserPwdLevel::of(&policy), SubUserPwdLevel::Low);
    }
}
