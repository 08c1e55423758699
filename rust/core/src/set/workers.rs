//! Runs independent tasks.
//!
//! This crate has no threads. It creates independent tasks, and the caller distributes them over its threads.

/// A task, which runs once.
pub type Task<'a> = Box<dyn FnOnce() + Send + 'a>;

/// The threads of the caller. Results do not depend on their number.
pub trait Workers {
    /// How many tasks run in parallel.
    fn count(&self) -> usize;

    /// Runs all tasks, in any order, and returns after the last has finished.
    fn run(&self, tasks: Vec<Task<'_>>);
}

/// The calling thread alone.
#[derive(Clone, Copy, Debug)]
pub struct CurrentThread;

impl Workers for CurrentThread {
    fn count(&self) -> usize {
        1
    }

    fn run(&self, tasks: Vec<Task<'_>>) {
        for task in tasks {
            task();
        }
    }
}
