//! The real server is killed over and over while clients write. Nothing acknowledged may be missing, nothing may be
//! half-written, the stored report must equal a recount, and no request may be accepted twice.

use std::collections::HashMap;
use std::io::Write;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};

use ramward_domain::identity::access_key::Status;
use ramward_domain::identity::user::UserName;
use ramward_domain::ids::{AccessKeyId, AccountId};
use ramward_domain::store::seal::SealKey;
use ramward_domain::store::tables::{access_keys, users};
use ramward_domain::store::verify::verify;
use ramward_domain::store::{Store, StoreError, StoreOptions, StoreUrl, Tx};
use ramward_domain::time::{Clock, SystemClock};

use crate::door::{Key, Place, Reply, Server, signed, signed_at};

const ACCOUNT: &str = "1234567890123456";
const SERVERS: u64 = 4;
const KILLS_EACH: u64 = 25;
const WRITERS: u64 = 6;
/// Stamps so far ahead that the replay ceiling does not cover them: such requests are taken at once after a kill, and
/// their nonces must have been written down.
const AHEAD_SECONDS: i64 = 60;

/// A process that is just being started holds copies of this process's files for a moment, the lock of a store that is
/// being checked among them.
static NO_START_DURING_A_CHECK: Mutex<()> = Mutex::new(());

/// What a server has acknowledged.
#[derive(Default)]
struct Acknowledged {
    /// Users by name, and whether they are still there.
    users: HashMap<String, bool>,
    /// Keys by id, with their status; `None` if deleted.
    keys: HashMap<String, Option<Status>>,
    /// Requests that were accepted, as bytes.
    accepted: Vec<Vec<u8>>,
}

/// One acknowledged step, as a writer tells of it.
enum Step {
    User(String, bool),
    Key(String, Option<Status>),
    Accepted(Vec<u8>),
}

#[test]
fn every_acknowledged_write_survives_a_hundred_kills() {
    std::thread::scope(|scope| {
        for seed in 0..SERVERS {
            scope.spawn(move || kill_again_and_again(seed));
        }
    });
}

fn kill_again_and_again(seed: u64) {
    let place = Place::new();
    let root = Key { id: "testid".into(), secret: "testsecret".into() };
    let mut acknowledged = Acknowledged::default();
    let mut dice = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    for round in 0..KILLS_EACH {
        let mut serve = place.serve(&["--quota-users", "1000000"]);
        serve
            .env("RAMWARD_ACCOUNT_ID", ACCOUNT)
            .env("RAMWARD_ROOT_ACCESS_KEY_ID", &root.id)
            .env("RAMWARD_ROOT_ACCESS_KEY_SECRET", &root.secret);
        let mut server = {
            let _no_check = NO_START_DURING_A_CHECK.lock().unwrap_or_else(PoisonError::into_inner);
            Server::started(serve)
        };
        refuse_replays(&server, &acknowledged.accepted);
        acknowledged.accepted.clear();
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let fatal = 1 + (dice >> 33) % 90;
        write_until_killed(&mut server, &root, round, fatal, &mut acknowledged);
        // Every other time the next server is the first to open what the killed one left.
        if round % 2 == 0 {
            check(&place, &acknowledged);
        }
    }
    check(&place, &acknowledged);
    let users = acknowledged.users.len() as u64;
    assert!(users > 2 * KILLS_EACH, "only {users} users were made: the writers hardly wrote");
}

#[test]
fn a_clean_restart_forgets_no_nonce() {
    let place = Place::new();
    let server = place.start(&[]);
    let root = server.root();
    let ahead = SystemClock.now().plus_seconds(AHEAD_SECONDS);
    let accepted = [
        signed(server.address(), &root, "GetAccountSecurityPracticeReport", &[]),
        signed_at(ahead, server.address(), &root, "GetAccountSummary", &[]),
    ];
    for bytes in &accepted {
        server.send(bytes).ok();
    }
    server.stop();
    let server = place.start(&[]);
    for bytes in &accepted {
        assert_eq!(server.send(bytes).refusal(), (400, "SignatureNonceUsed".to_owned()));
    }
    server.call(&root, "GetAccountSecurityPracticeReport", &[]).ok();
}

