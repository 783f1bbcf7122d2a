//! When a record was written.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, SecondsFormat};

use super::lenient::Lenient;

/// An instant in nanoseconds since 1970, UTC. Transcripts write milliseconds
/// (`2026-11-22T09:37:36.589Z`, the only form seen in 167,000 lines).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// Reads RFC 3339; `None` for anything else and for what OTLP cannot hold (before 1970, after 2262).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let nanoseconds = DateTime::parse_from_rfc3339(text).ok()?.timestamp_nanos_opt()?;
        u64::try_from(nanoseconds).ok().map(Self)
    }

    /// Nanoseconds since 1970.
    #[must_use]
    pub fn nanoseconds(self) -> u64 {
        self.0
    }

    /// Seconds from `earlier` to this instant, zero if it is the later one.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        std::time::Duration::from_nanos(self.0.saturating_sub(earlier.0)).as_secs_f64()
    }
}

impl From<u64> for Timestamp {
    fn from(nanoseconds: u64) -> Self {
        Self(nanoseconds)
    }
}

/// RFC 3339 with milliseconds.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = i64::try_from(self.0).unwrap_or(i64::MAX);
        formatter.write_str(&DateTime::from_timestamp_nanos(nanoseconds).to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl<'de> Lenient<'de> for Option<Timestamp> {
    fn from_text(text: Cow<'de, str>) -> Self {
        Timestamp::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_what_transcripts_hold() {
        for (text, expected) in [
            ("2026-11-22T09:37:36.589Z", Some("2026-11-22T09:37:36.589Z")),
            ("2026-11-22T10:37:36.589+01:00", Some("2026-11-22T09:37:36.589Z")),
            ("2026-11-22T09:37:36Z", Some("2026-11-22T09:37:36.000Z")),
            ("1969-12-31T23:59:59.999Z", None),
            ("2300-01-01T00:00:00.000Z", None),
            ("yesterday", None),
            ("", None),
        ] {
            let read = Timestamp::parse(text).map(|timestamp| timestamp.to_string());
            assert_eq!(read.as_deref(), expected, "{text:?}");
        }
    }
}
