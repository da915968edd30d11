//! The policies and roles that a request about tags names. Must not know what is done with the tags.

use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::items::Items;

use crate::identity::policy::PolicyName;
use crate::identity::role::{RoleName, TaggedType};
use crate::ops::tag::{self, MAX_RESOURCES, Tagged};
use crate::ops::{Cx, Target};
use crate::store::tables::{policies, roles};

/// What the request is about: each of the resources it names, or the account where it names none.
pub fn target(of: TaggedType, names: &Items<String>) -> Target {
    let kind = match of {
        TaggedType::Policy => "policy",
        TaggedType::Role => "role",
    };
    Target::several(names.0.iter().map(|name| Target::Named { kind, name: name.clone() }))
}

/// The resources, each once. System policies carry no tags.
///
/// # Errors
/// `EntityNotExist.Policy`, `EntityNotExist.Role`; `InvalidParameter.ResourceNames.Length` for more than one call may name.
pub fn find(cx: &mut Cx<'_, '_>, of: TaggedType, names: &Items<String>) -> ApiResult<Vec<Tagged>> {
    if !names.0.is_empty() {
        tag::check_length("ResourceNames", names.0.len(), MAX_RESOURCES)?;
    }
    let account = cx.caller.account();
    let mut found = Vec::with_capacity(names.0.len());
    for name in &names.0 {
        let (exists, what) = match of {
            TaggedType::Policy => {
                let name = PolicyName::parse(name).ok();
                let row = name.map(|name| policies::find(cx.tx, account, &name)).transpose()?;
                (row.flatten().is_some(), "Policy")
            }
            TaggedType::Role => {
                let name = RoleName::parse(name).ok();
                let row = name.map(|name| roles::find_by_name(cx.tx, account, &name)).transpose()?;
                (row.flatten().is_some(), "Role")
            }
        };
        if !exists {
            return Err(ApiError::new(Code::EntityNotExist(what)));
        }
        found.push(Tagged::Named(of, name.clone()));
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// A role of that name, for tests.
#[cfg(test)]
pub fn make_role(app: &crate::testing::TestApp, name: &str) {
    let trust = serde_json::json!([{
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": { "RAM": ["acs:ram::1234567890123456:root"] },
    }]);
    app.role(name, &trust);
}

/// A custom policy of that name, for tests; somebody has it.
#[cfg(test)]
pub fn make_policy(app: &crate::testing::TestApp, name: &str) {
    app.user("holder");
    app.attach("holder", name, &crate::testing::policies::allow("ram:Get*", "*"));
}
