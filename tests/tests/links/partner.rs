//! A proxy for another system, or of another version, links with this one: `NWS_PARTNER_BIN` names its program.

use anyhow::Result;
use nws_tests::{Client, Peer, Proxy};
use serde_json::json;

use crate::proxies::{linkable, linked_to};

/// Who of the two dials.
#[derive(Clone, Copy, Debug)]
enum Dialler {
    This,
    Partner,
}

/// This proxy and its partner, which are about to be linked.
async fn pair(dialler: Dialler) -> Result<(Proxy, Proxy)> {
    match dialler {
        Dialler::This => {
            let partner = linkable().partner().start().await?;
            let this = linked_to(partner.link().await?.1).start().await?;
            Ok((this, partner))
        }
        Dialler::Partner => {
            let this = linkable().start().await?;
            let partner = linked_to(this.link().await?.1).partner().start().await?;
            Ok((this, partner))
        }
    }
}

async fn they_talk(dialler: Dialler) -> Result<()> {
    let (this, partner) = pair(dialler).await?;
    let [mut here, mut there] = Peer::gather([(&this, "/room"), (&partner, "/room")]).await?;
    here.broadcast(json!({"text": "ä😀"})).await?;
    assert_eq!(there.json().await?["data"], json!({"text": "ä😀"}));
    there.message(&here.id, 1).await?;
    assert_eq!(
        here.json().await?,
        json!({"action": "message", "source": there.id, "target": here.id, "data": 1})
    );
    let long = vec![7; 1024 * 1024];
    there.broadcast_binary(&long).await?;
    assert!(here.payload().await? == (true, there.id.clone(), long));
    let mut raw = Client::join(&this, "/network/room/7").await?;
    assert!(there.arrival().await?.starts_with("7~"));
    assert_eq!(here.arrival().await?, "7");
    raw.send("words").await?;
    assert_eq!(
        (here.json().await?["data"].clone(), there.json().await?["data"].clone()),
        (json!("words"), json!("words"))
    );
    Ok(())
}

#[tokio::test]
async fn peers_of_a_partner_that_is_dialled_talk_with_those_here() -> Result<()> {
    they_talk(Dialler::This).await
}

#[tokio::test]
async fn peers_of_a_partner_that_dials_talk_with_those_here() -> Result<()> {
    they_talk(Dialler::Partner).await
}

#[tokio::test]
async fn a_partner_that_stops_closes_its_clients_and_its_peers_leave() -> Result<()> {
    for dialler in [Dialler::This, Dialler::Partner] {
        let (this, partner) = pair(dialler).await?;
        let [mut here, mut there] = Peer::gather([(&this, "/room"), (&partner, "/room")]).await?;
        partner.signal("TERM").await?;
        assert_eq!(there.closed().await?, 1001, "{dialler:?}");
        assert_eq!(here.departure().await?, there.id, "{dialler:?}");
        let exit = partner.exit().await?;
        assert!(exit.status.success(), "{dialler:?}: {exit:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_partner_that_is_killed_takes_its_peers_along() -> Result<()> {
    let (this, partner) = pair(Dialler::This).await?;
    let [mut here, there] = Peer::gather([(&this, "/room"), (&partner, "/room")]).await?;
    partner.signal("KILL").await?;
    assert_eq!(here.departure().await?, there.id);
    Ok(())
}
