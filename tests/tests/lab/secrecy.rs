//! Whoever listens on the network learns no name and nothing that was said.

mod repetition;
mod traces;

use anyhow::{Result, bail, ensure};
use nws_tests::lab::{Capture, Lab};
use nws_tests::{Client, Peer, Proxy, within};
use tokio::io::AsyncWriteExt;

use crate::lan::{lan, listener};
use repetition::repeated;
use traces::{Search, traces};

const FRAME_MAX: usize = 1024 * 1024;
const IN_CLEAR: &str = "somebody speaks in clear";

/// What only those may learn who know the names already.
struct Secret {
    network: &'static str,
    local: &'static str,
    peer: &'static str,
    said: &'static str,
}

const SECRET: Secret = Secret {
    network: "wedding-of-Anna.and.Bert_2031",
    local: "only-on-this-machine=47*11",
    peer: "the-photographer-of-them",
    said: "the cake is hidden in the cellar",
};

/// As long in every part, so that the same crosses the network but for what depends on it.
const ANOTHER: Secret = Secret {
    network: "birthday*of.Kim+fourty-two--9",
    local: "nobody.else=hears-this_123",
    peer: "a_clown-comes-at_half-5p",
    said: "balloons will be waiting for all",
};

#[tokio::test]
async fn no_name_and_nothing_said_crosses_readably() -> Result<()> {
    let (lab, [a, b, c]) = lan().await?;
    let sniffer = lab.sniff()?;
    say_in_clear(&lab).await?;
    let [mut one, mut two] = evening(&a, &b, &SECRET).await?;
    let mut three = Peer::arrive(&c, &SECRET.path(), &mut [&mut one, &mut two]).await?;
    let long = SECRET.said.bytes().cycle().take(FRAME_MAX - 2).collect::<Vec<u8>>();
    three.broadcast_binary(&long).await?;
    for peer in [&mut one, &mut two] {
        ensure!(peer.payload().await?.2 == long, "another long message arrives");
    }
    c.signal("KILL").await?;
    one.misses(&[&three]).await?;
    two.misses(&[&three]).await?;
    c.exit().await?;
    let c = lab[2].start().await?;
    let mut four = Peer::arrive(&c, &SECRET.path(), &mut [&mut one, &mut two]).await?;
    Peer::chorus(&mut [&mut one, &mut two, &mut four]).await?;

    let capture = sniffer.finish()?;
    ensure!(Search::new(traces("a text", IN_CLEAR)).of(&capture)?.is_some(), "nothing was captured");
    let secrets = SECRET.parts().into_iter().flat_map(|(what, secret)| traces(what, secret));
    if let Some(trace) = Search::new(secrets).of(&capture)? {
        bail!("the network shows {}", trace.form);
    }
    Ok(())
}

#[tokio::test]
async fn nothing_that_depends_on_a_name_crosses_twice() -> Result<()> {
    let (first, second, other) = tokio::try_join!(listen(&SECRET), listen(&SECRET), listen(&ANOTHER))?;
    if let Some(bytes) = repeated(&first, &second, &other) {
        bail!("two runs have in common what a run with other names does not show: {bytes:02x?}");
    }
    Ok(())
}

impl Secret {
    fn path(&self) -> String {
        format!("/{}", self.network)
    }

    fn parts(&self) -> [(&'static str, &'static str); 4] {
        [
            ("the network channel", self.network),
            ("the local channel", self.local),
            ("a chosen id", self.peer),
            ("what was said", self.said),
        ]
    }
}

/// What a sniffer hears of two proxies in whose channels people talk: the payloads of all packets.
async fn listen(secret: &Secret) -> Result<Vec<Vec<u8>>> {
    let lab = Lab::new(2)?;
    let sniffer = lab.sniff()?;
    let (a, b) = (lab[0].start().await?, lab[1].start().await?);
    evening(&a, &b, secret).await?;
    for proxy in [a, b] {
        proxy.signal("TERM").await?;
        proxy.exit().await?;
    }
    payloads(&sniffer.finish()?)
}

/// People meet, in the channels and with the words of a secret, in all the ways there are.
async fn evening(a: &Proxy, b: &Proxy, secret: &Secret) -> Result<[Peer; 2]> {
    let channel = secret.path();
    let [mut one, mut two] = Peer::gather([(a, channel.as_str()), (b, channel.as_str())]).await?;
    one.broadcast(secret.said).await?;
    two.message(&one.id, secret.said).await?;
    one.message_binary(&two.id, secret.said.as_bytes()).await?;
    two.broadcast_binary(secret.said.as_bytes()).await?;
    for _ in 0..2 {
        one.receive().await?;
        two.receive().await?;
    }
    let path = |kind: &str, channel: &str| format!("/{kind}/{channel}/{}", secret.peer);
    let mut raw = Client::join(a, &path("network", secret.network)).await?;
    one.arrival().await?;
    two.arrival().await?;
    raw.send(secret.said).await?;
    one.receive().await?;
    two.receive().await?;
    raw.leave().await?;
    one.departure().await?;
    two.departure().await?;
    for proxy in [a, b] {
        let mut near = Peer::alone(proxy, &format!("/local/{}", secret.local)).await?;
        let raw = Client::join(proxy, &path("local", secret.local)).await?;
        near.arrival().await?;
        near.broadcast(secret.said).await?;
        raw.leave().await?;
        near.departure().await?;
    }
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    Ok([one, two])
}

/// Sends a text from one machine to another as it is.
async fn say_in_clear(lab: &Lab) -> Result<()> {
    let listener = listener(&lab[1])?;
    let mut near = lab[0].namespace().connect(listener.local_addr()?)?;
    within("room to write", near.write_all(IN_CLEAR.as_bytes())).await??;
    Ok(())
}

fn payloads(capture: &Capture) -> Result<Vec<Vec<u8>>> {
    let all = capture.datagrams().into_iter().chain(capture.streams()?);
    Ok(all.map(|conversation| conversation.bytes).collect())
}
