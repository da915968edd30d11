//! The order of refusals (decision record 0004) as a table: every defect alone, and every pair of stages together, under
//! both signature generations. Of two defects the one of the earlier stage must answer.

use std::fmt::Write;

use http::Method;
use ramward_rpc::request::{RequestBuilder, SignedRequest};
use ramward_rpc::sign::{Scheme, Secret};
use serde_json::Value;

use crate::authn::session::RoleSession;
use crate::identity::access_key::Status;
use crate::identity::role::RoleName;
use crate::identity::role_session::RoleSessionName;
use crate::identity::user::{UserName, UserStatus};
use crate::ids::RoleId;
use crate::store::tables::{access_keys, users};
use crate::store::{StoreError, Tx};
use crate::testing::golden::assert_golden;
use crate::testing::{NewKey, TestApp};
use crate::time::Timestamp;

/// A nonce that every key of the test has used already.
const USED_NONCE: &str = "used-before";

/// A request in the making; without a defect it is SetDefaultDomain by root, and succeeds.
struct Draft {
    scheme: Scheme,
    method: Method,
    version: &'static str,
    action: &'static str,
    format: Option<&'static str>,
    key: Who,
    time: String,
    nonce: Option<&'static str>,
    token: Token,
    /// The domain asked for; `None` leaves the mandatory parameter out.
    domain: Option<&'static str>,
    wrong_secret: bool,
    /// What is done to the request after it was signed.
    spoil: Vec<Spoil>,
}

#[derive(Clone, Copy, PartialEq)]
enum Who {
    Root,
    RamUser,
    Inactive,
    Frozen,
    /// A key that was not used for years.
    Idle,
    Unknown,
    /// The session of a role, of which there is no row: its permissions are the last to be asked.
    Session,
    /// A session that is over.
    Ended,
}

/// The security token of a request.
#[derive(Clone, Copy, PartialEq)]
enum Token {
    /// The session's own, or none where the key is no session's.
    Right,
    Absent,
    Garbage,
    OfAnother,
}

