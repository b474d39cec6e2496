//! Structured clients that know themselves and each other.

use std::ops::{Deref, DerefMut};

use anyhow::{Result, bail};

use crate::{Client, Proxy};

/// A client that has joined with structured frames and has heard all there was to hear.
pub struct Peer {
    /// Its id.
    pub id: String,
    client: Client,
}

impl Peer {
    /// Joins a channel in which nobody is.
    pub async fn alone(proxy: &Proxy, path: &str) -> Result<Self> {
        let [peer] = Self::meet(proxy, [path]).await?;
        Ok(peer)
    }

    /// Joins one after the other, all in one channel that was empty, and takes the notices of it.
    pub async fn meet<const N: usize>(proxy: &Proxy, paths: [&str; N]) -> Result<[Self; N]> {
        let mut peers = Vec::new();
        for path in paths {
            let newcomer = Self::join(proxy, path, &peers).await?;
            for peer in &mut peers {
                newcomer.is_seen_by(peer).await?;
            }
            peers.push(newcomer);
        }
        match peers.try_into() {
            Ok(peers) => Ok(peers),
            Err(_) => bail!("as many peers as paths"),
        }
    }

    /// Joins a channel in which exactly `present` are.
    async fn join(proxy: &Proxy, path: &str, present: &[Self]) -> Result<Self> {
        let mut client = Client::join(proxy, path).await?;
        let mut seen = Vec::new();
        for _ in present {
            seen.push(client.arrival().await?);
        }
        if present.iter().any(|peer| !seen.contains(&peer.id)) {
            bail!("a newcomer is shown {seen:?}");
        }
        Ok(Self { id: client.id().await?, client })
    }

    async fn is_seen_by(&self, peer: &mut Self) -> Result<()> {
        let arrived = peer.arrival().await?;
        if arrived != self.id {
            bail!("{arrived} arrived where {} was expected", self.id);
        }
        Ok(())
    }

    /// Leaves with code 1000.
    pub async fn leave(self) -> Result<()> {
        self.client.leave().await
    }
}

impl Deref for Peer {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl DerefMut for Peer {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}
