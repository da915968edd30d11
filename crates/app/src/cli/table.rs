//! A plain table: columns aligned with spaces, no lines around them. Knows no terminal and no command.

use unicode_width::UnicodeWidthStr;

use super::print::tame;

/// Between two columns.
const GAP: &str = "  ";

/// Renders rows of cells; every line ends with a line feed and never with a space.
pub fn render(rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| tame(cell)).collect()).collect();
    let mut widths: Vec<usize> = Vec::new();
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            match widths.get_mut(column) {
                Some(width) => *width = cell.width().max(*width),
                None => widths.push(cell.width()),
            }
        }
    }
    let mut table = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width())));
            line.push_str(GAP);
        }
        table.push_str(line.trim_end());
        table.push('\n');
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|&cell| cell.to_owned()).collect()
    }

    #[test]
    fn columns_stand_below_each_other_whatever_their_letters() {
        let table =
            render(&[row(&["Name", "Id", "Note"]), row(&["中文", "1", ""]), row(&["a\u{1b}[2J", "22", "x"])]);
        assert_eq!(table, "Name   Id  Note\n中文   1\na [2J  22  x\n");
    }

    #[test]
    fn rows_may_have_different_lengths() {
        assert_eq!(render(&[row(&["a"]), row(&["bb", "c"]), vec![]]), "a\nbb  c\n\n");
    }
}
