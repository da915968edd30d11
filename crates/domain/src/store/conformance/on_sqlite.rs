//! What only a data file can meet: whole stores in each other's place, strangers, damage, a full disk, a start after a crash.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::fixtures::*;
use crate::ids::UserId;
use crate::store::connection::{Access, Driver, Role};
use crate::store::seal::SealKey;
use crate::store::sqlite::{Sqlite, SqliteOptions};
use crate::store::tables::{access_keys, server, users};
use crate::store::{Store, StoreError, StoreOptions, StoreUrl};

fn open() -> Store {
    Store::with_driver(driver(), &StoreOptions::new(StoreUrl::Temporary, seal())).unwrap()
}

fn driver() -> Arc<dyn Driver> {
    Arc::new(Sqlite::temporary().unwrap())
}

whole_stores!(crate::store::conformance::on_sqlite::open, crate::store::conformance::on_sqlite::driver);

fn options(path: &Path) -> StoreOptions {
    StoreOptions::new(StoreUrl::Sqlite(path.to_owned()), seal())
}

fn filled(path: &Path) -> Store {
    let store = with_account(Store::open(&options(path)).unwrap());
    write(&store, |tx| {
        for number in 1..=300 {
            users::insert(tx, &user(ACCOUNT, number))?;
            access_keys::insert(tx, &key(ACCOUNT, user_id(number), &format!("LTAI{number}"), number % 90))?;
        }
        Ok(())
    })
    .unwrap();
    store
}

fn refusal(path: &Path) -> StoreError {
    Store::open(&options(path)).err().unwrap()
}

fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

#[test]
fn a_store_is_found_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a 100%?#é.db");
    assert!(!options(&path).url.exists().unwrap());
    let store = filled(&path);
    let before = dump(&store);
    drop(store);
    assert!(options(&path).url.exists().unwrap());
    assert!(!log_of(&path).exists(), "a clean end leaves no log");
    let store = Store::open(&options(&path)).unwrap();
    assert_eq!(dump(&store), before);
    assert_verified(&store);
}

#[test]
fn what_was_answered_survives_a_crash() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("one.db");
    let store = filled(&path);
    for number in 0..20 {
        write(&store, move |tx| {
            access_keys::insert(tx, &key(ACCOUNT, UserId::ROOT, &format!("root{number}"), number))
        })
        .unwrap();
        // What a crash leaves behind: the files as they are while the store is open.
        let copy = directory.path().join(format!("crash{number}.db"));
        std::fs::copy(&path, &copy).unwrap();
        std::fs::copy(log_of(&path), log_of(&copy)).unwrap();
        let again = Store::open(&options(&copy)).unwrap();
        assert_eq!(dump(&again), dump(&store), "after {number}");
        assert_verified(&again);
    }
}

#[test]
fn a_torn_end_of_the_log_loses_only_what_was_not_answered() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("one.db");
    let store = filled(&path);
    let answered = dump(&store);
    let whole = std::fs::metadata(log_of(&path)).unwrap().len();
    write(&store, |tx| users::insert(tx, &user(ACCOUNT, 1000))).unwrap();
    let after = dump(&store);
    let longer = std::fs::metadata(log_of(&path)).unwrap().len();
    assert!(longer > whole);
    for cut in [whole, whole + 1, whole + 24, (whole + longer) / 2, longer - 1, longer] {
        let copy = directory.path().join(format!("cut{cut}.db"));
        std::fs::copy(&path, &copy).unwrap();
        std::fs::copy(log_of(&path), log_of(&copy)).unwrap();
        std::fs::File::options().write(true).open(log_of(&copy)).unwrap().set_len(cut).unwrap();
        let again = Store::open(&options(&copy)).unwrap();
        assert_eq!(dump(&again), if cut == longer { &after } else { &answered }.as_slice(), "cut at {cut}");
        assert_verified(&again);
    }
}

#[test]
fn a_file_has_one_server() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("one.db");
    let store = filled(&path);
    let refused = refusal(&path);
    assert!(matches!(&refused, StoreError::InUse { path: told } if *told == path), "{refused}");
    assert!(refused.to_string().contains("is in use by another process; stop that one"));
    drop(store);
    drop(Store::open(&options(&path)).unwrap());
}

