//! Where requests wait for their turn: one door for all that are in flight.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::health::{Health, May};
use crate::error::Error;
use crate::stop::Stop;

/// How often a wait looks whether the run is to stop.
pub(super) const LOOK: Duration = Duration::from_millis(50);

/// Lets requests through as the server's health allows, and none once the run is over.
#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
    changed: Condvar,
    stop: Stop,
}

#[derive(Debug)]
struct State {
    health: Health,
    is_over: bool,
    error: Option<Error>,
}

/// A request's turn, which ends when this is dropped, whatever happens.
pub(super) struct Turn<'a> {
    gate: &'a Gate,
    pub(super) began: Instant,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.gate.lock().health.ended();
        self.gate.changed.notify_all();
    }
}

impl Turn<'_> {
    /// The request was answered.
    pub(super) fn succeeded(&self) {
        self.gate.lock().health.succeeded(Instant::now());
    }

    /// The request failed in a way that time may heal; says until when all wait.
    pub(super) fn failed(&self, wait: impl FnOnce(u32) -> Duration) -> Instant {
        self.gate.lock().health.failed(self.began, Instant::now(), wait)
    }
}

impl Gate {
    pub(super) fn new(most: usize, stop: Stop) -> Self {
        let state = State { health: Health::new(most), is_over: false, error: None };
        Self { state: Mutex::new(state), changed: Condvar::new(), stop }
    }

    /// Waits for a request's turn; none comes where the run is over.
    pub(super) fn enter(&self) -> Option<Turn<'_>> {
        let mut state = self.lock();
        loop {
            if state.is_over || self.stop.asked().is_some() {
                return None;
            }
            let now = Instant::now();
            let wait = match state.health.may(now) {
                May::Begin => {
                    state.health.began();
                    return Some(Turn { gate: self, began: now });
                }
                May::BeginAt(at) => LOOK.min(at - now),
                May::BeginLater => LOOK,
            };
            state = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Ends the run; the first error is what it ends with.
    pub(super) fn end(&self, error: Error) {
        let mut state = self.lock();
        state.is_over = true;
        state.error.get_or_insert(error);
        self.changed.notify_all();
    }

    /// Whether no request begins any more.
    pub(super) fn is_over(&self) -> bool {
        self.stop.asked().is_some() || self.lock().is_over
    }

    /// What ended the run.
    pub(super) fn take_error(&self) -> Option<Error> {
        self.lock().error.take()
    }

    pub(super) fn has_succeeded_since(&self, time: Instant) -> bool {
        self.lock().health.has_succeeded_since(time)
    }

    /// For how long the server made all requests wait.
    pub(super) fn waited(&self) -> Duration {
        self.lock().health.waited(Instant::now())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
