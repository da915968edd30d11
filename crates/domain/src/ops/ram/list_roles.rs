//! ListRoles: the roles of the account, page by page.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult};
use ramward_rpc::items::JsonItems;
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Nested};

use super::tag_fields::{self, RequestTag, Tags};
use crate::identity::role::{MaxSessionDuration, RoleDescription, RoleName, TaggedType};
use crate::ids::RoleId;
use crate::ops::marker::{self, Marker};
use crate::ops::{Cx, Operation, role};
use crate::store::tables::roles::{self, Role};
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListRoles;

shape! {
    /// The parameters.
    pub struct ListRolesRequest {
        /// Where the list goes on: the `Marker` of the answer that was cut.
        Marker as marker: Option<Marker> = "MTpFQ1NBZG1pbg";
        /// How many roles an answer has at most, 1 to 1000; 100 unless said.
        MaxItems as max_items: Option<Bounded<1, 1000>> = "100";
        /// Only roles that carry all these tags; at most 20.
        Tag as tag: JsonItems<RequestTag> = "";
    }
}

shape! {
    /// The answer.
    pub struct ListRolesResponse {
        /// Whether more roles follow.
        IsTruncated as is_truncated: bool = "false";
        /// Where the list goes on; present only if it does.
        Marker as marker: Option<Marker> = "MTpFQ1NBZG1pbg";
        /// The roles.
        Roles as roles: Nested<Roles> = "";
    }
}

shape! {
    /// The roles.
    pub struct Roles {
        /// The roles, by name.
        Role as role: Vec<ListedRole> = "";
    }
}

shape! {
    /// A role; members in the order of the vendor's sample (help page of ListRoles, 2024).
    pub struct ListedRole {
        /// Its id.
        RoleId as role_id: RoleId = "901234567890123456";
        /// Its name.
        RoleName as role_name: RoleName = "ECSAdmin";
        /// Its ARN.
        Arn as arn: String = "acs:ram::1234567890123456:role/ECSAdmin";
        /// What it is for; may be empty.
        Description as description: RoleDescription = "The administrators of ECS";
        /// The longest that a session of it may last, in seconds.
        MaxSessionDuration as max_session_duration: MaxSessionDuration = "3600";
        /// Whether it may be assumed on the console.
        AllowConsoleLogin as allow_console_login: bool = "true";
        /// When it was made.
        CreateDate as create_date: Timestamp = "2015-01-23T12:33:18Z";
        /// When it was last changed.
        UpdateDate as update_date: Timestamp = "2016-02-01T05:20:01Z";
        /// The tags of the role.
        Tags as tags: Nested<Tags> = "";
    }
}

impl Operation for ListRoles {
    const API: Api = Api {
        product: Product::Ram,
        action: "ListRoles",
        summary: "Lists the roles of the account.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:ListRoles",
        resource: "acs:ram:*:{account}:role/*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "列出账号中的 RAM 角色。";
    type Request = ListRolesRequest;
    type Response = ListRolesResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &ListRolesRequest) -> ApiResult<ListRolesResponse> {
        let account = cx.caller.account();
        let most = usize::try_from(request.max_items.map_or(100, Bounded::get)).unwrap_or_default();
        let after = request.marker.as_ref().map(Marker::key::<RoleName>).transpose()?;
        let after = after.as_ref().map_or("", RoleName::as_str);
        let rows = if request.tag.0.is_empty() {
            roles::list(cx.tx, account, after, most + 1)?
        } else {
            tagged(cx, &request.tag.0, after, most + 1)?
        };
        let (rows, marker) = marker::page(rows, most, |row| row.role_name.clone());
        let mut listed = Vec::with_capacity(rows.len());
        for row in rows {
            listed.push(ListedRole {
                tags: tag_fields::tags_of(cx.tx, account, TaggedType::Role, row.role_name.as_str())?,
                role_id: row.role_id,
                arn: role::arn(account, &row.role_name),
                role_name: row.role_name,
                description: row.description,
                max_session_duration: row.max_session_duration,
                allow_console_login: row.allow_console_login,
                create_date: row.create_date,
                update_date: row.update_date,
            });
        }
        Ok(ListRolesResponse {
            is_truncated: marker.is_some(),
            marker,
            roles: Nested(Roles { role: listed }),
        })
    }
}

