//! Tells what there is at one moment, to those who watch a proxy. Nothing changes by that.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use nws_protocol::{PeerId, ProxyId, Scope};

use super::delivery::QueueState;
use super::history::{ClientEvent, Counts};
use super::rosters::{Channel, Client, Member};
use super::{ChannelKey, Channels, ConnId, Framing};

/// How much a survey lists at most. It counts all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SurveyBounds {
    /// Channels.
    pub channels: usize,
    /// Peers: of this proxy and of others together.
    pub peers: usize,
}

/// What there is at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The channels, in no particular order.
    pub channels: Vec<ChannelState>,
    /// The peers. Clients for which something waits, or that are held, come first.
    pub peers: Vec<PeerState>,
    /// Counts of the proxies that have members in these channels.
    pub groups: BTreeMap<ProxyId, GroupsState>,
    /// What happened lately, the oldest first.
    pub events: Vec<ClientEvent>,
    /// Sums over everything, whatever the bounds are.
    pub sums: Sums,
    /// What all clients ever did.
    pub counts: Counts,
}

/// Sums over all channels and clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Local channels.
    pub local_channels: usize,
    /// Network channels.
    pub network_channels: usize,
    /// Network channels that are offered to no other proxy, as there are too many.
    pub isolated_channels: usize,
    /// Clients that are present.
    pub clients: usize,
    /// Peers of other proxies that are present.
    pub elsewhere: usize,
    /// Clients for which something waits that their sockets did not take.
    pub lagging: usize,
    /// Clients that are held back.
    pub held: usize,
    /// Bytes that wait for clients.
    pub waiting: usize,
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelState {
    /// Its scope and name.
    pub key: ChannelKey,
    /// Clients with structured frames.
    pub structured: usize,
    /// Clients with raw frames.
    pub raw: usize,
    /// Peers of other proxies.
    pub elsewhere: usize,
    /// Other proxies that have matched it.
    pub proxies: usize,
    /// It is not offered to other proxies, as there are too many.
    pub is_isolated: bool,
    /// Messages that its clients have sent.
    pub messages: u64,
    /// Bytes of these messages.
    pub bytes: u64,
}

/// A peer that is present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerState {
    /// Its id.
    pub peer: PeerId,
    /// Its channel.
    pub channel: ChannelKey,
    /// Where it is.
    pub place: PeerPlace,
}

/// Where a peer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerPlace {
    /// It is a client of this proxy.
    Here(ClientState),
    /// It is a client of this other proxy.
    Elsewhere(ProxyId),
}

/// What is known of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientState {
    /// Its connection.
    pub conn: ConnId,
    /// The form of its frames.
    pub framing: Framing,
    /// The time since it has joined.
    pub age: Duration,
    /// The time since it was last heard.
    pub silence: Duration,
    /// Messages that it has sent.
    pub messages: u64,
    /// Bytes of these messages.
    pub received_bytes: u64,
    /// Bytes that were written to it.
    pub written_bytes: u64,
    /// Bytes that wait for it.
    pub waiting: usize,
    /// It is not read, because a recipient takes what it sends too slowly.
    pub is_held: bool,
    /// The time since its socket last took anything, if it did not take everything.
    pub lag: Option<Duration>,
}

/// What one other proxy has in all channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupsState {
    /// Channels that both have.
    pub channels: usize,
    /// Its members that are present.
    pub members: usize,
    /// Bytes that wait for it.
    pub waiting: usize,
    /// Channels in which it gets no credit, because a recipient reads too slowly.
    pub held: usize,
    /// The longest time in which it took nothing, where something waits for it.
    pub lag: Option<Duration>,
}

impl Channels {
    /// What there is at `now`. That takes the longer the more there is: less than 2 ms for ten
    /// thousand peers (`cargo xtask bench turns`).
    pub fn survey(&mut self, bounds: SurveyBounds, now: Instant) -> Survey {
        let now = self.awake(now);
        let mut survey = Survey { counts: self.history.counts, ..Survey::default() };
        self.survey_channels(bounds.channels, &mut survey);
        self.survey_groups(&mut survey, now);
        self.survey_clients(bounds.peers, &mut survey, now);
        self.survey_elsewhere(bounds.peers, &mut survey);
        survey.counts.written_bytes = self.delivery.written_to_clients();
        survey.events = self.history.events(now).collect();
        survey
    }

