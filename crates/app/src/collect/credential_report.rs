//! The CSV of a credential report: what each row says, under the names of its columns, so that their order and further
//! ones do not matter. A cell that is not understood says nothing. Columns and cells: the vendor's help page.

use anyhow::{Context as _, bail};
use data_encoding::{BASE32, BASE64};
use ramward_domain::identity::access_key::Status;
use ramward_domain::identity::user::{UserName, UserPrincipalName};
use ramward_domain::state::mirror::{LearnedKey, LearnedRow};
use ramward_domain::time::Timestamp;

/// A row with the part of its user's name that follows the `@`.
#[derive(Debug)]
pub struct Row {
    /// What it says.
    pub learned: LearnedRow,
    /// The domain; absent for root.
    pub domain: Option<String>,
}

/// Reads one page of a report as it comes over the wire.
///
/// # Errors
/// A page that is not the CSV of a credential report.
pub fn read(content: &str) -> anyhow::Result<Vec<Row>> {
    // The vendor's sample is Base32, its clients read Base64.
    let bytes = BASE64
        .decode(content.trim().as_bytes())
        .or_else(|_| BASE32.decode(content.trim().as_bytes()))
        .context("the credential report is neither Base64 nor Base32")?;
    let text = String::from_utf8(bytes).context("the credential report is not UTF-8")?;
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let columns: Vec<&str> = lines.next().unwrap_or_default().split(',').map(unquoted).collect();
    if !columns.contains(&"user") {
        bail!("the credential report has no column `user`");
    }
    lines.map(|line| read_row(&columns, line)).collect()
}

/// No cell of a report holds a comma or a quotation mark; some writers quote all the same.
fn unquoted(cell: &str) -> &str {
    cell.trim().trim_matches('"')
}

struct Cells<'a> {
    columns: &'a [&'a str],
    cells: Vec<&'a str>,
}

