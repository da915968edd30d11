//! The page of whoever is signed in about itself: password, MFA device, sessions. Everything on it is a call that the
//! identity makes about itself.

use askama::Template;
use http::StatusCode;
use ramward_domain::authn::Identity;
use ramward_rpc::api::Product;
use serde_json::Value;

use super::answer::{self, PageAnswer};
use super::calls::Refusal;
use super::change::Change;
use super::frame::Frame;
use super::request::SESSION;
use super::shown_call::{ShownCall, stand_in};
use super::sign_in::{self, DeviceForm};
use super::trouble::Trouble;
use super::visit::Visit;

/// How many names are tried for a device.
const NAMES: usize = 9;

/// What kind of identity is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    User,
    Root,
    Operator,
}

/// Whether a device is bound.
enum Bound {
    Yes(String),
    No,
    Unknown(Refusal),
}

#[derive(Template)]
#[template(path = "console/account.html")]
struct Page {
    frame: Frame,
    arn: String,
    user_name: String,
    access_key_id: Option<String>,
    mfa: bool,
    ends: String,
    kind: Kind,
    bound: Bound,
    device: Option<DeviceForm>,
    refused: Option<&'static str>,
    refusal: Option<Refusal>,
}

impl Page {
    /// The call of a form: one of a user about itself, or root's.
    fn call(&self, of_user: &'static str, of_root: &'static str, typed: &[&str]) -> ShownCall {
        let (product, action) = match self.kind {
            Kind::User => (Product::Ims, of_user),
            Kind::Root | Kind::Operator => (Product::Ramward, of_root),
        };
        let is_named = self.kind == Kind::User && action != "ChangePassword";
        let named = is_named.then(|| ("UserPrincipalName", self.user_name.clone()));
        let typed = typed.iter().map(|name| (*name, stand_in(name)));
        let params: Vec<(&str, String)> = named.into_iter().chain(typed).collect();
        let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ShownCall::new(product, action, &params)
    }

    fn password_call(&self) -> ShownCall {
        let typed: &[&str] =
            if self.kind == Kind::User { &["OldPassword", "NewPassword"] } else { &["Password"] };
        self.call("ChangePassword", "SetAccountPassword", typed)
    }

    fn bind_call(&self) -> ShownCall {
        let typed = ["SerialNumber", "AuthenticationCode1", "AuthenticationCode2"];
        self.call("BindMFADevice", "BindAccountMFADevice", &typed)
    }

    fn unbind_call(&self) -> ShownCall {
        self.call("UnbindMFADevice", "UnbindAccountMFADevice", &[])
    }

    /// Root makes its device like anybody else.
    fn create_call(&self) -> ShownCall {
        let params = [("VirtualMFADeviceName", &*stand_in("VirtualMFADeviceName"))];
        ShownCall::new(Product::Ims, "CreateVirtualMFADevice", &params)
    }
}

/// What a form of the page led to.
#[derive(Default)]
struct After {
    device: Option<DeviceForm>,
    refused: Option<&'static str>,
    refusal: Option<Refusal>,
}

impl From<Refusal> for After {
    fn from(refusal: Refusal) -> Self {
        Self { refusal: Some(refusal), ..Self::default() }
    }
}

/// The page.
pub fn show(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    page(visit, After::default())
}

fn page(visit: &Visit<'_>, after: After) -> Result<PageAnswer, Trouble> {
    let signed_in = visit.signed_in.as_ref().ok_or(Trouble::Stale)?;
    let kind = kind(visit);
    let status = match (&after.refusal, after.refused) {
        (Some(refusal), _) => refusal.http_status(),
        (None, Some(_)) => StatusCode::BAD_REQUEST,
        (None, None) => StatusCode::OK,
    };
    let who = visit.call(Product::Sts, "GetCallerIdentity", &[])?;
    let page = Page {
        frame: visit.frame(visit.lang.t("Your sign-in", "我的登录信息")),
        arn: text(&who, "/Arn"),
        user_name: visit.sign_in_name(),
        access_key_id: signed_in.access_key_id.as_ref().map(ToString::to_string),
        mfa: signed_in.mfa,
        ends: signed_in.ends.to_string(),
        kind,
        bound: bound(visit, kind)?,
        device: after.device,
        refused: after.refused,
        refusal: after.refusal,
    };
    let mut answer = answer::page(&page)?;
    *answer.status_mut() = status;
    Ok(answer)
}

