//! Links are those that two proxies have made, by address.

// Proxies of one machine find each other over loopback.
#![cfg(target_os = "linux")]

use anyhow::Result;
use nws_tests::{Peer, Proxy, Setup};
use serde_json::{Value, json};

use crate::asking::Asking;

pub(crate) fn linkable() -> Setup {
    Setup::new().flag("--shards", 3).flag("--link-port", 0).flag("--interface", "lo")
}

/// Two that are about to be linked: the second one dials.
pub(crate) async fn pair() -> Result<(Proxy, Proxy)> {
    let one = linkable().start().await?;
    let port = one.link().await?.1;
    let other = linkable().flag("--peer", format!("127.0.0.1:{port}")).start().await?;
    Ok((one, other))
}

fn is_ready(list: &Value) -> bool {
    list["total"] == 1 && list["rows"][0]["state"] == "ready" && list["rows"][0]["round_trip_ms"].is_f64()
}

#[tokio::test]
async fn both_sides_show_the_link_with_address_kind_and_round_trip() -> Result<()> {
    let (one, other) = pair().await?;
    let (asking_one, asking_other) = (Asking::with_token(&one)?, Asking::with_token(&other)?);
    let [(id_one, port_one), (id_other, _)] = [one.link().await?, other.link().await?];
    let of_other = asking_one.until("links", is_ready).await?["rows"][0].clone();
    let of_one = asking_other.until("links", is_ready).await?["rows"][0].clone();
    assert_eq!((&of_one["proxy"], &of_other["proxy"]), (&json!(id_one), &json!(id_other)));
    let address = format!("127.0.0.1:{port_one}");
    assert_eq!((&of_one["address"], &of_one["peer"]), (&json!(address), &json!(address)));
    assert!(of_other["address"].as_str().is_some_and(|it| it.contains("127.0.0.1")), "{of_other}");
    assert_eq!((&of_one["kind"], &of_other["kind"]), (&json!("peer"), &json!("dialled-us")));
    assert_eq!((&of_one["is_dialled"], &of_other["is_dialled"]), (&json!(true), &json!(false)));
    for row in [&of_one, &of_other] {
        assert_eq!((&row["family"], &row["has_matched"]), (&json!("ipv4"), &json!(false)));
        assert!(row["round_trip_ms"].as_f64().is_some_and(|it| it > 0.0 && it < 10_000.0), "{row}");
    }
    assert_eq!(asking_one.get("proxy").await?["id"], id_one);
    assert_eq!(asking_one.get("proxy").await?["link_port"], port_one);
    let closed = Asking::without_token(&other).row("links").await?;
    assert_eq!([&closed["proxy"], &closed["address"], &closed["peer"]], [&Value::Null; 3]);
    assert_eq!((&closed["id"], &closed["family"]), (&of_one["id"], &json!("ipv4")));
    assert_eq!(asking_other.rows("candidates").await?, [Value::Null; 0]);
    Ok(())
}

#[tokio::test]
async fn what_one_side_has_sent_the_other_one_has_received() -> Result<()> {
    let (one, other) = pair().await?;
    let [mut here, mut there] = Peer::gather([(&one, "/room"), (&other, "/room")]).await?;
    here.broadcast_binary(&[7; 100_000]).await?;
    assert_eq!(there.payload().await?.2.len(), 100_000);
    let (asking_one, asking_other) = (Asking::with_token(&one)?, Asking::with_token(&other)?);
    let ways = [("sent_bytes", "received_bytes"), ("sent_frames", "received_frames")];
    nws_tests::within("equal counts", async {
        loop {
            let [at_one, at_other] = [asking_one.row("links").await?, asking_other.row("links").await?];
            assert!(at_one["sent_bytes"].as_u64().is_some_and(|it| it >= 100_000), "{at_one}");
            let agree = |(sent, received): &(&str, &str)| {
                at_one[sent] == at_other[received] && at_other[sent] == at_one[received]
            };
            if ways.iter().all(agree) {
                return anyhow::Ok(());
            }
        }
    })
    .await??;
    Ok(())
}

#[tokio::test]
async fn a_channel_that_both_have_is_shown_with_the_peers_of_the_other_one() -> Result<()> {
    let (one, other) = pair().await?;
    let [here, there] = Peer::gather([(&one, "/room"), (&other, "/room")]).await?;
    let asking = Asking::with_token(&one)?;
    let link = asking.row("links").await?;
    let shared =
        ["channels", "peers", "waiting_bytes", "held_channels", "has_matched"].map(|it| link[it].clone());
    assert_eq!(shared, [json!(1), json!(1), json!(0), json!(0), json!(true)]);
    let channel = asking.row("channels").await?;
    assert_eq!([&channel["structured"], &channel["elsewhere"], &channel["proxies"]], [&json!(1); 3]);
    let rows = asking.rows("peers").await?;
    let places: Vec<_> =
        rows.iter().map(|row| (&row["peer"], &row["proxy"], row["client"].is_null())).collect();
    assert_eq!(places.len(), 2);
    assert!(places.contains(&(&json!(here.id), &Value::Null, false)), "{places:?}");
    assert!(places.contains(&(&json!(there.id), &link["id"], true)), "{places:?}");
    assert_eq!(asking.get("proxy").await?["peers_elsewhere"], 1);
    Ok(())
}

#[tokio::test]
async fn a_link_that_is_lost_becomes_a_candidate_with_the_reason() -> Result<()> {
    let (one, other) = pair().await?;
    let (port, asking) = (one.link().await?.1, Asking::with_token(&other)?);
    asking.until("links", is_ready).await?;
    one.signal("KILL").await?;
    let list = asking.until("candidates", |list| list["rows"][0]["reason"] == "refused").await?;
    let row = &list["rows"][0];
    assert_eq!((&row["peer"], &row["kind"]), (&json!(format!("127.0.0.1:{port}")), &json!("peer")));
    assert_eq!((&row["was_linked"], list["total"].as_u64() > Some(0)), (&json!(true), true));
    assert_eq!(asking.rows("links").await?, [Value::Null; 0]);
    let events = asking.rows("events").await?;
    let kinds: Vec<_> = events.iter().map(|row| row["kind"].as_str().unwrap_or_default()).collect();
    assert_eq!(kinds, ["linked", "unlinked", "warning"]);
    assert!(events[2]["detail"].as_str().is_some_and(|it| it.starts_with("cannot reach this address: ")));
    Ok(())
}

#[tokio::test]
async fn whoever_connects_to_the_port_of_links_is_counted_whatever_comes_of_it() -> Result<()> {
    let proxy = linkable().start().await?;
    let port = proxy.link().await?.1;
    let (open, closed) = (Asking::with_token(&proxy)?, Asking::without_token(&proxy));
    assert_eq!(open.get("callers").await?, json!({"total": 0, "rows": []}));
    for _ in 0..3 {
        drop(tokio::net::TcpStream::connect(("127.0.0.1", port)).await?);
    }
    let list = open.until("callers", |list| list["rows"][0]["connections"] == 3).await?;
    assert_eq!((&list["total"], &list["rows"][0]["address"]), (&json!(1), &json!("127.0.0.1")));
    let row = closed.row("callers").await?;
    assert_eq!((&row["address"], &row["id"]), (&Value::Null, &list["rows"][0]["id"]));
    Ok(())
}
