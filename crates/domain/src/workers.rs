//! A bounded pool of plain threads for work that reads the store or hashes a password. Knows nothing of what it runs.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Work is told whether it was taken, so that it can answer for itself when it was not.
pub type Work = Box<dyn FnOnce(Result<(), Busy>) + Send>;

/// The pool. Dropping it lets queued work finish.
pub struct Workers {
    desk: Arc<Desk>,
    max_waiting: usize,
    threads: Vec<JoinHandle<()>>,
}

/// The queue is full; the work was not taken.
#[derive(Debug, PartialEq, Eq)]
pub struct Busy;

/// What the threads share. A thread that has work left never sleeps, and is woken only if it does: a burst costs a few
/// wake-ups, not one for each piece.
#[derive(Default)]
struct Desk {
    queue: Mutex<Queue>,
    ready: Condvar,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Work>,
    closed: bool,
    /// Threads that wait for work.
    sleeping: usize,
    /// Those of them that were woken and have not looked yet.
    woken: usize,
}

impl Workers {
    /// Starts `threads` threads behind a queue of `max_waiting` places.
    pub fn start(threads: usize, max_waiting: usize) -> Self {
        let desk = Arc::new(Desk::default());
        let threads = (0..threads.max(1))
            .map(|number| {
                let desk = Arc::clone(&desk);
                std::thread::Builder::new()
                    .name(format!("worker-{number}"))
                    .spawn(move || desk.run())
                    .expect("a thread can be started")
            })
            .collect();
        Self { desk, max_waiting, threads }
    }

    /// Queues `work`; when the queue is full, `work` is called at once, on this thread, with [`Busy`].
    pub fn submit(&self, work: Work) {
        let mut queue = self.desk.queue();
        if queue.waiting.len() >= self.max_waiting {
            drop(queue);
            return work(Err(Busy));
        }
        queue.waiting.push_back(work);
        let wakes = queue.sleeping > queue.woken;
        queue.woken += usize::from(wakes);
        drop(queue);
        if wakes {
            self.desk.ready.notify_one();
        }
    }
}

impl Desk {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        while let Some(next) = self.next() {
            // A panic in one piece of work must not take the thread from the others; the caller's reply channel closes.
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| next(Ok(())))).is_err() {
                tracing::error!("a call ended in a panic; its caller gets InternalError");
            }
        }
    }

    /// Waits for work; `None` when no more can come.
    fn next(&self) -> Option<Work> {
        let mut queue = self.queue();
        loop {
            if let Some(work) = queue.waiting.pop_front() {
                return Some(work);
            }
            if queue.closed {
                return None;
            }
            queue.sleeping += 1;
            queue = self.ready.wait(queue).unwrap_or_else(PoisonError::into_inner);
            queue.sleeping -= 1;
            queue.woken = queue.woken.saturating_sub(1);
        }
    }
}

impl std::fmt::Debug for Workers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workers").field("threads", &self.threads.len()).finish_non_exhaustive()
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.desk.queue().closed = true;
        self.desk.ready.notify_all();
        let own = std::thread::current().id();
        for thread in self.threads.drain(..) {
            // The last reference may be dropped by a worker itself, which cannot wait for its own end.
            if thread.thread().id() != own {
                let _ended = thread.join();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn runs_all_refuses_when_full_and_survives_a_panic() {
        let workers = Workers::start(1, 1);
        let (release, gate) = channel::<()>();
        let (started, is_started) = channel();
        workers.submit(Box::new(move |_| {
            started.send(()).unwrap();
            gate.recv().unwrap();
            panic!("on purpose");
        }));
        is_started.recv().unwrap();
        let (done, is_done) = channel();
        let second = done.clone();
        workers.submit(Box::new(move |taken| done.send(taken).unwrap()));
        workers.submit(Box::new(move |taken| second.send(taken).unwrap()));
        assert_eq!(is_done.recv().unwrap(), Err(Busy), "the third finds the queue full");
        release.send(()).unwrap();
        assert_eq!(is_done.recv().unwrap(), Ok(()), "the second runs after the panic of the first");
    }

    #[test]
    fn bursts_from_many_threads_are_all_done_and_the_end_waits_for_them() {
        const EACH: usize = 500;
        let workers = Workers::start(3, usize::MAX);
        let (done, is_done) = channel();
        std::thread::scope(|scope| {
            for from in 0..4 {
                let (workers, done) = (&workers, done.clone());
                scope.spawn(move || {
                    for number in 0..EACH {
                        let done = done.clone();
                        workers.submit(Box::new(move |taken| {
                            taken.unwrap();
                            done.send(from * EACH + number).unwrap();
                        }));
                    }
                });
            }
        });
        drop(workers);
        drop(done);
        let mut numbers: Vec<usize> = is_done.iter().collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..4 * EACH).collect::<Vec<_>>());
    }
}
