//! The report's histograms: how many subjects of a kind have a base day. Only the upkeep changes them.

use std::sync::LazyLock;

use crate::ids::AccountId;
use crate::store::connection::Arg;
use crate::store::error::StoreError;
use crate::store::tx::Tx;
use crate::store::upkeep::DayKind;
use crate::time::Day;

/// Adds to a day: at the end of the group where it only grows, else now.
pub(in crate::store) fn add(
    tx: &mut Tx<'_>,
    account: AccountId,
    kind: DayKind,
    day: Day,
    n: i64,
) -> Result<(), StoreError> {
    tx.known.of(account).added_days(kind, day, n);
    let can_wait = !tx.is_bulk();
    let due = tx.known.owed.add_day(account, kind, day, (n, can_wait));
    due.map_or(Ok(()), |due| write(tx, account, kind, day, due))
}

pub(in crate::store) fn write(
    tx: &mut Tx<'_>,
    account: AccountId,
    kind: DayKind,
    day: Day,
    n: i64,
) -> Result<(), StoreError> {
    let args = [account.into(), kind.code().into(), day.into(), n.into()];
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
    Ok(found.unwrap_or(0) + tx.known.owed.days_after(account, kind, day))
}

/// As many sums as a report takes.
const FEW: usize = 4;
/// The most sums that one statement takes.
const MOST: usize = 10;

static SUM_FEW: LazyLock<String> = LazyLock::new(|| sums(FEW));
static SUM_MOST: LazyLock<String> = LazyLock::new(|| sums(MOST));

fn sums(count: usize) -> String {
    let sum = |place| {
        let (kind, day) = (2 * place + 2, 2 * place + 3);
        format!(
            "(SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM report_days \
             WHERE account = ?1 AND kind = ?{kind} AND day > ?{day})"
        )
    };
    format!("SELECT {}", (0..count).map(sum).collect::<Vec<_>>().join(", "))
}

/// The same of several kinds, each with its day, in one statement: what a report counts, and what explains it. None is
/// counted twice.
pub fn sums_after<const N: usize>(
    tx: &mut Tx<'_>,
    account: AccountId,
    asked: [(DayKind, Day); N],
) -> Result<[i64; N], StoreError> {
    const { assert!(N <= MOST, "the statement has no room for so many") };
    tx.settle()?;
    if let Some((known, sums)) = &tx.known.of(account).sums
        && known == &asked
        && let Ok(sums) = <[i64; N]>::try_from(sums.as_slice())
    {
        return Ok(sums);
    }
    let mut distinct: Vec<(DayKind, Day)> = Vec::with_capacity(MOST);
    let places = asked.map(|one| {
        distinct.iter().position(|known| *known == one).unwrap_or_else(|| {
            distinct.push(one);
            distinct.len() - 1
        })
    });
    let (sql, room) = if distinct.len() <= FEW { (&*SUM_FEW, FEW) } else { (&*SUM_MOST, MOST) };
    // What is left of the room asks for days that never come, which costs next to nothing.
    distinct.resize(room, (DayKind::KeyOld, Day(i64::MAX)));
    let mut args: Vec<Arg<'_>> = Vec::with_capacity(1 + 2 * room);
    args.push(account.into());
    args.extend(distinct.into_iter().flat_map(|(kind, day)| [Arg::from(kind.code()), day.into()]));
    let mut sums = [0; N];
    tx.find(sql, &args, |row| {
        for (sum, place) in sums.iter_mut().zip(places) {
            *sum = row.get(place)?;
        }
        Ok(())
    })?;
    for (sum, (kind, day)) in sums.iter_mut().zip(asked) {
        *sum += tx.known.owed.days_after(account, kind, day);
    }
    tx.known.of(account).sums = Some((asked.to_vec(), sums.to_vec()));
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
    tx.pay()?;
    let sql = "SELECT day, n FROM report_days WHERE account = ?1 AND kind = ?2 AND day > ?3 AND day <= ?4 ORDER BY day";
    let args = [account.into(), kind.code().into(), after.into(), through.into()];
    tx.list(sql, &args, |row| Ok((row.get(0)?, row.get(1)?)))
}

/// All of an account.
pub fn list(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<(DayKind, Day, i64)>, StoreError> {
    tx.pay()?;
    let sql = "SELECT kind, day, n FROM report_days WHERE account = ?1 ORDER BY kind, day";
    tx.list(sql, &[account.into()], |row| {
        let kind =
            DayKind::from_code(row.get(0)?).ok_or_else(|| StoreError::damaged("an unknown kind of day"))?;
        Ok((kind, row.get(1)?, row.get(2)?))
    })
}
