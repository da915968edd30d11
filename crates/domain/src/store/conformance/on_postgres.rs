//! What only PostgreSQL can meet: strangers, several nodes, connections that are cut. Without a database for tests there is
//! nothing here to look at, and each test ends at once.

use std::sync::{Arc, Mutex};

use super::fixtures::*;
use crate::identity::label::Label;
use crate::ids::AccountId;
use crate::store::connection::{Connection, Driver, Role};
use crate::store::postgres::testing::{TestSchema, database};
use crate::store::postgres::{Nodes, Postgres};
use crate::store::sqlite::Sqlite;
use crate::store::tables::{access_keys, accounts, server, users};
use crate::store::{Effect, Staged, Store, StoreError, StoreOptions, StoreUrl, refusal};

/// A schema of its own, where there is a database for tests.
pub(super) fn schema(nodes: Nodes) -> Option<Arc<TestSchema>> {
    Some(Arc::new(TestSchema::create(&database()?, nodes)))
}

fn options() -> StoreOptions {
    StoreOptions::new(StoreUrl::Temporary, seal())
}

/// One more node on the schema.
pub(super) fn node(schema: &TestSchema, nodes: Nodes) -> Result<Store, StoreError> {
    Store::with_driver(Arc::new(Postgres::open(schema.address(), nodes)?), &options())
}

pub(super) fn outside(schema: &TestSchema) -> Box<dyn Connection> {
    Postgres::open(schema.address(), Nodes::Several).unwrap().connect(Role::Reader).unwrap()
}

pub(super) fn texts(connection: &mut dyn Connection, sql: &'static str) -> Vec<String> {
    let mut found = Vec::new();
    connection
        .query(sql, &[], &mut |row| {
            found.push(row.get(0)?);
            Ok(true)
        })
        .unwrap();
    found.sort_unstable();
    found
}

#[test]
fn both_schemas_say_the_same() {
    let Some(schema) = schema(Nodes::Several) else { return };
    drop(node(&schema, Nodes::Several).unwrap());
    let sqlite = Sqlite::temporary().unwrap();
    let mut file = sqlite.connect(Role::Writer).unwrap();
    sqlite.migrations().iter().for_each(|(_, sql)| file.batch(sql).unwrap());
    let numbers =
        |driver: &dyn Driver| driver.migrations().iter().map(|(number, _)| *number).collect::<Vec<_>>();
    assert_eq!(numbers(&*schema), numbers(&sqlite), "the steps of both have the same numbers");

    let mut there = outside(&schema);
    let columns = texts(
        &mut *there,
        "SELECT c.table_name || '.' || c.ordinal_position || ' ' || c.column_name || ' ' || \
         CASE c.data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'text' THEN 'TEXT' WHEN 'bytea' THEN 'BLOB' ELSE c.data_type END || \
         CASE c.is_nullable WHEN 'YES' THEN '' ELSE ' NOT NULL' END \
         FROM information_schema.columns c WHERE c.table_schema = current_schema()",
    );
    let expected = texts(
        &mut *file,
        "SELECT t.name || '.' || (c.cid + 1) || ' ' || c.name || ' ' || c.type || \
         CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN ' NOT NULL' ELSE '' END \
         FROM pragma_table_list AS t, pragma_table_info(t.name) AS c \
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
    );
    assert_eq!(columns, expected);
    assert!(columns.len() > 150, "{}", columns.len());

    let collations = texts(
        &mut *there,
        "SELECT table_name || '.' || column_name FROM information_schema.columns \
         WHERE table_schema = current_schema() AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'",
    );
    assert_eq!(collations, [""; 0], "text is compared by its bytes");

    let keys = texts(
        &mut *there,
        "SELECT t.relname || ' ' || CASE WHEN i.indisprimary THEN 'PRIMARY KEY' ELSE k.relname::text END || \
         CASE WHEN i.indisunique THEN ' UNIQUE' ELSE '' END || \
         CASE WHEN i.indpred IS NULL THEN '' ELSE ' PARTIAL' END || ' ' || \
         (SELECT string_agg(COALESCE(a.attname::text, '()'), ',' ORDER BY p.n) \
          FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS p (column_number, n) \
          LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = p.column_number AND a.attnum > 0) \
         FROM pg_index i JOIN pg_class k ON k.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid \
         WHERE t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND t.relkind = 'r' \
        ",
    );
    let mut expected = texts(
        &mut *file,
        "SELECT t.name || ' ' || CASE l.origin WHEN 'pk' THEN 'PRIMARY KEY' ELSE l.name END || \
         CASE l.\"unique\" WHEN 1 THEN ' UNIQUE' ELSE '' END || CASE l.partial WHEN 1 THEN ' PARTIAL' ELSE '' END || ' ' || \
         (SELECT group_concat(COALESCE(i.name, '()'), ',' ORDER BY i.seqno) FROM pragma_index_info(l.name) AS i) \
         FROM pragma_table_list AS t, pragma_index_list(t.name) AS l \
         WHERE t.schema = 'main' AND t.type = 'table'",
    );
    // The one table whose key is SQLite's own row number, which is no index of its own there.
    expected.push("accounts PRIMARY KEY UNIQUE account".to_owned());
    expected.sort_unstable();
    assert_eq!(keys, expected);
}

