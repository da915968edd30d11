//! The pages: which path and method leads to which handler, and for whom. The only list of them.

use http::Method;
use ramward_domain::service::console::ConsoleStage;

use super::answer::PageAnswer;
use super::trouble::Trouble;
use super::visit::Visit;
use super::{account, assets, preferences, sign_in};

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
    get("/console/account", account::show),
    post("/console/account/password", account::set_password),
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
