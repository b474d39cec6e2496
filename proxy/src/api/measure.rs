//! A proxy with many channels and peers, whose other proxies are simulated, so that the cost of the
//! feed can be measured.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nws_core::{
    Account, ChannelKey, Channels, ConnId, Framing, Input, LinkId, LinkStage, LinkState, Output,
    RecordReader, Turn,
};
use nws_protocol::link::Record;
use nws_protocol::{ChannelName, IdSource, ProxyId, Scope};
use slotmap::SlotMap;
use tokio::runtime::{Builder, LocalOptions, LocalRuntime};

use super::access::View;
use super::collector::Collection;
use super::live::Changes;
use super::rows::{Shown, shown, wanted};
use super::{Api, Asked, Token};
use crate::Config;
use crate::addresses::{AddressMemory, Addresses};
use crate::connection_permits::ConnectionPermits;
use crate::interfaces::InterfaceList;
use crate::local::SharedSiteNames;
use crate::mesh::{Found, LinkAnswer, MeshAnswer};
use crate::notices::Notices;
use crate::refusals::Refusals;
use crate::shard::Shards;

/// Round trips that are known of each link.
const ROUND_TRIPS: usize = 20;

/// A proxy, what its shard and its mesh know, and a reader of its feed.
pub struct FeedScene {
    _runtime: LocalRuntime,
    api: Arc<Api>,
    core: Channels,
    conns: SlotMap<ConnId, ()>,
    /// One client of each channel.
    speakers: Vec<ConnId>,
    links: Vec<LinkState>,
    carried: u64,
    changes: Changes,
}

impl std::fmt::Debug for FeedScene {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FeedScene").finish_non_exhaustive()
    }
}

