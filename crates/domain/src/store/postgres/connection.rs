//! A connection as the store's seam wants it: statements prepared once, a transaction with nested points, the right to
//! change accounts. What only prepares the next statement (`BEGIN`, points, locks), and a change that nobody counts the rows
//! of, travels along with the next one (`later`). Must not know what is stored.

use std::collections::HashMap;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, TryStreamExt as _};
use tokio_postgres::{Client, Error, Statement};

use super::copying::{Copying, FULL, Form, Insert, Step};
use super::later::{Change, Later, of_many};
use super::trouble::Trouble;
use super::values::{PostgresRow, Value, with_dollars};
use super::wire::{PATIENCE, Wire};
use super::{Lock, Nodes, Shared};
use crate::ids::AccountId;
use crate::store::connection::{Access, Arg, Connection, Contents, EachRow, Row};
use crate::store::error::StoreError;

/// What the comment on the table `server` says.
const MARK: &str = "ramward";
/// How long a step of the schema may take; an index of a big table is not made in seconds.
const SCHEMA_PATIENCE: Duration = Duration::from_secs(3600);
/// So much may wait for the next statement.
const MOST_LATER: usize = 1000;

pub(super) struct PostgresConnection {
    shared: Arc<Shared>,
    wire: Wire,
    statements: HashMap<&'static str, Statement>,
    /// Those that insert many rows at once, by the one that inserts one; none where there can be no such.
    of_many: HashMap<&'static str, Option<Statement>>,
    /// What the database is told along with the next statement.
    later: Later,
    /// The rows of a bulk that are on their way.
    copying: Option<Copying>,
    open: bool,
    /// Nobody else may write to the store.
    alone: bool,
    /// A statement failed: the database refuses all but a return to a point or to the beginning.
    failed: bool,
    lost: bool,
}

impl PostgresConnection {
    pub(super) fn new(shared: Arc<Shared>, wire: Wire) -> Self {
        Self {
            shared,
            wire,
            statements: HashMap::new(),
            of_many: HashMap::new(),
            later: Later::default(),
            copying: None,
            open: false,
            alone: false,
            failed: false,
            lost: false,
        }
    }

    /// Does `work` behind what is told later, and remembers how it ended.
    fn ask<T>(&mut self, work: impl AsyncFnOnce(&Client) -> Result<T, Error>) -> Result<T, StoreError> {
        if self.lost {
            return Err(StoreError::unreachable(&self.shared.url, "the connection was lost".to_owned()));
        }
        let later = std::mem::take(&mut self.later);
        let mut is_whole = true;
        let result = self.wire.run(async |client| {
            if later.is_empty() {
                return work(client).await;
            }
            // Both are on their way before the first is answered; the database takes them in this order.
            let (first, second) = tokio::join!(later.tell(client), work(client));
            is_whole = first.is_ok() || !later.must_succeed();
            first?;
            second
        });
        let result = result.map_err(|trouble| self.remember(trouble));
        // Without its locks, and without the points behind them, the transaction never came to be; without a change that
        // was taken for done it cannot go on.
        self.open &= is_whole;
        result
    }

    /// Gives the session up if another host has taken the place of this one's.
    fn stay(&mut self) -> Result<(), StoreError> {
        let checked = self.shared.check(&self.wire);
        if checked.is_err() {
            self.lost = true;
            self.open = false;
        }
        checked
    }

    fn remember(&mut self, trouble: Trouble) -> StoreError {
        self.failed = self.open;
        if trouble.ends_connection() {
            self.lost = true;
            self.open = false;
        }
        trouble.told(&self.shared.url)
    }

    fn prepared(&mut self, sql: &'static str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let text = with_dollars(sql);
        let statement = self.ask(async |client| client.prepare(&text).await)?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }

    /// The statement that does for many rows what this one does for one, if it inserts a row.
    fn prepared_for_many(&mut self, sql: &'static str) -> Result<Option<Statement>, StoreError> {
        if let Some(statement) = self.of_many.get(sql) {
            return Ok(statement.clone());
        }
        let one = self.prepared(sql)?;
        let statement = match of_many(sql, one.params()) {
            Some(text) => Some(self.ask(async |client| client.prepare(&text).await)?),
            None => None,
        };
        self.of_many.insert(sql, statement.clone());
        Ok(statement)
    }

