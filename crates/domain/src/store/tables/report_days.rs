//! The report's histograms: how many subjects of a kind have a base day. Only the upkeep changes them.

use crate::ids::AccountId;
use crate::store::connection::Arg;
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::store::upkeep::DayKind;
use crate::time::Day;

pub(in crate::store) fn add(
    tx: &mut Tx<'_>,
    account: AccountId,
    kind: DayKind,
    day: Day,
    n: i64,
) -> Result<(), StoreError> {
    let args = [account.into(), kind.code().into(), day.into(), n.into()];
    tx.known.of(account).sums = None;
    if n > 0 {
        let sql = "INSERT INTO report_days (account, kind, day, n) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (account, kind, day) DO UPDATE SET n = report_days.n + excluded.n";
        tx.execute_later(sql, &args)?;
    } else if n < 0 {
        let sql = "UPDATE report_days SET n = n + ?4 WHERE account = ?1 AND kind = ?2 AND day = ?3";
        super::met(tx.execute(sql, &args)?, "day of the report")?;
        let sql = "DELETE FROM report_days WHERE account = ?1 AND kind = ?2 AND day = ?3 AND n = 0";
        tx.execute(sql, args.get(..3).unwrap_or_default())?;
    }
    Ok(())
}

/// How many subjects of a kind have a base day after `day`. Cheap when `day` is some months ago, whatever the account's
/// size and age.
pub fn sum_after(tx: &mut Tx<'_>, account: AccountId, kind: DayKind, day: Day) -> Result<i64, StoreError> {
    tx.settle()?;
    let sql = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM report_days \
               WHERE account = ?1 AND kind = ?2 AND day > ?3";
    let found = tx.find(sql, &[account.into(), kind.code().into(), day.into()], |row| row.get(0))?;
    Ok(found.unwrap_or_default())
}

/// The same of four kinds, each with its day, in one statement: what a report counts.
pub fn sums_after(
    tx: &mut Tx<'_>,
    account: AccountId,
    asked: [(DayKind, Day); 4],
) -> Result<[i64; 4], StoreError> {
    macro_rules! sum {
        ($kind:literal, $day:literal) => {
            concat!(
                "(SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM report_days WHERE account = ?1 AND kind = ",
                $kind,
                " AND day > ",
                $day,
                ")"
            )
        };
    }
    const SQL: &str = concat!(
        "SELECT ",
        sum!("?2", "?3"),
        ", ",
        sum!("?4", "?5"),
        ", ",
        sum!("?6", "?7"),
        ", ",
        sum!("?8", "?9")
    );
    tx.settle()?;
    if let Some((known, sums)) = tx.known.of(account).sums
        && known == asked
    {
        return Ok(sums);
    }
    let mut args: Vec<Arg<'_>> = vec![account.into()];
    args.extend(asked.into_iter().flat_map(|(kind, day)| [Arg::from(kind.code()), day.into()]));
    let found = tx.find(SQL, &args, |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?;
    let sums = found.unwrap_or_default();
    tx.known.of(account).sums = Some((asked, sums));
    Ok(sums)
}

/// How many subjects of a kind have each base day after `after`, up to `through`.
pub fn list_between(
    tx: &mut Tx<'_>,
    account: AccountId,
    kind: DayKind,
    after: Day,
    through: Day,
) -> Result<Vec<(Day, i64)>, StoreError> {
    tx.settle()?;
    let sql = "SELECT day, n FROM report_days WHERE account = ?1 AND kind = ?2 AND day > ?3 AND day <= ?4 ORDER BY day";
    let args = [account.into(), kind.code().into(), after.into(), through.into()];
    tx.list(sql, &args, |row| Ok((row.get(0)?, row.get(1)?)))
}

/// All of an account.
pub fn list(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<(DayKind, Day, i64)>, StoreError> {
    tx.settle()?;
    let sql = "SELECT kind, day, n FROM report_days WHERE account = ?1 ORDER BY kind, day";
    tx.list(sql, &[account.into()], |row| {
        let kind =
            DayKind::from_code(row.get(0)?).ok_or_else(|| StoreError::damaged("an unknown kind of day"))?;
        Ok((kind, row.get(1)?, row.get(2)?))
    })
}
