//! One request for a page with what its handler needs: who is signed in, the language, what was sent, and the way to the
//! operations. Knows no page.

use ramward_domain::authn::{Identity, Origin};
use ramward_domain::service::console::SignedIn;
use ramward_rpc::api::Product;
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::Console;
use super::calls::{Calls, Refusal};
use super::form::Form;
use super::frame::Frame;
use super::lang::Lang;
use super::proof;
use super::request::{PageRequest, SESSION};
use super::trouble::Trouble;

/// One request for a page.
pub struct Visit<'a> {
    /// The console.
    pub console: &'a Console,
    /// The request.
    pub request: &'a PageRequest,
    /// The parts of the path that the page's row names.
    pub path: Vec<(String, String)>,
    /// The query.
    pub query: Form,
    /// The body, where a form was sent.
    pub form: Form,
    /// The language.
    pub lang: Lang,
    /// Who is signed in, or on the way to it.
    pub signed_in: Option<SignedIn>,
}

impl<'a> Visit<'a> {
    /// A request that nobody looked at yet.
    pub fn new(console: &'a Console, request: &'a PageRequest) -> Self {
        Self {
            console,
            request,
            path: Vec::new(),
            query: Form::parse(request.query.as_bytes()),
            form: Form::parse(&request.body),
            lang: Lang::of(request),
            signed_in: None,
        }
    }

    /// A named part of the path, decoded; empty if the page's row has none of that name.
    pub fn path_value(&self, name: &str) -> String {
        let found = self.path.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value);
        // A part of a path is written like a value of a form, but for `+`, which stands for itself.
        let text = found.replace('+', "%2B");
        form_urlencoded::parse(text.as_bytes())
            .next()
            .map_or_else(String::new, |(value, _)| value.into_owned())
    }

    /// How the request reached the server, as policies may ask for it.
    pub fn origin(&self) -> Origin {
        let mfa = self.signed_in.as_ref().is_some_and(|signed_in| signed_in.mfa);
        Origin { peer: self.request.peer, secure: self.request.secure, mfa }
    }

    /// The public address, where the browser used that to get here.
    fn public_url(&self) -> Option<&str> {
        let url = self.console.service().settings().public_url.as_deref()?;
        let (_, host) = url.split_once("://")?;
        host.eq_ignore_ascii_case(self.request.host()).then_some(url)
    }

    /// Whether the browser speaks TLS, to this server or to a proxy in front of it.
    pub fn is_over_tls(&self) -> bool {
        self.request.secure || self.public_url().is_some_and(|url| url.starts_with("https://"))
    }

    /// The address at which the browser reached this server, such as `http://127.0.0.1:8686`.
    pub fn endpoint(&self) -> String {
        let scheme = if self.is_over_tls() { "https" } else { "http" };
        format!("{scheme}://{}", self.request.host())
    }

    /// The name with which whoever is signed in would sign in with a password; empty for nobody and for the operator.
    pub fn sign_in_name(&self) -> String {
        let Some(caller) = self.signed_in.as_ref().map(|signed_in| &signed_in.caller) else {
            return String::new();
        };
        let account = caller.account();
        match caller.identity() {
            // Every account keeps the domain that it began with.
            Identity::User { name, .. } => format!("{name}@{account}.onaliyun.com"),
            Identity::Root => account.to_string(),
            Identity::Operator | Identity::AssumedRole(_) | Identity::Anonymous => String::new(),
        }
    }

    /// The way to the operations, as whoever is signed in.
    ///
    /// # Errors
    /// If nobody is, which the rows of the pages rule out where this is used.
    pub fn calls(&self) -> Result<Calls<'_>, Trouble> {
        let signed_in = self.signed_in.as_ref().ok_or(Trouble::Stale)?;
        let caller = &signed_in.caller;
        Ok(Calls { service: self.console.service(), caller, origin: self.origin() })
    }

    /// Calls an operation as whoever is signed in. A refusal becomes a page with `?`.
    ///
    /// # Errors
    /// The refusal.
    pub fn call(&self, product: Product, action: &str, params: &[(&str, &str)]) -> Result<Value, Trouble> {
        Ok(self.calls()?.call(product, action, params)?)
    }

    /// The same where the page goes on without the answer.
    ///
    /// # Errors
    /// As [`Visit::calls`].
    pub fn attempt(
        &self,
        product: Product,
        action: &str,
        params: &[(&str, &str)],
    ) -> Result<Result<Value, Refusal>, Trouble> {
        Ok(self.calls()?.call(product, action, params))
    }

    /// What forms of this session carry.
    pub fn proof(&self) -> String {
        self.request.cookie(SESSION).map(proof::of_session).unwrap_or_default()
    }

    /// Refuses a form that is not of this session.
    ///
    /// # Errors
    /// [`Trouble::Stale`].
    pub fn check_proof(&self) -> Result<(), Trouble> {
        let (given, known) = (self.form.get(proof::FIELD), self.proof());
        let is_equal: bool = given.as_bytes().ct_eq(known.as_bytes()).into();
        if is_equal && !known.is_empty() { Ok(()) } else { Err(Trouble::Stale) }
    }

    /// What stands around the content of every page.
    pub fn frame(&self, title: &str) -> Frame {
        Frame::new(self, title)
    }
}
