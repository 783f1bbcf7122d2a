//! Takes a batch to the server until each of its spans has arrived, is rejected, or must wait for
//! another run.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::event::{Event, Receipt, Request, Watch};
use super::gate::{Gate, Turn};
use super::http::{Client, HttpSettings};
use super::reply::{Ending, Outcome, Reply};
use super::retry::{is_in_time, pause};
use super::sealed::Sealed;
use super::sizes::Sizes;
use super::{Batch, Label};
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
    packing: Mutex<()>,
}

/// Leave to pack a batch, until it is dropped.
pub(super) struct Packing<'a>(#[expect(dead_code, reason = "it is held")] MutexGuard<'a, ()>);

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
            packing: Mutex::default(),
        }
    }

    pub(super) fn destination(&self) -> &str {
        self.client.destination()
    }

    /// Delivers a batch, cut in two where the server takes it only so, and so on.
    pub(super) fn deliver(&self, batch: Batch, packing: Packing<'_>) -> Result<(), Over> {
        let mut packing = Some(packing);
        let mut parcels = vec![Parcel { batch, cut_to: None }];
        while let Some(parcel) = parcels.pop() {
            let is_many = parcel.batch.spans() > 1;
            if is_many && lock(&self.sizes).is_too_large(parcel.batch.size()) {
                parcels.extend(parcel.halves());
                continue;
            }
            let cut_to = parcel.cut_to;
            let sealed = parcel.batch.sealed(self.client.wants_gzip());
            packing.take();
            match self.send(&sealed)? {
                Outcome::Taken { rejected, message, is_whole } => {
                    self.took(sealed.size);
                    self.tell(Receipt::taken(&sealed.labels, rejected, message, is_whole).shortened(cut_to));
                }
                Outcome::Left(reason) => self.tell(Receipt::undelivered(&sealed.labels, reason)),
                Outcome::TooLarge(_) if is_many => {
                    lock(&self.sizes).refused(sealed.size);
                    parcels.extend(self.opened(sealed, cut_to).into_iter().flat_map(Parcel::halves));
                }
                Outcome::Rejected(_) if is_many => {
                    parcels.extend(self.opened(sealed, cut_to).into_iter().flat_map(Parcel::halves));
                }
                Outcome::TooLarge(reason) => {
                    let Some(parcel) = self.opened(sealed, cut_to) else { continue };
                    match parcel.shorter() {
                        Some(shorter) => parcels.push(shorter),
                        None => self.reject(Receipt::rejected(parcel.batch.labels(), reason))?,
                    }
                }
                Outcome::Rejected(reason) => self.reject(Receipt::rejected(&sealed.labels, reason))?,
            }
        }
        Ok(())
    }

    /// Leave to pack a batch. One batch at a time is out of the queue and not packed yet: memory does
    /// not grow with the requests in flight.
    pub(super) fn packing(&self) -> Packing<'_> {
        Packing(lock(&self.packing))
    }

    /// What was sealed, to be cut; nothing where it cannot be read any more, and waits for another run.
    fn opened(&self, sealed: Sealed, cut_to: Option<usize>) -> Option<Parcel> {
        let lost =
            |labels: Vec<Label>| self.tell(Receipt::undelivered(&labels, "a packed request is damaged".to_owned()));
        sealed.open().map_err(lost).ok().map(|batch| Parcel { batch, cut_to })
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
    fn send(&self, sealed: &Sealed) -> Result<Outcome, Over> {
        let (mut failing_since, mut hung_up) = (None, 0);
        loop {
            let Some(turn) = self.gate.enter() else { return Err(Over) };
            let (reason, wait, ending) = match self.attempt(sealed, &turn, failing_since.is_some()) {
                Reply::Again { reason, wait, ending } => (reason, wait, ending),
                Reply::End(ending, reason) => return self.end(ending, &reason),
                Reply::Done(outcome) => {
                    turn.succeeded();
                    return Ok(outcome);
                }
            };
            let since = *failing_since.get_or_insert(turn.began);
            hung_up += u32::from(ending == Ending::HungUp);
            if hung_up > 1 && sealed.labels.len() > 1 && sealed.body.len() >= LARGE {
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

    fn attempt(&self, sealed: &Sealed, turn: &Turn<'_>, is_again: bool) -> Reply {
        let reply = self.client.send(&sealed.body);
        let (spans, size, sent) = (sealed.labels.len(), sealed.size, sealed.body.len());
        let took = turn.began.elapsed();
        self.watch(Event::Request(Request { spans, size, sent, took, is_again, said: reply.phrase() }));
        reply
    }

    fn end<T>(&self, ending: Ending, reason: &str) -> Result<T, Over> {
        self.gate.end(ending.error(self.destination(), reason));
        Err(Over)
    }

    fn took(&self, size: usize) {
        self.was_ever_taken.store(true, Ordering::Relaxed);
        self.believe();
        lock(&self.sizes).took(size);
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