/// What is done to a signed request.
#[derive(Clone, Copy)]
enum Spoil {
    /// Text behind the query.
    Append(&'static str),
    /// A thousand parameters behind the query.
    Flood,
    /// Without this: a parameter of RPC 1.0, a header of V3.
    Drop(&'static str, &'static str),
    /// With another value in this: a parameter of RPC 1.0, a header of V3.
    Change(&'static str, &'static str, &'static str),
    /// Without anything that belongs to a signature.
    Anonymous,
    /// The body differs from what was signed (V3 only).
    Body,
}

/// A defect: the stage it belongs to, its name, what makes it. The first of a stage stands for it in the pairs.
type Defect = (u8, &'static str, fn(&mut Draft));

const DEFECTS: &[Defect] = &[
    (1, "method PUT", |draft| draft.method = Method::PUT),
    (2, "a name twice", |draft| draft.spoil.push(Spoil::Append("x=1&x=2"))),
    (2, "not UTF-8", |draft| draft.spoil.push(Spoil::Append("x=%FF"))),
    (2, "1001 parameters", |draft| draft.spoil.push(Spoil::Flood)),
    (3, "no Action", |draft| draft.spoil.push(Spoil::Drop("Action", "x-acs-action"))),
    (4, "no Version", |draft| draft.spoil.push(Spoil::Drop("Version", "x-acs-version"))),
    (5, "unknown Version", |draft| draft.version = "1999-09-09"),
    (6, "unknown Action", |draft| draft.action = "GetNothing"),
    (7, "unknown Format", |draft| draft.format = Some("YAML")),
    (8, "no signature", |draft| draft.spoil.push(Spoil::Anonymous)),
    (8, "no nonce", |draft| draft.spoil.push(Spoil::Drop("SignatureNonce", "x-acs-signature-nonce"))),
    (8, "no time", |draft| draft.spoil.push(Spoil::Drop("Timestamp", "x-acs-date"))),
    (8, "no key id", |draft| draft.spoil.push(Spoil::Change("AccessKeyId", "authorization", ""))),
    (8, "other method", |draft| {
        draft.spoil.push(Spoil::Change("SignatureMethod", "authorization", "ACS3-HMAC-SM3"));
    }),
    (8, "other version or header list", |draft| {
        draft.spoil.push(Spoil::Change("SignatureVersion", "authorization", "2.0"))
    }),
    (8, "no Signature or other body", |draft| draft.spoil.push(Spoil::Body)),
    (9, "time malformed", |draft| draft.time = "yesterday".to_owned()),
    (9, "time with offset", |draft| draft.time = draft.time.replace('Z', "+00:00")),
    (10, "time too old", |draft| draft.move_time("2025-06-15T11:44:59Z")),
    (10, "time too new", |draft| draft.move_time("2025-06-15T12:15:01Z")),
    (11, "unknown key", |draft| draft.key = Who::Unknown),
    (11, "session without token", |draft| draft.be_session(Token::Absent)),
    (11, "session, malformed token", |draft| draft.be_session(Token::Garbage)),
    (11, "session, token of another", |draft| draft.be_session(Token::OfAnother)),
    (12, "inactive key", |draft| draft.instead_of_root(Who::Inactive)),
    (12, "frozen user", |draft| draft.instead_of_root(Who::Frozen)),
    (12, "idle key", |draft| draft.instead_of_root(Who::Idle)),
    (12, "session over", |draft| draft.instead_of_root(Who::Ended)),
    (13, "wrong secret", |draft| draft.wrong_secret = true),
    (13, "changed parameter", |draft| {
        draft.spoil.push(Spoil::Change("DefaultDomainName", "", "mallory.onaliyun.com"));
    }),
    (14, "nonce used", |draft| draft.nonce = Some(USED_NONCE)),
    (15, "security token", |draft| draft.token = Token::Garbage),
    (15, "token of a session", |draft| draft.token = Token::OfAnother),
    (16, "no parameter", |draft| draft.domain = None),
    (16, "bad parameter", |draft| draft.domain = Some("a b")),
    (17, "no permission", |draft| draft.instead_of_root(Who::RamUser)),
    (17, "session, no permission", |draft| draft.instead_of_root(Who::Session)),
    (18, "domain taken", |draft| draft.domain = draft.domain.map(|_| "1111111111111111.onaliyun.com")),
];

impl Draft {
    /// What is no time cannot lie anywhere.
    fn move_time(&mut self, time: &str) {
        if self.time.ends_with('Z') {
            time.clone_into(&mut self.time);
        }
    }

    fn be_session(&mut self, token: Token) {
        self.key = Who::Session;
        self.token = token;
    }

    /// Keys of RAM users lack the permission too; an unknown key is nobody's.
    fn instead_of_root(&mut self, key: Who) {
        if self.key == Who::Root {
            self.key = key;
        }
    }
}

/// The service with a key of each kind.
struct Bench {
    app: TestApp,
    ram_user: NewKey,
    inactive: NewKey,
    frozen: NewKey,
    idle: NewKey,
    session: NewKey,
    ended: NewKey,
    another: NewKey,
    calls: std::cell::Cell<u32>,
}

impl Bench {
    fn new() -> Self {
        let app = TestApp::new();
        let ram_user = app.user_with_key("alice");
        let second = app.ok("CreateAccessKey", &[("UserPrincipalName", &TestApp::upn("alice"))]);
        let inactive = TestApp::key_of(&second);
        let frozen = app.user_with_key("carol");
        let idle = app.user_with_key("dave");
        let [session, ended, another] =
            ["2025-06-15T13:00:00Z", "2025-06-15T12:00:00Z", "2025-06-15T13:00:00Z"].map(|expires| {
                app.session(&RoleSession {
                    role_id: RoleId::new(300_000_000_000_000_001).unwrap(),
                    role_name: RoleName::parse("nobodys").unwrap(),
                    session_name: RoleSessionName::parse("alice").unwrap(),
                    policy: None,
                    source_identity: None,
                    expires: Timestamp::parse(expires).unwrap(),
                })
            });
        let calls = std::cell::Cell::default();
        let bench = Self { app, ram_user, inactive, frozen, idle, session, ended, another, calls };
        let identity = TestApp::request("GetCallerIdentity", &[]);
        for key in [&bench.app.root, &bench.ram_user, &bench.inactive, &bench.frozen] {
            let time = bench.app.wall().to_string();
            let signed = identity.sign(key.access_key_id.as_str(), &key.access_key_secret, &time, USED_NONCE);
            assert_eq!(bench.app.send(&signed).status, 200);
        }
        let inactive = [
            ("UserPrincipalName", TestApp::upn("alice")),
            ("UserAccessKeyId", bench.inactive.access_key_id.to_string()),
            ("Status", "Inactive".to_owned()),
        ];
        let inactive: Vec<(&str, &str)> =
            inactive.iter().map(|(name, value)| (*name, value.as_str())).collect();
        bench.app.ok("UpdateAccessKey", &inactive);
        let account = bench.app.account();
        let freeze = move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
            let mut carol = users::find_by_name(tx, account, &UserName::parse("carol").unwrap())?.unwrap();
            carol.status = UserStatus::Freeze;
            users::update(tx, &carol)
        };
        bench.app.service.store().write(freeze).unwrap();
        let (dave, idle) = (bench.app.user_id("dave"), bench.idle.access_key_id.clone());
        let long_ago = Timestamp::parse("2020-01-01T00:00:00Z").unwrap();
        bench
            .app
            .write(move |tx| access_keys::update_status(tx, account, dave, &idle, Status::Active, long_ago));
        bench
    }

    fn answer(&self, scheme: Scheme, defects: &[Defect]) -> (u16, String) {
        let mut draft = Draft {
            scheme,
            method: Method::POST,
            version: "2019-08-15",
            action: "SetDefaultDomain",
            format: None,
            key: Who::Root,
            time: self.app.wall().to_string(),
            nonce: None,
            token: Token::Right,
            domain: Some("acme.onaliyun.com"),
            wrong_secret: false,
            spoil: Vec::new(),
        };
        for (_, _, make) in defects {
            make(&mut draft);
        }
        let answer = self.app.send(&self.sign(&draft));
        if answer.status == 200 {
            return (200, "-".to_owned());
        }
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(body["HostId"], "ims.aliyuncs.com", "{body}");
        assert_eq!(body["RequestId"], answer.request_id.to_string());
        let code = body["Code"].as_str().unwrap();
        assert!(body["Recommend"].as_str().unwrap().contains(code), "{body}");
        assert!(!body["Message"].as_str().unwrap().is_empty(), "{body}");
        (answer.status, code.to_owned())
    }

    fn sign(&self, draft: &Draft) -> SignedRequest {
        let unknown = NewKey {
            access_key_id: "LTAInobodysKey".parse().unwrap(),
            access_key_secret: Secret::from("secret"),
        };
        let key = match draft.key {
            Who::Root => &self.app.root,
            Who::RamUser => &self.ram_user,
            Who::Inactive => &self.inactive,
            Who::Frozen => &self.frozen,
            Who::Idle => &self.idle,
            Who::Unknown => &unknown,
            Who::Session => &self.session,
            Who::Ended => &self.ended,
        };
        let token = match draft.token {
            Token::Right if matches!(draft.key, Who::Session | Who::Ended) => Some(self.app.token_of(key)),
            Token::Right | Token::Absent => None,
            Token::Garbage => Some("CAISabcd".to_owned()),
            Token::OfAnother => Some(self.app.token_of(&self.another)),
        };
        let mut request = RequestBuilder::new("ims.aliyuncs.com", draft.version, draft.action)
            .scheme(draft.scheme)
            .method(draft.method.clone());
        if let Some(domain) = draft.domain {
            request = request.param("DefaultDomainName", domain);
        }
        if let Some(format) = draft.format {
            request = request.format(format);
        }
        if let Some(token) = token {
            request = request.security_token(token);
        }
        self.calls.set(self.calls.get() + 1);
        let fresh = format!("nonce-{}", self.calls.get());
        let wrong = Secret::from("wrong");
        let secret = if draft.wrong_secret { &wrong } else { &key.access_key_secret };
        let nonce = draft.nonce.unwrap_or(&fresh);
        let mut signed = request.sign(key.access_key_id.as_str(), secret, &draft.time, nonce);
        for spoil in &draft.spoil {
            spoil.apply(draft.scheme, &mut signed);
        }
        signed
    }
}

impl Spoil {
    fn apply(self, scheme: Scheme, signed: &mut SignedRequest) {
        match (self, scheme) {
            (Self::Append(text), _) => append(signed, text),
            (Self::Flood, _) => {
                append(signed, &(0..1000).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&"))
            }
            (Self::Drop(parameter, _), Scheme::RpcV1) => edit(signed, parameter, None),
            (Self::Drop(_, header), Scheme::V3) => signed.headers.retain(|(name, _)| name != header),
            (Self::Change(parameter, _, value), Scheme::RpcV1) => {
                let value = if parameter == "SignatureMethod" { "HMAC-SHA256" } else { value };
                let value = (!value.is_empty()).then_some(value);
                edit(signed, parameter, value);
            }
            (Self::Change(parameter, "", value), Scheme::V3) => edit(signed, parameter, Some(value)),
            (Self::Change(parameter, header, value), Scheme::V3) => {
                let (_, text) = signed.headers.iter_mut().find(|(name, _)| name == header).unwrap();
                *text = match parameter {
                    "AccessKeyId" => text.replace("Credential=", "Nothing="),
                    "SignatureMethod" => text.replace("ACS3-HMAC-SHA256", value),
                    _ => text.replace("SignedHeaders=", "SignedHeaders=X-Upper;"),
                };
            }
            (Self::Anonymous, Scheme::RpcV1) => {
                for parameter in [
                    "AccessKeyId",
                    "Signature",
                    "SignatureMethod",
                    "SignatureVersion",
                    "SignatureNonce",
                    "Timestamp",
                ] {
                    edit(signed, parameter, None);
                }
            }
            // V3 names its operation in headers that are read only beside its Authorization.
            (Self::Anonymous, Scheme::V3) => {
                let (_, text) = signed.headers.iter_mut().find(|(name, _)| name == "authorization").unwrap();
                *text = "ACS3-HMAC-SHA256".to_owned();
            }
            (Self::Body, Scheme::RpcV1) => edit(signed, "Signature", None),
            (Self::Body, Scheme::V3) => signed.body = b"other".to_vec(),
        }
    }
}

fn append(signed: &mut SignedRequest, text: &str) {
    let separator = if signed.path_and_query.contains('?') { '&' } else { '?' };
    signed.path_and_query.push(separator);
    signed.path_and_query.push_str(text);
}

/// Leaves a parameter of the query out, or gives it another value.
fn edit(signed: &mut SignedRequest, parameter: &str, value: Option<&str>) {
    let (path, query) = signed.path_and_query.split_once('?').unwrap_or((&signed.path_and_query, ""));
    let pieces = query.split('&').filter_map(|piece| match piece.split_once('=') {
        Some((name, _)) if name == parameter => value.map(|value| format!("{name}={value}")),
        _ => Some(piece.to_owned()),
    });
    signed.path_and_query = format!("{path}?{}", pieces.collect::<Vec<_>>().join("&"));
}

#[test]
fn the_order_of_refusals() {
    let bench = Bench::new();
    let mut table = String::from(
        "# What refuses a request, alone and in pairs; the number is the stage. Written by service/refusals.rs from real\n\
         # calls; UPDATE=1 rewrites it.\n",
    );
    for scheme in [Scheme::RpcV1, Scheme::V3] {
        let name = scheme.algorithm();
        assert_eq!(bench.answer(scheme, &[]), (200, "-".to_owned()), "{name} without a defect");
        for defect in DEFECTS {
            let (status, code) = bench.answer(scheme, &[*defect]);
            writeln!(table, "{name:17}{:3} {:41}{status} {code}", defect.0, defect.1).unwrap();
        }
        let mut stages: Vec<&Defect> = DEFECTS.iter().collect();
        stages.dedup_by_key(|defect| defect.0);
        for (index, first) in stages.iter().enumerate() {
            let alone = bench.answer(scheme, &[**first]);
            for second in stages.iter().skip(index + 1) {
                let (status, code) = bench.answer(scheme, &[**first, **second]);
                let pair = format!("{} + {} {}", first.1, second.0, second.1);
                writeln!(table, "{name:17}{:3} {pair:41}{status} {code}", first.0).unwrap();
                assert_eq!((status, code), alone, "{name}: {pair}");
            }
        }
    }
    assert_golden("refusals.txt", &table);
}
