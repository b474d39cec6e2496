//! Links to other proxies, which do what a fuzzer chooses.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use nws_core::{DialId, LinkId, Mesh, MeshConfig, MeshInput, MeshOutput, Route, Target};
use nws_protocol::limits::{ADDRESSES_MAX, LINKED_DIALS_PER_SECOND, NEW_DIALS_PER_SECOND};
use nws_protocol::{ChannelName, ProxyId};
use slotmap::SlotMap;

use crate::bytes::Bytes;

const CHANNELS: [&str; 4] = ["a", "b", "c", "d"];

/// Announcements of proxies that nobody else announces, in one history.
const INVENTED_MAX: usize = 4096;

/// Passes after which everything that is due has to be done.
const PASSES_MAX: usize = 1_000;

/// How far a link has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Connected,
    Started,
    Ready,
    /// Nothing is expected of it but its end.
    Closed,
}

/// A link that its owner has not taken away.
struct Link {
    stage: Stage,
    is_accepted: bool,
    source: IpAddr,
    offered: BTreeSet<ChannelName>,
}

struct World<'a> {
    bytes: Bytes<'a>,
    mesh: Mesh,
    config: MeshConfig,
    now: Instant,
    links: SlotMap<LinkId, Link>,
    gone: Vec<LinkId>,
    dials: BTreeMap<DialId, Target>,
    /// Channels that have members here.
    open: BTreeSet<ChannelName>,
    isolated: BTreeSet<ChannelName>,
    /// Channels for which the answer has not come.
    awaited: BTreeSet<ChannelName>,
    invented: usize,
    is_stopped: bool,
}

/// Lets happen what the bytes say, and looks after each step whether what is asked for makes sense.
pub(crate) fn run(input: &[u8], now: Instant) {
    let mut world = World::new(Bytes::new(input), now);
    while !world.bytes.is_empty() {
        world.step();
        world.settle();
        world.judge();
    }
    world.end();
}

impl<'a> World<'a> {
    /// Limits are low, so that a few steps reach them.
    fn new(bytes: Bytes<'a>, now: Instant) -> Self {
        let config = MeshConfig {
            links_before_hello_max: 3,
            links_unmatched_max: 4,
            links_max: 6,
            links_per_source_max: 3,
            dials_max: 2,
            candidates_max: 8,
            candidates_known_max: 6,
            slots_max: 2,
            ..MeshConfig::default()
        };
        Self {
            bytes,
            mesh: Mesh::new(config.clone(), proxy(100), [7; 32]),
            config,
            now,
            links: SlotMap::with_key(),
            gone: Vec::new(),
            dials: BTreeMap::new(),
            open: BTreeSet::new(),
            isolated: BTreeSet::new(),
            awaited: BTreeSet::new(),
            invented: 0,
            is_stopped: false,
        }
    }

    fn step(&mut self) {
        match self.bytes.below(20) {
            0..3 => self.see(),
            3 => {
                let proxy = self.proxy();
                self.input(MeshInput::Gone { proxy });
            }
            4 => {
                let peer = self.bytes.below(3);
                let (addresses, redial_max) = (vec![IpAddr::from([10, 0, 0, 1])], Duration::from_secs(60));
                let input = match self.bytes.below(5) {
                    0 => MeshInput::Moved { peer, addresses },
                    1 => MeshInput::PeerGone { peer },
                    2 => MeshInput::Hint { peer, redial_max },
                    _ => MeshInput::Peer { peer },
                };
                self.input(input);
            }
            5..8 => self.accept(),
            8..10 => self.end_dial(),
            10..13 => self.get_ready(),
            13 => self.hear(),
            14 => self.answer(),
            15 => self.vanish(),
            16..18 => self.open_or_close(),
            18 => self.wait(),
            _ => self.stop(),
        }
    }

    fn input(&mut self, input: MeshInput) {
        self.mesh.handle(input, self.now);
        self.obey();
    }

    /// One of a few, of which the last is this one itself.
    fn proxy(&mut self) -> ProxyId {
        proxy([10, 50, 120, 150, 100][self.bytes.below(5)])
    }

