//! How a server fares, and what that allows: pure, time comes in as values.
//!
//! What one request learns counts for all. While the server asks for a pause, or after a failure,
//! none begins; each failure halves how many may be in flight, each success adds one, so a server
//! that is down sees one request at a time.

use std::time::{Duration, Instant};

/// What is known of a server.
#[derive(Debug)]
pub(super) struct Health {
    most: usize,
    allowed: usize,
    in_flight: usize,
    /// Failures since the last success; those of requests that were in flight together are one.
    failures: u32,
    failed_at: Option<Instant>,
    succeeded_at: Option<Instant>,
    not_before: Option<Instant>,
    waited: Duration,
}

/// Whether a request may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum May {
    Begin,
    /// Not before then.
    BeginAt(Instant),
    /// Not before another has ended.
    BeginLater,
}

impl Health {
    /// Of a server that gets at `most` so many requests at once.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            allowed: most.max(1),
            in_flight: 0,
            failures: 0,
            failed_at: None,
            succeeded_at: None,
            not_before: None,
            waited: Duration::ZERO,
        }
    }

    pub(super) fn may(&self, now: Instant) -> May {
        match self.not_before.filter(|at| *at > now) {
            Some(at) => May::BeginAt(at),
            None if self.in_flight >= self.allowed => May::BeginLater,
            None => May::Begin,
        }
    }

    pub(super) fn began(&mut self) {
        self.in_flight += 1;
    }

    pub(super) fn ended(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    pub(super) fn succeeded(&mut self, now: Instant) {
        self.allowed = (self.allowed + 1).min(self.most);
        (self.failures, self.succeeded_at) = (0, Some(now));
    }

    /// A request that began at `began` failed in a way that time may heal. `wait` tells from the
    /// number of failures how long to wait; says until when.
    pub(super) fn failed(&mut self, began: Instant, now: Instant, wait: impl FnOnce(u32) -> Duration) -> Instant {
        if self.failed_at.is_none_or(|failed_at| began >= failed_at) {
            self.failures = self.failures.saturating_add(1);
            self.allowed = (self.allowed / 2).max(1);
            self.failed_at = Some(now);
        }
        let from = self.not_before.unwrap_or(now).max(now);
        let until = now.checked_add(wait(self.failures)).unwrap_or(now).max(from);
        self.waited += until - from;
        self.not_before = Some(until);
        until
    }

    /// Whether any request succeeded after `time`.
    pub(super) fn has_succeeded_since(&self, time: Instant) -> bool {
        self.succeeded_at.is_some_and(|at| at > time)
    }

    /// For how long no request could begin until now, in all.
    pub(super) fn waited(&self, now: Instant) -> Duration {
        let ahead = self.not_before.map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        self.waited.saturating_sub(ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_one_request_learns_counts_for_all() {
        let (mut health, now) = (Health::new(4), Instant::now());
        let before = now.checked_sub(SECOND).unwrap();
        (0..4).for_each(|_| health.began());
        assert_eq!(health.may(now), May::BeginLater);
        let until = health.failed(before, now, |failures| SECOND * failures);
        health.ended();
        assert_eq!((until, health.may(now)), (now + SECOND, May::BeginAt(now + SECOND)));
        assert_eq!(health.may(now + SECOND), May::BeginLater, "two of four are allowed, three are in flight");
        health.failed(before, now, |_| SECOND);
        health.ended();
        assert_eq!(health.may(now + SECOND), May::BeginLater);
        health.succeeded(now);
        health.ended();
        assert_eq!(health.may(now + SECOND), May::Begin);
    }

    #[test]
    fn a_burst_of_failures_is_one_failure_and_waits_are_counted_once() {
        let (mut health, now) = (Health::new(8), Instant::now());
        let before = now.checked_sub(SECOND).unwrap();
        let waits: Vec<_> = (0..3).map(|_| health.failed(before, now, |failures| SECOND * failures) - now).collect();
        // Three requests that began before the first of them failed.
        assert_eq!(waits, [SECOND; 3]);
        let later = now + SECOND;
        assert_eq!(health.failed(later, later, |failures| SECOND * failures), later + SECOND * 2);
        assert_eq!((health.allowed, health.waited(later), health.waited(later + SECOND * 9)), (2, SECOND, SECOND * 3));
        health.succeeded(later);
        assert_eq!((health.allowed, health.failures), (3, 0));
        assert!(health.has_succeeded_since(now) && !health.has_succeeded_since(later));
    }

    #[test]
    fn a_server_that_is_down_sees_one_request_at_a_time() {
        let (mut health, now) = (Health::new(4), Instant::now());
        for number in 0..5 {
            let now = now + SECOND * number;
            health.began();
            health.failed(now, now, |_| Duration::ZERO);
            health.ended();
        }
        health.began();
        assert_eq!(health.may(now + SECOND * 9), May::BeginLater);
    }

    #[test]
    fn the_longest_wait_that_anyone_was_asked_for_holds() {
        let (mut health, now) = (Health::new(2), Instant::now());
        health.failed(now, now, |_| SECOND * 9);
        assert_eq!(health.failed(now, now, |_| SECOND), now + SECOND * 9);
        assert_eq!(health.waited(now + SECOND * 9), SECOND * 9);
    }
}
