//! Numbers as people read them.

/// `1,234,567`.
#[must_use]
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 turn`, `2 turns`.
#[must_use]
pub(super) fn counted(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// `1.5 MB`, in powers of 1,000.
#[must_use]
pub(super) fn bytes(number: u64) -> String {
    bytesize::ByteSize::b(number).display().si().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([counted(1, "turn"), counted(2_000, "turn")], ["1 turn", "2,000 turns"]);
        assert_eq!([bytes(12), bytes(1_500_000)], ["12 B", "1.5 MB"]);
    }
}
