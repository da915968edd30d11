//! The exact plan: every user and every key is asked for, but for what is known already. Lists come by page, the
//! credential report, where it may be had and is fresh, says which users have keys and a console at all, and when each key
//! was last used.

use std::fmt;

use ramward_domain::ids::UserId;
use ramward_domain::state::mirror::{
    KeyUse, Learned, LearnedAccount, LearnedKey, LearnedRow, Pending, Todo, uses_to_ask,
};
use ramward_domain::time::{Clock, SystemClock, Timestamp};

use super::answers::{self, TenValues};
use super::caller::{CallError, Line};
use super::plan::{DEVICES_A_PAGE, USERS_A_PAGE, pages};
use super::run::{Found, Ready, Run, read};
use super::{CollectError, credential_report};

/// Users of whom something is to be asked, read from the store at a time.
const PENDING: usize = 200;
/// How much older than the run a credential report may seem by another clock.
const CLOCKS_DIFFER_SECONDS: i64 = 60;

/// How far a walk has come.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Position {
    Users(Option<String>),
    Devices(Option<String>),
    Index,
    Identities,
}

impl Position {
    fn parse(text: &str) -> Self {
        let (phase, marker) = text.split_once(' ').map_or((text, None), |(phase, rest)| (phase, Some(rest)));
        let marker = marker.map(str::to_owned);
        match phase {
            "devices" => Self::Devices(marker),
            "index" => Self::Index,
            "identities" => Self::Identities,
            _ => Self::Users(marker),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (phase, marker) = match self {
            Self::Users(marker) => ("users", marker.as_deref()),
            Self::Devices(marker) => ("devices", marker.as_deref()),
            Self::Index => ("index", None),
            Self::Identities => ("identities", None),
        };
        f.write_str(phase)?;
        marker.map_or(Ok(()), |marker| write!(f, " {marker}"))
    }
}

/// What is asked once of an account, as far as the key may ask it.
struct AccountFacts {
    /// The vendor's values.
    vendor: Option<TenValues>,
    /// Whether root has a device.
    root_bound: Option<bool>,
    /// How many devices there are.
    devices: Option<u64>,
}

impl<L: Line> Run<'_, L> {
    /// Runs the plan from where it stopped.
    pub fn walk(&mut self, ready: Ready) -> Result<Found, CollectError> {
        let mut position = Position::parse(&self.position);
        let AccountFacts { vendor, root_bound, devices } = self.account_facts(ready)?;
        loop {
            self.position = position.to_string();
            position = match position {
                Position::Users(marker) => self.users_page(marker)?,
                Position::Devices(_) if devices == Some(0) => Position::Index,
                Position::Devices(marker) => self.devices_page(marker)?,
                Position::Index => {
                    // After the listed devices, so that none is made up beside one of them.
                    self.learn(Learned::Bound(UserId::ROOT, root_bound));
                    self.index()?;
                    self.spare_devices(vendor)?;
                    Position::Identities
                }
                Position::Identities => break,
            };
            self.position = position.to_string();
            self.keep()?;
        }
        self.identities(vendor)?;
        Ok(Found { vendor, as_of: None })
    }

    /// The account and root.
    fn account_facts(&mut self, ready: Ready) -> Result<AccountFacts, CollectError> {
        self.calls.remaining(5);
        let summary = match ready.summary {
            Some(summary) => Some(summary),
            None => {
                let answer = self.calls.ask("GetAccountSummary", &[])?;
                answer.map(|answer| read("GetAccountSummary", || answers::summary(&answer))).transpose()?
            }
        };
        let vendor = self.calls.vendor()?;
        let mfa = self.calls.ask("GetAccountMFAInfo", &[])?;
        let root_bound = mfa.and_then(|answer| {
            let flag = answer.get("IsMFAEnable")?;
            flag.as_bool().or_else(|| flag.as_str()?.to_ascii_lowercase().parse().ok())
        });
        let policy = self.calls.ask("GetPasswordPolicy", &[])?;
        let preference = self.calls.ask("GetSecurityPreference", &[])?;
        self.learn(Learned::Account(LearnedAccount {
            password_policy: policy.as_ref().and_then(answers::password_policy),
            security_preference: preference.as_ref().and_then(answers::security_preference),
            ..LearnedAccount::default()
        }));
        self.root_keys(vendor)?;
        let (users, devices) = summary.unzip();
        let users = users.or_else(|| u64::try_from(vendor?.facts.sub_user).ok());
        if let Some(users) = users {
            let device_pages =
                devices.map_or(1, |devices| if devices == 0 { 0 } else { pages(devices, DEVICES_A_PAGE) });
            self.calls.remaining(pages(users, USERS_A_PAGE) + device_pages);
            self.calls.note(&format!(
                "plan walk: {users} users in pages of {USERS_A_PAGE}, {} MFA devices in pages of {DEVICES_A_PAGE}; then the \
                 calls about single users, counted before they begin",
                devices.map_or_else(|| "their".to_owned(), |devices| devices.to_string())
            ));
        }
        Ok(AccountFacts { vendor, root_bound, devices })
    }

