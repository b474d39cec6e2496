//! What whoever joins is told when everybody who was there is known.

use anyhow::Result;
use nws_tests::{Client, Peer, Proxy, Setup};
use serde_json::json;

#[tokio::test]
async fn who_joins_is_welcomed_after_all_who_were_there() -> Result<()> {
    let proxy = Setup::new().limit("max-message-size", 1000).start().await?;
    for path in ["/chan", "/local/chan"] {
        let [mut a, mut b] = Peer::meet(&proxy, [path; 2]).await?;
        for (peers, peer) in [&mut a, &mut b].into_iter().enumerate() {
            let expected = json!({
                "action": "welcome", "source": peer.id, "target": peer.id,
                "peers": peers, "maxMessageSize": 1000, "version": 1, "settled": true,
            });
            assert_eq!(peer.welcome().await?, expected);
        }
        let mut late = Client::join(&proxy, path).await?;
        let shown = [late.arrival().await?, late.arrival().await?];
        assert!(shown.contains(&a.id) && shown.contains(&b.id));
        assert_eq!(late.welcome().await?["peers"], 2);
    }
    Ok(())
}

#[tokio::test]
async fn raw_peers_are_not() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut raw = Client::join(&proxy, "/local/chan/raw").await?;
    let mut a = Peer::alone(&proxy, "/local/other").await?;
    a.welcome().await?;
    let mut b = Client::join(&proxy, "/local/chan").await?;
    b.arrival().await?;
    b.broadcast("first").await?;
    assert_eq!(raw.text().await?, "first");
    Ok(())
}
