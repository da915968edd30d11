//! The plan that reads the credential report alone: four calls for an account of up to 3500 users, without the ids of users
//! and keys, and with what the report does not say marked as not known.

use ramward_domain::ids::UserId;
use ramward_domain::state::mirror::{Learned, LearnedAccount};
use ramward_domain::time::Timestamp;

use super::caller::Line;
use super::plan::{ROWS_A_PAGE, pages};
use super::run::{Found, Ready, Run, read};
use super::{CollectError, answers, credential_report};

impl<L: Line> Run<'_, L> {
    /// Runs the plan. A run that was cut off begins the report anew: it is a few pages, and tokens do not outlive it.
    pub fn by_report(&mut self, ready: Ready) -> Result<Found, CollectError> {
        "report".clone_into(&mut self.position);
        // How many pages there will be is not known before; the vendor's own report says how many users there are.
        self.calls.remaining(if ready.report { 3 } else { 4 });
        let vendor = self.calls.vendor()?;
        let users = ready.summary.map(|(users, _)| users);
        let users = users.or_else(|| vendor.and_then(|vendor| u64::try_from(vendor.facts.sub_user).ok()));
        let report_pages = pages(users.unwrap_or_default() + 1, ROWS_A_PAGE);
        self.calls.remaining(1 + u64::from(!ready.report) + report_pages);
        let planned = self.calls.planned();
        self.calls.note(&format!(
            "plan credential-report: {planned} calls in all; ids of users and keys, and devices of users without a console, \
             stay unknown"
        ));
        let policy = self.calls.ask("GetPasswordPolicy", &[])?;
        self.learn(Learned::Account(LearnedAccount {
            password_policy: policy.as_ref().and_then(answers::password_policy),
            ..LearnedAccount::default()
        }));
        if !ready.report
            && let Err(reason) = self.calls.make_report()?
        {
            return Err(CollectError::NoReport(reason));
        }
        let generated = self.pages()?;
        let root_keys_known = self.root_row_seen;
        if !root_keys_known {
            match vendor {
                Some(vendor) => self.learn(Learned::RootKeyCount(vendor.facts.root_with_access_key)),
                None => self.learn(Learned::Keys(UserId::ROOT, None)),
            }
            self.learn(Learned::Bound(UserId::ROOT, vendor.map(|vendor| vendor.facts.bind_mfa)));
        }
        Ok(Found { vendor, as_of: Some(generated) })
    }

    fn pages(&mut self) -> Result<Timestamp, CollectError> {
        let mut token: Option<String> = None;
        let mut oldest: Option<Timestamp> = None;
        let mut domain_known = false;
        loop {
            let page = match self.calls.report_page(token.as_deref())? {
                Ok(page) => page,
                Err(reason) => return Err(CollectError::NoReport(reason)),
            };
            oldest = Some(oldest.map_or(page.generated, |oldest| oldest.min(page.generated)));
            for row in read("GetCredentialReport", || credential_report::read(&page.content))? {
                if !domain_known && let Some(domain) = row.domain.as_deref().and_then(answers::default_domain)
                {
                    self.learn(Learned::DefaultDomain(domain));
                    domain_known = true;
                }
                self.root_row_seen |= row.learned.user_name.is_none();
                self.learn(Learned::Row(Box::new(row.learned)));
                self.keep_if_many()?;
            }
            let Some(next) = page.next else { return Ok(oldest.unwrap_or(page.generated)) };
            token = Some(next);
        }
    }
}
