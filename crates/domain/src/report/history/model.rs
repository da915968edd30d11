//! The history against a naive list: random changes of accounts, random jumps of the clock, settings that change; beside
//! the store a list of (instant, ten values) that is computed anew at every change and at every midnight.

use rand::RngExt;

use super::entry::{Cause, CauseType, Entry};
use super::{Measures, Range, begin, clock_was_set_back, list, plot, record, settings_in_force, thinning};
use crate::ids::AccountId;
use crate::report::facts::Facts;
use crate::report::model::{Change, History, Model};
use crate::report::score;
use crate::report::thresholds::{AkScope, Thresholds};
use crate::store::conformance::fixtures::{read, write};
use crate::store::{StoreError, Tx};
use crate::time::{Day, Timestamp};

const DAY: i64 = 86_400;
const ALL: Range = Range { from: Timestamp::MIN, to: Timestamp::MAX };

/// An entry of the naive list.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    at: i64,
    facts: Facts,
    score: i64,
    thresholds: Thresholds,
    cause: CauseType,
}

impl From<&Entry> for Line {
    fn from(entry: &Entry) -> Self {
        Self {
            at: entry.at.seconds(),
            facts: entry.facts,
            score: entry.score,
            thresholds: entry.thresholds,
            cause: entry.cause.kind,
        }
    }
}

/// The naive list of an account, and the instant of the last change.
#[derive(Default)]
struct Naive(Vec<Line>, i64);

fn push(lines: &mut Vec<Line>, model: &Model, at: i64, thresholds: Thresholds, cause: CauseType) {
    let facts = model.facts(at.div_euclid(DAY), thresholds);
    let score = i64::from(score::Model::default().score(&facts));
    let new = Line { at, facts, score, thresholds, cause };
    let same = |last: &Line| (last.facts, last.score, last.thresholds) == (facts, score, thresholds);
    if !lines.last().is_some_and(same) {
        lines.push(new);
    }
}

impl Naive {
    /// What is told at `now`: what was written, then every midnight since.
    fn told(&self, model: &Model, since: i64, now: i64, thresholds: Thresholds) -> Vec<Line> {
        let mut lines = self.0.clone();
        let mut travelled = lines.last().is_some_and(|last| last.at > now + DAY);
        if travelled {
            lines.retain(|line| line.at <= now);
        }
        travelled |= self.1 > now + DAY;
        let known_from = lines.last().map_or(DAY / 2, |last| last.at);
        let mut at = known_from.max(self.1);
        if travelled || lines.last().is_none_or(|last| last.thresholds != thresholds) {
            at = since.min(now).max(known_from);
            push(&mut lines, model, at, thresholds, CauseType::Settings);
        }
        let first_midnight = (at.div_euclid(DAY) + 1) * DAY;
        for midnight in (0..).map(|day| first_midnight + day * DAY).take_while(|midnight| *midnight <= now) {
            push(&mut lines, model, midnight, thresholds, CauseType::TimePassed);
        }
        lines
    }
}

struct Play {
    history: History,
    naive: std::collections::BTreeMap<AccountId, Naive>,
    thresholds: Thresholds,
    weights: score::Model,
    since: i64,
    thinned: usize,
    /// The latest instant at which anything was written: thinning went by it.
    latest: i64,
}

impl Play {
    fn begin(seed: u64) -> Self {
        let history = History::begin(seed);
        let naive = history.models.keys().map(|id| (*id, Naive::default())).collect();
        let (thresholds, since) = (Thresholds::default(), history.now);
        let play = Self {
            history,
            naive,
            thresholds,
            weights: score::Model::default(),
            since,
            thinned: 0,
            latest: since,
        };
        play.settings();
        play
    }

