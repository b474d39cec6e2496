//! Work of the mesh, with links to other proxies.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use nws_core::{LinkId, Mesh, MeshConfig, MeshInput, MeshOutput, Route};
use nws_protocol::{ChannelName, ProxyId};
use slotmap::SlotMap;

use super::Work;

struct Scene {
    mesh: Mesh,
    links: SlotMap<LinkId, ()>,
    now: Instant,
}

impl Scene {
    fn new() -> Self {
        let mesh = Mesh::new(MeshConfig::default(), proxy(0), [7; 32]);
        Self { mesh, links: SlotMap::with_key(), now: Instant::now() }
    }

    fn tell(&mut self, input: MeshInput) {
        self.mesh.handle(input, self.now);
        while self.mesh.poll_output().is_some() {}
    }

    /// Adds a link from another machine, which is ready and shares a channel.
    fn link(&mut self, n: u32) -> LinkId {
        let link = self.links.insert(());
        let source = IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + n));
        self.mesh.handle(
            MeshInput::Connected { link, proxy: proxy(n), source, route: Route::Direct, dial: None },
            self.now,
        );
        let is_start = |output: &MeshOutput| *output == MeshOutput::Start { link };
        assert!(std::iter::from_fn(|| self.mesh.poll_output()).any(|output| is_start(&output)));
        self.tell(MeshInput::Ready { link });
        self.tell(MeshInput::Matched { link });
        link
    }
}

/// Each proxy announces itself once. No more of them are kept than a table has room for.
pub(super) fn announcements(count: usize) -> Work {
    let mut scene = Scene::new();
    Box::new(move || {
        for (n, _) in (1..).zip(0..count) {
            let addresses = vec![(Ipv4Addr::from_bits(0x0a00_0000 + n), 9010).into()];
            scene.tell(MeshInput::Seen { proxy: proxy(n), addresses });
        }
    })
}

/// One more link comes and goes among others.
pub(super) fn link(others: usize) -> Work {
    let mut scene = Scene::new();
    for (n, _) in (1..).zip(0..others) {
        scene.link(n);
    }
    Box::new(move || {
        let link = scene.link(u32::MAX >> 8);
        scene.tell(MeshInput::Down { link });
    })
}

/// A link goes. All channels await answers, and it was the last link that had not answered.
pub(super) fn channels(count: usize) -> Work {
    let mut scene = Scene::new();
    let link = scene.link(1);
    for n in 0..count {
        let channel = ChannelName::new(&format!("c{n}")).expect("letters and digits are a name");
        scene.tell(MeshInput::Opened { channel });
    }
    Box::new(move || scene.tell(MeshInput::Down { link }))
}

fn proxy(n: u32) -> ProxyId {
    let mut digest = [1; 32];
    digest[..4].copy_from_slice(&n.to_be_bytes());
    ProxyId::from_digest(&digest)
}