#[test]
fn nothing_in_the_schema_binds_accounts_together() {
    let Some(schema) = schema(Nodes::Several) else { return };
    drop(node(&schema, Nodes::Several).unwrap());
    let mut there = outside(&schema);
    let bound = texts(
        &mut *there,
        "SELECT conname::text FROM pg_constraint WHERE contype = 'f' \
         AND connamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) \
         UNION ALL SELECT relname::text FROM pg_class WHERE relkind = 'S' \
         AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())",
    );
    assert_eq!(bound, [""; 0], "no foreign keys, no sequences");
    let unique = texts(
        &mut *there,
        "SELECT k.relname::text FROM pg_index i JOIN pg_class k ON k.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid \
         LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0] AND a.attnum > 0 \
         WHERE i.indisunique AND a.attname IS DISTINCT FROM 'account' \
         AND t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())",
    );
    assert_eq!(unique, ["access_key_owners_pkey", "accounts_by_default_domain", "server_pkey"]);
}

#[test]
fn a_strangers_schema_is_left_alone() {
    let Some(schema) = schema(Nodes::One) else { return };
    outside(&schema).batch("CREATE TABLE server (name text)").unwrap();
    let refused = node(&schema, Nodes::One).err().unwrap();
    assert!(matches!(refused, StoreError::Foreign { .. }), "{refused}");
    let tables = texts(
        &mut *outside(&schema),
        "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
    );
    assert_eq!(tables, ["server"]);
}

#[test]
fn what_a_newer_version_wrote_is_refused_in_words() {
    let Some(schema) = schema(Nodes::One) else { return };
    drop(node(&schema, Nodes::One).unwrap());
    outside(&schema).batch("UPDATE server SET value = '9999' WHERE name LIKE 'schema%'").unwrap();
    let refused = node(&schema, Nodes::One).err().unwrap().to_string();
    assert!(refused.contains("has schema 9999") && refused.contains("start the newer one"), "{refused}");
}

#[test]
fn an_address_that_leads_nowhere_is_told_without_its_password() {
    let Some(database) = database() else { return };
    let at = |change: &dyn Fn(&str) -> String| {
        Postgres::open(change(&database).parse().unwrap(), Nodes::One).err().unwrap()
    };
    let unknown = at(&|url| {
        let (place, rest) = url.rsplit_once('/').unwrap();
        let rest = rest.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        format!("{place}/no_such_database{rest}")
    });
    assert!(matches!(unknown, StoreError::Denied { .. }), "{unknown}");
    let closed: StoreError =
        Postgres::open("postgres://me:secret@127.0.0.1:1/x".parse().unwrap(), Nodes::One).err().unwrap();
    assert!(matches!(closed, StoreError::Unreachable { .. }), "{closed}");
    assert!(closed.to_string().contains("postgres://me@127.0.0.1:1/x"), "{closed}");
    assert!(!closed.to_string().contains("secret"), "{closed}");
    assert_eq!(refusal(closed).code.to_string(), "ServiceUnavailable");
}

