//! A proxy that stood still blames nobody for it.

use std::time::Duration;

use nws_core::Config;
use nws_core::Framing::Structured;
use nws_protocol::limits::{CLOSE_TIME, PING_INTERVAL, SILENCE_MAX, STALL_TIME};
use nws_sim::{ClientId, Proxy, Speed, Word, network};

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

/// The time in which a client here answers.
const HICCUP: Duration = Duration::from_millis(300);

/// How long a process may stand still, and where in the time between two pings that may begin.
const STANDSTILLS: [Duration; 8] = [
    SECOND,
    Duration::from_secs(3),
    Duration::from_secs(11),
    Duration::from_secs(29),
    Duration::from_secs(31),
    Duration::from_secs(59),
    Duration::from_secs(61),
    Duration::from_secs(3600),
];

fn room(config: Config, readers: usize) -> (Proxy, ClientId, Vec<ClientId>) {
    let mut proxy = Proxy::new(config, 12);
    let sender = proxy.join_as(&network("room"), "sender", Structured);
    let ids = (0..readers).map(|number| format!("r{number}"));
    let readers: Vec<_> = ids.map(|id| proxy.join_as(&network("room"), &id, Structured)).collect();
    (proxy, sender, readers)
}

fn say(proxy: &mut Proxy, sender: ClientId, bytes: usize) {
    proxy.send(sender, Word::broadcast(&format!("\"{}\"", "x".repeat(bytes))));
}

#[test]
fn readers_with_a_hiccup_are_not_cut() {
    for standstill in STANDSTILLS {
        let (mut proxy, sender, readers) = room(Config::default(), 5);
        readers.iter().for_each(|&reader| proxy.set_speed(reader, Speed::Stalled));
        say(&mut proxy, sender, 100_000);
        proxy.advance(HICCUP);
        proxy.stand_still(standstill);
        proxy.advance(HICCUP);
        for reader in readers {
            proxy.set_speed(reader, Speed::Unlimited);
            proxy.advance(SECOND);
            assert!(proxy.is_connected(reader) && !proxy.is_closing(reader), "after {standstill:?}");
        }
    }
}

#[test]
fn readers_that_drain_hold_their_senders_afterwards_too() {
    for standstill in STANDSTILLS {
        let (mut proxy, sender, readers) =
            room(Config { recipient_queue_max: 1_000, ..Config::default() }, 1);
        let reader = readers[0];
        proxy.set_speed(reader, Speed::Stalled);
        say(&mut proxy, sender, 700);
        proxy.advance(HICCUP);
        proxy.stand_still(standstill);
        say(&mut proxy, sender, 700);
        assert!(!proxy.is_closing(reader), "after {standstill:?}");
        proxy.set_speed(reader, Speed::Unlimited);
        proxy.events(reader);
        assert!(proxy.is_connected(reader));
    }
}

#[test]
fn a_reader_that_has_stopped_is_cut_when_it_had_its_time() {
    for standstill in STANDSTILLS {
        let (mut proxy, sender, readers) = room(Config::default(), 1);
        proxy.set_speed(readers[0], Speed::Stalled);
        say(&mut proxy, sender, 100_000);
        proxy.advance(STALL_TIME / 2);
        proxy.stand_still(standstill);
        proxy.advance(STALL_TIME / 2 - 500 * MS);
        assert!(!proxy.is_closing(readers[0]), "after {standstill:?}");
        proxy.advance(SECOND);
        assert!(proxy.is_closing(readers[0]), "after {standstill:?}");
    }
}

#[test]
fn one_that_closes_has_its_time_to_take_what_waits() {
    for standstill in STANDSTILLS {
        let (mut proxy, sender, readers) = room(Config::default(), 1);
        let reader = readers[0];
        proxy.set_speed(reader, Speed::Stalled);
        say(&mut proxy, sender, 100);
        proxy.send(reader, Word::Close(None));
        proxy.advance(CLOSE_TIME / 2);
        proxy.stand_still(standstill.max(CLOSE_TIME));
        proxy.set_speed(reader, Speed::Unlimited);
        let seen = proxy.seen(reader);
        assert_eq!(seen[seen.len() - 2..], ["close", "end"], "after {standstill:?}");
    }
}

/// A client that answers every ping after [`HICCUP`].
struct Slow {
    proxy: Proxy,
    client: ClientId,
    answers: Vec<Duration>,
}

impl Slow {
    fn new() -> Self {
        let (mut proxy, _, clients) = room(Config::default(), 1);
        proxy.ignore_pings(clients[0]);
        Self { proxy, client: clients[0], answers: Vec::new() }
    }

    fn live(&mut self, time: Duration) {
        let step = HICCUP / 3;
        for _ in 0..time.div_duration_f64(step) as u32 {
            self.proxy.advance(step);
            self.listen();
            self.answer();
        }
    }

    /// It may stand still too, as do all processes of a container that is paused.
    fn stand_still(&mut self, time: Duration, together: bool) {
        if together {
            self.answers.iter_mut().for_each(|at| *at += time);
        } else {
            let end = self.proxy.elapsed() + time;
            let due = self.answers.extract_if(.., |at| *at <= end).count();
            (0..due).for_each(|_| self.proxy.enqueue(self.client, Word::Pong));
        }
        self.proxy.stand_still(time);
    }

    fn listen(&mut self) {
        let pings = self.proxy.seen(self.client).iter().filter(|seen| *seen == "ping").count();
        self.answers.extend((0..pings).map(|_| self.proxy.elapsed() + HICCUP));
    }

    fn answer(&mut self) {
        let now = self.proxy.elapsed();
        let due = self.answers.extract_if(.., |at| *at <= now).count();
        (0..due).for_each(|_| self.proxy.send(self.client, Word::Pong));
    }
}

#[test]
fn a_client_that_answers_is_never_silent() {
    for together in [false, true] {
        for standstill in STANDSTILLS {
            for begin in 0..40 {
                let mut slow = Slow::new();
                slow.live(PING_INTERVAL * 9 / 10 + begin * SECOND / 9 * 10);
                slow.stand_still(standstill, together);
                slow.live(2 * SILENCE_MAX);
                let connected = slow.proxy.is_connected(slow.client);
                assert!(connected, "{standstill:?} after {begin}, {together}");
            }
        }
    }
}

#[test]
fn a_client_is_as_patiently_waited_for_after_any_number_of_standstills() {
    for standstill in STANDSTILLS {
        let mut slow = Slow::new();
        for _ in 0..60 {
            slow.live(SECOND);
            slow.stand_still(standstill, true);
        }
        assert!(slow.proxy.is_connected(slow.client), "{standstill:?}");
    }
}

#[test]
fn a_client_that_has_gone_is_given_up_in_time_all_the_same() {
    for standstill in STANDSTILLS {
        for begin in 0..12 {
            let (mut proxy, _, clients) = room(Config::default(), 1);
            proxy.ignore_pings(clients[0]);
            proxy.advance(begin * SILENCE_MAX / 12);
            proxy.stand_still(standstill);
            proxy.advance(SILENCE_MAX + SECOND);
            assert!(!proxy.is_connected(clients[0]), "{standstill:?} after {begin}");
        }
    }
}
