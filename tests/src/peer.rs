//! Structured clients that know themselves and each other.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;

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

    /// Joins one empty channel at several proxies at once, and waits until everybody has been shown everybody else,
    /// once. In whichever order that happens, nothing else may.
    pub async fn gather<const N: usize>(places: [(&Proxy, &str); N]) -> Result<[Self; N]> {
        let mut peers = Vec::new();
        for (proxy, path) in places {
            peers.push(Self { id: String::new(), client: Client::join(proxy, path).await? });
        }
        let mut circles = Vec::new();
        for peer in &mut peers {
            circles.push(peer.settle(N - 1).await?);
        }
        for (peer, circle) in peers.iter().zip(circles) {
            let others: BTreeSet<_> =
                peers.iter().map(|other| other.id.clone()).filter(|id| *id != peer.id).collect();
            ensure!(circle == others, "{} was shown {circle:?} where {others:?} are", peer.id);
        }
        match peers.try_into() {
            Ok(peers) => Ok(peers),
            Err(_) => bail!("as many peers as paths"),
        }
    }

    /// Joins a channel in which at least `count` are, and returns whom it was shown before it knew itself and so many.
    pub async fn enter(proxy: &Proxy, path: &str, count: usize) -> Result<(Self, BTreeSet<String>)> {
        let mut newcomer = Self { id: String::new(), client: Client::join(proxy, path).await? };
        let shown = newcomer.settle(count).await?;
        Ok((newcomer, shown))
    }

    /// Joins a channel in which exactly `present` are, on whichever machines, and waits until all have seen it.
    pub async fn arrive(proxy: &Proxy, path: &str, present: &mut [&mut Self]) -> Result<Self> {
        let (newcomer, circle) = Self::enter(proxy, path, present.len()).await?;
        let others: BTreeSet<_> = present.iter().map(|peer| peer.id.clone()).collect();
        ensure!(circle == others, "a newcomer was shown {circle:?} where {others:?} are");
        for peer in present {
            newcomer.is_seen_by(peer).await?;
        }
        Ok(newcomer)
    }

    /// Everybody says something, and hears what all others say, once and nothing else: whatever else was on its way,
    /// such as a second arrival of somebody, would come before.
    pub async fn chorus(peers: &mut [&mut Self]) -> Result<()> {
        for peer in &mut *peers {
            peer.broadcast("chorus").await?;
        }
        let everybody: BTreeSet<_> = peers.iter().map(|peer| peer.id.clone()).collect();
        for peer in peers {
            let mut silent = everybody.clone();
            silent.remove(&peer.id);
            while !silent.is_empty() {
                let word = peer.json().await?;
                let is_next = word["action"] == "broadcast" && word["data"] == "chorus";
                let source = word["source"].as_str().unwrap_or_default();
                ensure!(is_next && silent.remove(source), "{} hears {word}", peer.id);
            }
        }
        Ok(())
    }

    /// Waits for the news that a peer has left and is back, which is next.
    pub async fn sees_again(&mut self, peer: &str) -> Result<()> {
        let (left, came) = (self.departure().await?, self.arrival().await?);
        ensure!(left == peer && came == peer, "{left} left and {came} came where {peer} does both");
        Ok(())
    }

    /// Waits for the news that exactly `gone` have left, in any order.
    pub async fn misses(&mut self, gone: &[&Self]) -> Result<()> {
        let mut left = BTreeSet::new();
        for _ in gone {
            left.insert(self.departure().await?);
        }
        let expected: BTreeSet<_> = gone.iter().map(|peer| peer.id.clone()).collect();
        ensure!(left == expected, "{} saw {left:?} leave where {expected:?} did", self.id);
        Ok(())
    }

    /// Learns its own id and those of `count` others, between whose arrivals the own id is told.
    async fn settle(&mut self, count: usize) -> Result<BTreeSet<String>> {
        self.send_json(json!({"action": "status"})).await?;
        let mut shown = BTreeSet::new();
        while self.id.is_empty() || shown.len() < count {
            let notice = self.json().await?;
            let target = notice["target"].as_str().with_context(|| format!("{notice} while peers gather"))?;
            match notice["action"].as_str() {
                Some("status") if self.id.is_empty() => target.clone_into(&mut self.id),
                Some("connect") if shown.insert(target.to_owned()) => {}
                _ => bail!("{notice} while peers gather"),
            }
        }
        Ok(shown)
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
