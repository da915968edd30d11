//! What the database is told along with the next statement, so that it costs no wait of its own: beginnings, points and
//! changes that nobody waits for. Must not know what is stored.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use tokio_postgres::{Client, Error, Statement};

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

enum Word {
    Begin,
    Point,
    Release,
    Text(String),
    Change(Statement, Vec<Held>),
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

    pub fn release(&mut self) {
        self.0.push(Word::Release);
    }

    /// Says something that is answered with nothing but success.
    pub fn text(&mut self, text: &str) {
        self.0.push(Word::Text(text.to_owned()));
    }

    pub fn change(&mut self, statement: Statement, args: &[Arg<'_>]) {
        self.0.push(Word::Change(statement, args.iter().map(Held::new).collect()));
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
        let mut told: Vec<Option<Told<'_>>> = Vec::new();
        for words in self.0.chunk_by(|one, next| one.text().is_some() && next.text().is_some()) {
            told.push(Some(match words {
                [Word::Change(statement, args)] => Box::pin(async move {
                    client.execute_raw(statement, args.iter().map(Held::value)).await.map(drop)
                }),
                texts => {
                    let text: String = texts.iter().filter_map(Word::text).collect();
                    Box::pin(async move { client.batch_execute(&text).await })
                }
            }));
        }
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
        later.point();
        later.release();
        assert!(!later.back_to_point());
        assert_eq!(later.len(), 2, "the database must hear of the end of the inner one");
        assert!(!later.begins() && !later.must_succeed());
    }
}
