//! Much at a time, across machines.

use anyhow::{Result, ensure};
use nws_tests::{Client, Peer};

use crate::lan::lan;

const MESSAGE: usize = 512 * 1024;
/// Together 200 MiB.
const COUNT: usize = 400;

/// What is sent: so many messages, each a different stretch of the same noise.
struct Bulk {
    count: usize,
    noise: Vec<u8>,
}

impl Bulk {
    fn new(count: usize) -> Self {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        Self { count, noise: (0..MESSAGE / 8 + count).flat_map(|_| next().to_be_bytes()).collect() }
    }

    fn message(&self, number: usize) -> &[u8] {
        &self.noise[number * 8..number * 8 + MESSAGE]
    }

    async fn leaves(&self, from: &mut Client, target: &str) -> Result<()> {
        for number in 0..self.count {
            from.message_binary(target, self.message(number)).await?;
        }
        Ok(())
    }

    /// Waits for all messages, and for nothing else.
    async fn arrives(&self, at: &mut Client, is_broadcast: bool, source: &str) -> Result<()> {
        for number in 0..self.count {
            let (kind, from, payload) = at.payload().await?;
            ensure!(
                kind == is_broadcast && from == source,
                "message {number} is of kind {kind} and from {from}"
            );
            ensure!(payload == self.message(number), "message {number} is not what was sent");
        }
        Ok(())
    }
}

#[tokio::test]
async fn two_hundred_mebibytes_reach_one_peer() -> Result<()> {
    let (_lab, [a, b, c]) = lan().await?;
    let [mut one, mut two, mut three] = Peer::gather([(&a, "/chan"), (&b, "/chan"), (&c, "/chan")]).await?;
    let bulk = Bulk::new(COUNT);
    let (source, target) = (one.id.clone(), two.id.clone());
    tokio::try_join!(bulk.leaves(&mut one, &target), bulk.arrives(&mut two, false, &source))?;
    Peer::chorus(&mut [&mut one, &mut two, &mut three]).await
}

#[tokio::test]
async fn two_hundred_mebibytes_reach_all_peers() -> Result<()> {
    let (_lab, [a, b, c]) = lan().await?;
    let places = [(&a, "/chan"), (&a, "/chan"), (&b, "/chan"), (&c, "/chan")];
    let [mut one, mut near, mut two, mut three] = Peer::gather(places).await?;
    let bulk = Bulk::new(COUNT);
    let source = one.id.clone();
    let send = async {
        for number in 0..COUNT {
            one.broadcast_binary(bulk.message(number)).await?;
        }
        Ok(())
    };
    tokio::try_join!(
        send,
        bulk.arrives(&mut near, true, &source),
        bulk.arrives(&mut two, true, &source),
        bulk.arrives(&mut three, true, &source),
    )?;
    Peer::chorus(&mut [&mut one, &mut near, &mut two, &mut three]).await
}

#[tokio::test]
async fn both_ways_and_other_channels_at_a_time() -> Result<()> {
    let (_lab, [a, b]) = lan().await?;
    let [mut one, mut two] = Peer::gather([(&a, "/there"), (&b, "/there")]).await?;
    let [mut three, mut four] = Peer::gather([(&a, "/back"), (&b, "/back")]).await?;
    let [mut five, mut six] = Peer::gather([(&a, "/chat"), (&b, "/chat")]).await?;
    let bulk = Bulk::new(COUNT / 2);
    let ids = [&one, &two, &three, &four].map(|peer| peer.id.clone());
    let chat = async {
        for _ in 0..100 {
            Peer::chorus(&mut [&mut five, &mut six]).await?;
        }
        Ok(())
    };
    tokio::try_join!(
        chat,
        bulk.leaves(&mut one, &ids[1]),
        bulk.arrives(&mut two, false, &ids[0]),
        bulk.leaves(&mut four, &ids[2]),
        bulk.arrives(&mut three, false, &ids[3]),
    )?;
    Ok(())
}
