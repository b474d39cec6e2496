//! Standard input, read by a thread of its own: no system lets a program wait for all kinds of it.

use std::io::{self, BufRead as _, Read as _};
use std::thread;

use tokio::sync::mpsc;

use super::stop::Stop;

/// Pieces that may wait.
const PIECES: usize = 4;

/// The most bytes of a piece: those of a part of a stream.
const PIECE: usize = nws_protocol::limits::STREAM_PART_MAX;

/// Standard input in pieces.
pub(crate) struct Input<T>(mpsc::Receiver<io::Result<T>>);

impl<T: Send + 'static> Input<T> {
    fn read(mut next: impl FnMut() -> io::Result<Option<T>> + Send + 'static) -> Self {
        let (pieces, waiting) = mpsc::channel(PIECES);
        thread::spawn(move || {
            while let Some(piece) = next().transpose() {
                let is_last = piece.is_err();
                if pieces.blocking_send(piece).is_err() || is_last {
                    break;
                }
            }
        });
        Self(waiting)
    }

    /// The next piece; `None` at the end. Nothing is lost if the wait is cancelled.
    pub(crate) async fn next(&mut self) -> Result<Option<T>, Stop> {
        let piece = self.0.recv().await.transpose();
        piece.map_err(|error| Stop::failed(format!("cannot read standard input: {error}")))
    }
}

impl Input<String> {
    /// Line after line, without what ends them.
    pub(crate) fn lines() -> Self {
        Self::read(line)
    }

    /// One line: what follows is for others.
    pub(crate) fn line() -> Self {
        let mut is_read = false;
        Self::read(move || if std::mem::replace(&mut is_read, true) { Ok(None) } else { line() })
    }
}

fn line() -> io::Result<Option<String>> {
    let mut line = String::new();
    let count = io::stdin().lock().read_line(&mut line)?;
    let text = line.strip_suffix('\n').map_or(line.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    Ok((count > 0).then(|| text.to_owned()))
}

impl Input<Vec<u8>> {
    /// All bytes.
    pub(crate) fn bytes() -> Self {
        Self::read(|| {
            let mut piece = vec![0; PIECE];
            let count = io::stdin().lock().read(&mut piece)?;
            piece.truncate(count);
            Ok((count > 0).then_some(piece))
        })
    }
}
