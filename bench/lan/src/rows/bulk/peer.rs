//! A blocking peer: it writes and reads whole frames, in as few calls as possible.

use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::net::TcpStream;

use anyhow::{Context, Result, bail, ensure};
use nws_tests::lab::Machine;
use nws_tests::{DEADLINE, Proxy, Request};
use serde_json::Value;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};

pub(super) struct Peer {
    stream: TcpStream,
    input: BufReader<TcpStream>,
    /// Its id for other peers, once [`learn_ids`](Self::learn_ids) has read it.
    pub(super) id: String,
}

impl Peer {
    /// Joins at the proxy of this machine.
    pub(super) fn join(machine: &Machine, proxy: &Proxy, path: &str) -> Result<Self> {
        let address = ([127, 0, 0, 1], proxy.port()).into();
        let connect = || Ok(TcpStream::connect_timeout(&address, DEADLINE)?);
        let stream = machine.namespace().inside(connect)?;
        prepare(&stream)?;
        let input = BufReader::new(stream.try_clone()?);
        let mut peer = Self { stream, input, id: String::new() };
        peer.write(Request::upgrade(path).text(proxy.port()).as_bytes())?;
        peer.is_taken()?;
        Ok(peer)
    }

    /// Reads its own id and that of the one other peer, in whichever order they come.
    pub(super) fn learn_ids(&mut self) -> Result<String> {
        let mut other = String::new();
        while self.id.is_empty() || other.is_empty() {
            let (action, target) = self.notice()?;
            match action.as_str() {
                "status" => self.id = target,
                "welcome" => {}
                "connect" if other.is_empty() => other = target,
                _ => bail!("{action} of {target} while two peers meet"),
            }
        }
        Ok(other)
    }

    /// Writes bytes unchanged.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream.write_all(bytes).context("cannot write")
    }

    /// Reads the payload of the next binary frame.
    pub(super) fn read<'a>(&mut self, buffer: &'a mut Vec<u8>) -> Result<&'a [u8]> {
        self.read_frame(Data::Binary, buffer)
    }

    fn is_taken(&mut self) -> Result<()> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            ensure!(self.input.read_line(&mut head)? > 0, "the proxy closed after {head:?}");
        }
        ensure!(head.starts_with("HTTP/1.1 101"), "not upgraded: {head:?}");
        Ok(())
    }

    /// The action and the target of the next notice.
    fn notice(&mut self) -> Result<(String, String)> {
        let mut buffer = Vec::new();
        let notice: Value = serde_json::from_slice(self.read_frame(Data::Text, &mut buffer)?)?;
        let word = |key: &str| notice[key].as_str().map(str::to_owned);
        word("action").zip(word("target")).with_context(|| format!("{notice} where a notice was expected"))
    }

    /// Reads a frame of this kind. Nothing here takes so long that a ping must be answered.
    fn read_frame<'a>(&mut self, kind: Data, buffer: &'a mut Vec<u8>) -> Result<&'a [u8]> {
        loop {
            let (found, length) = self.head()?;
            // The buffer grows only until it fits the longest frame.
            buffer.resize(buffer.len().max(length), 0);
            self.input.read_exact(&mut buffer[..length])?;
            match found {
                OpCode::Data(found) if found == kind => return Ok(&buffer[..length]),
                // Notices may come between the messages of others.
                OpCode::Control(Control::Ping) | OpCode::Data(Data::Text) => {}
                other @ (OpCode::Data(_) | OpCode::Control(_)) => bail!("{other} where {kind} was expected"),
            }
        }
    }

    /// The opcode of the next frame, and its length.
    fn head(&mut self) -> Result<(OpCode, usize)> {
        let mut head = Vec::new();
        loop {
            let mut byte = [0];
            self.input.read_exact(&mut byte).context("cannot read")?;
            head.extend(byte);
            if let Some((header, length)) = FrameHeader::parse(&mut Cursor::new(&head))? {
                return Ok((header.opcode, length.try_into()?));
            }
        }
    }
}

/// Sets timeouts that are longer than anything here takes.
pub(super) fn prepare(stream: &TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    Ok(stream.set_write_timeout(Some(DEADLINE))?)
}
