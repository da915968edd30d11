//! Network policies of AccessKeys: from which addresses an AccessKey may sign. Form and limits: the vendor's pages of
//! SetAccessKeyPolicy, GetAccountSummary and of the policies themselves (2025 and 2026), in our words. Must not know which
//! policy applies to a key, nor where it is kept.

use std::fmt;
use std::net::IpAddr;

use ramward_rpc::error::Rule;
use ramward_rpc::shape::{Kind, Scalar};
use ramward_rpc::value::Value;
use serde::{Deserialize, Serialize};

use super::access_key::Status;
use super::network::Network;
use super::text::{is_name_character, length, serde_by_scalar, word};

word! {
    /// Which calls a statement is about.
    StatementType {
        /// Calls that come in by a plain address, as all do here.
        ClassicWhiteList = "ClassicWhiteList",
        /// Calls out of the vendor's VPCs. This server stands in none, so such a statement is kept and lets nobody in.
        VpcWhiteList = "VPCWhiteList",
    }
}

/// The member `Value` of a statement that is about every VPC.
const EVERY_VPC: &str = "AllowAllVPC";

/// One list of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Statement {
    /// Which calls it is about.
    #[serde(rename = "Type")]
    kind: StatementType,
    /// The VPC, or `AllowAllVPC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// Addresses and networks, as they were given.
    #[serde(rename = "IPList")]
    ip_list: Vec<String>,
}

impl Statement {
    fn check(&mut self) -> Result<(), Rule> {
        if self.ip_list.is_empty() {
            return Err(Rule::Format);
        }
        // Some clients send the member empty where it has no meaning.
        self.value = self.value.take().filter(|value| !value.is_empty());
        match (self.kind, self.value.as_deref()) {
            (StatementType::ClassicWhiteList, None) | (StatementType::VpcWhiteList, Some(EVERY_VPC)) => {
                Ok(())
            }
            (StatementType::VpcWhiteList, Some(vpc)) if vpc.starts_with("vpc-") => {
                let fits = length(vpc, 5, 64).is_ok() && vpc.chars().all(is_name_character);
                if fits { Ok(()) } else { Err(Rule::Format) }
            }
            _ => Err(Rule::Format),
        }
    }

    fn networks(&self) -> Result<Vec<Network>, Rule> {
        self.ip_list.iter().map(|text| text.parse().map_err(|_| Rule::Format)).collect()
    }
}

/// The text of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Document {
    #[serde(default = "first_version")]
    version: u32,
    status: Status,
    statements: Vec<Statement>,
}

const fn first_version() -> u32 {
    1
}

/// From which addresses an AccessKey may sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKeyPolicy {
    document: Document,
    /// What the statements about plain addresses let in.
    networks: Vec<Network>,
}

/// No policy at all, in the words by which one is taken back: off, and without a statement.
impl Default for AccessKeyPolicy {
    fn default() -> Self {
        let document = Document { version: 1, status: Status::Inactive, statements: Vec::new() };
        Self { document, networks: Vec::new() }
    }
}

impl AccessKeyPolicy {
    /// The most statements.
    pub const MAX_STATEMENTS: usize = 8;
    /// The most addresses, of all statements together.
    pub const MAX_ADDRESSES: usize = 50;
    /// The longest text; twice what the longest addresses need.
    pub const MAX_CHARACTERS: usize = 8192;

    /// Reads a policy.
    ///
    /// # Errors
    /// `Length` for too long a text, too many statements or too many addresses; `Format` for everything else.
    pub fn parse(text: &str) -> Result<Self, Rule> {
        length(text, 1, Self::MAX_CHARACTERS)?;
        let mut document: Document = serde_json::from_str(text).map_err(|_| Rule::Format)?;
        if document.version != 1 {
            return Err(Rule::Format);
        }
        let addresses: usize = document.statements.iter().map(|statement| statement.ip_list.len()).sum();
        if document.statements.len() > Self::MAX_STATEMENTS || addresses > Self::MAX_ADDRESSES {
            return Err(Rule::Length);
        }
        let mut admitted = Vec::new();
        for statement in &mut document.statements {
            statement.check()?;
            let networks = statement.networks()?;
            if statement.kind == StatementType::ClassicWhiteList {
                admitted.extend(networks);
            }
        }
        Ok(Self { document, networks: admitted })
    }

    /// Whether it has a say. One that is off has none.
    pub fn is_active(&self) -> bool {
        self.document.status == Status::Active
    }

    /// Whether it is what stands for no policy at all.
    pub fn is_none(&self) -> bool {
        !self.is_active() && self.document.statements.is_empty()
    }

    /// Whether a call from `address` may come in. An active policy lets in what it lists and nothing else.
    pub fn admits(&self, address: IpAddr) -> bool {
        !self.is_active() || self.networks.iter().any(|network| network.contains(address))
    }
}

impl fmt::Display for AccessKeyPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(&self.document).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

impl Scalar for AccessKeyPolicy {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "a JSON object of Version (1), Status (`Active` or `Inactive`) and Statements: at most 8 objects of Type (`ClassicWhiteList` or `VPCWhiteList`), Value (`AllowAllVPC` or the id of a VPC; for `VPCWhiteList` only) and IPList, with at most 50 addresses or CIDR blocks in all";

    fn parse(text: &str) -> Result<Self, Rule> {
        Self::parse(text)
    }

