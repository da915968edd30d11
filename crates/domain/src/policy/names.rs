//! One spelling for names that policies may spell in several ways. IMS became a part of RAM, and policies written before
//! say `ims:` where newer ones say `ram:`; ARNs of RAM, which has no regions, are written with `*` and with nothing for
//! the region. Both sides of every comparison pass through here.

use std::borrow::Cow;

/// An action, `<service>:<name>`: case does not count in it.
pub fn action(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    match lower.strip_prefix("ims:") {
        Some(name) => format!("ram:{name}"),
        None => lower,
    }
}

/// A resource.
pub fn resource(text: &str) -> Cow<'_, str> {
    let of_ram = match text.strip_prefix("acs:ims:") {
        Some(rest) => Cow::Owned(format!("acs:ram:{rest}")),
        None => Cow::Borrowed(text),
    };
    match of_ram.strip_prefix("acs:ram::") {
        Some(rest) => Cow::Owned(format!("acs:ram:*:{rest}")),
        None => of_ram,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_each() {
        for (text, expected) in [
            ("ram:GetUser", "ram:getuser"),
            ("ims:GetUser", "ram:getuser"),
            ("IMS:*", "ram:*"),
            ("*", "*"),
            ("i*:GetUser", "i*:getuser"),
        ] {
            assert_eq!(action(text), expected, "{text}");
        }
        for (text, expected) in [
            ("acs:ims::1:user/Alice", "acs:ram:*:1:user/Alice"),
            ("acs:ims:*:1:user/Alice", "acs:ram:*:1:user/Alice"),
            ("acs:ram::1:*", "acs:ram:*:1:*"),
            ("acs:ram:*:1:*", "acs:ram:*:1:*"),
            ("acs:oss::1:*", "acs:oss::1:*"),
            ("*", "*"),
        ] {
            assert_eq!(resource(text), expected, "{text}");
        }
    }
}
