//! Pages of findings: which rows are looked at, and how many at most.

use super::{CheckName, Finding, Identity, Lens, Page, Place, Query, Scope, Sort};
use crate::ids::UserId;
use crate::store::tables::{identities, users};
use crate::store::{StoreError, SubjectKind, Tx};
use crate::time::Day;

/// How many identities are looked at for a page at most, beside those it shows.
const LOOKS: usize = 2000;
/// How many rows are read in one go at most; the first time as many as the page may take, if each is a finding.
const CHUNK: usize = 256;
/// Before the first entry of a list.
const FIRST: (Day, i64) = (Day(i64::MIN), 0);

/// A page of findings.
///
/// # Errors
/// A failure of the store.
pub fn page(tx: &mut Tx<'_>, lens: &Lens<'_>, query: &Query) -> Result<Page, StoreError> {
    page_within(tx, lens, query, LOOKS)
}

/// The same with another number of looks.
pub(in crate::report) fn page_within(
    tx: &mut Tx<'_>,
    lens: &Lens<'_>,
    query: &Query,
    looks: usize,
) -> Result<Page, StoreError> {
    let mut pager = Pager { tx, lens, query, looks, found: Vec::new() };
    let next = match query.check.scope(lens.limits) {
        Scope::Account => pager.of_account(),
        Scope::Root => pager.of_root(),
        Scope::Listed(kind, until) => match query.sort {
            Sort::Age => pager.by_age(kind, until),
            Sort::Subject => pager.by_subject(kind, until),
        },
    }?;
    let (findings, next) = pager.cut(next);
    let total = if query.prefix.is_empty() { Some(total(tx, lens, query.check)?) } else { None };
    Ok(Page { findings, next, total })
}

/// How many findings a check has in all, without looking for them.
///
/// # Errors
/// A failure of the store.
pub fn total(tx: &mut Tx<'_>, lens: &Lens<'_>, check: CheckName) -> Result<i64, StoreError> {
    match lens.total(check) {
        Some(total) => Ok(total),
        None => count_of_root(tx, lens, check),
    }
}

fn count_of_root(tx: &mut Tx<'_>, lens: &Lens<'_>, check: CheckName) -> Result<i64, StoreError> {
    let root = identities::find(tx, lens.account.account, UserId::ROOT, check.parts())?;
    let hits = root.map_or(0, |root| check.hits(lens.limits, &root).len());
    Ok(i64::try_from(hits).unwrap_or(i64::MAX))
}

struct Pager<'a, 'tx> {
    tx: &'a mut Tx<'tx>,
    lens: &'a Lens<'a>,
    query: &'a Query,
    looks: usize,
    found: Vec<Finding>,
}

impl Pager<'_, '_> {
    fn is_full(&self) -> bool {
        self.found.len() > self.query.limit
    }

    fn first_chunk(&self) -> usize {
        // One more finding than asked for says that there are more; the entry of the last place is read again.
        (self.query.limit + 2).min(CHUNK)
    }

    /// What was asked for out of what was found, and where it goes on.
    fn cut(mut self, next: Option<Place>) -> (Vec<Finding>, Option<Place>) {
        if !self.is_full() {
            return (self.found, next);
        }
        self.found.truncate(self.query.limit);
        let next = self.found.last().map(|last| last.place.clone());
        (self.found, next)
    }

    fn sort(&mut self) {
        self.found.sort_unstable_by(|one, other| one.place.cmp(&other.place));
    }

    fn is_behind(&self, place: &Place) -> bool {
        self.query.after.as_ref().is_none_or(|after| place > after)
    }

    fn of_account(&mut self) -> Result<Option<Place>, StoreError> {
        let finding = self.lens.of_account(self.query.check, self.query.sort);
        let finding =
            finding.filter(|finding| self.query.prefix.is_empty() && self.is_behind(&finding.place));
        self.found.extend(finding);
        Ok(None)
    }

    fn of_root(&mut self) -> Result<Option<Place>, StoreError> {
        self.look_at_root()?;
        self.sort();
        Ok(None)
    }

    fn look_at_root(&mut self) -> Result<(), StoreError> {
        let (account, parts) = (self.lens.account.account, self.query.check.parts());
        if self.query.prefix.is_empty()
            && let Some(root) = identities::find(self.tx, account, UserId::ROOT, parts)?
        {
            self.look_at(&root, None);
        }
        Ok(())
    }

    /// Takes what an identity has behind the last place; of one day, if one is given.
    fn look_at(&mut self, identity: &Identity, on: Option<Day>) {
        let prefix = &self.query.prefix;
        let is_meant = prefix.is_empty() || (!identity.user.is_root() && identity.name.starts_with(prefix));
        if !is_meant {
            return;
        }
        let mut found = self.lens.of_identity(self.query.check, self.query.sort, identity);
        found.retain(|finding| {
            let fits = match (&finding.place, on) {
                (Place::Age(day, ..), Some(on)) => *day == on,
                _ => true,
            };
            fits && self.is_behind(&finding.place)
        });
        found.sort_unstable_by(|one, other| one.place.cmp(&other.place));
        self.found.append(&mut found);
    }

