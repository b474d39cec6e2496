//! Standard input, read by a thread of its own: no system lets a program wait for all kinds of it.

use std::io::{self, BufRead, Read as _};
use std::thread;

use tokio::sync::mpsc;

use super::stop::Stop;

/// Pieces that may wait.
const PIECES: usize = 8;

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
    /// Line after line, without what ends them. Of a line with more than `most` bytes there is only a
    /// beginning, which has more than that too.
    pub(crate) fn lines(most: usize) -> Self {
        let mut has_rest = false;
        Self::read(move || line(&mut io::stdin().lock(), most, &mut has_rest))
    }

    /// One line: what follows is for others.
    pub(crate) fn line() -> Self {
        let mut is_read = false;
        Self::read(move || {
            if std::mem::replace(&mut is_read, true) {
                return Ok(None);
            }
            line(&mut io::stdin().lock(), PIECE, &mut false)
        })
    }
}

/// Reads a line, after the rest of one that was too long.
fn line(input: &mut impl BufRead, most: usize, has_rest: &mut bool) -> io::Result<Option<String>> {
    if std::mem::take(has_rest) {
        input.skip_until(b'\n')?;
    }
    let mut line = Vec::new();
    // What ends a line has two bytes.
    input.take(most as u64 + 3).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    *has_rest = line.len() == most + 3 && !line.ends_with(b"\n");
    if *has_rest {
        return Ok(Some(String::from_utf8_lossy(&line).into_owned()));
    }
    let text = line.strip_suffix(b"\n").map_or(&line[..], |line| line.strip_suffix(b"\r").unwrap_or(line));
    let text = String::from_utf8(text.to_vec());
    text.map(Some).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "a line is no UTF-8"))
}

impl Input<Vec<u8>> {
    /// All bytes.
    pub(crate) fn bytes() -> Self {
        Self::read(|| Ok(Some(piece()?).filter(|piece| !piece.is_empty())))
    }
}

/// Reads what there is, up to a piece. Nothing else has read before.
#[cfg(unix)]
fn piece() -> io::Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(PIECE);
    rustix::io::retry_on_intr(|| rustix::io::read(io::stdin(), rustix::buffer::spare_capacity(&mut piece)))?;
    Ok(piece)
}

/// Reads what there is, up to a piece.
#[cfg(not(unix))]
fn piece() -> io::Result<Vec<u8>> {
    let mut piece = vec![0; PIECE];
    let count = io::stdin().lock().read(&mut piece)?;
    piece.truncate(count);
    Ok(piece)
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn of_a_line_without_end_only_a_beginning_is_read() {
        let text = format!("ab\r\nabcd\n{}\n\nlast", "x".repeat(1_000_000));
        let (mut input, mut has_rest) = (text.as_bytes(), false);
        let mut next = || line(&mut input, 4, &mut has_rest).unwrap();
        for expected in ["ab", "abcd", "xxxxxxx", "", "last"] {
            assert_eq!(next().as_deref(), Some(expected));
        }
        assert_eq!(next(), None);
    }

    #[test]
    fn a_line_that_is_no_text_is_an_error() {
        assert!(line(&mut &b"a\xff\n"[..], 4, &mut false).is_err());
    }
}