    fn measures(&self) -> Measures<'_> {
        Measures { thresholds: self.thresholds, model: &self.weights }
    }

    fn write(
        &self,
        mut work: impl FnMut(&mut Tx<'_>, Timestamp, Measures<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        let (now, thresholds, model) =
            (Timestamp::from_seconds(self.history.now), self.thresholds, self.weights.clone());
        write(&self.history.store, move |tx| work(tx, now, Measures { thresholds, model: &model }))
    }

    fn settings(&self) {
        self.write(settings_in_force).unwrap();
    }

    /// The clock goes on or back, and sometimes the limits change.
    fn pass_time(&mut self) {
        let before = self.history.now;
        self.history.pass_time();
        if self.history.now < before {
            // The clock was set back, as SetClock does it, or, by less than a day, put right.
            if before - self.history.now < DAY / 2 {
                return;
            }
            self.since = self.history.now;
            self.write(|tx, now, _| clock_was_set_back(tx, now)).unwrap();
        }
        if self.history.chance.random_bool(0.02) {
            let settings = [
                Thresholds::default(),
                Thresholds::new(90, 90, AkScope::RootOnly).unwrap(),
                Thresholds::new(30, 7, AkScope::AccountTotal).unwrap(),
            ];
            let chosen = settings[self.history.chance.random_range(0..settings.len())];
            if chosen != self.thresholds {
                (self.thresholds, self.since) = (chosen, self.history.now);
                self.settings();
            }
        }
    }

    fn step(&mut self) {
        self.pass_time();
        let ids: Vec<AccountId> = self.history.models.keys().copied().collect();
        let account = ids[self.history.chance.random_range(0..ids.len())];
        let before = self.history.models[&account].clone();
        let count =
            if self.history.chance.random_bool(0.7) { 1 } else { self.history.chance.random_range(2..=6) };
        let (mut model, mut changes): (Model, Vec<Change>) = (before.clone(), Vec::new());
        for _ in 0..count {
            let change = self.history.choose(&model);
            change.apply_to_model(&mut model);
            changes.push(change);
        }
        let bulk = self.history.chance.random_bool(0.15);
        let inner = self.history.chance.random_bool(0.15);
        let discard = self.history.chance.random_bool(0.1);
        let now = self.history.now;
        let outcome = self.write(move |tx, at, measures| {
            begin(tx, account, at, measures)?;
            if bulk {
                tx.bulk();
            }
            if inner {
                // What is taken back moved nothing.
                let taken_back = tx.nested(|tx| {
                    changes.iter().try_for_each(|change| change.apply(tx, account, now))?;
                    tx.take_moved()?;
                    Err::<(), _>(StoreError::Busy)
                });
                assert!(matches!(taken_back, Err(StoreError::Busy)), "{taken_back:?}");
            } else {
                changes.iter().try_for_each(|change| change.apply(tx, account, now))?;
            }
            record(tx, &Cause::plain(CauseType::Operation), at, measures)?;
            if discard { Err(StoreError::Closed) } else { Ok(()) }
        });
        match outcome {
            Ok(()) => self.latest = self.latest.max(now),
            Err(StoreError::Closed) if discard => return self.assert_told(account),
            Err(error) => panic!("{error}"),
        }
        let naive = self.naive.get_mut(&account).unwrap();
        naive.0 = naive.told(&before, self.since, now, self.thresholds);
        naive.1 = now.max(naive.0.last().map_or(now, |last| last.at));
        if !inner {
            let at = naive.0.last().map_or(now, |last| last.at.max(now));
            push(&mut naive.0, &model, at, self.thresholds, CauseType::Operation);
            self.history.models.insert(account, model);
        }
        self.assert_told(account);
    }

    fn assert_told(&mut self, account: AccountId) {
        let now = Timestamp::from_seconds(self.history.now);
        let model = &self.history.models[&account];
        let expected = self.naive[&account].told(model, self.since, self.history.now, self.thresholds);
        let found =
            read(&self.history.store, |tx| list(tx, account, ALL, None, 1 << 20, now, self.measures()));
        assert!(found.is_sorted_by(|one, other| one.position() < other.position()));
        let full_from = thinning::full_from(Timestamp::from_seconds(self.latest)).start().seconds();
        let lines: Vec<Line> = found.iter().map(Line::from).collect();
        let split = |lines: &[Line]| {
            let at = lines.partition_point(|line| line.at < full_from);
            (lines[..at].to_vec(), lines[at..].to_vec())
        };
        let ((old, recent), (all_old, all_recent)) = (split(&lines), split(&expected));
        assert_eq!(
            recent, all_recent,
            "{account} at {now}, old: {old:#?}\nall old: {all_old:#?}, since {}",
            self.since
        );
        for entry in found.iter().filter(|entry| entry.cause.kind == CauseType::TimePassed) {
            assert!(entry.more_subjects >= 0 && entry.subjects.len() <= 20, "{entry:?}");
        }
        // What is old has lost entries, but never the last one of a day.
        self.thinned += all_old.len() - old.len();
        let mut rest = old.iter().peekable();
        for (index, line) in all_old.iter().enumerate() {
            let last_of_day = all_old.get(index + 1).is_none_or(|next| next.at / DAY != line.at / DAY);
            if rest.next_if(|found| *found == line).is_none() {
                assert!(!last_of_day, "{account}: {line:?} is gone");
            }
        }
        assert_eq!(rest.next(), None, "{account} has an entry that nobody expects");
        self.assert_pages(account, &found, now);
    }

    /// Pages and plots are parts of the whole list.
    fn assert_pages(&mut self, account: AccountId, whole: &[Entry], now: Timestamp) {
        if whole.is_empty() || !self.history.chance.random_bool(0.1) {
            return;
        }
        let limit = self.history.chance.random_range(1..20);
        let mut ends = [0, 1].map(|_| whole[self.history.chance.random_range(0..whole.len())].at);
        ends.sort();
        let range = Range { from: ends[0], to: ends[1].plus_seconds(self.history.chance.random_range(0..2)) };
        let inside: Vec<Entry> =
            whole.iter().filter(|entry| (range.from..=range.to).contains(&entry.at)).cloned().collect();
        let measures = self.measures();
        read(&self.history.store, |tx| {
            let mut found: Vec<Entry> = Vec::new();
            loop {
                let after = found.last().map(Entry::position);
                let page = list(tx, account, range, after, limit, now, measures)?;
                assert!(page.len() <= limit);
                if page.is_empty() {
                    break;
                }
                found.extend(page);
            }
            assert_eq!(found, inside);
            let points = limit + 1;
            let plotted = plot(tx, account, range, points, now, measures)?;
            assert!(plotted.len() <= points && plotted.iter().all(|entry| inside.contains(entry)));
            assert_eq!((plotted.first(), plotted.last()), (inside.first(), inside.last()));
            assert!(plotted.is_sorted_by(|one, other| one.position() < other.position()));
            assert!(inside.len() > points || plotted == inside);
            Ok(())
        });
    }
}

