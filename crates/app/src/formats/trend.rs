//! The score over time as the points of a drawing: a line that stays level until the next entry of the history.

use ramward_domain::time::Timestamp;

use super::explained::Explained;
use super::states::Entry;

/// The width of the drawing.
pub const WIDTH: f64 = 640.0;
/// Its height from score 0 to score 100.
pub const HEIGHT: f64 = 120.0;

const SECONDS_A_DAY: i64 = 86_400;

/// A drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// The line, as the points of an SVG polyline.
    pub line: String,
    /// The line's end, where the score is now.
    pub end: (f64, f64),
    /// The first instant.
    pub from: String,
    /// The last instant.
    pub to: String,
    /// The first score.
    pub first: i64,
    /// The last score.
    pub last: i64,
    /// The lowest score.
    pub lowest: i64,
    /// The highest score.
    pub highest: i64,
}

impl Trend {
    /// What it shows, in words.
    pub fn words(&self) -> String {
        format!(
            "The score went from {} to {} between {} and {}; lowest {}, highest {}.",
            self.first, self.last, self.from, self.to, self.lowest, self.highest
        )
    }
}

/// The drawing of a report's history; `None` if it is shorter than two instants.
pub fn of(explained: &Explained) -> Option<Trend> {
    let explanation = &explained.explanation;
    of_entries(&explained.entries.entry, &explanation.report_time, explanation.score)
}

/// The drawing of a history that led to a score at an instant; `None` likewise.
pub fn of_entries(entries: &[Entry], now: &str, score: i64) -> Option<Trend> {
    let mut points: Vec<(i64, &str, i64)> = entries
        .iter()
        .map(|entry| (entry.time.as_str(), entry.score))
        .chain([(now, score)])
        .filter_map(|(time, score)| Some((Timestamp::parse(time).ok()?.seconds(), time, score.clamp(0, 100))))
        .collect();
    points.sort_by_key(|point| point.0);
    let (first, last) = (*points.first()?, *points.last()?);
    let span = last.0 - first.0;
    // A line needs a change, or at least a day of none.
    let changes = points.iter().any(|point| point.2 != first.2);
    if span <= 0 || !changes && span < SECONDS_A_DAY || entries.is_empty() {
        return None;
    }
    let x = |at: i64| WIDTH * (at - first.0) as f64 / span as f64;
    let y = |score: i64| HEIGHT - HEIGHT * score as f64 / 100.0;
    let mut line = format!("{:.1},{:.1}", x(first.0), y(first.2));
    for (before, point) in points.iter().zip(points.iter().skip(1)) {
        line.push_str(&format!(" {:.1},{:.1} {:.1},{:.1}", x(point.0), y(before.2), x(point.0), y(point.2)));
    }
    let scores = || points.iter().map(|point| point.2);
    // Of one day the hours are told as well.
    let shown = |time: &str| if day(first.1) == day(last.1) { time.to_owned() } else { day(time) };
    let (from, to) = (shown(first.1), shown(last.1));
    Some(Trend {
        line,
        end: (x(last.0), y(last.2)),
        from,
        to,
        first: first.2,
        last: last.2,
        lowest: scores().min().unwrap_or_default(),
        highest: scores().max().unwrap_or_default(),
    })
}

fn day(time: &str) -> String {
    time.split('T').next().unwrap_or_default().to_owned()
}
