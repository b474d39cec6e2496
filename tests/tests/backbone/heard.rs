//! A speaker who says numbers, and a listener who checks them.

use anyhow::{Result, bail, ensure};
use nws_tests::{Client, Peer};
use serde_json::Value;
use tokio::task::{JoinHandle, yield_now};

/// Says numbers, one after the other, until it is dropped.
pub(crate) struct Speaker {
    pub(crate) id: String,
    task: JoinHandle<Result<()>>,
}

impl Speaker {
    pub(crate) fn start(peer: Peer) -> Self {
        Self { id: peer.id.clone(), task: tokio::spawn(speak(peer)) }
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn speak(mut peer: Peer) -> Result<()> {
    for number in 0_u64.. {
        peer.broadcast(number).await?;
        yield_now().await;
    }
    Ok(())
}

/// What a listener has heard of one speaker: each number once and in its order, and none is missing
/// but behind a visible leave.
pub(crate) struct Heard {
    speaker: String,
    next: u64,
    is_there: bool,
    may_skip: bool,
    /// Numbers in all.
    pub(crate) count: usize,
    /// How often the speaker has left.
    pub(crate) leaves: usize,
    /// Numbers since the last leave.
    pub(crate) since: usize,
}

impl Heard {
    /// Nothing yet of a speaker who is there and has not said anything.
    pub(crate) fn of(speaker: &Speaker) -> Self {
        let speaker = speaker.id.clone();
        Self { speaker, next: 0, is_there: true, may_skip: false, count: 0, leaves: 0, since: 0 }
    }

    /// Nothing yet of a speaker who is not there yet, and may have said something to others.
    pub(crate) fn of_absent(speaker: &Speaker) -> Self {
        Self { is_there: false, may_skip: true, ..Self::of(speaker) }
    }

    pub(crate) fn is_there(&self) -> bool {
        self.is_there
    }

    /// Listens until something is so.
    pub(crate) async fn until(
        &mut self,
        listener: &mut Client,
        mut is_so: impl FnMut(&Self) -> bool,
    ) -> Result<()> {
        while !is_so(self) {
            self.hear(&listener.json().await?)?;
        }
        Ok(())
    }

    /// Listens to so many more numbers.
    pub(crate) async fn more(&mut self, listener: &mut Client, count: usize) -> Result<()> {
        let goal = self.count + count;
        self.until(listener, |heard| heard.count >= goal).await
    }

    fn hear(&mut self, word: &Value) -> Result<()> {
        ensure!(word["target"] == *self.speaker || word["source"] == *self.speaker, "{word}");
        match word["action"].as_str() {
            Some("disconnect") if self.is_there => {
                (self.is_there, self.may_skip) = (false, true);
                (self.leaves, self.since) = (self.leaves + 1, 0);
            }
            Some("connect") if !self.is_there => self.is_there = true,
            Some("broadcast") => self.take(word["data"].as_u64().unwrap_or_default())?,
            _ => bail!("{word}, and the speaker is there: {}", self.is_there),
        }
        Ok(())
    }

    fn take(&mut self, number: u64) -> Result<()> {
        ensure!(self.is_there, "{number} comes from somebody who is not there");
        let is_next = number == self.next || self.may_skip && number > self.next;
        ensure!(is_next, "{number} comes where {} is next", self.next);
        (self.next, self.may_skip) = (number + 1, false);
        (self.count, self.since) = (self.count + 1, self.since + 1);
        Ok(())
    }
}