    /// Root's keys can be listed by root alone; to others the report tells their number.
    fn root_keys(&mut self, vendor: Option<TenValues>) -> Result<(), CollectError> {
        if self.is_root {
            self.calls.plan_more(1);
            let keys = self.keys(UserId::ROOT, None, &[])?;
            self.learn(Learned::Keys(UserId::ROOT, keys));
        } else {
            match vendor {
                Some(vendor) => self.learn(Learned::RootKeyCount(vendor.facts.root_with_access_key)),
                None => self.learn(Learned::Keys(UserId::ROOT, None)),
            }
        }
        Ok(())
    }

    fn users_page(&mut self, marker: Option<String>) -> Result<Position, CollectError> {
        let most = USERS_A_PAGE.to_string();
        let mut params = vec![("MaxItems", most.as_str()), ("Status", "active,freeze")];
        params.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let answer = match self.calls.call("ListUsers", &params) {
            Err(error) if marker.is_some() && is_stale_marker(&error) => return Ok(Position::Users(None)),
            other => other?,
        };
        let (page, domain) = read("ListUsers", || answers::users(&answer, self.account))?;
        if marker.is_none()
            && let Some(domain) = domain
        {
            self.learn(Learned::DefaultDomain(domain));
        }
        for user in page.items {
            self.learn(Learned::User(Box::new(user), Todo::everything()));
        }
        Ok(match page.next {
            Some(next) => Position::Users(Some(next)),
            None => Position::Devices(None),
        })
    }

    fn devices_page(&mut self, marker: Option<String>) -> Result<Position, CollectError> {
        let most = DEVICES_A_PAGE.to_string();
        let mut params = vec![("MaxItems", most.as_str())];
        params.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let answer = match self.calls.ask("ListVirtualMFADevices", &params) {
            Err(error) if marker.is_some() && is_stale_marker(&error) => return Ok(Position::Devices(None)),
            other => other?,
        };
        let Some(answer) = answer else { return Ok(Position::Index) };
        let page = read("ListVirtualMFADevices", || answers::devices(&answer, self.account))?;
        for device in page.items {
            self.learn(Learned::Device(device));
        }
        Ok(match page.next {
            Some(next) => Position::Devices(Some(next)),
            None => Position::Index,
        })
    }

    /// Takes from what is to be asked what a fresh credential report says. Without one, everything is asked.
    fn index(&mut self) -> Result<(), CollectError> {
        self.keep()?;
        self.calls.plan_more(2);
        if let Err(reason) = self.calls.make_report()? {
            self.calls.plan_fewer(1);
            self.calls.note(&format!("no credential report spares calls: {reason}"));
            return Ok(());
        }
        let not_before = self.mirror.run().start_date.plus_seconds(-CLOCKS_DIFFER_SECONDS);
        let mut token: Option<String> = None;
        loop {
            let page = match self.calls.report_page(token.as_deref())? {
                Ok(page) => page,
                Err(reason) => {
                    self.calls.note(&format!("no credential report spares calls: {reason}"));
                    return Ok(());
                }
            };
            if page.generated < not_before {
                self.calls.note(&format!(
                    "the credential report is of {}, before this run; it spares no calls",
                    page.generated
                ));
                return Ok(());
            }
            for row in read("GetCredentialReport", || credential_report::read(&page.content))? {
                self.index_row(row.learned)?;
                self.keep_if_many()?;
            }
            let Some(next) = page.next else { return self.keep() };
            self.calls.plan_more(1);
            token = Some(next);
        }
    }

