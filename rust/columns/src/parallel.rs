//! The only module with threads: private pools, one for each number of threads, created at first use.
//!
//! Private, so that no global pool is used or resized. Created again after a fork, because threads do not survive a fork.
//! Work is cut into runs of rows, so that the result does not depend on the number of threads.

mod ordered;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use numguard_core::set::{Task, Workers};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

pub use ordered::{Next, Ordered, Unit};

use crate::pages::keep_freed;

/// Rows of a task: large enough to make scheduling cheap, small enough that the threads finish together.
pub const TASK: usize = 1 << 16;

/// How many threads a call may use. `None`: the value of `NUMGUARD_THREADS`, or one for each processor available to the
/// process.
pub type Threads = Option<NonZeroUsize>;

/// The number of threads that `threads` means.
#[must_use]
pub fn count(threads: Threads) -> usize {
    static DEFAULT: OnceLock<usize> = OnceLock::new();
    let default = || {
        std::env::var("NUMGUARD_THREADS")
            .ok()
            .and_then(|value| value.parse::<NonZeroUsize>().ok())
            .or_else(|| std::thread::available_parallelism().ok())
            .map_or(1, NonZeroUsize::get)
    };
    threads.map_or_else(|| *DEFAULT.get_or_init(default), NonZeroUsize::get)
}

/// What a mutex holds, also after a panic of a thread that had locked it: that panic reaches the caller by itself.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The pools of one process, by their numbers of threads, and what a process that is forked from it has in their place.
///
/// A pool that is inherited through a fork has no threads, and a mutex that another thread had locked stays locked: both
/// are left as they are, unused.
struct Pools {
    process: u32,
    by_count: Mutex<HashMap<usize, Arc<ThreadPool>>>,
    of_fork: OnceLock<Box<Self>>,
}

impl Pools {
    /// Those of this process.
    fn here() -> &'static Self {
        static FIRST: OnceLock<Box<Pools>> = OnceLock::new();
        let process = std::process::id();
        let mut place = &FIRST;
        loop {
            let pools = place.get_or_init(|| {
                Box::new(Self {
                    process,
                    by_count: Mutex::default(),
                    of_fork: OnceLock::new(),
                })
            });
            if pools.process == process {
                return pools;
            }
            place = &pools.of_fork;
        }
    }
}

/// The pool of this process with that many threads. `None` for one thread, or if no pool can be created: the calling
/// thread then does the work.
#[must_use]
pub fn pool(threads: Threads) -> Option<Arc<ThreadPool>> {
    let count = count(threads);
    if count == 1 {
        return None;
    }
    let mut pools = locked(&Pools::here().by_count);
    if let Some(pool) = pools.get(&count) {
        return Some(Arc::clone(pool));
    }
    let pool = ThreadPoolBuilder::new()
        .num_threads(count)
        .thread_name(|n| format!("numguard-{n}"))
        .build()
        .ok()?;
    keep_freed();
    let pool = Arc::new(pool);
    pools.insert(count, Arc::clone(&pool));
    Some(pool)
}

/// Whether this thread belongs to a pool.
pub(crate) fn is_worker() -> bool {
    rayon::current_thread_index().is_some()
}

/// Calls `work(start, run)` for consecutive runs of `out`, `start` being the index of the run's first element.
pub fn fill<T: Send>(threads: Threads, out: &mut [T], work: impl Fn(usize, &mut [T]) + Sync) {
    match pool_for(threads, out.len()) {
        None => work(0, out),
        Some(pool) => pool.install(|| {
            out.par_chunks_mut(TASK)
                .enumerate()
                .for_each(|(n, run)| work(n * TASK, run));
        }),
    }
}

/// As [`fill`], for a result of one element and one bit a row; `bits` has a word for every 64 rows, rounded up. No two
/// tasks write to the same word.
pub fn fill_with_bits<T: Send>(
    threads: Threads,
    out: &mut [T],
    bits: &mut [u64],
    work: impl Fn(usize, &mut [T], &mut [u64]) + Sync,
) {
    match pool_for(threads, out.len()) {
        None => work(0, out, bits),
        Some(pool) => pool.install(|| {
            out.par_chunks_mut(TASK)
                .zip(bits.par_chunks_mut(TASK / 64))
                .enumerate()
                .for_each(|(n, (run, bits))| work(n * TASK, run, bits));
        }),
    }
}

/// As [`fill`], for a result of two bits a row, each in words of 64 rows. `start` counts rows.
pub fn fill_bits(
    threads: Threads,
    one: &mut [u64],
    other: &mut [u64],
    work: impl Fn(usize, &mut [u64], &mut [u64]) + Sync,
) {
    match pool_for(threads, one.len() * 64) {
        None => work(0, one, other),
        Some(pool) => pool.install(|| {
            one.par_chunks_mut(TASK / 64)
                .zip(other.par_chunks_mut(TASK / 64))
                .enumerate()
                .for_each(|(n, (one, other))| work(n * TASK, one, other));
        }),
    }
}

/// The pool, if there are enough rows for more than one task.
fn pool_for(threads: Threads, rows: usize) -> Option<Arc<ThreadPool>> {
    if rows > TASK { pool(threads) } else { None }
}

/// Calls `work` for each item, and returns the results in the order of the items.
pub fn map<T: Send, R: Send>(
    threads: Threads,
    items: Vec<T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let pool = if items.len() > 1 { pool(threads) } else { None };
    match pool {
        None => items.into_iter().map(work).collect(),
        Some(pool) => pool.install(|| items.into_par_iter().map(&work).collect()),
    }
}

/// Sorts; equal elements may change places.
pub fn sort<T: Ord + Send>(threads: Threads, items: &mut [T]) {
    match pool_for(threads, items.len()) {
        None => items.sort_unstable(),
        Some(pool) => pool.install(|| items.par_sort_unstable()),
    }
}

/// Rows in runs of at most `most`, in order.
pub fn runs(rows: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows)
        .step_by(most)
        .map(move |start| start..rows.min(start + most))
}

/// The threads of a call, for the parallel work of the core.
#[derive(Clone, Copy, Debug)]
pub struct Shared(pub Threads);

impl Workers for Shared {
    fn count(&self) -> usize {
        count(self.0)
    }

    fn run(&self, tasks: Vec<Task<'_>>) {
        map(self.0, tasks, |task| task());
    }
}
