//! What a link says is heard in turns, however much it is.

use std::net::Ipv4Addr;
use std::time::Instant;

use nws_core::{Account, Channels, Config, ConnId, Framing, Input, RecordReader, Turn};
use nws_protocol::limits::{
    FRAMES_PER_PASS, LINK_QUEUED_PER_PASS, LINK_RECORDS_PER_PASS, MESSAGE_INLINE_MAX, READ_PER_PASS,
};
use nws_protocol::link::{Payload, Record};
use nws_sim::network;
use slotmap::SlotMap;

use crate::pair::{id, join};

/// A channel with members, and a link that is matched on it.
struct Scene {
    core: Channels,
    group: ConnId,
    reader: RecordReader,
    now: Instant,
}

impl Scene {
    fn new(members: usize) -> Self {
        Self::with(members, Framing::Structured)
    }

    #[expect(clippy::disallowed_methods, reason = "a point in time to start from")]
    fn with(members: usize, framing: Framing) -> Self {
        let (mut core, mut conns, now) =
            (Channels::new(Config::default(), id(0), [7; 32]), SlotMap::with_key(), Instant::now());
        let group = conns.insert(());
        for _ in 0..members {
            core.handle(
                Input::Join {
                    conn: conns.insert(()),
                    channel: network("room"),
                    framing,
                    knows_streams: false,
                },
                now,
            );
        }
        let share = Account::new(usize::MAX).share(Ipv4Addr::LOCALHOST.into(), || {});
        core.handle(Input::RemoteGroup { conn: group, channel: network("room"), proxy: id(1), share }, now);
        Self { core, group, reader: RecordReader::default(), now }
    }

    /// Lets the link say `bytes`; the answer is how many of them each turn took.
    fn hear(&mut self, mut bytes: &[u8]) -> Vec<usize> {
        let mut turns = Vec::new();
        while !bytes.is_empty() {
            let (before, mut turn) = (bytes.len(), Turn::default());
            assert!(
                self.core
                    .hear_stream(self.group, &mut self.reader, &mut bytes, &mut turn, self.now)
                    .is_none()
            );
            assert!(turn.is_over() || bytes.is_empty());
            turns.push(before - bytes.len());
        }
        turns
    }

    /// Whether the link is to be closed.
    fn is_reset(&mut self) -> bool {
        let group = self.group;
        let mut outputs = std::iter::from_fn(|| self.core.poll_output());
        outputs.any(|output| output == nws_core::Output::Reset { conn: group })
    }
}

fn joins(count: u32) -> Vec<u8> {
    (0..count).flat_map(|number| join(number, &format!("{number:05}"))).collect()
}

#[test]
fn a_turn_ends_after_so_many_records() {
    let mut scene = Scene::new(1);
    let record = join(0, "00000").len();
    let turns = scene.hear(&joins(1000));
    assert_eq!(turns, [256, 256, 256, 232].map(|records| records * record));
    assert_eq!(LINK_RECORDS_PER_PASS, 256);
    assert!(!scene.is_reset());
}

/// However short they are: those for raw members may have three bytes.
#[test]
fn a_turn_ends_when_so_many_frames_wait() {
    const MEMBERS: usize = 1000;
    let mut scene = Scene::with(MEMBERS, Framing::Raw);
    scene.hear(&join(0, "a"));
    let before = scene.core.frames();
    let payload = Payload::Text("1");
    let broadcast = Record::Broadcast { member: 0, payload }.to_bytes();
    // A message to nobody, after which what is for all is handed on.
    let message = Record::Message { member: 0, target: u32::MAX, payload }.to_bytes();
    let turns = scene.hear(&[broadcast, message].concat().repeat(20));
    let frames = scene.core.frames() - before;
    assert_eq!(frames, 20 * MEMBERS as u64);
    assert!(turns.len() >= frames as usize / (FRAMES_PER_PASS + MEMBERS), "{turns:?}");
    assert!(!scene.is_reset());
}

#[test]
fn a_turn_ends_when_so_much_waits() {
    const MEMBERS: usize = 300;
    let mut scene = Scene::new(MEMBERS);
    let record = join(0, "00000").len();
    let notice =
        br#"{"action":"connect","source":"00000000000000000000000000","target":"00000~aeaqcaibaeaqcaibaeaqcaibae"}"#.len();
    let most = LINK_QUEUED_PER_PASS.div_ceil(MEMBERS * notice);
    let turns = scene.hear(&joins(200));
    assert!(turns.iter().all(|bytes| *bytes <= most * record), "{turns:?} where {most} records are a turn");
    assert_eq!(turns.iter().sum::<usize>(), 200 * record);
}

#[test]
fn a_turn_ends_when_so_much_was_read() {
    let mut scene = Scene::new(1);
    let text = "x".repeat(READ_PER_PASS);
    let said = Record::Broadcast { member: 0, payload: Payload::Text(&text) }.to_bytes();
    scene.hear(&join(0, "me"));
    assert_eq!(scene.hear(&said.repeat(3)), [said.len(); 3]);
}

/// A long message of bytes is delivered when its end comes, and each of its parts is a frame.
#[test]
fn a_long_message_counts_in_its_turn() {
    const MEMBERS: usize = FRAMES_PER_PASS / 4;
    let mut scene = Scene::new(MEMBERS);
    let payload = Payload::Binary(&[7; MESSAGE_INLINE_MAX]);
    let said = Record::Broadcast { member: 0, payload }.to_bytes();
    let (beginning, end) = said.split_at(said.len() - 1);
    scene.hear(&[&join(0, "me"), beginning].concat());
    let before = scene.core.frames();
    assert_eq!(scene.hear(&[end, beginning].concat())[0], end.len());
    assert!(scene.core.frames() - before >= FRAMES_PER_PASS as u64);
}

#[test]
fn a_link_that_is_closed_in_the_middle_is_not_heard_to_its_end() {
    let mut scene = Scene::new(1);
    let wrong = Record::Leave { member: 9999 }.to_bytes();
    scene.hear(&[joins(100), wrong, joins(1000)].concat());
    assert!(scene.is_reset());
}
