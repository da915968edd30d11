//! A bounded pool of plain threads for work that reads the store or hashes a password. Knows nothing of what it runs.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Work is told whether it was taken, so that it can answer for itself when it was not.
pub type Work = Box<dyn FnOnce(Result<(), Busy>) + Send>;

/// The pool. Dropping it lets queued work finish.
#[derive(Debug)]
pub struct Workers {
    queue: Option<SyncSender<Work>>,
    threads: Vec<JoinHandle<()>>,
}

/// The queue is full; the work was not taken.
#[derive(Debug, PartialEq, Eq)]
pub struct Busy;

impl Workers {
    /// Starts `threads` threads behind a queue of `max_waiting` places.
    pub fn start(threads: usize, max_waiting: usize) -> Self {
        let (queue, work) = sync_channel(max_waiting);
        let work = Arc::new(Mutex::new(work));
        let threads = (0..threads.max(1))
            .map(|number| {
                let work = Arc::clone(&work);
                std::thread::Builder::new()
                    .name(format!("worker-{number}"))
                    .spawn(move || run(&work))
                    .expect("a thread can be started")
            })
            .collect();
        Self { queue: Some(queue), threads }
    }

    /// Queues `work`; when the queue is full, `work` is called at once, on this thread, with [`Busy`].
    pub fn submit(&self, work: Work) {
        let Some(queue) = &self.queue else { return work(Err(Busy)) };
        match queue.try_send(work) {
            Ok(()) => {}
            Err(TrySendError::Full(work) | TrySendError::Disconnected(work)) => work(Err(Busy)),
        }
    }
}

fn run(work: &Mutex<Receiver<Work>>) {
    loop {
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(next) = next else { return };
        // A panic in one piece of work must not take the thread from the others; the caller's reply channel closes.
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| next(Ok(())))).is_err() {
            tracing::error!("a call ended in a panic; its caller gets InternalError");
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.queue = None;
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
}
