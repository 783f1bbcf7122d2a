//! Numbers of a record, and what in it is too much to be taken as it stands.

use std::ops::BitOr;

use super::lenient::Lenient;

/// No count of tokens, tries or milliseconds is larger. Nine million of these can be added up before
/// OTLP's integers are too small.
const MOST: u64 = 1_000_000_000_000;

/// A whole number; what is negative or none counts as zero, what is too large as the most, which one
/// more than that stands for: records are made by the million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Number(u64);

impl Number {
    /// As it counts.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0.min(MOST)
    }
}

impl Lenient<'_> for Number {
    fn from_number(number: u64) -> Self {
        Self(number.min(MOST + 1))
    }
    fn excess(&self) -> Excess {
        Excess { number: self.0 > MOST, parts: false }
    }
}

/// What is too much to be taken as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Excess {
    /// A number is too large.
    pub number: bool,
    /// A list has too many parts.
    pub parts: bool,
}

impl BitOr for Excess {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self { number: self.number | other.number, parts: self.parts | other.parts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Record;

    #[test]
    fn a_number_counts_as_far_as_it_can_be_one() {
        for (number, expected, is_huge) in [
            ("0", 0, false),
            ("12", 12, false),
            ("12.9", 12, false),
            ("1e3", 1_000, false),
            ("1000000000000", MOST, false),
            ("1000000000001", MOST, true),
            ("9223372036854775808", MOST, true),
            ("18446744073709551615", MOST, true),
            ("18446744073709551616", MOST, true),
            ("1e30", MOST, true),
            ("1e308", MOST, true),
            ("-1", 0, false),
            ("-9223372036854775809", 0, false),
            ("-1e308", 0, false),
            ("\"7\"", 0, false),
            ("null", 0, false),
            ("[7]", 0, false),
        ] {
            for line in [
                format!(r#"{{"message":{{"usage":{{"output_tokens":{number}}}}}}}"#),
                format!(r#"{{"message":{{"usage":{{"cache_creation":{{"ephemeral_1h_input_tokens":{number}}}}}}}}}"#),
                format!(r#"{{"modelUsage":{{"m":{{"inputTokens":{number}}}}}}}"#),
                format!(r#"{{"retryInMs":{number}}}"#),
                format!(r#"{{"compactMetadata":{{"preTokens":{number}}}}}"#),
            ] {
                assert_eq!(Record::of(&line).excess(), Excess { number: is_huge, parts: false }, "{line}");
            }
            let line = format!(r#"{{"retryAttempt":{number}}}"#);
            assert_eq!(Record::of(&line).retry_attempt.get(), expected, "{line}");
        }
    }
}
