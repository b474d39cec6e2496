//! Starts everything by which this proxy reaches others: listening, announcing, and dialling.

#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::rc::Rc;
use std::sync::Arc;

use nws_backbone::Backbone;
use nws_protocol::LINK_PORT;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::AbortHandle;

use crate::backbone::{self, BackboneParts};
use crate::config::Links;
use crate::discovery::{Discovery, DomainProxies, Mdns, NamedPeers, PeerAddress, TailnetMachines};
use crate::error::Error;
use crate::interfaces::Interfaces;
use crate::link::{self, Accounts, Context, LinkListener, SharedContext, Tasks};
use crate::mesh::{Dialer, MeshDriver, MeshQuestion};
use crate::refusals::Refusals;
use crate::shard::{News, ShardHandles};
use crate::tls::Identity;
use crate::trouble::Troubles;
use crate::workers::Workers;

/// News of channels that may wait. A shard that has more sums them up.
const NEWS: usize = 1024;

/// Bytes that the allocator keeps instead of returning them to the system.
const KEPT: usize = 2 * 1024 * 1024;

/// The channel by which shards tell which of their channels have members.
pub(crate) fn news() -> (mpsc::Sender<News>, mpsc::Receiver<News>) {
    mpsc::channel(NEWS)
}

/// What other parts of this proxy tell and ask the network.
pub(crate) struct Inputs {
    /// Which channels have members.
    pub(crate) news: mpsc::Receiver<News>,
    /// What is asked of the mesh.
    pub(crate) asked: mpsc::Receiver<MeshQuestion>,
    /// The addresses that the user gives.
    pub(crate) peers: watch::Receiver<Arc<[PeerAddress]>>,
}

/// The network side of a proxy. Dropping it ends it.
pub(crate) struct Network {
    mesh: Rc<MeshDriver>,
    discovery: Discovery,
    shards: ShardHandles,
    news: mpsc::Receiver<News>,
    asked: mpsc::Receiver<MeshQuestion>,
    listening: Option<AbortHandle>,
    /// The tasks of listening, dials and links.
    tasks: Tasks,
    context: SharedContext,
    backbone: Option<Backbone>,
}

impl Network {
    /// Starts to listen and to look for other proxies.
    ///
    /// # Errors
    ///
    /// Fails when the system lacks something that it needs.
    pub(crate) async fn start(
        config: Links,
        identity: Identity,
        listener: LinkListener,
        shards: ShardHandles,
        inputs: Inputs,
        refusals: Refusals,
    ) -> Result<Self, Error> {
        let Inputs { news, asked, peers } = inputs;
        keep_memory();
        let proxy = identity.id().clone();
        let interfaces = Interfaces::watch(config.interfaces.clone()).map_err(Error::Interfaces)?;
        let questions = Arc::new(Notify::new());
        let mut discovery = Discovery::new();
        if config.discovery {
            let (filter, interfaces) = (config.interfaces, interfaces.clone());
            let (proxy, port, questions) = (proxy.clone(), listener.port(), Arc::clone(&questions));
            discovery.add(Mdns { proxy, port, filter, interfaces, questions });
        }
        discovery.add(NamedPeers(peers));
        for domain in config.browse_domains {
            discovery.add(DomainProxies::of(domain));
        }
        tracing::info!(%proxy, port = listener.port(), "listening for other proxies");
        let tailnet = config.tailscale.map(|socket| {
            if listener.port() != LINK_PORT {
                let port = listener.port();
                tracing::warn!(
                    port,
                    "--tailscale: other machines look for this proxy at port {LINK_PORT} only"
                );
            }
            let (machines, tailnet) = TailnetMachines::of(socket);
            discovery.add(machines);
            tailnet
        });
        let BackboneParts { backbone, sites, channels } =
            backbone::start(config.backbone, proxy.clone()).await?;
        let tasks = Tasks::default();
        let context = Rc::new(Context {
            identity,
            port: listener.port(),
            shards: shards.clone(),
            interfaces,
            tailnet,
            allow_remote: config.allow_remote,
            refusals,
            accounts: Accounts::new(),
            greedy: Troubles::new(),
            refusing: Troubles::new(),
            arithmetic: Workers::new(),
            tasks: tasks.starter(),
            sites,
        });
        let mesh = MeshDriver::new(proxy, dialer(Rc::clone(&context)), questions, channels)?;
        let listening = link::listen(Rc::clone(&context), Rc::clone(&mesh), listener);
        let listening = tasks.starter().start(listening);
        Ok(Self { mesh, discovery, shards, news, asked, listening, tasks, context, backbone })
    }

    /// Runs the links of this proxy with others.
    pub(crate) async fn run(&mut self) -> Infallible {
        let mesh = Rc::clone(&self.mesh);
        tokio::select! {
            never = mesh.tell_isolated(&self.shards) => never,
            never = mesh.tell_searched(&self.shards) => never,
            never = backbone::serve(&self.context, &mesh, self.backbone.as_mut()) => never,
            never = Rc::clone(&self.mesh).drive(&mut self.news, &mut self.asked, &mut self.discovery) => never,
        }
    }

    /// Ends all links, and says goodbye to the neighbours. The tasks that have not ended by then
    /// end when the result is dropped.
    pub(crate) async fn stop(self) -> Tasks {
        if let Some(listening) = self.listening {
            listening.abort();
        }
        self.mesh.shut_down();
        let leaving = async {
            if let Some(backbone) = self.backbone {
                backbone.stop().await;
            }
        };
        tokio::join!(self.discovery.stop(), leaving);
        self.tasks
    }
}

/// Links pass frames of 64 KiB through several functions. The allocator of glibc returns such
/// memory to the system as soon as it lies at the end of the heap. The page faults of taking it
/// again were measured to be a tenth of the cost of bulk transfer. glibc keeps twice the size of
/// the largest block that it has seen freed.
fn keep_memory() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(KEPT)));
}

fn dialer(context: Rc<Context>) -> Box<Dialer> {
    Box::new(move |mesh, dial, to| link::dial(Rc::clone(&context), mesh, dial, to))
}
