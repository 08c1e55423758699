//! Who does what need not wait for each other.
//!
//! This crate has no threads. It says which tasks are independent; the caller distributes them over its threads.

/// Something to be done once.
pub type Task<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Threads, or none. What is done by them is the same however many there are.
pub trait Workers {
    /// How many tasks run side by side.
    fn count(&self) -> usize;

    /// Does all tasks, in any order, and comes back when the last is done.
    fn run(&self, tasks: Vec<Task<'_>>);
}

/// The caller's own thread.
#[derive(Clone, Copy, Debug)]
pub struct Alone;

impl Workers for Alone {
    fn count(&self) -> usize {
        1
    }

    fn run(&self, tasks: Vec<Task<'_>>) {
        for task in tasks {
            task();
        }
    }
}
