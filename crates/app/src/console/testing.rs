//! A console in a test: a service in memory with a clock that stands still, visitors with a session, no socket. When it
//! goes, the stored report must equal the recomputed one.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use bytes::Bytes;
use http::header::{COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Method};
use ramward_domain::authn::Origin;
use ramward_domain::entropy::SeededEntropy;
use ramward_domain::identity::login_profile::HashCost;
use ramward_domain::identity::totp::Seed;
use ramward_domain::service::Service;
use ramward_domain::service::console::SignedIn;
use ramward_domain::service::first_start::{NewKey, Wishes};
use ramward_domain::settings::Settings;
use ramward_domain::store::Store;
use ramward_domain::store::seal::SealKey;
use ramward_domain::store::verify::verify;
use ramward_domain::time::{Clock, TestClock, Timestamp};
use ramward_rpc::api::Product;
use ramward_rpc::sign::Secret;
use serde_json::Value;

use super::answer::PageAnswer;
use super::calls::{Calls, Refusal};
use super::request::{PageRequest, SESSION};
use super::visit::Visit;
use super::{Console, proof};

/// The account of every test.
pub const ACCOUNT: &str = "1234567890123456";

const HERE: &str = "127.0.0.1:8686";

/// A console in front of a service.
pub struct Desk {
    /// The console.
    pub console: Console,
    /// The clock of everything; begins at 2025-06-15T12:00:00Z.
    pub clock: Arc<TestClock>,
    /// The root AccessKey.
    pub root: NewKey,
    /// The operator's AccessKey.
    pub operator: NewKey,
}

/// Somebody who is signed in.
pub struct Visitor {
    token: String,
}

impl Desk {
    /// A console in front of a fresh service.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// The same with other settings.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings {
            workers: 1,
            hash_cost: HashCost::CHEAPEST,
            virtual_clock: true,
            fault_injection: true,
            ..Settings::default()
        };
        change(&mut settings);
        let clock = Arc::new(TestClock::new(Timestamp::parse("2025-06-15T12:00:00Z").unwrap()));
        let entropy = Arc::new(SeededEntropy::new(1));
        let seal = SealKey::generate(&*entropy);
        let store = Store::temporary(seal.clone()).unwrap();
        let service = Service::open(store, seal, settings, clock.clone(), entropy).unwrap();
        let wishes = Wishes {
            account_id: Some(ACCOUNT.parse().unwrap()),
            access_key_id: Some("testid".parse().unwrap()),
            access_key_secret: Some(Secret::from("testsecret")),
            root_password: None,
        };
        let first = service.first_start(&wishes).unwrap();
        let (root, operator) = (first.root_key.unwrap(), first.operator_key.unwrap());
        Self { console: Console::new(service), clock, root, operator }
    }

    /// Calls an operation as root; it must succeed.
    pub fn ok(&self, product: Product, action: &str, params: &[(&str, &str)]) -> Value {
        let signed_in = self.signed_in(&self.root);
        let calls =
            Calls { service: self.console.service(), caller: &signed_in.caller, origin: Self::ORIGIN };
        calls.call(product, action, params).unwrap_or_else(|refusal| panic!("{action}: {refusal:?}"))
    }

    /// From where everybody comes.
    pub const ORIGIN: Origin = Origin { peer: IpAddr::V4(Ipv4Addr::LOCALHOST), secure: false, mfa: false };

    /// Whoever has that AccessKey, as the service knows them.
    pub fn signed_in(&self, key: &NewKey) -> SignedIn {
        self.console.service().signed_in(&self.sign_in(key).token).unwrap().unwrap()
    }

    /// Signs in with an AccessKey.
    pub fn sign_in(&self, key: &NewKey) -> Visitor {
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let begun = self
            .console
            .service()
            .sign_in_with_key(key.access_key_id.as_str(), &key.access_key_secret, here)
            .unwrap();
        Visitor { token: begun.token }
    }

    /// A RAM user of that name with a password; its logon name.
    pub fn user(&self, name: &str, password: &str) -> String {
        let upn = format!("{name}@{ACCOUNT}.onaliyun.com");
        self.ok(Product::Ims, "CreateUser", &[("UserPrincipalName", &upn), ("DisplayName", name)]);
        let profile = [("UserPrincipalName", &*upn), ("Password", password)];
        self.ok(Product::Ims, "CreateLoginProfile", &profile);
        upn
    }

    /// The code that a device with this seed (Base32) showed last, and the one it shows now.
    pub fn codes(&self, seed: &str) -> (String, String) {
        let bytes = data_encoding::BASE32_NOPAD.decode(seed.as_bytes()).unwrap();
        let seed = Seed::from_bytes(&bytes).unwrap();
        let now = self.clock.now();
        (seed.code_at(now.plus_seconds(-30)).expose(), seed.code_at(now).expose())
    }

    /// Signs in with a password, as a browser does; whoever answers to what the answer's cookie says.
    pub fn sign_in_with_password(&self, name: &str, password: &str) -> Visitor {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("UserName", name), ("Password", password)])
            .finish();
        let answer = self.console.respond(&post("/console/sign-in/password", &form));
        assert_eq!(answer.status(), 303, "{:?}", answer.body());
        Visitor::of_answer(&answer)
    }

    /// Calls an operation as a page of `visitor` does.
    pub fn attempt(
        &self,
        visitor: &Visitor,
        product: Product,
        action: &str,
        params: &[(&str, &str)],
    ) -> Result<Value, Refusal> {
        let request = visitor.get("/console");
        let mut visit = Visit::new(&self.console, &request);
        visit.signed_in = self.console.service().signed_in(&visitor.token).unwrap();
        visit.attempt(product, action, params).unwrap()
    }

    /// A RAM user with this policy, or with none; whoever is signed in with its AccessKey.
    pub fn user_who_may(&self, name: &str, policy: Option<(&str, &str)>) -> Visitor {
        let upn = format!("{name}@{ACCOUNT}.onaliyun.com");
        self.ok(Product::Ims, "CreateUser", &[("UserPrincipalName", &upn), ("DisplayName", name)]);
        if let Some((kind, policy)) = policy {
            let params = [("PolicyType", kind), ("PolicyName", policy), ("UserName", name)];
            self.ok(Product::Ram, "AttachPolicyToUser", &params);
        }
        let made = self.ok(Product::Ims, "CreateAccessKey", &[("UserPrincipalName", &upn)]);
        let text = |part: &str| made["AccessKey"][part].as_str().unwrap();
        let (id, secret) = (text("AccessKeyId"), Secret::from(text("AccessKeySecret")));
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let begun = self.console.service().sign_in_with_key(id, &secret, here).unwrap();
        Visitor { token: begun.token }
    }

    /// The page at `path_and_query` as `visitor` sees it; it must be there.
    pub fn page(&self, visitor: &Visitor, path_and_query: &str) -> String {
        let answer = self.console.respond(&visitor.get(path_and_query));
        let text = String::from_utf8(answer.body().to_vec()).unwrap();
        assert_eq!(answer.status(), 200, "{path_and_query}: {text}");
        text
    }

    /// Where a form of `visitor` leads; it must be taken.
    pub fn leads_to(&self, visitor: &Visitor, path: &str, form: &str) -> String {
        let answer = self.console.respond(&visitor.post(path, form));
        assert_eq!(answer.status(), 303, "{path}: {}", String::from_utf8_lossy(answer.body()));
        answer.headers()[LOCATION].to_str().unwrap().to_owned()
    }

    /// The page that says why a form of `visitor` was refused; it must be.
    pub fn refusal(&self, visitor: &Visitor, path: &str, form: &str) -> String {
        let answer = self.console.respond(&visitor.post(path, form));
        let text = String::from_utf8(answer.body().to_vec()).unwrap();
        assert!(answer.status().is_client_error(), "{path}: {} {text}", answer.status());
        assert!(text.contains("role=\"alert\"") && text.contains("RequestId"), "{path}: {text}");
        text
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let store = self.console.service().store();
            let differences = store.read(|tx| verify(tx, ACCOUNT.parse().unwrap())).unwrap();
            assert!(differences.is_empty(), "stored report differs from the recomputed one: {differences:?}");
        }
    }
}