    fn see(&mut self) {
        let (many, count) = (self.bytes.below(8) == 0, self.bytes.power(11));
        if !many {
            let proxy = self.proxy();
            let addresses = self.bytes.piece().iter().copied().map(address).collect();
            return self.input(MeshInput::Seen { proxy, addresses });
        }
        for _ in 0..count.min(INVENTED_MAX - self.invented) {
            self.invented += 1;
            let mut digest = [200; 32];
            digest[..4].copy_from_slice(&(self.invented as u32).to_be_bytes());
            let proxy = ProxyId::from_digest(&digest);
            self.input(MeshInput::Seen { proxy, addresses: vec![address(1)] });
        }
    }

    fn accept(&mut self) {
        let proxy = self.proxy();
        self.connect(proxy, None);
    }

    fn connect(&mut self, proxy: ProxyId, dial: Option<DialId>) {
        let source = address(self.bytes.below(3) as u8).ip();
        let is_accepted = dial.is_none();
        let link = Link { stage: Stage::Connected, is_accepted, source, offered: BTreeSet::new() };
        let link = self.links.insert(link);
        self.input(MeshInput::Connected { link, proxy, source, route: Route::Direct, dial });
    }

    fn end_dial(&mut self) {
        let (how, at) = (self.bytes.below(8), self.bytes.byte());
        let Some(dial) = self.dials.keys().nth(usize::from(at) % self.dials.len().max(1)).copied() else {
            return;
        };
        if how == 0 {
            return self.input(MeshInput::Answered { dial });
        }
        let target = self.dials.remove(&dial);
        match (how, target) {
            (1, _) => self.input(MeshInput::DialFailed { dial }),
            (2, _) => self.input(MeshInput::Stranger { dial }),
            (3, _) => self.input(MeshInput::Own { dial }),
            (4.., Some(Target::Proxy { proxy, .. })) => self.connect(proxy, Some(dial)),
            _ => {
                let proxy = self.proxy();
                self.connect(proxy, Some(dial));
            }
        }
    }

    /// A link, or now and then one that is no more.
    fn link(&mut self) -> Option<LinkId> {
        self.bytes.pick(self.links.keys().chain(self.gone.last().copied()))
    }

    fn is_at(&self, link: LinkId, stage: Stage) -> bool {
        self.links.get(link).is_some_and(|it| it.stage == stage)
    }

    fn get_ready(&mut self) {
        let started = self.links.iter().filter(|(_, it)| it.stage == Stage::Started).map(|(link, _)| link);
        let Some(link) = self.bytes.pick(started) else { return };
        self.links[link].stage = Stage::Ready;
        self.input(MeshInput::Heard { link });
        self.input(MeshInput::Ready { link });
    }

    fn hear(&mut self) {
        if let Some(link) = self.link() {
            self.input(MeshInput::Heard { link });
        }
    }

    /// What the matching of a link has found out, as far as it has begun.
    fn answer(&mut self) {
        let (how, channel) = (self.bytes.below(6), name(self.bytes.below(4)));
        let Some(link) = self.link() else { return };
        if !self.is_at(link, Stage::Ready) && how != 5 {
            return;
        }
        match how {
            0 => self.input(MeshInput::Matched { link }),
            1 | 2 => self.input(MeshInput::Searched { link, channel }),
            3 => self.input(MeshInput::Shared { link, channel, is_matched: true }),
            4 => self.input(MeshInput::Shared { link, channel, is_matched: false }),
            _ => self.input(MeshInput::Exhausting { link }),
        }
    }

    fn vanish(&mut self) {
        if let Some(link) = self.link() {
            self.remove(link);
        }
    }

    fn remove(&mut self, link: LinkId) {
        if self.links.remove(link).is_some() {
            self.gone.push(link);
        }
        self.input(MeshInput::Down { link });
    }

    fn open_or_close(&mut self) {
        let channel = name(self.bytes.below(4));
        if self.open.remove(&channel) {
            self.awaited.remove(&channel);
            self.input(MeshInput::Closed { channel });
        } else {
            self.open.insert(channel.clone());
            self.awaited.insert(channel.clone());
            self.input(MeshInput::Opened { channel });
        }
    }

