//! Readers that are cut.

use std::sync::Arc;
use std::time::Duration;

use nws_core::Framing::{Raw, Structured};
use nws_core::{Config, Shared};
use nws_protocol::limits::{DRAIN_TIME, MESSAGE_MAX, RECIPIENT_QUEUE_MAX, STALL_TIME};
use nws_sim::{ClientId, Event, Proxy, Speed, Word, network};

const MS: Duration = Duration::from_millis(1);

/// Longer than a reader that has stopped counts as draining.
const STOPPED: Duration = DRAIN_TIME.saturating_add(Duration::from_millis(100));

/// Looks at those who lag are this far apart at most.
const LOOK: Duration = Duration::from_millis(50);

/// A small proxy: 1000 bytes may wait for a reader that has stopped.
fn small() -> Config {
    Config { recipient_queue_max: 1_000, ..Config::default() }
}

/// Two structured peers that talk and a reader that has stopped and been seen to.
struct Room {
    proxy: Proxy,
    sender: ClientId,
    watcher: ClientId,
    reader: ClientId,
}

impl Room {
    fn new(config: Config) -> Self {
        let mut proxy = Proxy::new(config, 8);
        let [sender, watcher, reader] =
            ["sender", "watcher", "reader"].map(|id| proxy.join_as(&network("room"), id, Structured));
        for client in [sender, watcher, reader] {
            proxy.events(client);
        }
        proxy.set_speed(reader, Speed::Stalled);
        proxy.send(sender, Word::message("reader", "1"));
        proxy.advance(STOPPED);
        Self { proxy, sender, watcher, reader }
    }

    /// 600,000 bytes.
    fn say_much_to(&mut self, target: &str) {
        let data = format!("\"{}\"", "x".repeat(10_000));
        for _ in 0..60 {
            self.proxy.send(self.sender, Word::message(target, &data));
            // Until it is seen that the reader has stopped its sender is held.
            self.proxy.advance(10 * MS);
        }
    }

    fn say(&mut self, bytes: usize) {
        self.proxy.send(self.sender, Word::message("reader", &format!("\"{}\"", "x".repeat(bytes))));
    }
}

#[test]
fn a_stopped_reader_is_cut_after_ten_seconds_and_reset_five_later() {
    let mut room = Room::new(Config::default());
    room.proxy.advance(STALL_TIME - STOPPED - MS);
    assert_eq!(room.proxy.seen(room.watcher), [""; 0]);
    room.proxy.advance(MS + LOOK);
    assert_eq!(room.proxy.seen(room.watcher), ["disconnect reader, slow"]);
    assert_eq!(room.proxy.seen(room.sender), ["disconnect reader, slow"]);
    room.proxy.advance(Duration::from_secs(5) - LOOK - MS);
    assert!(room.proxy.is_connected(room.reader));
    room.proxy.advance(Duration::from_millis(500) + LOOK);
    assert_eq!(room.proxy.seen(room.reader), ["reset"]);
    assert_eq!(room.proxy.seen(room.watcher), [""; 0]);
}

#[test]
fn progress_of_one_byte_puts_the_cut_off() {
    let mut room = Room::new(Config::default());
    for _ in 0..5 {
        room.proxy.advance(STALL_TIME - 2 * STOPPED);
        room.proxy.set_speed(room.reader, Speed::BytesPerMs(1));
        room.proxy.set_speed(room.reader, Speed::Stalled);
    }
    assert!(room.proxy.is_connected(room.reader));
    assert!(!room.proxy.seen(room.watcher).contains(&"disconnect reader, slow".to_owned()));
    room.proxy.advance(STALL_TIME + LOOK);
    assert!(room.proxy.seen(room.watcher).contains(&"disconnect reader, slow".to_owned()));
}

