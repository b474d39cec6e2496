//! What takes long goes on from turn to turn, and whoever looks meanwhile sees what is true.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nws_core::{Account, Channels, Config, ConnId, Framing, Input, Output, Pending, RecordReader, Turn};
use nws_protocol::limits::{FRAMES_PER_PASS, LINK_PIECE_MAX, PING_INTERVAL, READ_PER_PASS};
use nws_protocol::link::Record;
use nws_protocol::{IdSource, ProxyId};
use nws_sim::{Event, network};
use slotmap::{SecondaryMap, SlotMap};

/// Members that may leave in a turn.
const RECORDS: usize = 10;
const CLIENTS: usize = 10;
const MEMBERS: u32 = 500;

/// One channel, and what its clients have seen.
struct Room {
    core: Channels,
    now: Instant,
    conns: SlotMap<ConnId, ()>,
    /// What each client was told, besides what it was told first.
    seen: BTreeMap<ConnId, Vec<Event>>,
    account: Arc<Account>,
    readers: SecondaryMap<ConnId, RecordReader>,
    /// Frames of the turn that had most.
    most: usize,
    turns: usize,
}

impl Room {
    #[expect(clippy::disallowed_methods, reason = "any time is as good as another")]
    fn new() -> Self {
        let config = Config { records_per_turn: RECORDS, ..Config::default() };
        let mut room = Self {
            core: Channels::new(config, ProxyId::from_digest(&[9; 32]), [7; 32]),
            now: Instant::now(),
            conns: SlotMap::with_key(),
            seen: BTreeMap::new(),
            account: Account::new(usize::MAX),
            readers: SecondaryMap::new(),
            most: 0,
            turns: 0,
        };
        room.join_many(CLIENTS);
        room
    }

    fn join(&mut self) -> ConnId {
        let conn = self.conns.insert(());
        self.seen.insert(conn, Vec::new());
        self.turn(Input::Join {
            conn,
            channel: network("room"),
            framing: Framing::Structured,
            knows_streams: false,
        });
        conn
    }

    fn join_many(&mut self, count: usize) {
        for _ in 0..count {
            self.join();
        }
    }

    fn link(&mut self) -> ConnId {
        self.link_in("room")
    }

    fn link_in(&mut self, channel: &str) -> ConnId {
        let conn = self.conns.insert(());
        let (proxy, share) =
            (ProxyId::from_digest(&[1; 32]), self.account.share(Ipv4Addr::LOCALHOST.into(), || {}));
        self.turn(Input::RemoteGroup { conn, channel: network(channel), proxy, share });
        conn
    }

    /// The link says something, as much of it as there is time for in a turn.
    fn hear(&mut self, conn: ConnId, bytes: &mut &[u8]) {
        let reader = self.readers.entry(conn).expect("a link that is there").or_default();
        assert!(self.core.hear_stream(conn, reader, bytes, &mut Turn::of(RECORDS), self.now).is_none());
        self.look();
    }

    /// One turn.
    fn turn(&mut self, input: Input<'_>) {
        self.core.handle(input, self.now);
        self.look();
    }

    /// A turn for what was put off; the answer is whether there was anything.
    fn go_on(&mut self) -> bool {
        let is_due = self.core.poll_timeout().is_some_and(|due| due <= self.now);
        if is_due {
            self.core.handle_timeout(self.now);
            self.look();
        }
        is_due
    }

    fn settle(&mut self) {
        while self.go_on() {}
    }

    /// Everybody reads everything.
    fn look(&mut self) {
        let mut frames = 0;
        while let Some(output) = self.core.poll_output() {
            match output {
                Output::Write { conn } => frames += self.read(conn),
                Output::Hold { .. }
                | Output::Release { .. }
                | Output::Reserved { .. }
                | Output::Taken { .. }
                | Output::Finish { .. }
                | Output::Cut(_)
                | Output::Full
                | Output::Reset { .. }
                | Output::Opened { .. }
                | Output::Closed { .. } => {}
            }
        }
        self.turns += 1;
        self.most = self.most.max(frames);
    }

    fn read(&mut self, conn: ConnId) -> usize {
        let bytes: Vec<u8> = self.core.waiting(conn).flatten().copied().collect();
        self.core.handle(Input::Wrote { conn, bytes: bytes.len() }, self.now);
        let Some(seen) = self.seen.get_mut(&conn) else { return 0 };
        let before = seen.len();
        let mut rest = &bytes[..];
        while let Some((event, after)) = Event::read(rest) {
            seen.push(event);
            rest = after;
        }
        seen.len() - before
    }

