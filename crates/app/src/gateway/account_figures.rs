//! Score and values of accounts on `/metrics`: a family for each, a line for each account. Only for who asks for it, and
//! for so many accounts as are asked for, because every line costs whoever keeps the page.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use ramward_domain::identity::level::SubUserPwdLevel;
use ramward_domain::service::figures::AccountFigures;

use super::backend::Backend;
use super::metrics::gauge;

#[derive(Debug, EncodeLabelSet)]
struct Label {
    account: String,
}

/// Name, help text, and how it is read.
type Family = (&'static str, &'static str, fn(&AccountFigures) -> i64);

const FAMILIES: [Family; 10] = [
    ("ramward_account_score", "Score of an account, 0 to 100", |of| i64::from(of.score)),
    ("ramward_account_sub_user", "RAM users", |of| of.facts.sub_user),
    ("ramward_account_sub_user_bind_mfa", "RAM users with an MFA device", |of| of.facts.sub_user_bind_mfa),
    ("ramward_account_sub_user_with_unused_access_key", "RAM users with an unused AccessKey", |of| {
        of.facts.sub_user_with_unused_access_key
    }),
    ("ramward_account_root_with_access_key", "AccessKeys of the root identity", |of| {
        of.facts.root_with_access_key
    }),
    ("ramward_account_sub_user_with_old_access_key", "RAM users with an old AccessKey", |of| {
        of.facts.sub_user_with_old_access_key
    }),
    (
        "ramward_account_sub_user_pwd_level",
        "Level of the password policy: 1 low, 2 mid, 3 high",
        |of| match of.facts.sub_user_pwd_level {
            SubUserPwdLevel::Low => 1,
            SubUserPwdLevel::Mid => 2,
            SubUserPwdLevel::High => 3,
        },
    ),
    ("ramward_account_unused_ak_num", "Unused AccessKeys", |of| of.facts.unused_ak_num),
    ("ramward_account_old_ak_num", "Old AccessKeys", |of| of.facts.old_ak_num),
    ("ramward_account_bind_mfa", "Whether the root identity has an MFA device, 1 or 0", |of| {
        i64::from(of.facts.bind_mfa)
    }),
];

/// Writes the figures of the first `most` accounts. If the store does not answer, the rest of the page still does.
pub(super) fn encode<B: Backend>(
    encoder: &mut DescriptorEncoder<'_>,
    backend: &B,
    most: usize,
) -> fmt::Result {
    let figures = match backend.accounts(most) {
        Ok(figures) => figures,
        Err(reason) => {
            tracing::warn!(reason, "the figures of accounts are missing on the page of metrics");
            return Ok(());
        }
    };
    for (name, help, read) in FAMILIES {
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for account in &figures.accounts {
            let label = Label { account: account.account.to_string() };
            ConstGauge::new(read(account)).encode(family.encode_family(&label)?)?;
        }
    }
    gauge(
        encoder,
        "ramward_accounts_left_out",
        "Whether there are further accounts than metrics_accounts lets in, 1 or 0",
        i64::from(figures.truncated),
    )
}
