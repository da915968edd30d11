//! The pages of roles, as a browser asks for them.

use crate::console::testing::Desk;

const TRUST: &str = "%7B%22Version%22%3A%221%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22sts%3AAssumeRole%22%2C%22Principal%22%3A%7B%22RAM%22%3A%22acs%3Aram%3A%3A1234567890123456%3Aroot%22%7D%7D%5D%7D";

#[test]
fn a_role_is_made_changed_given_policies_and_deleted() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    assert!(desk.page(&root, "/console/roles").contains("There are no roles here."));
    assert!(desk.page(&root, "/console/roles/new").contains("acs:ram::1234567890123456:root"));
    let form = format!(
        "RoleName=audit&Description=%3Cb%3E&MaxSessionDuration=3600&AssumeRolePolicyDocument={TRUST}"
    );
    assert_eq!(desk.leads_to(&root, "/console/roles/new", &form), "/console/roles/audit?done=CreateRole");
    let page = desk.page(&root, "/console/roles/audit");
    assert!(page.contains("<bdi>&#60;b&#62;</bdi>") && page.contains("sts:AssumeRole"), "{page}");
    assert!(desk.page(&root, "/console/roles").contains("href=\"/console/roles/audit\""));
    let form = format!("NewDescription=&NewMaxSessionDuration=1&NewAssumeRolePolicyDocument={TRUST}");
    let page = desk.refusal(&root, "/console/roles/audit/edit", &form);
    assert!(page.contains("InvalidParameter.NewMaxSessionDuration"), "{page}");
    let to = desk.leads_to(&root, "/console/roles/audit/edit", &form.replace("=1&", "=7200&"));
    assert_eq!(to, "/console/roles/audit?done=UpdateRole");
    assert!(desk.page(&root, "/console/roles/audit").contains("7200"));
    let form = "PolicyType=System&PolicyName=AdministratorAccess";
    let to = desk.leads_to(&root, "/console/roles/audit/policies/attach", form);
    assert_eq!(to, "/console/roles/audit?done=AttachPolicyToRole");
    let holders = desk.page(&root, "/console/policies/AdministratorAccess?type=System");
    let detach = "/console/roles/audit/policies/System/AdministratorAccess/detach";
    assert!(holders.contains(&format!("href=\"{detach}\"")), "{holders}");
    let page = desk.refusal(&root, "/console/roles/audit/delete", "");
    assert!(page.contains("DeleteConflict.Role.Policy"), "{page}");
    assert_eq!(desk.leads_to(&root, detach, ""), "/console/roles/audit?done=DetachPolicyFromRole");
    assert_eq!(desk.leads_to(&root, "/console/roles/audit/delete", ""), "/console/roles?done=DeleteRole");
}
