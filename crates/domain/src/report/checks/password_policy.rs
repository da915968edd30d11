//! How much the password policy asks of passwords.

use ramward_rpc::shape::Bounded;

use super::{Assessment, Check, Kind, NextStep, Scored};
use crate::identity::level::SubUserPwdLevel;
use crate::report::score::{Mark, Units};

pub(super) const CHECK: Check = Check {
    id: "password_policy",
    kind: Kind::Scored(Scored {
        units: Units::Levels { low: 2, mid: 3, high: 4 },
        mark: |facts| Mark::Level(facts.sub_user_pwd_level),
    }),
    title: "The password policy asks for strong passwords",
    field: Some("SubUserPwdLevel"),
    rule: |_| {
        "the password policy makes at least four of five demands: a lower-case letter, an upper-case letter, a digit, a \
         symbol, 14 characters or more; two or three of them are mid, fewer are low"
            .to_owned()
    },
    assess: |inputs| {
        let level = inputs.facts.sub_user_pwd_level;
        let assessment = Assessment::of(level == SubUserPwdLevel::High, level.as_str())
            .fact("SubUserPwdLevel", level.as_str());
        let Some(policy) = inputs.password_policy() else { return assessment };
        assessment
            .fact("RequireLowercaseCharacters", policy.require_lowercase_characters)
            .fact("RequireUppercaseCharacters", policy.require_uppercase_characters)
            .fact("RequireNumbers", policy.require_numbers)
            .fact("RequireSymbols", policy.require_symbols)
            .fact("MinimumPasswordLength", policy.minimum_password_length.get())
    },
    advice: "Ask for all four kinds of characters and for 14 of them. Setting the policy replaces all of it, so say what \
             is to stay as well; it meets a password when that is next changed.",
    next: |inputs| {
        NextStep::password_policy(inputs, |policy| {
            policy.require_lowercase_characters = true;
            policy.require_uppercase_characters = true;
            policy.require_numbers = true;
            policy.require_symbols = true;
            let longer = policy.minimum_password_length.get().max(14);
            policy.minimum_password_length = Bounded::new(longer).unwrap_or(policy.minimum_password_length);
        })
    },
};