#[test]
fn a_stopped_reader_is_cut_when_too_much_waits() {
    let mut room = Room::new(Config::default());
    for _ in 0..RECIPIENT_QUEUE_MAX / MESSAGE_MAX - 1 {
        room.say(MESSAGE_MAX - 100);
    }
    assert_eq!(room.proxy.seen(room.watcher), [""; 0]);
    for _ in 0..4 {
        room.say(MESSAGE_MAX);
    }
    assert_eq!(room.proxy.seen(room.watcher), ["disconnect reader, slow"]);
    assert!(room.proxy.waiting(room.reader) < 100);
    assert_eq!(room.proxy.seen(room.sender), ["disconnect reader, slow", "error unknown-target reader"]);
}

#[test]
fn a_cut_reader_that_wakes_up_sees_the_frame_in_flight_and_the_close() {
    for size in [10, 600, 20_000, 100_000] {
        let mut room = Room::new(Config { recipient_queue_max: 500_000, ..Config::default() });
        room.proxy.set_speed(room.reader, Speed::Unlimited);
        room.proxy.advance(MS);
        room.proxy.set_speed(room.reader, Speed::BytesPerMs(5));
        room.proxy.events(room.reader);
        room.say(size);
        room.say(size);
        room.proxy.set_speed(room.reader, Speed::Stalled);
        room.proxy.advance(STALL_TIME + LOOK);
        assert_eq!(room.proxy.seen(room.watcher), ["disconnect reader, slow"]);
        room.proxy.set_speed(room.reader, Speed::Unlimited);
        let whole = format!("sender > \"{}\"", "x".repeat(size));
        let seen = room.proxy.seen(room.reader);
        assert!(seen == [&whole, "close 1013", "end"], "{size}: {seen:.300?}");
        assert_eq!(room.proxy.seen(room.watcher), [""; 0]);
    }
}

#[test]
fn a_cut_between_two_frames_drops_the_second() {
    let mut room = Room::new(small());
    room.proxy.set_speed(room.reader, Speed::Unlimited);
    room.proxy.events(room.reader);
    room.proxy.set_speed(room.reader, Speed::Stalled);
    room.say(10);
    room.proxy.advance(STALL_TIME + LOOK);
    room.proxy.set_speed(room.reader, Speed::Unlimited);
    assert_eq!(room.proxy.seen(room.reader), ["close 1013", "end"]);
}

#[test]
fn a_newcomer_is_told_of_whoever_is_cut_because_it_joins() {
    let mut room = Room::new(small());
    let before = room.proxy.waiting(room.reader);
    room.say(0);
    let waiting = room.proxy.waiting(room.reader);
    let empty = waiting - before;
    room.say(980 - empty - waiting);
    assert_eq!(room.proxy.seen(room.watcher), [""; 0]);
    let newcomer = room.proxy.join_as(&network("room"), "newcomer", Structured);
    let seen = room.proxy.seen(newcomer);
    assert_eq!(seen, ["connect sender", "connect watcher", "connect reader", "disconnect reader, slow"]);
    assert_eq!(room.proxy.seen(room.watcher), ["connect newcomer", "disconnect reader, slow"]);
}

#[test]
fn whoever_is_cut_because_others_are_leaves_once() {
    let config = Config { recipient_queue_max: 100_000, ..Config::default() };
    let shared = Arc::clone(&config.shared);
    let mut proxy = Proxy::new(config, 8);
    let watcher = proxy.join_as(&network("room"), "watcher", Structured);
    let readers: Vec<_> =
        (0..300).map(|i| proxy.join_as(&network("room"), &format!("r{i}"), Structured)).collect();
    for &reader in &readers {
        proxy.set_speed(reader, Speed::Stalled);
    }
    proxy.send(watcher, Word::broadcast("1"));
    proxy.advance(STOPPED);
    proxy.events(watcher);
    for _ in 0..6 {
        proxy.send(watcher, Word::broadcast(&format!("\"{}\"", "x".repeat(20_000))));
    }
    let mut seen = proxy.seen(watcher);
    seen.sort();
    let mut expected: Vec<_> = (0..300).map(|i| format!("disconnect r{i}, slow")).collect();
    expected.sort();
    assert_eq!(seen, expected);
    proxy.advance(Duration::from_secs(6));
    assert_eq!(shared.queued(), 0);
}

