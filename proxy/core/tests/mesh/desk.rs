//! One state machine, whose owner does as the test says.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use nws_core::{
    DialId, LinkCloseReason, LinkId, Mesh, MeshConfig, MeshInput, MeshOutput, MeshSurvey, Route, Target,
};
use nws_protocol::{ChannelName, ProxyId};
use slotmap::SlotMap;

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// Which proxy this is: there are lower and higher ones.
const OWN: u8 = 100;
pub(crate) const LOWER: u8 = 50;
pub(crate) const HIGHER: u8 = 150;

pub(crate) struct Desk {
    mesh: Mesh,
    pub(crate) now: Instant,
    names: SlotMap<LinkId, ()>,
    /// What has been found out about channels, apart from everything else.
    pub(crate) searched: Vec<MeshOutput>,
}

/// The proxy number `n`.
pub(crate) fn proxy(n: u8) -> ProxyId {
    ProxyId::from_digest(&[n; 32])
}

pub(crate) fn address(n: u8) -> SocketAddr {
    ([10, 0, 0, n], 9010).into()
}

pub(crate) fn name(name: &str) -> ChannelName {
    ChannelName::new(name).expect("a name")
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self::with(MeshConfig::default())
    }

    pub(crate) fn with(config: MeshConfig) -> Self {
        Self::of(config, 7)
    }

    /// One that decides otherwise wherever that is left to chance.
    pub(crate) fn seeded(seed: u8) -> Self {
        Self::of(MeshConfig::default(), seed)
    }

    #[expect(clippy::disallowed_methods, reason = "any time is as good as another")]
    fn of(config: MeshConfig, seed: u8) -> Self {
        assert!(proxy(LOWER) < proxy(OWN) && proxy(OWN) < proxy(HIGHER));
        let mesh = Mesh::new(config, proxy(OWN), [seed; 32]);
        Self { mesh, now: Instant::now(), names: SlotMap::with_key(), searched: Vec::new() }
    }

    pub(crate) fn own() -> ProxyId {
        proxy(OWN)
    }

    pub(crate) fn tell(&mut self, input: MeshInput) -> Vec<MeshOutput> {
        self.mesh.handle(input, self.now);
        self.outputs()
    }

    pub(crate) fn see(&mut self, n: u8) -> Vec<MeshOutput> {
        self.tell(MeshInput::Seen { proxy: proxy(n), addresses: vec![address(n)] })
    }

    /// Lets time pass, and notes what is asked for, and when.
    pub(crate) fn wait(&mut self, time: Duration) -> Vec<(Duration, MeshOutput)> {
        let (start, end) = (self.now, self.now + time);
        let mut seen = Vec::new();
        while let Some(due) = self.mesh.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.mesh.handle_timeout(self.now);
            assert!(self.mesh.poll_timeout().is_none_or(|due| due > self.now), "what is due is done");
            seen.extend(self.outputs().into_iter().map(|output| (self.now - start, output)));
        }
        self.now = end;
        seen
    }

    /// Lets time pass without anybody doing anything, as if the process was stopped.
    pub(crate) fn stand_still(&mut self, time: Duration) -> Vec<MeshOutput> {
        self.now += time;
        self.mesh.handle_timeout(self.now);
        self.outputs()
    }

    pub(crate) fn survey(&mut self) -> MeshSurvey {
        self.mesh.survey(self.now)
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.mesh.poll_timeout().is_none()
    }

    /// A connection to the proxy `n`.
    pub(crate) fn connect(&mut self, n: u8, dial: Option<DialId>) -> (LinkId, Vec<MeshOutput>) {
        self.connect_at(address(n).ip(), proxy(n), dial)
    }

    /// A connection to the proxy `n` that takes this way.
    pub(crate) fn connect_by(
        &mut self,
        route: Route,
        n: u8,
        dial: Option<DialId>,
    ) -> (LinkId, Vec<MeshOutput>) {
        let (link, source) = (self.names.insert(()), address(n).ip());
        let outputs = self.tell(MeshInput::Connected { link, proxy: proxy(n), source, route, dial });
        (link, outputs)
    }

    pub(crate) fn connect_to(&mut self, proxy: ProxyId, dial: Option<DialId>) -> (LinkId, Vec<MeshOutput>) {
        self.connect_at(address(1).ip(), proxy, dial)
    }

    /// A connection to a proxy that is somewhere.
    pub(crate) fn connect_at(
        &mut self,
        source: IpAddr,
        proxy: ProxyId,
        dial: Option<DialId>,
    ) -> (LinkId, Vec<MeshOutput>) {
        let link = self.names.insert(());
        let outputs = self.tell(MeshInput::Connected { link, proxy, source, route: Route::Direct, dial });
        (link, outputs)
    }

    /// A link that the proxy `n` has dialled and that is ready.
    pub(crate) fn accept(&mut self, n: u8) -> LinkId {
        let (link, outputs) = self.connect(n, None);
        assert_eq!(outputs, [MeshOutput::Start { link }]);
        self.tell(MeshInput::Heard { link });
        self.tell(MeshInput::Ready { link });
        link
    }

    fn outputs(&mut self) -> Vec<MeshOutput> {
        let outputs = std::iter::from_fn(|| self.mesh.poll_output());
        let is_search = |output: &MeshOutput| matches!(output, MeshOutput::Searched { .. });
        let (searched, others): (Vec<_>, Vec<_>) = outputs.partition(is_search);
        self.searched.extend(searched);
        others
    }
}

/// The dials among outputs: which they are, and where to.
pub(crate) fn dials(outputs: &[MeshOutput]) -> Vec<(DialId, &Target)> {
    let dial = |output| {
        let &MeshOutput::Dial { dial, ref target } = output else { return None };
        Some((dial, target))
    };
    outputs.iter().filter_map(dial).collect()
}

/// The only dial among outputs.
#[track_caller]
pub(crate) fn dial(outputs: &[MeshOutput]) -> DialId {
    let dials = dials(outputs);
    assert_eq!(dials.len(), 1, "{outputs:?}");
    dials[0].0
}

/// When something was dialled.
pub(crate) fn dial_times(seen: &[(Duration, MeshOutput)]) -> Vec<Duration> {
    seen.iter().filter(|(_, output)| matches!(output, MeshOutput::Dial { .. })).map(|(at, _)| *at).collect()
}

pub(crate) fn close(link: LinkId, reason: LinkCloseReason) -> MeshOutput {
    MeshOutput::Close { link, reason }
}
