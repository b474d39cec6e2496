//! What clients and other proxies do.

use std::net::Ipv4Addr;
use std::time::Duration;

use nws_core::{ConnId, Input, LongMessage, RecordReader, Turn};
use nws_protocol::link::{Payload, Record};
use nws_protocol::websocket::Violation;
use nws_protocol::{CloseCode, IdSource, Nonce, PeerId, ProxyId};

use crate::channels::{Conn, End, World};
use crate::client::Client;
use crate::other::{Other, framing, own};

/// Members whom other proxies may announce in one history, so that no input takes long.
const ANNOUNCED_MAX: usize = 8 * 1024;

impl World<'_> {
    /// The answer is whether everything that follows from it is done before the next step.
    pub(crate) fn step(&mut self) -> bool {
        let step = self.bytes.byte();
        match step % 24 {
            0..4 => self.join(),
            4 => self.reserve(),
            5 => self.refuse(),
            6..8 => self.link(),
            8..12 => self.announce(),
            12 => self.take_leave(),
            13 => self.say_elsewhere(),
            14 => self.garble(),
            15..18 => self.say(),
            18 => self.disturb(),
            19 => self.tell_links(),
            20 => self.read(),
            21 => self.vanish(),
            22 => self.wait(),
            _ => self.stop(),
        }
        step < 120
    }

    /// A connection for which `is_one` holds, or now and then one that is no more.
    fn pick(&mut self, is_one: impl Fn(&End) -> bool) -> Option<ConnId> {
        let ones = self.conns.iter().filter(|(_, conn)| is_one(&conn.end)).map(|(conn, _)| conn);
        self.bytes.pick(ones.chain(self.gone.last().copied()))
    }

    /// A client that has reserved an id and not arrived, or a new one.
    fn arrival(&mut self, channel: usize) -> ConnId {
        let awaited = |(conn, it): (ConnId, &Conn)| {
            matches!(&it.end, End::Client(client) if client.is_awaited).then_some(conn)
        };
        let conn = if self.bytes.below(4) == 0 {
            self.bytes.pick(self.conns.iter().filter_map(awaited))
        } else {
            None
        };
        conn.unwrap_or_else(|| self.add(End::Client(Client::new(channel, None))))
    }

    fn client(&mut self) -> Option<ConnId> {
        self.pick(|end| matches!(end, End::Client(_)))
    }

    fn other(&mut self) -> Option<ConnId> {
        self.pick(|end| matches!(end, End::Other(_)))
    }

    fn join(&mut self) {
        let (channel, framing) = (self.bytes.below(3), framing(self.bytes.below(4) == 0));
        let conn = self.arrival(channel);
        if let Some(End::Client(client)) = self.conns.get_mut(conn).map(|conn| &mut conn.end) {
            client.is_awaited = false;
            client.has_joined = true;
            client.framing = framing;
        }
        self.input(Input::Join {
            conn,
            channel: self.channels[channel].clone(),
            framing,
            knows_streams: false,
        });
    }

    fn reserve(&mut self) {
        let (channel, id) = (self.bytes.below(3), self.bytes.below(4));
        let Ok(peer) = PeerId::chosen(&chosen(id)) else { return };
        let conn = self.add(End::Client(Client::new(channel, Some(peer.as_str().to_owned()))));
        self.input(Input::Reserve { conn, channel: self.channels[channel].clone(), peer });
    }

    fn refuse(&mut self) {
        let conn = self.arrival(0);
        if let Some(End::Client(client)) = self.conns.get_mut(conn).map(|conn| &mut conn.end) {
            client.is_awaited = false;
        }
        self.input(Input::Refuse { conn, code: CloseCode::LimitReached, reason: "refused" });
    }

    fn link(&mut self) {
        let (channel, proxy) = (self.bytes.below(2), ProxyId::from_digest(&[self.bytes.below(3) as u8; 32]));
        let conn = self.add(End::Other(Box::new(Other::new(channel, proxy.clone()))));
        let share = self.account.share(Ipv4Addr::LOCALHOST.into(), || {});
        self.input(Input::RemoteGroup { conn, channel: self.channels[channel].clone(), proxy, share });
    }

    /// Another proxy announces members: one under a name that others have too, or many.
    fn announce(&mut self) {
        let how = self.bytes.below(8);
        let count =
            if how == 0 { self.bytes.power(13).min(ANNOUNCED_MAX.saturating_sub(self.announced)) } else { 1 };
        self.announced += count;
        let first = self.announced as u64 + 8;
        let Some(conn) = self.other() else { return };
        let Some(End::Other(other)) = self.conns.get_mut(conn).map(|conn| &mut conn.end) else { return };
        let mut bytes = Vec::new();
        for number in first..first + count as u64 {
            bytes.extend(match how {
                0..4 => other.join(IdSource::Nonce(nonce(number))),
                4 | 5 => other.join(IdSource::Choice(&chosen(how - 4))),
                _ => other.join(IdSource::Nonce(nonce(how as u64))),
            });
        }
        self.stream(conn, &bytes);
    }

    /// Some whom another proxy has announced leave.
    fn take_leave(&mut self) {
        let (count, from, slow) = (self.bytes.power(13), self.bytes.byte(), self.bytes.below(4) == 0);
        let Some(conn) = self.other() else { return };
        let Some(End::Other(other)) = self.conns.get(conn).map(|conn| &conn.end) else { return };
        let skip = usize::from(from) * other.announced.len() / 256;
        let mut bytes = Vec::new();
        for &member in other.announced.keys().skip(skip).take(count) {
            if slow {
                Record::Slow { member }.write(&mut bytes);
            }
            Record::Leave { member }.write(&mut bytes);
        }
        self.stream(conn, &bytes);
    }

    fn say_elsewhere(&mut self) {
        let (from, target, what) = (self.bytes.byte(), self.bytes.below(8) as u32, self.bytes.below(10));
        self.number += 1;
        let number = self.number.to_string();
        let Some(conn) = self.other() else { return };
        let Some(End::Other(other)) = self.conns.get(conn).map(|conn| &conn.end) else { return };
        let at = usize::from(from) * other.announced.len() / 256;
        let member = other.announced.keys().nth(at).copied().unwrap_or(0);
        let record = match what {
            0 => Record::RosterEnd,
            1 => Record::Broadcast { member, payload: Payload::Text(&number) },
            2 => Record::Broadcast { member, payload: Payload::Binary(number.as_bytes()) },
            3 => Record::Broadcast { member, payload: Payload::Json(&number) },
            4 => Record::NotAdmitted { member: target },
            5 => Record::Admitted { member: target },
            6 => Record::Streams { member },
            7 => Record::Stream { member, target, payload: Payload::Json(&number) },
            8 => Record::Stream { member, target, payload: Payload::Binary(number.as_bytes()) },
            _ => Record::Message { member, target, payload: Payload::Json(&number) },
        };
        self.stream(conn, &record.to_bytes());
    }

    /// Another proxy says anything.
    fn garble(&mut self) {
        let piece = self.bytes.piece();
        if let Some(conn) = self.other() {
            self.stream(conn, piece);
        }
    }

    /// In two pieces.
    fn stream(&mut self, conn: ConnId, bytes: &[u8]) {
        let (first, second) = bytes.split_at(bytes.len() * self.bytes.below(4) / 4);
        for bytes in [first, second] {
            if let Some(End::Other(other)) = self.conns.get_mut(conn).map(|conn| &mut conn.end) {
                other.say(bytes);
            }
            self.hear(conn, bytes);
        }
    }

    fn hear(&mut self, conn: ConnId, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let mut nobody = RecordReader::default();
            let reader = match self.conns.get_mut(conn).map(|conn| &mut conn.end) {
                Some(End::Other(other)) => &mut other.reader,
                Some(End::Client(_)) | None => &mut nobody,
            };
            let long = self.core.hear_stream(conn, reader, &mut bytes, &mut Turn::default(), self.now);
            if let Some(message) = long.map(LongMessage::encode) {
                self.input(Input::Encoded { conn, message });
            }
        }
    }

    fn say(&mut self) {
        let (how, size, target) = (self.bytes.below(8), self.bytes.power(16), self.bytes.below(6));
        let Some(conn) = self.client() else { return };
        self.number += 1;
        let number = self.number;
        let target = chosen(target);
        let text = match how {
            0..3 => format!(r#"{{"action":"broadcast","data":"{number}"}}"#),
            3 => format!(r#"{{"action":"broadcast","data":"{}"}}"#, "x".repeat(size)),
            4 => format!(r#"{{"action":"message","target":"{target}","data":{number}}}"#),
            5 => r#"{"action":"status"}"#.to_owned(),
            _ => String::new(),
        };
        match how {
            6 => self.input(Input::Binary { conn, bytes: &[&[1, 0], vec![0; size].as_slice()].concat() }),
            7 => {
                let bytes = self.bytes.piece();
                self.input(Input::Binary { conn, bytes });
            }
            _ => self.input(Input::Text { conn, text: &text }),
        }
    }

    /// A client does something besides speaking.
    fn disturb(&mut self) {
        let (how, size) = (self.bytes.below(6), self.bytes.power(18));
        let piece = self.bytes.piece();
        let Some(conn) = self.client() else { return };
        match how {
            0 => self.input(Input::Ping { conn, payload: piece }),
            1 => self.input(Input::Pong { conn }),
            2 => self.input(Input::PeerClosed { conn, code: (size > 100).then_some(1000) }),
            3 => self.input(Input::Violation { conn, violation: Violation::TOO_BIG }),
            4 => self.input(Input::Unfinished { conn, bytes: size }),
            _ => self.input(Input::Unfinished { conn, bytes: 0 }),
        }
    }

    /// The links tell what they have found out.
    fn tell_links(&mut self) {
        let (how, channel) = (self.bytes.below(5), self.bytes.below(2));
        let name = self.channels[channel].name.clone();
        let proxies: Vec<ProxyId> =
            (0..self.bytes.below(4) as u8).map(|n| ProxyId::from_digest(&[n; 32])).collect();
        match how {
            0..3 => self.input(Input::Searched { channel: &name, found: &proxies }),
            3 => self.input(Input::Isolated { channel: &name, is_isolated: proxies.len() > 1 }),
            _ => {
                if let Some(conn) = self.other() {
                    self.input(Input::Exempt { conn });
                }
            }
        }
    }

    /// A socket takes more or less from now on, and takes something now.
    fn read(&mut self) {
        let takes = [0, 1, 100, 10_000, usize::MAX, usize::MAX][self.bytes.below(6)];
        let Some(conn) = self.pick(|_| true) else { return };
        if let Some(entry) = self.conns.get_mut(conn) {
            entry.takes = takes;
            entry.is_blocked = false;
            self.write(conn);
        }
    }

    fn vanish(&mut self) {
        if let Some(conn) = self.pick(|_| true) {
            self.remove(conn);
        }
    }

    fn wait(&mut self) {
        let time = [1, 20, 260, 1_000, 6_000, 31_000, 61_000][self.bytes.below(7)];
        let end = self.now + Duration::from_millis(time);
        let stands_still = self.bytes.below(4) == 0;
        while !stands_still && let Some(due) = self.core.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.settle();
        }
        self.now = end;
    }

    /// Rarely, as nothing happens after it.
    fn stop(&mut self) {
        if self.bytes.byte() == 255 {
            self.input(Input::Shutdown);
        }
    }
}

/// Ids that clients choose, of which one is generated by this proxy.
fn chosen(number: usize) -> String {
    match number {
        0..3 => ["x", "y", "z"][number].to_owned(),
        _ => PeerId::generated(&own(), &nonce(number as u64)).as_str().to_owned(),
    }
}

fn nonce(number: u64) -> Nonce {
    u128::from(number).to_be_bytes()
}
