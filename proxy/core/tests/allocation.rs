//! What runs once for every message takes no memory, once everything has been used.

use std::time::Instant;

use nws_core::{Channels, Config, ConnId, Framing, Input, Output};
use nws_protocol::ProxyId;
use nws_sim::network;
use slotmap::SlotMap;

const MEMBERS: usize = 10;
const MESSAGES: usize = 1_000;

struct Room {
    core: Channels,
    conns: Vec<ConnId>,
    now: Instant,
    written: usize,
}

impl Room {
    #[expect(clippy::disallowed_methods, reason = "time stands still")]
    fn new() -> Self {
        let mut names: SlotMap<ConnId, ()> = SlotMap::with_key();
        let conns: Vec<ConnId> = (0..MEMBERS).map(|_| names.insert(())).collect();
        let core = Channels::new(Config::default(), ProxyId::from_digest(&[1; 32]), [1; 32]);
        let mut room = Self { core, conns, now: Instant::now(), written: 0 };
        for &conn in &room.conns {
            let (channel, framing) = (network("room"), Framing::Structured);
            room.core.handle(Input::Join { conn, channel, framing, knows_streams: false }, room.now);
        }
        room.write();
        room
    }

    fn say(&mut self, text: &str) {
        for message in 0..MESSAGES {
            let conn = self.conns[message % MEMBERS];
            self.core.handle(Input::Text { conn, text }, self.now);
            if message % 50 == 0 {
                self.write();
            }
        }
        self.write();
    }

    fn write(&mut self) {
        while let Some(output) = self.core.poll_output() {
            if let Output::Write { conn } = output {
                let bytes = self.core.waiting(conn).map(<[u8]>::len).sum();
                self.core.handle(Input::Wrote { conn, bytes }, self.now);
                self.written += bytes;
            }
        }
    }
}

#[test]
fn a_small_broadcast_takes_no_memory() {
    let mut room = Room::new();
    let text = format!(r#"{{"action":"broadcast","data":"{}"}}"#, "x".repeat(64));
    room.say(&text);
    room.written = 0;
    let info = allocation_counter::measure(|| room.say(&text));
    assert!(room.written > MESSAGES * (MEMBERS - 1) * text.len());
    assert_eq!(info.count_total, 0);
}