fn tagged(cx: &mut Cx<'_, '_>, tags: &[RequestTag], after: &str, limit: usize) -> ApiResult<Vec<Role>> {
    let account = cx.caller.account();
    let names = tag_fields::list_tagged(cx.tx, account, TaggedType::Role, tags, after, limit)?;
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        let name = RoleName::parse(&name).map_err(|_| ApiError::internal("tags of what is no role"))?;
        found.push(role::find(cx.tx, account, &name)?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::named::TRUST;
    use crate::testing::{TestApp, masked};

    fn names(answer: &Value) -> Vec<String> {
        let roles = answer["Roles"]["Role"].as_array().unwrap();
        roles.iter().map(|role| role["RoleName"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn none_then_one() {
        let app = TestApp::new();
        assert_eq!(app.ok("ListRoles", &[]), json!({"IsTruncated": false, "Roles": {"Role": []}}));
        app.plain_role("ECSAdmin");
        insta::assert_json_snapshot!(masked(app.ok("ListRoles", &[]), &["RoleId"]), @r#"
        {
          "IsTruncated": false,
          "Roles": {
            "Role": [
              {
                "RoleId": "…",
                "RoleName": "ECSAdmin",
                "Arn": "acs:ram::1234567890123456:role/ECSAdmin",
                "Description": "",
                "MaxSessionDuration": 3600,
                "AllowConsoleLogin": true,
                "CreateDate": "2025-06-15T12:00:00Z",
                "UpdateDate": "2025-06-15T12:00:00Z",
                "Tags": {
                  "Tag": []
                }
              }
            ]
          }
        }
        "#);
        let xml = app.xml("ListRoles", &[]);
        assert!(xml.contains("<Roles><Role><RoleId>") && xml.contains("<Tags></Tags>"), "{xml}");
    }

    #[test]
    fn page_by_page_every_role_once() {
        let app = TestApp::new();
        let all = ["a", "b", "c", "d", "e"];
        for name in all.iter().rev() {
            app.plain_role(name);
        }
        for size in ["1", "2", "5", "6", "1000"] {
            let mut seen = Vec::new();
            let mut marker = String::new();
            loop {
                let page = app.ok("ListRoles", &[("MaxItems", size), ("Marker", &marker)]);
                seen.extend(names(&page));
                marker = page["Marker"].as_str().unwrap_or_default().to_owned();
                assert_eq!(page["IsTruncated"], !marker.is_empty());
                if marker.is_empty() {
                    break;
                }
            }
            assert_eq!(seen, all, "pages of {size}");
        }
    }

    #[test]
    fn by_tags() {
        let app = TestApp::new();
        for (name, tags) in [
            ("a", r#"[{"Key":"team","Value":"x"},{"Key":"env"}]"#),
            ("b", r#"[{"Key":"team","Value":"y"}]"#),
            ("c", "[]"),
        ] {
            let params = [("RoleName", name), ("AssumeRolePolicyDocument", TRUST), ("Tag", tags)];
            app.ok("CreateRole", &params);
        }
        for (tags, expected) in [
            (r#"[{"Key":"team"}]"#, vec!["a", "b"]),
            (r#"[{"Key":"team","Value":"y"}]"#, vec!["b"]),
            (r#"[{"Key":"team"},{"Key":"env"}]"#, vec!["a"]),
            (r#"[{"Key":"other"}]"#, vec![]),
        ] {
            assert_eq!(names(&app.ok("ListRoles", &[("Tag", tags)])), expected, "{tags}");
        }
        let first = app.ok("ListRoles", &[("Tag", r#"[{"Key":"team"}]"#), ("MaxItems", "1")]);
        assert_eq!(first["IsTruncated"], true);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let key = app.user_with_key("caller");
        for (name, value, code) in [
            ("MaxItems", "0", "InvalidParameter.MaxItems.Range"),
            ("MaxItems", "1001", "InvalidParameter.MaxItems.Range"),
            ("Marker", "EXAMPLE", "InvalidParameter.Marker.Format"),
            ("Tag", "x", "InvalidParameter.Tag.Format"),
        ] {
            assert_eq!(app.refused("ListRoles", &[(name, value)]), code, "{name}={value}");
        }
        assert_eq!(app.refused_as(&key, "ListRoles", &[]), "NoPermission");
    }
}
