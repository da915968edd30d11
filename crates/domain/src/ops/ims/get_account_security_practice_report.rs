//! GetAccountSecurityPracticeReport: how safe the account's identities are, in ten values.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Empty, Nested};

use crate::ops::account_is_gone;
use crate::ops::{Cx, Operation};
use crate::report::counts;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct GetAccountSecurityPracticeReport;

shape! {
    /// The answer.
    pub struct GetAccountSecurityPracticeReportResponse {
        /// The report.
        AccountSecurityPracticeInfo as account_security_practice_info: Nested<AccountSecurityPracticeInfo> = "";
    }
}

shape! {
    /// The report.
    pub struct AccountSecurityPracticeInfo {
        /// The security score, 0 to 100; higher is better.
        Score as score: i64 = "63";
        /// The nine values behind the score.
        AccountSecurityPracticeUserInfo as account_security_practice_user_info: Nested<AccountSecurityPracticeUserInfo> = "";
    }
}

shape! {
    /// The nine values behind the score.
    pub struct AccountSecurityPracticeUserInfo {
        /// RAM users of the account.
        SubUser as sub_user: i64 = "9";
        /// RAM users with an MFA device bound.
        SubUserBindMfa as sub_user_bind_mfa: i64 = "0";
        /// RAM users with at least one Active AccessKey that was not used for 90 days.
        SubUserWithUnusedAccessKey as sub_user_with_unused_access_key: i64 = "0";
        /// AccessKeys of the account's root identity, in any status.
        RootWithAccessKey as root_with_access_key: i64 = "1";
        /// RAM users with at least one Active AccessKey older than 90 days.
        SubUserWithOldAccessKey as sub_user_with_old_access_key: i64 = "0";
        /// How complex the password policy makes passwords: low, mid or high.
        SubUserPwdLevel as sub_user_pwd_level: String = "low";
        /// Active AccessKeys of the account, root's included, that were not used for 90 days.
        UnusedAkNum as unused_ak_num: i64 = "0";
        /// Active AccessKeys of the account, root's included, that are older than 90 days.
        OldAkNum as old_ak_num: i64 = "0";
        /// Whether the root identity has an MFA device bound.
        BindMfa as bind_mfa: bool = "false";
    }
}

impl Operation for GetAccountSecurityPracticeReport {
    const API: Api = Api {
        product: Product::Ims,
        action: "GetAccountSecurityPracticeReport",
        summary: "Queries the security report of the account.",
        access: Access::Read,
        audience: Audience::Account,
        self_service: SelfService::No,
        ram_action: "ram:GetAccountSecurityPracticeReport",
        resource: "*",
        errors: &[],
    };
    const ACCOUNT_WIDE: bool = true;
    type Request = Empty;
    type Response = GetAccountSecurityPracticeReportResponse;

    fn handle(cx: &mut Cx<'_, '_>, _: &Empty) -> ApiResult<GetAccountSecurityPracticeReportResponse> {
        let facts = counts::facts(cx.tx, cx.caller.account(), cx.now.day(), cx.settings.thresholds)?
            .ok_or_else(account_is_gone)?;
        let user_info = AccountSecurityPracticeUserInfo {
            sub_user: facts.sub_user,
            sub_user_bind_mfa: facts.sub_user_bind_mfa,
            sub_user_with_unused_access_key: facts.sub_user_with_unused_access_key,
            root_with_access_key: facts.root_with_access_key,
            sub_user_with_old_access_key: facts.sub_user_with_old_access_key,
            sub_user_pwd_level: facts.sub_user_pwd_level.as_str().to_owned(),
            unused_ak_num: facts.unused_ak_num,
            old_ak_num: facts.old_ak_num,
            bind_mfa: facts.bind_mfa,
        };
        let info = AccountSecurityPracticeInfo {
            score: i64::from(cx.settings.model.score(&facts)),
            account_security_practice_user_info: Nested(user_info),
        };
        Ok(GetAccountSecurityPracticeReportResponse { account_security_practice_info: Nested(info) })
    }
}
