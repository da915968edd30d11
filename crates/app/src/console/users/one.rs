//! The page of a RAM user: who it is, how it signs in, its device, keys, groups and policies, and the ways to change each.
//! What the caller may not see of it is said to be so; the rest stands.

use askama::Template;
use ramward_rpc::api::Product;
use serde::Deserialize;
use serde_json::Value;

use super::{home, principal_name};
use crate::console::answer::{self, PageAnswer};
use crate::console::calls::{Refusal, part};
use crate::console::frame::Frame;
use crate::console::links;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// More than a user can have of anything on the page, with the quotas as they are; a page has an end with any.
const SHOWN: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct User {
    user_name: String,
    user_principal_name: String,
    display_name: String,
    user_id: String,
    email: String,
    mobile_phone: String,
    comments: String,
    create_date: String,
    last_login_date: String,
}

/// An AccessKey, with when it was last used.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Key {
    /// Its id.
    pub access_key_id: String,
    /// Whether it may sign.
    pub status: String,
    /// When it was made.
    pub create_date: String,
    /// When it last signed, and what; absent where the caller may not know.
    #[serde(skip)]
    pub used: Option<(String, String)>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Profile {
    status: String,
    password_reset_required: bool,
    #[serde(rename = "MFABindRequired")]
    mfa_bind_required: bool,
    update_date: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    group_name: String,
    join_date: String,
}

/// A policy that somebody has.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attached {
    /// Its name.
    pub policy_name: String,
    /// Whose it is.
    pub policy_type: String,
    /// Since when.
    pub attach_date: String,
}

/// A part of the page, or why the caller does not see it.
type Section<T> = Result<T, Refusal>;

#[derive(Template)]
#[template(path = "console/users/one.html")]
struct Page {
    frame: Frame,
    home: String,
    user: User,
    /// `None` where the user has no way in.
    profile: Section<Option<Profile>>,
    /// The serial number of its device; `None` where it has none.
    device: Section<Option<String>>,
    keys: Section<Vec<Key>>,
    groups: Section<Vec<Group>>,
    policies: Section<Vec<Attached>>,
}

impl Group {
    fn link(&self) -> String {
        links::group(&self.group_name)
    }
}

impl Attached {
    /// Its page.
    pub fn link(&self) -> String {
        links::policy(&self.policy_type, &self.policy_name)
    }

    /// The end of the path on which it is detached.
    pub fn detach(&self) -> String {
        format!("policies/{}/{}/detach", self.policy_type, links::part(&self.policy_name))
    }
}

impl Key {
    /// Whether it may sign.
    pub fn is_active(&self) -> bool {
        self.status == "Active"
    }
}

/// A part of the page, made of what an operation answers.
fn section<T>(
    visit: &Visit<'_>,
    (product, action): (Product, &str),
    params: &[(&str, &str)],
    read: impl FnOnce(&Value) -> Result<T, Trouble>,
) -> Result<Section<T>, Trouble> {
    match visit.attempt(product, action, params)? {
        Ok(answer) => read(&answer).map(Ok),
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// The AccessKeys that a call lists, each with its last use.
///
/// # Errors
/// As [`Visit::calls`].
pub fn keys(visit: &Visit<'_>, owner: &[(&str, &str)]) -> Result<Section<Vec<Key>>, Trouble> {
    section(visit, (Product::Ims, "ListAccessKeys"), owner, |answer| {
        let mut keys: Vec<Key> = part(answer, "/AccessKeys/AccessKey")?;
        keys.truncate(SHOWN);
        for key in &mut keys {
            let mut params = owner.to_vec();
            params.push(("UserAccessKeyId", &key.access_key_id));
            let used = visit.attempt(Product::Ims, "GetAccessKeyLastUsed", &params)?;
            let text = |answer: &Value, name: &str| part(answer, &format!("/AccessKeyLastUsed/{name}"));
            key.used = match used {
                Ok(answer) => Some((text(&answer, "LastUsedDate")?, text(&answer, "ServiceName")?)),
                Err(_) => None,
            };
        }
        Ok(keys)
    })
}

/// The policies of somebody.
///
/// # Errors
/// As [`Visit::calls`].
pub fn policies(
    visit: &Visit<'_>,
    action: &str,
    owner: &[(&str, &str)],
) -> Result<Section<Vec<Attached>>, Trouble> {
    section(visit, (Product::Ram, action), owner, |answer| {
        let mut policies: Vec<Attached> = part(answer, "/Policies/Policy")?;
        policies.truncate(SHOWN);
        Ok(policies)
    })
}

/// The page.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let asked = principal_name(visit);
    let user: User = part(&visit.call(Product::Ims, "GetUser", &[("UserPrincipalName", &asked)])?, "/User")?;
    let named = [("UserPrincipalName", user.user_principal_name.as_str())];
    let profile = section(visit, (Product::Ims, "GetLoginProfile"), &named, |answer| {
        part::<Profile>(answer, "/LoginProfile").map(Some)
    })?;
    let profile = match profile {
        Err(refusal) if refusal.code == "EntityNotExist.User.LoginProfile" => Ok(None),
        other => other,
    };
    let device = section(visit, (Product::Ims, "GetUserMFAInfo"), &named, |answer| {
        part(answer, "/MFADevice/SerialNumber")
    })?;
    let groups = section(visit, (Product::Ims, "ListGroupsForUser"), &named, |answer| {
        let mut groups: Vec<Group> = part(answer, "/Groups/Group")?;
        groups.truncate(SHOWN);
        Ok(groups)
    })?;
    let page = Page {
        frame: visit.frame(&user.user_name),
        home: home(visit),
        profile,
        device,
        keys: keys(visit, &named)?,
        groups,
        policies: policies(visit, "ListPoliciesForUser", &[("UserName", &user.user_name)])?,
        user,
    };
    answer::page(&page)
}
