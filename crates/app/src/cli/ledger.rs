//! The points behind a score, from the ten values of a report alone: which check gave what, and what the rest would give.

use ramward_domain::report::facts::Facts;
use ramward_domain::report::ledger::Ledger;
use ramward_domain::report::score::{MODEL_VERSION, Model};

use super::table;

/// Renders the ledger of `facts`, and says so where the server's score is another than the model expects.
pub fn render(facts: &Facts, score: i64) -> String {
    let ledger = Ledger::of(&Model::default(), facts);
    let mut rows = vec![["Check", "Points", "of", "What it asks for"].map(str::to_owned).to_vec()];
    for line in &ledger.lines {
        rows.push(vec![
            line.check.id.to_owned(),
            line.gave.to_string(),
            line.can.to_string(),
            line.check.title.to_owned(),
        ]);
    }
    let mut text = table::render(&rows);
    text.push_str(&format!("\n{} (score model {MODEL_VERSION})\n", ledger.rounding()));
    if i64::from(ledger.score) != score {
        text.push_str(&format!(
            "The server says {score}: it uses another model, or facts that the ten values do not show.\n"
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use ramward_domain::identity::level::SubUserPwdLevel;

    #[test]
    fn the_vendor_sample_is_explained() {
        let facts = Facts {
            sub_user: 9,
            sub_user_bind_mfa: 0,
            sub_user_with_unused_access_key: 0,
            root_with_access_key: 1,
            sub_user_with_old_access_key: 0,
            sub_user_pwd_level: SubUserPwdLevel::Low,
            unused_ak_num: 0,
            old_ak_num: 0,
            bind_mfa: false,
        };
        insta::assert_snapshot!(render(&facts, 63));
        assert!(render(&facts, 64).contains("The server says 64"));
    }
}