#[test]
fn a_stranger_that_writes_is_waited_for_and_then_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("one.db");
    drop(filled(&path));
    let sqlite = SqliteOptions { patience: Duration::from_millis(20), ..SqliteOptions::default() };
    let store = Store::open(&StoreOptions { sqlite, ..options(&path) }).unwrap();
    let before = dump(&store);
    let stranger = rusqlite::Connection::open(&path).unwrap();
    stranger.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = write(&store, |tx| users::insert(tx, &user(ACCOUNT, 1000))).unwrap_err();
    assert!(matches!(refused, StoreError::InUse { .. }), "{refused}");
    assert_eq!(dump(&store), before, "reads go on");
    stranger.execute_batch("ROLLBACK").unwrap();
    write(&store, |tx| users::insert(tx, &user(ACCOUNT, 1000))).unwrap();
}

#[test]
fn another_seal_key_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("one.db");
    drop(filled(&path));
    let other = SealKey::parse(&"77".repeat(32), "test").unwrap();
    let refused = Store::open(&StoreOptions { seal: other, ..options(&path) }).unwrap_err();
    assert!(matches!(refused, StoreError::WrongSealKey), "{refused}");
    assert!(refused.to_string().contains("RAMWARD_SEAL_KEY"));
    drop(Store::open(&options(&path)).unwrap());
}

#[test]
fn what_is_no_data_file_is_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let text = directory.path().join("notes.txt");
    let foreign = directory.path().join("foreign.db");
    let connection = rusqlite::Connection::open(&foreign).unwrap();
    connection
        .execute_batch("CREATE TABLE server (name TEXT, value TEXT); INSERT INTO server VALUES ('a', 'b')")
        .unwrap();
    drop(connection);
    for content in
        [b"x".as_slice(), &b"not a database, but long enough to have a header of one\n".repeat(100)]
    {
        std::fs::write(&text, content).unwrap();
        for path in [&text, &foreign] {
            let before = std::fs::read(path).unwrap();
            let refused = refusal(path);
            assert!(matches!(&refused, StoreError::NotADatabase { .. }), "{refused}");
            assert_eq!(std::fs::read(path).unwrap(), before);
        }
    }
}

#[test]
fn a_newer_schema_is_refused_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("one.db");
    let store = filled(&path);
    for name in ["schema_version", "schema_usable_from"] {
        write(&store, move |tx| server::update(tx, name, "99")).unwrap();
    }
    drop(store);
    let refused = refusal(&path);
    assert!(matches!(refused, StoreError::NewerSchema { found: 99, known: 2..99, .. }), "{refused}");
    assert!(refused.to_string().contains("schema 99, written by a newer ramward"));
    let driver = Sqlite::open(&path, SqliteOptions::default()).unwrap();
    let mut connection = driver.connect(Role::Writer).unwrap();
    connection.batch("DELETE FROM server WHERE name = 'schema_version'").unwrap();
    drop((connection, driver));
    assert!(matches!(refusal(&path), StoreError::Damaged { .. }));
}

#[test]
fn a_place_without_access_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a file");
    std::fs::write(&file, "x").unwrap();
    let inside = directory.path().join("a directory");
    std::fs::create_dir(&inside).unwrap();
    for path in [file.join("one.db"), directory.path().join("absent/one.db"), inside] {
        let refused = refusal(&path);
        let StoreError::NoAccess { path: told, hint } = &refused else { panic!("{refused}") };
        assert!(told.starts_with(directory.path()) && hint.contains("must exist and belong to"), "{refused}");
    }
}

#[test]
fn a_file_that_was_cut_is_refused_or_whole() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("one.db");
    drop(filled(&path));
    let content = std::fs::read(&path).unwrap();
    assert!(content.len() > 60_000);
    for cut in [1, 50, 100, 4095, 4096, 4097, content.len() / 2, content.len() - 4096, content.len() - 1] {
        let copy = directory.path().join(format!("cut{cut}.db"));
        std::fs::write(&copy, &content[..cut]).unwrap();
        let refused = refusal(&copy);
        let told = matches!(refused, StoreError::Damaged { .. } | StoreError::NotADatabase { .. });
        assert!(told, "cut at {cut}: {refused}");
        assert_eq!(std::fs::read(&copy).unwrap(), content[..cut], "cut at {cut}: the file was changed");
    }
    // An empty file is a new store.
    let copy = directory.path().join("empty.db");
    std::fs::write(&copy, "").unwrap();
    drop(Store::open(&options(&copy)).unwrap());
}

