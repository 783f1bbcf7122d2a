//! Between one that has items and several that take them: an item is handed over, or not made yet.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::gate::LOOK;

/// Holds an item until it is taken.
#[derive(Debug)]
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    item: Option<T>,
    takers: usize,
    is_closed: bool,
}

/// One that empties the queue; it leaves when this is dropped.
pub(super) struct Taker<'a, T>(&'a Queue<T>);

impl<T> Drop for Taker<'_, T> {
    fn drop(&mut self) {
        self.0.lock().takers -= 1;
        self.0.changed.notify_all();
    }
}

impl<T> Queue<T> {
    /// With so many takers, who are yet to come.
    pub(super) fn new(takers: usize) -> Self {
        let state = State { item: None, takers, is_closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// One of the takers has come.
    pub(super) fn taker(&self) -> Taker<'_, T> {
        Taker(self)
    }

    /// Hands an item over, and waits until it is taken; says no where nobody will take it.
    pub(super) fn push(&self, item: T, is_over: impl Fn() -> bool) -> bool {
        let mut state = self.lock();
        state.item = Some(item);
        self.changed.notify_all();
        while state.item.is_some() {
            if state.takers == 0 || is_over() {
                state.item = None;
                return false;
            }
            state = self.changed.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// The next item, once there is one; nothing where none will come.
    pub(super) fn pop(&self) -> Option<T> {
        let nothing_yet = |state: &mut State<T>| state.item.is_none() && !state.is_closed;
        let state = self.changed.wait_while(self.lock(), nothing_yet);
        let item = state.unwrap_or_else(PoisonError::into_inner).item.take();
        self.changed.notify_all();
        item
    }

    /// No more items will come.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Waits until all takers have left, or it is time to leave; says whether they have.
    pub(super) fn wait_for_takers(&self, mut is_time_to_leave: impl FnMut() -> bool) -> bool {
        let mut state = self.lock();
        while state.takers > 0 && !is_time_to_leave() {
            state = self.changed.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.takers == 0
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    #[test]
    fn a_slow_taker_slows_who_fills_it() {
        let (queue, taken) = (Queue::new(1), AtomicUsize::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                let _taker = queue.taker();
                while queue.pop().is_some() {
                    taken.fetch_add(1, Ordering::SeqCst);
                }
            });
            for pushed in 1..=100 {
                assert!(queue.push(pushed, || false));
                assert!(pushed <= taken.load(Ordering::SeqCst) + 1, "none waits, one was just taken");
            }
            queue.close();
            assert!(queue.wait_for_takers(|| false));
        });
        assert_eq!(taken.into_inner(), 100);
    }

    #[test]
    fn nobody_waits_for_a_taker_who_has_left() {
        let queue = Queue::new(1);
        assert!(!queue.push(2, || true));
        queue.close();
        assert_eq!(queue.pop(), None, "what was refused is not taken");
        drop(queue.taker());
        assert!(!queue.push(3, || false));
    }
}
