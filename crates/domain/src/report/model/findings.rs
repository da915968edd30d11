//! Pages of findings against the same plain structs: every offender once, in order, whatever the size of the pages and the
//! number of looks, and worth what its repair really gives back.

use super::*;
use crate::report::findings::{CheckName, Finding, Lens, Query, Sort, SubjectType, page_within};
use crate::report::ledger::Points;
use crate::report::repair::{self, Limits};
use crate::report::score;

/// A finding as a list has it: day, user, key, since when.
type Row = (i64, i64, String, i64);

impl Model {
    /// Every finding about an identity, as the definitions say it.
    pub(super) fn findings(
        &self,
        check: CheckName,
        account: AccountId,
        today: i64,
        thresholds: Thresholds,
    ) -> Vec<Row> {
        let day = |instant: i64| instant.div_euclid(DAY);
        let (old_days, unused_days) = (i64::from(thresholds.old_days()), i64::from(thresholds.unused_days()));
        let last = |key: &Key| key.used.map_or(key.created, |used| used.max(key.created));
        let is_old = |key: &Key| key.active && today - day(key.created) > old_days;
        let is_unused = |key: &Key| key.active && today - day(last(key)) >= unused_days;
        let turned_old = |key: &Key| (day(key.created), (day(key.created) + old_days + 1) * DAY);
        let turned_unused = |key: &Key| (day(last(key)), (day(last(key)) + unused_days) * DAY);
        let bound: BTreeSet<i64> = self.devices.values().flatten().copied().collect();
        let root_only = thresholds.ak_scope() == AkScope::RootOnly;
        let mut rows = Vec::new();
        for (user, keys) in &self.keys {
            let console = self.consoles.get(user).filter(|console| console.active);
            let mut active: Vec<i64> = keys.iter().filter(|key| key.active).map(|key| key.created).collect();
            active.sort_unstable();
            let in_scope = *user == 0 || !root_only;
            for key in keys {
                let hit = match check {
                    CheckName::RootNoKey => (*user == 0).then_some((day(key.created), key.created)),
                    CheckName::AccountNoOldKey => (in_scope && is_old(key)).then(|| turned_old(key)),
                    CheckName::AccountNoUnusedKey => (in_scope && is_unused(key)).then(|| turned_unused(key)),
                    CheckName::KeyNeverUsed => {
                        (key.active && key.used.is_none()).then_some((day(key.created), key.created))
                    }
                    CheckName::RootKeyUsedRecently => key
                        .used
                        .filter(|used| *user == 0 && key.active && today - day(*used) < unused_days)
                        .map(|used| (day(used), used)),
                    _ => None,
                };
                rows.extend(hit.map(|(day, since)| (day, *user, format!("{account}-{}", key.id), since)));
            }
            if *user == 0 {
                continue;
            }
            let no_mfa = !bound.contains(user);
            let at = |instant: i64| (day(instant), instant);
            let hit = match check {
                CheckName::UsersMfa => no_mfa.then(|| at(self.created[user])),
                CheckName::ConsoleUserMfa => console.filter(|_| no_mfa).map(|console| at(console.created)),
                CheckName::ConsoleLogonIdle => console.and_then(|console| {
                    let logons = [Some(console.created), console.logon, self.logons.get(user).copied()];
                    let last = day(logons.into_iter().flatten().max().unwrap());
                    (today - last >= unused_days).then_some((last, (last + unused_days) * DAY))
                }),
                CheckName::TwoActiveKeys => active.get(1).map(|second| at(*second)),
                CheckName::ConsoleAndKeys => {
                    console.zip(active.first()).map(|(console, first)| at(console.created.max(*first)))
                }
                CheckName::UsersNoOldKey => keys.iter().filter(|key| is_old(key)).map(turned_old).min(),
                CheckName::UsersNoUnusedKey => {
                    keys.iter().filter(|key| is_unused(key)).map(turned_unused).min()
                }
                _ => None,
            };
            rows.extend(hit.map(|(day, since)| (day, *user, String::new(), since)));
        }
        rows
    }

    /// The model after a finding was repaired.
    fn repaired(&self, check: CheckName, row: &Row, account: AccountId, limits: Limits) -> Self {
        let mut model = self.clone();
        let (_, user, id, _) = row;
        let goes = |key: &Key| {
            let facts = crate::store::KeyFacts {
                active: key.active,
                create_date: Timestamp::from_seconds(key.created),
                last_used_date: key.used.map(Timestamp::from_seconds),
            };
            match check {
                CheckName::UsersNoOldKey => limits.is_old(&facts),
                CheckName::UsersNoUnusedKey => limits.is_unused(&facts),
                _ => format!("{account}-{}", key.id) == *id,
            }
        };
        match check {
            CheckName::UsersMfa => drop(model.devices.insert("repair".to_owned(), Some(*user))),
            _ => model.keys.get_mut(user).unwrap().retain(|key| !goes(key)),
        }
        model
    }
}

