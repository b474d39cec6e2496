//! Measures the longest turns of a shard: the work of its state machine while no other socket is
//! served. Each turn is as large as a remote can make it.

use std::time::Duration;

use nws_core::{Config, ConnId, Framing, Input, LongMessage, Output};
use nws_protocol::limits::{CHANNEL_PEERS_MAX, MESSAGE_LIMIT_MAX, REMOTES_KEPT_MAX, WRITES_PER_PASS};
use nws_protocol::link::{Payload, Record};
use nws_proxy::FeedScene;
use nws_report::native::Turn;
use rustix::time::{ClockId, clock_gettime};

use crate::scene::{Scene, joins_from, key, leaves_from};

/// Repetitions of each measurement. The least time counts: it is the one in which caches were not
/// disturbed.
const TIMES: usize = 7;

/// Members of another proxy behind one link.
const ELSEWHERE: usize = 99_000;

/// CPU time of this thread. Other programs do not count.
struct CpuTime(Duration);

impl CpuTime {
    fn now() -> Self {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Self(time.try_into().expect("it counts from zero"))
    }

    fn elapsed(&self) -> Duration {
        Self::now().0.saturating_sub(self.0)
    }
}

/// Measures all kinds of turns.
#[must_use]
pub fn turns() -> Vec<Turn> {
    [crowd(), elsewhere(), messages(), feed()].concat()
}

/// Turns in a channel with as many members as are allowed.
fn crowd() -> Vec<Turn> {
    let mut scene = Scene::new(CHANNEL_PEERS_MAX - 1);
    let speaker = scene.conns.keys().next().expect("a member is present");
    let coming = longest("one joins ten thousand", || {
        let conn = scene.conns.insert(());
        let turn = scene.once(Input::Join {
            conn,
            channel: key(),
            framing: Framing::Structured,
            knows_streams: false,
        });
        scene.input(Input::Gone { conn });
        vec![turn]
    });
    let going = longest("one of ten thousand leaves", || {
        let conn = scene.join();
        let turn = scene.once(Input::Gone { conn });
        scene.run_until_idle();
        vec![turn]
    });
    let told = longest("a link comes to ten thousand", || {
        let started = CpuTime::now();
        let link = scene.link(1);
        let turn = started.elapsed();
        scene.input(Input::Gone { conn: link });
        vec![turn]
    });
    let link = scene.link(1);
    let mut first = 0;
    let heard = longest("a link tells ten thousand who comes", || {
        let turns = scene.stream(link, &joins_from(first, 200));
        let gone = scene.stream(link, &leaves_from(first, 200));
        first += 200;
        [turns, gone].concat()
    });
    let text = r#"{"action":"broadcast","data":1}"#;
    let said = longest("one says much to ten thousand", || {
        let count = scene.core.read_max(speaker) / text.len();
        let started = CpuTime::now();
        for _ in 0..count {
            scene.core.handle(Input::Text { conn: speaker, text }, scene.now);
        }
        scene.core.fresh();
        let turn = started.elapsed();
        let writes = scene.writes();
        [vec![turn], writes].concat()
    });
    vec![coming, going, told, heard, said]
}

/// What readers of the feed cost, four times in a second.
fn feed() -> Vec<Turn> {
    let mut scene = FeedScene::new(200, 1_000, 10);
    let asked = longest("a shard tells of 10,000 peers", || vec![time(|| scene.survey(true))]);
    let shown = longest("a frame of 200 links, 1,000 channels, 10,000 peers", || {
        scene.stir();
        vec![time(|| scene.frame())]
    });
    vec![asked, shown]
}

fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let started = CpuTime::now();
    std::hint::black_box(work());
    started.elapsed()
}

fn elsewhere() -> Vec<Turn> {
    let mut scene = Scene::new(2);
    let coming = longest("a link with 99,000 members: they come", || {
        let link = scene.link(1);
        let turns = scene.stream(link, &joins_from(0, ELSEWHERE));
        scene.input(Input::Gone { conn: link });
        turns
    });
    let joining = {
        let link = scene.link(1);
        scene.stream(link, &joins_from(0, ELSEWHERE));
        let row = longest("a link with 99,000 members: one joins here", || {
            let conn = scene.conns.insert(());
            let turn = scene.once(Input::Join {
                conn,
                channel: key(),
                framing: Framing::Structured,
                knows_streams: false,
            });
            scene.input(Input::Gone { conn });
            vec![turn]
        });
        scene.input(Input::Gone { conn: link });
        row
    };
    let going = longest("a link with 99,000 members: it goes", || {
        let link = scene.link(1);
        scene.stream(link, &joins_from(0, ELSEWHERE));
        let mut turns = vec![scene.once(Input::Gone { conn: link })];
        turns.extend(scene.timeouts());
        turns
    });
    vec![coming, joining, going]
}