    fn wait(&mut self) {
        let time = [1, 100, 500, 1_500, 4_000, 11_000, 31_000, 700_000][self.bytes.below(8)];
        let end = self.now + Duration::from_millis(time);
        let stands_still = self.bytes.below(4) == 0;
        while !stands_still && let Some(due) = self.mesh.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.settle();
        }
        self.now = end;
    }

    /// Rarely, as nothing happens after it.
    fn stop(&mut self) {
        if self.bytes.byte() == 255 {
            self.is_stopped = true;
            self.input(MeshInput::Shutdown);
        }
    }

    /// Does what is due, until nothing is.
    fn settle(&mut self) {
        for _ in 0..PASSES_MAX {
            if self.mesh.poll_timeout().is_none_or(|due| due > self.now) {
                return;
            }
            self.mesh.handle_timeout(self.now);
            self.obey();
        }
        panic!("what is due is never done");
    }

    fn obey(&mut self) {
        while let Some(output) = self.mesh.poll_output() {
            self.carry_out(output);
        }
    }

    fn carry_out(&mut self, output: MeshOutput) {
        match output {
            MeshOutput::Dial { dial, target } => {
                if let Target::Proxy { addresses, .. } = &target {
                    assert!((1..=ADDRESSES_MAX).contains(&addresses.len()));
                }
                assert_eq!(self.dials.insert(dial, target), None, "a dial has a name of its own");
            }
            MeshOutput::Abandon { dial } => drop(self.dials.remove(&dial)),
            MeshOutput::Ask => {}
            MeshOutput::Start { link } => {
                assert_eq!(std::mem::replace(&mut self.links[link].stage, Stage::Started), Stage::Connected);
            }
            MeshOutput::Ping { link } => assert!(self.is_at(link, Stage::Ready)),
            MeshOutput::Close { link, .. } => {
                let before = std::mem::replace(&mut self.links[link].stage, Stage::Closed);
                assert_ne!(before, Stage::Closed, "it is closed once");
            }
            MeshOutput::Offer { link, channel } => {
                assert!(self.is_at(link, Stage::Ready));
                self.links[link].offered.insert(channel);
            }
            MeshOutput::Linger { link, .. } => assert!(self.is_at(link, Stage::Ready)),
            MeshOutput::Withdraw { link, channel } => {
                assert!(self.is_at(link, Stage::Ready));
                self.links[link].offered.remove(&channel);
            }
            MeshOutput::Isolated { channel, is_isolated } => {
                if is_isolated {
                    self.isolated.insert(channel);
                } else {
                    assert!(self.isolated.remove(&channel), "it was isolated");
                }
            }
            MeshOutput::Searched { channel, .. } => drop(self.awaited.remove(&channel)),
        }
    }

    fn judge(&self) {
        let links = || self.links.values().filter(|it| it.stage != Stage::Closed);
        assert!(links().count() <= self.config.links_max);
        let early = links().filter(|it| it.is_accepted && it.stage != Stage::Ready).count();
        assert!(early <= self.config.links_before_hello_max);
        for it in links() {
            let like_it = links().filter(|other| other.is_accepted && other.source == it.source).count();
            assert!(like_it <= self.config.links_per_source_max);
            assert!(it.offered.len() <= self.config.slots_max);
        }
        let known = self.config.dials_max;
        let paced =
            (NEW_DIALS_PER_SECOND + LINKED_DIALS_PER_SECOND) * self.config.dial_time.as_secs() as usize;
        assert!(self.dials.len() <= known + paced, "dials have a bound");
        if self.is_stopped {
            assert!(links().count() == 0 && self.dials.is_empty());
            return;
        }
        let isolated = self.open.iter().filter(|channel| self.isolated.contains(*channel)).count();
        assert_eq!(isolated, self.open.len().saturating_sub(self.config.slots_max));
        for it in links().filter(|it| it.stage == Stage::Ready) {
            let is_missed =
                |it: &Link, channel| !it.offered.contains(channel) && !self.isolated.contains(channel);
            assert!(!self.open.iter().any(|channel| is_missed(it, channel)), "what is open is offered");
        }
    }

    /// All links go, and every channel that was opened has its answer.
    fn end(mut self) {
        let links: Vec<LinkId> = self.links.keys().collect();
        links.into_iter().for_each(|link| self.remove(link));
        self.settle();
        if !self.is_stopped {
            assert!(
                self.awaited.iter().all(|channel| self.isolated.contains(channel)),
                "nobody is left to ask"
            );
        }
    }
}

fn proxy(n: u8) -> ProxyId {
    ProxyId::from_digest(&[n; 32])
}

fn address(n: u8) -> SocketAddr {
    ([10, 0, 0, n], 9010).into()
}

fn name(n: usize) -> ChannelName {
    ChannelName::new(CHANNELS[n]).expect("a name")
}
