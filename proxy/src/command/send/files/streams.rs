//! The tries of receivers to get files.

use std::time::{Duration, Instant};

use networkwebsockets::{Data, Peer};

use super::own::OwnFile;
use crate::command::files::{Control, Offer, Part, WINDOW_MAX, hash_of_all};

/// How long a receiver may acknowledge nothing.
const STALLED: Duration = Duration::from_secs(30);

/// Streams that are sent at once.
const STREAMS_MAX: usize = 64;

/// All files, and who gets them.
pub(super) struct Streams {
    files: Vec<OwnFile>,
    got: Vec<u32>,
    streams: Vec<Stream>,
    fault: Option<String>,
    /// A file is being read for its hash.
    is_reading: bool,
}

struct Stream {
    peer: Peer,
    file: usize,
    number: u32,
    window: u64,
    next: u64,
    stored: u64,
    is_done: bool,
    heard: Instant,
}

/// A message whose turn it is.
pub(super) struct Turn {
    pub(super) peer: Peer,
    pub(super) data: Data,
    pub(super) bytes: u64,
}

/// What a stream does when it is its turn.
enum Move {
    Say(Turn),
    /// Some of the file was read, and more has to be.
    Read,
    Wait,
}

impl Streams {
    pub(super) fn new(files: Vec<OwnFile>) -> Self {
        Self { got: vec![0; files.len()], files, streams: Vec::new(), fault: None, is_reading: false }
    }

    /// All is done.
    pub(super) fn finish(&self) {
        self.files.iter().for_each(OwnFile::is_sent);
    }

    pub(super) fn offers(&self) -> impl Iterator<Item = Offer> {
        self.files.iter().map(|file| file.offer.clone())
    }

    /// Somebody has each file, and nobody waits for more.
    pub(super) fn is_done(&self) -> bool {
        self.streams.is_empty() && self.got.iter().all(|&count| count > 0)
    }

    /// Why a file cannot be sent any more.
    pub(super) const fn fault(&mut self) -> Option<String> {
        self.fault.take()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.streams.is_empty()
    }

    /// What is lost if this ends now.
    pub(super) fn undone(&self) -> String {
        let missing = self.files.iter().zip(&self.got).filter(|(_, got)| **got == 0);
        let names: Vec<&str> = missing.map(|(file, _)| file.offer.name.as_str()).collect();
        match (names.is_empty(), self.streams.len()) {
            (true, 0) => String::new(),
            (true, count) => format!("{count} receivers have not got everything"),
            (false, _) => format!("nobody has got {}", names.join(", ")),
        }
    }

    pub(super) fn leave(&mut self, peer: &Peer) {
        self.streams.retain(|stream| stream.peer != *peer);
    }

    /// A receiver has a file. Gives its name and size. Another try is another offer, unless somebody
    /// still gets this one.
    pub(super) fn got(&mut self, peer: &Peer, file: &str, number: u32) -> Option<(String, u64)> {
        let index = self.find(peer, file, number).filter(|&index| self.streams[index].is_done)?;
        let stream = self.streams.remove(index);
        self.got[stream.file] += 1;
        if self.streams.iter().all(|other| other.file != stream.file) {
            self.files[stream.file].is_sent();
        }
        let offer = &self.files[stream.file].offer;
        Some((offer.name.clone(), offer.size))
    }

    /// A receiver wants no more of a file. Gives its name.
    pub(super) fn stop(&mut self, peer: &Peer, file: &str, number: u32) -> Option<String> {
        let index = self.find(peer, file, number)?;
        let stream = self.streams.remove(index);
        Some(self.files[stream.file].offer.name.clone())
    }

    /// What a receiver asks or acknowledges. Gives what is to be answered.
    pub(super) fn hear(&mut self, peer: &Peer, control: Control) -> Option<Control> {
        match control {
            Control::Get { file, stream, from, window } => self.get(peer, file, stream, from, window),
            Control::Ack { file, stream, next } => {
                let index = self.find(peer, &file, stream)?;
                let it = &mut self.streams[index];
                if next < it.stored || next > it.next {
                    self.streams.remove(index);
                    return Some(fail(file, stream, "bad-ack"));
                }
                if next > it.stored {
                    (it.stored, it.heard) = (next, Instant::now());
                }
                None
            }
            _ => None,
        }
    }

