//! DecodeDiagnosticMessage: opens what a refusal for want of permission sealed: which action of which resource, who asked,
//! under which circumstances, and which policy forbids it.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::{Kind, Nested, Scalar};
use ramward_rpc::value::Value;

use crate::authz::Diagnosis;
use crate::authz::denial::Matched;
use crate::ids::AccountId;
use crate::ops::{Cx, Operation};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct DecodeDiagnosticMessage;

shape! {
    /// The parameters.
    pub struct DecodeDiagnosticMessageRequest {
        /// The `EncodedDiagnosticMessage` of a refusal of a call to the same account.
        EncodedDiagnosticMessage as encoded_diagnostic_message: String = "AQIDBAUGBwgJ";
    }
}

shape! {
    /// The answer.
    pub struct DecodeDiagnosticMessageResponse {
        /// Why the call was refused.
        DecodedDiagnosticMessage as decoded_diagnostic_message: Nested<DecodedDiagnosticMessage> = "";
    }
}

shape! {
    /// Why a call was refused.
    pub struct DecodedDiagnosticMessage {
        /// What was asked.
        AuthAction as auth_action: String = "ram:DeleteUser";
        /// The values that conditions of policies could look at.
        AuthConditions as auth_conditions: Vec<AuthCondition> = "";
        /// Who asked.
        AuthPrincipal as auth_principal: Nested<AuthPrincipal> = "";
        /// Of what.
        AuthResource as auth_resource: String = "acs:ram:*:1234567890123456:user/alice";
        /// Whether a policy forbids it; else none permits it.
        ExplicitDeny as explicit_deny: bool = "false";
        /// The policies that forbid it.
        MatchedPolicies as matched_policies: Vec<MatchedPolicy> = "";
        /// The kind of policy that forbids or does not permit it: `AccountLevelIdentityBasedPolicy` of the identity, `SessionPolicy` of its session.
        NoPermissionPolicyType as no_permission_policy_type: String = "AccountLevelIdentityBasedPolicy";
    }
}

shape! {
    /// A value that conditions could look at.
    pub struct AuthCondition {
        /// Its key.
        ConditionKey as condition_key: String = "acs:SourceIp";
        /// What it was.
        ConditionValues as condition_values: ConditionValues = "[\"192.0.2.1\"]";
    }
}

shape! {
    /// Who asked.
    pub struct AuthPrincipal {
        /// A user's id; the name of a role and of its session.
        AuthPrincipalDisplayName as auth_principal_display_name: String = "216959339000654321";
        /// The account.
        AuthPrincipalOwnerId as auth_principal_owner_id: AccountId = "1234567890123456";
        /// `SubUser` or `AssumedRoleUser`.
        AuthPrincipalType as auth_principal_type: String = "SubUser";
    }
}

shape! {
    /// A policy that forbids.
    pub struct MatchedPolicy {
        /// What it is attached to: `User`, `Group` or `Role`; `Session` for the policy of a session.
        AttachedEntityType as attached_entity_type: String = "User";
        /// Where it counts; `Account` for the whole account.
        AttachedScope as attached_scope: String = "Account";
        /// What it does; `Deny`.
        Effect as effect: String = "Deny";
        /// Its ARN; empty for the policy of a session.
        PolicyIdentifier as policy_identifier: String = "acs:ram:*:1234567890123456:policy/no-deletion";
        /// `System` or `Custom`.
        PolicyType as policy_type: String = "Custom";
        /// Its version; empty for the policy of a session.
        PolicyVersion as policy_version: String = "v1";
    }
}

/// Several texts; one JSON text where they must travel as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionValues(Vec<String>);

impl Scalar for ConditionValues {
    const KIND: Kind = Kind::JsonList;

    fn parse(text: &str) -> Result<Self, Rule> {
        serde_json::from_str(text).map(Self).map_err(|_| Rule::Format)
    }

    fn value(&self) -> Value {
        Value::List(self.0.iter().map(Scalar::value).collect())
    }
}

impl Operation for DecodeDiagnosticMessage {
    const API: Api = Api {
        product: Product::Ram,
        action: "DecodeDiagnosticMessage",
        summary: "Opens the diagnostic message of a refusal for want of permission.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:DecodeDiagnosticMessage",
        resource: "*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "解密因权限不足而被拒绝时返回的诊断信息。";
    type Request = DecodeDiagnosticMessageRequest;
    type Response = DecodeDiagnosticMessageResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Self::Response> {
        let account = cx.caller.account();
        let diagnosis = Diagnosis::open(&request.encoded_diagnostic_message, account, cx.seal)
            .ok_or_else(|| ApiError::invalid("EncodedDiagnosticMessage", Rule::Format))?;
        let told = told(diagnosis);
        Ok(DecodeDiagnosticMessageResponse { decoded_diagnostic_message: Nested(told) })
    }
}

fn told(diagnosis: Diagnosis) -> DecodedDiagnosticMessage {
    let condition =
        |(key, values)| AuthCondition { condition_key: key, condition_values: ConditionValues(values) };
    let account = diagnosis.account;
    DecodedDiagnosticMessage {
        auth_action: diagnosis.action,
        auth_conditions: diagnosis.conditions.into_iter().map(condition).collect(),
        auth_principal: Nested(AuthPrincipal {
            auth_principal_display_name: diagnosis.principal,
            auth_principal_owner_id: account,
            auth_principal_type: diagnosis.principal_type,
        }),
        auth_resource: diagnosis.resource,
        explicit_deny: diagnosis.matched.is_some(),
        matched_policies: diagnosis.matched.into_iter().map(|matched| policy(account, matched)).collect(),
        no_permission_policy_type: diagnosis.policy_type,
    }
}

fn policy(account: AccountId, matched: Matched) -> MatchedPolicy {
    let owner = if matched.policy_type == "System" { "system".to_owned() } else { account.to_string() };
    let identifier = match matched.policy_name.as_str() {
        "" => String::new(),
        name => format!("acs:ram:*:{owner}:policy/{name}"),
    };
    MatchedPolicy {
        attached_entity_type: matched.attached_to,
        attached_scope: "Account".to_owned(),
        effect: "Deny".to_owned(),
        policy_identifier: identifier,
        policy_type: matched.policy_type,
        policy_version: matched.version,
    }
}

#[cfg(test)]
mod tests {
    use ramward_rpc::sign::Scheme;
    use serde_json::Value;

