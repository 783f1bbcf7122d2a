//! Takes a batch to the server until each of its spans has arrived, is rejected, or must wait for
//! another run.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Batch;
use super::body::body;
use super::event::{Event, Receipt, Request, Watch};
use super::gate::{Gate, Turn};
use super::http::{Client, HttpSettings};
use super::reply::{Ending, Outcome, Reply};
use super::retry::{is_in_time, pause};
use super::sizes::Sizes;
use crate::stop::Stop;

/// The characters that the texts of a span keep that is too large even alone, try by try.
const SHORTER: [usize; 2] = [1_000, 100];
/// Bytes on the wire that a server may refuse by hanging up, without a word.
const LARGE: usize = 1024 * 1024;
/// Spans rejected one by one, when none was ever taken, before it is clear that none will be.
const SUSPICIOUS: usize = 16;

/// Delivers batches; several at once.
pub(super) struct Courier {
    client: Client,
    pub(super) gate: Gate,
    retry_for: Duration,
    watch: Watch,
    sizes: Mutex<Sizes>,
    was_ever_taken: AtomicBool,
    /// Spans that were rejected before any was taken.
    doubtful: Mutex<Vec<Receipt>>,
}

/// The run is over; what was not told of is not delivered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Over;

/// What is to be delivered.
struct Parcel {
    batch: Batch,
    /// To how many characters its texts were cut.
    cut_to: Option<usize>,
}

impl Courier {
    pub(super) fn new(settings: &HttpSettings, stop: Stop, watch: Watch) -> Self {
        Self {
            client: Client::new(settings),
            gate: Gate::new(settings.concurrency, stop),
            retry_for: settings.retry_for,
            watch,
            sizes: Mutex::default(),
            was_ever_taken: AtomicBool::new(false),
            doubtful: Mutex::default(),
        }
    }

    pub(super) fn destination(&self) -> &str {
        self.client.destination()
    }

    /// Delivers a batch, cut in two where the server takes it only so, and so on.
    pub(super) fn deliver(&self, batch: Batch) -> Result<(), Over> {
        let mut open = vec![Parcel { batch, cut_to: None }];
        while let Some(parcel) = open.pop() {
            let batch = &parcel.batch;
            let is_many = batch.spans() > 1;
            if is_many && lock(&self.sizes).is_too_large(batch.size()) {
                open.extend(parcel.halves());
                continue;
            }
            match self.send(batch)? {
                Outcome::Taken { rejected, message, is_whole } => {
                    self.took(batch);
                    self.tell(Receipt::taken(batch, rejected, message, is_whole).shortened(batch, parcel.cut_to));
                }
                Outcome::Left(reason) => self.tell(Receipt::undelivered(batch, reason)),
                Outcome::TooLarge(_) if is_many => {
                    lock(&self.sizes).refused(batch.size());
                    open.extend(parcel.halves());
                }
                Outcome::Rejected(_) if is_many => open.extend(parcel.halves()),
                Outcome::TooLarge(reason) => match parcel.shorter() {
                    Some(shorter) => open.push(shorter),
                    None => self.reject(Receipt::rejected(batch, reason))?,
                },
                Outcome::Rejected(reason) => self.reject(Receipt::rejected(batch, reason))?,
            }
        }
        Ok(())
    }

    /// A server that rejects one span after the other, and never took any, does not mean the spans.
    fn reject(&self, receipt: Receipt) -> Result<(), Over> {
        if self.was_ever_taken.load(Ordering::Relaxed) {
            self.tell(receipt);
            return Ok(());
        }
        let reason = receipt.reason.clone().unwrap_or_default();
        let mut doubtful = lock(&self.doubtful);
        doubtful.push(receipt);
        if doubtful.len() < SUSPICIOUS {
            return Ok(());
        }
        doubtful.clear();
        self.end(Ending::TakesNothing, &reason)
    }

    /// There is no more doubt: what was rejected is.
    pub(super) fn believe(&self) {
        let doubtful = std::mem::take(&mut *lock(&self.doubtful));
        for receipt in doubtful {
            self.tell(receipt);
        }
    }

    /// Sends a request, as often as it is worth it.
    fn send(&self, batch: &Batch) -> Result<Outcome, Over> {
        let body = body(batch, self.client.wants_gzip());
        let (mut failing_since, mut hung_up) = (None, 0);
        loop {
            let Some(turn) = self.gate.enter() else { return Err(Over) };
            let (reason, wait, ending) = match self.attempt(batch, &body, &turn, failing_since.is_some()) {
                Reply::Again { reason, wait, ending } => (reason, wait, ending),
                Reply::End(ending, reason) => return self.end(ending, &reason),
                Reply::Done(outcome) => {
                    turn.succeeded();
                    return Ok(outcome);
                }
            };
            let since = *failing_since.get_or_insert(turn.began);
            hung_up += u32::from(ending == Ending::HungUp);
            if hung_up > 1 && batch.spans() > 1 && body.len() >= LARGE {
                return Ok(Outcome::TooLarge(reason));
            }
            let until = turn.failed(|failures| pause(failures, wait, fastrand::f64()));
            let wait = until.saturating_duration_since(Instant::now());
            let is_over = !is_in_time(since.elapsed(), wait, self.retry_for);
            if is_over && !self.gate.has_succeeded_since(since) {
                return self.end(ending, &reason);
            }
            self.watch(Event::Wait { wait, reason: &reason });
            // Others were taken meanwhile: the server lives, and only this batch goes another time.
            if is_over {
                return Ok(Outcome::Left(reason));
            }
        }
    }

    fn attempt(&self, batch: &Batch, body: &[u8], turn: &Turn<'_>, is_again: bool) -> Reply {
        let reply = self.client.send(body);
        let (spans, size, sent, took) = (batch.spans(), batch.size(), body.len(), turn.began.elapsed());
        self.watch(Event::Request(Request { spans, size, sent, took, is_again, said: reply.phrase() }));
        reply
    }

    fn end<T>(&self, ending: Ending, reason: &str) -> Result<T, Over> {
        self.gate.end(ending.error(self.destination(), reason));
        Err(Over)
    }

    fn took(&self, batch: &Batch) {
        self.was_ever_taken.store(true, Ordering::Relaxed);
        self.believe();
        lock(&self.sizes).took(batch.size());
    }

    fn tell(&self, receipt: Receipt) {
        self.watch(Event::Settled(receipt));
    }

    fn watch(&self, event: Event<'_>) {
        if let Err(error) = (self.watch)(event) {
            self.gate.end(error);
        }
    }
}

impl Parcel {
    /// Its halves, the first one last: that is sent next.
    fn halves(self) -> [Self; 2] {
        let (first, second) = self.batch.halves();
        [second, first].map(|batch| Self { batch, cut_to: self.cut_to })
    }

    /// The same with shorter texts; nothing where they are as short as can be.
    fn shorter(&self) -> Option<Self> {
        let fewer = SHORTER.into_iter().filter(|characters| self.cut_to.is_none_or(|cut_to| *characters < cut_to));
        let mut shorter = fewer.filter_map(|characters| Some((self.batch.shortened(characters)?, characters)));
        shorter.next().map(|(batch, characters)| Self { batch, cut_to: Some(characters) })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
