//! Whoever joins knows when the other proxies have told who is there.

use anyhow::Result;
use nws_tests::{Client, Peer};

use crate::proxies::{linkable, linked_to, pair};

#[tokio::test]
async fn those_who_were_elsewhere_come_before_the_welcome() -> Result<()> {
    let (a, b) = pair().await?;
    // A channel that both have proves that they are linked.
    let _linked = Peer::gather([(&a, "/linked"), (&b, "/linked")]).await?;
    for round in 0..20 {
        let path = format!("/room-{round}");
        let [mut one, mut two] = Peer::meet(&a, [path.as_str(); 2]).await?;
        assert_eq!(one.welcome().await?["settled"], true);
        assert_eq!(two.welcome().await?["settled"], true);
        let mut late = Client::join(&b, &path).await?;
        let mut shown = [late.arrival().await?, late.arrival().await?];
        shown.sort();
        let mut expected = [one.id.clone(), two.id.clone()];
        expected.sort();
        assert_eq!(shown, expected);
        let welcome = late.welcome().await?;
        assert_eq!((&welcome["peers"], &welcome["settled"]), (&2.into(), &true.into()));
        let mut second = Client::join(&b, &path).await?;
        for _ in 0..3 {
            second.arrival().await?;
        }
        assert_eq!(second.welcome().await?["peers"], 3);
    }
    Ok(())
}

#[tokio::test]
async fn a_channel_that_nobody_has_is_known_to_be_empty() -> Result<()> {
    let (a, b) = pair().await?;
    let _linked = Peer::gather([(&a, "/linked"), (&b, "/linked")]).await?;
    let mut alone = Client::join(&b, "/room").await?;
    let welcome = alone.welcome().await?;
    assert_eq!((&welcome["peers"], &welcome["settled"]), (&0.into(), &true.into()));
    Ok(())
}

/// A process that is stopped answers nothing, and its links live for some time.
#[tokio::test]
async fn a_proxy_that_does_not_answer_is_not_waited_for() -> Result<()> {
    let a = linkable().start().await?;
    let b = linked_to(a.link().await?.1).start().await?;
    let _linked = Peer::gather([(&a, "/linked"), (&b, "/linked")]).await?;
    a.signal("STOP").await?;
    let mut alone = Client::join(&b, "/room").await?;
    let welcome = alone.welcome().await?;
    assert_eq!((&welcome["peers"], &welcome["settled"]), (&0.into(), &false.into()));
    a.signal("CONT").await?;
    Ok(())
}