#[test]
fn a_store_of_one_node_has_one_node() {
    let Some(schema) = schema(Nodes::One) else { return };
    let store = with_account(node(&schema, Nodes::One).unwrap());
    let refused = node(&schema, Nodes::One).err().unwrap();
    assert!(matches!(refused, StoreError::Held { .. }), "{refused}");
    drop(store);
    let store = node(&schema, Nodes::One).unwrap();
    assert!(read(&store, |tx| accounts::find(tx, ACCOUNT)).is_some());
}

#[test]
fn many_nodes_make_a_schema_once() {
    let Some(schema) = schema(Nodes::Several) else { return };
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| drop(node(&schema, Nodes::Several).unwrap()));
        }
    });
    let store = node(&schema, Nodes::Several).unwrap();
    write(&store, |tx| accounts::insert(tx, &account(ACCOUNT))).unwrap();
    assert_verified(&store);
}

#[test]
fn nodes_that_write_at_once_lose_nothing() {
    let Some(schema) = schema(Nodes::Several) else { return };
    let nodes: Vec<Store> = (0..3).map(|_| node(&schema, Nodes::Several).unwrap()).collect();
    let other = AccountId::new(2_234_567_890_123_456).unwrap();
    write(&nodes[0], move |tx| {
        accounts::insert(tx, &account(ACCOUNT))?;
        accounts::insert(tx, &account(other))
    })
    .unwrap();
    std::thread::scope(|scope| {
        for (place, store) in nodes.iter().enumerate() {
            for thread in 0..4_i64 {
                scope.spawn(move || {
                    for number in 0..10 {
                        let number = i64::try_from(place).unwrap() * 1000 + thread * 100 + number + 1;
                        let at = if number % 3 == 0 { other } else { ACCOUNT };
                        write(store, move |tx| {
                            // What is read must still be so at the commit, or two would take the same number.
                            let taken = accounts::find(tx, at)?.unwrap().totals.0[0];
                            users::insert(
                                tx,
                                &users::User { comments: comments(taken), ..user(at, number) },
                            )?;
                            access_keys::insert(
                                tx,
                                &key(at, user_id(number), &format!("LTAI{number}"), number % 9),
                            )
                        })
                        .unwrap();
                    }
                });
            }
        }
    });
    assert_verified(&nodes[2]);
    for at in [ACCOUNT, other] {
        let made = read(&nodes[1], |tx| users::list(tx, at, None, 1000, Default::default()));
        let mut numbers: Vec<i64> = made.iter().map(|user| user.comments.as_str().parse().unwrap()).collect();
        numbers.sort_unstable();
        assert!(numbers.len() > 30);
        let all: Vec<i64> = (0..i64::try_from(numbers.len()).unwrap()).collect();
        assert_eq!(numbers, all, "each user saw all before it");
    }
}

fn comments(number: i64) -> crate::identity::user::Comments {
    crate::identity::user::Comments::parse(&number.to_string()).unwrap()
}

#[test]
fn a_connection_that_is_cut_is_made_again() {
    let Some(schema) = schema(Nodes::Several) else { return };
    let store = with_account(node(&schema, Nodes::Several).unwrap());
    read(&store, |tx| accounts::find(tx, ACCOUNT));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hears = Arc::clone(&heard);
    store.on_commit(Box::new(move |effects| hears.lock().unwrap().extend_from_slice(effects)));
    for number in 1..=3 {
        cut(&schema, &store);
        heard.lock().unwrap().clear();
        write(&store, move |tx| users::insert(tx, &user(ACCOUNT, number))).unwrap();
        assert!(
            heard.lock().unwrap().contains(&Effect::All),
            "another database may be there, so nothing is kept"
        );
        assert!(read(&store, |tx| users::find(tx, ACCOUNT, user_id(number))).is_some());
    }
    assert_verified(&store);
}

