//! When a record was written.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Datelike, SecondsFormat};
use serde::{Deserialize, Serialize};

use super::lenient::Lenient;

/// Years that a clock can mean: the client came out in 2025, and a clock that was never set says
/// 1970. The end is fixed, not now, so that the same transcript gives the same spans on any day.
const YEARS: Range<i32> = 2024..2100;

/// An instant in nanoseconds since 1970, UTC. Transcripts write milliseconds
/// (`2026-11-22T09:37:36.589Z`, the only form seen in 167,000 lines).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(u64);

impl Timestamp {
    /// Reads RFC 3339; `None` for anything else and for years in which no client can have run.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
        let nanoseconds = YEARS.contains(&time.year()).then(|| time.timestamp_nanos_opt())??;
        u64::try_from(nanoseconds).ok().map(Self)
    }

    /// Nanoseconds since 1970.
    #[must_use]
    pub fn nanoseconds(self) -> u64 {
        self.0
    }

    /// So long after this instant.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX)))
    }

    /// Seconds from `earlier` to this instant, zero if it is the later one.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        Duration::from_nanos(self.0.saturating_sub(earlier.0)).as_secs_f64()
    }
}

impl From<u64> for Timestamp {
    fn from(nanoseconds: u64) -> Self {
        Self(nanoseconds)
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
    }
}

/// RFC 3339 with milliseconds.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = i64::try_from(self.0).unwrap_or(i64::MAX);
        formatter.write_str(&DateTime::from_timestamp_nanos(nanoseconds).to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// What a record says of its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Written {
    /// Nothing.
    #[default]
    Unsaid,
    /// What no clock can mean.
    Odd,
    /// This.
    At(Timestamp),
}

impl Written {
    /// The time, where it is known.
    #[must_use]
    pub fn at(self) -> Option<Timestamp> {
        if let Written::At(timestamp) = self { Some(timestamp) } else { None }
    }
}

impl<'de> Lenient<'de> for Written {
    fn from_text(text: Cow<'de, str>) -> Self {
        Timestamp::parse(&text).map_or(Written::Odd, Written::At)
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
            ("1970-01-01T00:00:00.000Z", None),
            ("2023-12-31T23:59:59.999Z", None),
            ("2023-12-31T23:59:59.999-01:00", Some("2024-01-01T00:59:59.999Z")),
            ("2099-12-31T23:59:59.999Z", Some("2099-12-31T23:59:59.999Z")),
            ("2262-04-11T23:47:16.854Z", None),
            ("99999-01-01T00:00:00.000Z", None),
            ("yesterday", None),
            ("", None),
        ] {
            let read = Timestamp::parse(text).map(|timestamp| timestamp.to_string());
            assert_eq!(read.as_deref(), expected, "{text:?}");
        }
    }
}
