//! A server of the framing `tcp`, which does right or one thing wrong.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// A sender that says nothing for so long is taken to have ended.
const SILENCE: Duration = Duration::from_millis(100);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Right,
    /// Everybody hears everybody.
    MixesChannels,
    /// The last message of a sender comes once more, when it is silent.
    RepeatsLast,
}

/// Dropping it ends it.
pub(crate) struct Hub {
    port: u16,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Members {
    count: usize,
    channels: HashMap<Vec<u8>, Vec<(usize, OwnedWriteHalf)>>,
}

impl Hub {
    pub(crate) async fn start(manner: Manner) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let members = Arc::new(Mutex::new(Members::default()));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&members), manner));
            }
        });
        Ok(Self { port, task })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, members: Arc<Mutex<Members>>, manner: Manner) -> Result<()> {
    stream.set_nodelay(true)?;
    let (mut read, mut write) = stream.into_split();
    let name = frame(&mut read).await?;
    let channel = if manner == Manner::MixesChannels { Vec::new() } else { name };
    write.write_all(&[0; 4]).await?;
    let own = members.lock().await.join(&channel, write);
    let mut last: Option<Vec<u8>> = None;
    loop {
        if timeout(SILENCE, read.peek(&mut [0])).await.is_err()
            && let Some(last) = last.take()
        {
            members.lock().await.relay(&channel, own, &last).await;
        }
        let Ok(frame) = frame(&mut read).await else { break };
        members.lock().await.relay(&channel, own, &frame).await;
        last = (manner == Manner::RepeatsLast).then_some(frame);
    }
    members.lock().await.leave(&channel, own);
    Ok(())
}

impl Members {
    fn join(&mut self, channel: &[u8], write: OwnedWriteHalf) -> usize {
        self.count += 1;
        self.channels.entry(channel.to_vec()).or_default().push((self.count, write));
        self.count
    }

    fn leave(&mut self, channel: &[u8], own: usize) {
        self.channels.entry(channel.to_vec()).or_default().retain(|(number, _)| *number != own);
    }

    async fn relay(&mut self, channel: &[u8], own: usize, frame: &[u8]) {
        let bytes = [&(frame.len() as u32).to_be_bytes(), frame].concat();
        let members = self.channels.get_mut(channel).into_iter().flatten();
        for (_, write) in members.filter(|(number, _)| *number != own) {
            // One that is leaving is taken out by its own task.
            let _ = write.write_all(&bytes).await;
        }
    }
}

async fn frame(read: &mut OwnedReadHalf) -> Result<Vec<u8>> {
    let mut frame = vec![0; read.read_u32().await? as usize];
    read.read_exact(&mut frame).await?;
    Ok(frame)
}
