//! Flow control: who is held back, and by whom.

use std::time::Duration;

use nws_core::Config;
use nws_core::Framing::{Raw, Structured};
use nws_protocol::limits::{DRAIN_BYTES, DRAIN_TIME, RECIPIENT_QUEUE_MAX, SENDER_WINDOW};
use nws_sim::{ClientId, Event, Proxy, Speed, Word, network};

const MS: Duration = Duration::from_millis(1);
const MESSAGE: usize = 64 * 1024;

/// The slowest reader that drains, in bytes per millisecond.
const BORDER: usize = DRAIN_BYTES.div_ceil(DRAIN_TIME.as_millis() as usize);

/// Longer than a reader that has stopped counts as draining.
const STOPPED: Duration = DRAIN_TIME.saturating_add(Duration::from_millis(100));

struct Room {
    proxy: Proxy,
    sender: ClientId,
    reader: ClientId,
}

impl Room {
    fn new() -> Self {
        let mut proxy = Proxy::new(Config::default(), 7);
        let sender = proxy.join_as(&network("room"), "sender", Raw);
        let reader = proxy.join_as(&network("room"), "reader", Raw);
        Self { proxy, sender, reader }
    }

    fn with_reader(speed: Speed) -> Self {
        let mut room = Self::new();
        room.proxy.set_speed(room.reader, speed);
        room
    }

    fn say(&mut self, messages: usize) {
        for _ in 0..messages {
            self.proxy.enqueue(self.sender, Word::Binary(vec![0; MESSAGE]));
        }
        self.proxy.settle();
    }

    /// Messages that the reader has got since it was last asked.
    fn got(&mut self) -> usize {
        let mut events = self.proxy.events(self.reader);
        events.retain(|event| *event != Event::Ping);
        assert!(events.iter().all(|event| matches!(event, Event::Binary(bytes) if bytes.len() == MESSAGE)));
        events.len()
    }
}

#[test]
fn a_sender_is_held_above_its_window_and_released() {
    let mut room = Room::with_reader(Speed::BytesPerMs(2_000));
    room.say(16);
    assert!(!room.proxy.is_held(room.sender));
    room.say(84);
    assert!(room.proxy.is_held(room.sender));
    let waiting = room.proxy.waiting(room.reader);
    assert!((SENDER_WINDOW + 1..SENDER_WINDOW + 2 * MESSAGE).contains(&waiting), "{waiting}");
    assert_eq!(room.proxy.unread(room.sender), 100 - 17);

    room.proxy.advance(Duration::from_secs(4));
    assert!(!room.proxy.is_held(room.sender));
    assert_eq!(room.got(), 100);
}

#[test]
fn a_sender_is_held_by_whoever_it_writes_to_only() {
    let mut room = Room::with_reader(Speed::BytesPerMs(2_000));
    let bystander = room.proxy.join_as(&network("room"), "bystander", Structured);
    room.say(40);
    room.proxy.send(bystander, Word::broadcast("1"));
    assert!(room.proxy.is_held(room.sender));
    assert!(!room.proxy.is_held(bystander));
    assert_eq!(room.proxy.seen(room.sender), ["text 1"]);
}

#[test]
fn a_sender_is_released_when_the_last_of_its_holders_leaves() {
    let mut room = Room::with_reader(Speed::BytesPerMs(2_000));
    let second = room.proxy.join_as(&network("room"), "second", Raw);
    room.proxy.set_speed(second, Speed::BytesPerMs(2_000));
    room.say(100);
    room.proxy.vanish(second);
    assert!(room.proxy.is_held(room.sender));
    room.proxy.send(room.reader, Word::Close(None));
    assert!(!room.proxy.is_held(room.sender));
    assert_eq!(room.proxy.unread(room.sender), 0);
}

#[test]
fn a_held_sender_that_is_closed_is_released() {
    let mut room = Room::with_reader(Speed::BytesPerMs(2_000));
    room.proxy.set_speed(room.sender, Speed::Stalled);
    room.say(100);
    room.proxy.shutdown();
    assert!(room.proxy.is_connected(room.sender));
    assert!(!room.proxy.is_held(room.sender));
}

#[test]
fn a_held_sender_may_vanish() {
    let mut room = Room::with_reader(Speed::BytesPerMs(2_000));
    room.say(100);
    room.proxy.vanish(room.sender);
    room.proxy.advance(Duration::from_secs(4));
    assert_eq!(room.got(), 17);
    assert_eq!(room.proxy.waiting(room.reader), 0);
}