    fn index_row(&mut self, row: LearnedRow) -> Result<(), CollectError> {
        let Some(name) = &row.user_name else {
            self.root_row_seen = true;
            // Root's own listing says more of its keys than the row.
            let keys = if self.is_root { None } else { row.keys.clone() };
            if let Some(keys) = keys {
                self.learn(Learned::Keys(UserId::ROOT, Some(keys)));
            }
            self.learn(Learned::RootDates {
                create_date: row.create_date,
                last_login_date: row.last_login_date,
            });
            return Ok(());
        };
        // Who came after the users were listed is for the next run.
        let Some((user, before)) = self.mirror.todo_of(name)? else { return Ok(()) };
        let has_keys = row.keys.as_ref().is_none_or(|keys| !keys.is_empty());
        if !has_keys {
            self.learn(Learned::Keys(user, Some(Vec::new())));
        }
        if row.console == Some(None) {
            self.learn(Learned::LoginProfile(user, Some(None)));
        }
        if row.bound == Some(false) {
            self.learn(Learned::Bound(user, Some(false)));
        }
        let uses = row.keys.unwrap_or_default().into_iter().map(|key| KeyUse {
            date: key.update_date,
            used: key.last_used_date.flatten(),
            known: key.last_used_date.is_some(),
        });
        let todo = Todo {
            keys: before.keys && has_keys,
            login_profile: before.login_profile && row.console != Some(None),
            mfa: before.mfa && row.bound != Some(false),
            uses: uses.collect(),
        };
        self.learn(Learned::Todo(user, todo));
        Ok(())
    }

    /// Nobody is asked for a device that is listed already, and nobody at all where the vendor's report counts no more
    /// users with a device than the list shows.
    fn spare_devices(&mut self, vendor: Option<TenValues>) -> Result<(), CollectError> {
        self.keep()?;
        let seen = self.mirror.users_with_seen_device()?;
        let all_found = vendor.is_some_and(|vendor| vendor.facts.sub_user_bind_mfa <= count(seen));
        self.mirror.change_todos(SystemClock.now(), |todo, is_seen| {
            todo.mfa &= !is_seen && !all_found;
        })?;
        Ok(())
    }

    /// Asks what is left, user by user.
    fn identities(&mut self, vendor: Option<TenValues>) -> Result<(), CollectError> {
        let counts = self.mirror.todo_counts()?;
        let indexed = counts.not_indexed == 0;
        let remaining = counts.keys + counts.login_profiles + counts.mfa + counts.uses;
        self.calls.remaining(remaining);
        let planned = self.calls.planned();
        let more = if indexed { "" } else { ", and one more for each AccessKey that is found" };
        // It is known how many devices are left to be found, not who has them.
        let until = if counts.mfa > 0 && vendor.is_some() { " (at most)" } else { "" };
        let keys_asked = counts.uses;
        self.calls.note(&format!(
            "{planned} calls in all{more}: {} ListAccessKeys, {keys_asked} GetAccessKeyLastUsed, {} GetLoginProfile, \
             {} GetUserMFAInfo{until} still to be made",
            counts.keys, counts.login_profiles, counts.mfa
        ));
        let domain = self.mirror.default_domain()?;
        let mut devices_left = vendor.map(|vendor| vendor.facts.sub_user_bind_mfa);
        if counts.mfa > 0 {
            let seen = count(self.mirror.users_with_seen_device()?);
            devices_left = devices_left.map(|all| all - seen);
        }
        let mut after = None;
        loop {
            let page = self.mirror.pending(after, PENDING)?;
            for pending in &page {
                let upn = format!("{}@{domain}", pending.user_name);
                match self.identity(pending, &upn, &mut devices_left) {
                    Err(CollectError::Call(error)) if error.code() == Some("EntityNotExist.User") => {
                        self.learn(Learned::Vanished(pending.user_id));
                    }
                    other => other?,
                }
                self.keep_if_full()?;
            }
            after = page.last().map(|pending| pending.user_id);
            if page.len() < PENDING {
                return self.keep();
            }
        }
    }

    fn identity(
        &mut self,
        pending: &Pending,
        upn: &str,
        devices_left: &mut Option<i64>,
    ) -> Result<(), CollectError> {
        let (user, todo) = (pending.user_id, &pending.todo);
        let named = [("UserPrincipalName", upn)];
        if todo.keys {
            let keys = self.keys(user, Some(upn), &todo.uses)?;
            self.learn(Learned::Keys(user, keys));
        }
        if todo.login_profile {
            let profile = match self.calls.ask("GetLoginProfile", &named) {
                Ok(None) => None,
                Ok(Some(answer)) => Some(Some(read("GetLoginProfile", || answers::login_profile(&answer))?)),
                Err(error) if error.code() == Some("EntityNotExist.User.LoginProfile") => Some(None),
                Err(error) => return Err(error.into()),
            };
            self.learn(Learned::LoginProfile(user, profile));
        }
        if todo.mfa && *devices_left == Some(0) {
            // All devices that the vendor counts are found: this user has none.
            self.calls.plan_fewer(1);
            self.learn(Learned::Bound(user, Some(false)));
        } else if todo.mfa {
            match self.calls.ask("GetUserMFAInfo", &named)? {
                None => self.learn(Learned::Bound(user, None)),
                Some(answer) => match read("GetUserMFAInfo", || answers::bound_device(&answer, user))? {
                    None => self.learn(Learned::Bound(user, Some(false))),
                    Some(device) => {
                        *devices_left = devices_left.map(|left| (left - 1).max(0));
                        self.learn(Learned::Device(device));
                    }
                },
            }
        }
        self.learn(Learned::Todo(user, Todo::default()));
        Ok(())
    }

