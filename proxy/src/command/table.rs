//! Writes tables for people.

use std::fmt::Write as _;

/// Adds a table with a title and the names of its columns, if there are rows. It has so many of them, and the rest is
/// counted.
pub(super) fn table(text: &mut String, title: &str, head: &[&str], rows: Vec<Vec<String>>, rows_max: usize) {
    if rows.is_empty() {
        return;
    }
    let more = rows.len().saturating_sub(rows_max);
    let head = head.iter().map(|&cell| cell.to_owned()).collect();
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(rows.into_iter().take(rows_max)).collect();
    let width =
        |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    // A String takes all that is written.
    let _ = writeln!(text, "\n{title}");
    for line in &lines {
        let cells = line.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
        let _ = writeln!(text, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    if more > 0 {
        let _ = writeln!(text, "  and {more} more");
    }
}