impl<'a> Cells<'a> {
    fn get(&self, column: &str) -> Option<&'a str> {
        let place = self.columns.iter().position(|name| *name == column)?;
        self.cells.get(place).copied()
    }

    fn flag(&self, column: &str) -> Option<bool> {
        match self.get(column)? {
            word if word.eq_ignore_ascii_case("true") => Some(true),
            word if word.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    fn date(&self, column: &str) -> Option<Timestamp> {
        Timestamp::parse(self.get(column)?).ok()
    }

    /// A date, or `-` for never.
    fn occasion(&self, column: &str) -> Option<Option<Timestamp>> {
        match self.get(column)? {
            "-" => Some(None),
            text => Timestamp::parse(text).ok().map(Some),
        }
    }
}

fn read_row(columns: &[&str], line: &str) -> anyhow::Result<Row> {
    let row = Cells { columns, cells: line.split(',').map(unquoted).collect() };
    let user = row.get("user").unwrap_or_default();
    let name = if user == "<root>" { None } else { Some(split_name(user)?) };
    let console = match (row.flag("password_exist"), row.flag("password_active")) {
        (Some(false), _) => Some(None),
        (Some(true), Some(active)) => Some(Some(status(active))),
        _ => None,
    };
    let (user_name, domain) = name.map_or((None, None), |(name, domain)| (Some(name), Some(domain)));
    let learned = LearnedRow {
        create_date: row
            .date("user_creation_time")
            .with_context(|| format!("the credential report does not say when {user} was made"))?,
        last_login_date: row.occasion("user_last_logon"),
        console,
        bound: row.flag("mfa_active"),
        keys: keys(&row),
        user_name,
    };
    Ok(Row { learned, domain })
}

fn split_name(user: &str) -> anyhow::Result<(UserName, String)> {
    let name = UserPrincipalName::parse(user).ok().map(|name| (name.name, name.domain.to_string()));
    name.with_context(|| format!("the credential report names {user:?}, which is no logon name"))
}

fn status(active: bool) -> Status {
    if active { Status::Active } else { Status::Inactive }
}

/// All keys of a row; `None` if a cell of theirs is not understood.
fn keys(row: &Cells<'_>) -> Option<Vec<LearnedKey>> {
    let numbered =
        |prefix: &'static str, most: usize| (1..=most).map(move |number| format!("{prefix}{number}"));
    // As many additional ones as there are columns.
    let names = numbered("access_key_", 2).chain(numbered("additional_access_key_", row.columns.len()));
    let mut found = Vec::new();
    for (place, name) in names.enumerate() {
        let Some(exists) = row.get(&format!("{name}_exist")) else {
            if place < 2 {
                return None;
            }
            break;
        };
        if exists.eq_ignore_ascii_case("false") || exists == "N/A" {
            continue;
        }
        let active = row.flag(&format!("{name}_active"))?;
        row.flag(&format!("{name}_exist"))?;
        found.push(LearnedKey {
            access_key_id: None,
            status: status(active),
            create_date: None,
            update_date: row.date(&format!("{name}_last_rotated"))?,
            last_used_date: row.occasion(&format!("{name}_last_used")),
            last_used_service: None,
        });
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "user,user_creation_time,user_last_logon,password_exist,password_active,password_last_changed,\
        password_next_rotation,mfa_active,access_key_1_exist,access_key_1_active,access_key_1_last_rotated,\
        access_key_1_last_used,access_key_2_exist,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used";

    fn rows(text: &str) -> Vec<Row> {
        read(&BASE64.encode(text.as_bytes())).unwrap()
    }

    #[test]
    fn every_kind_of_row() {
        let found = rows(&format!(
            "{HEAD}\n\
             <root>,2020-01-01T00:00:00Z,2020-02-01T00:00:00Z,TRUE,N/A,2020-01-01T00:00:00Z,N/A,TRUE,TRUE,FALSE,2020-01-02T00:00:00Z,-,FALSE,N/A,N/A,N/A\n\
             alice@acme.onaliyun.com,2020-01-01T00:00:00Z,-,TRUE,TRUE,-,-,FALSE,FALSE,N/A,N/A,N/A,FALSE,N/A,N/A,N/A\n\
             bob@acme.onaliyun.com,2020-01-01T00:00:00Z,-,FALSE,N/A,N/A,N/A,N/A,TRUE,TRUE,2020-01-02T00:00:00Z,2020-01-05T00:00:00Z,FALSE,N/A,N/A,N/A\n"
        ));
        let [root, alice, bob] = &found[..] else { panic!("{found:?}") };
        assert_eq!((&root.learned.user_name, root.learned.bound, &root.domain), (&None, Some(true), &None));
        let key = &root.learned.keys.as_ref().unwrap()[0];
        assert_eq!((key.status, key.last_used_date, key.create_date), (Status::Inactive, Some(None), None));
        assert_eq!(alice.domain.as_deref(), Some("acme.onaliyun.com"));
        assert_eq!((alice.learned.console, alice.learned.bound), (Some(Some(Status::Active)), Some(false)));
        assert_eq!(alice.learned.keys.as_deref(), Some(&[][..]));
        assert_eq!((bob.learned.console, bob.learned.bound), (Some(None), None), "N/A is not FALSE");
        let used = bob.learned.keys.as_ref().unwrap()[0].last_used_date.flatten().unwrap();
        assert_eq!(used.to_string(), "2020-01-05T00:00:00Z");
    }

    #[test]
    fn a_changed_report_is_read_as_far_as_it_is_understood() {
        // Other order, a further column, a further key, quotes, a byte order mark, an undocumented word.
        let found = rows(
            "\u{feff}\"mfa_active\",new_column,user,user_creation_time,password_exist,password_active,access_key_1_exist,\
             access_key_2_exist,additional_access_key_1_exist,additional_access_key_1_active,\
             additional_access_key_1_last_rotated,additional_access_key_1_last_used\r\n\
             \"TRUE\",?,\"a@b.onaliyun.com\",2020-01-01T00:00:00Z,TRUE,LOGIN_DISABLED,FALSE,FALSE,TRUE,TRUE,2020-01-02T00:00:00Z,what\r\n",
        );
        let row = &found[0].learned;
        assert_eq!((row.bound, row.console, row.last_login_date), (Some(true), None, None));
        let keys = row.keys.as_ref().unwrap();
        assert_eq!((keys.len(), keys[0].last_used_date), (1, None));
        // A key whose state is not understood makes the keys unknown, never absent.
        let found = rows(
            "user,user_creation_time,access_key_1_exist,access_key_1_active,access_key_2_exist\na@b.c,2020-01-01T00:00:00Z,TRUE,MAYBE,FALSE\n",
        );
        assert_eq!(found[0].learned.keys, None);
        let found = rows("user,user_creation_time\na@b.c,2020-01-01T00:00:00Z\n");
        assert_eq!(found[0].learned.keys, None, "no columns of keys");
    }

    #[test]
    fn what_is_no_report_is_refused() {
        for text in ["", "a,b\n1,2\n", "user\n@\n", "user,user_creation_time\na@b.c,yesterday\n"] {
            assert!(read(&BASE64.encode(text.as_bytes())).is_err(), "{text:?}");
        }
        assert!(read("*").is_err());
        let base32 = BASE32.encode(b"user,user_creation_time\n<root>,2020-01-01T00:00:00Z\n");
        assert_eq!(read(&base32).unwrap().len(), 1);
    }
}
