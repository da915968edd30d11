//! Rows of a bulk, gathered and sent with COPY: a row by itself costs a journey to the database and back, a copied one a
//! hundredth of it. The caller still hears at its own row that one exists already: rows are gathered only where their
//! account had none in the table and no gathered one has the same key; all others go one by one. Must not know what the
//! rows mean.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use bytes::{BufMut, Bytes, BytesMut};

use crate::store::connection::Arg;

/// The tables that a bulk fills.
const TABLES: &[&str] = &[
    "users",
    "access_keys",
    "access_key_owners",
    "mfa_devices",
    "login_profiles",
    "user_tags",
    "report_subjects",
    "report_days",
];

/// Tables whose rows a bulk knows to be new when it inserts them: keys by the map of their owners, of which it keeps account
/// itself (`store/bulk.rs`), and subjects by the identity that they belong to.
const NEW_BY_NATURE: &[&str] = &["access_keys", "access_key_owners", "report_subjects"];

/// What is sent at once; little in tests, so that they send more than once.
const CHUNK: usize = if cfg!(test) { 1 << 14 } else { 1 << 20 };

/// The rows of a transaction that are on their way.
#[derive(Default)]
pub(super) struct Copying {
    forms: HashMap<&'static str, Form>,
    tables: HashMap<&'static str, Table>,
    hasher: RandomState,
}

/// What a statement is to the rows that are gathered.
#[derive(Clone)]
pub(super) enum Form {
    /// It inserts a row of these columns, one parameter each, in their order.
    Insert(Insert),
    /// It reads or changes these tables in another way.
    Touches(Vec<&'static str>),
}

/// The statement that inserts a row.
#[derive(Clone, Copy)]
pub(super) struct Insert {
    pub(super) table: &'static str,
    /// As they stand in the statement, with commas between.
    pub(super) columns: &'static str,
}

struct Table {
    insert: Insert,
    /// The places of the columns of each unique key.
    keys: Vec<Vec<usize>>,
    rows: BytesMut,
    seen: HashSet<u64>,
    /// Whether an account had no rows before this transaction.
    fresh: HashMap<i64, bool>,
    /// Rows were changed in another way: nothing is known of keys any more.
    closed: bool,
}

/// What is to be done with a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is gathered.
    Gathered,
    /// First it must be known which keys the table has.
    AskKeys,
    /// First it must be known whether this account has rows.
    AskFresh(i64),
    /// It goes by itself, behind what is gathered.
    Alone,
}

impl Copying {
    /// What a statement is; it is read once.
    pub(super) fn form(&mut self, sql: &'static str) -> &Form {
        self.forms.entry(sql).or_insert_with(|| Form::of(sql))
    }

    /// Takes a row, or says what it lacks for that.
    pub(super) fn take(&mut self, insert: Insert, args: &[Arg<'_>]) -> Step {
        let Some(table) = self.tables.get_mut(insert.table) else { return Step::AskKeys };
        if table.closed || table.insert.columns != insert.columns {
            return Step::Alone;
        }
        if !NEW_BY_NATURE.contains(&insert.table) {
            let Some(Arg::Int(account)) = args.first() else { return Step::Alone };
            match table.fresh.get(account) {
                None => return Step::AskFresh(*account),
                Some(false) => return Step::Alone,
                Some(true) => {}
            }
            let hashes: Vec<u64> = table
                .keys
                .iter()
                .enumerate()
                .map(|(key, places)| hash(&self.hasher, key, places, args))
                .collect();
            if hashes.iter().any(|hash| table.seen.contains(hash)) {
                return Step::Alone;
            }
            table.seen.extend(hashes);
        }
        table.write(args);
        Step::Gathered
    }

    /// Says which keys a table has, by the names of their columns.
    pub(super) fn know_keys(&mut self, insert: Insert, keys: &[Vec<String>]) {
        let place = |name: &String| insert.columns.split(", ").position(|column| column == name);
        // A key whose columns are not all in the row cannot be looked at.
        let places: Option<Vec<Vec<usize>>> =
            keys.iter().map(|key| key.iter().map(place).collect::<Option<Vec<usize>>>()).collect();
        let table = Table {
            insert,
            closed: places.is_none(),
            keys: places.unwrap_or_default(),
            rows: BytesMut::new(),
            seen: HashSet::new(),
            fresh: HashMap::new(),
        };
        self.tables.insert(insert.table, table);
    }

    /// Says whether an account had rows in a table.
    pub(super) fn know_fresh(&mut self, table: &str, account: i64, fresh: bool) {
        if let Some(table) = self.tables.get_mut(table) {
            table.fresh.insert(account, fresh);
        }
    }

    /// What is gathered of a table, to be sent now.
    pub(super) fn cut(&mut self, table: &str, least: usize) -> Option<(Insert, Bytes)> {
        let table = self.tables.get_mut(table).filter(|table| table.rows.len() > least)?;
        Some((table.insert, table.end()))
    }

    /// The same of all tables.
    pub(super) fn cut_all(&mut self) -> Vec<(Insert, Bytes)> {
        let filled = self.tables.values_mut().filter(|table| !table.rows.is_empty());
        filled.map(|table| (table.insert, table.end())).collect()
    }

    /// Forgets what was not sent, because what it belongs to is taken back.
    pub(super) fn drop_all(&mut self) {
        self.tables.values_mut().for_each(|table| table.rows.clear());
    }

    /// From here on the rows of a table go by themselves.
    pub(super) fn close(&mut self, table: &str) {
        if let Some(table) = self.tables.get_mut(table) {
            table.closed = true;
        }
    }
}

/// More than this is sent before more is gathered.
pub(super) const FULL: usize = CHUNK;

impl Form {
    fn of(sql: &'static str) -> Self {
        Insert::of(sql).map_or_else(|| Self::Touches(touched(sql)), Self::Insert)
    }
}

impl Insert {
    /// Reads `INSERT INTO table (columns) VALUES (?1, …)`, and what it says behind that of rows that exist.
    pub(super) fn read(sql: &'static str) -> Option<(Self, &'static str)> {
        let (table, rest) = sql.strip_prefix("INSERT INTO ")?.split_once(" (")?;
        let (columns, rest) = rest.split_once(") VALUES (")?;
        let (values, rest) = rest.split_once(')')?;
        let many = columns.split(", ").count();
        let in_order =
            values.split(", ").enumerate().all(|(place, value)| value == format!("?{}", place + 1));
        let fits = in_order
            && values.split(", ").count() == many
            && (rest.is_empty() || rest.starts_with(" ON CONFLICT"));
        fits.then_some((Self { table, columns }, rest))
    }

