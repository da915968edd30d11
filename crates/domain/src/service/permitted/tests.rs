//! What policies grant and forbid to real calls, and that no answer and no permission outlives the commit that ends it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use ramward_rpc::api::Product;
use ramward_rpc::error::{ApiError, ApiResult, Plain};

use crate::authn::Caller;
use crate::authz::Target;
use crate::ops;
use crate::policy::Context;
use crate::store::tables::policy_attachments::Principal;
use crate::testing::policies::{allow, deny, one};
use crate::testing::{NewKey, TestApp};

const REPORT: &str = "GetAccountSecurityPracticeReport";

fn status(app: &TestApp, key: &NewKey, action: &str, params: &[(&str, &str)]) -> u16 {
    app.call_as(key, action, params).0
}

fn about(name: &str) -> Vec<(&'static str, String)> {
    vec![("UserPrincipalName", TestApp::upn(name))]
}

fn on(app: &TestApp, key: &NewKey, action: &str, name: &str) -> u16 {
    let params = about(name);
    let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    status(app, key, action, &params)
}

#[test]
fn a_user_with_the_policy_reads_the_report_and_no_longer_than_it_has_it() {
    let app = TestApp::new();
    let alice = app.user_with_key("alice");
    assert_eq!(status(&app, &alice, REPORT, &[]), 403);
    for (number, action) in ["ram:GetAccountSecurityPracticeReport", "ims:Get*", "*"].into_iter().enumerate()
    {
        let policy = format!("report-{number}");
        app.attach("alice", &policy, &allow(action, "*"));
        assert_eq!(status(&app, &alice, REPORT, &[]), 200, "{action}");
        app.detach("alice", &policy);
        assert_eq!(status(&app, &alice, REPORT, &[]), 403, "{action}");
    }
    app.attach("alice", "account", &allow("ram:*", "acs:ram:*:1234567890123456:*"));
    assert_eq!(status(&app, &alice, REPORT, &[]), 200, "all of the account's RAM");
    app.new_version("account", &allow("ram:*", "acs:ram:*:2000000000000000:*"));
    assert_eq!(status(&app, &alice, REPORT, &[]), 403, "another account's");
}

