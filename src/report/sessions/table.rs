//! Rows of cells, aligned.

use unicode_width::UnicodeWidthStr;

/// Spaces between two columns.
const GAP: &str = "  ";

/// To which side a column's cells lean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Makes columns as wide as the cells of a row.
pub(super) fn widen<const N: usize>(widths: &mut [usize; N], row: &[impl AsRef<str>; N]) {
    for (width, cell) in widths.iter_mut().zip(row) {
        *width = cell.as_ref().width().max(*width);
    }
}

/// A row on one line, without spaces at its end.
pub(super) fn line<const N: usize>(row: &[String; N], widths: [usize; N], sides: [Side; N]) -> String {
    let cells = row.iter().zip(widths).zip(sides).map(|((cell, width), side)| match side {
        Side::Left => format!("{cell}{}", space(width, cell)),
        Side::Right => format!("{}{cell}", space(width, cell)),
    });
    cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
}

/// What is missing to the width, as terminals count it.
fn space(width: usize, cell: &str) -> String {
    " ".repeat(width.saturating_sub(cell.width()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a", "1"], ["千问", "żó"], ["", "3"]].map(|row| row.map(str::to_owned));
        let mut widths = [0, 0];
        for row in &rows {
            widen(&mut widths, row);
        }
        let lines = rows.each_ref().map(|row| line(row, widths, [Side::Left, Side::Right]));
        assert_eq!(lines, ["a      1", "千问  żó", "       3"]);
    }
}
