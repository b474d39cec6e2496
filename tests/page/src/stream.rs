//! Streams.

use networkwebsockets::{Error, Incomings, PeerStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::text;

/// A stream to a peer.
#[wasm_bindgen]
pub struct Stream(PeerStream);

impl From<PeerStream> for Stream {
    fn from(stream: PeerStream) -> Self {
        Self(stream)
    }
}

#[wasm_bindgen]
impl Stream {
    /// The subprotocol that the peer has chosen.
    #[wasm_bindgen(getter)]
    pub fn protocol(&self) -> String {
        self.0.protocol()
    }

    /// Says a text, and gives the text that comes next.
    pub async fn ask(&mut self, data: String) -> Result<Option<String>, String> {
        self.0.send(data).await.map_err(text)?;
        let answer = self.0.recv().await.map_err(text)?;
        Ok(answer.and_then(|data| data.as_text().map(str::to_owned)))
    }

    /// Writes so many bytes as bytes of a stream, and gives how many of them come back as they were.
    #[wasm_bindgen(js_name = pipe)]
    pub async fn pipe(&mut self, count: usize) -> Result<usize, String> {
        let failed = |error: std::io::Error| error.to_string();
        let mut back = vec![0; 10_000];
        let mut same = 0;
        while same < count {
            let sent: Vec<u8> = (same..same + back.len()).map(|at| (at % 251) as u8).collect();
            self.0.write_all(&sent).await.map_err(failed)?;
            self.0.flush().await.map_err(text)?;
            self.0.read_exact(&mut back).await.map_err(failed)?;
            same += sent.iter().zip(&back).filter(|(sent, back)| sent == back).count();
        }
        Ok(same)
    }

    /// Waits for the end, and tells it.
    pub async fn end(mut self) -> String {
        loop {
            match self.0.recv().await {
                Ok(Some(_)) => {}
                Ok(None) => return "closed".to_owned(),
                Err(error) => return error.to_string(),
            }
        }
    }

    /// Closes it.
    pub async fn close(self, code: u16, reason: String) -> Result<(), String> {
        self.0.close_with(code, &reason).await.map_err(text)
    }
}

/// Accepts those that offer `protocol`, and refuses all others.
pub(crate) async fn serve(mut incoming: Incomings, protocol: String) {
    while let Some(dial) = incoming.next().await {
        if !dial.protocols().contains(&protocol) {
            // A dial that is gone needs no answer.
            let _ = dial.reject(4001, "not served");
        } else if let Ok(stream) = dial.accept_with(&protocol) {
            spawn_local(async {
                // Whoever has dialled sees how it ended.
                let _ = echo(stream).await;
            });
        }
    }
}

async fn echo(mut stream: PeerStream) -> Result<(), Error> {
    while let Some(data) = stream.recv().await? {
        stream.send(data).await?;
    }
    stream.close().await
}
