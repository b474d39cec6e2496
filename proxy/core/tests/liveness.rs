//! Pings, and clients that have fallen silent.

use std::time::{Duration, Instant};

use nws_core::Framing::Structured;
use nws_core::{Channels, Config, ConnId, Input, Output};
use nws_protocol::{PeerId, ProxyId};
use nws_sim::{ClientId, Proxy, Speed, Word, local, network};
use slotmap::SlotMap;

/// Visits are gathered: they are late by at most a 64th of the interval of pings.
const LATE: Duration = Duration::from_millis(500);
const INTERVAL: Duration = Duration::from_secs(30);
const INSTANT: Duration = Duration::from_millis(1);

fn pair() -> (Proxy, ClientId, ClientId) {
    let mut proxy = Proxy::new(Config::default(), 6);
    let a = proxy.join_as(&network("room"), "a", Structured);
    let b = proxy.join_as(&network("room"), "b", Structured);
    proxy.events(a);
    proxy.events(b);
    (proxy, a, b)
}

#[test]
fn a_ping_is_answered_with_its_payload() {
    let (mut proxy, a, b) = pair();
    proxy.send(a, Word::Ping(b"payload".to_vec()));
    proxy.send(a, Word::Ping(Vec::new()));
    assert_eq!(proxy.seen(a), ["pong payload", "pong "]);
    assert_eq!(proxy.seen(b), [""; 0]);
}

#[test]
fn pings_come_every_30_seconds_and_answers_keep_alive() {
    let (mut proxy, a, _) = pair();
    proxy.advance(INTERVAL - INSTANT);
    assert_eq!(proxy.seen(a), [""; 0]);
    for _ in 0..120 {
        proxy.advance(LATE);
        assert_eq!(proxy.seen(a), ["ping"]);
        proxy.advance(INTERVAL - LATE);
        assert_eq!(proxy.seen(a), [""; 0]);
    }
    assert!(proxy.elapsed() > Duration::from_secs(3_590));
}

#[test]
fn a_silent_client_is_closed_after_60_seconds() {
    let (mut proxy, a, b) = pair();
    proxy.ignore_pings(b);
    proxy.advance(2 * INTERVAL - INSTANT);
    assert_eq!(proxy.seen(b), ["ping"]);
    proxy.advance(LATE);
    assert_eq!(proxy.seen(b), ["close 1001", "end"]);
    let mut seen = proxy.seen(a);
    seen.sort();
    assert_eq!(seen, ["disconnect b", "ping", "ping"]);
}

#[test]
fn whatever_a_client_says_breaks_its_silence() {
    let words = [
        Word::Pong,
        Word::Ping(Vec::new()),
        Word::broadcast("1"),
        Word::Text("garbage".to_owned()),
        Word::Binary(Vec::new()),
    ];
    for word in words {
        let (mut proxy, _, b) = pair();
        proxy.ignore_pings(b);
        proxy.advance(Duration::from_secs(50));
        proxy.send(b, word);
        proxy.advance(Duration::from_secs(60) - INSTANT);
        assert!(proxy.is_connected(b));
        proxy.advance(LATE + INSTANT);
        assert!(!proxy.is_connected(b));
    }
}

#[test]
fn a_slow_reader_that_takes_something_is_not_silent() {
    let (mut proxy, a, b) = pair();
    proxy.set_speed(b, Speed::BytesPerMs(1));
    proxy.send(a, Word::broadcast(&format!("\"{}\"", "x".repeat(100_000))));
    proxy.advance(Duration::from_secs(99));
    assert!(proxy.is_connected(b));
    proxy.advance(Duration::from_secs(100));
    assert_eq!(proxy.events(b).len(), 7);
}

#[test]
fn a_held_sender_is_not_silent() {
    let (ping_interval, silence_max) = (Duration::from_secs(3), Duration::from_secs(6));
    let mut proxy = Proxy::new(Config { ping_interval, silence_max, ..Config::default() }, 6);
    let a = proxy.join_as(&network("room"), "a", Structured);
    let b = proxy.join_as(&network("room"), "b", Structured);
    let much = format!("\"{}\"", "x".repeat(900_000));
    // Just above the border, at which its sender waits for it.
    proxy.set_speed(b, Speed::BytesPerMs(1_100));
    for second in 0..15 {
        while proxy.unread(a) < 4 {
            proxy.enqueue(a, Word::broadcast(&much));
        }
        proxy.advance(Duration::from_secs(1));
        assert!(proxy.is_connected(a), "after {second} s");
        assert!(proxy.is_connected(b), "after {second} s");
        assert!(proxy.unread(a) > 0);
        proxy.events(b);
    }
}

/// One member of a state machine whose owner does as the test says, and not what it should.
#[expect(clippy::disallowed_methods, reason = "any time is as good as another")]
fn alone(config: Config) -> (Channels, ConnId, Instant) {
    let start = Instant::now();
    let mut core = Channels::new(config, ProxyId::from_digest(&[6; 32]), [6; 32]);
    let conn = SlotMap::with_key().insert(());
    core.handle(
        Input::Join { conn, channel: local("room"), framing: Structured, knows_streams: false },
        start,
    );
    (core, conn, start)
}

fn outputs(core: &mut Channels) -> Vec<Output> {
    std::iter::from_fn(|| core.poll_output()).collect()
}

#[test]
fn rare_pings_do_not_delay_the_end_of_those_that_close() {
    let (ping_interval, silence_max) = (Duration::from_secs(36_000), Duration::from_secs(72_000));
    let config = Config { ping_interval, silence_max, ..Config::default() };
    let close_time = config.close_time;
    let (mut core, conn, start) = alone(config);
    core.handle(Input::PeerClosed { conn, code: None }, start);
    let bytes = core.waiting(conn).map(<[u8]>::len).sum();
    core.handle(Input::Wrote { conn, bytes }, start);
    outputs(&mut core);
    let due = core.poll_timeout().unwrap();
    assert!(due <= start + close_time + LATE);
    core.handle_timeout(due);
    assert_eq!(outputs(&mut core), [Output::Reset { conn }]);
}

/// However many come and go, nothing is kept of them until they would have been asked for a sign of life.
#[test]
fn nobody_waits_for_those_that_have_gone() {
    let (mut core, conn, start) = alone(Config::default());
    let alone = core.poll_timeout();
    let mut conns = SlotMap::with_key();
    conns.insert(());
    let [other, closed, reserved] = [(); 3].map(|()| conns.insert(()));
    for conn in [other, closed] {
        core.handle(
            Input::Join { conn, channel: local("room"), framing: Structured, knows_streams: false },
            start,
        );
    }
    let peer = PeerId::chosen("chosen").unwrap();
    core.handle(Input::Reserve { conn: reserved, channel: local("room"), peer }, start);
    core.handle(Input::PeerClosed { conn: closed, code: None }, start);
    assert_ne!(core.poll_timeout(), alone);
    core.handle(Input::Gone { conn: closed }, start);
    assert_eq!(core.poll_timeout(), alone);
    for conn in [conn, other, reserved] {
        core.handle(Input::Gone { conn }, start);
    }
    assert_eq!(core.poll_timeout(), None);
}
