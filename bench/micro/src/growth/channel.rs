//! Work of a channel with clients and links.

use std::sync::Arc;
use std::time::Duration;

use nws_core::{Config, ConnId, Framing, Input, Shared};
use nws_protocol::ProxyId;
use nws_protocol::limits::{PING_INTERVAL, UNFINISHED_MAX};
use nws_protocol::link::Record;

use super::Work;
use crate::scene::{Scene, joins_from, key, leaves_from, proxy};

/// Members of a link come.
pub(super) fn come(count: usize) -> Work {
    let mut scene = Scene::new(2);
    let link = scene.link(1);
    let bytes = joins_from(0, count);
    Box::new(move || scene.hear(link, &bytes))
}

pub(super) fn leave(count: usize) -> Work {
    let (mut scene, link) = full(Scene::new(2), count);
    let bytes = leaves_from(0, count);
    Box::new(move || scene.hear(link, &bytes))
}

pub(super) fn vanish(count: usize) -> Work {
    let (mut scene, link) = full(Scene::new(2), count);
    Box::new(move || scene.input(Input::Gone { conn: link }))
}

/// Members of a link leave. There was room for half of them, and the others waited.
pub(super) fn wait_for_room(count: usize) -> Work {
    let config = little(count.div_ceil(2).max(2));
    let (mut scene, link) = full(Scene::with(config, 2), count);
    let bytes = leaves_from(0, count);
    Box::new(move || scene.hear(link, &bytes))
}

/// Clients come and go while as many members of a link wait for room.
pub(super) fn reload(count: usize) -> Work {
    let (mut scene, _) = full(Scene::with(little(2), 1), count);
    Box::new(move || scene.reload(count))
}

/// Clients come and go while members of a link leave. Hardly any of these has left when the clients
/// come, as there is no turn for that.
pub(super) fn reload_late(count: usize) -> Work {
    let config = Config { records_per_turn: 1, ..little(2) };
    let (mut scene, link) = full(Scene::with(config, 1), count);
    scene.core.handle(Input::Gone { conn: link }, scene.now);
    Box::new(move || scene.reload(count))
}

/// A link repeats that it has told all, while other links have not and a client waits for its
/// welcome.
pub(super) fn tell_all(count: usize) -> Work {
    let mut scene = Scene::new(2);
    let link = scene.link(1);
    for n in 2..20 {
        scene.link(n);
    }
    let found: Vec<ProxyId> = (1..20).map(proxy).collect();
    scene.input(Input::Searched { channel: &key().name, found: &found });
    let bytes = Record::RosterEnd.to_bytes().repeat(count);
    Box::new(move || scene.hear(link, &bytes))
}

/// Links come and go. Each comes with a member to a channel that has others.
pub(super) fn links(count: usize) -> Work {
    let mut scene = Scene::new(2);
    let bytes = joins_from(0, 1);
    Box::new(move || {
        let numbers = 1..=u32::try_from(count).unwrap_or(u32::MAX);
        let links: Vec<ConnId> = numbers.map(|n| scene.link(n)).collect();
        links.iter().for_each(|&conn| scene.hear(conn, &bytes));
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

/// Senders say so much to one recipient that it holds them back. Then all are released.
pub(super) fn hold(count: usize) -> Work {
    let config = Config { sender_window: 100, recipient_queue_max: usize::MAX, ..Config::default() };
    let mut scene = Scene::with(config, count);
    let senders: Vec<ConnId> = scene.conns.keys().collect();
    let target = scene.conns.insert(());
    let peer = nws_protocol::PeerId::chosen("target").expect("six letters are an id");
    scene.input(Input::Reserve { conn: target, channel: key(), peer });
    scene.input(Input::Join {
        conn: target,
        channel: key(),
        framing: Framing::Structured,
        knows_streams: false,
    });
    scene.is_stalled = true;
    let text = format!(r#"{{"action":"message","target":"target","data":"{}"}}"#, "x".repeat(200));
    Box::new(move || {
        senders.into_iter().for_each(|conn| scene.input(Input::Text { conn, text: &text }));
        scene.is_stalled = false;
        scene.write(target);
        scene.run_until_idle();
    })
}

/// Pieces of unfinished messages. Another state machine holds most of the total, so no client here
/// has more than its share.
pub(super) fn unfinished(count: usize) -> Work {
    let shared = Arc::new(Shared::new(usize::MAX, usize::MAX));
    let config = || Config { shared: Arc::clone(&shared), ..Config::default() };
    let mut elsewhere = Scene::with(config(), 1);
    let all: Vec<ConnId> = elsewhere.conns.keys().collect();
    all.into_iter().for_each(|conn| elsewhere.input(Input::Unfinished { conn, bytes: UNFINISHED_MAX }));
    let mut scene = Scene::with(config(), count);
    let all: Vec<ConnId> = scene.conns.keys().collect();
    Box::new(move || {
        all.into_iter().for_each(|conn| scene.input(Input::Unfinished { conn, bytes: 1 }));
        drop(elsewhere);
    })
}

pub(super) fn ping(count: usize) -> Work {
    let mut scene = Scene::new(count);
    Box::new(move || {
        let end = scene.now + PING_INTERVAL + Duration::from_secs(1);
        while let Some(due) = scene.core.poll_timeout().filter(|due| *due <= end) {
            scene.now = scene.now.max(due);
            scene.run_until_idle();
        }
    })
}

/// A configuration with room for so many peers in a channel.
fn little(channel_peers_max: usize) -> Config {
    Config { channel_peers_max, ..Config::default() }
}

fn full(mut scene: Scene, count: usize) -> (Scene, ConnId) {
    let link = scene.link(1);
    scene.hear(link, &joins_from(0, count));
    (scene, link)
}
