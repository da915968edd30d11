//! Figures of accounts for `/metrics`: score and nine values of the first few. Reads the store like any report; must not
//! be asked where nothing may wait.

use super::Service;
use crate::ids::AccountId;
use crate::report::counts;
use crate::report::facts::Facts;
use crate::store::StoreError;
use crate::store::tables::accounts;

/// Accounts read in one transaction, so that none lasts long.
const PAGE: usize = 100;

/// Score and values of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountFigures {
    /// The account.
    pub account: AccountId,
    /// Its score.
    pub score: u8,
    /// The nine values behind it.
    pub facts: Facts,
}

/// The figures of some accounts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// By id.
    pub accounts: Vec<AccountFigures>,
    /// Whether there are further accounts.
    pub truncated: bool,
}

impl Service {
    /// The figures of the first `most` accounts by id, without those that are being deleted.
    ///
    /// # Errors
    /// What the store cannot read.
    pub fn account_figures(&self, most: usize) -> Result<Figures, StoreError> {
        let (settings, today) = (self.settings(), self.now().day());
        let mut figures = Figures::default();
        let mut after: Option<AccountId> = None;
        loop {
            let wanted = PAGE.min(most - figures.accounts.len());
            let (page, found) = self.store().read(|tx| {
                // One more tells whether there are further ones.
                let page = accounts::list(tx, after, wanted + 1)?;
                let mut found = Vec::with_capacity(wanted);
                for row in page.iter().take(wanted).filter(|row| !row.deleting) {
                    if let Some(facts) = counts::facts(tx, row.account, today, settings.thresholds)? {
                        let score = settings.model.score(&facts);
                        found.push(AccountFigures { account: row.account, score, facts });
                    }
                }
                Ok::<_, StoreError>((page, found))
            })?;
            figures.accounts.extend(found);
            let more = page.len() > wanted;
            after = page.into_iter().take(wanted).next_back().map(|row| row.account);
            if !more {
                return Ok(figures);
            }
            if figures.accounts.len() >= most || after.is_none() {
                figures.truncated = true;
                return Ok(figures);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn the_first_accounts_by_id_and_whether_there_are_more() {
        let app = TestApp::new();
        app.user("alice");
        for number in 100..250 {
            let id = format!("2000000000000{number}");
            assert_eq!(app.call_as(&app.operator, "CreateAccount", &[("AccountId", &id)]).0, 200);
        }
        let of = |most| {
            let figures = app.service.account_figures(most).unwrap();
            (figures.accounts.len(), figures.truncated)
        };
        assert_eq!(
            [of(0), of(1), of(100), of(101), of(150)],
            [(0, true), (1, true), (100, true), (101, true), (150, true)]
        );
        assert_eq!([of(151), of(1000)], [(151, false), (151, false)]);
        let figures = app.service.account_figures(1000).unwrap();
        assert!(figures.accounts.is_sorted_by_key(|figures| figures.account));
        let first = figures.accounts[0];
        assert_eq!((first.account, first.facts.sub_user), (app.account(), 1));
        let report = app.ok("GetAccountSecurityPracticeReport", &[]);
        assert_eq!(report["AccountSecurityPracticeInfo"]["Score"], first.score);
    }
}