/// Neither the report nor the policies are read again.
#[test]
fn a_kept_report_is_given_to_who_may_read_it_out_of_memory() {
    let app = TestApp::new();
    let (alice, bob) = (app.user_with_key("alice"), app.user_with_key("bob"));
    app.attach("alice", "report", &allow("ram:Get*", "*"));
    let misses = || (app.service.stats().answer_misses, app.service.stats().permission_misses);
    for key in [&alice, &bob, &alice] {
        status(&app, key, REPORT, &[]);
    }
    let before = misses();
    for _ in 0..3 {
        assert_eq!(status(&app, &alice, REPORT, &[]), 200);
        assert_eq!(status(&app, &bob, REPORT, &[]), 403);
    }
    // Whoever may not is refused where the rows are, and the rows are not asked for more than that.
    assert_eq!(misses().1, before.1);
    let before = misses();
    assert_eq!(status(&app, &alice, REPORT, &[]), 200);
    assert_eq!(misses(), before);
    app.attach(
        "alice",
        "not-from-here",
        &one("Deny", "*", "*", r#"{"IpAddress":{"acs:SourceIp":"127.0.0.0/8"}}"#),
    );
    assert_eq!(status(&app, &alice, REPORT, &[]), 403);
}

#[test]
fn groups_grant_while_one_is_in_them() {
    let app = TestApp::new();
    let alice = app.user_with_key("alice");
    let group = app.group(1, "alice");
    assert_eq!(status(&app, &alice, "ListUsers", &[]), 403);
    app.attach_system(Principal::Group(group), "AliyunRAMReadOnlyAccess");
    assert_eq!(status(&app, &alice, "ListUsers", &[]), 200);
    assert_eq!(status(&app, &alice, "GenerateCredentialReport", &[]), 200);
    assert_eq!(on(&app, &alice, "DeleteUser", "alice"), 403);
    app.leave(group, "alice");
    assert_eq!(status(&app, &alice, "ListUsers", &[]), 403);
}

#[test]
fn a_policy_about_one_user_is_about_no_other_however_that_is_called() {
    let app = TestApp::new();
    let alice = app.user_with_key("alice");
    for name in ["bob", "carol"] {
        app.user(name);
    }
    app.attach("alice", "get-bob", &allow("ram:GetUser", "acs:ram:*:*:user/bob"));
    assert_eq!((on(&app, &alice, "GetUser", "bob"), on(&app, &alice, "GetUser", "carol")), (200, 403));
    let by_id = |name: &str| status(&app, &alice, "GetUser", &[("UserId", &app.user_id(name).to_string())]);
    assert_eq!((by_id("bob"), by_id("carol")), (200, 403));
    assert_eq!(status(&app, &alice, "GetUser", &[("UserId", "100000000000000007")]), 403, "nobody's id");
    app.attach("alice", "all", &allow("ram:*", "*"));
    app.attach("alice", "not-carol", &deny("*", "acs:ram::1234567890123456:user/carol"));
    assert_eq!((by_id("bob"), by_id("carol")), (200, 403));
    assert_eq!((on(&app, &alice, "DeleteUser", "carol"), on(&app, &alice, "DeleteUser", "bob")), (403, 200));
}

#[test]
fn what_is_forbidden_is_so_to_oneself_as_well() {
    let app = TestApp::new();
    app.security_preference(r#"{"AllowUserToManageAccessKeys":true}"#);
    let alice = app.user_with_key("alice");
    assert_eq!(status(&app, &alice, "ListAccessKeys", &[]), 200, "without a policy");
    app.attach("alice", "no-keys", &deny("ram:*AccessKey*", "*"));
    let (code, body) = app.call_as(&alice, "ListAccessKeys", &[]);
    let detail = &body["AccessDeniedDetail"];
    assert_eq!((code, detail["NoPermissionType"].as_str()), (403, Some("ExplicitDeny")));
    assert_eq!(detail["PolicyType"], "AccountLevelIdentityBasedPolicy");
    app.detach("alice", "no-keys");
    assert_eq!(status(&app, &alice, "ListAccessKeys", &[]), 200);
}

#[test]
fn conditions_look_at_the_call() {
    let app = TestApp::new();
    let alice = app.user_with_key("alice");
    // Calls of tests come from 127.0.0.1, without TLS, at noon of 2025-06-15.
    for (number, (condition, expected)) in [
        (r#"{"IpAddress":{"acs:SourceIp":["10.0.0.0/8","127.0.0.0/8"]}}"#, 200),
        (r#"{"NotIpAddress":{"acs:SourceIp":"127.0.0.1"}}"#, 403),
        (r#"{"Bool":{"acs:SecureTransport":"false"}}"#, 200),
        (r#"{"Bool":{"acs:SecureTransport":"true"}}"#, 403),
        (r#"{"Bool":{"acs:MFAPresent":"true"}}"#, 403),
        (r#"{"DateLessThan":{"acs:CurrentTime":"2025-06-15T20:00:01+08:00"}}"#, 200),
        (r#"{"DateLessThan":{"acs:CurrentTime":"2025-06-15T12:00:00Z"}}"#, 403),
    ]
    .into_iter()
    .enumerate()
    {
        let policy = format!("condition-{number}");
        app.attach("alice", &policy, &one("Allow", "ram:List*", "*", condition));
        assert_eq!(status(&app, &alice, "ListUsers", &[]), expected, "{condition}");
        app.detach("alice", &policy);
    }
    app.attach(
        "alice",
        "today",
        &one("Allow", "*", "*", r#"{"DateLessThan":{"acs:CurrentTime":"2025-06-16T00:00:00Z"}}"#),
    );
    assert_eq!(status(&app, &alice, REPORT, &[]), 200);
    app.clock.advance_days(1);
    assert_eq!(status(&app, &alice, REPORT, &[]), 403, "the clock of dates counts");
}

/// The writer is never kept waiting by the policies of a caller.
#[test]
fn policies_are_read_once_also_for_changes() {
    let app = TestApp::new();
    let alice = app.user_with_key("alice");
    app.attach("alice", "users", &allow("ram:CreateUser", "*"));
    let create = |name: &str| {
        status(
            &app,
            &alice,
            "CreateUser",
            &[("UserPrincipalName", &TestApp::upn(name)), ("DisplayName", name)],
        )
    };
    assert_eq!(create("bob"), 200);
    let before = app.service.stats().permission_misses;
    assert_eq!((create("carol"), create("dave"), create("carol")), (200, 200, 409));
    assert_eq!(app.service.stats().permission_misses, before);
    app.detach("alice", "users");
    assert_eq!(create("erin"), 403);
}

/// A permission that is written and not committed counts inside its transaction alone.
#[test]
fn what_is_not_committed_is_kept_nowhere() {
    let app = TestApp::new();
    let alice = app.user_with_key("alice");
    let core = Arc::clone(&app.service.core);
    let key = core.key(alice.access_key_id.as_str(), true).unwrap().unwrap();
    let caller = Caller { key };
    let api = ops::OPERATIONS[ops::find(Product::Ims, REPORT).unwrap()].api();
    let context = Context::of_call(IpAddr::V4(Ipv4Addr::LOCALHOST), app.service.now(), false, false);
    let refused: ApiResult<()> = app.service.store().write(move |tx| {
        crate::testing::policies::grant_everything(tx, &caller)?;
        core.authorise(tx, None, &caller, api, &Target::Account, &context)?;
        Err(ApiError::new(Plain::CheckAuthenticationCodeFail))
    });
    let code = refused.unwrap_err().code;
    assert_eq!(code, Plain::CheckAuthenticationCodeFail.into(), "it was permitted before it was undone");
    assert_eq!(status(&app, &alice, REPORT, &[]), 403);
}

#[test]
fn the_session_of_a_role_does_what_role_and_session_permit() {
    let app = TestApp::new();
    app.user("bob");
    let role = app.role("auditor", &serde_json::json!([]));
    app.attach_system(Principal::Role(role), "AliyunRAMFullAccess");
    let session = |policy: Option<&str>| app.role_session(("auditor", role), policy);
    let free = session(None);
    assert_eq!((on(&app, &free, "GetUser", "bob"), status(&app, &free, REPORT, &[])), (200, 200));
    assert_eq!(status(&app, &free, REPORT, &[]), 200, "again, out of memory");
    let limited = session(Some(&allow("*:Get*", "acs:ram:*:*:user/*")));
    assert_eq!(on(&app, &limited, "GetUser", "bob"), 200);
    let (code, body) = app.call_as(&limited, REPORT, &[]);
    let detail = &body["AccessDeniedDetail"];
    assert_eq!((code, &detail["PolicyType"]), (403, &"SessionPolicy".into()), "{body}");
    assert_eq!(detail["AuthPrincipalType"], "AssumedRoleUser");
    assert_eq!(detail["AuthPrincipalDisplayName"], "auditor:alice");
    let more = session(Some(&allow("*", "*")));
    let (code, body) = app.call_as(&more, "SetClock", &[("Time", "2026-01-01T00:00:00Z")]);
    assert_eq!((code, body["AccessDeniedDetail"].is_null()), (403, true), "no policy makes an operator");
    assert_eq!(on(&app, &session(Some(&deny("*", "*"))), "GetUser", "bob"), 403);
    app.delete_role(role);
    assert_eq!((on(&app, &free, "GetUser", "bob"), status(&app, &free, REPORT, &[])), (403, 403));
}

#[test]
fn no_policy_reaches_the_root_identity() {
    let app = TestApp::new();
    let alice = app.user_with_key("alice");
    app.attach_system(Principal::User(app.user_id("alice")), "AdministratorAccess");
    let (code, body) = app.call_as(&alice, "UnbindAccountMFADevice", &[]);
    assert_eq!((code, body["Code"].as_str()), (403, Some("NoPermission")));
    assert!(body["Message"].as_str().unwrap().contains("the root identity"), "{body}");
}

/// Ramward's own operations by their own name, by the same name in RAM, and by that of what they restate.
#[test]
fn own_operations_have_names_that_policies_for_ram_cover() {
    let app = TestApp::new();
    let alice = app.user_with_key("alice");
    let findings = [("Check", "users_mfa")];
    for (number, (action, explain, list, simulate, search)) in [
        ("ram:GetAccountSecurityPracticeReport", 200, 403, 403, 403),
        ("ramward:*", 200, 200, 200, 200),
        ("ram:List*", 403, 200, 200, 200),
        ("ram:*", 200, 200, 200, 200),
        ("ramward:ListSecurityFindings", 403, 200, 403, 403),
        ("ram:ListUsers", 403, 403, 403, 200),
        ("oss:*", 403, 403, 403, 403),
    ]
    .into_iter()
    .enumerate()
    {
        let policy = format!("own-{number}");
        app.attach("alice", &policy, &allow(action, "*"));
        let explained = status(&app, &alice, "ExplainAccountSecurityPracticeReport", &[]);
        let listed = status(&app, &alice, "ListSecurityFindings", &findings);
        let simulated = status(&app, &alice, "SimulateAccountSecurityPracticeReport", &[]);
        let searched = status(&app, &alice, "SearchUsers", &[]);
        let found = (explained, listed, simulated, searched);
        assert_eq!(found, (explain, list, simulate, search), "{action}");
        app.detach("alice", &policy);
    }
}
