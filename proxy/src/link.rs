//! Links to other proxies: a TCP connection, TLS, and a WebSocket. On it both sides match their
//! channels and then relay them.

mod accounts;
mod backbone;
mod carrier;
mod dial;
mod end;
mod handshake;
mod head;
mod inquiry;
mod intake;
mod listen;
mod mask;
mod matching;
#[cfg(feature = "measure")]
mod measure;
mod relay;
mod routes;
mod socket;
mod tasks;
mod wire;
mod writer;

use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use nws_protocol::ProxyId;
use tokio::sync::watch;

use crate::backbone::Sites;
use crate::discovery::Tailnet;
use crate::interfaces::Interfaces;
use crate::refusals::Refusals;
use crate::shard::ShardHandles;
use crate::tls::Identity;
use crate::trouble::Troubles;
use crate::workers::Workers;

pub(crate) use accounts::Accounts;
pub(crate) use backbone::accept_site;
pub(crate) use dial::dial;
pub(crate) use inquiry::{Absence, Inquired, Misfit, inquire};
pub(crate) use listen::{LinkListener, listen};
#[cfg(feature = "measure")]
pub use measure::LinkScene;
pub(crate) use tasks::{Starter, Tasks};

/// What every link needs.
pub(crate) struct Context {
    /// The identity of this proxy.
    pub(crate) identity: Identity,
    /// The port on which other proxies reach this one.
    pub(crate) port: u16,
    /// The shards, which own the channels.
    pub(crate) shards: ShardHandles,
    /// The networks that this machine is on.
    pub(crate) interfaces: watch::Receiver<Arc<Interfaces>>,
    /// The tailnet that it is on, if the proxies there are to be found.
    pub(crate) tailnet: Option<Tailnet>,
    /// Whether proxies of other networks may connect.
    pub(crate) allow_remote: bool,
    /// Counts the proxies that get no link or lose it.
    pub(crate) refusals: Refusals,
    /// Accounts of what links together make this proxy keep.
    pub(crate) accounts: Accounts,
    /// Addresses whose links made it keep too much.
    pub(crate) greedy: Troubles<IpAddr>,
    /// Proxies that refuse a link or are refused one, and why.
    pub(crate) refusing: Troubles<(ProxyId, String)>,
    /// Runs the arithmetic of their matching.
    pub(crate) arithmetic: Workers,
    /// Starts their tasks.
    pub(crate) tasks: Starter,
    /// The sites of the backbone, if there is one.
    pub(crate) sites: Option<Sites>,
}

impl Context {
    /// Warns of a link that this proxy or `proxy` has refused.
    fn warn_refused(&self, proxy: &ProxyId, addresses: &[std::net::SocketAddr], reason: String) {
        if self.refusing.is_news((proxy.clone(), reason.clone())) {
            tracing::warn!(%proxy, ?addresses, "a link is refused: {reason}");
        }
    }

    fn is_on_link(&self, address: &std::net::SocketAddr) -> bool {
        self.interfaces.borrow().is_on_link(address)
    }

    /// Gives whether another machine of the tailnet has the address.
    fn is_in_tailnet(&self, address: &std::net::SocketAddr) -> bool {
        self.tailnet.as_ref().is_some_and(|tailnet| tailnet.has(address.ip()))
    }
}

/// The context of all links of one proxy, which are on one thread.
pub(crate) type SharedContext = Rc<Context>;
