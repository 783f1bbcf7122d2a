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

/// `42s`, `3m 05s`, `2h 07m`, `3d 04h`: two units, rounded down.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a duration is positive, and floors")]
pub(super) fn duration(seconds: f64) -> String {
    let seconds = seconds as u64;
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m {:02}s", seconds % 60),
        (0, ..) => format!("{hours}h {:02}m", minutes % 60),
        _ => format!("{days}d {:02}h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([counted(1, "turn"), counted(2_000, "turn")], ["1 turn", "2,000 turns"]);
        assert_eq!([0.9, 42.0, 185.5, 7_620.0, 273_600.0].map(duration), ["0s", "42s", "3m 05s", "2h 07m", "3d 04h"]);
        assert_eq!([bytes(12), bytes(1_500_000)], ["12 B", "1.5 MB"]);
    }
}