#[test]
fn a_primary_that_was_given_up_is_left() {
    let (Some(database), Some(schema)) = (database(), schema(Nodes::Several)) else { return };
    // The same host twice: of equals the first is taken.
    let place = database.split(['@', '/']).nth(3).unwrap();
    let twice = database.replace(place, &format!("{place},{place}"));
    drop(Postgres::open(twice.parse().unwrap(), Nodes::Several).unwrap());
    let driver = Arc::new(Postgres::open(schema.address(), Nodes::Several).unwrap());
    let store = with_account(Store::with_driver(driver.clone(), &options()).unwrap());
    let rest = node(&schema, Nodes::Several).unwrap();
    write(&store, |tx| users::insert(tx, &user(ACCOUNT, 1))).unwrap();
    read(&store, |tx| accounts::find(tx, ACCOUNT));
    driver.see_another_promoted();
    // Neither what is open is used any more, nor is anything begun there.
    let written = write(&store, |tx| users::insert(tx, &user(ACCOUNT, 2))).unwrap_err();
    let seen = store.read(|tx| accounts::find(tx, ACCOUNT)).unwrap_err();
    for refused in [written, seen] {
        assert!(
            matches!(&refused, StoreError::Outdated { found, latest, .. } if latest - found == 1),
            "{refused}"
        );
        let refused = refusal(refused);
        assert_eq!(refused.code.to_string(), "ServiceUnavailable");
        assert!(refused.message.contains("Nothing was changed"), "{}", refused.message);
    }
    assert!(driver.ear(std::time::Duration::from_secs(5)).is_err());
    // Who has not seen it goes on.
    assert!(read(&rest, |tx| users::find(tx, ACCOUNT, user_id(2))).is_none());
    write(&rest, |tx| users::insert(tx, &user(ACCOUNT, 3))).unwrap();
    assert_verified(&rest);
}

/// Ends the sessions that the store has, by their process ids.
fn cut(schema: &TestSchema, store: &Store) {
    write(store, |tx| {
        tx.execute(
            "INSERT INTO server (name, value) VALUES ('writer', CAST(pg_backend_pid() AS TEXT)) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            &[],
        )
        .map(drop)
    })
    .unwrap();
    let reader: String = read(store, |tx| {
        tx.find("SELECT CAST(pg_backend_pid() AS TEXT)", &[], |row| row.get(0)).map(Option::unwrap)
    });
    let writer = read(store, |tx| server::find(tx, "writer")).unwrap();
    let mut outside = outside(schema);
    for pid in [reader, writer] {
        outside.batch(&format!("SELECT pg_terminate_backend({pid}, 5000)")).unwrap();
    }
}

#[test]
fn what_waits_too_long_is_refused_for_a_moment() {
    let Some(schema) = schema(Nodes::Several) else { return };
    let store = with_account(node(&schema, Nodes::Several).unwrap());
    let mut other = outside(&schema);
    other.batch("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE").unwrap();
    let refused = write(&store, |tx| {
        tx.execute("SET LOCAL statement_timeout = '50ms'", &[])?;
        users::insert(tx, &user(ACCOUNT, 1))
    })
    .unwrap_err();
    assert!(matches!(refused, StoreError::TimedOut), "{refused}");
    let refused = refusal(refused);
    assert_eq!(
        (refused.code.to_string(), refused.retry_after_ms),
        ("ServiceUnavailable".to_owned(), Some(1000))
    );
    other.batch("ROLLBACK").unwrap();
    write(&store, |tx| users::insert(tx, &user(ACCOUNT, 1))).unwrap();
    assert_verified(&store);
}

