//! The pages: which path and method leads to which handler, and for whom. The only list of them.

use http::Method;
use ramward_domain::service::console::ConsoleStage;

use super::answer::PageAnswer;
use super::trouble::Trouble;
use super::visit::Visit;
use super::{
    account, accounts, assets, errors, explorer, findings, groups, overview, policies, preferences, roles,
    root, settings, sign_in, users, what_if,
};

/// A page, or what a form of it is sent to.
#[derive(Debug)]
pub struct Page {
    /// The method; `HEAD` goes with `GET`.
    pub method: Method,
    /// The path; `{name}` stands for any one part of it.
    pub path: &'static str,
    /// Who may come.
    pub needs: Needs,
    /// Makes the answer.
    pub run: Run,
}

/// Who may come to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Everybody.
    Nothing,
    /// Who gave a password and is asked for this next; everybody else is sent to where they belong. A form must carry the
    /// proof of the session.
    Stage(ConsoleStage),
    /// Who is signed in; everybody else is sent to do so. A form must carry the proof of the session.
    SignIn,
}

const NEW_PASSWORD: Needs = Needs::Stage(ConsoleStage::Password);
const NEW_DEVICE: Needs = Needs::Stage(ConsoleStage::Device);

type Run = fn(&mut Visit<'_>) -> Result<PageAnswer, Trouble>;

const fn page(method: Method, path: &'static str, needs: Needs, run: Run) -> Page {
    Page { method, path, needs, run }
}

/// A page for whoever is signed in.
const fn get(path: &'static str, run: Run) -> Page {
    page(Method::GET, path, Needs::SignIn, run)
}

/// What a form of such a page is sent to.
const fn post(path: &'static str, run: Run) -> Page {
    page(Method::POST, path, Needs::SignIn, run)
}

/// All pages.
pub const PAGES: &[Page] = &[
    page(Method::GET, "/console/assets/{version}/{name}", Needs::Nothing, assets::send),
    page(Method::GET, "/console/sign-in", Needs::Nothing, sign_in::show),
    page(Method::POST, "/console/sign-in/password", Needs::Nothing, sign_in::with_password),
    page(Method::POST, "/console/sign-in/key", Needs::Nothing, sign_in::with_key),
    page(Method::GET, "/console/sign-in/code", Needs::Stage(ConsoleStage::Code), sign_in::code),
    page(Method::POST, "/console/sign-in/code", Needs::Stage(ConsoleStage::Code), sign_in::prove_code),
    page(Method::GET, "/console/sign-in/new-password", NEW_PASSWORD, sign_in::new_password),
    page(Method::POST, "/console/sign-in/new-password", NEW_PASSWORD, sign_in::set_password),
    page(Method::GET, "/console/sign-in/device", NEW_DEVICE, sign_in::device),
    page(Method::POST, "/console/sign-in/device", NEW_DEVICE, sign_in::create_device),
    page(Method::POST, "/console/sign-in/device/bind", NEW_DEVICE, sign_in::bind_device),
    page(Method::POST, "/console/sign-in/leave", Needs::Nothing, sign_in::leave),
    post("/console/sign-out", sign_in::out),
    page(Method::POST, "/console/preferences", Needs::Nothing, preferences::set),
    get("/console", sign_in::home),
    get("/console/overview", overview::show),
    get("/console/overview/security-report/{format}", overview::exports::ten_values),
    get("/console/overview/explained/{format}", overview::exports::explained_as),
    get("/console/credential-report", overview::credential_report::show),
    get("/console/credential-report.csv", overview::credential_report::download),
    get("/console/findings", findings::show),
    get("/console/what-if", what_if::show),
    get("/console/accounts", accounts::show),
    get("/console/explorer", explorer::list),
    get("/console/explorer/{product}/{operation}", explorer::show),
    post("/console/explorer/{product}/{operation}", explorer::send),
    get("/console/errors", errors::search),
    post("/console/errors", errors::pasted),
    get("/console/errors/codes/{code}", errors::code),
    get("/console/users", users::list),
    get("/console/users/new", users::edit::create),
    post("/console/users/new", users::edit::create),
    get("/console/users/{name}", users::one::show),
    get("/console/users/{name}/edit", users::edit::update),
    post("/console/users/{name}/edit", users::edit::update),
    get("/console/users/{name}/delete", users::edit::delete),
    post("/console/users/{name}/delete", users::edit::delete),
    get("/console/users/{name}/keys/new", users::keys::create),
    post("/console/users/{name}/keys/new", users::keys::create),
    get("/console/users/{name}/keys/{key}/delete", users::keys::delete),
    post("/console/users/{name}/keys/{key}/delete", users::keys::delete),
    get("/console/users/{name}/keys/{key}/{status}", users::keys::set_status),
    post("/console/users/{name}/keys/{key}/{status}", users::keys::set_status),
    get("/console/users/{name}/logon", users::logon::update),
    post("/console/users/{name}/logon", users::logon::update),
    get("/console/users/{name}/logon/new", users::logon::create),
    post("/console/users/{name}/logon/new", users::logon::create),
    get("/console/users/{name}/logon/delete", users::logon::delete),
    post("/console/users/{name}/logon/delete", users::logon::delete),
    get("/console/users/{name}/mfa", users::devices::make),
    post("/console/users/{name}/mfa", users::devices::make),
    get("/console/users/{name}/mfa/bind", users::devices::bind),
    post("/console/users/{name}/mfa/bind", users::devices::bind),
    get("/console/users/{name}/mfa/unbind", users::devices::unbind),
    post("/console/users/{name}/mfa/unbind", users::devices::unbind),
    get("/console/users/{name}/mfa/disable", users::devices::disable),
    post("/console/users/{name}/mfa/disable", users::devices::disable),
    get("/console/users/{name}/groups/new", users::membership::join),
    post("/console/users/{name}/groups/new", users::membership::join),
    get("/console/users/{name}/groups/{group}/leave", users::membership::leave),
    post("/console/users/{name}/groups/{group}/leave", users::membership::leave),
    get("/console/users/{name}/policies/attach", users::membership::attach),
    post("/console/users/{name}/policies/attach", users::membership::attach),
    get("/console/users/{name}/policies/{type}/{policy}/detach", users::membership::detach),
    post("/console/users/{name}/policies/{type}/{policy}/detach", users::membership::detach),
    get("/console/devices", users::devices::list),
    get("/console/devices/{device}/delete", users::devices::delete),
    post("/console/devices/{device}/delete", users::devices::delete),
    get("/console/root", root::show),
    get("/console/root/keys/new", users::keys::create_roots),
    post("/console/root/keys/new", users::keys::create_roots),
    get("/console/root/keys/{key}/delete", users::keys::delete_roots),
    post("/console/root/keys/{key}/delete", users::keys::delete_roots),
    get("/console/root/keys/{key}/{status}", users::keys::set_status_of_roots),
    post("/console/root/keys/{key}/{status}", users::keys::set_status_of_roots),
    get("/console/root/mfa", users::devices::make_roots),
    post("/console/root/mfa", users::devices::make_roots),
    get("/console/root/mfa/bind", users::devices::bind_roots),
    post("/console/root/mfa/bind", users::devices::bind_roots),
    get("/console/root/mfa/unbind", users::devices::unbind_roots),
    post("/console/root/mfa/unbind", users::devices::unbind_roots),
    get("/console/groups", groups::list),
    get("/console/groups/new", groups::edit::create),
    post("/console/groups/new", groups::edit::create),
    get("/console/groups/{name}", groups::one::show),
    get("/console/groups/{name}/edit", groups::edit::update),
    post("/console/groups/{name}/edit", groups::edit::update),
    get("/console/groups/{name}/delete", groups::edit::delete),
    post("/console/groups/{name}/delete", groups::edit::delete),
    get("/console/groups/{name}/members/add", groups::membership::add),
    post("/console/groups/{name}/members/add", groups::membership::add),
    get("/console/groups/{name}/members/{user}/remove", groups::membership::remove),
    post("/console/groups/{name}/members/{user}/remove", groups::membership::remove),
    get("/console/groups/{name}/policies/attach", groups::membership::attach),
    post("/console/groups/{name}/policies/attach", groups::membership::attach),
    get("/console/groups/{name}/policies/{type}/{policy}/detach", groups::membership::detach),
    post("/console/groups/{name}/policies/{type}/{policy}/detach", groups::membership::detach),
    get("/console/policies", policies::list),
    get("/console/policies/new", policies::edit::create),
    post("/console/policies/new", policies::edit::create),
    get("/console/policies/{name}", policies::one::show),
    get("/console/policies/{name}/description", policies::edit::describe),
    post("/console/policies/{name}/description", policies::edit::describe),
    get("/console/policies/{name}/delete", policies::edit::delete),
    post("/console/policies/{name}/delete", policies::edit::delete),
    get("/console/policies/{name}/versions/new", policies::edit::create_version),
    post("/console/policies/{name}/versions/new", policies::edit::create_version),
    get("/console/policies/{name}/versions/{version}/default", policies::edit::set_default),
    post("/console/policies/{name}/versions/{version}/default", policies::edit::set_default),
    get("/console/policies/{name}/versions/{version}/delete", policies::edit::delete_version),
    post("/console/policies/{name}/versions/{version}/delete", policies::edit::delete_version),
    get("/console/roles", roles::list),
    get("/console/roles/new", roles::edit::create),
    post("/console/roles/new", roles::edit::create),
    get("/console/roles/{name}/edit", roles::edit::update),
    post("/console/roles/{name}/edit", roles::edit::update),
    get("/console/roles/{name}/delete", roles::edit::delete),
    post("/console/roles/{name}/delete", roles::edit::delete),
    get("/console/roles/{name}/policies/attach", roles::edit::attach),
    post("/console/roles/{name}/policies/attach", roles::edit::attach),
    get("/console/roles/{name}/policies/{type}/{policy}/detach", roles::edit::detach),
    post("/console/roles/{name}/policies/{type}/{policy}/detach", roles::edit::detach),
    get("/console/roles/{name}", roles::one::show),
    get("/console/settings", settings::show),
    get("/console/settings/password-policy", settings::password_policy::set),
    post("/console/settings/password-policy", settings::password_policy::set),
    get("/console/settings/security-preference", settings::security_preference::set),
    post("/console/settings/security-preference", settings::security_preference::set),
    get("/console/settings/domain", settings::domain::set),
    post("/console/settings/domain", settings::domain::set),
    get("/console/errors/requests/{request_id}", errors::request::show),
    post("/console/errors/requests/{request_id}", errors::request::show),
    get("/console/account", account::show),
    post("/console/account/password", account::set_password),
    get("/console/account/password/delete", account::delete_password),
    post("/console/account/password/delete", account::delete_password),
    post("/console/account/device", account::create_device),
    post("/console/account/device/bind", account::bind_device),
    post("/console/account/device/unbind", account::unbind_device),
    post("/console/account/sign-out-everywhere", account::sign_out_everywhere),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_pages_share_path_and_method() {
        let rows: std::collections::BTreeSet<_> =
            PAGES.iter().map(|page| (page.path, page.method.as_str())).collect();
        assert_eq!(rows.len(), PAGES.len());
        let mut routes = matchit::Router::new();
        for path in PAGES.iter().map(|page| page.path).collect::<std::collections::BTreeSet<_>>() {
            routes.insert(path, path).unwrap();
        }
    }
}
