//! Units of work that run in parallel, with their results in the order of the units.
//!
//! One idea: **a worker never waits.** A unit is an iterator. A worker runs it until it ends or has some unread
//! results, and then suspends it. Reading a result schedules the unit again. So memory is bounded, and a reader that is
//! slow, or uses the pool itself between two results, blocks no worker.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rayon::ThreadPool;

use super::{Threads, count, locked, pool};

/// Unread results at which a unit is suspended, unless the caller says another number.
const UNREAD: usize = 2;

/// A unit of work: each step returns a result, or `None` if it has none yet.
pub trait Unit: Iterator<Item = Option<Self::Output>> + Send + 'static {
    /// The type of its results.
    type Output: Send + 'static;
}

impl<T: Send + 'static, I: Iterator<Item = Option<T>> + Send + 'static> Unit for I {
    type Output = T;
}

/// What [`Ordered::next`] returns.
pub enum Next<T> {
    /// The next result.
    Ready(T),
    /// No result yet: the caller can check whether it was interrupted.
    Waiting,
    /// All units have ended.
    End,
}

impl<T> Next<T> {
    /// The same with another result.
    pub fn map<R>(self, of: impl FnOnce(T) -> R) -> Next<R> {
        match self {
            Self::Ready(result) => Next::Ready(of(result)),
            Self::Waiting => Next::Waiting,
            Self::End => Next::End,
        }
    }
}

/// The results of `units`, in order.
pub struct Ordered<S: Iterator<Item: Unit>> {
    units: S,
    active: VecDeque<Arc<Slot<S::Item>>>,
    pool: Option<Arc<ThreadPool>>,
    /// How many units may be started and not yet read to their end.
    window: usize,
    shared: Arc<Shared>,
}

/// State that the workers of one run share.
struct Shared {
    /// Unread results at which a unit is suspended.
    unread: usize,
    cancelled: AtomicBool,
    /// Counts results and ended units, so that a reader that checks and then waits misses none.
    changes: Mutex<u64>,
    changed: Condvar,
}

/// One started unit.
struct Slot<U: Unit> {
    state: Mutex<State<U>>,
}

struct State<U: Unit> {
    /// `None` while a worker runs it, and after it ended.
    unit: Option<U>,
    unread: VecDeque<U::Output>,
    ended: bool,
    panic: Option<Box<dyn std::any::Any + Send>>,
}

impl<S: Iterator<Item: Unit>> Ordered<S> {
    /// Runs `units` on `threads` threads. The reader's thread takes units from the iterator as they are needed.
    pub fn new(units: S, threads: Threads) -> Self {
        Self::with_unread(units, UNREAD, threads)
    }

    /// Suspends a unit at so many unread results: at more than it has, if they are small or the reader keeps them, because
    /// units that are suspended leave only the first one to run.
    pub fn with_unread(units: S, unread: usize, threads: Threads) -> Self {
        Self {
            units,
            active: VecDeque::new(),
            pool: pool(threads),
            window: count(threads) + 2,
            shared: Arc::new(Shared {
                unread,
                cancelled: AtomicBool::default(),
                changes: Mutex::default(),
                changed: Condvar::default(),
            }),
        }
    }

    /// The next result, or [`Next::Waiting`] after `patience` (with one thread: after the running step).
    ///
    /// # Panics
    /// With the panic of a unit, if one panicked.
    pub fn next(&mut self, patience: Duration) -> Next<<S::Item as Unit>::Output> {
        match self.pool.clone() {
            None => self.step(),
            Some(pool) => self.wait(&pool, patience),
        }
    }

    /// One step of the current unit, on the reader's thread.
    fn step(&mut self) -> Next<<S::Item as Unit>::Output> {
        if self.active.is_empty() {
            match self.units.next() {
                Some(unit) => self.active.push_back(Slot::new(unit)),
                None => return Next::End,
            }
        }
        let mut state = self.active[0].lock();
        match state.unit.as_mut().and_then(Iterator::next) {
            Some(Some(result)) => return Next::Ready(result),
            Some(None) => return Next::Waiting,
            None => {}
        }
        drop(state);
        self.active.pop_front();
        Next::Waiting
    }

    fn wait(&mut self, pool: &ThreadPool, patience: Duration) -> Next<<S::Item as Unit>::Output> {
        let until = Instant::now() + patience;
        loop {
            while self.active.len() < self.window {
                let Some(unit) = self.units.next() else { break };
                let slot = Slot::new(unit);
                slot.resume(&self.shared, pool);
                self.active.push_back(slot);
            }
            let Some(slot) = self.active.front() else {
                return Next::End;
            };
            let seen = *self.shared.changes();
            let mut state = slot.lock();
            if let Some(result) = state.unread.pop_front() {
                drop(state);
                slot.resume(&self.shared, pool);
                return Next::Ready(result);
            }
            if let Some(panic) = state.panic.take() {
                resume_unwind(panic);
            }
            let ended = state.ended;
            drop(state);
            if ended {
                self.active.pop_front();
                continue;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Next::Waiting;
            }
            let changes = self.shared.changes();
            drop(
                self.shared
                    .changed
                    .wait_timeout_while(changes, left, |changes| *changes == seen),
            );
        }
    }
}

