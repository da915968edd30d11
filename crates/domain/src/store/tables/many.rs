//! Statements for several rows at once: one of each length is prepared once, and what has a length in between takes the longer
//! one. Must not know what they say.

const LENGTHS: [usize; 4] = [1, 4, 16, 64];
const LONGEST: usize = 64;

/// One of each length.
pub(super) type Statements = [String; LENGTHS.len()];

/// All that `make` makes.
pub(super) fn statements(make: fn(usize) -> String) -> Statements {
    LENGTHS.map(make)
}

/// Rows in parts, each with the statement that takes it. What is missing to its length is the last row again.
pub(super) fn parts<'a, T>(
    statements: &'static Statements,
    rows: &'a [T],
) -> impl Iterator<Item = (&'static str, Vec<&'a T>)> {
    rows.chunks(LONGEST).filter_map(move |part| {
        let mut lengths = LENGTHS.into_iter().zip(statements);
        let (length, sql) = lengths.find(|(length, _)| *length >= part.len())?;
        let last = part.last()?;
        Some((sql.as_str(), part.iter().chain(std::iter::repeat(last)).take(length).collect()))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static TEST: LazyLock<Statements> = LazyLock::new(|| statements(|rows| format!("of {rows}")));

    #[test]
    fn each_part_has_the_length_of_its_statement() {
        let rows: Vec<usize> = (1..=69).collect();
        let told: Vec<_> =
            parts(&TEST, &rows).map(|(sql, rows)| (sql, rows.len(), **rows.last().unwrap())).collect();
        assert_eq!(told, [("of 64", 64, 64), ("of 16", 16, 69)]);
        assert_eq!(parts(&TEST, &rows[..3]).next().unwrap(), ("of 4", vec![&1, &2, &3, &3]));
        assert_eq!(parts(&TEST, &rows[..0]).count(), 0);
    }
}
