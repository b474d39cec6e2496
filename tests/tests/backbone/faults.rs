//! Brokers and sites that fail, under load.

use anyhow::{Result, bail, ensure};
use nws_tests::{Broker, Client, Peer};
use serde_json::Value;

use crate::sites::{pair, site};

/// Numbers that `speaker` says, one after the other, until it is stopped.
async fn speak(speaker: &mut Client) -> Result<()> {
    for number in 0_u64.. {
        speaker.broadcast(number).await?;
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// What a listener has heard of one speaker.
#[derive(Default)]
struct Heard {
    next: u64,
    count: u64,
    gaps: usize,
    is_away: bool,
}

impl Heard {
    /// Takes the next word. A number may only be missing behind a visible leave.
    fn hear(&mut self, word: &Value, speaker: &str) -> Result<()> {
        let is_of_speaker = word["target"] == *speaker || word["source"] == *speaker;
        ensure!(is_of_speaker, "{word}");
        match word["action"].as_str() {
            Some("disconnect") => (self.is_away, self.gaps) = (true, self.gaps + 1),
            Some("connect") => self.is_away = false,
            Some("broadcast") => {
                let number = word["data"].as_u64().unwrap_or_default();
                ensure!(!self.is_away, "{number} comes from somebody who has left");
                let has_gap = self.gaps > 0 && number > self.next;
                ensure!(number == self.next || has_gap, "{number} comes where {} is next", self.next);
                (self.next, self.count, self.gaps) = (number + 1, self.count + 1, 0);
            }
            _ => bail!("{word}"),
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_broker_that_is_killed_under_load_loses_nothing_in_silence() -> Result<()> {
    let mut broker = Broker::start().await?;
    let (_key, west, east) = pair(broker.port()).await?;
    let [mut one, mut two] = Peer::gather([(&west, "/chan"), (&east, "/chan")]).await?;
    let speaker = two.id.clone();
    let speaking = tokio::spawn(async move { speak(&mut two).await });
    let mut heard = Heard::default();
    for _ in 0..3 {
        let goal = heard.count + 2_000;
        while heard.count < goal {
            heard.hear(&one.json().await?, &speaker)?;
        }
        let port = broker.kill().await?;
        while !heard.is_away {
            heard.hear(&one.json().await?, &speaker)?;
        }
        broker = Broker::at(port).await?;
        while heard.is_away {
            heard.hear(&one.json().await?, &speaker)?;
        }
    }
    let goal = heard.count + 2_000;
    while heard.count < goal {
        heard.hear(&one.json().await?, &speaker)?;
    }
    speaking.abort();
    Ok(())
}

#[tokio::test]
async fn a_site_that_is_killed_leaves_and_comes_back() -> Result<()> {
    let broker = Broker::start().await?;
    let (key, west, east) = pair(broker.port()).await?;
    let [mut one, two] = Peer::gather([(&west, "/chan"), (&east, "/chan")]).await?;
    east.signal("KILL").await?;
    east.exit().await?;
    let east = site("east", broker.port(), &key).start().await?;
    one.misses(&[&two]).await?;
    let mut three = Peer::arrive(&east, "/chan", &mut [&mut one]).await?;
    Peer::chorus(&mut [&mut one, &mut three]).await
}

#[tokio::test]
async fn a_proxy_serves_its_own_peers_without_any_broker() -> Result<()> {
    let port = Broker::start().await?.kill().await?;
    let (_key, west, east) = pair(port).await?;
    west.log(&["WARN", "the backbone has trouble with its broker"]).await?;
    let [mut one, mut near] = Peer::gather([(&west, "/chan"), (&west, "/chan")]).await?;
    Peer::chorus(&mut [&mut one, &mut near]).await?;
    let _broker = Broker::at(port).await?;
    west.log(&["INFO", "the broker of the backbone is connected"]).await?;
    let mut two = Peer::arrive(&east, "/chan", &mut [&mut one, &mut near]).await?;
    Peer::chorus(&mut [&mut one, &mut near, &mut two]).await
}
