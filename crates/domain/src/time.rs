//! Instants, calendar days and the clocks that give them. Everything is UTC and counts whole seconds, as the wire does.
//! Must not know what a date means to anyone: ages and windows are the business of those who ask.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ramward_rpc::error::Rule;
use ramward_rpc::shape::{Kind, Scalar};
use ramward_rpc::value::Value;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::{Date, Month, OffsetDateTime};

/// Seconds of a calendar day.
pub const SECONDS_PER_DAY: i64 = 86_400;

/// The length of `YYYY-MM-DDThh:mm:ssZ`.
const TEXT_LEN: usize = 20;

/// The text is not `YYYY-MM-DDThh:mm:ssZ` or names an instant that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the time must be UTC and look like 2026-11-01T00:00:00Z")]
pub struct BadTimestamp;

/// An instant: seconds since 1970-01-01T00:00:00Z, between the first second of year 1 and the last of year 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800);
    /// 9999-12-31T23:59:59Z.
    pub const MAX: Self = Self(253_402_300_799);

    /// The instant `seconds` after 1970; what lies outside years 1 to 9999 becomes the nearest instant inside, so that
    /// every instant can be written.
    pub const fn from_seconds(seconds: i64) -> Self {
        if seconds < Self::MIN.0 {
            Self::MIN
        } else if seconds > Self::MAX.0 {
            Self::MAX
        } else {
            Self(seconds)
        }
    }

    /// Seconds since 1970.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The calendar day it lies in.
    pub const fn day(self) -> Day {
        Day(self.0.div_euclid(SECONDS_PER_DAY))
    }

    /// The instant `seconds` later (earlier if negative), kept within years 1 to 9999.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_seconds(self.0.saturating_add(seconds))
    }

    /// How many seconds lie between `earlier` and this one; negative if it is the other way round.
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// The first second of the next day: until then everything that depends on the day stays as it is.
    pub const fn next_midnight(self) -> Self {
        Day(self.day().0 + 1).start()
    }

    /// Reads `YYYY-MM-DDThh:mm:ssZ` and nothing else: no fraction, no offset, no leap second.
    ///
    /// Every request pays for this, so the digits are read by hand and only the calendar is asked of the library.
    ///
    /// # Errors
    /// [`BadTimestamp`].
    pub fn parse(text: &str) -> Result<Self, BadTimestamp> {
        let bytes: &[u8; TEXT_LEN] = text.as_bytes().try_into().map_err(|_| BadTimestamp)?;
        let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', i1, i2, b':', s1, s2, b'Z'] =
            bytes
        else {
            return Err(BadTimestamp);
        };
        let year = u16::from(two(y1, y2)?) * 100 + u16::from(two(y3, y4)?);
        let (month, day) = (two(m1, m2)?, two(d1, d2)?);
        let (hour, minute, second) = (two(h1, h2)?, two(i1, i2)?, two(s1, s2)?);
        if year == 0 || hour > 23 || minute > 59 || second > 59 {
            return Err(BadTimestamp);
        }
        let month = Month::try_from(month).map_err(|_| BadTimestamp)?;
        let date = Date::from_calendar_date(i32::from(year), month, day).map_err(|_| BadTimestamp)?;
        let days = i64::from(date.to_julian_day() - JULIAN_DAY_OF_1970);
        let of_day = (i64::from(hour) * 60 + i64::from(minute)) * 60 + i64::from(second);
        Ok(Self(days * SECONDS_PER_DAY + of_day))
    }

    /// Reads the time that a request says it was signed at: as [`Self::parse`], or with a fraction of a second, which
    /// counts for nothing (Node's `@alicloud/sts-sdk` 1.0.2 and the Rust clients sign with one).
    ///
    /// # Errors
    /// [`BadTimestamp`].
    pub fn parse_signed(text: &str) -> Result<Self, BadTimestamp> {
        if text.len() <= TEXT_LEN {
            return Self::parse(text);
        }
        let (seconds, fraction) = text.split_once('.').ok_or(BadTimestamp)?;
        let digits = fraction.strip_suffix('Z').ok_or(BadTimestamp)?;
        let is_fraction = (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_fraction || seconds.len() != TEXT_LEN - 1 {
            return Err(BadTimestamp);
        }
        let mut whole = [b'Z'; TEXT_LEN];
        whole.iter_mut().zip(seconds.bytes()).for_each(|(to, from)| *to = from);
        std::str::from_utf8(&whole).map_err(|_| BadTimestamp).and_then(Self::parse)
    }

    fn text(self) -> [u8; TEXT_LEN] {
        let at = OffsetDateTime::from_unix_timestamp(self.0)
            .expect("years 1 to 9999 are within the library's range");
        let year = at.year().unsigned_abs();
        let mut text = *b"0000-00-00T00:00:00Z";
        let parts = [
            (0, year / 100),
            (2, year % 100),
            (5, u32::from(u8::from(at.month()))),
            (8, u32::from(at.day())),
            (11, u32::from(at.hour())),
            (14, u32::from(at.minute())),
            (17, u32::from(at.second())),
        ];
        for (place, number) in parts {
            if let Some([tens, ones]) = text.get_mut(place..place + 2) {
                *tens = b'0' + (number / 10 % 10) as u8;
                *ones = b'0' + (number % 10) as u8;
            }
        }
        text
    }
}

