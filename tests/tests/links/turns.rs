//! Many channels on one slow network.

use anyhow::Result;
use futures_util::future::try_join_all;
use nws_tests::Peer;

use crate::cable::Cable;
use crate::proxies::linkable;

/// Channels that all say as much as they can.
const CHANNELS: usize = 6;

/// Messages of each channel, and their length in bytes.
const MESSAGES: usize = 80;
const LENGTH: usize = 60_000;

/// Messages that the first one may be ahead while the others begin.
const AT_FIRST: usize = 30;

/// Bytes that the network carries in a millisecond: a wireless one on a bad day.
const RATE: usize = 4_000;

#[tokio::test]
async fn channels_that_share_a_slow_network_have_their_turns() -> Result<()> {
    let cable = Cable::lay_slow(RATE)?;
    let far = linkable().start().await?;
    cable.plug(far.link().await?.1);
    let near = linkable().flag("--peer", cable.address()).start().await?;
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
                let least = all.iter().copied().min().unwrap_or_default();
                assert!(count <= 2 * least + AT_FIRST, "after {count} of channel {number}: {all:?}");
            }
            anyhow::Ok(())
        };
        tokio::try_join!(speaking, listening)
    });
    try_join_all(talk).await?;
    Ok(())
}
