//! The token counts of one API response, as saved and as accounted.

use serde::{Deserialize, Serialize};

use super::lenient::object;
use super::number::Number;

object! {
    /// The raw `message.usage` of an assistant record. Null, missing and odd values are zero.
    /// `iterations` is a breakdown of the same tokens and is never read.
    pub struct Usage {
        /// Prompt tokens outside the cache.
        input_tokens: Number = b"input_tokens",
        /// Prompt tokens written to the cache; zero in some versions although `cache_creation` has them.
        cache_creation_input_tokens: Number = b"cache_creation_input_tokens",
        /// Prompt tokens read from the cache.
        cache_read_input_tokens: Number = b"cache_read_input_tokens",
        /// Generated tokens, thinking included.
        output_tokens: Number = b"output_tokens",
        /// The cache writes by lifetime.
        cache_creation: CacheCreation<'a> = b"cache_creation",
        /// `standard` or `fast` (since 2.1.41).
        speed: Option<std::borrow::Cow<'a, str>> = b"speed",
        /// What of the output is what.
        output_details: OutputDetails<'a> = b"output_tokens_details",
    }
}

object! {
    /// What of the output is what (since 2.1.236).
    pub struct OutputDetails {
        /// Tokens of thinking, a part of `output_tokens`.
        thinking_tokens: Number = b"thinking_tokens",
    }
}

object! {
    /// Cache writes by lifetime.
    pub struct CacheCreation {
        /// Kept for five minutes.
        five_minutes: Number = b"ephemeral_5m_input_tokens",
        /// Kept for one hour.
        one_hour: Number = b"ephemeral_1h_input_tokens",
    }
}

/// The tokens of one request, or of several added up. Saturating: a damaged count can be
/// absurd, but never wraps around to a small one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Prompt tokens outside the cache.
    pub input: u64,
    /// Prompt tokens written to the cache.
    pub cache_creation: u64,
    /// Prompt tokens read from the cache.
    pub cache_read: u64,
    /// Generated tokens.
    pub output: u64,
}

impl Tokens {
    /// All prompt tokens, cached or not: what the model read.
    #[must_use]
    pub fn prompt(self) -> u64 {
        self.input.saturating_add(self.cache_creation).saturating_add(self.cache_read)
    }

    /// Which of two records of one request holds the truer usage: the one with more output, then
    /// with more input. A response streams upwards, and a fork zeroes its copies.
    #[must_use]
    pub fn largest(self, other: Self) -> Self {
        if (other.output, other.prompt()) >= (self.output, self.prompt()) { other } else { self }
    }
}

impl std::ops::AddAssign for Tokens {
    fn add_assign(&mut self, other: Self) {
        self.input = self.input.saturating_add(other.input);
        self.cache_creation = self.cache_creation.saturating_add(other.cache_creation);
        self.cache_read = self.cache_read.saturating_add(other.cache_read);
        self.output = self.output.saturating_add(other.output);
    }
}

impl std::iter::Sum for Tokens {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |mut sum, part| {
            sum += part;
            sum
        })
    }
}

impl From<&Usage<'_>> for Tokens {
    fn from(usage: &Usage<'_>) -> Self {
        let CacheCreation { five_minutes, one_hour, .. } = usage.cache_creation;
        let nested = five_minutes.get().saturating_add(one_hour.get());
        let flat = usage.cache_creation_input_tokens.get();
        Self {
            input: usage.input_tokens.get(),
            cache_creation: if flat == 0 { nested } else { flat },
            cache_read: usage.cache_read_input_tokens.get(),
            output: usage.output_tokens.get(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(input: u64, output: u64) -> Tokens {
        Tokens { input, output, ..Tokens::default() }
    }

    #[test]
    fn the_record_with_the_larger_usage_is_taken_whole() {
        for (first, second, expected) in [
            (tokens(9, 1), tokens(3, 50), tokens(3, 50)),
            (tokens(3, 50), tokens(9, 1), tokens(3, 50)),
            (tokens(3, 50), Tokens::default(), tokens(3, 50)),
            (tokens(3, 4), tokens(5, 4), tokens(5, 4)),
        ] {
            assert_eq!(first.largest(second), expected, "{first:?} and {second:?}");
        }
    }

    #[test]
    fn sums_saturate() {
        let sum: Tokens = [tokens(u64::MAX, 1), tokens(1, 2)].into_iter().sum();
        assert_eq!(sum, tokens(u64::MAX, 3));
    }
}
