//! Links to other proxies: a TCP connection, TLS, a WebSocket, and inside it what both sides find
//! out about their channels and then relay.

mod dial;
mod end;
mod intake;
mod listen;
mod matching;
#[cfg(feature = "measure")]
mod measure;
mod piece;
mod relay;
mod routes;
mod socket;
mod tasks;
mod wire;
mod writer;

use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use nws_core::Account;
use tokio::sync::watch;

use crate::interfaces::Interfaces;
use crate::refusals::Refusals;
use crate::shard::ShardHandles;
use crate::tls::Identity;
use crate::trouble::Troubles;
use crate::workers::Workers;

pub(crate) use dial::dial;
pub(crate) use listen::{LinkListener, listen};
#[cfg(feature = "measure")]
pub use measure::LinkScene;
pub(crate) use tasks::{Starter, Tasks};

/// What every link needs.
pub(crate) struct Context {
    /// The identity of this proxy.
    pub(crate) identity: Identity,
    /// The port on which others reach it.
    pub(crate) port: u16,
    /// The shards, which own the channels.
    pub(crate) shards: ShardHandles,
    /// The networks that we are on.
    pub(crate) interfaces: watch::Receiver<Arc<Interfaces>>,
    /// Whether others may link from other networks.
    pub(crate) allow_remote: bool,
    /// Counts the proxies that do not get a link, or do not keep it.
    pub(crate) refusals: Refusals,
    /// What all links together make this proxy keep.
    pub(crate) account: Arc<Account>,
    /// Addresses whose links made it keep too much.
    pub(crate) greedy: Troubles<IpAddr>,
    /// Does the arithmetic of their matching.
    pub(crate) arithmetic: Workers,
    /// What starts their tasks.
    pub(crate) tasks: Starter,
}

impl Context {
    fn is_on_link(&self, address: &std::net::SocketAddr) -> bool {
        self.interfaces.borrow().is_on_link(address)
    }
}

/// A context for all links of one proxy, which are on one thread.
pub(crate) type SharedContext = Rc<Context>;
