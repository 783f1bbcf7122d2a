//! Rows of cells, aligned.

/// Spaces between two columns.
const GAP: &str = "  ";

/// To which side a column's cells lean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// The widths of the columns, as wide as their widest cells.
pub(super) fn widths<'a, const N: usize>(rows: impl IntoIterator<Item = &'a [String; N]>) -> [usize; N] {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    widths
}

/// A row on one line, without spaces at its end.
pub(super) fn line<const N: usize>(row: &[String; N], widths: [usize; N], sides: [Side; N]) -> String {
    let cells = row.iter().zip(widths).zip(sides).map(|((cell, width), side)| match side {
        Side::Left => format!("{cell:width$}"),
        Side::Right => format!("{cell:>width$}"),
    });
    cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a", "1"], ["bcd", "żó"], ["", "3"]].map(|row| row.map(str::to_owned));
        let lines = rows.each_ref().map(|row| line(row, widths(&rows), [Side::Left, Side::Right]));
        assert_eq!(lines, ["a     1", "bcd  żó", "      3"]);
    }
}