    /// Tells the database something that it answers with nothing but success.
    fn tell(&mut self, text: &str) -> Result<(), StoreError> {
        self.ask(async |client| client.batch_execute(text).await)
    }

    /// The schema that holds the store.
    pub(super) fn schema(&mut self) -> Result<String, StoreError> {
        self.text("SELECT current_schema()::text")?.ok_or_else(|| {
            let reason = "the schema that its search_path names does not exist; create it";
            StoreError::denied(&self.shared.url, reason.to_owned())
        })
    }

    /// Makes this the only connection that writes, for as long as it lives.
    pub(super) fn hold_store(&mut self) -> Result<(), StoreError> {
        if self.try_lock("SELECT CASE WHEN pg_try_advisory_lock(?1) THEN 1 ELSE 0 END")? {
            Ok(())
        } else {
            Err(StoreError::Held { place: self.shared.url.to_string() })
        }
    }

    /// Whether the lock that stands for all that write could be had.
    fn try_lock(&mut self, sql: &'static str) -> Result<bool, StoreError> {
        let number = self.shared.number(Lock::Owner);
        let mut is_held = false;
        self.query(sql, &[number.into()], &mut |row| {
            is_held = row.get(0)?;
            Ok(false)
        })?;
        if is_held {
            self.wire.farewell = "ROLLBACK; SELECT pg_advisory_unlock_all()";
        }
        Ok(is_held)
    }

