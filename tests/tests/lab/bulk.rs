//! Much at a time, across machines.

use anyhow::{Result, ensure};
use nws_tests::{Client, Peer};

use crate::lan::lan;

const MESSAGE: usize = 512 * 1024;
/// Together 200 MiB.
const COUNT: usize = 400;

/// What is sent, a different stretch of the same noise each time.
struct Bulk(Vec<u8>);

impl Bulk {
    fn new() -> Self {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        Self((0..MESSAGE / 8 + COUNT).flat_map(|_| next().to_be_bytes()).collect())
    }

    fn message(&self, number: usize) -> &[u8] {
        &self.0[number * 8..number * 8 + MESSAGE]
    }

    /// Waits for all messages, and for nothing else.
    async fn arrives(&self, at: &mut Client, is_broadcast: bool, source: &str) -> Result<()> {
        for number in 0..COUNT {
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
    let bulk = Bulk::new();
    let (source, target) = (one.id.clone(), two.id.clone());
    let send = async {
        for number in 0..COUNT {
            one.message_binary(&target, bulk.message(number)).await?;
        }
        Ok(())
    };
    tokio::try_join!(send, bulk.arrives(&mut two, false, &source))?;
    Peer::chorus(&mut [&mut one, &mut two, &mut three]).await
}

#[tokio::test]
async fn two_hundred_mebibytes_reach_all_peers() -> Result<()> {
    let (_lab, [a, b, c]) = lan().await?;
    let places = [(&a, "/chan"), (&a, "/chan"), (&b, "/chan"), (&c, "/chan")];
    let [mut one, mut near, mut two, mut three] = Peer::gather(places).await?;
    let bulk = Bulk::new();
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
