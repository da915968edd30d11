//! A whole service in a test: store in memory, a clock that stands still until moved, seeded randomness, calls signed
//! like a client's. When it goes, the stored report must equal the recomputed one.

pub mod device;
pub mod golden;
pub mod named;
pub mod oidc;
pub mod policies;
pub mod roles;
pub mod saml;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use ramward_rpc::api::Product;
use ramward_rpc::error::{Code, Plain};
use ramward_rpc::request::{RequestBuilder, SignedRequest};
use ramward_rpc::sign::{Scheme, Secret};
use serde_json::Value;

use crate::authn::session::{RoleSession, issue};
use crate::entropy::SeededEntropy;
use crate::identity::login_profile::HashCost;
use crate::ids::{AccessKeyId, AccountId};
use crate::ops;
pub use crate::service::first_start::NewKey;
use crate::service::first_start::Wishes;
use crate::service::{Answer, Call, Service};
use crate::settings::Settings;
use crate::store::seal::SealKey;
use crate::store::sqlite::Sqlite;
use crate::store::tables::accounts;
use crate::store::verify::verify;
use crate::store::{Store, StoreError, StoreOptions, StoreUrl, Tx};
use crate::time::{TestClock, Timestamp};

/// The account of every test.
pub const ACCOUNT: &str = "1234567890123456";

impl Default for TestApp {
    fn default() -> Self {
        Self::new()
    }
}

/// The service and what a test needs around it.
pub struct TestApp {
    /// The service.
    pub service: Service,
    /// Its wall clock; the domain clock equals it.
    pub clock: Arc<TestClock>,
    /// The root AccessKey.
    pub root: NewKey,
    /// The operator's AccessKey.
    pub operator: NewKey,
    /// What the service seals with.
    pub seal: SealKey,
    nonces: AtomicU64,
    /// The security tokens of the sessions' keys.
    tokens: Mutex<HashMap<AccessKeyId, String>>,
}

impl TestApp {
    /// A fresh service at 2025-06-15T12:00:00Z.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// The same with its store in a data file, whatever database the tests use: for what only such a store can do.
    pub fn in_a_file() -> Self {
        let open = |seal| {
            let options = StoreOptions::new(StoreUrl::Temporary, seal);
            Store::with_driver(Arc::new(Sqlite::temporary().unwrap()), &options).unwrap()
        };
        Self::on(open, |_| {})
    }