impl History {
    fn pages(&self, lens: &Lens<'_>, query: Query, looks: usize) -> (Vec<Finding>, Vec<Option<i64>>) {
        let (mut all, mut totals, mut query) = (Vec::new(), Vec::new(), query);
        for _ in 0..10_000 {
            let page = read(&self.store, |tx| page_within(tx, lens, &query, looks));
            assert!(page.findings.len() <= query.limit);
            all.extend(page.findings);
            totals.push(page.total);
            match page.next {
                Some(next) => query.after = Some(next.to_string().parse().unwrap()),
                None => return (all, totals),
            }
        }
        panic!("the pages never end");
    }

    fn assert_findings(&mut self, worth: &mut BTreeMap<bool, usize>) {
        let weights = score::Model::default();
        let ids: Vec<AccountId> = self.models.keys().copied().collect();
        let account = self.one_of(&ids).unwrap();
        let scopes = [AkScope::AccountTotal, AkScope::AccountTotal, AkScope::RootOnly];
        let days = self.one_of(&[(90, 90), (1, 365), (100, 1)]).unwrap();
        let thresholds = Thresholds::new(days.0, days.1, self.one_of(&scopes).unwrap()).unwrap();
        let today = self.now.div_euclid(DAY) + self.chance.random_range(-100..100);
        let limits = Limits { today: Day(today), thresholds };
        let lens = read(&self.store, |tx| {
            let row = accounts::find(tx, account)?.unwrap();
            Lens::new(tx, row, limits, &weights)
        });
        for check in CheckName::ALL.iter().copied() {
            let of_account =
                matches!(check, CheckName::RamUsersExist | CheckName::RootMfa | CheckName::PasswordPolicy);
            for sort in Sort::ALL.iter().copied() {
                let prefix = self.one_of(&["", "", "user1", "user23", "none"]).unwrap().to_owned();
                let (limit, looks) =
                    (self.one_of(&[1, 3, 1000]).unwrap(), self.one_of(&[1, 7, 40, 2000]).unwrap());
                let query = Query { check, sort, prefix: prefix.clone(), after: None, limit };
                let (found, totals) = self.pages(&lens, query, looks);
                if of_account {
                    assert!(found.len() <= 1);
                    assert!(found.iter().all(|one| one.subject != SubjectType::User && prefix.is_empty()));
                    continue;
                }
                let model = &self.models[&account];
                let mut expected = model.findings(check, account, today, thresholds);
                let count = i64::try_from(expected.len()).unwrap();
                expected.retain(|(_, user, ..)| {
                    prefix.is_empty() || (*user != 0 && format!("user{user}").starts_with(&prefix))
                });
                match sort {
                    Sort::Age => expected.sort(),
                    Sort::Subject => expected.sort_by_key(|(_, user, key, _)| {
                        (if *user == 0 { String::new() } else { format!("user{user}") }, key.clone())
                    }),
                }
                let told = format!("{check} by {sort}, {limit} with {looks} looks, prefix {prefix:?}");
                let rows: Vec<(i64, String, i64)> = found
                    .iter()
                    .map(|one| {
                        let user = one.user.as_ref().map_or(0, |(user, _)| user.get());
                        let key = one.key.as_ref().map(ToString::to_string).unwrap_or_default();
                        (user, key, one.since.unwrap().seconds())
                    })
                    .collect();
                let wanted: Vec<(i64, String, i64)> =
                    expected.iter().map(|(_, user, key, since)| (*user, key.clone(), *since)).collect();
                assert_eq!(rows, wanted, "{told}");
                let total = prefix.is_empty().then_some(count);
                assert!(totals.iter().all(|found| *found == total), "{told}: {totals:?}, not {total:?}");
                let is_scored =
                    crate::report::checks::scored().any(|(scored, _)| scored.id == check.as_str());
                for (finding, row) in found.iter().zip(&expected).filter(|_| is_scored).take(20) {
                    let repaired = model.repaired(check, row, account, limits).facts(today, thresholds);
                    let points = repair::gained(
                        &weights,
                        repair::earned(&weights, &model.facts(today, thresholds)),
                        &repaired,
                    );
                    assert_eq!(finding.points, points, "{told}: {row:?}");
                    *worth.entry(points > Points::default()).or_default() += 1;
                }
            }
        }
    }
}

fn list(seed: u64) {
    let (mut history, mut worth) = (History::begin(seed), BTreeMap::new());
    for step in 0..400 {
        history.step();
        if step % 8 == 0 {
            history.assert_findings(&mut worth);
        }
    }
    // Some findings are the last of their check, most are not.
    assert!(worth[&true] > 20 && worth[&false] > 200, "{worth:?}");
}

#[test]
fn findings_are_each_given_once_and_in_order() {
    list(11);
}

#[test]
fn findings_of_another_history_as_well() {
    list(12);
}