impl<S: Iterator<Item: Unit>> Drop for Ordered<S> {
    /// Workers stop at their next step. This does not wait for them.
    fn drop(&mut self) {
        self.shared.cancelled.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn changes(&self) -> MutexGuard<'_, u64> {
        locked(&self.changes)
    }

    fn notify(&self) {
        *self.changes() += 1;
        self.changed.notify_all();
    }
}

impl<U: Unit> Slot<U> {
    fn new(unit: U) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                unit: Some(unit),
                unread: VecDeque::new(),
                ended: false,
                panic: None,
            }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State<U>> {
        locked(&self.state)
    }

    /// Schedules the unit, unless it is running, has ended, or has too many unread results.
    fn resume(self: &Arc<Self>, shared: &Arc<Shared>, pool: &ThreadPool) {
        let mut state = self.lock();
        if state.unread.len() >= shared.unread {
            return;
        }
        let Some(unit) = state.unit.take() else {
            return;
        };
        drop(state);
        let (slot, shared) = (Arc::clone(self), Arc::clone(shared));
        pool.spawn_fifo(move || slot.work(unit, &shared));
    }

    fn work(&self, mut unit: U, shared: &Shared) {
        while !shared.cancelled.load(Ordering::Relaxed) {
            // A unit that panicked is dropped, so its state is never used again.
            let step = catch_unwind(AssertUnwindSafe(|| unit.next()));
            let mut state = self.lock();
            match step {
                Ok(Some(None)) => continue,
                Ok(Some(Some(result))) => {
                    state.unread.push_back(result);
                    if state.unread.len() >= shared.unread {
                        state.unit = Some(unit);
                        drop(state);
                        return shared.notify();
                    }
                }
                Ok(None) => {
                    state.ended = true;
                    drop(state);
                    return shared.notify();
                }
                Err(panic) => {
                    state.panic = Some(panic);
                    state.ended = true;
                    drop(state);
                    return shared.notify();
                }
            }
            drop(state);
            shared.notify();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    fn threads(n: usize) -> Threads {
        NonZeroUsize::new(n)
    }

    fn read_all<S: Iterator<Item: Unit>>(
        mut ordered: Ordered<S>,
    ) -> Vec<<S::Item as Unit>::Output> {
        let mut all = Vec::new();
        loop {
            match ordered.next(Duration::from_secs(10)) {
                Next::Ready(result) => all.push(result),
                Next::Waiting => {}
                Next::End => return all,
            }
        }
    }

    #[test]
    fn results_are_in_the_order_of_the_units_for_any_number_of_threads() {
        let units = || {
            (0..200usize).map(|n| {
                // Units of 0 to 6 results, with idle steps between.
                (0..(n % 7) * 3).map(move |step| (step % 3 == 1).then_some((n, step)))
            })
        };
        let expected: Vec<_> = units().flat_map(Iterator::flatten).collect();
        assert!(expected.len() > 500);
        for n in 1..=4 {
            assert_eq!(read_all(Ordered::new(units(), threads(n))), expected);
        }
    }

    #[test]
    fn a_reader_may_use_the_pool_between_two_results() {
        let units = (0..8usize).map(|n| (0..50usize).map(move |step| Some(n * 50 + step)));
        let mut ordered = Ordered::new(units, threads(2));
        let mut sum = 0;
        loop {
            match ordered.next(Duration::from_secs(10)) {
                Next::Ready(result) => {
                    sum += pool(threads(2)).map_or(0, |pool| pool.install(|| result));
                }
                Next::Waiting => {}
                Next::End => break,
            }
        }
        assert_eq!(sum, (0..400usize).sum::<usize>());
    }

    #[test]
    fn no_more_than_a_window_is_started_ahead_of_the_reader() {
        let started = Arc::new(Mutex::new(0usize));
        let counter = Arc::clone(&started);
        let units = (0..100usize).map(move |n| {
            *counter.lock().unwrap() += 1;
            std::iter::repeat_n(Some(n), 10)
        });
        let mut ordered = Ordered::new(units, threads(2));
        assert!(matches!(
            ordered.next(Duration::from_secs(10)),
            Next::Ready(0)
        ));
        assert!(*started.lock().unwrap() <= 4);
        drop(ordered);
        assert!(*started.lock().unwrap() <= 4);
    }

    #[test]
    fn units_run_to_their_end_if_the_reader_keeps_so_many_results() {
        let (ended, ends) = std::sync::mpsc::channel();
        let units = (0..4usize).map(move |n| {
            let ended = ended.clone();
            (0..11usize).filter_map(move |step| match step {
                10 => ended.send(n).err().map(|_| None),
                _ => Some(Some(step)),
            })
        });
        let mut ordered = Ordered::with_unread(units, 11, threads(2));
        let patience = Duration::from_secs(10);
        assert!(matches!(ordered.next(patience), Next::Ready(0)));
        // Nothing more is read, and all units end.
        let mut all: Vec<usize> = (0..4).flat_map(|_| ends.recv_timeout(patience)).collect();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3]);
    }

    #[test]
    #[should_panic(expected = "of a unit")]
    fn a_panic_reaches_the_reader() {
        let units = (0..3usize).map(|n| {
            (0..2usize).map(move |step| {
                assert!(n != 1, "of a unit");
                Some(step)
            })
        });
        read_all(Ordered::new(units, threads(2)));
    }
}
