//! Takes a batch to the server until each of its spans has arrived, is rejected, or must wait for
//! another run.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Batch;
use super::body::body;
use super::event::{Event, Receipt, Request, Watch};
use super::gate::Gate;
use super::http::{Client, HttpSettings};
use super::reply::{Ending, Reply};
use super::retry::{is_in_time, pause};
use crate::stop::Stop;

/// The characters that the texts of a span keep that is too large even alone, try by try.
const SHORTER: [usize; 2] = [1_000, 100];
/// Bytes on the wire that a server may refuse by hanging up, without a word.
const LARGE: usize = 1024 * 1024;
/// Requests that are taken before a size that was too large is tried again.
const PROBE: usize = 16;
/// Spans rejected one by one, when none was ever taken, before it is clear that none will be.
const SUSPICIOUS: usize = 16;

/// Delivers batches; several at once.
pub(super) struct Courier {
    client: Client,
    pub(super) gate: Gate,
    retry_for: Duration,
    watch: Watch,
    /// The smallest size that was too large, and the largest that was not.
    refused_size: AtomicUsize,
    taken_size: AtomicUsize,
    taken_since: AtomicUsize,
    was_ever_taken: AtomicBool,
    /// Spans that were rejected before any was taken.
    doubtful: Mutex<Vec<Receipt>>,
}

/// The run is over; what was not told of is not delivered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Over;

impl Courier {
    pub(super) fn new(settings: &HttpSettings, stop: Stop, watch: Watch) -> Self {
        Self {
            client: Client::new(settings),
            gate: Gate::new(settings.concurrency, stop),
            retry_for: settings.retry_for,
            watch,
            refused_size: AtomicUsize::new(usize::MAX),
            taken_size: AtomicUsize::new(0),
            taken_since: AtomicUsize::new(0),
            was_ever_taken: AtomicBool::new(false),
            doubtful: Mutex::default(),
        }
    }

    pub(super) fn destination(&self) -> &str {
        self.client.destination()
    }

    /// Delivers a batch, cut in two where the server takes it only so, and so on.
    pub(super) fn deliver(&self, batch: Batch) -> Result<(), Over> {
        let mut open = vec![batch];
        while let Some(batch) = open.pop() {
            if batch.spans() > 1 && self.is_too_large(batch.size()) {
                cut(batch, &mut open);
                continue;
            }
            match self.send(&batch)? {
                Reply::Taken { rejected: number, message, is_whole } => {
                    self.taken(&batch);
                    self.tell(Receipt::taken(&batch, number, message, is_whole));
                }
                Reply::TooLarge(_) if batch.spans() > 1 => {
                    self.refused_size.fetch_min(batch.size(), Ordering::Relaxed);
                    self.taken_since.store(0, Ordering::Relaxed);
                    cut(batch, &mut open);
                }
                Reply::Rejected(_) if batch.spans() > 1 => cut(batch, &mut open),
                Reply::TooLarge(reason) => self.send_shorter(&batch, reason)?,
                Reply::Rejected(reason) => self.reject(Receipt::rejected(&batch, reason))?,
                Reply::Later(reason) | Reply::Again { reason, .. } | Reply::End(_, reason) => {
                    self.tell(Receipt::undelivered(&batch, reason));
                }
            }
        }
        Ok(())
    }

    /// A span that is too large even alone goes with shorter texts; failing that, it is rejected.
    fn send_shorter(&self, batch: &Batch, mut reason: String) -> Result<(), Over> {
        for characters in SHORTER {
            let Some(shorter) = batch.shortened(characters) else { continue };
            match self.send(&shorter)? {
                Reply::Taken { rejected, message, is_whole } => {
                    self.taken(&shorter);
                    let receipt = Receipt::taken(batch, rejected, message, is_whole);
                    self.tell(receipt.shortened(batch, characters));
                    return Ok(());
                }
                Reply::TooLarge(again) | Reply::Rejected(again) => reason = again,
                Reply::Later(reason) | Reply::Again { reason, .. } | Reply::End(_, reason) => {
                    self.tell(Receipt::undelivered(batch, reason));
                    return Ok(());
                }
            }
        }
        self.reject(Receipt::rejected(batch, reason))
    }

