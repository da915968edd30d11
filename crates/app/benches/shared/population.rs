//! Made-up accounts, the same in every run: as a state file, as rows, and as the keys that sign for them.

use std::io::Write;

use anyhow::Result;
use ramward_domain::time::Timestamp;
use ramward_rpc::sign::Secret;

use super::signing::Key;

const DAY: i64 = 86_400;

/// An account. Its users have two AccessKeys each.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    /// Its id.
    pub id: u64,
    /// How many users it has.
    pub users: u64,
    /// How many keys its root has. More than an account may make, so that two million keys need not be as many
    /// accounts: only root may ask for the report.
    pub root_keys: u64,
}

/// A user.
#[derive(Debug)]
pub struct User {
    /// Its id; in the order of ids, as an export writes them.
    pub id: u64,
    /// Its name; in no order.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// Its keys.
    pub keys: [Made; 2],
}

/// An AccessKey with its dates.
#[derive(Debug)]
pub struct Made {
    /// The key.
    pub key: Key,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used: tomorrow, so that no request of a run is the first of its day, which would be a write.
    pub used: Timestamp,
}

impl Account {
    /// An account with one root key.
    pub fn new(number: u64, users: u64) -> Self {
        Self { id: 1_000_000_000_000_000 + number, users, root_keys: 1 }
    }

    /// A key of its root.
    pub fn root_key(&self, number: u64) -> Key {
        key(self.id, 0, number)
    }

    /// A user's key, 0 or 1.
    pub fn user_key(&self, user: u64, number: u64) -> Key {
        key(self.id, user + 1, number)
    }

    /// A user.
    pub fn user(&self, number: u64, now: Timestamp) -> User {
        let made = |place: u64| {
            let age = mix(&[self.id, number, place]) % 400;
            let created = now.plus_seconds(-(age.cast_signed() + 1) * DAY);
            Made { key: self.user_key(number, place), created, used: now.plus_seconds(DAY) }
        };
        User {
            id: 200_000_000_000_000_000 + number * 1000 + mix(&[self.id, number]) % 1000,
            // Odd factors lose nothing modulo a power of two, so names differ.
            name: format!("user-{:08x}", (number * 0x9e37_79b1) & 0xffff_ffff),
            created: now.plus_seconds(-500 * DAY),
            keys: [made(0), made(1)],
        }
    }

    /// Writes its lines of a state file.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write(&self, out: &mut dyn Write, now: Timestamp) -> Result<()> {
        write!(
            out,
            r#"{{"Kind":"Account","AccountId":"{:016}","CreateDate":"{}","RootAccessKeys":["#,
            self.id,
            now.plus_seconds(-800 * DAY)
        )?;
        for number in 0..self.root_keys {
            let made = Made {
                key: self.root_key(number),
                created: now.plus_seconds(-100 * DAY),
                used: now.plus_seconds(DAY),
            };
            write_key(out, &made, number > 0)?;
        }
        writeln!(out, "]}}")?;
        for number in 0..self.users {
            let user = self.user(number, now);
            write!(
                out,
                r#"{{"Kind":"User","AccountId":"{:016}","UserName":"{name}","UserId":"{}","DisplayName":"User {number}","Email":"{name}@example.com","CreateDate":"{}","AccessKeys":["#,
                self.id,
                user.id,
                user.created,
                name = user.name,
            )?;
            for (place, made) in user.keys.iter().enumerate() {
                write_key(out, made, place > 0)?;
            }
            writeln!(out, "]}}")?;
        }
        Ok(())
    }
}

fn write_key(out: &mut dyn Write, made: &Made, follows: bool) -> Result<()> {
    let comma = if follows { "," } else { "" };
    write!(
        out,
        r#"{comma}{{"AccessKeyId":"{}","AccessKeySecret":"{}","CreateDate":"{}","LastUsedDate":"{}"}}"#,
        made.key.id,
        made.key.secret.expose(),
        made.created,
        made.used
    )?;
    Ok(())
}

fn key(account: u64, owner: u64, number: u64) -> Key {
    Key {
        id: format!("LTAI{}", letters(&[account, owner, number, 1], 20)),
        secret: Secret::from(letters(&[account, owner, number, 2], 30).as_str()),
    }
}

/// Letters and digits in no order, the same for the same words.
fn letters(words: &[u64], count: usize) -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = mix(words);
    let mut text = String::with_capacity(count);
    for _ in 0..count {
        state = step(state);
        let place = usize::try_from((state >> 32) % 62).unwrap_or_default();
        text.push(char::from(ALPHABET.get(place).copied().unwrap_or(b'0')));
    }
    text
}

/// A number in no order, the same for the same words.
pub fn mix(words: &[u64]) -> u64 {
    words.iter().fold(0x5241_4d57, |state, word| step(state ^ step(*word)))
}

/// One step of the SplitMix64 generator.
fn step(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}
