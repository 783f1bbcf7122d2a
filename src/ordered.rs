//! Work in parallel, results in order, with a bounded window between.
//!
//! Output must not depend on timing and memory must not depend on the amount of work: no item is
//! begun before the one `window` places ahead of it has been taken.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Runs `work` on every item on `threads` threads and gives the results to `take` in the items'
/// order, on the calling thread. The first error of `take` ends it; work in progress is finished
/// and dropped. A panic of `work` goes on in the caller.
pub fn in_order<T: Send, R: Send, E>(
    items: Vec<T>,
    threads: usize,
    window: usize,
    work: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let total = items.len();
    let queue = Queue::new(items, window.max(1));
    thread::scope(|scope| {
        for _ in 0..threads.clamp(1, total.max(1)) {
            scope.spawn(|| {
                let _closing = ClosingAfterPanic(&queue);
                while let Some((index, item)) = queue.next() {
                    queue.done(index, work(item));
                }
            });
        }
        let _closing = Closing(&queue);
        (0..total).map_while(|index| queue.result(index)).try_for_each(&mut take)
    })
}

/// Does two things at once; the second on the calling thread. A panic of either goes on in the
/// caller.
pub fn meanwhile<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (B, A) {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (other, one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Lets the workers go however the taking ends, by a panic, too.
struct Closing<'a, T, R>(&'a Queue<T, R>);

impl<T, R> Drop for Closing<'_, T, R> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Lets all go if one of the workers panics.
struct ClosingAfterPanic<'a, T, R>(&'a Queue<T, R>);

impl<T, R> Drop for ClosingAfterPanic<'_, T, R> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.close();
        }
    }
}

struct Queue<T, R> {
    state: Mutex<State<T, R>>,
    /// The result that is taken next is there.
    ready: Condvar,
    /// The window has moved on.
    moved: Condvar,
    window: usize,
}

struct State<T, R> {
    items: std::iter::Enumerate<std::vec::IntoIter<T>>,
    begun: usize,
    taken: usize,
    done: BTreeMap<usize, R>,
    closed: bool,
}

impl<T, R> Queue<T, R> {
    fn new(items: Vec<T>, window: usize) -> Self {
        let items = items.into_iter().enumerate();
        let state = State { items, begun: 0, taken: 0, done: BTreeMap::new(), closed: false };
        Self { state: Mutex::new(state), ready: Condvar::new(), moved: Condvar::new(), window }
    }

    /// The next item to work on, once it is in the window.
    fn next(&self) -> Option<(usize, T)> {
        let outside = |state: &mut State<T, R>| !state.closed && state.begun >= state.taken + self.window;
        let mut state = wait_while(&self.moved, self.lock(), outside);
        if state.closed {
            return None;
        }
        state.begun += 1;
        state.items.next()
    }

    fn done(&self, index: usize, result: R) {
        let mut state = self.lock();
        state.done.insert(index, result);
        // Waking somebody costs more than many an item.
        if index == state.taken {
            self.ready.notify_one();
        }
    }

    /// The result of one item, once it is there; nothing where a worker panicked.
    fn result(&self, index: usize) -> Option<R> {
        let is_missing = |state: &mut State<T, R>| !state.closed && !state.done.contains_key(&index);
        let mut state = wait_while(&self.ready, self.lock(), is_missing);
        let result = state.done.remove(&index)?;
        let was_full = state.begun >= state.taken + self.window;
        state.taken = index + 1;
        if was_full {
            self.moved.notify_all();
        }
        Some(result)
    }

    fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_all();
        self.moved.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T, R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wait_while<'a, S>(
    changed: &Condvar,
    state: MutexGuard<'a, S>,
    condition: impl FnMut(&mut S) -> bool,
) -> MutexGuard<'a, S> {
    changed.wait_while(state, condition).unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn results_come_in_order_and_the_window_holds() {
        let (begun, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let mut results = Vec::new();
        let work = |item: usize| {
            let ahead = begun.fetch_add(1, Ordering::SeqCst) - taken.load(Ordering::SeqCst);
            assert!(ahead <= 5, "{ahead} items ahead");
            item * 2
        };
        let take = |result| {
            results.push(result);
            taken.fetch_add(1, Ordering::SeqCst);
            Ok::<_, ()>(())
        };
        in_order((0..200).collect(), 4, 5, work, take).unwrap();
        assert_eq!(results, (0..200).map(|item| item * 2).collect::<Vec<_>>());
    }

    #[test]
    fn an_error_ends_it() {
        let worked = AtomicUsize::new(0);
        let work = |item: usize| {
            worked.fetch_add(1, Ordering::SeqCst);
            item
        };
        let take = |item| if item == 3 { Err(item) } else { Ok(()) };
        assert_eq!(in_order((0..1000).collect(), 2, 4, work, take), Err(3));
        assert!(worked.load(Ordering::SeqCst) < 1000);
    }

    #[test]
    fn a_panic_of_the_taker_hangs_nobody() {
        let run = || in_order((0..1000).collect(), 2, 8, |item: usize| item, |_| -> Result<(), ()> { panic!("a bug") });
        assert!(std::panic::catch_unwind(run).is_err());
    }

    #[test]
    fn a_panic_of_a_worker_hangs_nobody() {
        let work = |item: usize| if item == 7 { panic!("a bug") } else { item };
        let run = || in_order((0..1000).collect(), 2, 8, work, |_| Ok::<_, ()>(()));
        assert!(std::panic::catch_unwind(run).is_err());
    }

    #[test]
    fn nothing_to_do_is_done() {
        assert_eq!(in_order(Vec::<u8>::new(), 2, 4, |item| item, |_| Err(())), Ok(()));
    }
}