#[test]
fn writes_that_stand_in_each_others_way_run_again() {
    let Some(schema) = schema(Nodes::Several) else { return };
    let store = with_account(node(&schema, Nodes::Several).unwrap());
    let mut runs = 0;
    write(&store, move |tx| {
        runs += 1;
        users::insert(tx, &user(ACCOUNT, runs))?;
        if runs < 3 {
            // What the database says to the one of two that it sends away.
            let raise = "DO $$ BEGIN RAISE EXCEPTION 'later' USING ERRCODE = '40P01'; END $$";
            tx.execute(raise, &[])?;
        }
        Ok(())
    })
    .unwrap();
    let there: Vec<i64> = (1..=3)
        .filter(|number| read(&store, |tx| users::find(tx, ACCOUNT, user_id(*number))).is_some())
        .collect();
    assert_eq!(there, [3], "nothing of the runs before is left");
    let refused = write(&store, |tx| {
        let raise = "DO $$ BEGIN RAISE EXCEPTION 'later' USING ERRCODE = '40001'; END $$";
        tx.execute(raise, &[]).map(drop)
    });
    assert!(matches!(refused, Err(StoreError::Conflict)), "but not for ever");
    assert_verified(&store);
}

#[test]
fn a_store_without_files_says_so() {
    let Some(schema) = schema(Nodes::One) else { return };
    let store = with_account(node(&schema, Nodes::One).unwrap());
    let name = Label::parse("one").unwrap();
    for refused in [
        store.save_snapshot(&name).err(),
        store.load_snapshot(&name).err(),
        store.delete_snapshot(&name).err(),
        store.snapshots().err(),
        store.replace(Staged::create().unwrap()).err(),
    ] {
        let refused = refused.unwrap();
        assert!(matches!(refused, StoreError::Unsupported(_)), "{refused}");
        assert!(refusal(refused).message.contains("has no snapshots"));
    }
    write(&store, |tx| users::insert(tx, &user(ACCOUNT, 1))).unwrap();
    assert_verified(&store);
}

#[test]
fn tls_is_spoken_and_checked() {
    let (Some(database), Ok(authority)) = (database(), std::env::var("RAMWARD_TEST_POSTGRES_CA")) else {
        return;
    };
    let role = "DO $$ BEGIN CREATE ROLE bound LOGIN PASSWORD 'secret'; EXCEPTION WHEN duplicate_object THEN NULL; END $$";
    Postgres::open(database.parse().unwrap(), Nodes::One)
        .and_then(|driver| driver.connect(Role::Reader))
        .and_then(|mut outside| outside.batch(role))
        .unwrap();
    let open = |query: &str, user: &str| {
        let place = database.replace("ramward@", user);
        Postgres::open(format!("{place}?{query}").parse().unwrap(), Nodes::One)
    };
    let trusted = format!("sslmode=verify-full&sslrootcert={authority}");
    // The password is bound to the certificate: a wrong hash of it would be refused.
    for binding in ["", "&channel_binding=require"] {
        let driver = open(&format!("{trusted}{binding}"), "bound:secret@").unwrap();
        let encrypted = texts(
            &mut *driver.connect(Role::Reader).unwrap(),
            "SELECT version::text FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl",
        );
        assert!(encrypted.iter().any(|version| version.starts_with("TLSv1.")), "{encrypted:?}");
    }
    let refused = |query: &str, user: &str| open(query, user).err().unwrap();
    assert!(matches!(refused("sslmode=disable", "bound:secret@"), StoreError::Denied { .. }));
    assert!(matches!(refused(&trusted, "bound:wrong@"), StoreError::Denied { .. }));
    let unknown = refused("sslmode=verify-full", "bound:secret@").to_string();
    assert!(unknown.contains("certificate"), "{unknown}");
    let elsewhere = database.replace("127.0.0.1", "localhost").replace("ramward@", "bound:secret@");
    let misnamed =
        Postgres::open(format!("{elsewhere}?{trusted}").parse().unwrap(), Nodes::One).err().unwrap();
    assert!(misnamed.to_string().contains("certificate"), "{misnamed}");
}
