//! SetVerificationInfo: gives a RAM user a phone number or a mail address to prove itself by.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult};
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::user::{Email, MobilePhone, UserPrincipalName};
use crate::identity::verification::VerifyType;
use crate::ops::{Cx, Operation, Target, account, subject};
use crate::store::tables::verifications::{self, Verification};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SetVerificationInfo;

shape! {
    /// The parameters.
    pub struct VerificationRequest {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: UserPrincipalName = "alice@example.onaliyun.com";
        /// Which of the two: `sms` goes with MobilePhone, `email` with Email.
        VerifyType as verify_type: VerifyType = "email";
        /// The phone number.
        MobilePhone as mobile_phone: Option<MobilePhone> = "86-13900001234";
        /// The mail address.
        Email as email: Option<Email> = "alice@example.com";
    }
}

impl VerificationRequest {
    /// The number or the address that the type asks for; an empty one is none.
    pub fn address(&self) -> Option<&str> {
        let given = match self.verify_type {
            VerifyType::Sms => self.mobile_phone.as_ref().map(MobilePhone::as_str),
            VerifyType::Email => self.email.as_ref().map(Email::as_str),
        };
        given.filter(|address| !address.is_empty())
    }
}

impl Operation for SetVerificationInfo {
    const API: Api = Api {
        product: Product::Ims,
        action: "SetVerificationInfo",
        summary: "Gives a RAM user a phone number or a mail address to prove itself by, in place of the one it has.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:SetVerificationInfo",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User"],
    };
    const SUMMARY_ZH: &'static str = "设置 RAM 用户用于身份验证的手机号或邮箱，替换原有的值。";
    type Request = VerificationRequest;
    type Response = Empty;

    fn target(request: &VerificationRequest) -> Target {
        Target::User(request.user_principal_name.name.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &VerificationRequest) -> ApiResult<Empty> {
        let address = request.address().ok_or_else(|| {
            ApiError::missing(match request.verify_type {
                VerifyType::Sms => "MobilePhone",
                VerifyType::Email => "Email",
            })
        })?;
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find_by_name(cx.tx, &account, &request.user_principal_name)?;
        let row = Verification {
            account: user.account,
            user_id: user.user_id,
            verify_type: request.verify_type,
            address: address.to_owned(),
            update_date: cx.now,
        };
        verifications::update(cx.tx, &row)?;
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn one_of_each_and_a_later_one_takes_the_place() {
        let app = TestApp::new();
        let upn = app.user("alice");
        let named = ("UserPrincipalName", upn.as_str());
        let email =
            |address| app.ok("SetVerificationInfo", &[named, ("VerifyType", "email"), ("Email", address)]);
        assert_eq!(email("alice@example.com"), json!({}));
        email("alice@example.org");
        app.ok("SetVerificationInfo", &[named, ("VerifyType", "sms"), ("MobilePhone", "86-13900001234")]);
        let found = app.ok("GetVerificationInfo", &[named]);
        let expected = json!({
            "SecurityPhoneDevice": {"AreaCode": "86", "PhoneNumber": "13900001234", "Status": "pending"},
            "SecurityEmailDevice": {"Email": "alice@example.org", "Status": "pending"},
        });
        assert_eq!(found, expected);
        let xml =
            app.xml("SetVerificationInfo", &[named, ("VerifyType", "email"), ("Email", "a@example.com")]);
        assert!(xml.contains("<SetVerificationInfoResponse><RequestId>"), "{xml}");
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let upn = TestApp::upn("alice");
        let named = ("UserPrincipalName", upn.as_str());
        let nobody = TestApp::upn("nobody");
        let (sms, email) = (("VerifyType", "sms"), ("VerifyType", "email"));
        let address = ("Email", "alice@example.com");
        let rows: &[(&[(&str, &str)], &str)] = &[
            (&[email, address], "MissingUserPrincipalName"),
            (&[named, address], "MissingVerifyType"),
            (&[named, ("VerifyType", "pigeon"), address], "InvalidParameter.VerifyType.Range"),
            (&[named, sms, address], "MissingMobilePhone"),
            (&[named, sms, ("MobilePhone", "")], "MissingMobilePhone"),
            (&[named, email], "MissingEmail"),
            (&[named, email, ("Email", "alice")], "InvalidParameter.Email.Format"),
            (&[named, sms, ("MobilePhone", "13900001234")], "InvalidParameter.MobilePhone.Format"),
            (&[("UserPrincipalName", &nobody), email, address], "EntityNotExist.User"),
        ];
        for (params, code) in rows {
            assert_eq!(app.refused("SetVerificationInfo", params), *code, "{params:?}");
        }
        assert_eq!(app.refused_as(&alice, "SetVerificationInfo", &[named, email, address]), "NoPermission");
    }
}
