//! Runs work that takes long on other threads, so that clients are served meanwhile.

use std::num::NonZero;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, spawn_blocking};

/// Runs on so few cores that one is left for the rest of the proxy, however much work there is.
/// Work is done in the order in which it comes. Each client or link has at most one piece of each
/// kind here, so all have their turns.
#[derive(Clone, Debug)]
pub(crate) struct Workers(Arc<Semaphore>);

impl Workers {
    /// Uses all cores but one, if there are several.
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self::on((cores - 1).max(1))
    }

    fn on(cores: usize) -> Self {
        Self(Arc::new(Semaphore::new(cores)))
    }

    /// Runs `work` in its turn. Work that has begun goes on, and counts, even if its result is not
    /// wanted any more.
    pub(crate) async fn run<R: Send + 'static>(
        self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, JoinError> {
        // It is never closed.
        let turn = self.0.acquire_owned().await.ok();
        let work = move || {
            let result = work();
            drop(turn);
            result
        };
        spawn_blocking(work).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Mutex, mpsc};

    use futures_util::future::join_all;

    use super::*;

    const PIECES: usize = 32;

    #[tokio::test]
    async fn there_are_never_more_at_one_time() {
        let workers = Workers::on(2);
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let pieces = (0..PIECES).map(|_| {
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            workers.clone().run(move || {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                (0..1000).for_each(|_| std::thread::yield_now());
                running.fetch_sub(1, Ordering::SeqCst);
            })
        });
        assert!(join_all(pieces).await.iter().all(Result::is_ok));
        assert!(most.load(Ordering::SeqCst) <= 2, "{most:?} at one time");
    }

    #[tokio::test]
    async fn who_comes_first_is_served_first() {
        let (workers, served) = (Workers::on(1), Arc::new(Mutex::new(Vec::new())));
        let pieces = (0..PIECES).map(|piece| {
            let served = Arc::clone(&served);
            workers.clone().run(move || served.lock().unwrap().push(piece))
        });
        assert!(join_all(pieces).await.iter().all(Result::is_ok));
        assert!(served.lock().unwrap().iter().copied().eq(0..PIECES));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_counts_until_its_end() {
        let workers = Workers::on(1);
        let (begun, beginning) = tokio::sync::oneshot::channel();
        let (release, released) = mpsc::sync_channel::<()>(0);
        let piece = tokio::spawn(workers.clone().run(move || {
            begun.send(()).unwrap();
            released.recv()
        }));
        beginning.await.unwrap();
        piece.abort();
        assert!(piece.await.unwrap_err().is_cancelled());
        assert_eq!(workers.0.available_permits(), 0);
        drop(release);
        assert_eq!(workers.run(|| 7).await.unwrap(), 7);
    }
}
