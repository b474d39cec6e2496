//! Peers that see each other leave and return, each at its own time.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use nws_tests::Peer;

/// Peers of one channel, who were all present to each other.
pub(crate) struct Circle(Vec<Seat>);

/// A peer and what it has seen of the others.
struct Seat {
    peer: Peer,
    others: BTreeSet<String>,
    present: BTreeSet<String>,
    left: BTreeSet<String>,
}

impl Circle {
    pub(crate) fn of<const N: usize>(peers: [Peer; N]) -> Self {
        let ids: BTreeSet<_> = peers.iter().map(|peer| peer.id.clone()).collect();
        Self(peers.into_iter().map(|peer| Seat::new(peer, &ids)).collect())
    }

    pub(crate) fn peers(&mut self) -> Vec<&mut Peer> {
        self.0.iter_mut().map(|seat| &mut seat.peer).collect()
    }

    /// Takes in somebody who has been shown some of the others so far.
    pub(crate) fn admit(&mut self, newcomer: Peer, shown: BTreeSet<String>) {
        let ids: BTreeSet<_> = self.0.iter().map(|seat| seat.peer.id.clone()).collect();
        for seat in &mut self.0 {
            seat.others.insert(newcomer.id.clone());
        }
        self.0.push(Seat { present: shown, ..Seat::new(newcomer, &ids) });
    }

    /// Waits until each of the first, by its number, sees exactly the second.
    pub(crate) async fn shrinks<const N: usize>(&mut self, pairs: [(usize, &[usize]); N]) -> Result<()> {
        let ids: Vec<String> = self.0.iter().map(|seat| seat.peer.id.clone()).collect();
        let waits = self.0.iter_mut().enumerate().filter_map(|(number, seat)| {
            let (_, others) = pairs.iter().find(|(who, _)| *who == number)?;
            let others: BTreeSet<_> = others.iter().map(|&other| ids[other].clone()).collect();
            Some(seat.wait(move |seat| seat.present == others))
        });
        try_join_all(waits).await.map(drop)
    }

    /// Waits until somebody has seen everybody leave and come back.
    pub(crate) async fn returns(&mut self, who: usize) -> Result<()> {
        self.0[who].wait(|seat| seat.left == seat.others && seat.present == seat.others).await
    }

    /// Waits until everybody sees everybody.
    pub(crate) async fn is_whole(&mut self) -> Result<()> {
        let waits = self.0.iter_mut().map(|seat| seat.wait(|seat| seat.present == seat.others));
        try_join_all(waits).await.map(drop)
    }
}

impl Seat {
    fn new(peer: Peer, ids: &BTreeSet<String>) -> Self {
        let others: BTreeSet<_> = ids.iter().filter(|id| **id != peer.id).cloned().collect();
        Self { peer, present: others.clone(), others, left: BTreeSet::new() }
    }

    /// Takes notices until it is enough. Nobody may come who is there, nor leave who is not.
    async fn wait(&mut self, is_enough: impl Fn(&Self) -> bool) -> Result<()> {
        while !is_enough(self) {
            let notice = self.peer.json().await?;
            let who = notice["target"].as_str().unwrap_or_default().to_owned();
            let is_due = match notice["action"].as_str() {
                Some("connect") => self.others.contains(&who) && self.present.insert(who),
                Some("disconnect") => {
                    self.left.insert(who.clone());
                    self.present.remove(&who)
                }
                _ => false,
            };
            ensure!(is_due, "{} hears {notice} while {:?} are present", self.peer.id, self.present);
        }
        Ok(())
    }
}
