//! At which of an address's hosts a session is begun: one that takes writes, and of several the one that was promoted last,
//! for the others were given up. Must not know what is asked in the session.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio_postgres::{Client, Config, SimpleQueryMessage};

use super::address::PostgresUrl;
use super::promotions::{ASK, Outdated, Promotions, Timeline, is_later};
use super::tls::Trust;
use super::trouble::Trouble;
use super::wire::{Line, drive};

/// How long the other hosts are waited for once one will do. One that is alive answers within that.
const GRACE: Duration = Duration::from_secs(1);

/// How far to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// At the host that was last taken, and at the others if it will not do.
    Last,
    /// At all: what was last taken may have been given up since.
    All,
}

/// A session that was begun.
pub(super) struct Found {
    pub(super) client: Client,
    pub(super) line: Line,
    pub(super) timeline: Option<Timeline>,
}

/// Why none was.
pub(super) enum Failed {
    /// No host answers or takes writes.
    Trouble(Trouble),
    /// Those that take writes were given up.
    Outdated(Outdated),
}

/// Begins a session, within `patience`.
pub(super) async fn begin(
    url: &PostgresUrl,
    trust: &Trust,
    promotions: &Promotions,
    look: Look,
    patience: Duration,
) -> Result<Found, Failed> {
    let hosts = url.each_host();
    let last = (look == Look::Last && hosts.len() > 1).then(|| promotions.host());
    // The first look leaves the second its share of the time.
    let share = if last.is_some() { patience / 2 } else { patience };
    let mut failed = None;
    if let Some(place) = last
        && let Some((host, limit)) = hosts.get(place)
    {
        match ask(host, (*limit).min(share), trust).await {
            Ok(found) => match promotions.check(found.timeline.as_ref()) {
                Ok(()) => {
                    promotions.note(place, found.timeline.as_ref());
                    return Ok(found);
                }
                Err(outdated) => failed = Some(Failed::Outdated(outdated)),
            },
            Err(trouble) => failed = Some(Failed::Trouble(trouble)),
        }
    }
    let mut asked: FuturesUnordered<_> = hosts
        .iter()
        .enumerate()
        .filter(|(place, _)| Some(*place) != last)
        .map(|(place, (host, limit))| async move { (place, ask(host, (*limit).min(share), trust).await) })
        .collect();
    let mut best: Option<(usize, Found)> = None;
    loop {
        let next = match &best {
            None => asked.next().await,
            Some(_) => tokio::time::timeout(GRACE, asked.next()).await.ok().flatten(),
        };
        let Some((place, answer)) = next else { break };
        let found = match answer {
            Ok(found) => found,
            Err(trouble) => {
                if !matches!(failed, Some(Failed::Outdated(_))) {
                    failed = Some(Failed::Trouble(trouble));
                }
                continue;
            }
        };
        if let Err(outdated) = promotions.check(found.timeline.as_ref()) {
            failed = Some(Failed::Outdated(outdated));
            continue;
        }
        let is_better = best.as_ref().is_none_or(|(before, known)| {
            let (one, other) = (found.timeline.as_ref(), known.timeline.as_ref());
            is_later(one, other) || place < *before && !is_later(other, one)
        });
        if is_better {
            best = Some((place, found));
        }
    }
    match best {
        Some((place, found)) => {
            promotions.note(place, found.timeline.as_ref());
            Ok(found)
        }
        None => Err(failed.unwrap_or(Failed::Trouble(Trouble::Silent))),
    }
}

/// A session at one host, and the timeline that it is on.
async fn ask(host: &Config, limit: Duration, trust: &Trust) -> Result<Found, Trouble> {
    let begun = async {
        let (client, mut line) = host.connect(trust.clone()).await?;
        let asked = drive(&mut line, &mut VecDeque::new(), &mut false, client.simple_query(ASK)).await;
        let timeline = match asked {
            Ok(rows) => rows.iter().find_map(|message| match message {
                SimpleQueryMessage::Row(row) => Timeline::read(row.get(0)?, row.get(1)?),
                _ => None,
            }),
            Err(trouble) if trouble.ends_connection() => return Err(trouble),
            // An engine of the family, or a service, that does not tell.
            Err(_) => None,
        };
        Ok(Found { client, line, timeline })
    };
    tokio::time::timeout(limit, begun).await.unwrap_or(Err(Trouble::Silent))
}
