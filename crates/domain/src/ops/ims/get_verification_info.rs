//! GetVerificationInfo: the phone number and the mail address by which a RAM user can prove itself.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::user::UserPrincipalName;
use crate::identity::verification::{PENDING, VerifyType};
use crate::ops::{Cx, Operation, Target, account, subject};
use crate::store::tables::verifications;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetVerificationInfo;

shape! {
    /// The parameters.
    pub struct GetVerificationInfoRequest {
        /// The logon name of the user.
        UserPrincipalName as user_principal_name: UserPrincipalName = "alice@example.onaliyun.com";
    }
}

shape! {
    /// The answer; members in the order of the vendor's sample (help page of GetVerificationInfo, 2025).
    pub struct GetVerificationInfoResponse {
        /// The phone; absent if there is none.
        SecurityPhoneDevice as security_phone_device: Option<Nested<SecurityPhoneDevice>> = "";
        /// The mailbox; absent if there is none.
        SecurityEmailDevice as security_email_device: Option<Nested<SecurityEmailDevice>> = "";
    }
}

shape! {
    /// The phone.
    pub struct SecurityPhoneDevice {
        /// The country code.
        AreaCode as area_code: String = "86";
        /// The number behind it.
        PhoneNumber as phone_number: String = "13900001234";
        /// `pending`: its owner has not answered from it. This server sends no messages.
        Status as status: String = "pending";
    }
}

shape! {
    /// The mailbox.
    pub struct SecurityEmailDevice {
        /// The address.
        Email as email: String = "alice@example.com";
        /// `pending`: its owner has not answered from it. This server sends no letters.
        Status as status: String = "pending";
    }
}

impl Operation for GetVerificationInfo {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetVerificationInfo",
        summary: "Answers the phone number and the mail address by which a RAM user can prove itself.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetVerificationInfo",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User"],
    };
    const SUMMARY_ZH: &'static str = "查询 RAM 用户用于身份验证的手机号和邮箱。";
    type Request = GetVerificationInfoRequest;
    type Response = GetVerificationInfoResponse;

    fn target(request: &GetVerificationInfoRequest) -> Target {
        Target::User(request.user_principal_name.name.clone())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<GetVerificationInfoResponse> {
        let account = account::find(cx.tx, cx.caller.account())?;
        let user = subject::find_by_name(cx.tx, &account, &request.user_principal_name)?;
        let mut find = |verify_type| {
            let found = verifications::find(cx.tx, user.account, user.user_id, verify_type);
            found.map(|found| found.map(|found| found.address))
        };
        let phone = find(VerifyType::Sms)?.map(|number| {
            let (area_code, phone_number) = number.split_once('-').unwrap_or(("", &number));
            Nested(SecurityPhoneDevice {
                area_code: area_code.to_owned(),
                phone_number: phone_number.to_owned(),
                status: PENDING.to_owned(),
            })
        });
        let email = find(VerifyType::Email)?
            .map(|email| Nested(SecurityEmailDevice { email, status: PENDING.to_owned() }));
        Ok(GetVerificationInfoResponse { security_phone_device: phone, security_email_device: email })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    #[test]
    fn what_is_not_there_is_left_out() {
        let app = TestApp::new();
        let alice = app.user_with_key("alice");
        let upn = TestApp::upn("alice");
        let named = [("UserPrincipalName", upn.as_str())];
        assert_eq!(app.ok("GetVerificationInfo", &named), json!({}));
        let email = [named[0], ("VerifyType", "email"), ("Email", "alice@example.com")];
        app.ok("SetVerificationInfo", &email);
        let expected = json!({"SecurityEmailDevice": {"Email": "alice@example.com", "Status": "pending"}});
        assert_eq!(app.ok("GetVerificationInfo", &named), expected);
        let xml = app.xml("GetVerificationInfo", &named);
        assert!(xml.contains("<SecurityEmailDevice><Email>alice@example.com</Email>"), "{xml}");
        assert_eq!(app.refused("GetVerificationInfo", &[]), "MissingUserPrincipalName");
        let nobody = TestApp::upn("nobody");
        let refused = app.refused("GetVerificationInfo", &[("UserPrincipalName", &nobody)]);
        assert_eq!(refused, "EntityNotExist.User");
        assert_eq!(app.refused_as(&alice, "GetVerificationInfo", &named), "NoPermission");
    }
}