    fn get(&mut self, peer: &Peer, file: String, number: u32, from: u64, window: u64) -> Option<Control> {
        let Some(index) = self.files.iter().position(|own| own.offer.file == file) else {
            return Some(fail(file, number, "unknown"));
        };
        if from > self.files[index].offer.count() {
            return Some(fail(file, number, "bad-ack"));
        }
        self.streams.retain(|stream| stream.peer != *peer || stream.file != index);
        if self.streams.len() >= STREAMS_MAX {
            return Some(fail(file, number, "busy"));
        }
        let window = window.clamp(self.files[index].offer.part, WINDOW_MAX);
        let (peer, heard) = (peer.clone(), Instant::now());
        let stream =
            Stream { peer, file: index, number, window, next: from, stored: from, is_done: false, heard };
        self.streams.push(stream);
        None
    }

    /// One message for each receiver that may have one.
    pub(super) fn turns(&mut self) -> Vec<Turn> {
        let mut turns = Vec::new();
        let mut ended = Vec::new();
        self.is_reading = false;
        for (index, stream) in self.streams.iter_mut().enumerate() {
            match stream.turn(&mut self.files[stream.file]) {
                Ok(Move::Say(turn)) => turns.push(turn),
                Ok(Move::Read) => self.is_reading = true,
                Ok(Move::Wait) => {}
                Err(reason) => ended.push((index, reason)),
            }
        }
        for (index, reason) in ended.into_iter().rev() {
            let stream = self.streams.remove(index);
            let Offer { file, name, .. } = self.files[stream.file].offer.clone();
            self.fault = Some(match reason {
                "changed" => format!("{name} has changed since it was offered: send it again"),
                _ => format!("{name} cannot be read any more"),
            });
            let data = fail(file, stream.number, reason).text().into();
            turns.push(Turn { peer: stream.peer, data, bytes: 0 });
        }
        turns
    }

    /// Gives whether there is something to do before anything comes.
    pub(super) const fn is_reading(&self) -> bool {
        self.is_reading
    }

    /// Those who have acknowledged nothing for too long are given up.
    pub(super) fn stalled(&mut self) -> Vec<(Peer, Control)> {
        let files = &self.files;
        let late = self.streams.extract_if(.., |stream| stream.heard.elapsed() > STALLED);
        let told = late.map(|stream| {
            let file = files[stream.file].offer.file.clone();
            (stream.peer, fail(file, stream.number, "stalled"))
        });
        told.collect()
    }

    fn find(&self, peer: &Peer, file: &str, number: u32) -> Option<usize> {
        self.streams.iter().position(|stream| {
            stream.peer == *peer && stream.number == number && self.files[stream.file].offer.file == file
        })
    }
}

impl Stream {
    fn turn(&mut self, file: &mut OwnFile) -> Result<Move, &'static str> {
        if self.is_done {
            return Ok(Move::Wait);
        }
        let on_way = self.next - self.stored;
        if on_way == 0 {
            self.heard = Instant::now();
        }
        if self.next == file.offer.count() {
            return self.end(file);
        }
        if on_way > 0 && (on_way + 1) * file.offer.part > self.window {
            return Ok(Move::Wait);
        }
        let (bytes, hash) = file.part(self.next)?;
        let index = u32::try_from(self.next).unwrap_or_default();
        let data = Part { stream: self.number, index, hash, bytes: &bytes }.message().into();
        self.next += 1;
        Ok(Move::Say(Turn { peer: self.peer.clone(), data, bytes: bytes.len() as u64 }))
    }

    /// Says what the hash of the file is, once it is known.
    fn end(&mut self, file: &mut OwnFile) -> Result<Move, &'static str> {
        let Some(hashes) = file.hashes()? else { return Ok(Move::Read) };
        self.is_done = true;
        let (id, stream) = (file.offer.file.clone(), self.number);
        let done = Control::Done { file: id, stream, hash: hash_of_all(&hashes) };
        Ok(Move::Say(Turn { peer: self.peer.clone(), data: done.text().into(), bytes: 0 }))
    }
}

fn fail(file: String, stream: u32, reason: &str) -> Control {
    Control::Fail { file, stream, reason: reason.to_owned() }
}
