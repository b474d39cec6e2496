//! Divides the bytes of a socket, in whatever pieces they come, into whole units.
//!
//! What comes is read into one buffer that all connections share, and is judged there. A connection
//! keeps only a unit that the read has cut in two. Its missing end is read directly to its place.

use std::io::{self, IoSliceMut, Read};

/// The beginning of a unit, while there is one.
#[derive(Default)]
pub(crate) struct Inbox {
    bytes: Vec<u8>,
    filled: usize,
    /// The size of the unit as far as it is known; 0 while nothing waits.
    size: usize,
}

/// The bytes read into the shared buffer, and whether the socket may hold more.
pub(crate) struct Got {
    pub(crate) shared: usize,
    pub(crate) more: bool,
}

impl Inbox {
    /// Reads once. The end of the stream is an error.
    pub(crate) fn fill(&mut self, socket: &mut impl Read, shared: &mut [u8]) -> io::Result<Got> {
        let spare = &mut self.bytes[self.filled..self.size];
        let (wanted, room) = (spare.len(), spare.len() + shared.len());
        let got = match wanted {
            0 => socket.read(shared)?,
            _ => socket.read_vectored(&mut [IoSliceMut::new(spare), IoSliceMut::new(shared)])?,
        };
        if got == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let own = got.min(wanted);
        self.filled += own;
        Ok(Got { shared: got - own, more: got == room })
    }

    /// Takes the next unit: the one that was kept and is whole now, or the first of `input`. `size`
    /// gives the size of a unit once enough of it has come. If this gives `None`, all of `input` is
    /// used up.
    pub(crate) fn next<'a, 'b: 'a, E>(
        &'a mut self,
        input: &mut &'b [u8],
        size: impl Fn(&[u8]) -> Result<Option<usize>, E>,
    ) -> Result<Option<&'a [u8]>, E> {
        if self.filled > 0 {
            return self.complete(input, size);
        }
        let known = size(input)?;
        if let Some(unit) = known.and_then(|size| input.split_off(..size)) {
            return Ok(Some(unit));
        }
        self.keep(input, known);
        Ok(None)
    }

    fn complete<'a, E>(
        &'a mut self,
        input: &mut &[u8],
        size: impl Fn(&[u8]) -> Result<Option<usize>, E>,
    ) -> Result<Option<&'a [u8]>, E> {
        loop {
            let own = input.len().min(self.size - self.filled);
            let (end, rest) = input.split_at(own);
            self.bytes[self.filled..self.filled + own].copy_from_slice(end);
            self.filled += own;
            *input = rest;
            if self.filled < self.size {
                return Ok(None);
            }
            match size(&self.bytes[..self.filled])? {
                Some(size) if size == self.filled => break,
                known => self.want(known),
            }
        }
        self.size = 0;
        Ok(Some(&self.bytes[..std::mem::take(&mut self.filled)]))
    }

    fn keep(&mut self, input: &mut &[u8], size: Option<usize>) {
        if input.is_empty() {
            return;
        }
        let start = std::mem::take(input);
        self.filled = start.len();
        self.want(size);
        self.bytes[..start.len()].copy_from_slice(start);
    }

    /// Makes room for the unit. While its size is unknown, there is room for one byte more, so that
    /// nothing of the next unit gets in.
    fn want(&mut self, size: Option<usize>) {
        self.size = size.unwrap_or(self.filled + 1);
        if self.bytes.len() < self.size {
            self.bytes.resize(self.size, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Units of a length byte and so many bytes.
    fn size(bytes: &[u8]) -> Result<Option<usize>, ()> {
        Ok(bytes.first().map(|length| usize::from(*length) + 1))
    }

    #[test]
    fn units_come_whole_however_they_are_cut() {
        let stream = b"\x03abc\x00\x01d\x05efghi\x02jk";
        let units: [&[u8]; 5] = [b"\x03abc", b"\x00", b"\x01d", b"\x05efghi", b"\x02jk"];
        for first in 1..stream.len() {
            for rest in 1..5 {
                assert_eq!(read(stream, first, rest), units, "{first}, then {rest}");
            }
        }
    }

    fn read(stream: &[u8], first: usize, rest: usize) -> Vec<Vec<u8>> {
        let (mut inbox, mut units) = (Inbox::default(), Vec::new());
        let (head, tail) = stream.split_at(first);
        for piece in std::iter::once(head).chain(tail.chunks(rest)) {
            let mut shared = [0; 64];
            let got = inbox.fill(&mut &*piece, &mut shared).unwrap();
            let mut input = &shared[..got.shared];
            while let Some(unit) = inbox.next(&mut input, size).unwrap() {
                units.push(unit.to_vec());
            }
            assert!(input.is_empty());
        }
        units
    }

    #[test]
    fn the_end_of_the_stream_is_an_error() {
        assert!(Inbox::default().fill(&mut io::empty(), &mut [0; 8]).is_err());
    }
}
