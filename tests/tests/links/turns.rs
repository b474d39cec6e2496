//! Many channels on one slow network.

use anyhow::Result;
use futures_util::future::try_join_all;
use nws_tests::Peer;

use crate::proxies::linkable_with;
use nws_tests::Cable;

/// Channels that all say as much as they can.
const CHANNELS: usize = 6;

/// Messages of each channel, and their length in bytes.
const MESSAGES: usize = 60;
const LENGTH: usize = 60_000;

/// Messages after which a channel has begun. Before that, whoever was first has filled what lies on the way.
const BEGUN: usize = 4;

/// Messages that one channel may be ahead of twice another: a window, and what waits before it.
const AHEAD: usize = 20;

/// Bytes that the network carries in a millisecond: a wireless one on a bad day.
const RATE: usize = 4_000;

/// Shards have equal parts, whatever they have to say, so here all channels are in one.
#[tokio::test]
async fn channels_that_share_a_slow_network_have_their_turns() -> Result<()> {
    let cable = Cable::lay_slow(RATE)?;
    let far = linkable_with(1).start().await?;
    cable.plug(far.link().await?.1);
    let near = linkable_with(1).flag("--peer", cable.address()).start().await?;
    let mut pairs = Vec::new();
    for number in 0..CHANNELS {
        let path = format!("/channel-{number}");
        pairs.push(Peer::gather([(&near, path.as_str()), (&far, path.as_str())]).await?);
    }
    let heard = std::cell::RefCell::new([0; CHANNELS]);
    let talk = pairs.iter_mut().enumerate().map(async |(number, [speaker, listener])| {
        let speaking = async {
            for _ in 0..MESSAGES {
                speaker.broadcast_binary(&[7; LENGTH]).await?;
            }
            anyhow::Ok(())
        };
        let listening = async {
            for count in 1..=MESSAGES {
                assert_eq!(listener.payload().await?.2.len(), LENGTH);
                heard.borrow_mut()[number] = count;
                let all = heard.borrow();
                let least = all.iter().copied().min().unwrap_or_default().max(BEGUN);
                assert!(count <= 2 * least + AHEAD, "after {count} of channel {number}: {all:?}");
            }
            anyhow::Ok(())
        };
        tokio::try_join!(speaking, listening)
    });
    try_join_all(talk).await?;
    Ok(())
}
