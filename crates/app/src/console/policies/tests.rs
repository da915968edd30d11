//! The pages of policies, as a browser asks for them.

use ramward_rpc::api::Product;

use crate::console::testing::Desk;

const DOCUMENT: &str = "%7B%22Version%22%3A%221%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22ram%3AList*%22%2C%22Resource%22%3A%22*%22%7D%5D%7D";

#[test]
fn a_policy_is_made_given_versions_and_deleted() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    let form = format!("PolicyName=see&Description=&PolicyDocument={DOCUMENT}");
    let home = "/console/policies/see?type=Custom";
    assert_eq!(desk.leads_to(&root, "/console/policies/new", &form), format!("{home}&done=CreatePolicy"));
    let page = desk.page(&root, home);
    assert!(page.contains("&#34;Action&#34;: &#34;ram:List*&#34;") && page.contains("Nobody."), "{page}");

    let broken =
        "PolicyName=broken&PolicyDocument=%7B%22Version%22%3A1%7D</textarea><script>alert(1)</script>";
    let page = desk.refusal(&root, "/console/policies/new", broken);
    assert!(page.contains("PolicyDocument") && !page.contains("<script>alert"), "{page}");
    assert!(
        page.contains("value=\"broken\"") && page.contains("{&#34;Version&#34;:1}"),
        "what was typed stays: {page}"
    );

    let form = "NewDescription=%E7%9C%8B";
    let to = desk.leads_to(&root, "/console/policies/see/description", form);
    assert_eq!(to, format!("{home}&done=UpdatePolicyDescription"));
    assert!(desk.page(&root, "/console/policies?type=Custom").contains("<bdi>看</bdi>"));
    let form = format!("PolicyDocument={DOCUMENT}&RotateStrategy=None");
    let to = desk.leads_to(&root, "/console/policies/see/versions/new", &form);
    assert_eq!(to, format!("{home}&done=CreatePolicyVersion"));
    let to = desk.leads_to(&root, "/console/policies/see/versions/v2/default", "");
    assert_eq!(to, format!("{home}&done=SetDefaultPolicyVersion"));
    assert!(desk.page(&root, home).contains("<strong>v2</strong>"));
    let page = desk.refusal(&root, "/console/policies/see/versions/v2/delete", "");
    assert!(page.contains("DeleteConflict.Policy.Version.Default"), "{page}");
    let to = desk.leads_to(&root, "/console/policies/see/versions/v1/delete", "");
    assert_eq!(to, format!("{home}&done=DeletePolicyVersion"));

    desk.ok(Product::Ims, "CreateGroup", &[("GroupName", "dev")]);
    let named = [("PolicyType", "Custom"), ("PolicyName", "see"), ("GroupName", "dev")];
    desk.ok(Product::Ram, "AttachPolicyToGroup", &named);
    let page = desk.page(&root, home);
    assert!(page.contains("href=\"/console/groups/dev/policies/Custom/see/detach\""), "{page}");
    let page = desk.refusal(&root, "/console/policies/see/delete", "CascadingDelete=true");
    assert!(page.contains("DeleteConflict.Policy.Group"), "{page}");
    desk.ok(Product::Ram, "DetachPolicyFromGroup", &named);
    let to = desk.leads_to(&root, "/console/policies/see/delete", "CascadingDelete=true");
    assert_eq!(to, "/console/policies?type=Custom&done=DeletePolicy");
}

#[test]
fn policies_are_listed_by_kind() {
    let desk = Desk::new();
    let root = desk.sign_in(&desk.root);
    let all = desk.page(&root, "/console/policies");
    assert!(all.contains("href=\"/console/policies/AdministratorAccess?type=System\""), "{all}");
    assert!(desk.page(&root, "/console/policies?type=Custom").contains("There are none."));
    let page = desk.page(&root, "/console/policies/AdministratorAccess?type=System");
    assert!(!page.contains("/versions/new"), "a system policy is not the account's to change: {page}");
    assert_eq!(desk.console.respond(&root.get("/console/policies?type=Other")).status(), 400);
}