/// Turns for the largest messages, by their kinds. A JSON message from a link has no more than
/// [`REMOTES_KEPT_MAX`] bytes.
fn messages() -> Vec<Turn> {
    let escapes = |count| format!("\"{}\"", "\\u0001".repeat(count));
    let numbers = format!("[{}1]", "1,".repeat(MESSAGE_LIMIT_MAX / 2 - 2));
    let brackets = format!("[{}[]]", "[],".repeat(MESSAGE_LIMIT_MAX / 3 - 2));
    let most = REMOTES_KEPT_MAX / 6 - 1024;
    vec![
        client("a client says 16 MiB of escapes", &escapes(MESSAGE_LIMIT_MAX)),
        client("a client says 16 MiB of numbers", &numbers),
        client("a client says 16 MiB of brackets", &brackets),
        link("a link says 8 MiB of escapes", &escapes(most)),
        link("a link says 16 MiB of numbers", &numbers),
        link("a link says 16 MiB of brackets", &brackets),
    ]
}

fn wide() -> Scene {
    Scene::with(Config { message_max: MESSAGE_LIMIT_MAX, has_links: true, ..Config::default() }, 3)
}

fn client(what: &str, data: &str) -> Turn {
    let mut scene = wide();
    scene.link(1);
    let speaker = scene.conns.keys().next().expect("a member is present");
    let text = format!(r#"{{"action":"broadcast","data":{data}}}"#);
    longest(what, || {
        let payload = text.clone().into_bytes().into();
        let started = CpuTime::now();
        let long = scene.core.long_message(speaker, true, payload, scene.now);
        let before = started.elapsed();
        let after = scene.hand_out(speaker, long);
        [vec![before, after], scene.writes()].concat()
    })
}

fn link(what: &str, data: &str) -> Turn {
    let mut scene = wide();
    let link = scene.link(1);
    scene.stream(link, &joins_from(0, 1));
    let bytes = Record::Broadcast { member: 0, payload: Payload::Json(data) }.to_bytes();
    longest(what, || scene.stream(link, &bytes))
}

/// The least of the longest turns of several repetitions, to the microsecond.
fn longest(what: &str, mut repeat: impl FnMut() -> Vec<Duration>) -> Turn {
    let longest = (0..TIMES).map(|_| repeat().into_iter().max().unwrap_or_default());
    let least = longest.min().unwrap_or_default();
    Turn { what: what.to_owned(), ms: (least.as_secs_f64() * 1e6).round() / 1e3 }
}

impl Scene {
    fn once(&mut self, input: Input<'_>) -> Duration {
        let started = CpuTime::now();
        self.core.handle(input, self.now);
        started.elapsed()
    }

    /// Passes what a link says, in pieces of a frame. Gives the time of each turn.
    fn stream(&mut self, link: ConnId, bytes: &[u8]) -> Vec<Duration> {
        let mut turns = Vec::new();
        for mut piece in bytes.chunks(64 * 1024) {
            while !piece.is_empty() {
                let started = CpuTime::now();
                let reader = self.readers.entry(link).expect("a link that is there").or_default();
                let long =
                    self.core.hear_stream(link, reader, &mut piece, &mut nws_core::Turn::default(), self.now);
                self.core.fresh();
                turns.push(started.elapsed());
                turns.push(self.hand_out(link, long));
                turns.extend(self.writes());
            }
        }
        turns
    }

    /// Delivers a long message. Its encoding is not part of any turn.
    fn hand_out(&mut self, conn: ConnId, long: Option<LongMessage>) -> Duration {
        let Some(message) = long.map(LongMessage::encode) else { return Duration::ZERO };
        let started = CpuTime::now();
        self.core.handle(Input::Encoded { conn, message }, self.now);
        self.core.fresh();
        started.elapsed()
    }

    fn writes(&mut self) -> Vec<Duration> {
        let mut turns = Vec::new();
        loop {
            let started = CpuTime::now();
            for _ in 0..WRITES_PER_PASS {
                let Some(output) = self.core.poll_output() else { return turns };
                if let Output::Write { conn } = output {
                    self.write(conn);
                }
            }
            self.core.end_turn(WRITES_PER_PASS);
            turns.push(started.elapsed());
        }
    }

    fn timeouts(&mut self) -> Vec<Duration> {
        let mut turns = Vec::new();
        while self.core.poll_timeout().is_some_and(|due| due <= self.now) {
            let started = CpuTime::now();
            self.core.handle_timeout(self.now);
            turns.push(started.elapsed());
            turns.extend(self.writes());
        }
        turns
    }
}