impl Visitor {
    /// Whoever has the cookie that an answer sets.
    pub fn of_answer(answer: &PageAnswer) -> Self {
        let cookies = answer.headers().get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
        let prefix = format!("{SESSION}=");
        let set = cookies.filter_map(|text| text.strip_prefix(&prefix)).next().expect("a session begins");
        Self { token: set.split(';').next().unwrap_or_default().to_owned() }
    }

    /// The token of the session.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A request of this visitor for a page.
    pub fn get(&self, path_and_query: &str) -> PageRequest {
        self.with_cookie(get(path_and_query))
    }

    /// A form of this visitor, as a page of the console sends it.
    pub fn post(&self, path: &str, form: &str) -> PageRequest {
        let proof = proof::of_session(&self.token);
        self.with_cookie(post(path, &format!("{}={proof}&{form}", proof::FIELD)))
    }

    fn with_cookie(&self, mut request: PageRequest) -> PageRequest {
        request.headers.insert(COOKIE, format!("{SESSION}={}", self.token).parse().unwrap());
        request
    }
}

/// A request of somebody unknown for a page.
pub fn get(path_and_query: &str) -> PageRequest {
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    PageRequest {
        method: Method::GET,
        path: path.to_owned(),
        query: query.to_owned(),
        headers: HeaderMap::from_iter([(HOST, HERE.parse().unwrap())]),
        body: Bytes::new(),
        peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        secure: false,
    }
}

/// A form of somebody unknown.
pub fn post(path: &str, form: &str) -> PageRequest {
    let mut request = get(path);
    request.method = Method::POST;
    request.headers.insert(ORIGIN, format!("http://{HERE}").parse().unwrap());
    request.body = Bytes::from(form.to_owned());
    request
}