    /// What is counted from now on is of what follows.
    fn start_counting(&mut self) {
        (self.most, self.turns) = (0, 0);
    }

    /// No turn was longer than it may be, and all were needed.
    fn assert_turns(&self, records: usize) {
        assert!(self.most <= RECORDS * (CLIENTS + 1), "{} frames in one turn", self.most);
        assert!(self.turns >= records / RECORDS, "{} turns", self.turns);
    }

    /// The peers that a client knows: whoever comes was away, and whoever goes was there.
    fn known_to(&self, conn: ConnId) -> BTreeSet<String> {
        let mut known = BTreeSet::new();
        for event in &self.seen[&conn] {
            if let Event::Connect { peer, .. } = event {
                assert!(known.insert(peer.clone()), "{peer} came twice");
            } else if let Event::Disconnect { peer, .. } = event {
                assert!(known.remove(peer), "{peer} was not there");
            }
        }
        known
    }
}

fn joins() -> Vec<u8> {
    let mut bytes = Vec::new();
    for member in 0..MEMBERS {
        Record::Join { member, id: IdSource::Nonce(u128::from(member).to_be_bytes()) }.write(&mut bytes);
    }
    bytes
}

/// A room, and a link behind which are many.
fn full() -> (Room, ConnId) {
    let mut room = Room::new();
    let link = room.link();
    let bytes = joins();
    let mut rest = &*bytes;
    while !rest.is_empty() {
        room.hear(link, &mut rest);
    }
    room.settle();
    room.start_counting();
    (room, link)
}

#[test]
fn those_behind_a_link_leave_in_turns_and_a_newcomer_knows_who_has_not_left() {
    let (mut room, link) = full();
    room.turn(Input::Gone { conn: link });
    (0..10).for_each(|_| assert!(room.go_on()));
    let first = *room.seen.keys().next().expect("a client");
    let remaining = room.known_to(first);
    assert!(remaining.len() > CLIENTS && remaining.len() < MEMBERS as usize, "{} are left", remaining.len());
    let most = std::mem::take(&mut room.most);
    let newcomer = room.join();
    assert_eq!(room.known_to(newcomer).len(), remaining.len() + 1, "the first one is known too");
    room.most = most;
    room.settle();
    room.assert_turns(MEMBERS as usize);
    let clients: Vec<ConnId> = room.seen.keys().copied().collect();
    clients.into_iter().for_each(|conn| assert_eq!(room.known_to(conn).len(), CLIENTS));
}

#[test]
fn the_next_link_of_a_proxy_is_heard_when_those_behind_the_last_one_have_left() {
    let (mut room, _) = full();
    let link = room.link();
    let bytes = joins();
    let rest = &mut bytes.as_slice();
    room.hear(link, rest);
    assert_eq!(rest.len(), bytes.len(), "it is not heard yet");
    while !rest.is_empty() {
        room.hear(link, rest);
        room.go_on();
    }
    room.assert_turns(2 * MEMBERS as usize);
    let clients: Vec<ConnId> = room.seen.keys().copied().collect();
    for conn in clients {
        assert_eq!(room.known_to(conn).len(), MEMBERS as usize + CLIENTS - 1);
        let gone = room.seen[&conn].iter().filter(|event| matches!(event, Event::Disconnect { .. }));
        assert_eq!(gone.count(), MEMBERS as usize, "all have left in between");
    }
}

#[test]
fn a_link_need_not_wait_for_those_who_leave_another_channel() {
    let (mut room, link) = full();
    let other = room.link_in("other");
    room.turn(Input::Gone { conn: link });
    assert!(room.go_on(), "some have not left yet");
    let bytes = Record::Join { member: 0, id: IdSource::Choice("b") }.to_bytes();
    let rest = &mut bytes.as_slice();
    room.hear(other, rest);
    assert_eq!(rest.len(), 0);
    room.settle();
    room.assert_turns(MEMBERS as usize);
}

