//! UnbindVerification: takes a phone number or a mail address from a RAM user.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape::Empty;

use super::set_verification_info::VerificationRequest;
use crate::ops::{Cx, Operation, Target, account, subject};
use crate::store::tables::verifications;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct UnbindVerification;

impl Operation for UnbindVerification {
    const API: Api = Api {
        product: Product::Ims,
        action: "UnbindVerification",
        summary: "Takes a phone number or a mail address from a RAM user; where one is given, only that one.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:UnbindVerification",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "EntityNotExist.User.Verification"],
    };
    const SUMMARY_ZH: &'static str = "移除 RAM 用户的手机号或邮箱；指定了其中一个时，只移除该项。";
    type Request = VerificationRequest;
    type Response = Empty;

    fn target(request: &VerificationRequest) -> Target {
        Target::User(request.user_principal_name.name.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &VerificationRequest) -> ApiResult<Empty> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find_by_name(cx.tx, &account, &request.user_principal_name)?;
        let found = verifications::find(cx.tx, user.account, user.user_id, request.verify_type)?;
        let meant = request.address();
        if found.is_none_or(|found| meant.is_some_and(|meant| meant != found.address)) {
            return Err(ApiError::new(Code::EntityNotExist("User.Verification")));
        }
        verifications::delete(cx.tx, user.account, user.user_id, request.verify_type)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn the_one_that_is_meant() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let upn = TestApp::upn("alice");
        let (named, email) = (("UserPrincipalName", upn.as_str()), ("VerifyType", "email"));
        let address = ("Email", "alice@example.com");
        app.ok("SetVerificationInfo", &[named, email, address]);
        let refused = |params: &[(&str, &str)]| app.refused("UnbindVerification", params);
        let other = ("Email", "bob@example.com");
        assert_eq!(refused(&[named, email, other]), "EntityNotExist.User.Verification");
        assert_eq!(refused(&[named, ("VerifyType", "sms")]), "EntityNotExist.User.Verification");
        assert_eq!(app.refused_as(&alice, "UnbindVerification", &[named, email]), "NoPermission");
        assert_eq!(refused(&[named]), "MissingVerifyType");
        let nobody = TestApp::upn("nobody");
        assert_eq!(refused(&[("UserPrincipalName", &nobody), email]), "EntityNotExist.User");
        assert_eq!(app.ok("UnbindVerification", &[named, email, address]), json!({}));
        assert_eq!(app.ok("GetVerificationInfo", &[named]), json!({}));
        app.ok("SetVerificationInfo", &[named, email, address]);
        let xml = app.xml("UnbindVerification", &[named, email]);
        assert!(xml.contains("<UnbindVerificationResponse><RequestId>"), "{xml}");
    }
}
