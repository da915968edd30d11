//! What the database is told along with the next statement, so that it costs no wait of its own: beginnings, points and
//! changes that nobody waits for. Rows for the same table go as one statement. Must not know what is stored.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, Statement};

use super::copying::Insert;
use super::values::Value;
use crate::store::connection::Arg;

/// Begins a transaction that changes.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED;";
/// Marks a point; the points of a transaction have the same name and hide each other.
const POINT: &str = "SAVEPOINT job;";
const RELEASE: &str = "RELEASE job;";

/// A value that outlives the bytes it was read from.
enum Held {
    Null,
    Int(i64),
    Text(Box<str>),
    Bytes(Box<[u8]>),
}

impl Held {
    fn new(arg: &Arg<'_>) -> Self {
        match *arg {
            Arg::Null => Self::Null,
            Arg::Int(number) => Self::Int(number),
            Arg::Text(text) => Self::Text(text.into()),
            Arg::Bytes(bytes) => Self::Bytes(bytes.into()),
        }
    }

    fn value(&self) -> Value<'_> {
        Value(match self {
            Self::Null => Arg::Null,
            Self::Int(number) => Arg::Int(*number),
            Self::Text(text) => Arg::Text(text),
            Self::Bytes(bytes) => Arg::Bytes(bytes),
        })
    }
}

/// A statement that changes, as the database knows it.
#[derive(Clone)]
pub(super) struct Change {
    /// For one row.
    pub one: Statement,
    /// For many at once, a list for each column, if it inserts.
    pub many: Option<Statement>,
}

enum Word {
    Begin,
    Point,
    Release,
    Text(String),
    Change(&'static str, Change, Vec<Held>),
}

impl Word {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Begin => Some(BEGIN),
            Self::Point => Some(POINT),
            Self::Release => Some(RELEASE),
            Self::Text(text) => Some(text),
            Self::Change(..) => None,
        }
    }
}

/// The statement that inserts lists of values as `sql` inserts one of each, if that makes no difference: a row that is there
/// is refused or left as it is.
pub(super) fn of_many(sql: &'static str, types: &[Type]) -> Option<String> {
    let (Insert { table, columns }, where_it_exists) = Insert::read(sql)?;
    let list = |(place, kind): (usize, &Type)| format!("${}::{}[]", place + 1, kind.name());
    let lists = types.iter().enumerate().map(list).collect::<Vec<_>>().join(", ");
    matches!(where_it_exists, "" | " ON CONFLICT DO NOTHING")
        .then(|| format!("INSERT INTO {table} ({columns}) SELECT * FROM unnest({lists}){where_it_exists}"))
}

/// What goes to the database at once.
enum Part<'a> {
    Text(String),
    Rows(&'a Change, Vec<&'a [Held]>),
}

/// The words in parts. Rows of a statement come together where nothing but other rows stands between them: which of two
/// different rows came first, nobody can tell.
fn parts(words: &[Word]) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut open: HashMap<&'static str, usize> = HashMap::new();
    for word in words {
        match word {
            Word::Change(sql, change, args) => {
                let gathered = open.get(sql).and_then(|place| parts.get_mut(*place));
                if let Some(Part::Rows(_, rows)) = gathered {
                    rows.push(args);
                    continue;
                }
                if change.many.is_some() {
                    open.insert(sql, parts.len());
                } else {
                    open.clear();
                }
                parts.push(Part::Rows(change, vec![args]));
            }
            word => {
                open.clear();
                let text = word.text().unwrap_or_default();
                match parts.last_mut() {
                    Some(Part::Text(before)) => before.push_str(text),
                    _ => parts.push(Part::Text(text.to_owned())),
                }
            }
        }
    }
    parts
}

impl Part<'_> {
    async fn tell(&self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Text(text) => client.batch_execute(text).await,
            Self::Rows(Change { many: Some(many), .. }, rows) if rows.len() > 1 => {
                let columns = many.params().len();
                let list = |column| rows.iter().filter_map(|row| row.get(column)).map(Held::value).collect();
                let lists: Vec<Vec<Value<'_>>> = (0..columns).map(list).collect();
                client.execute_raw(many, lists).await.map(drop)
            }
            Self::Rows(Change { one, .. }, rows) => {
                for row in rows {
                    client.execute_raw(one, row.iter().map(Held::value)).await?;
                }
                Ok(())
            }
        }
    }
}

type Told<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

/// What waits, in its order.
#[derive(Default)]
pub(super) struct Later(Vec<Word>);

impl Later {
    pub fn begin(&mut self) {
        self.0.push(Word::Begin);
    }

    pub fn point(&mut self) {
        self.0.push(Word::Point);
    }

