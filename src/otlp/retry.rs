//! When a request is made again: pure decisions of numbers and times.

use std::time::{Duration, SystemTime};

/// The longest wait after the first failure; each further one doubles it.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait that a server did not ask for.
const LONGEST: Duration = Duration::from_secs(30);
/// The longest wait that a server can ask for; then it is asked again.
const LONGEST_ASKED: Duration = Duration::from_secs(5 * 60);

/// How long to wait after so many failures in a row: as long as the server asks for, but never not
/// at all. `chance`, from 0 to 1, spreads the clients.
pub(super) fn pause(failures: u32, asked: Option<Duration>, chance: f64) -> Duration {
    asked.map_or_else(|| backoff(failures, chance), |asked| asked.max(backoff(1, chance)))
}

/// Twice as long after each failure; `chance` decides on the second half.
fn backoff(failures: u32, chance: f64) -> Duration {
    let doubled = FIRST.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
    doubled.min(LONGEST).mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

/// What a `Retry-After` asks for, in seconds or as a date (RFC 9110, 10.2.3). A date in the past
/// asks for nothing.
pub(super) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    let seconds = value.parse().ok().map(Duration::from_secs);
    let until = || httpdate::parse_http_date(value).ok();
    let wait = seconds.or_else(|| Some(until()?.duration_since(now).unwrap_or_default()));
    wait.map(|wait| wait.min(LONGEST_ASKED))
}

/// Whether another try fits into the time that a batch may fail for.
pub(super) fn is_in_time(failing_for: Duration, wait: Duration, budget: Duration) -> bool {
    failing_for.saturating_add(wait) <= budget
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_are_spread() {
        let shortest = [1, 2, 3, 4, 7, 8, u32::MAX].map(|failures| backoff(failures, 0.0).as_millis());
        assert_eq!(shortest, [250, 500, 1_000, 2_000, 15_000, 15_000, 15_000]);
        assert_eq!([0.5, 1.0, 7.0].map(|chance| backoff(1, chance).as_millis()), [375, 500, 500]);
    }

    #[test]
    fn what_a_server_asks_for_counts_but_not_nothing() {
        let asked = [None, Some(0), Some(1), Some(60)].map(|asked| asked.map(Duration::from_secs));
        assert_eq!(asked.map(|asked| pause(4, asked, 1.0).as_millis()), [4_000, 500, 1_000, 60_000]);
    }

    #[test]
    fn a_server_says_how_long_to_wait_in_two_ways() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT
        for (value, seconds) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("86400", Some(300)),
            ("18446744073709551615", Some(300)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
            ("Sunday, 06-Nov-94 08:50:07 GMT", Some(30)),
            ("Sun Nov  6 08:50:07 1994", Some(30)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("Sat, 06 Nov 2094 08:50:07 GMT", Some(300)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(value, now), seconds.map(Duration::from_secs), "{value:?}");
        }
    }

    #[test]
    fn a_try_that_would_come_too_late_is_not_waited_for() {
        let seconds = Duration::from_secs;
        for (failing_for, wait, budget, expected) in
            [(0, 120, 120, true), (1, 120, 120, false), (0, 1, 0, false), (0, 0, 0, true), (u64::MAX, 1, 9, false)]
        {
            assert_eq!(is_in_time(seconds(failing_for), seconds(wait), seconds(budget)), expected);
        }
    }
}
