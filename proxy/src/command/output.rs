//! Standard output, which may be slow, closed or full. What is written waits in order, at most a few
//! pieces of it, and nobody else waits.

use std::io::{self, ErrorKind, Write as _};
use std::sync::{Arc, OnceLock};
use std::thread;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::stop::Stop;

/// Pieces that may wait: enough that the writer always has some, of 64 KiB at most.
const PIECES: usize = 8;

enum Piece {
    Bytes(Bytes),
    Mark(oneshot::Sender<()>),
}

/// Standard output.
pub(crate) struct Output {
    pieces: mpsc::Sender<Piece>,
    fault: Arc<OnceLock<io::Error>>,
}

impl Output {
    /// Starts the thread that writes.
    pub(crate) fn start() -> Self {
        let (pieces, mut waiting) = mpsc::channel(PIECES);
        let fault = Arc::new(OnceLock::new());
        let told = fault.clone();
        thread::spawn(move || {
            if let Err(error) = write(&mut waiting) {
                // The only one who tells it, before `waiting` is dropped.
                let _ = told.set(error);
            }
        });
        Self { pieces, fault }
    }

    /// Writes some bytes, after all that was written before.
    pub(crate) async fn write(&self, bytes: impl Into<Bytes>) -> Result<(), Stop> {
        self.give(Piece::Bytes(bytes.into())).await
    }

    /// Waits until the system has taken all that was written.
    pub(crate) async fn flush(&self) -> Result<(), Stop> {
        let (mark, passed) = oneshot::channel();
        self.give(Piece::Mark(mark)).await?;
        match passed.await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.end().await),
        }
    }

    /// Waits until nothing can be written any more.
    pub(crate) async fn closed(&self) -> Stop {
        let reader_gone = system::reader_gone();
        tokio::select! {
            () = self.pieces.closed() => self.end().await,
            () = reader_gone => Stop::OutputClosed,
        }
    }

    async fn give(&self, piece: Piece) -> Result<(), Stop> {
        match self.pieces.send(piece).await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.end().await),
        }
    }

    async fn end(&self) -> Stop {
        self.pieces.closed().await;
        match self.fault.get() {
            Some(error) if error.kind() != ErrorKind::BrokenPipe => {
                Stop::failed(format!("cannot write to standard output: {error}"))
            }
            _ => Stop::OutputClosed,
        }
    }
}

fn write(waiting: &mut mpsc::Receiver<Piece>) -> io::Result<()> {
    // Locked for each piece alone: a terminal is written to by others too.
    let mut stdout = io::stdout();
    while let Some(piece) = waiting.blocking_recv() {
        match piece {
            Piece::Bytes(bytes) => {
                stdout.write_all(&bytes)?;
                stdout.flush()?;
            }
            Piece::Mark(mark) => {
                // Whoever has asked may wait no more.
                let _ = mark.send(());
            }
        }
    }
    Ok(())
}

#[cfg(unix)]
mod system {
    use std::future::pending;
    use std::io;
    use std::os::fd::AsFd as _;

    use tokio::io::Interest;
    use tokio::net::unix::pipe::Sender;

    /// Waits until nobody reads standard output any more, as far as the system tells: a file has no
    /// reader.
    pub(super) async fn reader_gone() {
        let Ok(stdout) = watched() else { return pending().await };
        if stdout.ready(Interest::ERROR).await.is_err() {
            pending().await
        }
    }

    /// Nothing is written to it, so it may block.
    fn watched() -> io::Result<Sender> {
        Sender::from_owned_fd_unchecked(io::stdout().as_fd().try_clone_to_owned()?)
    }
}

#[cfg(not(unix))]
mod system {
    /// Only writing tells it.
    pub(super) async fn reader_gone() {
        std::future::pending().await
    }
}
