#![doc = include_str!("../README.md")]

mod note;
mod players;
#[cfg(not(target_family = "wasm"))]
mod runtime;
mod signaller;

use std::sync::Arc;

use matchbox_socket::async_trait::async_trait;
use matchbox_socket::{SignalingError, Signaller, SignallerBuilder};
use networkwebsockets::{Builder, Channel, Event, Events};

use signaller::ChannelSignaller;

/// Finds the other players by a channel, whose name is the *room URL* of the socket.
#[derive(Clone, Debug, Default)]
pub struct LanSignaller {
    builder: Builder,
}

impl LanSignaller {
    /// By the proxy of this machine, at its usual port.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// By a channel with these options.
    #[must_use]
    pub fn with(builder: Builder) -> Arc<Self> {
        Arc::new(Self { builder })
    }

    #[cfg(target_family = "wasm")]
    fn join(&self, name: &str) -> Result<Channel, SignalingError> {
        self.builder.clone().start(name).map_err(failed)
    }

    #[cfg(not(target_family = "wasm"))]
    fn join(&self, name: &str) -> Result<Channel, SignalingError> {
        let _entered = runtime::enter();
        self.builder.clone().start(name).map_err(failed)
    }
}

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl SignallerBuilder for LanSignaller {
    /// Joins the channel. Gives up after so many attempts, or never.
    async fn new_signaller(
        &self,
        attempts: Option<u16>,
        room_url: String,
    ) -> Result<Box<dyn Signaller>, SignalingError> {
        let channel = self.join(&room_url)?;
        let mut events = channel.events();
        opened(&mut events, attempts).await?;
        Ok(Box::new(ChannelSignaller::new(channel, events)))
    }
}

async fn opened(events: &mut Events, attempts: Option<u16>) -> Result<(), SignalingError> {
    loop {
        match events.next().await {
            Some(Event::Open { .. }) => return Ok(()),
            Some(Event::Reconnecting(gap)) if attempts.is_some_and(|most| gap.attempt >= most.into()) => {
                let error = gap.error.map(failed).unwrap_or(SignalingError::StreamExhausted);
                return Err(SignalingError::NegotiationFailed(Box::new(error)));
            }
            Some(Event::Closed(closed)) => {
                return Err(closed.error.map(failed).unwrap_or(SignalingError::StreamExhausted));
            }
            Some(_) => {}
            None => return Err(SignalingError::StreamExhausted),
        }
    }
}

fn failed(error: networkwebsockets::Error) -> SignalingError {
    SignalingError::UserImplementationError(error.to_string())
}
