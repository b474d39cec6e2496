//! What a page in Rust can do with a channel: `tests/browser/rust-page.test.mjs` runs it in Chromium.

mod line;
mod stream;

use std::time::Duration;

use js_sys::Function;
use networkwebsockets::{Builder, Channel, Event, Peer};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use stream::Stream;

/// A channel whose events become lines.
#[wasm_bindgen]
pub struct Member {
    channel: Channel,
}

#[wasm_bindgen]
impl Member {
    /// Joins, and calls `hear` with each event as a line.
    pub async fn open(name: String, endpoint: String, hear: Function) -> Result<Self, String> {
        Ok(Self::of(builder(&endpoint).open(&name).await.map_err(text)?, hear))
    }

    /// Joins, and the channel ends with its connection.
    #[wasm_bindgen(js_name = openOnce)]
    pub async fn open_once(name: String, endpoint: String, hear: Function) -> Result<Self, String> {
        Ok(Self::of(builder(&endpoint).no_reconnect().open(&name).await.map_err(text)?, hear))
    }

    /// Joins without waiting, and keeps what is sent in a gap.
    pub fn start(name: &str, endpoint: &str, hear: Function) -> Result<Self, String> {
        Ok(Self::of(builder(endpoint).queue_in_gaps(1024).start(name).map_err(text)?, hear))
    }

    /// Joins, and takes no events.
    #[wasm_bindgen(js_name = openIdle)]
    pub async fn open_idle(name: String, endpoint: String) -> Result<Self, String> {
        let channel = builder(&endpoint).open(&name).await.map_err(text)?;
        Ok(Self { channel })
    }

    fn of(channel: Channel, hear: Function) -> Self {
        spawn_local(line::tell(channel.events(), hear));
        Self { channel }
    }

    /// Takes the events from now on.
    pub fn listen(&self, hear: Function) {
        spawn_local(line::tell(self.channel.events(), hear));
    }

    /// Takes events until so many messages have come, and gives their bytes.
    pub async fn count(&self, messages: usize) -> Result<usize, String> {
        let mut events = self.channel.events();
        let (mut count, mut bytes) = (0, 0);
        while count < messages {
            match events.next().await {
                Some(Event::Message { data, .. }) => {
                    count += 1;
                    bytes += data.as_bytes().len();
                }
                Some(Event::Reconnecting(gap)) => return Err(format!("a gap: {gap:?}")),
                Some(_) => {}
                None => return Err("the end".to_owned()),
            }
        }
        Ok(bytes)
    }

    /// The own id.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> Option<String> {
        self.channel.id().map(|id| id.to_string())
    }

    /// The ids of the peers.
    #[wasm_bindgen(getter)]
    pub fn peers(&self) -> Vec<String> {
        self.channel.peers().iter().map(|peer| peer.id().to_owned()).collect()
    }

    /// Says a text to all.
    pub async fn send(&self, data: String) -> Result<(), String> {
        self.channel.send(data).await.map_err(text)
    }

    /// Says bytes to all.
    #[wasm_bindgen(js_name = sendBytes)]
    pub async fn send_bytes(&self, bytes: Vec<u8>) -> Result<(), String> {
        self.channel.send(bytes).await.map_err(text)
    }

    /// Says a text to one peer.
    #[wasm_bindgen(js_name = sendTo)]
    pub async fn send_to(&self, id: String, data: String) -> Result<(), String> {
        self.peer(&id)?.send(data).await.map_err(text)
    }

    /// Opens a stream to a peer.
    pub async fn dial(&self, id: String, protocol: String) -> Result<Stream, String> {
        self.peer(&id)?.dial(&[&protocol]).await.map(Stream::from).map_err(text)
    }

    /// Accepts all streams for this protocol, and sends back what comes.
    pub fn serve(&self, protocol: String) {
        spawn_local(stream::serve(self.channel.incoming(), protocol));
    }

    /// Leaves.
    pub fn close(&self, code: u16, reason: &str) -> Result<(), String> {
        self.channel.close_with(code, reason).map_err(text)
    }

    fn peer(&self, id: &str) -> Result<Peer, String> {
        self.channel.peer(id).ok_or_else(|| "no such peer".to_owned())
    }
}

fn builder(endpoint: &str) -> Builder {
    Channel::builder().endpoint(endpoint).max_delay(Duration::from_millis(500))
}

fn text(error: networkwebsockets::Error) -> String {
    error.to_string()
}
