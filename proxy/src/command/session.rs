//! A channel as the commands have it: how it is named, joined and left.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use clap::Args;
use networkwebsockets::{Channel, Event, Events, Peer};
use nws_protocol::limits::MESSAGE_MAX;
use tokio::time::timeout;

use super::ask::ProxyArgs;
use super::input::Input;
use super::stop::Stop;

/// How long a proxy may take to take all that was sent before the channel is left.
const LEAVING: Duration = Duration::from_secs(10);

/// The fewest characters that stand for a longer id.
pub(crate) const PREFIX_MIN: usize = 3;

/// A channel, as the command line names it.
#[derive(Debug, Args)]
pub(crate) struct ChannelArgs {
    /// The channel; with `-` the variable NWS_CHANNEL names it, or you are asked, so that the name is not in the
    /// list of processes
    channel: String,
    #[command(flatten)]
    proxy: ProxyArgs,
    /// The channel of this name that stays on this machine
    #[arg(long)]
    local: bool,
}

/// A channel that was joined.
pub(crate) struct Session {
    pub(crate) channel: Channel,
    pub(crate) events: Events,
    is_local: bool,
    /// All who were here before are known.
    is_complete: bool,
}

impl ChannelArgs {
    /// Joins. `reconnects` says what happens when the connection is lost: it is made again, or the channel ends.
    pub(crate) async fn join(&self, reconnects: bool) -> Result<Session, Stop> {
        let name = self.name().await?;
        let mut builder = self.proxy.channel();
        if self.local {
            builder = builder.local();
        }
        if !reconnects {
            builder = builder.no_reconnect();
        }
        let channel = builder.open(&name).await?;
        let events = channel.events();
        Ok(Session { channel, events, is_local: self.local, is_complete: false })
    }

    async fn name(&self) -> Result<String, Stop> {
        if self.channel != "-" {
            return Ok(self.channel.clone());
        }
        match std::env::var("NWS_CHANNEL") {
            Ok(name) if !name.is_empty() => Ok(name),
            _ if io::stdin().is_terminal() => ask().await,
            _ => Err(Stop::usage("the channel is `-`: set NWS_CHANNEL to its name")),
        }
    }
}

/// Whoever is asked can interrupt it, so a thread reads.
async fn ask() -> Result<String, Stop> {
    let cannot = |error: io::Error| Stop::failed(format!("cannot ask for the channel: {error}"));
    io::stderr().write_all(b"channel: ").map_err(cannot)?;
    let line = Input::line().next().await?;
    Ok(line.unwrap_or_default().trim().to_owned())
}

impl Session {
    /// What tells this channel from all others of the proxy.
    pub(crate) fn place(&self) -> String {
        let scope = if self.is_local { "local" } else { "network" };
        format!("{scope}/{}", self.channel.name())
    }

    /// The most bytes of a message.
    pub(crate) fn message_max(&self) -> usize {
        self.channel.max_message_size().unwrap_or(MESSAGE_MAX)
    }

    /// Waits until the channel ends, whatever else happens there.
    pub(crate) async fn ended(&mut self) -> Stop {
        end_of(&mut self.events).await
    }

    /// Waits until somebody is present, and all who were before are known; or until the peer that is wanted is.
    pub(crate) async fn audience(&mut self, to: Option<&str>, wait: Duration) -> Result<Vec<Peer>, Stop> {
        let found = timeout(wait, self.gathered(to)).await;
        let seconds = wait.as_secs_f64();
        found.unwrap_or_else(|_| {
            Err(Stop::unknown(match to {
                Some(to) => format!("no peer {to} is in the channel: waited {seconds} s"),
                None => format!("nobody else is in the channel: waited {seconds} s"),
            }))
        })
    }

    async fn gathered(&mut self, to: Option<&str>) -> Result<Vec<Peer>, Stop> {
        loop {
            if let Some(to) = to {
                let exact = self.channel.peer(to);
                if let Some(peer) = exact.map_or_else(|| self.found(to), |peer| Ok(Some(peer)))? {
                    return Ok(vec![peer]);
                }
            } else if self.is_complete {
                let peers = self.channel.peers();
                if !peers.is_empty() {
                    return Ok(peers);
                }
            }
            match self.events.next().await {
                Some(Event::Sync { .. }) => self.is_complete = true,
                Some(Event::Reconnecting(_)) => self.is_complete = false,
                Some(Event::Closed(closed)) => return Err(closed.into()),
                Some(_) => {}
                None => return Err(Stop::failed("the channel has ended")),
            }
        }
    }

    /// Another peer may have an id that begins so, until all are known.
    fn found(&self, to: &str) -> Result<Option<Peer>, Stop> {
        if self.is_complete { find(&self.channel, to) } else { Ok(None) }
    }

    /// Leaves when the proxy has taken all that was sent. Fails when the proxy could not pass something on.
    pub(crate) async fn leave(mut self) -> Result<(), Stop> {
        self.channel.close();
        let left = async {
            let mut fault = Ok(());
            while let Some(event) = self.events.next().await {
                match event {
                    Event::Fault(error) => fault = Err(error.into()),
                    Event::Closed(closed) if closed.error.is_some() => fault = Err(closed.into()),
                    _ => {}
                }
            }
            fault
        };
        let slow = || Stop::interrupted("the proxy has not taken all that was sent");
        timeout(LEAVING, left).await.unwrap_or_else(|_| Err(slow()))
    }
}

/// Waits for the event that ends a channel.
pub(crate) async fn end_of(events: &mut Events) -> Stop {
    loop {
        match events.next().await {
            Some(Event::Closed(closed)) => return closed.into(),
            Some(_) => {}
            None => return Stop::failed("the channel has ended"),
        }
    }
}

/// The peer with this id, or the only one whose id begins so.
pub(crate) fn find(channel: &Channel, wanted: &str) -> Result<Option<Peer>, Stop> {
    if let Some(peer) = channel.peer(wanted) {
        return Ok(Some(peer));
    }
    if wanted.len() < PREFIX_MIN {
        return Ok(None);
    }
    let mut peers = channel.peers();
    peers.retain(|peer| peer.id().starts_with(wanted));
    match peers.len() {
        0 | 1 => Ok(peers.pop()),
        several => Err(ambiguous(several, wanted)),
    }
}

pub(crate) fn ambiguous(several: usize, wanted: &str) -> Stop {
    Stop::unknown(format!("the ids of {several} peers begin with {wanted}: give more of it"))
}