    /// A server that rejects one span after the other, and never took any, does not mean the spans.
    fn reject(&self, receipt: Receipt) -> Result<(), Over> {
        if self.was_ever_taken.load(Ordering::Relaxed) {
            self.tell(receipt);
            return Ok(());
        }
        let reason = receipt.reason.clone().unwrap_or_default();
        let mut doubtful = self.doubtful.lock().unwrap_or_else(PoisonError::into_inner);
        doubtful.push(receipt);
        if doubtful.len() < SUSPICIOUS {
            return Ok(());
        }
        doubtful.clear();
        self.gate.end(Ending::TakesNothing.error(self.destination(), &reason));
        Err(Over)
    }

    /// There is no more doubt: what was rejected is.
    pub(super) fn believe(&self) {
        let doubtful = std::mem::take(&mut *self.doubtful.lock().unwrap_or_else(PoisonError::into_inner));
        for receipt in doubtful {
            self.tell(receipt);
        }
    }

    /// Sends a request, as often as it is worth it. What comes back is never to be tried again.
    fn send(&self, batch: &Batch) -> Result<Reply, Over> {
        let body = body(batch, self.client.wants_gzip());
        let (mut failing_since, mut hung_up) = (None, 0);
        loop {
            let Some(began) = self.gate.enter() else { return Err(Over) };
            let reply = self.client.send(&body);
            (self.watch)(Event::Request(Request {
                spans: batch.spans(),
                size: batch.size(),
                sent: body.len(),
                took: began.elapsed(),
                is_again: failing_since.is_some(),
                said: reply.phrase(),
            }));
            let Reply::Again { reason, wait, ending } = reply else {
                self.gate.succeeded();
                return self.unless_it_ends(reply);
            };
            let since = *failing_since.get_or_insert(began);
            hung_up += u32::from(ending == Ending::HungUp);
            if hung_up > 1 && batch.spans() > 1 && body.len() >= LARGE {
                self.gate.failed(began, |failures| pause(failures, wait, fastrand::f64()));
                return Ok(Reply::TooLarge(reason));
            }
            let until = self.gate.failed(began, |failures| pause(failures, wait, fastrand::f64()));
            let wait = until.saturating_duration_since(Instant::now());
            (self.watch)(Event::Wait { wait, reason: &reason });
            if !is_in_time(since.elapsed(), wait, self.retry_for) {
                return self.give_up(since, Reply::Again { reason, wait: Some(wait), ending });
            }
        }
    }

    fn unless_it_ends(&self, reply: Reply) -> Result<Reply, Over> {
        let Reply::End(ending, reason) = &reply else { return Ok(reply) };
        self.gate.end(ending.error(self.destination(), reason));
        Err(Over)
    }

    /// Where others were taken meanwhile, the server lives, and only this batch goes another time.
    fn give_up(&self, since: Instant, reply: Reply) -> Result<Reply, Over> {
        match &reply {
            Reply::Again { reason, ending, .. } if !self.gate.has_succeeded_since(since) => {
                self.gate.end(ending.error(self.destination(), reason));
                Err(Over)
            }
            _ => Ok(reply),
        }
    }

    fn taken(&self, batch: &Batch) {
        self.was_ever_taken.store(true, Ordering::Relaxed);
        self.believe();
        self.taken_size.fetch_max(batch.size(), Ordering::Relaxed);
        // What was too large once need not be for ever.
        if self.taken_since.fetch_add(1, Ordering::Relaxed) >= PROBE {
            self.refused_size.store(usize::MAX, Ordering::Relaxed);
        }
    }

    /// Whether a request is larger than all that were taken, and nearer to one that was not.
    fn is_too_large(&self, size: usize) -> bool {
        let [refused, taken] = [&self.refused_size, &self.taken_size].map(|size| size.load(Ordering::Relaxed));
        let bound = if taken == 0 { refused } else { taken.midpoint(refused) };
        refused < usize::MAX && size > taken && size >= bound
    }

    fn tell(&self, receipt: Receipt) {
        (self.watch)(Event::Settled(receipt));
    }
}

/// The first half is sent first.
fn cut(batch: Batch, open: &mut Vec<Batch>) {
    let (first, second) = batch.halves();
    open.extend([second, first]);
}
