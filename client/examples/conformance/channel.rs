//! One channel at a time, and what happens in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use networkwebsockets::{Channel, Data, Error, Event, Events, Incoming};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::command::{Command, Opening};
use super::stream::{self, Order};
use super::words::{failed, payload, word};
use crate::tell;

/// More than any script orders at once.
const ORDERS_MAX: usize = 4096;

/// Dials of peers that wait for an answer, under names that count them.
type Dials = Arc<Mutex<HashMap<String, Incoming>>>;

#[derive(Default)]
pub(crate) struct Driver {
    channel: Option<Channel>,
    dials: Dials,
    streams: HashMap<String, mpsc::Sender<Order>>,
    sayings: Option<mpsc::Sender<Command>>,
}

impl Driver {
    pub(crate) fn obey(&mut self, command: Command) {
        match command {
            Command::Open(opening) => self.open(&opening),
            Command::Send { .. } | Command::Close { .. } => {
                if let Some(sayings) = &self.sayings {
                    let _ = sayings.try_send(command);
                }
            }
            Command::Dial { peer, protocols, stream, hold } => self.dial(&peer, protocols, stream, hold),
            Command::Accept { stream, protocol, hold } => self.accept(stream, &protocol, hold),
            Command::Reject { stream, code, reason } => self.reject(&stream, code, &reason),
            Command::Say { stream, payload } => self.order(&stream, Order::Say(payload.data())),
            Command::Read { stream } => self.order(&stream, Order::Read),
            Command::End { stream, code, reason } => self.order(&stream, Order::End(code, reason)),
        }
    }

    fn open(&mut self, opening: &Opening) {
        *self = Self::default();
        let builder = Channel::builder().endpoint(&opening.endpoint);
        let builder = if opening.local { builder.local() } else { builder };
        let builder = if opening.reconnect { builder } else { builder.no_reconnect() };
        let builder = match opening.max_delay.filter(|_| opening.reconnect) {
            Some(delay) => builder.max_delay(Duration::from_millis(delay)),
            None => builder,
        };
        match builder.start(&opening.channel) {
            Ok(channel) => self.begin(channel),
            Err(error) => tell(&failed("open", &error)),
        }
    }

    fn begin(&mut self, channel: Channel) {
        tokio::spawn(watch(channel.events(), self.dials.clone()));
        let (sayings, orders) = mpsc::channel(ORDERS_MAX);
        tokio::spawn(say(channel.clone(), orders));
        self.sayings = Some(sayings);
        self.channel = Some(channel);
    }

    fn dial(&mut self, peer: &str, protocols: Vec<String>, name: String, hold: bool) {
        let Some(peer) = self.channel.as_ref().and_then(|channel| channel.peer(peer)) else {
            return tell(&json!({ "event": "ended", "stream": name, "error": word(&Error::PeerGone) }));
        };
        let (orders, rest) = mpsc::channel(ORDERS_MAX);
        self.streams.insert(name.clone(), orders);
        tokio::spawn(async move {
            let protocols: Vec<&str> = protocols.iter().map(String::as_str).collect();
            match peer.dial(&protocols).await {
                Ok(socket) => stream::drive(socket, name, rest, hold).await,
                Err(error) => tell(&super::words::ended(&name, &error)),
            }
        });
    }

    fn accept(&mut self, name: String, protocol: &str, hold: bool) {
        match self.take(&name).map(|dial| dial.accept_with(protocol)) {
            Some(Ok(socket)) => {
                let (orders, rest) = mpsc::channel(ORDERS_MAX);
                self.streams.insert(name.clone(), orders);
                tokio::spawn(stream::drive(socket, name, rest, hold));
            }
            Some(Err(error)) => tell(&failed("accept", &error)),
            None => tell(&failed("accept", &Error::PeerGone)),
        }
    }

    fn reject(&self, name: &str, code: Option<u16>, reason: &str) {
        let Some(dial) = self.take(name) else { return };
        // Without a code it is refused by being dropped.
        if let Some(Err(error)) = code.map(|code| dial.reject(code, reason)) {
            tell(&failed("reject", &error));
        }
    }

    fn take(&self, name: &str) -> Option<Incoming> {
        self.dials.lock().unwrap_or_else(PoisonError::into_inner).remove(name)
    }

    fn order(&self, stream: &str, order: Order) {
        if let Some(orders) = self.streams.get(stream) {
            let _ = orders.try_send(order);
        }
    }
}

/// Says one thing after the other.
async fn say(channel: Channel, mut orders: mpsc::Receiver<Command>) {
    while let Some(command) = orders.recv().await {
        if let Command::Send { to, payload } = command {
            tell_failure("send", send(&channel, to, payload.data()).await);
        } else if let Command::Close { code, reason } = command {
            tell_failure("close", channel.close_with(code, &reason));
        }
    }
}

async fn send(channel: &Channel, to: Option<String>, data: Data) -> Result<(), Error> {
    match to {
        None => channel.send(data).await,
        Some(id) => channel.peer(&id).ok_or(Error::PeerGone)?.send(data).await,
    }
}

fn tell_failure(what: &str, result: Result<(), Error>) {
    if let Err(error) = result {
        tell(&failed(what, &error));
    }
}

async fn watch(mut events: Events, dials: Dials) {
    let mut count = 0;
    while let Some(event) = events.next().await {
        if let Event::Dial(dial) = event {
            count += 1;
            let name = format!("in{count}");
            let (peer, protocols) = (dial.peer().id(), dial.protocols());
            tell(&json!({ "event": "dial", "peer": peer, "protocols": protocols, "stream": name }));
            dials.lock().unwrap_or_else(PoisonError::into_inner).insert(name, dial);
        } else if let Some(told) = told(&event) {
            tell(&told);
        }
    }
}

fn told(event: &Event) -> Option<Value> {
    Some(match event {
        Event::Open { id } => json!({ "event": "open", "id": &**id }),
        Event::Connect(peer) => json!({ "event": "connect", "peer": peer.id() }),
        Event::Disconnect(peer) => json!({ "event": "disconnect", "peer": peer.id() }),
        Event::Sync { is_settled } => json!({ "event": "sync", "settled": is_settled }),
        Event::Message { from, data, direct } => {
            payload(json!({ "event": "message", "from": from.id(), "direct": direct }), data)
        }
        Event::Fault(Error::Fault { code, target, .. }) => {
            json!({ "event": "fault", "code": code, "target": target })
        }
        Event::Fault(error) => json!({ "event": "fault", "code": word(error) }),
        Event::Reconnecting(gap) => json!({
            "event": "reconnecting",
            "attempt": gap.attempt,
            "delay": gap.delay.as_secs_f64() * 1000.0,
            "code": gap.code,
            "reason": gap.reason,
        }),
        Event::Closed(closed) => json!({
            "event": "closed",
            "code": closed.code,
            "reason": closed.reason,
            "error": closed.error.as_ref().map(word),
        }),
        Event::Dial(_) | _ => return None,
    })
}
