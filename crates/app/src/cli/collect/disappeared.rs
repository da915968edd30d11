//! `ramward collect --disappeared`: what runs of `collect` no longer found, from the store alone.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use ramward_domain::ids::{AccessKeyId, AccountId, UserId};
use ramward_domain::store::tables::disappeared::{self, Disappeared};
use ramward_domain::store::tables::{accounts, users};
use ramward_domain::store::{Store, StoreError};
use serde_json::{Value, json};

use super::super::{Context, Ending, print, table};
use crate::config::Output;
use crate::server::{must_have_store, open_store};

/// Rows read at a time.
const PAGE: usize = 1000;
/// What is a user.
const USER: &str = "User";
/// What is an AccessKey.
const ACCESS_KEY: &str = "AccessKey";

/// Lists it for every mirror in the store.
pub fn run(context: &Context) -> anyhow::Result<Ending> {
    let settings = &context.settings;
    must_have_store(settings)?;
    let (store, _seal) = open_store(settings)?;
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = store.read(|tx| accounts::list(tx, after, PAGE))?;
        for account in &page {
            found.extend(of_account(&store, account.account)?);
        }
        after = page.last().map(|account| account.account);
        if page.len() < PAGE {
            break;
        }
    }
    let text = match context.settings.output {
        Output::Json => format!("{}\n", Value::Array(found.iter().map(Gone::to_json).collect())),
        Output::Table if found.is_empty() => "no run has missed anything so far\n".to_owned(),
        Output::Table => shown(&found),
    };
    print::result(text.as_bytes())?;
    Ok(Ending::Done)
}

/// Something that is gone, and the name of the user whose it was, where that is known and it is not the user itself.
#[derive(Debug)]
struct Gone {
    row: Disappeared,
    owner: Option<String>,
}

fn of_account(store: &Store, account: AccountId) -> Result<Vec<Gone>, StoreError> {
    let mut rows: Vec<Disappeared> = Vec::new();
    loop {
        let page = store.read(|tx| disappeared::list(tx, account, rows.last(), PAGE))?;
        let is_last = page.len() < PAGE;
        rows.extend(page);
        if is_last {
            break;
        }
    }
    // Who is gone is named where it went; who is still there, by its row.
    let mut names: BTreeMap<UserId, Option<String>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.kind == USER) {
        names.insert(row.user_id, Some(row.subject.clone()));
    }
    for row in rows.iter().filter(|row| !row.user_id.is_root()) {
        if let Entry::Vacant(name) = names.entry(row.user_id) {
            let user = store.read(|tx| users::find(tx, account, row.user_id))?;
            name.insert(user.map(|user| user.user_name.to_string()));
        }
    }
    let owner = |row: &Disappeared| {
        let is_owned = row.kind != USER && !row.user_id.is_root();
        names.get(&row.user_id).filter(|_| is_owned).cloned().flatten()
    };
    Ok(rows.into_iter().map(|row| Gone { owner: owner(&row), row }).collect())
}

impl Gone {
    /// Its name; of an AccessKey only the first and last characters.
    fn subject(&self) -> String {
        let key =
            (self.row.kind == ACCESS_KEY).then(|| self.row.subject.parse::<AccessKeyId>().ok()).flatten();
        key.map_or_else(|| self.row.subject.clone(), |key| key.masked().to_string())
    }

    fn to_json(&self) -> Value {
        let mut value = json!({
            "AccountId": self.row.account.to_string(),
            "Run": self.row.run,
            "GoneDate": self.row.gone_date.to_string(),
            "Kind": self.row.kind,
            "Subject": self.subject(),
        });
        if let (Some(owner), Some(members)) = (&self.owner, value.as_object_mut()) {
            members.insert("UserName".to_owned(), Value::from(owner.as_str()));
        }
        value
    }
}

fn shown(found: &[Gone]) -> String {
    let mut rows = vec![["Account", "Run", "Missed", "Kind", "Subject", "Of"].map(str::to_owned).to_vec()];
    rows.extend(found.iter().map(|gone| {
        let row = &gone.row;
        vec![
            row.account.to_string(),
            row.run.to_string(),
            row.gone_date.to_string(),
            row.kind.clone(),
            gone.subject(),
            gone.owner.clone().unwrap_or_default(),
        ]
    }));
    table::render(&rows)
}