/// A room where a million bytes may wait, with another reader that has stopped. 600,000 wait for the
/// first.
fn crowded() -> (Room, ClientId) {
    let config = Config { shared: Arc::new(Shared::new(10, 1_000_000)), ..Config::default() };
    let mut room = Room::new(config);
    let other = room.proxy.join_as(&network("room"), "other", Structured);
    room.proxy.set_speed(other, Speed::Stalled);
    room.say_much_to("reader");
    (room, other)
}

#[test]
fn beyond_the_memory_of_all_queues_the_largest_is_cut() {
    let (mut room, other) = crowded();
    room.say_much_to("other");
    assert!(room.proxy.is_connected(other));
    assert_eq!(room.proxy.seen(room.watcher), ["connect other", "disconnect reader, slow"]);
}

#[test]
fn beyond_the_memory_of_all_queues_one_that_closes_is_ended() {
    let (mut room, other) = crowded();
    room.proxy.send(room.reader, Word::Close(None));
    assert!(room.proxy.is_closing(room.reader));
    room.say_much_to("other");
    assert_eq!(room.proxy.seen(room.reader), ["reset"]);
    assert!(room.proxy.is_connected(other));
}

#[test]
fn a_proxy_with_little_in_its_queues_does_not_pay_for_another() {
    let shared = Arc::new(Shared::new(10, 500_000));
    let config = Config { shared: Arc::clone(&shared), ..Config::default() };
    let mut modest = Room::new(config.clone());
    let mut greedy = Room::new(config);
    greedy.proxy.set_speed(greedy.reader, Speed::Unlimited);
    greedy.proxy.advance(MS);
    greedy.proxy.set_speed(greedy.reader, Speed::BytesPerMs(5));
    greedy.say(900_000);
    assert_eq!(greedy.proxy.seen(greedy.watcher), ["disconnect reader, slow"]);
    // The frame in flight has to be finished, so that the memory is not free yet.
    assert!(shared.queued() > 900_000);
    for _ in 0..100 {
        modest.say(10);
        modest.proxy.advance(MS);
    }
    assert_eq!(modest.proxy.seen(modest.watcher), [""; 0]);
    drop((modest, greedy));
    assert_eq!(shared.queued(), 0);
}

#[test]
fn tiny_frames_count_with_what_is_kept_of_them() {
    let config = Config { shared: Arc::new(Shared::new(10, 100_000)), ..Config::default() };
    let mut proxy = Proxy::new(config, 8);
    let senders = ["a", "b"].map(|id| proxy.join_as(&network("room"), id, Raw));
    let reader = proxy.join_as(&network("room"), "reader", Raw);
    proxy.set_speed(reader, Speed::Stalled);
    proxy.send(senders[0], Word::Text(String::new()));
    proxy.advance(STOPPED);
    for _ in 0..4_000 {
        senders.iter().for_each(|&sender| proxy.send(sender, Word::Text(String::new())));
    }
    proxy.set_speed(reader, Speed::Unlimited);
    assert_eq!(proxy.events(reader).last(), Some(&Event::End));
}

#[test]
fn large_messages_are_counted_once_for_all_their_readers() {
    let config = Config::default();
    let shared = Arc::clone(&config.shared);
    let mut proxy = Proxy::new(config, 8);
    let sender = proxy.join_as(&network("room"), "sender", Structured);
    let readers = ["a", "b", "c", "d"].map(|id| proxy.join_as(&network("room"), id, Structured));
    for reader in readers {
        proxy.set_speed(reader, Speed::Stalled);
    }
    proxy.send(sender, Word::broadcast(&format!("\"{}\"", "x".repeat(100_000))));
    let queued = shared.queued();
    assert!((100_000..101_000).contains(&queued), "{queued}");
    proxy.set_speed(readers[0], Speed::Unlimited);
    proxy.vanish(readers[1]);
    proxy.send(readers[2], Word::Close(None));
    assert!(shared.queued() > 100_000);
    proxy.advance(Duration::from_secs(16));
    assert_eq!(shared.queued(), 0);
}