    /// The keys of an identity with their last uses; `None` if they may not be listed.
    fn keys(
        &mut self,
        user: UserId,
        upn: Option<&str>,
        uses: &[KeyUse],
    ) -> Result<Option<Vec<LearnedKey>>, CollectError> {
        let named: Vec<(&str, &str)> = upn.map(|upn| ("UserPrincipalName", upn)).into_iter().collect();
        let Some(answer) = self.calls.ask("ListAccessKeys", &named)? else {
            self.calls.plan_fewer(u64::try_from(uses_to_ask(uses)).unwrap_or_default());
            return Ok(None);
        };
        let mut keys = read("ListAccessKeys", || answers::keys(&answer))?;
        let mut expected = u64::try_from(uses_to_ask(uses)).unwrap_or_default();
        for key in &mut keys {
            if let Some(used) = known_use(key, uses) {
                key.last_used_date = Some(used);
                continue;
            }
            // What was not foreseen is added to the plan.
            if expected == 0 {
                self.calls.plan_more(1);
            }
            expected = expected.saturating_sub(1);
            let id = key.access_key_id.as_ref().map(ToString::to_string).unwrap_or_default();
            let mut params = named.clone();
            params.push(("UserAccessKeyId", id.as_str()));
            let answer = match self.calls.ask("GetAccessKeyLastUsed", &params) {
                // Deleted since it was listed: the next run will not see it.
                Err(error) if error.code() == Some("EntityNotExist.User.AccessKey") => None,
                other => other?,
            };
            if let Some(answer) = answer {
                let (at, service) = read("GetAccessKeyLastUsed", || answers::last_used(&answer))?;
                (key.last_used_date, key.last_used_service) = (Some(at), service);
            }
        }
        self.calls.plan_fewer(expected);
        debug_assert!(!user.is_root() || upn.is_none(), "root has no logon name");
        Ok(Some(keys))
    }
}

/// When a key was last used, if rows of a credential report leave no doubt.
fn known_use(key: &LearnedKey, uses: &[KeyUse]) -> Option<Option<Timestamp>> {
    let is_meant = |one: &&KeyUse| one.date == key.update_date || Some(one.date) == key.create_date;
    let mut meant = uses.iter().filter(is_meant);
    let first = meant.next().filter(|one| one.known)?;
    meant.all(|other| other.known && other.used == first.used).then_some(first.used)
}

/// A marker of a run that was cut off long ago.
fn is_stale_marker(error: &CallError) -> bool {
    error.code().is_some_and(|code| code.contains("Marker"))
}

fn count(users: u64) -> i64 {
    i64::try_from(users).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use ramward_domain::identity::access_key::Status;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn positions_are_read_as_they_are_written() {
        for position in [
            Position::Users(None),
            Position::Users(Some("a b".into())),
            Position::Devices(None),
            Position::Devices(Some("MTo".into())),
            Position::Index,
            Position::Identities,
        ] {
            assert_eq!(Position::parse(&position.to_string()), position);
        }
        assert_eq!(Position::parse(""), Position::Users(None));
    }

    #[test]
    fn a_use_is_known_only_without_doubt() {
        let (one, two) = (at("2024-01-01T00:00:00Z"), at("2024-01-02T00:00:00Z"));
        let key = LearnedKey {
            access_key_id: None,
            status: Status::Active,
            create_date: Some(one),
            update_date: two,
            last_used_date: None,
            last_used_service: None,
        };
        let row = |date, used, known| KeyUse { date, used, known };
        for (rows, expected) in [
            (vec![], None),
            (vec![row(two, Some(two), true)], Some(Some(two))),
            (vec![row(one, None, true)], Some(None)),
            (vec![row(one, None, true), row(two, None, true)], Some(None)),
            (vec![row(one, None, true), row(two, Some(two), true)], None),
            (vec![row(two, None, false)], None),
            (vec![row(at("2023-01-01T00:00:00Z"), None, true)], None),
        ] {
            assert_eq!(known_use(&key, &rows), expected, "{rows:?}");
        }
    }
}
