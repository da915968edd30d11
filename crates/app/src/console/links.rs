//! Where the pages of an account's things are. Knows names only.

use ramward_rpc::percent::encode;

/// The page of a RAM user.
pub fn user(name: &str) -> String {
    format!("/console/users/{}", part(name))
}

/// The page of a group.
pub fn group(name: &str) -> String {
    format!("/console/groups/{}", part(name))
}

/// The page of a role.
pub fn role(name: &str) -> String {
    format!("/console/roles/{}", part(name))
}

/// The page of a policy; `kind` is `System` or `Custom`.
pub fn policy(kind: &str, name: &str) -> String {
    format!("/console/policies/{}?type={kind}", part(name))
}

/// A part of a path. The page to make a new one is called `new`, so what has that name is written otherwise.
pub fn part(name: &str) -> String {
    if name == "new" { "%6Eew".to_owned() } else { encode(name.as_bytes()).to_string() }
}

/// The list at `path`, further on.
pub fn further(path: &str, marker: &str, others: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(others.iter().filter(|(_, value)| !value.is_empty()));
    query.append_pair("Marker", marker);
    format!("{path}?{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_its_own_page() {
        assert_eq!(user("alice.b-c_d"), "/console/users/alice.b-c_d");
        assert_eq!(group("new"), "/console/groups/%6Eew");
        assert_eq!(policy("Custom", "a/b"), "/console/policies/a%2Fb?type=Custom");
        assert_eq!(
            further("/console/users", "MQ==", &[("prefix", "a&b"), ("x", "")]),
            "/console/users?prefix=a%26b&Marker=MQ%3D%3D"
        );
    }
}