    /// A fresh service with other settings.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::on(|seal| Store::temporary(seal).unwrap(), change)
    }

    /// A fresh service on a store of one's own.
    pub fn on(open: impl FnOnce(SealKey) -> Store, change: impl FnOnce(&mut Settings)) -> Self {
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
        let store = open(seal.clone());
        let service = Service::open(store, seal.clone(), settings, clock.clone(), entropy).unwrap();
        let wishes = Wishes {
            account_id: Some(ACCOUNT.parse().unwrap()),
            access_key_id: Some(AccessKeyId::from_str("testid").unwrap()),
            access_key_secret: Some(Secret::from("testsecret")),
            root_password: None,
        };
        let first = service.first_start(&wishes).unwrap();
        Self {
            service,
            clock,
            root: first.root_key.unwrap(),
            operator: first.operator_key.unwrap(),
            seal,
            nonces: AtomicU64::new(0),
            tokens: Mutex::default(),
        }
    }

    /// Another node on the same data: with the same clock, the same keys to sign with, and nonces of its own.
    pub fn beside(&self, store: Store) -> Self {
        let settings = self.service.settings().clone();
        // Far from those of the nodes before it.
        let first_nonce = self.nonces.load(Ordering::Relaxed) + (1 << 32);
        let entropy = Arc::new(SeededEntropy::new(first_nonce));
        let service = Service::open(store, self.seal.clone(), settings, self.clock.clone(), entropy).unwrap();
        Self {
            service,
            clock: self.clock.clone(),
            root: self.root.clone(),
            operator: self.operator.clone(),
            seal: self.seal.clone(),
            nonces: AtomicU64::new(first_nonce),
            tokens: Mutex::default(),
        }
    }

    /// The account's id.
    pub fn account(&self) -> AccountId {
        ACCOUNT.parse().unwrap()
    }

    /// `name@<account>.onaliyun.com`
    pub fn upn(name: &str) -> String {
        format!("{name}@{ACCOUNT}.onaliyun.com")
    }

    /// An unsigned request for `action`, of the first product in the list that knows it; `Ram:CreateUser` is RAM's.
    pub fn request(action: &str, params: &[(&str, &str)]) -> RequestBuilder {
        let (product, action) = named(action);
        RequestBuilder::new("ims.aliyuncs.com", product.version(), action)
            .params(params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
            .scheme(Scheme::RpcV1)
    }

    /// Signs `request` with `key`, now, with a fresh nonce; with its token where the key is a session's.
    pub fn sign(&self, key: &NewKey, request: &RequestBuilder) -> SignedRequest {
        let nonce = self.next_number().to_string();
        let time = self.wall().to_string();
        let token = self.tokens.lock().unwrap().get(&key.access_key_id).cloned();
        let request = token.map_or_else(|| request.clone(), |token| request.clone().security_token(token));
        request.sign(key.access_key_id.as_str(), &key.access_key_secret, &time, &nonce)
    }

    /// What the wall clock shows; signatures and codes go by it.
    pub fn wall(&self) -> Timestamp {
        crate::time::Clock::now(&*self.clock)
    }

    /// Sends a signed request as the gateway would.
    pub fn send(&self, signed: &SignedRequest) -> Answer {
        self.send_from(IpAddr::V4(Ipv4Addr::LOCALHOST), signed)
    }

    /// The same from another place.
    pub fn send_from(&self, peer: IpAddr, signed: &SignedRequest) -> Answer {
        let (path, query) = signed.path_and_query.split_once('?').unwrap_or((&signed.path_and_query, ""));
        let mut headers = HeaderMap::new();
        for (name, value) in &signed.headers {
            headers.append(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        let answer = self.service.call(&Call {
            method: &signed.method,
            path,
            query,
            headers: &headers,
            body: &signed.body,
            peer,
            secure: false,
        });
        self.service.note(&answer, peer, Duration::ZERO);
        answer
    }

    /// Calls `action` as `key`; status and JSON body without its RequestId, which must be there.
    pub fn call_as(&self, key: &NewKey, action: &str, params: &[(&str, &str)]) -> (u16, Value) {
        let answer = self.send(&self.sign(key, &Self::request(action, params).method(Method::POST)));
        let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
        let id = body.as_object_mut().unwrap().shift_remove("RequestId").unwrap();
        assert_eq!(id, answer.request_id.to_string(), "{action}");
        if let Some(code) = body["Code"].as_str() {
            assert!(
                is_announced(action, code),
                "{action} answers {code}, which its description does not name"
            );
        }
        (answer.status, body)
    }

    /// Calls `action` as root.
    pub fn call(&self, action: &str, params: &[(&str, &str)]) -> (u16, Value) {
        self.call_as(&self.root, action, params)
    }

    /// Calls `action` as root; it must succeed.
    pub fn ok(&self, action: &str, params: &[(&str, &str)]) -> Value {
        let (status, body) = self.call(action, params);
        assert_eq!(status, 200, "{action} {params:?}: {body}");
        body
    }

    /// Calls `action` as root; it must be refused. The code.
    pub fn refused(&self, action: &str, params: &[(&str, &str)]) -> String {
        self.refused_as(&self.root, action, params)
    }

    /// Calls `action` as `key`; it must be refused. The code.
    pub fn refused_as(&self, key: &NewKey, action: &str, params: &[(&str, &str)]) -> String {
        let (status, body) = self.call_as(key, action, params);
        assert_ne!(status, 200, "{action} {params:?}: {body}");
        body["Code"].as_str().unwrap().to_owned()
    }

    /// The answer in XML, as root; RequestId included.
    pub fn xml(&self, action: &str, params: &[(&str, &str)]) -> String {
        let answer = self.send(&self.sign(&self.root, &Self::request(action, params).format("XML")));
        String::from_utf8(answer.body).unwrap()
    }

    /// A RAM user of that name; its principal name.
    pub fn user(&self, name: &str) -> String {
        let upn = Self::upn(name);
        self.ok("CreateUser", &[("UserPrincipalName", &upn), ("DisplayName", name)]);
        upn
    }

    /// The id of the RAM user of that name, as answers show it.
    pub fn shown_id(&self, name: &str) -> String {
        let found = self.ok("GetUser", &[("UserPrincipalName", &Self::upn(name))]);
        found["User"]["UserId"].as_str().unwrap().to_owned()
    }

    /// A RAM user of that name with an AccessKey.
    pub fn user_with_key(&self, name: &str) -> NewKey {
        let upn = self.user(name);
        let made = self.ok("CreateAccessKey", &[("UserPrincipalName", &upn)]);
        Self::key_of(&made)
    }

    /// The AccessKey pair in an answer of CreateAccessKey.
    pub fn key_of(made: &Value) -> NewKey {
        NewKey {
            access_key_id: made["AccessKey"]["AccessKeyId"].as_str().unwrap().parse().unwrap(),
            access_key_secret: Secret::from(made["AccessKey"]["AccessKeySecret"].as_str().unwrap()),
        }
    }
}

impl TestApp {
    /// The key of a session of a role of the test's account, whether there is such a role or not.
    pub fn session(&self, session: &RoleSession) -> NewKey {
        let issued = issue(self.account(), session, &self.seal, &SeededEntropy::new(self.next_number()));
        self.remember(issued.access_key_id, issued.access_key_secret, issued.security_token)
    }

    /// The key of the session that an answer of AssumeRole, or of one of its kin, tells.
    pub fn session_of(&self, made: &Value) -> NewKey {
        let text = |name: &str| made["Credentials"][name].as_str().unwrap().to_owned();
        let secret = Secret::from(text("AccessKeySecret"));
        self.remember(text("AccessKeyId").parse().unwrap(), secret, text("SecurityToken"))
    }

    /// The security token that goes with a session's key.
    pub fn token_of(&self, key: &NewKey) -> String {
        self.tokens.lock().unwrap().get(&key.access_key_id).unwrap().clone()
    }

    /// An OIDC identity provider `https://<name>.example.com` without keys.
    pub fn oidc_provider(&self, name: &str, client_ids: &str) {
        let issuer = format!("https://{name}.example.com");
        let params = [("OIDCProviderName", name), ("IssuerUrl", &issuer), ("ClientIds", client_ids)];
        self.ok("CreateOIDCProvider", &params);
    }

    /// Calls `action` without any signature, as a client without an AccessKey does; status and JSON body.
    pub fn call_unsigned(&self, action: &str, params: &[(&str, &str)]) -> (u16, Value) {
        let mut signed = self.sign(&self.root, &Self::request(action, params));
        let (path, query) = signed.path_and_query.split_once('?').unwrap();
        let kept = query.split('&').filter(|pair| {
            !["AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion"]
                .contains(&pair.split('=').next().unwrap())
        });
        signed.path_and_query = format!("{path}?{}", kept.collect::<Vec<_>>().join("&"));
        let answer = self.send(&signed);
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        if let Some(code) = body["Code"].as_str() {
            assert!(
                is_announced(action, code),
                "{action} answers {code}, which its description does not name"
            );
        }
        (answer.status, body)
    }

    fn remember(&self, access_key_id: AccessKeyId, access_key_secret: Secret, token: String) -> NewKey {
        self.tokens.lock().unwrap().insert(access_key_id.clone(), token);
        NewKey { access_key_id, access_key_secret }
    }

    fn next_number(&self) -> u64 {
        self.nonces.fetch_add(1, Ordering::Relaxed)
    }

    /// Gives the account another password policy; JSON, what is left out is the default.
    pub fn password_policy(&self, json: &str) {
        let (account, policy) = (self.account(), serde_json::from_str(json).unwrap());
        self.write(move |tx| accounts::update_password_policy(tx, account, &policy));
    }

    /// Gives the account another security preference; JSON, what is left out is the default.
    pub fn security_preference(&self, json: &str) {
        let (account, preference) = (self.account(), serde_json::from_str(json).unwrap());
        self.write(move |tx| accounts::update_security_preference(tx, account, &preference));
    }

    /// Writes rows that no operation writes.
    pub fn write(&self, work: impl FnMut(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static) {
        self.service.store().write(work).unwrap();
    }
}

/// The same with `…` in place of every member of these names: for values that differ from run to run.
pub fn masked(mut value: Value, names: &[&str]) -> Value {
    match &mut value {
        Value::Object(members) => {
            for (name, member) in members {
                let hidden = names.contains(&name.as_str());
                *member = if hidden { "…".into() } else { masked(member.take(), names) };
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = masked(item.take(), names)),
        _ => {}
    }
    value
}

/// The operation that a test names: with its product and a ':' where several have one of that name.
pub fn named(action: &str) -> (Product, &str) {
    match action.split_once(':') {
        Some((name, action)) => {
            let product = Product::ALL.into_iter().find(|product| product.name() == name);
            (product.unwrap_or_else(|| panic!("{name} is no product")), action)
        }
        None => {
            let operation = ops::OPERATIONS.iter().find(|operation| operation.api().action == action);
            (operation.map_or(Product::Ims, |operation| operation.api().product), action)
        }
    }
}

/// Whether `code` is one that every call can get, one of a parameter's rules, or one that the operation names.
fn is_announced(action: &str, code: &str) -> bool {
    let of_a_parameter = code.starts_with("InvalidParameter.") || code.starts_with("Missing");
    let of_every_call = Plain::ALL
        .iter()
        .any(|plain| *plain != Plain::CheckAuthenticationCodeFail && Code::Plain(*plain).to_string() == code);
    let (product, action) = named(action);
    let operation = ops::OPERATIONS
        .iter()
        .find(|operation| (operation.api().product, operation.api().action) == (product, action));
    of_a_parameter
        || of_every_call
        || operation.is_none_or(|operation| operation.api().errors.contains(&code))
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let differences = match self.service.store().read(|tx| verify(tx, self.account())) {
            // Only others can tell.
            Err(StoreError::NewerSchema { .. }) => return,
            looked => looked.unwrap(),
        };
        assert!(differences.is_empty(), "stored report differs from the recomputed one: {differences:?}");
    }
}