fn kind(visit: &Visit<'_>) -> Kind {
    match visit.signed_in.as_ref().map(|signed_in| signed_in.caller.identity()) {
        Some(Identity::User { .. }) => Kind::User,
        Some(Identity::Operator) => Kind::Operator,
        _ => Kind::Root,
    }
}

/// The name of the RAM user; root's devices are called after it too.
fn name(visit: &Visit<'_>) -> String {
    match visit.signed_in.as_ref().map(|signed_in| signed_in.caller.identity()) {
        Some(Identity::User { name, .. }) => name.to_string(),
        _ => "root".to_owned(),
    }
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn bound(visit: &Visit<'_>, kind: Kind) -> Result<Bound, Trouble> {
    let found = match kind {
        Kind::Operator => return Ok(Bound::No),
        Kind::Root => visit.attempt(Product::Ims, "GetAccountMFAInfo", &[])?,
        Kind::User => {
            let name = visit.sign_in_name();
            visit.attempt(Product::Ims, "GetUserMFAInfo", &[("UserPrincipalName", &name)])?
        }
    };
    Ok(match found {
        Ok(info) if info.get("IsMFAEnable") == Some(&Value::Bool(true)) => {
            let serial = text(&info, "/MFADevice/SerialNumber");
            // Of root's device the vendor's operation says no more than that there is one.
            let unnamed = visit.lang.t("the device of the root identity", "主账号的设备");
            Bound::Yes(if serial.is_empty() { unnamed.to_owned() } else { serial })
        }
        Ok(_) => Bound::No,
        Err(refusal) => Bound::Unknown(refusal),
    })
}

/// Changes the password: a user's against the present one, root's outright.
pub fn set_password(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (old, new) = (visit.form.get("OldPassword"), visit.form.get("NewPassword"));
    if new != visit.form.get("NewPasswordAgain") {
        let refused =
            visit.lang.t("The new password was not typed the same twice.", "两次输入的新密码不一致。");
        return page(visit, After { refused: Some(refused), ..After::default() });
    }
    let (action, outcome) = match kind(visit) {
        Kind::User => {
            let params = [("OldPassword", old), ("NewPassword", new)];
            ("ChangePassword", visit.attempt(Product::Ims, "ChangePassword", &params)?)
        }
        Kind::Root | Kind::Operator => {
            let params = [("Password", new)];
            ("SetAccountPassword", visit.attempt(Product::Ramward, "SetAccountPassword", &params)?)
        }
    };
    match outcome {
        Ok(_) => Ok(signed_out(visit, action)),
        Err(refusal) => page(visit, refusal.into()),
    }
}

/// Takes root's password away.
pub fn delete_password(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    let title = lang.t("Remove root's password", "删除主账号密码");
    Change::new(title, Product::Ramward, "DeleteAccountPassword", "/console/account")
        .says(lang.t(
            "The root identity then signs in here with an AccessKey, which it should not have, or not at all. Sessions that the password began end, perhaps this one too.",
            "删除后主账号只能使用 AccessKey（不建议保留）登录此控制台，没有 AccessKey 则无法登录。由密码登录的会话将结束，可能包括当前会话。",
        ))
        .says(lang.t(
            "Where nobody can sign in as root any more, whoever runs the server sets a password anew with the setting `root_password` at its next start.",
            "若主账号因此无法登录，服务器的运维者可在下次启动时用配置项 `root_password` 重新设置密码。",
        ))
        .dangerous(lang.t("Remove the password", "删除密码"))
        .answer(visit)
}

/// The session is over; says what was done.
fn signed_out(visit: &Visit<'_>, action: &str) -> PageAnswer {
    let mut answer = answer::see(&format!("/console/sign-in?done={action}"));
    sign_in::forget(visit, &mut answer);
    answer
}

/// Makes a device and shows it. One of that name that is bound to nobody was made by an earlier attempt, and goes.
pub fn create_device(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let base: String =
        name(visit).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(60).collect();
    let create =
        |name: &str| visit.attempt(Product::Ims, "CreateVirtualMFADevice", &[("VirtualMFADeviceName", name)]);
    let is_taken = |outcome: &Result<Value, Refusal>| {
        outcome.as_ref().is_err_and(|refusal| refusal.code == "EntityAlreadyExists.VirtualMFADevice")
    };
    let mut made = create(&base)?;
    if is_taken(&made) {
        let account = visit.signed_in.as_ref().ok_or(Trouble::Stale)?.caller.account();
        let serial = format!("acs:ram::{account}:mfa/{base}");
        let _bound = visit.attempt(Product::Ims, "DeleteVirtualMFADevice", &[("SerialNumber", &serial)])?;
        made = create(&base)?;
    }
    let mut number = 1;
    while is_taken(&made) && number < NAMES {
        number += 1;
        made = create(&format!("{base}-{number}"))?;
    }
    match made {
        Ok(made) => page(visit, After { device: Some(DeviceForm::of_answer(&made)), ..After::default() }),
        Err(refusal) => page(visit, refusal.into()),
    }
}

/// Binds a device against two codes of it.
pub fn bind_device(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let form = &visit.form;
    let codes = [
        ("SerialNumber", form.get("SerialNumber")),
        ("AuthenticationCode1", form.get("AuthenticationCode1").trim()),
        ("AuthenticationCode2", form.get("AuthenticationCode2").trim()),
    ];
    let (action, outcome) = match kind(visit) {
        Kind::User => {
            let name = visit.sign_in_name();
            let params = [&[("UserPrincipalName", name.as_str())], &codes[..]].concat();
            ("BindMFADevice", visit.attempt(Product::Ims, "BindMFADevice", &params)?)
        }
        Kind::Root | Kind::Operator => {
            ("BindAccountMFADevice", visit.attempt(Product::Ramward, "BindAccountMFADevice", &codes)?)
        }
    };
    match outcome {
        Ok(_) => Ok(answer::see(&format!("/console/account?done={action}"))),
        Err(refusal) => {
            let serial_number = form.get("SerialNumber").to_owned();
            let device = Some(DeviceForm { serial_number, new: None });
            page(visit, After { device, refusal: Some(refusal), refused: None })
        }
    }
}

/// Takes the device off.
pub fn unbind_device(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let (action, outcome) = match kind(visit) {
        Kind::User => {
            let name = visit.sign_in_name();
            let params = [("UserPrincipalName", name.as_str())];
            ("UnbindMFADevice", visit.attempt(Product::Ims, "UnbindMFADevice", &params)?)
        }
        Kind::Root | Kind::Operator => {
            ("UnbindAccountMFADevice", visit.attempt(Product::Ramward, "UnbindAccountMFADevice", &[])?)
        }
    };
    match outcome {
        Ok(_) => Ok(answer::see(&format!("/console/account?done={action}"))),
        Err(refusal) => page(visit, refusal.into()),
    }
}

/// Ends all sessions of the identity.
pub fn sign_out_everywhere(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let token = visit.request.cookie(SESSION).unwrap_or_default();
    visit.console.service().sign_out_everywhere(token)?;
    let mut answer = answer::see("/console/sign-in");
    sign_in::forget(visit, &mut answer);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use http::header::LOCATION;
    use ramward_rpc::api::Product;

    use crate::console::testing::{Desk, Visitor};

    const PASSWORD: &str = "correct horse";

    fn send(desk: &Desk, visitor: &Visitor, path: &str, form: &str) -> (u16, String, String) {
        let answer = desk.console.respond(&visitor.post(path, form));
        let location = answer.headers().get(LOCATION).map_or("", |value| value.to_str().unwrap()).to_owned();
        (answer.status().as_u16(), location, String::from_utf8(answer.body().to_vec()).unwrap())
    }

    /// Makes a device on the page; its serial number and seed.
    fn device(desk: &Desk, visitor: &Visitor) -> (String, String) {
        let (status, _, page) = send(desk, visitor, "/console/account/device", "");
        assert_eq!(status, 200, "{page}");
        let after =
            |mark: &str| page.split(mark).nth(1).unwrap().split(['<', '"']).next().unwrap().to_owned();
        (after("name=\"SerialNumber\" value=\""), after("id=\"seed\">"))
    }

    fn bind(desk: &Desk, visitor: &Visitor, (serial, seed): &(String, String)) -> String {
        let (one, two) = desk.codes(seed);
        let form = format!("SerialNumber={serial}&AuthenticationCode1={one}&AuthenticationCode2={two}");
        send(desk, visitor, "/console/account/device/bind", &form).1
    }

    #[test]
    fn a_user_changes_its_password_and_is_signed_out_everywhere() {
        let desk = Desk::new();
        let alice = desk.user("alice", PASSWORD);
        let (here, there) =
            (desk.sign_in_with_password(&alice, PASSWORD), desk.sign_in_with_password(&alice, PASSWORD));
        let change = |old: &str| {
            let form =
                format!("OldPassword={old}&NewPassword=battery+staple&NewPasswordAgain=battery+staple");
            send(&desk, &here, "/console/account/password", &form)
        };
        let (status, _, page) = change("wrong");
        assert!(status == 400 && page.contains("InvalidParameter.OldPassword.Format"), "{page}");
        assert_eq!(change("correct+horse").1, "/console/sign-in?done=ChangePassword");
        for visitor in [&here, &there] {
            assert_eq!(desk.console.respond(&visitor.get("/console/account")).status(), 303);
        }
        let again = desk.sign_in_with_password(&alice, "battery staple");
        assert_eq!(send(&desk, &again, "/console/account/sign-out-everywhere", "").1, "/console/sign-in");
        assert_eq!(desk.console.respond(&again.get("/console/account")).status(), 303);
    }

    #[test]
    fn users_and_root_bind_a_device_and_take_it_off() {
        let desk = Desk::new();
        let alice = desk.user("alice", PASSWORD);
        let user = desk.sign_in_with_password(&alice, PASSWORD);
        let root = desk.sign_in(&desk.root);
        for (visitor, serial, done) in [
            (&user, "acs:ram::1234567890123456:mfa/alice", "MFADevice"),
            (&root, "acs:ram::1234567890123456:mfa/root", "AccountMFADevice"),
        ] {
            let _given_up = device(&desk, visitor);
            let made = device(&desk, visitor);
            assert_eq!(made.0, serial, "the one that was given up makes room");
            assert_eq!(bind(&desk, visitor, &made), format!("/console/account?done=Bind{done}"));
            assert!(desk.page(visitor, "/console/account").contains(">bound</span>"));
            let (_, location, _) = send(&desk, visitor, "/console/account/device/unbind", "");
            assert_eq!(location, format!("/console/account?done=Unbind{done}"));
            assert!(desk.page(visitor, &location).contains(&format!("<code>Unbind{done}</code>")));
        }
    }

    #[test]
    fn root_sets_a_password_and_signs_in_with_it() {
        let desk = Desk::new();
        let root = desk.sign_in(&desk.root);
        let form = "NewPassword=battery+staple&NewPasswordAgain=battery+staple";
        let (_, location, _) = send(&desk, &root, "/console/account/password", form);
        assert_eq!(location, "/console/sign-in?done=SetAccountPassword");
        let root = desk.sign_in_with_password("1234567890123456", "battery staple");
        assert!(desk.page(&root, "/console/account").contains("acs:ram::1234567890123456:root"));
    }

    #[test]
    fn root_takes_its_password_away_and_keeps_the_session_of_its_key() {
        let desk = Desk::new();
        desk.ok(Product::Ramward, "SetAccountPassword", &[("Password", "battery staple")]);
        let by_password = desk.sign_in_with_password("1234567890123456", "battery staple");
        let by_key = desk.sign_in(&desk.root);
        let asked = desk.page(&by_key, "/console/account/password/delete");
        assert!(asked.contains("ramward call DeleteAccountPassword"), "{asked}");
        let led = desk.leads_to(&by_key, "/console/account/password/delete", "");
        assert_eq!(led, "/console/account?done=DeleteAccountPassword");
        assert!(desk.page(&by_key, &led).contains("<code>DeleteAccountPassword</code>"));
        assert_eq!(desk.console.respond(&by_password.get("/console/account")).status(), 303);
        let user = desk.user("alice", PASSWORD);
        let user = desk.sign_in_with_password(&user, PASSWORD);
        assert!(!desk.page(&user, "/console/account").contains("/console/account/password/delete"));
    }

    #[test]
    fn what_the_account_does_not_let_users_do_is_refused_on_the_page() {
        let desk = Desk::new();
        let alice = desk.user("alice", PASSWORD);
        let no = [("AllowUserToManageMFADevices", "false"), ("AllowUserToChangePassword", "false")];
        desk.ok(Product::Ims, "SetSecurityPreference", &no);
        let visitor = desk.sign_in_with_password(&alice, PASSWORD);
        let page = desk.page(&visitor, "/console/account");
        assert!(page.contains("NoPermission") && page.contains("GetUserMFAInfo"), "{page}");
        let form = "OldPassword=correct+horse&NewPassword=battery+staple&NewPasswordAgain=battery+staple";
        let (status, _, page) = send(&desk, &visitor, "/console/account/password", form);
        assert!(status == 403 && page.contains("RequestId"), "{page}");
    }

    #[test]
    fn the_operator_has_sessions_and_nothing_else() {
        let desk = Desk::new();
        let page = desk.page(&desk.sign_in(&desk.operator), "/console/account");
        assert!(!page.contains("NewPassword") && page.contains("Sign out everywhere"), "{page}");
    }
}
