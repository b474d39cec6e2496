//! Standard output, which may be slow, closed or full. What is written waits in order, at most a few
//! pieces of it, and nobody else waits.

use std::io::{self, ErrorKind, IoSlice, Write};
use std::sync::{Arc, OnceLock};
use std::thread;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::stop::Stop;

/// Pieces that may wait: enough that the writer always has some, of 64 KiB at most. It takes all of them
/// at once.
const PIECES: usize = 16;

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
    let mut stdout = system::stdout()?;
    let mut pieces = Vec::with_capacity(PIECES);
    while waiting.blocking_recv_many(&mut pieces, PIECES) > 0 {
        let mut bytes = Vec::with_capacity(PIECES);
        for piece in pieces.drain(..) {
            match piece {
                Piece::Bytes(piece) => bytes.push(piece),
                Piece::Mark(mark) => {
                    write_all(&mut stdout, &mut bytes)?;
                    // Whoever has asked may wait no more.
                    let _ = mark.send(());
                }
            }
        }
        write_all(&mut stdout, &mut bytes)?;
    }
    Ok(())
}

/// Writes all pieces, and takes them away.
fn write_all(output: &mut impl Write, pieces: &mut Vec<Bytes>) -> io::Result<()> {
    let mut slices: Vec<IoSlice<'_>> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
    let mut rest = &mut slices[..];
    // Empty pieces are nothing to write.
    IoSlice::advance_slices(&mut rest, 0);
    while !rest.is_empty() {
        match output.write_vectored(rest) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut rest, written),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    drop(slices);
    pieces.clear();
    output.flush()
}

#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::future::pending;
    use std::io;
    use std::os::fd::AsFd as _;

    use tokio::io::Interest;
    use tokio::net::unix::pipe::Sender;

    /// Standard output without a buffer, which would look for the ends of lines in all bytes.
    pub(super) fn stdout() -> io::Result<File> {
        Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
    }

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
    use std::io::{self, Stdout};

    /// Standard output, which knows what a console takes.
    #[expect(clippy::unnecessary_wraps, reason = "other systems may refuse it")]
    pub(super) fn stdout() -> io::Result<Stdout> {
        Ok(io::stdout())
    }

    /// Only writing tells it.
    pub(super) async fn reader_gone() {
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a few bytes at a time, and is interrupted now and then.
    #[derive(Default)]
    struct Reluctant {
        taken: Vec<u8>,
        calls: usize,
    }

    impl Write for Reluctant {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.calls += 1;
            if self.calls.is_multiple_of(3) {
                return Err(ErrorKind::Interrupted.into());
            }
            let count = bytes.len().min(5);
            self.taken.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn pieces_are_written_whole_and_in_order() {
        let pieces = ["", "one ", "", "and another that is long ", "and the last", ""];
        let mut output = Reluctant::default();
        for pieces in [&pieces[..], &pieces[..1], &[]] {
            let mut waiting = pieces.iter().map(|piece| Bytes::from_static(piece.as_bytes())).collect();
            write_all(&mut output, &mut waiting).unwrap();
            assert!(waiting.is_empty());
        }
        assert_eq!(output.taken, pieces.concat().as_bytes());
    }
}
