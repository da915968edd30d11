//! CreateAccessKey: makes an AccessKey pair for a RAM user, or for the caller itself, root included.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::identity::access_key::Status;
use crate::identity::user::UserPrincipalName;
use crate::ids::{AccessKeyId, generate_access_key_secret};
use crate::ops::{Cx, Operation, Target, subject};
use crate::store::seal::SecretOf;
use crate::store::tables::access_keys;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct CreateAccessKey;

shape! {
    /// The parameters.
    pub struct CreateAccessKeyRequest {
        /// The logon name of the user; the caller itself where it is left out.
        UserPrincipalName as user_principal_name: Option<UserPrincipalName> = "alice@example.onaliyun.com";
    }
}

shape! {
    /// The answer.
    pub struct CreateAccessKeyResponse {
        /// The AccessKey pair.
        AccessKey as access_key: Nested<CreatedAccessKey> = "";
    }
}

shape! {
    /// The AccessKey pair; members in the order of the vendor's sample (help page of CreateAccessKey, 2020).
    pub struct CreatedAccessKey {
        /// Whether the pair may sign; a new one may.
        Status as status: Status = "Active";
        /// The id of the pair.
        AccessKeyId as access_key_id: AccessKeyId = "LTAI4G3HaMmeHpay2gcqabcd";
        /// The secret; no later call shows it again.
        AccessKeySecret as access_key_secret: String = "Y3MSLE6OgizS4qrz5LVFDoyZELabcd";
        /// When the pair was made.
        CreateDate as create_date: Timestamp = "2020-10-15T08:08:54Z";
    }
}

impl Operation for CreateAccessKey {
    const API: Api = Api {
        product: Product::Ims,
        action: "CreateAccessKey",
        summary: "Makes an AccessKey pair for a RAM user, or for the caller itself.",
        access: Access::Write,
        audience: Audience::Account,
        self_service: SelfService::AccessKeys,
        ram_action: "ram:CreateAccessKey",
        resource: "acs:ram:*:{account}:user/{user}",
        errors: &["EntityNotExist.User", "LimitExceeded.User.AccessKey"],
    };
    type Request = CreateAccessKeyRequest;
    type Response = CreateAccessKeyResponse;

    fn target(request: &CreateAccessKeyRequest) -> Target {
        subject::target_or_own(request.user_principal_name.as_ref())
    }

    fn handle(cx: &mut Cx<'_, '_>, request: &CreateAccessKeyRequest) -> ApiResult<CreateAccessKeyResponse> {
        let user = subject::find_identity(cx.tx, cx.caller, request.user_principal_name.as_ref())?;
        let account = cx.caller.account();
        let quotas = &cx.settings.quotas;
        let quota = if user.is_root() { quotas.access_keys_per_account } else { quotas.access_keys_per_user };
        // Inactive keys count: one is kept to be switched on again.
        let held = access_keys::list(cx.tx, account, user)?.len();
        if i64::try_from(held).unwrap_or(i64::MAX) >= quota {
            return Err(ApiError::new(Code::LimitExceeded("User.AccessKey")));
        }
        let access_key_id = AccessKeyId::generate(cx.entropy);
        let secret = generate_access_key_secret(cx.entropy);
        let of = SecretOf::AccessKey(account, &access_key_id);
        let sealed = cx.seal.seal(of, secret.expose().as_bytes(), cx.entropy);
        let key = access_keys::AccessKey {
            account,
            user_id: user,
            access_key_id,
            sealed_secret: Some(sealed),
            status: Status::Active,
            create_date: cx.now,
            update_date: cx.now,
            last_used_date: None,
            last_used_service: None,
        };
        access_keys::insert(cx.tx, &key)?;
        let created = CreatedAccessKey {
            status: key.status,
            access_key_id: key.access_key_id,
            access_key_secret: secret.expose().to_owned(),
            create_date: key.create_date,
        };
        Ok(CreateAccessKeyResponse { access_key: Nested(created) })
    }
}