    /// A point that the database has not heard of is of no use any more: if something behind it fails, all of the
    /// transaction does.
    pub fn release(&mut self) {
        match self.0.iter().rposition(|word| matches!(word, Word::Point | Word::Release)) {
            Some(place) if matches!(self.0.get(place), Some(Word::Point)) => drop(self.0.remove(place)),
            _ => self.0.push(Word::Release),
        }
    }

    /// Says something that is answered with nothing but success.
    pub fn text(&mut self, text: &str) {
        self.0.push(Word::Text(text.to_owned()));
    }

    pub fn change(&mut self, sql: &'static str, change: Change, args: &[Arg<'_>]) {
        self.0.push(Word::Change(sql, change, args.iter().map(Held::new).collect()));
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the transaction has not begun yet.
    pub fn begins(&self) -> bool {
        matches!(self.0.first(), Some(Word::Begin))
    }

    /// Whether the transaction is spoilt, and nobody knows from where on, if something of it fails.
    pub fn must_succeed(&self) -> bool {
        self.begins() || self.0.iter().any(|word| matches!(word, Word::Change(..)))
    }

    /// Drops what stands behind the latest open point, and the point; `false` if the database knows that point.
    pub fn back_to_point(&mut self) -> bool {
        let mut closed = 0;
        for place in (0..self.0.len()).rev() {
            match self.0.get(place) {
                Some(Word::Release) => closed += 1,
                Some(Word::Point) if closed > 0 => closed -= 1,
                Some(Word::Point) => {
                    self.0.truncate(place);
                    return true;
                }
                _ => {}
            }
        }
        false
    }

    /// Says all of it: on its way when this is first polled, in its order. The first failure is the reason of the others.
    pub async fn tell(&self, client: &Client) -> Result<(), Error> {
        let parts = parts(&self.0);
        let mut told: Vec<Option<Told<'_>>> = Vec::new();
        told.extend(parts.iter().map(|part| -> Option<Told<'_>> { Some(Box::pin(part.tell(client))) }));
        let mut outcome = Ok(());
        poll_fn(|cx| {
            let mut waits = false;
            for slot in &mut told {
                let Some(one) = slot else { continue };
                match one.as_mut().poll(cx) {
                    Poll::Pending => waits = true,
                    Poll::Ready(answer) => {
                        *slot = None;
                        if outcome.is_ok() {
                            outcome = answer;
                        }
                    }
                }
            }
            if waits { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_database_has_not_heard_of_is_taken_back_here() {
        let mut later = Later::default();
        later.begin();
        later.point();
        later.text("one");
        later.point();
        later.text("two");
        later.release();
        later.text("three");
        // The inner point is closed, so the way back leads to the outer one.
        assert!(later.back_to_point());
        assert_eq!((later.len(), later.begins()), (1, true));
        assert!(!later.back_to_point(), "there is no point left");
        assert_eq!(later.len(), 1);
        later.point();
        later.point();
        later.text("four");
        assert!(later.back_to_point());
        assert_eq!(later.len(), 2);
        assert!(later.back_to_point());
        assert_eq!(later.len(), 1);
    }

    #[test]
    fn a_point_that_the_database_knows_is_not_found_behind_a_closed_one() {
        let mut later = Later::default();
        later.release();
        assert!(!later.back_to_point());
        assert_eq!(later.len(), 1, "the database must hear of the end of the inner one");
        assert!(!later.begins() && !later.must_succeed());
    }

    #[test]
    fn a_point_that_was_closed_before_the_database_heard_of_it_is_not_told() {
        let mut later = Later::default();
        later.point();
        later.text("one");
        later.point();
        later.text("two");
        later.release();
        later.release();
        later.release();
        assert_eq!(later.0.iter().filter_map(Word::text).collect::<String>(), format!("onetwo{RELEASE}"));
    }

    #[test]
    fn only_plain_rows_become_lists() {
        let types = [Type::INT8, Type::TEXT];
        let rows = "INSERT INTO users (account, user_name) VALUES (?1, ?2)";
        assert_eq!(
            of_many(rows, &types).unwrap(),
            "INSERT INTO users (account, user_name) SELECT * FROM unnest($1::int8[], $2::text[])"
        );
        let unless_there = "INSERT INTO users (account, user_name) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        assert!(of_many(unless_there, &types).unwrap().ends_with("$2::text[]) ON CONFLICT DO NOTHING"));
        for other in [
            "INSERT INTO users (account, user_name) VALUES (?1, ?2) ON CONFLICT (account) DO UPDATE SET user_name = ?2",
            "INSERT INTO users (account, user_name) VALUES (?2, ?1)",
            "UPDATE users SET user_name = ?2 WHERE account = ?1",
        ] {
            assert_eq!(of_many(other, &types), None, "{other}");
        }
    }
}