    /// Gathers the row of a statement, or sends what is gathered of the tables that it touches. How many rows it changed, if
    /// that is all.
    fn gather(
        &mut self,
        copying: &mut Copying,
        sql: &'static str,
        args: &[Arg<'_>],
    ) -> Result<Option<usize>, StoreError> {
        let insert = match copying.form(sql) {
            Form::Insert(insert) => *insert,
            Form::Touches(tables) => {
                for table in tables.clone() {
                    self.copy(copying.cut(table, 0))?;
                    copying.close(table);
                }
                return Ok(None);
            }
        };
        loop {
            match copying.take(insert, args) {
                Step::Gathered => {
                    self.copy(copying.cut(insert.table, FULL))?;
                    return Ok(Some(1));
                }
                Step::Alone => {
                    self.copy(copying.cut(insert.table, 0))?;
                    return Ok(None);
                }
                Step::AskKeys => {
                    let keys = self.keys_of(insert.table)?;
                    copying.know_keys(insert, &keys);
                }
                Step::AskFresh(account) => {
                    let sql = format!("SELECT 1 FROM {} WHERE account = {account} LIMIT 1", insert.table);
                    let found = self.ask(async |client| client.query_opt(&sql, &[]).await)?;
                    copying.know_fresh(insert.table, account, found.is_none());
                }
            }
        }
    }

    /// The columns of each unique key of a table.
    fn keys_of(&mut self, table: &str) -> Result<Vec<Vec<String>>, StoreError> {
        let sql = "SELECT (SELECT string_agg(a.attname::text, ',') FROM unnest(i.indkey::int2[]) AS p (place) \
                   LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = p.place AND a.attnum > 0) \
                   FROM pg_index i WHERE i.indrelid = ?1::text::regclass AND i.indisunique";
        let mut keys = Vec::new();
        self.query(sql, &[table.into()], &mut |row| {
            let columns: String = row.get(0)?;
            keys.push(columns.split(',').map(str::to_owned).collect());
            Ok(true)
        })?;
        Ok(keys)
    }

    /// Sends rows.
    fn copy(&mut self, rows: Option<(Insert, Bytes)>) -> Result<(), StoreError> {
        let Some((Insert { table, columns }, rows)) = rows else { return Ok(()) };
        let text = format!("COPY {table} ({columns}) FROM STDIN (FORMAT binary)");
        self.ask(async |client| {
            let mut sink = pin!(client.copy_in::<_, Bytes>(text.as_str()).await?);
            sink.send(rows).await?;
            sink.finish().await.map(drop)
        })
    }

    /// Sends all that is gathered.
    fn copy_all(&mut self) -> Result<(), StoreError> {
        let rows = self.copying.as_mut().map(Copying::cut_all).unwrap_or_default();
        rows.into_iter().try_for_each(|rows| self.copy(Some(rows)))
    }

    /// One value of one row.
    fn text(&mut self, sql: &'static str) -> Result<Option<String>, StoreError> {
        let mut found = None;
        self.query(sql, &[], &mut |row| {
            found = row.get(0)?;
            Ok(false)
        })?;
        Ok(found)
    }
}

fn values<'a>(args: &'a [Arg<'a>]) -> impl ExactSizeIterator<Item = Value<'a>> {
    args.iter().map(|arg| Value(*arg))
}

impl Connection for PostgresConnection {
    fn is_far(&self) -> bool {
        true
    }

    fn execute(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<usize, StoreError> {
        if let Some(mut copying) = self.copying.take() {
            let gathered = self.gather(&mut copying, sql, args);
            self.copying = Some(copying);
            if let Some(changed) = gathered? {
                return Ok(changed);
            }
        }
        let statement = self.prepared(sql)?;
        let changed = self.ask(async |client| client.execute_raw(&statement, values(args)).await)?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    fn execute_later(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<(), StoreError> {
        if self.copying.is_some() || self.later.len() >= MOST_LATER {
            return self.execute(sql, args).map(drop);
        }
        let change = Change { one: self.prepared(sql)?, many: self.prepared_for_many(sql)? };
        self.later.change(sql, change, args);
        Ok(())
    }

    fn query(&mut self, sql: &'static str, args: &[Arg<'_>], each: EachRow<'_>) -> Result<(), StoreError> {
        if let Some(copying) = &mut self.copying
            && let Form::Touches(tables) = copying.form(sql).clone()
        {
            let rows: Vec<_> = tables.into_iter().filter_map(|table| copying.cut(table, 0)).collect();
            rows.into_iter().try_for_each(|rows| self.copy(Some(rows)))?;
        }
        let statement = self.prepared(sql)?;
        let mut refused = None;
        self.ask(async |client| {
            let mut rows = pin!(client.query_raw(&statement, values(args)).await?);
            while let Some(row) = rows.try_next().await? {
                let row = PostgresRow(row);
                match each(Row::new(&row)) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error) => {
                        refused = Some(error);
                        break;
                    }
                }
            }
            Ok(())
        })?;
        refused.map_or(Ok(()), Err)
    }

    fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        self.tell(sql)
    }

    fn begin(&mut self, access: Access) -> Result<(), StoreError> {
        self.stay()?;
        match access {
            // Asked at once: whoever gets a connection of the pool must know whether it is still good.
            // It holds nothing that others wait for, so it may be in no hurry.
            Access::Read => self.tell(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0",
            )?,
            Access::Write => self.later.begin(),
        }
        self.open = true;
        self.failed = false;
        self.copying = None;
        Ok(())
    }

    fn begin_bulk(&mut self) -> Result<(), StoreError> {
        if self.copying.is_none() {
            self.copying = Some(Copying::default());
            // What it writes may come from a pipe that is in no hurry.
            self.later.text("SET LOCAL idle_in_transaction_session_timeout = 0;");
        }
        Ok(())
    }

    fn hold(&mut self, accounts: Option<&[AccountId]>) -> Result<(), StoreError> {
        // A statement sees what is committed when it begins, and the one behind them begins when the locks are there.
        self.later.text(&self.shared.locks(accounts));
        Ok(())
    }

    fn announce(&mut self, text: &str) -> Result<(), StoreError> {
        if self.shared.nodes == Nodes::Several {
            let text = text.replace('\'', "''");
            let channel = self.shared.channel();
            self.later.text(&format!("NOTIFY {channel}, '{text}';"));
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.stay()?;
        let sent = if self.failed { Ok(()) } else { self.copy_all() };
        self.copying = None;
        if let Err(error) = sent {
            self.rollback()?;
            return Err(error);
        }
        if self.failed {
            // The database would take the transaction back and call that a success.
            self.rollback()?;
            return Err(StoreError::Misuse("a transaction that failed was to be committed"));
        }
        // A commit that waits for a standby must not be cut short: the database would then call it done.
        self.later.text("SET LOCAL statement_timeout = 0;");
        self.wire.warned = false;
        let committed = self.tell("COMMIT");
        self.open = false;
        match committed {
            Err(error) if self.lost => Err(StoreError::Unknown(error.to_string())),
            // Somebody did cut it short by hand.
            Ok(()) if self.wire.warned => Err(StoreError::Unknown("no standby has confirmed it".to_owned())),
            committed => committed,
        }
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        self.copying = None;
        let began = !std::mem::take(&mut self.later).begins();
        self.open = false;
        self.failed = false;
        if began { self.tell("ROLLBACK") } else { Ok(()) }
    }

    fn savepoint(&mut self) -> Result<(), StoreError> {
        // What stands before the point must not go with what comes behind it.
        self.copy_all()?;
        self.later.point();
        Ok(())
    }

    fn release(&mut self) -> Result<(), StoreError> {
        self.later.release();
        Ok(())
    }

    fn rollback_to(&mut self) -> Result<(), StoreError> {
        if let Some(copying) = &mut self.copying {
            copying.drop_all();
        }
        if self.later.back_to_point() {
            // The database has heard nothing of it.
            return Ok(());
        }
        self.tell("ROLLBACK TO job; RELEASE job")?;
        self.failed = false;
        Ok(())
    }

    fn in_transaction(&self) -> bool {
        self.open
    }

    fn contents(&mut self) -> Result<Contents, StoreError> {
        let mark = "SELECT obj_description(c.oid, 'pg_class') FROM pg_class c \
                    WHERE c.relname = 'server' AND c.relkind IN ('r', 'p') \
                    AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())";
        if self.text(mark)?.as_deref() == Some(MARK) {
            return Ok(Contents::Store);
        }
        let any = "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') \
                   AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) LIMIT 1";
        Ok(if self.text(any)?.is_none() { Contents::Empty } else { Contents::Foreign })
    }

    fn hold_schema(&mut self, held: bool) -> Result<(), StoreError> {
        let lock = self.shared.number(Lock::Schema);
        // Another node, or this one, may be at work on the schema for longer than a statement may usually take.
        self.wire.patience = if held { SCHEMA_PATIENCE } else { PATIENCE };
        if held {
            self.tell(&format!("SET statement_timeout = 0; SELECT pg_advisory_lock({lock})"))
        } else {
            self.tell(&format!("SELECT pg_advisory_unlock({lock}); RESET statement_timeout"))
        }
    }

    fn join(&mut self, alone: bool) -> Result<bool, StoreError> {
        if self.shared.nodes == Nodes::One {
            // It took the store when it was opened.
            return Ok(true);
        }
        if alone {
            self.alone =
                self.alone || self.try_lock("SELECT CASE WHEN pg_try_advisory_lock(?1) THEN 1 ELSE 0 END")?;
            return Ok(self.alone);
        }
        let joined = self.try_lock("SELECT CASE WHEN pg_try_advisory_lock_shared(?1) THEN 1 ELSE 0 END")?;
        if std::mem::take(&mut self.alone) {
            let number = self.shared.number(Lock::Owner);
            self.tell(&format!("SELECT pg_advisory_unlock({number})"))?;
        }
        Ok(joined)
    }

    fn checkpoint(&mut self, _restart: bool) -> Result<u64, StoreError> {
        Ok(0)
    }

    fn save(&mut self, _path: &Path) -> Result<(), StoreError> {
        Err(self.shared.no_files())
    }

    fn replace(&mut self, _path: &Path) -> Result<(), StoreError> {
        Err(self.shared.no_files())
    }

    fn log_pages(&self) -> u64 {
        0
    }
}