#[test]
fn a_damaged_page_is_told_and_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("one.db");
    drop(filled(&path));
    let mut content = std::fs::read(&path).unwrap();
    // All but the first page: the header and the catalogue still read.
    content[4096 * 2..].fill(0x5A);
    std::fs::write(&path, &content).unwrap();
    match Store::open(&options(&path)) {
        Err(refused) => assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}"),
        Ok(store) => {
            let refused = store.read(|tx| users::find(tx, ACCOUNT, user_id(1))).unwrap_err();
            assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}");
            let refused = write(&store, |tx| users::insert(tx, &user(ACCOUNT, 1000))).unwrap_err();
            assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}");
        }
    }
}

#[test]
fn a_full_disk_refuses_and_keeps_what_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("one.db");
    drop(filled(&path));
    let pages = u32::try_from(std::fs::metadata(&path).unwrap().len() / 4096).unwrap() + 2;
    let sqlite = SqliteOptions { max_pages: Some(pages), ..SqliteOptions::default() };
    let store = Store::open(&StoreOptions { sqlite, ..options(&path) }).unwrap();
    let mut number = 1000;
    let before = loop {
        let before = dump(&store);
        let wanted = number;
        match write(&store, move |tx| {
            (wanted..wanted + 20).try_for_each(|number| users::insert(tx, &user(ACCOUNT, number)))
        }) {
            Ok(()) => number += 20,
            Err(refused) => {
                assert!(matches!(refused, StoreError::DiskFull), "{refused}");
                break before;
            }
        }
        assert!(number < 10_000, "the disk never fills");
    };
    assert_eq!(dump(&store), before);
    assert_verified(&store);
    // What needs no room still works, and once there is room, everything does.
    write(&store, |tx| users::delete(tx, ACCOUNT, user_id(1))).unwrap();
    drop(store);
    let store = Store::open(&options(&path)).unwrap();
    write(&store, move |tx| {
        (number..number + 20).try_for_each(|number| users::insert(tx, &user(ACCOUNT, number)))
    })
    .unwrap();
    assert_verified(&store);
}

#[test]
fn the_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("one.db");
    let store = filled(&path);
    let mut files = 0;
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
        files += 1;
    }
    assert!(files >= 3, "data, log and lock");
    drop(store);
}

#[test]
fn a_long_log_is_moved_and_emptied() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("one.db");
    let store = filled(&path);
    drop(store);
    let driver = Sqlite::open(&path, SqliteOptions::default()).unwrap();
    let (mut writer, mut other) =
        (driver.connect(Role::Writer).unwrap(), driver.connect(Role::Checkpointer).unwrap());
    let mut reader = driver.connect(Role::Reader).unwrap();
    let look = |reader: &mut dyn crate::store::connection::Connection| {
        reader.query("SELECT COUNT(*) FROM users", &[], &mut |_| Ok(true)).unwrap();
    };
    reader.begin(Access::Read).unwrap();
    look(reader.as_mut());
    for _ in 0..5 {
        writer.begin(Access::Write).unwrap();
        writer.execute("UPDATE users SET update_date = update_date + 1", &[]).unwrap();
        writer.commit().unwrap();
    }
    assert!(other.checkpoint(false).unwrap() > 0, "a reader of before keeps pages back");
    assert!(writer.checkpoint(true).is_ok(), "and beginning anew gives up soon");
    reader.rollback().unwrap();
    assert_eq!(other.checkpoint(false).unwrap(), 0);
    let before = writer.log_pages();
    assert!(before >= 5);
    assert_eq!(writer.checkpoint(true).unwrap(), 0);
    writer.begin(Access::Write).unwrap();
    writer.execute("UPDATE users SET update_date = update_date + 1", &[]).unwrap();
    writer.commit().unwrap();
    assert!(writer.log_pages() < before, "the log begins anew");
}

#[test]
fn addresses_are_read_as_they_are_written() {
    for text in ["sqlite:/var/lib/x.db", "sqlite:x:y", "temporary"] {
        assert_eq!(text.parse::<StoreUrl>().unwrap().to_string(), text);
    }
    for text in ["", "sqlite:", "x.db", "temporary:"] {
        let refused = text.parse::<StoreUrl>().unwrap_err();
        assert!(refused.to_string().contains("write sqlite:PATH"), "{refused}");
    }
}

#[test]
fn a_temporary_store_leaves_nothing_behind() {
    let driver = Sqlite::temporary().unwrap();
    let path = driver.place();
    let store =
        Store::with_driver(Arc::new(driver), &StoreOptions::new(StoreUrl::Temporary, seal())).unwrap();
    assert!(path.exists());
    drop(store);
    assert!(!path.parent().unwrap().exists());
}