    fn survey_channels(&self, most: usize, survey: &mut Survey) {
        for (id, channel) in self.rosters.channels() {
            match channel.key.scope {
                Scope::Local => survey.sums.local_channels += 1,
                Scope::Network => survey.sums.network_channels += 1,
            }
            survey.sums.isolated_channels += usize::from(channel.is_isolated);
            if survey.channels.len() < most {
                let elsewhere = self.rosters.count(id) - channel.present.len();
                survey.channels.push(self.channel_state(channel, elsewhere));
            }
        }
    }

    fn channel_state(&self, channel: &Channel, elsewhere: usize) -> ChannelState {
        let clients = channel.present.iter().filter_map(|entry| self.rosters.client(entry.conn));
        let sum = |(messages, bytes), client: &Client| (messages + client.messages, bytes + client.bytes);
        let (messages, bytes) = clients.fold((channel.messages, channel.bytes), sum);
        ChannelState {
            key: channel.key.clone(),
            structured: channel.present.len() - channel.raw,
            raw: channel.raw,
            elsewhere,
            proxies: channel.groups.len(),
            is_isolated: channel.is_isolated,
            messages,
            bytes,
        }
    }

    fn survey_groups(&self, survey: &mut Survey, now: Instant) {
        for (conn, member) in self.rosters.members() {
            let Member::Group(group) = member else { continue };
            let QueueState { waiting, is_held, progress, .. } = self.delivery.state(conn);
            let lag = progress.map(|progress| now.saturating_duration_since(progress));
            let state = survey.groups.entry(group.proxy.clone()).or_default();
            state.channels += usize::from(group.channel().is_some());
            state.members += group.peers.present_count();
            state.waiting += waiting;
            state.held += usize::from(is_held);
            state.lag = state.lag.max(lag);
            survey.sums.elsewhere += group.peers.present_count();
        }
    }

    fn survey_clients(&self, most: usize, survey: &mut Survey, now: Instant) {
        let mut quiet = Vec::new();
        for (conn, member) in self.rosters.members() {
            let Member::Client(client) = member else { continue };
            let state = self.delivery.state(conn);
            let is_slow = state.is_held || state.progress.is_some();
            survey.sums.clients += 1;
            survey.sums.lagging += usize::from(state.progress.is_some());
            survey.sums.held += usize::from(state.is_held);
            survey.sums.waiting += state.waiting;
            survey.counts.messages += client.messages;
            survey.counts.received_bytes += client.bytes;
            if is_slow && survey.peers.len() < most {
                survey.peers.extend(self.client_state(conn, client, state, now));
            } else if !is_slow && quiet.len() < most {
                quiet.push((conn, client, state));
            }
        }
        let room = most - survey.peers.len();
        let quiet = quiet.into_iter().take(room);
        survey
            .peers
            .extend(quiet.filter_map(|(conn, client, state)| self.client_state(conn, client, state, now)));
    }

    fn client_state(
        &self,
        conn: ConnId,
        client: &Client,
        state: QueueState,
        now: Instant,
    ) -> Option<PeerState> {
        let channel = self.rosters.channel(client.channel)?.key.clone();
        let since = |time| now.saturating_duration_since(time);
        let place = PeerPlace::Here(ClientState {
            conn,
            framing: client.framing,
            age: since(client.since),
            silence: since(client.heard),
            messages: client.messages,
            received_bytes: client.bytes,
            written_bytes: state.written,
            waiting: state.waiting,
            is_held: state.is_held,
            lag: state.progress.map(since),
        });
        Some(PeerState { peer: client.id.clone(), channel, place })
    }

    fn survey_elsewhere(&self, most: usize, survey: &mut Survey) {
        let groups = self.rosters.members().filter_map(|(_, member)| match member {
            Member::Group(group) => Some(group),
            Member::Reserved(_) | Member::Client(_) | Member::Closing { .. } => None,
        });
        for group in groups {
            let Some(channel) = group.channel().and_then(|id| self.rosters.channel(id)) else { continue };
            for peer in group.peers.present() {
                if survey.peers.len() >= most {
                    return;
                }
                let (channel, place) = (channel.key.clone(), PeerPlace::Elsewhere(group.proxy.clone()));
                survey.peers.push(PeerState { peer: peer.clone(), channel, place });
            }
        }
    }
}