/// The Julian day number of 1970-01-01.
const JULIAN_DAY_OF_1970: i32 = 2_440_588;

const fn two(tens: u8, ones: u8) -> Result<u8, BadTimestamp> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    if tens > 9 || ones > 9 { Err(BadTimestamp) } else { Ok(tens * 10 + ones) }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.text()).expect("digits and punctuation"))
    }
}

impl FromStr for Timestamp {
    type Err = BadTimestamp;

    fn from_str(text: &str) -> Result<Self, BadTimestamp> {
        Self::parse(text)
    }
}

impl Scalar for Timestamp {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "UTC, as YYYY-MM-DDThh:mm:ssZ";

    fn parse(text: &str) -> Result<Self, Rule> {
        Self::parse(text).map_err(|_| Rule::Format)
    }

    fn value(&self) -> Value {
        Value::text(self.to_string())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A UTC calendar day: whole days since 1970-01-01, which is day 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

impl Day {
    /// Its first second.
    pub const fn start(self) -> Timestamp {
        Timestamp::from_seconds(self.0.saturating_mul(SECONDS_PER_DAY))
    }

    /// The day `days` later (earlier if negative).
    pub const fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// How many days lie between `earlier` and this one; negative if it is the other way round.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Written as `YYYY-MM-DD`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.start().to_string();
        f.pad(text.split_once('T').map_or("", |(date, _)| date))
    }
}

/// Where instants come from.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        let since_1970 =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_seconds(i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands still until it is told otherwise.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that shows `now`.
    pub const fn new(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.seconds()))
    }

    /// Shows `now` from here on.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.seconds(), Ordering::SeqCst);
    }

    /// Moves on by `seconds` (back if negative).
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Moves on by whole days.
    pub fn advance_days(&self, days: i64) {
        self.advance(days * SECONDS_PER_DAY);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::SeqCst))
    }
}

/// The clock of dates and ages: the wall clock plus an offset that is zero unless an operator travels in time.
/// It keeps running from where it was set. Signature windows and one-time codes never use it.
pub struct DomainClock {
    wall: Arc<dyn Clock>,
    offset: AtomicI64,
}

impl DomainClock {
    /// A clock that equals `wall` plus `offset_seconds` (0 unless a stored travel is taken up again).
    pub fn new(wall: Arc<dyn Clock>, offset_seconds: i64) -> Self {
        Self { wall, offset: AtomicI64::new(offset_seconds) }
    }

    /// Shows `now` and runs on from there.
    pub fn set(&self, now: Timestamp) {
        self.offset.store(now.seconds_since(self.wall.now()), Ordering::SeqCst);
    }

    /// Equals the wall clock again.
    pub fn reset(&self) {
        self.offset.store(0, Ordering::SeqCst);
    }

    /// Seconds ahead of the wall clock; what must be stored to take the travel up again.
    pub fn offset_seconds(&self) -> i64 {
        self.offset.load(Ordering::SeqCst)
    }
}

impl Clock for DomainClock {
    fn now(&self) -> Timestamp {
        self.wall.now().plus_seconds(self.offset_seconds())
    }
}

