//! The AccessKeys of a mirrored identity: those that are known by their ids, and those of which only a row of the
//! credential report or their number is known, which get ids that nobody can take for real ones.

use super::learned::LearnedKey;
use super::unknown::Unknown;
use super::writing::{MADE_UP, Writing};
use crate::identity::access_key::Status;
use crate::ids::{AccessKeyId, UserId};
use crate::store::StoreError;
use crate::store::tables::access_keys::{self, AccessKey};

const OF_KEYS: Unknown =
    Unknown::KEY_IDS.and(Unknown::KEY_CREATE_DATES).and(Unknown::KEY_USES).and(Unknown::KEYS);

impl Writing<'_, '_> {
    /// Makes an identity's keys those that were learned.
    pub(super) fn keys(&mut self, user: UserId, learned: Option<Vec<LearnedKey>>) -> Result<(), StoreError> {
        let Some(learned) = learned else { return self.know(user, Unknown::KEYS, true) };
        let mut existing = access_keys::list(self.tx, self.account, user)?;
        let mut matched = Vec::with_capacity(learned.len());
        for key in learned {
            let place = place(&key, &existing);
            matched.push((key, place.map(|place| existing.remove(place))));
        }
        for key in existing {
            self.drop_key(user, &key.access_key_id)?;
        }
        let mut unknown = Unknown::NOTHING;
        let mut number = 0;
        let taken: Vec<AccessKeyId> =
            matched.iter().filter_map(|(_, before)| Some(before.as_ref()?.access_key_id.clone())).collect();
        for (key, before) in matched {
            let known_id = key.access_key_id.clone().or_else(|| Some(before.as_ref()?.access_key_id.clone()));
            let access_key_id = known_id.unwrap_or_else(|| {
                loop {
                    number += 1;
                    let id = self.made_up_key(user, number);
                    if !taken.contains(&id) {
                        break id;
                    }
                }
            });
            let real = before.as_ref().filter(|key| !is_made_up(&key.access_key_id));
            let at_least = before.as_ref().map_or(key.update_date, |key| key.create_date);
            let create_date = key.create_date.or_else(|| real.map(|key| key.create_date));
            let last_used_date = key.last_used_date.or_else(|| before.as_ref().map(|key| key.last_used_date));
            unknown = unknown
                .and(Unknown::NOTHING.set(Unknown::KEY_IDS, is_made_up(&access_key_id)))
                .and(Unknown::NOTHING.set(Unknown::KEY_CREATE_DATES, create_date.is_none()))
                .and(Unknown::NOTHING.set(Unknown::KEY_USES, key.last_used_date.is_none()));
            let last_used_date = last_used_date.flatten();
            let before_service = before
                .as_ref()
                .filter(|key| key.last_used_date == last_used_date)
                .and_then(|key| key.last_used_service.clone());
            let after = AccessKey {
                account: self.account,
                user_id: user,
                access_key_id,
                sealed_secret: None,
                status: key.status,
                create_date: create_date.unwrap_or(key.update_date.min(at_least)),
                update_date: key.update_date,
                last_used_date,
                last_used_service: key
                    .last_used_service
                    .filter(|service| !service.is_empty())
                    .or(before_service),
            };
            if before.as_ref() != Some(&after) {
                if before.is_some() {
                    access_keys::delete(self.tx, self.account, user, &after.access_key_id)?;
                }
                access_keys::insert(self.tx, &after)?;
            }
        }
        self.mark(user, |row| {
            row.unknown = Unknown::of(row.unknown).set(OF_KEYS, false).and(unknown).bits();
        })
    }

    /// Gives root as many keys as it is said to have. Which of them are Active, and since when, is not known: none of them
    /// counts as old or unused.
    pub(super) fn root_key_count(&mut self, count: i64) -> Result<(), StoreError> {
        let mut existing = access_keys::list(self.tx, self.account, UserId::ROOT)?;
        let wanted = usize::try_from(count).unwrap_or_default();
        if existing.len() > wanted {
            // Which ones are gone is not known, so none of them can stand.
            for key in std::mem::take(&mut existing) {
                self.drop_key(UserId::ROOT, &key.access_key_id)?;
            }
        }
        let mut number = 0;
        while existing.len() < wanted {
            number += 1;
            let access_key_id = self.made_up_key(UserId::ROOT, number);
            if existing.iter().any(|key| key.access_key_id == access_key_id) {
                continue;
            }
            let key = AccessKey {
                account: self.account,
                user_id: UserId::ROOT,
                access_key_id,
                sealed_secret: None,
                status: Status::Inactive,
                create_date: self.at,
                update_date: self.at,
                last_used_date: None,
                last_used_service: None,
            };
            access_keys::insert(self.tx, &key)?;
            existing.push(key);
        }
        let ids = existing.iter().any(|key| is_made_up(&key.access_key_id));
        self.mark(UserId::ROOT, |row| {
            row.unknown = Unknown::of(row.unknown)
                .set(OF_KEYS, false)
                .set(Unknown::KEYS, wanted > 0)
                .set(Unknown::KEY_IDS, ids)
                .bits();
        })
    }

    pub(super) fn drop_key(&mut self, user: UserId, key: &AccessKeyId) -> Result<(), StoreError> {
        self.gone("AccessKey", user, key.as_str())?;
        access_keys::delete(self.tx, self.account, user, key).map(drop)
    }

    fn made_up_key(&self, user: UserId, number: usize) -> AccessKeyId {
        let text = format!("{MADE_UP}{}-{user}-{number}", self.account);
        text.parse().expect("letters, digits and hyphens, shorter than an id may be")
    }
}

pub(super) fn is_made_up(key: &AccessKeyId) -> bool {
    key.as_str().starts_with(MADE_UP)
}

/// Which of the keys that are there is meant: by its id; or, where only a row is known, by the date in it, which is that of
/// the key's last switch or of its creation.
fn place(key: &LearnedKey, existing: &[AccessKey]) -> Option<usize> {
    match &key.access_key_id {
        Some(id) => existing.iter().position(|there| there.access_key_id == *id),
        None => {
            let dated = |there: &AccessKey| {
                there.update_date == key.update_date || there.create_date == key.update_date
            };
            let real = |there: &AccessKey| !is_made_up(&there.access_key_id) && dated(there);
            existing.iter().position(real).or_else(|| existing.iter().position(dated))
        }
    }
}