#[test]
fn a_stopped_reader_holds_nobody() {
    let mut room = Room::with_reader(Speed::Stalled);
    room.say(1);
    room.proxy.advance(STOPPED);
    room.say(RECIPIENT_QUEUE_MAX / MESSAGE - 2);
    assert!(!room.proxy.is_held(room.sender));
    assert_eq!(room.proxy.unread(room.sender), 0);
    assert!(room.proxy.is_connected(room.reader));
}

#[test]
fn a_reader_that_stops_lets_go_of_those_it_held() {
    let mut room = Room::with_reader(Speed::BytesPerMs(2_000));
    room.say(100);
    room.proxy.advance(10 * MS);
    room.proxy.set_speed(room.reader, Speed::Stalled);
    assert!(room.proxy.is_held(room.sender));
    room.proxy.advance(STOPPED);
    assert!(!room.proxy.is_held(room.sender));
    assert_eq!(room.proxy.unread(room.sender), 0);
}

#[test]
fn a_reader_that_drains_again_holds_again() {
    let mut room = Room::with_reader(Speed::Stalled);
    room.say(1);
    room.proxy.advance(STOPPED);
    room.say(100);
    room.proxy.set_speed(room.reader, Speed::BytesPerMs(2_000));
    room.proxy.advance(STOPPED);
    room.say(100);
    assert!(room.proxy.is_held(room.sender));
    room.proxy.advance(Duration::from_secs(10));
    assert_eq!(room.got(), 201);
}

#[test]
fn a_reader_at_the_border_drains() {
    let mut room = Room::with_reader(Speed::BytesPerMs(BORDER));
    let mut got = 0;
    for _ in 0..50 {
        room.say(20);
        room.proxy.advance(20 * MS);
        assert!(room.proxy.is_held(room.sender));
        assert!(room.proxy.waiting(room.reader) < SENDER_WINDOW + 2 * MESSAGE);
        got += room.got();
    }
    room.proxy.advance(Duration::from_secs(90));
    assert_eq!(got + room.got(), 1_000);
}

#[test]
fn a_reader_below_the_border_holds_nobody_once_that_is_seen() {
    let mut room = Room::with_reader(Speed::BytesPerMs(BORDER - 100));
    room.say(100);
    assert!(room.proxy.is_held(room.sender));
    room.proxy.advance(STOPPED);
    assert!(!room.proxy.is_held(room.sender));
    room.proxy.advance(Duration::from_secs(10));
    assert_eq!(room.got(), 100);
}

#[test]
fn many_bulk_senders_run_at_the_speed_of_a_reader_that_keeps_up() {
    let mut room = Room::with_reader(Speed::BytesPerMs(20_000));
    let senders: Vec<_> =
        (0..20).map(|i| room.proxy.join_as(&network("room"), &format!("sender-{i}"), Structured)).collect();
    for _ in 0..24 {
        for &sender in &senders {
            room.proxy.enqueue(sender, Word::binary_message("reader", &[0; MESSAGE]));
        }
    }
    let (mut most, mut got) = (0, 0);
    for _ in 0..200 {
        room.proxy.advance(10 * MS);
        assert!(room.proxy.is_connected(room.reader));
        most = most.max(room.proxy.waiting(room.reader));
        got += room.got();
    }
    assert_eq!(got, 20 * 24);
    assert!(most > RECIPIENT_QUEUE_MAX / 2, "{most}");
    assert!(most < RECIPIENT_QUEUE_MAX, "{most}");
    assert!(senders.iter().all(|&sender| !room.proxy.is_held(sender)));
}

#[test]
fn those_who_flood_themselves_with_answers_are_held_by_themselves() {
    let mut room = Room::new();
    room.proxy.set_speed(room.sender, Speed::BytesPerMs(2_000));
    for _ in 0..20_000 {
        room.proxy.enqueue(room.sender, Word::Ping(vec![0; 125]));
    }
    room.proxy.settle();
    assert!(room.proxy.is_held(room.sender));
    room.proxy.advance(Duration::from_secs(2));
    assert_eq!(room.proxy.events(room.sender).len(), 20_000);
}

#[test]
fn a_reader_that_takes_everything_at_once_holds_nobody() {
    let mut room = Room::with_reader(Speed::Stalled);
    room.say(2 * SENDER_WINDOW / MESSAGE);
    assert!(room.proxy.is_held(room.sender));
    room.proxy.set_speed(room.reader, Speed::Unlimited);
    assert!(!room.proxy.is_held(room.sender));
    assert_eq!(room.got(), 2 * SENDER_WINDOW / MESSAGE);
}