impl fmt::Debug for DomainClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DomainClock").field("offset_seconds", &self.offset_seconds()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_instants() {
        let rows = [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59Z", -1),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2020-10-12T09:12:00Z", 1_602_493_920),
            ("0001-01-01T00:00:00Z", Timestamp::MIN.seconds()),
            ("9999-12-31T23:59:59Z", Timestamp::MAX.seconds()),
        ];
        for (text, seconds) in rows {
            assert_eq!(Timestamp::parse(text), Ok(Timestamp::from_seconds(seconds)), "{text}");
            assert_eq!(Timestamp::from_seconds(seconds).to_string(), text);
        }
    }

    #[test]
    fn a_request_may_be_signed_at_a_fraction_of_a_second() {
        let whole = Timestamp::parse("2020-10-12T09:12:07Z");
        for text in ["2020-10-12T09:12:07Z", "2020-10-12T09:12:07.0Z", "2020-10-12T09:12:07.123456789Z"] {
            assert_eq!(Timestamp::parse_signed(text), whole, "{text}");
        }
        for text in [
            "",
            "2020-10-12T09:12:07.Z",
            "2020-10-12T09:12:07.1",
            "2020-10-12T09:12:07.1x1Z",
            "2020-10-12T09:12:07.1234567890Z",
            "2020-10-12T09:12:7.123Z",
            "2020-10-12T09:12:00.07.1Z",
            "２020-10-12T09:12:0.123Z",
        ] {
            assert_eq!(Timestamp::parse_signed(text), Err(BadTimestamp), "{text}");
        }
    }

    #[test]
    fn everything_but_the_one_form_is_refused() {
        let refused = [
            "",
            "2020-10-12",
            "2020-10-12T09:12:00",
            "2020-10-12T09:12:00z",
            "2020-10-12t09:12:00Z",
            "2020-10-12 09:12:00Z",
            "2020-10-12T09:12Z",
            "2020-10-12T09:12:00.0Z",
            "2020-10-12T09:12:00+00:00",
            " 2020-10-12T09:12:00Z",
            "2020-10-12T09:12:00Z ",
            "2020-1-12T09:12:00ZZ",
            "2020-10-12T09:12:60Z",
            "2016-12-31T23:59:60Z",
            "2020-10-12T24:00:00Z",
            "2020-10-12T23:60:00Z",
            "2020-00-12T09:12:00Z",
            "2020-13-12T09:12:00Z",
            "2020-10-00T09:12:00Z",
            "2020-10-32T09:12:00Z",
            "2020-04-31T09:12:00Z",
            "2021-02-29T09:12:00Z",
            "1900-02-29T09:12:00Z",
            "0000-01-01T00:00:00Z",
            "-001-01-01T00:00:00Z",
            "+020-10-12T09:12:00Z",
            "2020/10/12T09:12:00Z",
            "2020-10-12T09-12-00Z",
            "２020-10-12T09:12:0",
            "2020-1:-12T09:12:00Z",
            "2020-1/-12T09:12:00Z",
        ];
        for text in refused {
            assert_eq!(Timestamp::parse(text), Err(BadTimestamp), "{text}");
        }
        assert_eq!(<Timestamp as Scalar>::parse("yesterday"), Err(Rule::Format));
    }

    #[test]
    fn a_day_begins_at_midnight_also_before_1970() {
        let rows = [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T23:59:59Z", 0),
            ("1970-01-02T00:00:00Z", 1),
            ("1969-12-31T23:59:59Z", -1),
            ("1969-12-31T00:00:00Z", -1),
        ];
        for (text, day) in rows {
            let at = Timestamp::parse(text).unwrap();
            assert_eq!(at.day(), Day(day), "{text}");
            assert_eq!(at.next_midnight(), Day(day + 1).start());
        }
        assert_eq!(Day(18_547).to_string(), "2020-10-12");
    }

    #[test]
    fn an_instant_never_leaves_the_years_it_can_be_written_in() {
        assert_eq!(Timestamp::from_seconds(i64::MIN), Timestamp::MIN);
        assert_eq!(Timestamp::from_seconds(i64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::MAX.plus_seconds(1), Timestamp::MAX);
        assert_eq!(Timestamp::MIN.plus_seconds(i64::MIN), Timestamp::MIN);
        assert_eq!(Day(i64::MAX).start(), Timestamp::MAX);
    }

    #[test]
    fn serde_uses_the_same_text() {
        let at = Timestamp::from_seconds(1_602_493_920);
        assert_eq!(serde_json::to_string(&at).unwrap(), "\"2020-10-12T09:12:00Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>("\"2020-10-12T09:12:00Z\"").unwrap(), at);
        assert_eq!(serde_json::from_str::<Timestamp>(r#""2020-10\u002d12T09:12:00Z""#).unwrap(), at);
        assert!(serde_json::from_str::<Timestamp>("\"2020-10-12\"").is_err());
        assert!(serde_json::from_str::<Timestamp>("1602493920").is_err());
    }

    #[test]
    fn the_domain_clock_runs_on_from_where_it_was_set() {
        let wall = Arc::new(TestClock::new(Timestamp::from_seconds(1_000)));
        let domain = DomainClock::new(wall.clone(), 0);
        assert_eq!(domain.now(), Timestamp::from_seconds(1_000));
        domain.set(Timestamp::from_seconds(500));
        wall.advance(7);
        assert_eq!((domain.now().seconds(), domain.offset_seconds()), (507, -500));
        domain.reset();
        assert_eq!(domain.now(), wall.now());
        assert_eq!(DomainClock::new(wall, 60).now(), Timestamp::from_seconds(1_067));
    }

    #[test]
    fn the_machine_clock_is_past_the_day_this_was_written() {
        assert!(SystemClock.now() > Timestamp::parse("2026-11-01T00:00:00Z").unwrap());
    }

    proptest! {
        #[test]
        fn text_and_instant_are_the_same_thing(seconds in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let at = Timestamp::from_seconds(seconds);
            prop_assert_eq!(Timestamp::parse(&at.to_string()), Ok(at));
        }

        #[test]
        fn what_parses_is_written_back_unchanged(text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z") {
            if let Ok(at) = Timestamp::parse(&text) {
                prop_assert_eq!(at.to_string(), text);
            }
        }
    }
}
