//! A channel with clients and links.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nws_core::{Account, ChannelKey, Channels, Config, ConnId, Framing, Input, Output};
use nws_protocol::limits::PING_INTERVAL;
use nws_protocol::link::Record;
use nws_protocol::{ChannelName, IdSource, ProxyId, Scope};
use slotmap::SlotMap;

use super::Work;

/// One channel, and sockets that take what the test lets them.
struct Scene {
    core: Channels,
    account: Arc<Account>,
    conns: SlotMap<ConnId, ()>,
    now: Instant,
    /// Sockets take nothing.
    is_stalled: bool,
}

impl Scene {
    fn with(config: Config, clients: usize) -> Self {
        let mut scene = Self {
            core: Channels::new(config, proxy(0), [7; 32]),
            account: Account::new(usize::MAX),
            conns: SlotMap::with_key(),
            now: Instant::now(),
            is_stalled: false,
        };
        for _ in 0..clients {
            scene.join();
        }
        scene
    }

    fn new(clients: usize) -> Self {
        Self::with(Config { has_links: true, ..Config::default() }, clients)
    }

    fn join(&mut self) -> ConnId {
        let conn = self.conns.insert(());
        self.input(Input::Join { conn, channel: key(), framing: Framing::Structured });
        conn
    }

    fn link(&mut self, n: u32) -> ConnId {
        let conn = self.conns.insert(());
        let share = self.account.share(Ipv4Addr::LOCALHOST.into(), || {});
        self.input(Input::Trunk { conn, channel: key(), proxy: proxy(n), share });
        conn
    }

    fn input(&mut self, input: Input<'_>) {
        self.core.handle(input, self.now);
        self.settle();
    }

    fn settle(&mut self) {
        loop {
            while let Some(output) = self.core.poll_output() {
                if let Output::Write { conn } = output {
                    self.write(conn);
                }
            }
            if self.core.poll_timeout().is_none_or(|due| due > self.now) {
                return;
            }
            self.core.handle_timeout(self.now);
        }
    }

    fn write(&mut self, conn: ConnId) {
        let bytes = match self.is_stalled {
            true => 0,
            false => self.core.waiting(conn).map(<[u8]>::len).sum(),
        };
        self.core.handle(Input::Wrote { conn, bytes }, self.now);
    }
}

/// Members of a link that are about to come.
pub(super) fn come(count: usize) -> Work {
    let mut scene = Scene::new(2);
    let link = scene.link(1);
    let bytes = joins(count);
    Box::new(move || scene.input(Input::Stream { conn: link, bytes: &bytes }))
}

pub(super) fn leave(count: usize) -> Work {
    let (mut scene, link) = full(Scene::new(2), count);
    let bytes = leaves(count);
    Box::new(move || scene.input(Input::Stream { conn: link, bytes: &bytes }))
}

pub(super) fn vanish(count: usize) -> Work {
    let (mut scene, link) = full(Scene::new(2), count);
    Box::new(move || scene.input(Input::Gone { conn: link }))
}

/// There is room for half of them.
pub(super) fn wait_for_room(count: usize) -> Work {
    let config = Config { channel_peers_max: count.div_ceil(2).max(2), ..Config::default() };
    let (mut scene, link) = full(Scene::with(config, 2), count);
    let bytes = leaves(count);
    Box::new(move || scene.input(Input::Stream { conn: link, bytes: &bytes }))
}

/// While others have not, and somebody waits for it.
pub(super) fn tell_all(count: usize) -> Work {
    let mut scene = Scene::new(2);
    let link = scene.link(1);
    for n in 2..20 {
        scene.link(n);
    }
    let found: Vec<ProxyId> = (1..20).map(proxy).collect();
    scene.input(Input::Searched { channel: &key().name, found: &found });
    let bytes = Record::Roster.to_bytes().repeat(count);
    Box::new(move || scene.input(Input::Stream { conn: link, bytes: &bytes }))
}

/// Each comes to a channel that has others, with a member, and goes.
pub(super) fn links(count: usize) -> Work {
    let mut scene = Scene::new(2);
    let bytes = joins(1);
    Box::new(move || {
        let numbers = 1..=u32::try_from(count).unwrap_or(u32::MAX);
        let links: Vec<ConnId> = numbers.map(|n| scene.link(n)).collect();
        links.iter().for_each(|&conn| scene.input(Input::Stream { conn, bytes: &bytes }));
        links.iter().for_each(|&conn| scene.input(Input::Gone { conn }));
    })
}

pub(super) fn lag(count: usize) -> Work {
    let mut scene = Scene::new(count);
    let speaker = scene.join();
    Box::new(move || {
        scene.is_stalled = true;
        scene.input(Input::Text { conn: speaker, text: r#"{"action":"broadcast","data":1}"# });
        scene.is_stalled = false;
        let all: Vec<ConnId> = scene.conns.keys().collect();
        all.into_iter().for_each(|conn| scene.write(conn));
    })
}

/// Each says so much to one that it is held back, and all are released.
pub(super) fn hold(count: usize) -> Work {
    let config = Config { sender_window: 100, recipient_queue_max: usize::MAX, ..Config::default() };
    let mut scene = Scene::with(config, count);
    let senders: Vec<ConnId> = scene.conns.keys().collect();
    let target = scene.conns.insert(());
    let peer = nws_protocol::PeerId::chosen("target").expect("six letters are an id");
    scene.input(Input::Reserve { conn: target, channel: key(), peer });
    scene.input(Input::Join { conn: target, channel: key(), framing: Framing::Structured });
    scene.is_stalled = true;
    let text = format!(r#"{{"action":"message","target":"target","data":"{}"}}"#, "x".repeat(200));
    Box::new(move || {
        senders.into_iter().for_each(|conn| scene.input(Input::Text { conn, text: &text }));
        scene.is_stalled = false;
        scene.write(target);
        scene.settle();
    })
}

pub(super) fn ping(count: usize) -> Work {
    let mut scene = Scene::new(count);
    Box::new(move || {
        let end = scene.now + PING_INTERVAL + Duration::from_secs(1);
        while let Some(due) = scene.core.poll_timeout().filter(|due| *due <= end) {
            scene.now = scene.now.max(due);
            scene.settle();
        }
    })
}

fn full(mut scene: Scene, count: usize) -> (Scene, ConnId) {
    let link = scene.link(1);
    scene.input(Input::Stream { conn: link, bytes: &joins(count) });
    (scene, link)
}

fn joins(count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (member, _) in (0..).zip(0..count) {
        let nonce = u128::from(member).to_be_bytes();
        Record::Join { member, id: IdSource::Nonce(nonce) }.write(&mut bytes);
    }
    bytes
}

fn leaves(count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    (0..).zip(0..count).for_each(|(member, _)| Record::Leave { member }.write(&mut bytes));
    bytes
}

fn proxy(n: u32) -> ProxyId {
    let mut digest = [1; 32];
    digest[..4].copy_from_slice(&n.to_be_bytes());
    ProxyId::from_digest(&digest)
}

fn key() -> ChannelKey {
    ChannelKey { scope: Scope::Network, name: ChannelName::new("room").expect("four letters are a name") }
}
