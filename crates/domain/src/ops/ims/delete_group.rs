//! DeleteGroup: deletes a group that has neither members nor policies.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::group::GroupName;
use crate::ops::{Cx, Operation, Target, group};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DeleteGroup;

shape! {
    /// The parameters.
    pub struct DeleteGroupRequest {
        /// The name of the group.
        GroupName as group_name: GroupName = "dev-team";
    }
}

impl Operation for DeleteGroup {
    const API: Api = Api {
        product: Product::Ims,
        action: "DeleteGroup",
        summary: "Deletes a group that has neither members nor policies.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DeleteGroup",
        resource: "acs:ram:*:{account}:group/{group}",
        errors: &["EntityNotExist.Group", "DeleteConflict.Group.User", "DeleteConflict.Group.Policy"],
    };
    const SUMMARY_ZH: &'static str = "删除既无成员也无权限策略的用户组。";
    type Request = DeleteGroupRequest;
    type Response = Empty;

    fn target(request: &DeleteGroupRequest) -> Target {
        group::target(&request.group_name)
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &DeleteGroupRequest) -> ApiResult<Empty> {
        group::delete(cx, &request.group_name)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::identity::policy::{PolicyName, PolicyType};
    use crate::store::tables::policy_attachments::{self, Attachment, Principal};
    use crate::testing::TestApp;

    #[test]
    fn only_an_empty_one_goes() {
        let app = TestApp::new();
        let key = app.user_with_key("alice");
        let named = [("GroupName", "dev-team")];
        app.ok("Ram:CreateGroup", &named);
        let member = [named[0], ("UserName", "alice")];
        app.ok("Ram:AddUserToGroup", &member);
        assert_eq!(app.refused("DeleteGroup", &named), "DeleteConflict.Group.User");
        app.ok("Ram:RemoveUserFromGroup", &member);
        let id = app.ok("GetGroup", &named)["Group"]["GroupId"].as_str().unwrap().parse().unwrap();
        let (account, group) = (app.account(), Principal::Group(id));
        let attachment = Attachment {
            policy_type: PolicyType::System,
            policy_name: PolicyName::parse("ReadOnlyAccess").unwrap(),
            attach_date: app.wall(),
        };
        app.write(move |tx| policy_attachments::insert(tx, account, group, &attachment));
        assert_eq!(app.refused("DeleteGroup", &named), "DeleteConflict.Group.Policy");
        app.write(move |tx| policy_attachments::delete_by_principal(tx, account, group));
        assert_eq!(app.refused_as(&key, "DeleteGroup", &named), "NoPermission");
        assert_eq!(app.ok("DeleteGroup", &named), json!({}));
        assert_eq!(app.refused("Ram:GetGroup", &named), "EntityNotExist.Group");
        assert_eq!(app.refused("DeleteGroup", &named), "EntityNotExist.Group");
        app.ok("Ram:CreateGroup", &named);
        let xml = app.xml("DeleteGroup", &named);
        assert!(xml.contains("<DeleteGroupResponse><RequestId>"), "{xml}");
        assert_eq!(app.refused("DeleteGroup", &[]), "MissingGroupName");
        let code = app.refused("DeleteGroup", &[("GroupName", "a b")]);
        assert_eq!(code, "InvalidParameter.GroupName.InvalidChars");
    }
}
