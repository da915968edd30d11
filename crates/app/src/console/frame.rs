//! What stands around the content of every page: title, menu, language, theme, who is signed in. Knows no page's content.

use http::Method;
use ramward_domain::authn::Identity;
use ramward_domain::ops;
use ramward_domain::service::console::ConsoleStage;

use super::assets;
use super::lang::Lang;
use super::request::THEME;
use super::visit::Visit;

/// An entry of the menu.
pub struct Entry {
    /// Where it leads.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Whether the page belongs to it.
    pub is_here: bool,
}

/// What stands around the content of every page. Each page's template has one as `frame`.
pub struct Frame {
    /// The title.
    pub title: String,
    /// The language.
    pub lang: Lang,
    /// `light`, `dark`, or empty for what the browser prefers.
    pub theme: &'static str,
    /// The menu; empty while nobody is signed in.
    pub menu: Vec<Entry>,
    /// Who is signed in, in words.
    pub who: Option<String>,
    /// What forms of this session carry.
    pub proof: String,
    /// The path and query of the page, to come back to.
    pub here: String,
    /// The operation that the page before this one carried out, to be reported.
    pub done: Option<&'static str>,
}

/// The menu: path, text in both languages, for whom.
const MENU: &[(&str, &str, &str, For)] = &[
    ("/console/overview", "Overview", "概览", For::Accounts),
    ("/console/accounts", "Accounts", "账号", For::Operator),
    ("/console/findings", "Findings", "风险项", For::Accounts),
    ("/console/what-if", "What if", "假设分析", For::Accounts),
    ("/console/users", "Users", "用户", For::Accounts),
    ("/console/groups", "Groups", "用户组", For::Accounts),
    ("/console/policies", "Policies", "权限策略", For::Accounts),
    ("/console/roles", "Roles", "角色", For::Accounts),
    ("/console/root", "Root", "主账号", For::Accounts),
    ("/console/settings", "Settings", "设置", For::Accounts),
    ("/console/explorer", "API explorer", "API 调试", For::Everybody),
    ("/console/errors", "Error centre", "错误中心", For::Everybody),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    Accounts,
    Operator,
    Everybody,
}

impl Frame {
    /// Around a page that answers `visit`.
    pub fn new(visit: &Visit<'_>, title: &str) -> Self {
        let signed_in = visit.signed_in.as_ref().filter(|one| one.stage == ConsoleStage::Done);
        let path = visit.request.path.as_str();
        let menu = signed_in.map(|signed_in| {
            let is_operator = signed_in.caller.is_operator();
            let seen = |audience| match audience {
                For::Everybody => true,
                For::Operator => is_operator,
                For::Accounts => !is_operator,
            };
            let entries = MENU.iter().filter(|(.., audience)| seen(*audience));
            let entry = |&(to, en, zh, _): &(&'static str, &'static str, &'static str, For)| {
                let is_here = path == to || path.strip_prefix(to).is_some_and(|rest| rest.starts_with('/'));
                Entry { path: to, text: visit.lang.t(en, zh), is_here }
            };
            entries.map(entry).collect()
        });
        let done = visit.query.get("done");
        Self {
            title: title.to_owned(),
            lang: visit.lang,
            theme: match visit.request.cookie(THEME) {
                Some("light") => "light",
                Some("dark") => "dark",
                _ => "",
            },
            menu: menu.unwrap_or_default(),
            who: signed_in
                .map(|signed_in| who(visit.lang, signed_in.caller.identity(), signed_in.caller.account())),
            proof: visit.proof(),
            here: here(visit),
            // Only a name from the list is ever repeated.
            done: ops::OPERATIONS.iter().map(|one| one.api().action).find(|action| *action == done),
        }
    }

    /// The text in the page's language.
    pub fn t<'t>(&self, en: &'t str, zh: &'t str) -> &'t str {
        self.lang.t(en, zh)
    }

    /// The address of an asset.
    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }
}

/// Where the page can be got again. What a form was sent to may have no page of its own; then it is of the one above.
fn here(visit: &Visit<'_>) -> String {
    let request = visit.request;
    if request.method == Method::GET && !request.query.is_empty() {
        return format!("{}?{}", request.path, request.query);
    }
    let mut path = request.path.as_str();
    while request.method == Method::POST && !visit.console.has_page(path) {
        path = path.rsplit_once('/').map_or(super::ROOT, |(above, _)| above);
        if path.len() <= super::ROOT.len() {
            return super::ROOT.to_owned();
        }
    }
    path.to_owned()
}

fn who(lang: Lang, identity: Identity<'_>, account: ramward_domain::ids::AccountId) -> String {
    match identity {
        Identity::User { name, .. } => format!("{name} @ {account}"),
        Identity::Operator => lang.t("operator", "运维者").to_owned(),
        Identity::Root | Identity::AssumedRole(_) | Identity::Anonymous => {
            format!("{} @ {account}", lang.t("root", "主账号"))
        }
    }
}
