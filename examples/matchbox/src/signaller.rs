//! One room.

use std::collections::VecDeque;

use matchbox_socket::async_trait::async_trait;
use matchbox_socket::{PeerEvent, PeerId, PeerRequest, SignalingError, Signaller};
use networkwebsockets::{Channel, Data, Departure, Error, Event, Events, Peer};
use uuid::Uuid;

use crate::failed;
use crate::note::Note;
use crate::players::Players;

/// Tells the players of a channel to matchbox, and carries what their WebRTC says.
pub(crate) struct ChannelSignaller {
    own: PeerId,
    is_told: bool,
    channel: Channel,
    events: Events,
    players: Players,
    /// Peers that do not know yet who this is.
    newcomers: VecDeque<Peer>,
}

impl ChannelSignaller {
    pub(crate) fn new(channel: Channel, events: Events) -> Self {
        Self {
            own: PeerId(Uuid::new_v4()),
            is_told: false,
            channel,
            events,
            players: Players::default(),
            newcomers: VecDeque::new(),
        }
    }

    /// Says hello to all newcomers. A future that is dropped has said it or will say it again.
    async fn greet(&mut self) -> Result<(), SignalingError> {
        while let Some(peer) = self.newcomers.front() {
            passed(peer.send(Note::Hello(self.own).write()).await)?;
            self.newcomers.pop_front();
        }
        Ok(())
    }

    fn on_event(&mut self, event: Event) -> Result<Option<PeerEvent>, SignalingError> {
        Ok(match event {
            Event::Connect(peer) => {
                self.newcomers.push_back(peer);
                None
            }
            Event::Disconnect(peer) if peer.departure() == Some(Departure::Lost) => {
                self.players.lose(&peer);
                None
            }
            Event::Disconnect(peer) => self.players.remove(&peer).map(PeerEvent::PeerLeft),
            Event::Message { from, data: Data::Text(text), direct: true } => {
                Note::read(&text).and_then(|note| self.on_note(from, note))
            }
            Event::Closed(closed) => {
                return Err(closed.error.map(failed).unwrap_or(SignalingError::StreamExhausted));
            }
            _ => None,
        })
    }

    fn on_note(&mut self, from: Peer, note: Note) -> Option<PeerEvent> {
        match note {
            // Of each two players one makes the offer.
            Note::Hello(player) => {
                let is_new = self.players.insert(from, player);
                (is_new && self.own > player).then_some(PeerEvent::NewPeer(player))
            }
            Note::Signal(data) => {
                let sender = self.players.player(&from)?;
                Some(PeerEvent::Signal { sender, data })
            }
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl Signaller for ChannelSignaller {
    async fn send(&mut self, request: PeerRequest) -> Result<(), SignalingError> {
        match request {
            PeerRequest::Signal { receiver, data } => match self.players.peer(receiver) {
                Some(peer) => passed(peer.send(Note::Signal(data).write()).await),
                None => Ok(()),
            },
            // The proxy does that.
            PeerRequest::KeepAlive => Ok(()),
        }
    }

    async fn next_message(&mut self) -> Result<PeerEvent, SignalingError> {
        if !std::mem::replace(&mut self.is_told, true) {
            return Ok(PeerEvent::IdAssigned(self.own));
        }
        loop {
            self.greet().await?;
            let event = self.events.next().await.ok_or(SignalingError::StreamExhausted)?;
            if let Some(event) = self.on_event(event)? {
                return Ok(event);
            }
        }
    }
}

impl Drop for ChannelSignaller {
    fn drop(&mut self) {
        self.channel.close();
    }
}

/// Whoever has gone needs nothing more.
fn passed(sent: Result<(), Error>) -> Result<(), SignalingError> {
    match sent {
        Err(Error::PeerGone | Error::NotOpen) => Ok(()),
        sent => sent.map_err(failed),
    }
}
