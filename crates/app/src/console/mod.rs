//! The console: pages for people, served by the program itself under `/console`. Every page is made here, whole, from
//! answers of the same operations that clients call, as whoever is signed in; there is no second way to the data. Blocking,
//! so the gateway runs it on a thread that may wait. Knows no socket.
//!
//! To add a page: one file (or folder) with a handler and a template, one row in `pages::PAGES`.

pub mod account;
pub mod accounts;
pub mod answer;
pub mod assets;
pub mod calls;
pub mod change;
pub mod check_text;
pub mod effect;
pub mod errors;
pub mod explorer;
pub mod field;
pub mod findings;
pub mod form;
pub mod frame;
pub mod groups;
pub mod known;
pub mod lang;
pub mod links;
pub mod overview;
pub mod pages;
pub mod parts;
pub mod policies;
pub mod preferences;
pub mod proof;
pub mod repairs;
pub mod request;
pub mod roles;
pub mod root;
pub mod settings;
pub mod shown_call;
pub mod sign_in;
#[cfg(test)]
pub mod testing;
pub mod trouble;
pub mod users;
pub mod visit;
pub mod what_if;
pub mod when;
pub mod whose;

use std::collections::BTreeMap;

use http::Method;
use matchit::Router;
use ramward_domain::service::Service;
use ramward_domain::service::console::{ConsoleStage, SignedIn};

use self::answer::PageAnswer;
use self::pages::{Needs, PAGES, Page};
use self::request::PageRequest;
use self::trouble::Trouble;
use self::visit::Visit;

/// Where the console begins.
pub const ROOT: &str = "/console";

/// The console of a server; cheap to share, holds no state of its own.
pub struct Console {
    service: Service,
    routes: Router<Vec<&'static Page>>,
}

impl Console {
    /// The console in front of `service`.
    pub fn new(service: Service) -> Self {
        let mut by_path: BTreeMap<_, Vec<&'static Page>> = BTreeMap::new();
        for page in PAGES {
            by_path.entry(page.path).or_default().push(page);
        }
        let mut routes = Router::new();
        for (path, pages) in by_path {
            routes.insert(path, pages).expect("a test holds the paths against each other");
        }
        Self { service, routes }
    }

    /// The service behind it.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Whether a page can be got at `path`.
    pub fn has_page(&self, path: &str) -> bool {
        self.routes.at(path).is_ok_and(|found| found.value.iter().any(|page| page.method == Method::GET))
    }

    /// Answers a request for a page.
    pub fn respond(&self, request: &PageRequest) -> PageAnswer {
        let mut visit = Visit::new(self, request);
        let outcome = self.run(&mut visit);
        answer::guarded(outcome.unwrap_or_else(|trouble| trouble.page(&visit)))
    }

    fn run(&self, visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
        visit.signed_in = self.signed_in(visit.request)?;
        let path = visit.request.path.trim_end_matches('/');
        let found = self.routes.at(path).map_err(|_| Trouble::NotFound)?;
        let method =
            if visit.request.method == Method::HEAD { Method::GET } else { visit.request.method.clone() };
        let page = found.value.iter().find(|page| page.method == method).ok_or(Trouble::WrongMethod)?;
        visit.path = found.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        if method == Method::POST {
            proof::check_origin(visit.request)?;
        }
        let wanted = match page.needs {
            Needs::Nothing => None,
            Needs::SignIn => Some(ConsoleStage::Done),
            Needs::Stage(stage) => Some(stage),
        };
        if let Some(wanted) = wanted {
            match visit.signed_in.as_ref().map(|signed_in| signed_in.stage) {
                Some(stage) if stage == wanted => {}
                Some(stage) => return Ok(sign_in::on_to(visit, stage)),
                None => return Ok(sign_in::first(visit)),
            }
            if method == Method::POST {
                visit.check_proof()?;
            }
        }
        (page.run)(visit)
    }

    fn signed_in(&self, request: &PageRequest) -> Result<Option<SignedIn>, Trouble> {
        let Some(token) = request.cookie(request::SESSION) else { return Ok(None) };
        Ok(self.service.signed_in(token)?)
    }
}
