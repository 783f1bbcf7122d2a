//! Several requests in flight, and nothing that waits for them: a slow server slows the reader instead of
//! filling the memory.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Batch;
use super::courier::Courier;
use super::event::Watch;
use super::http::HttpSettings;
use super::queue::Queue;
use crate::error::Error;
use crate::stop::Stop;

/// What requests in flight get to end, once somebody asked to stop.
const GRACE: Duration = Duration::from_secs(5);

/// Takes batches to a server, several at once.
pub struct Delivery {
    courier: Arc<Courier>,
    queue: Arc<Queue<Batch>>,
    workers: Vec<JoinHandle<()>>,
    stop: Stop,
}

impl Delivery {
    /// Connects with the first batch. `watch` is told of everything.
    #[must_use]
    pub fn start(settings: &HttpSettings, stop: &Stop, watch: Watch) -> Self {
        let courier = Arc::new(Courier::new(settings, stop.clone(), watch));
        let queue = Arc::new(Queue::new(settings.concurrency.max(1)));
        let work = |_| {
            let (courier, queue) = (Arc::clone(&courier), Arc::clone(&queue));
            thread::spawn(move || work(&courier, &queue))
        };
        let workers = (0..settings.concurrency.max(1)).map(work).collect();
        Self { courier, queue, workers, stop: stop.clone() }
    }

    /// Hands a batch over, and waits until somebody takes it; says no where the run is over.
    #[must_use]
    pub fn push(&self, batch: Batch) -> bool {
        self.queue.push(batch, || self.courier.gate.is_over())
    }

    /// Waits for all that was handed over; once somebody asked to stop, for what is in flight, and
    /// not long. An error ended the run before that.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.queue.close();
        let mut leave_at = None;
        let is_time_to_leave =
            || self.stop.asked().is_some() && Instant::now() >= *leave_at.get_or_insert_with(|| Instant::now() + GRACE);
        if self.queue.wait_for_takers(is_time_to_leave) {
            let results = std::mem::take(&mut self.workers).into_iter().map(JoinHandle::join);
            if let Some(Err(panic)) = results.into_iter().find(Result::is_err) {
                std::panic::resume_unwind(panic);
            }
        }
        if !self.courier.gate.is_over() {
            self.courier.believe();
        }
        self.courier.gate.take_error().map_or(Ok(()), Err)
    }

    /// For how long the server made all requests wait.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.courier.gate.waited()
    }

    /// Where the batches go, without a secret.
    #[must_use]
    pub fn destination(&self) -> &str {
        self.courier.destination()
    }
}

/// Delivers batches until there are no more, or the run is over.
fn work(courier: &Courier, queue: &Queue<Batch>) {
    let _taker = queue.taker();
    loop {
        let packing = courier.packing();
        let Some(batch) = queue.pop() else { return };
        if courier.deliver(batch, packing).is_err() {
            return;
        }
    }
}