fn play(seed: u64) {
    let mut play = Play::begin(seed);
    (0..600).for_each(|_| play.step());
    let lengths: Vec<usize> = play.naive.values().map(|naive| naive.0.len()).collect();
    assert!(lengths.iter().any(|length| *length > 100), "the histories stay too short: {lengths:?}");
    assert!(play.thinned > 0, "nothing was thinned");
}

#[test]
fn a_history_is_told_as_it_was() {
    play(11);
}

#[test]
fn another_history_is_told_as_it_was() {
    play(12);
}

#[test]
fn a_third_history_is_told_as_it_was() {
    play(13);
}

#[test]
fn a_day_of_long_ago_keeps_its_last_entry() {
    let Play { history, .. } = Play::begin(14);
    let account = *history.models.keys().next().unwrap();
    let (thresholds, model) = (Thresholds::default(), score::Model::default());
    let measures = Measures { thresholds, model: &model };
    let run = |seconds: i64, changes: usize, from: i64| {
        let model = model.clone();
        write(&history.store, move |tx| {
            let at = Timestamp::from_seconds(seconds);
            let measures = Measures { thresholds, model: &model };
            for number in 0..changes as i64 {
                begin(tx, account, at, measures)?;
                Change::CreateUser { number: from + number, created: seconds }.apply(tx, account, seconds)?;
                record(tx, &Cause::plain(CauseType::Operation), at, measures)?;
            }
            Ok(())
        })
        .unwrap();
    };
    let morning = history.now;
    run(morning, 100, 1);
    run(morning + DAY, 3, 101);
    let size = |now: i64| {
        let now = Timestamp::from_seconds(now);
        read(&history.store, |tx| list(tx, account, ALL, None, 1 << 20, now, measures)).len()
    };
    // The beginning, and each user.
    assert_eq!(size(morning + DAY), 104);
    let later = morning + 91 * DAY;
    run(later, 1, 104);
    assert_eq!(size(later), 105 - 32, "a step at a time");
    run(later, 5, 105);
    assert_eq!(size(later), 1 + 3 + 6, "the last of the first day, and all of the last 90 days");
    run(later + DAY, 1, 110);
    assert_eq!(size(later + DAY), 1 + 1 + 7);
    assert_eq!(thinning::full_from(Timestamp::from_seconds(later)), Day(morning.div_euclid(DAY) + 1));
}