    fn listed(
        &mut self,
        kind: SubjectKind,
        range: ((Day, i64), Day),
        limit: usize,
    ) -> Result<Vec<(Day, Identity)>, StoreError> {
        let (account, parts) = (self.lens.account.account, self.query.check.parts());
        identities::list_by_day(self.tx, account, kind, range, limit, parts)
    }

    fn named(&mut self, from: &str, limit: usize) -> Result<Vec<Identity>, StoreError> {
        let (account, parts) = (self.lens.account.account, self.query.check.parts());
        identities::list_by_name(self.tx, account, from, limit, parts)
    }

    /// The users whose names begin as asked for, if they are few enough to look at all of them.
    fn few_named(&mut self) -> Result<Option<Vec<Identity>>, StoreError> {
        let prefix = &self.query.prefix;
        // Their names alone tell whether they are few.
        let names = users::list_names(self.tx, self.lens.account.account, prefix, self.looks + 1)?;
        let few = names.iter().take_while(|(name, _)| name.as_str().starts_with(prefix)).count();
        if few > self.looks { Ok(None) } else { self.named(prefix, few).map(Some) }
    }

    /// Those who stand in a list, if they are few enough to look at all of them.
    fn few_listed(&mut self, kind: SubjectKind, until: Day) -> Result<Option<Vec<Identity>>, StoreError> {
        // Where the numbers of the account say that they are many, nothing is read to find out. An entry may stand for
        // several keys, so of keys it takes some more.
        let most = if self.query.check.is_about_keys() { self.looks.saturating_mul(4) } else { self.looks };
        let total = self.lens.total(self.query.check).and_then(|total| usize::try_from(total).ok());
        if total.is_some_and(|total| total > most) {
            return Ok(None);
        }
        let entries = self.listed(kind, (FIRST, until), self.looks + 1)?;
        if entries.len() > self.looks {
            return Ok(None);
        }
        let mut few: Vec<Identity> = entries.into_iter().map(|(_, identity)| identity).collect();
        few.sort_by_key(|identity| identity.user);
        few.dedup_by_key(|identity| identity.user);
        Ok(Some(few))
    }

    fn by_age(&mut self, kind: SubjectKind, until: Day) -> Result<Option<Place>, StoreError> {
        if !self.query.prefix.is_empty()
            && let Some(few) = self.few_named()?
        {
            return Ok(self.among(&few));
        }
        // The entry of the last place may hold more of the same identity.
        let mut from = match &self.query.after {
            Some(Place::Age(day, user, _)) => (*day, user.get() - 1),
            _ => FIRST,
        };
        let mut looks = self.looks + self.query.limit;
        let mut chunk = self.first_chunk();
        loop {
            let asked = chunk.min(looks);
            let entries = self.listed(kind, (from, until), asked)?;
            for (day, identity) in &entries {
                self.look_at(identity, Some(*day));
                if self.is_full() {
                    return Ok(None);
                }
            }
            let Some((day, last)) = entries.last().filter(|_| entries.len() == asked) else {
                return Ok(None);
            };
            looks -= entries.len();
            if looks == 0 {
                return Ok(Some(Place::after_entry(*day, last.user)));
            }
            from = (*day, last.user.get());
            chunk = CHUNK;
        }
    }

    fn by_subject(&mut self, kind: SubjectKind, until: Day) -> Result<Option<Place>, StoreError> {
        if let Some(few) = self.few_listed(kind, until)? {
            return Ok(self.among(&few));
        }
        if self.query.check.is_about_keys() {
            self.look_at_root()?;
        }
        let mut from = match &self.query.after {
            Some(Place::Subject(name, _)) => name.clone().max(self.query.prefix.clone()),
            _ => self.query.prefix.clone(),
        };
        let mut looks = self.looks + self.query.limit;
        let mut chunk = self.first_chunk();
        while !self.is_full() {
            let asked = chunk.min(looks);
            let named = self.named(&from, asked)?;
            for identity in &named {
                if !identity.name.starts_with(&self.query.prefix) {
                    return Ok(None);
                }
                self.look_at(identity, None);
                if self.is_full() {
                    return Ok(None);
                }
            }
            let Some(last) = named.last().filter(|_| named.len() == asked) else { return Ok(None) };
            looks -= named.len();
            if looks == 0 {
                return Ok(Some(Place::after_name(&last.name)));
            }
            // The first text behind that name: a name has no space.
            from = format!("{} ", last.name);
            chunk = CHUNK;
        }
        Ok(None)
    }

    /// The page out of a few identities, all of which are looked at.
    fn among(&mut self, few: &[Identity]) -> Option<Place> {
        few.iter().for_each(|identity| self.look_at(identity, None));
        self.sort();
        None
    }
}
