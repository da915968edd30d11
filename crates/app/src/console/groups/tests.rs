//! The pages of groups, as a browser asks for them.

use ramward_rpc::api::Product;

use crate::console::testing::{ACCOUNT, Desk};

fn user(desk: &Desk, name: &str) {
    let upn = format!("{name}@{ACCOUNT}.onaliyun.com");
    desk.ok(Product::Ims, "CreateUser", &[("UserPrincipalName", &upn), ("DisplayName", name)]);
}

#[test]
fn a_group_is_made_changed_and_deleted() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    assert!(desk.page(&root, "/console/groups").contains("There are no groups here."));
    let form = "GroupName=dev&DisplayName=Dev&Comments=%3Cscript%3Ealert(1)%3C/script%3E";
    assert_eq!(desk.leads_to(&root, "/console/groups/new", form), "/console/groups/dev?done=CreateGroup");
    let page = desk.page(&root, "/console/groups/dev");
    assert!(page.contains("<bdi>&#60;script&#62;alert(1)&#60;/script&#62;</bdi>"), "{page}");
    assert!(desk.page(&root, "/console/groups").contains("href=\"/console/groups/dev\""));
    let form = "NewGroupName=ops&NewDisplayName=&NewComments=";
    assert_eq!(
        desk.leads_to(&root, "/console/groups/dev/edit", form),
        "/console/groups/ops?done=UpdateGroup"
    );
    let page = desk.page(&root, "/console/groups/ops/delete");
    assert!(
        page.contains("The score does not depend on it.") && page.contains("ramward call DeleteGroup"),
        "{page}"
    );
    assert_eq!(desk.leads_to(&root, "/console/groups/ops/delete", ""), "/console/groups?done=DeleteGroup");
    assert_eq!(desk.console.respond(&root.get("/console/groups/ops")).status(), 404);
}

#[test]
fn members_and_policies_come_and_go() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    desk.ok(Product::Ims, "CreateGroup", &[("GroupName", "dev")]);
    for number in 0..52 {
        user(&desk, &format!("user-{number}"));
        let form = format!("UserPrincipalName=user-{number}");
        let to = desk.leads_to(&root, "/console/groups/dev/members/add", &form);
        assert_eq!(to, "/console/groups/dev?done=AddUserToGroup");
    }
    let page = desk.page(&root, "/console/groups/dev");
    assert!(page.contains("rel=\"next\"") && page.matches("/remove\"").count() == 50, "{page}");
    assert!(desk.page(&root, "/console/users/user-7").contains("href=\"/console/groups/dev\""));
    let to = desk.leads_to(&root, "/console/users/user-7/groups/dev/leave", "");
    assert_eq!(to, "/console/users/user-7?done=RemoveUserFromGroup");
    let join = desk.page(&root, "/console/users/user-7/groups/new");
    assert!(join.contains("<option value=\"dev\">dev</option>"), "{join}");
    let to = desk.leads_to(&root, "/console/users/user-7/groups/new", "GroupName=dev");
    assert_eq!(to, "/console/users/user-7?done=AddUserToGroup");
    let to = desk.leads_to(&root, "/console/groups/dev/members/user-7/remove", "");
    assert_eq!(to, "/console/groups/dev?done=RemoveUserFromGroup");

    let form = "PolicyType=System&PolicyName=AdministratorAccess";
    let to = desk.leads_to(&root, "/console/groups/dev/policies/attach", form);
    assert_eq!(to, "/console/groups/dev?done=AttachPolicyToGroup");
    let page =
        desk.refusal(&root, "/console/groups/dev/policies/attach", "PolicyType=Custom&PolicyName=none");
    assert!(page.contains("EntityNotExist.Policy") && page.contains("value=\"none\""), "{page}");
    assert!(page.contains("<option value=\"Custom\" selected>"), "{page}");
    let page = desk.refusal(&root, "/console/groups/dev/delete", "");
    assert!(page.contains("DeleteConflict.Group"), "{page}");
    let to = desk.leads_to(&root, "/console/groups/dev/policies/System/AdministratorAccess/detach", "");
    assert_eq!(to, "/console/groups/dev?done=DetachPolicyFromGroup");
}