    fn value(&self) -> Value {
        Value::text(self.to_string())
    }
}

serde_by_scalar!(AccessKeyPolicy);

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(status: &str, statements: &str) -> Result<AccessKeyPolicy, Rule> {
        AccessKeyPolicy::parse(&format!(r#"{{"Version":1,"Status":"{status}","Statements":[{statements}]}}"#))
    }

    fn classic(list: &str) -> String {
        format!(r#"{{"Type":"ClassicWhiteList","IPList":[{list}]}}"#)
    }

    #[test]
    fn an_active_policy_lets_in_what_it_lists() {
        let rows = [
            ("Active", classic(r#""192.0.2.1""#), "192.0.2.1", true),
            ("Active", classic(r#""192.0.2.1""#), "::ffff:192.0.2.1", true),
            ("Active", classic(r#""192.0.2.1""#), "192.0.2.2", false),
            ("Active", classic(r#""198.51.100.0/24","2001:db8::/32""#), "2001:db8::9", true),
            ("Active", classic(r#""0.0.0.0/0""#), "2001:db8::9", false),
            (
                "Active",
                format!("{},{}", classic(r#""10.0.0.0/8""#), classic(r#""192.0.2.1""#)),
                "192.0.2.1",
                true,
            ),
            ("Active", String::new(), "192.0.2.1", false),
            ("Inactive", classic(r#""192.0.2.1""#), "192.0.2.2", true),
        ];
        for (status, statements, address, admitted) in rows {
            let found = policy(status, &statements).unwrap().admits(address.parse().unwrap());
            assert_eq!(found, admitted, "{status} {statements} {address}");
        }
        let vpc = r#"{"Type":"VPCWhiteList","Value":"AllowAllVPC","IPList":["0.0.0.0/0"]}"#;
        assert!(!policy("Active", vpc).unwrap().admits("10.0.0.1".parse().unwrap()), "this is no VPC");
    }

    #[test]
    fn it_is_answered_as_it_was_set() {
        let text = r#"{"Version":1,"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["192.0.2.1","10.1.2.3/8"]},{"Type":"VPCWhiteList","Value":"vpc-bp1","IPList":["::/0"]}]}"#;
        assert_eq!(AccessKeyPolicy::parse(text).unwrap().to_string(), text);
        // The order and the absent version of the vendor's own example.
        let example = r#"{"Status":"Inactive","Statements":[{"Value":"AllowAllVPC","Type":"VPCWhiteList","IPList":["::/0","0.0.0.0/0"]}]}"#;
        let read = AccessKeyPolicy::parse(example).unwrap();
        assert!(!read.is_active() && !read.is_none());
        assert!(AccessKeyPolicy::default().is_none());
        assert_eq!(
            AccessKeyPolicy::parse(&AccessKeyPolicy::default().to_string()),
            Ok(AccessKeyPolicy::default())
        );
        assert!(!policy("Active", "").unwrap().is_none());
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        let rows = [
            "",
            "{}",
            "[]",
            "null",
            r#"{"Status":"Active"}"#,
            r#"{"Status":"Active","Statements":null}"#,
            r#"{"Statements":[]}"#,
            r#"{"Status":"active","Statements":[]}"#,
            r#"{"Version":2,"Status":"Active","Statements":[]}"#,
            r#"{"Version":"1","Status":"Active","Statements":[]}"#,
            r#"{"Status":"Active","Status":"Active","Statements":[]}"#,
            r#"{"Status":"Active","Statements":[],"Extra":1}"#,
            r#"{"Status":"Active","Statements":[]}x"#,
        ];
        for text in rows {
            assert!(AccessKeyPolicy::parse(text).is_err(), "{text}");
        }
        let statements = [
            classic(""),
            classic(r#""here""#),
            classic(r#""10.0.0.0/33""#),
            classic("1"),
            r#"{"Type":"ClassicWhiteList"}"#.to_owned(),
            r#"{"Type":"ClassicWhiteList","Value":"vpc-1","IPList":["10.0.0.1"]}"#.to_owned(),
            r#"{"Type":"VPCWhiteList","IPList":["10.0.0.1"]}"#.to_owned(),
            r#"{"Type":"VPCWhiteList","Value":"mine","IPList":["10.0.0.1"]}"#.to_owned(),
            r#"{"Type":"Other","IPList":["10.0.0.1"]}"#.to_owned(),
        ];
        for statement in statements {
            assert_eq!(policy("Active", &statement), Err(Rule::Format), "{statement}");
        }
    }

    #[test]
    fn limits_hold_at_their_edges() {
        let many = |number: usize, of: &str| vec![of; number].join(",");
        let one = classic(r#""10.0.0.1""#);
        assert!(policy("Active", &many(8, &one)).is_ok());
        assert_eq!(policy("Active", &many(9, &one)), Err(Rule::Length));
        assert!(policy("Active", &classic(&many(50, r#""10.0.0.1""#))).is_ok());
        let both = format!("{},{one}", classic(&many(50, r#""10.0.0.1""#)));
        assert_eq!(policy("Active", &both), Err(Rule::Length));
        let spaces = " ".repeat(AccessKeyPolicy::MAX_CHARACTERS);
        assert_eq!(AccessKeyPolicy::parse(&spaces), Err(Rule::Format));
        assert_eq!(AccessKeyPolicy::parse(&format!("{spaces} ")), Err(Rule::Length));
    }
}