impl FeedScene {
    /// So many other proxies are linked. Half of the peers of each channel are clients here, and
    /// the others are on other proxies.
    ///
    /// # Panics
    ///
    /// Where the system cannot start a proxy.
    #[must_use]
    pub fn new(proxies: u32, channels: u32, peers_each: u32) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
        let runtime = runtime.expect("a runtime");
        let api = runtime.block_on(async { start_api() });
        let config = nws_core::Config { has_links: true, ..nws_core::Config::default() };
        let mut ids = SlotMap::<LinkId, ()>::with_key();
        let mut scene = Self {
            _runtime: runtime,
            api,
            core: Channels::new(config, proxy(0), [7; 32]),
            conns: SlotMap::with_key(),
            speakers: Vec::new(),
            links: (1..=proxies).map(|number| link_state(ids.insert(()), number)).collect(),
            carried: 0,
            changes: Changes::default(),
        };
        let account = Account::new(usize::MAX);
        for channel in 0..channels {
            scene.open(&account, channel, peers_each, proxies);
        }
        scene
    }

    fn open(&mut self, account: &Arc<Account>, channel: u32, peers: u32, proxies: u32) {
        let name = ChannelName::new(&format!("channel-{channel}")).expect("a name");
        let key = ChannelKey { scope: Scope::Network, name };
        for number in 0..peers / 2 {
            let (conn, channel) = (self.conns.insert(()), key.clone());
            self.input(Input::Join { conn, channel, framing: Framing::Structured, knows_streams: false });
            if number == 0 {
                self.speakers.push(conn);
            }
        }
        for number in peers / 2..peers {
            let (conn, channel) = (self.conns.insert(()), key.clone());
            let proxy = proxy(1 + (channel_of(&key) + number) % proxies);
            let share = account.share(Ipv4Addr::LOCALHOST.into(), || {});
            self.input(Input::RemoteGroup { conn, channel, proxy, share });
            let mut joins = Vec::new();
            let nonce = u128::from(number).to_be_bytes();
            Record::Join { member: 0, id: IdSource::Nonce(nonce) }.write(&mut joins);
            self.hear(conn, &joins);
        }
    }

    /// Someone says something in each channel, and every link carries it.
    pub fn stir(&mut self) {
        self.carried += 1;
        for conn in self.speakers.clone() {
            self.input(Input::Text { conn, text: r#"{"action":"broadcast","data":1}"# });
        }
    }

    /// Has the shard tell what there is, and gives the number of peers in that. A reader has chosen
    /// a channel, or not.
    pub fn survey(&mut self, has_channel: bool) -> usize {
        self.core.survey(wanted(has_channel), Instant::now()).peers.len()
    }

    /// Makes the next frame for a reader, and gives its bytes if there is one.
    pub fn frame(&mut self) -> Option<usize> {
        let survey = self.core.survey(wanted(false), Instant::now());
        let collection = Collection {
            counts: survey.counts,
            shards: vec![Some(survey)],
            mesh: Some(self.mesh()),
            interfaces: InterfaceList::default(),
            time: self.api.facts.began.later(Instant::now()),
            shown: Shown::default(),
        };
        let rows = shown(&self.api, &collection, View::Names).iter().map(Arc::as_ref);
        self.changes.frame(rows).map(|frame| frame.len())
    }

    fn mesh(&self) -> MeshAnswer {
        let link = |state: &LinkState| LinkAnswer {
            state: state.clone(),
            address: (state.source, 9010).into(),
            found: Found::Mdns,
            received: (self.carried, 40 * self.carried),
            sent: (self.carried, 40 * self.carried),
            round_trips: vec![Duration::from_micros(300 + self.carried % 7); ROUND_TRIPS],
        };
        MeshAnswer {
            own: proxy(0),
            links: self.links.iter().map(link).collect(),
            candidates: Vec::new(),
            unresolved: Vec::new(),
            linked_places: Vec::new(),
            events: Vec::new(),
            callers: (Vec::new(), 0),
            rations: [0; 3],
            received: (self.carried, 0),
            sent: (self.carried, 0),
        }
    }

    fn hear(&mut self, conn: ConnId, mut bytes: &[u8]) {
        let mut reader = RecordReader::default();
        while !bytes.is_empty() {
            let mut turn = Turn::default();
            let long = self.core.hear_stream(conn, &mut reader, &mut bytes, &mut turn, Instant::now());
            assert!(long.is_none(), "nobody says anything long");
        }
        self.settle();
    }

    fn input(&mut self, input: Input<'_>) {
        self.core.handle(input, Instant::now());
        self.settle();
    }

    /// All sockets take all that waits.
    fn settle(&mut self) {
        loop {
            while let Some(output) = self.core.poll_output() {
                if let Output::Write { conn } = output {
                    let bytes = self.core.waiting(conn).map(<[u8]>::len).sum();
                    self.core.handle(Input::Wrote { conn, bytes }, Instant::now());
                }
            }
            if self.core.poll_timeout().is_none_or(|due| due > Instant::now()) {
                return;
            }
            self.core.handle_timeout(Instant::now());
        }
    }
}

fn start_api() -> Arc<Api> {
    let config = Config { shards: Some(1), ..Config::default() };
    let refusals = Refusals::default();
    let shards = Shards::start(&config, &proxy(0), None, &refusals).expect("a shard").handles();
    let permits = ConnectionPermits::new(None, 1, true);
    let asked = Asked {
        shards,
        mesh: None,
        addresses: Addresses::new(Vec::new(), AddressMemory::default()),
        permits,
        refusals,
        notices: Notices::default(),
    };
    let names = SharedSiteNames::new(config.limits.site_names.clone()).expect("random numbers");
    let token = Token::generate().expect("random numbers");
    Api::new(&config, token, [Some(9009), Some(9010)], Arc::new(names), asked)
}

fn link_state(link: LinkId, number: u32) -> LinkState {
    LinkState {
        link,
        proxy: proxy(number),
        source: Ipv4Addr::from_bits(0x0a00_0000 + number).into(),
        stage: LinkStage::Ready,
        is_dialled: number.is_multiple_of(2),
        has_matched: true,
        age: Duration::from_secs(60),
        silence: Duration::from_millis(100),
    }
}

fn proxy(number: u32) -> ProxyId {
    let mut digest = [0; 32];
    digest[..4].copy_from_slice(&number.to_be_bytes());
    ProxyId::from_digest(&digest)
}

/// The number of a channel.
fn channel_of(key: &ChannelKey) -> u32 {
    key.name.as_str().rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::collector::PERIOD;

    /// All rows change all the time.
    #[test]
    fn a_reader_of_a_large_network_is_sent_fifty_kilobytes_a_second_and_sees_all_of_it() {
        let mut scene = FeedScene::new(200, 1_000, 10);
        assert_eq!((scene.survey(true), scene.survey(false)), (10_000, 64));
        let frames_per_second = Duration::from_secs(1).as_millis() / PERIOD.as_millis();
        assert_eq!(frames_per_second, 4);
        for _ in 0..120 {
            scene.stir();
            let bytes = scene.frame().unwrap();
            assert!(bytes <= 50_000 / 4, "{bytes}");
        }
        assert_eq!(scene.changes.known(), 1 + 200 + 1_000);
    }
}