    use crate::testing::policies::deny;
    use crate::testing::{TestApp, masked};

    const ACTION: &str = "DecodeDiagnosticMessage";

    /// What the refusal of DeleteUser for bob tells alice.
    fn sealed(app: &TestApp, alice: &crate::testing::NewKey) -> String {
        let (status, body) = app.call_as(alice, "DeleteUser", &[("UserPrincipalName", &TestApp::upn("bob"))]);
        assert_eq!(status, 403, "{body}");
        body["AccessDeniedDetail"]["EncodedDiagnosticMessage"].as_str().unwrap().to_owned()
    }

    #[test]
    fn what_was_sealed_is_told() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let message = sealed(&app, &alice);
        let told = app.ok(ACTION, &[("EncodedDiagnosticMessage", &message)]);
        insta::assert_json_snapshot!(masked(told, &["AuthPrincipalDisplayName"]), @r#"
        {
          "DecodedDiagnosticMessage": {
            "AuthAction": "ram:DeleteUser",
            "AuthConditions": [
              {
                "ConditionKey": "acs:SourceIp",
                "ConditionValues": [
                  "127.0.0.1"
                ]
              },
              {
                "ConditionKey": "acs:CurrentTime",
                "ConditionValues": [
                  "2025-06-15T12:00:00Z"
                ]
              },
              {
                "ConditionKey": "acs:SecureTransport",
                "ConditionValues": [
                  "false"
                ]
              },
              {
                "ConditionKey": "acs:MFAPresent",
                "ConditionValues": [
                  "false"
                ]
              }
            ],
            "AuthPrincipal": {
              "AuthPrincipalDisplayName": "…",
              "AuthPrincipalOwnerId": "1234567890123456",
              "AuthPrincipalType": "SubUser"
            },
            "AuthResource": "acs:ram:*:1234567890123456:user/bob",
            "ExplicitDeny": false,
            "MatchedPolicies": [],
            "NoPermissionPolicyType": "AccountLevelIdentityBasedPolicy"
          }
        }
        "#);
        app.attach("alice", "no-deletion", &deny("ram:Delete*", "*"));
        let message = sealed(&app, &alice);
        let told = app.ok(ACTION, &[("EncodedDiagnosticMessage", &message)]);
        let told = &told["DecodedDiagnosticMessage"];
        assert_eq!(told["ExplicitDeny"], true);
        insta::assert_json_snapshot!(told["MatchedPolicies"], @r#"
        [
          {
            "AttachedEntityType": "User",
            "AttachedScope": "Account",
            "Effect": "Deny",
            "PolicyIdentifier": "acs:ram:*:1234567890123456:policy/no-deletion",
            "PolicyType": "Custom",
            "PolicyVersion": "v1"
          }
        ]
        "#);
    }

    #[test]
    fn in_xml_and_by_the_newer_signature() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let message = sealed(&app, &alice);
        let params = [("EncodedDiagnosticMessage", message.as_str())];
        let request = TestApp::request(ACTION, &params).format("XML").scheme(Scheme::V3);
        let answer = app.send(&app.sign(&app.root, &request));
        let xml = String::from_utf8(answer.body).unwrap();
        let condition = "<AuthConditions><ConditionKey>acs:SourceIp</ConditionKey>\
                         <ConditionValues>127.0.0.1</ConditionValues></AuthConditions>";
        assert!(answer.status == 200 && xml.contains(condition), "{xml}");
    }

    #[test]
    fn nothing_else_is_opened() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let message = sealed(&app, &alice);
        let long = "A".repeat(17 * 1024);
        let changed = message.replace(&message[40..44], "AAAA");
        for text in ["x", "not base64!", &message[..message.len() - 4], &changed, &long] {
            let code = app.refused(ACTION, &[("EncodedDiagnosticMessage", text)]);
            assert_eq!(code, "InvalidParameter.EncodedDiagnosticMessage.Format", "{text}");
        }
        assert_eq!(app.refused(ACTION, &[]), "MissingEncodedDiagnosticMessage");
        assert_eq!(app.refused_as(&alice, ACTION, &[("EncodedDiagnosticMessage", &message)]), "NoPermission");
        let (_, made) = app.call_as(&app.operator, "CreateAccount", &[("AccountId", "2000000000000000")]);
        let other = crate::testing::NewKey {
            access_key_id: made["AccessKey"]["AccessKeyId"].as_str().unwrap().parse().unwrap(),
            access_key_secret: made["AccessKey"]["AccessKeySecret"].as_str().unwrap().into(),
        };
        let code = app.refused_as(&other, ACTION, &[("EncodedDiagnosticMessage", &message)]);
        assert_eq!(code, "InvalidParameter.EncodedDiagnosticMessage.Format", "another account's");
        let told: Value = app.ok(ACTION, &[("EncodedDiagnosticMessage", &message)]);
        assert_eq!(told["DecodedDiagnosticMessage"]["ExplicitDeny"], false);
    }
}
