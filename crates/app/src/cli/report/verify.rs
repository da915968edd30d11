//! `ramward report --verify`: the stored numbers of every account in the data directory against a recount of its rows.

use ramward_domain::store::tables::accounts;
use ramward_domain::store::verify::verify;

use super::super::{Context, Ending, print};
use crate::server::{must_have_store, open_store};

/// Accounts read at a time.
const PAGE: usize = 1000;

/// Recounts all accounts of the store.
pub fn run(context: &Context) -> anyhow::Result<Ending> {
    let settings = &context.settings;
    must_have_store(settings)?;
    let (store, _seal) = open_store(settings)?;
    let (mut recounted, mut differing) = (0_u64, 0_u64);
    let mut after = None;
    loop {
        let page = store.read(|tx| accounts::list(tx, after, PAGE))?;
        for account in &page {
            recounted += 1;
            let differences = store.read(|tx| verify(tx, account.account))?;
            differing += u64::from(!differences.is_empty());
            for difference in differences {
                print::note(&format!("account {}: {difference}", account.account));
            }
        }
        after = page.last().map(|account| account.account);
        if page.len() < PAGE {
            break;
        }
    }
    if differing == 0 {
        print::result(format!("{recounted} accounts: every stored number equals its recount\n").as_bytes())?;
        return Ok(Ending::Done);
    }
    print::note(&format!(
        "{differing} of {recounted} accounts differ from their recount; please report this"
    ));
    Ok(Ending::No)
}