    /// The same for a table that a bulk fills, whatever shall happen where the row exists.
    fn of(sql: &'static str) -> Option<Self> {
        Self::read(sql).map(|(insert, _)| insert).filter(|insert| TABLES.contains(&insert.table))
    }
}

/// The tables of a bulk that a statement names.
fn touched(sql: &str) -> Vec<&'static str> {
    let words: HashSet<&str> = sql.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').collect();
    TABLES.iter().copied().filter(|table| words.contains(table)).collect()
}

fn hash(hasher: &RandomState, key: usize, places: &[usize], args: &[Arg<'_>]) -> u64 {
    let parts: Vec<_> = places
        .iter()
        .map(|place| match args.get(*place) {
            None | Some(Arg::Null) => (0_u8, 0_i64, &[] as &[u8]),
            Some(Arg::Int(number)) => (1, *number, &[] as &[u8]),
            Some(Arg::Text(text)) => (2, 0, text.as_bytes()),
            Some(Arg::Bytes(bytes)) => (3, 0, *bytes),
        })
        .collect();
    hasher.hash_one((key, parts))
}

impl Table {
    /// Writes a row in the binary form of COPY.
    fn write(&mut self, args: &[Arg<'_>]) {
        let rows = &mut self.rows;
        if rows.is_empty() {
            rows.put_slice(b"PGCOPY\n\xff\r\n\0");
            // No flags, no extension.
            rows.put_i32(0);
            rows.put_i32(0);
        }
        // No table has as many columns as that.
        rows.put_i16(i16::try_from(args.len()).unwrap_or(i16::MAX));
        for arg in args {
            match arg {
                Arg::Null => rows.put_i32(-1),
                Arg::Int(number) => {
                    rows.put_i32(8);
                    rows.put_i64(*number);
                }
                Arg::Text(text) => put(rows, text.as_bytes()),
                Arg::Bytes(bytes) => put(rows, bytes),
            }
        }
    }

    fn end(&mut self) -> Bytes {
        self.rows.put_i16(-1);
        self.rows.split().freeze()
    }
}

fn put(rows: &mut BytesMut, bytes: &[u8]) {
    // The store's values are far shorter than two gigabytes; the database would refuse the row.
    rows.put_i32(i32::try_from(bytes.len()).unwrap_or(i32::MAX));
    rows.put_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str =
        "INSERT INTO users (account, user_id, user_name) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";

    fn insert(copying: &mut Copying, sql: &'static str) -> Insert {
        match copying.form(sql) {
            Form::Insert(insert) => *insert,
            Form::Touches(tables) => panic!("{sql} touches {tables:?}"),
        }
    }

    #[test]
    fn plain_inserts_of_the_tables_are_gathered_and_no_others() {
        assert!(Insert::of(USERS).is_some());
        assert!(Insert::of("INSERT INTO users (account, user_id) VALUES (?1, ?2)").is_some());
        for sql in [
            "INSERT INTO groups (account) VALUES (?1)",
            "INSERT INTO users (account, user_id) VALUES (?2, ?1)",
            "INSERT INTO users (account, user_id) VALUES (?1, 0)",
            "INSERT INTO users (account) VALUES (?1) RETURNING user_id",
        ] {
            assert!(Insert::of(sql).is_none(), "{sql}");
        }
        assert_eq!(
            touched("SELECT 1 FROM users u JOIN access_keys ON users_frozen"),
            ["users", "access_keys"]
        );
    }

    #[test]
    fn a_row_that_may_exist_goes_alone() {
        let mut copying = Copying::default();
        let users = insert(&mut copying, USERS);
        let row = |account, id, name| [Arg::Int(account), Arg::Int(id), Arg::Text(name)];
        assert_eq!(copying.take(users, &row(1, 1, "a")), Step::AskKeys);
        let key = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        copying.know_keys(users, &[key(&["account", "user_id"]), key(&["account", "user_name"])]);
        assert_eq!(copying.take(users, &row(1, 1, "a")), Step::AskFresh(1));
        copying.know_fresh("users", 1, true);
        copying.know_fresh("users", 2, false);
        assert_eq!(copying.take(users, &row(1, 1, "a")), Step::Gathered);
        assert_eq!(copying.take(users, &row(1, 2, "a")), Step::Alone, "the name is taken");
        assert_eq!(copying.take(users, &row(1, 1, "b")), Step::Alone, "the id is taken");
        assert_eq!(copying.take(users, &row(2, 1, "a")), Step::Alone, "the account has users");
        assert_eq!(copying.take(users, &row(1, 2, "b")), Step::Gathered);
        assert_eq!(copying.cut_all().len(), 1);
        assert!(copying.cut("users", 0).is_none(), "it was sent");
        copying.close("users");
        assert_eq!(copying.take(users, &row(1, 3, "c")), Step::Alone);
    }
}