#[test]
fn a_message_to_somebody_who_is_leaving_is_refused() {
    let (mut room, link) = full();
    let client = *room.seen.keys().next().expect("a client");
    room.turn(Input::Gone { conn: link });
    let target = room.known_to(client).into_iter().find(|id| id.len() == 26).expect("somebody is left");
    let text = format!(r#"{{"action":"message","target":"{target}","data":1}}"#);
    room.turn(Input::Text { conn: client, text: &text });
    let is_answer = |event: &Event| matches!(event, Event::Error { .. } | Event::Message { .. });
    assert_eq!(room.seen.values().flatten().filter(|event| is_answer(event)).count(), 1);
}

#[test]
fn many_are_pinged_in_turns() {
    let mut room = Room::new();
    room.join_many(300);
    room.settle();
    room.start_counting();
    let end = room.now + PING_INTERVAL + Duration::from_secs(1);
    while let Some(due) = room.core.poll_timeout().filter(|due| *due <= end) {
        room.now = room.now.max(due);
        room.go_on();
    }
    let pings = room.seen.values().flatten().filter(|event| **event == Event::Ping).count();
    assert_eq!(pings, 300 + CLIENTS);
    assert!(room.most <= RECORDS, "{} pings in one turn", room.most);
}

#[test]
fn the_more_hear_a_client_the_less_of_it_is_read_at_once() {
    let mut room = Room::new();
    let first = *room.seen.keys().next().expect("a client");
    assert_eq!(room.core.read_max(first), READ_PER_PASS);
    room.join_many(FRAMES_PER_PASS / 10 - CLIENTS);
    assert_eq!(room.core.read_max(first), 10 * 16 * 1024);
}

#[test]
fn what_leaves_over_a_link_is_read_piece_by_piece() {
    let (room, _) = full();
    let first = *room.seen.keys().next().expect("a client");
    assert_eq!(room.core.read_max(first), LINK_PIECE_MAX);
}

#[test]
fn whoever_leaves_counts_until_it_has_left() {
    let (mut room, link) = full();
    let mut kept = vec![room.account.total()];
    room.turn(Input::Gone { conn: link });
    while room.go_on() {
        kept.push(room.account.total());
    }
    assert!(kept[0] > MEMBERS as usize * 200 && kept.is_sorted_by(|before, after| before >= after));
    kept.dedup();
    assert!(kept.len() >= MEMBERS as usize / RECORDS, "it shrinks in each of {} turns", kept.len());
    assert_eq!(kept.last(), Some(&0));
}

/// Otherwise what little is left would seem worth a turn of its own, again and again.
#[test]
fn what_was_written_in_a_turn_that_ended_is_fresh_no_more() {
    let Room { mut core, mut conns, now, .. } = Room::new();
    for _ in 0..300 {
        let conn = conns.insert(());
        core.handle(
            Input::Join {
                conn,
                channel: network("room"),
                framing: Framing::Structured,
                knows_streams: false,
            },
            now,
        );
    }
    let Pending { bytes, memory, outputs } = core.fresh();
    assert!((300..600).contains(&outputs), "{outputs}");
    let done = outputs - outputs / 10;
    assert!((0..done).all(|_| core.poll_output().is_some()));
    core.end_turn(done);
    let rest = core.fresh();
    assert_eq!(rest.outputs, outputs - done);
    assert!(rest.bytes > 0 && rest.bytes <= bytes / 10, "{} of {bytes}", rest.bytes);
    assert!(rest.memory > 0 && rest.memory <= memory / 10, "{} of {memory}", rest.memory);
    while core.poll_output().is_some() {}
    assert_eq!(core.fresh(), Pending { bytes: 0, memory: 0, outputs: 0 });
}

#[test]
fn what_is_shared_takes_memory_once() {
    const PEERS: usize = 100;
    let Room { mut core, mut conns, now, .. } = Room::new();
    let all: Vec<_> = (0..PEERS).map(|_| conns.insert(())).collect();
    for &conn in &all {
        core.handle(
            Input::Join {
                conn,
                channel: network("hall"),
                framing: Framing::Structured,
                knows_streams: false,
            },
            now,
        );
    }
    while core.poll_output().is_some() || core.poll_timeout().is_some_and(|due| due <= now) {
        core.handle_timeout(now);
    }
    for (length, copies) in [(100, PEERS - 1), (4000, 1), (40_000, 1)] {
        let text = format!(r#"{{"action":"broadcast","data":"{}"}}"#, "x".repeat(length));
        core.handle(Input::Text { conn: all[0], text: &text }, now);
        let Pending { bytes, memory, outputs } = core.fresh();
        assert!(outputs >= PEERS - 1, "{outputs}");
        assert!(bytes >= length * (PEERS - 1), "{bytes}");
        assert!((length * copies..(length + 200) * copies + PEERS * 100).contains(&memory), "{memory}");
        while core.poll_output().is_some() {}
    }
}