/// Lets writers write until `fatal` steps are acknowledged, then kills the server under them.
fn write_until_killed(
    server: &mut Server,
    root: &Key,
    round: u64,
    fatal: u64,
    acknowledged: &mut Acknowledged,
) {
    let (told, steps) = channel();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let told = told.clone();
            let mut socket = server.connect();
            let address = server.address();
            let root = root.clone();
            scope.spawn(move || {
                let mut call = |action: &str, params: &[(&str, &str)]| -> Option<serde_json::Value> {
                    let time = SystemClock.now().plus_seconds(AHEAD_SECONDS);
                    let bytes = signed_at(time, address, &root, action, params);
                    socket.write_all(&bytes).ok()?;
                    let reply = Reply::try_read(&mut socket).ok()?;
                    let body = reply.ok();
                    told.send(Step::Accepted(bytes)).ok()?;
                    Some(body)
                };
                let mut number = 0;
                while write_one(&mut call, &told, &format!("u{round}-{writer}-{number}"), number).is_some() {
                    number += 1;
                }
            });
        }
        drop(told);
        // One request with a stamp of now, as clients send them; right after a kill it may be told to come back.
        let now = signed(server.address(), root, "GetAccountSecurityPracticeReport", &[]);
        if server.send(&now).status == 200 {
            acknowledged.accepted.push(now);
        }
        for (number, step) in steps.iter().enumerate() {
            if number as u64 == fatal {
                server.kill();
            }
            match step {
                Step::User(name, there) => drop(acknowledged.users.insert(name, there)),
                Step::Key(id, status) => drop(acknowledged.keys.insert(id, status)),
                Step::Accepted(bytes) => acknowledged.accepted.push(bytes),
            }
        }
    });
}

/// A user with a key; some keys are switched off, some deleted, and some users with them.
fn write_one(
    call: &mut impl FnMut(&str, &[(&str, &str)]) -> Option<serde_json::Value>,
    told: &Sender<Step>,
    name: &str,
    number: u64,
) -> Option<()> {
    let upn = format!("{name}@{ACCOUNT}.onaliyun.com");
    let of_user = ("UserPrincipalName", upn.as_str());
    call("CreateUser", &[of_user, ("DisplayName", name)])?;
    told.send(Step::User(name.to_owned(), true)).ok()?;
    let made = call("CreateAccessKey", &[of_user])?;
    let id = made["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned();
    let of_key = ("UserAccessKeyId", id.as_str());
    told.send(Step::Key(id.clone(), Some(Status::Active))).ok()?;
    if number % 3 == 1 {
        // Until it is answered, either status may be found.
        told.send(Step::Key(id.clone(), None)).ok()?;
        call("UpdateAccessKey", &[of_user, of_key, ("Status", "Inactive")])?;
        told.send(Step::Key(id.clone(), Some(Status::Inactive))).ok()?;
    }
    if number % 3 == 2 {
        told.send(Step::Key(id.clone(), None)).ok()?;
        call("DeleteAccessKey", &[of_user, of_key])?;
        told.send(Step::User(name.to_owned(), false)).ok()?;
        call("DeleteUser", &[of_user])?;
    }
    Some(())
}

fn refuse_replays(server: &Server, accepted: &[Vec<u8>]) {
    for bytes in accepted {
        let reply = server.send(bytes);
        let (_, code) = reply.refusal();
        assert!(
            matches!(code.as_str(), "SignatureNonceUsed" | "ServiceUnavailable"),
            "a request was taken twice: {code} {}",
            String::from_utf8_lossy(bytes)
        );
    }
}

/// What the store holds, against what was acknowledged.
fn check(place: &Place, acknowledged: &Acknowledged) {
    let _no_start = NO_START_DURING_A_CHECK.lock().unwrap_or_else(PoisonError::into_inner);
    let data = place.data();
    let seal = SealKey::find_in_file(&data.join("seal.key")).unwrap().unwrap();
    let options = StoreOptions::new(StoreUrl::Sqlite(data.join("ramward.db")), seal);
    let store = Store::open(&options).unwrap();
    let account: AccountId = ACCOUNT.parse().unwrap();
    store
        .read(|tx| -> Result<(), StoreError> {
            for (name, there) in acknowledged.users.iter().filter(|(_, there)| **there) {
                let found = users::find_by_name(tx, account, &UserName::parse(name).unwrap())?;
                assert_eq!(found.is_some(), *there, "user {name}");
            }
            for (id, status) in &acknowledged.keys {
                let Some(status) = status else { continue };
                let found = access_keys::find_by_id(tx, &id.parse::<AccessKeyId>().unwrap())?;
                assert_eq!(found.map(|key| key.status), Some(*status), "key {id}");
            }
            every_key_is_whole(tx, account)?;
            assert_eq!(verify(tx, account)?, Vec::new());
            Ok(())
        })
        .unwrap();
}

fn every_key_is_whole(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    for key in access_keys::list_by_account(tx, account, None, usize::MAX)? {
        let owner = access_keys::find_owner(tx, &key.access_key_id)?;
        assert_eq!(owner, Some((account, key.user_id)), "{:?}", key.access_key_id);
        if !key.user_id.is_root() {
            assert!(
                users::find(tx, account, key.user_id)?.is_some(),
                "a key of nobody: {:?}",
                key.access_key_id
            );
        }
        assert!(key.sealed_secret.is_some());
    }
    Ok(())
}
