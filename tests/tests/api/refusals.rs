//! Every refusal is counted under its reason.

use anyhow::Result;
use nws_tests::{Client, Request, Setup};
use serde_json::{Value, json};

use crate::asking::Asking;

#[tokio::test]
async fn each_refusal_counts_under_its_reason() -> Result<()> {
    let proxy = Setup::new().flag("--allow-origin", "https://good.example").start().await?;
    let asking = Asking::without_token(&proxy);
    let refusals = async || anyhow::Ok(asking.get("proxy").await?["refusals"].clone());
    assert_eq!(refusals().await?, json!({}));
    assert_eq!(Request::get("/").host("evil.example").status(&proxy).await?, 403);
    assert_eq!(refusals().await?, json!({"host": 1}));
    let bad = Request::upgrade("/chan").header("Origin", "https://bad.example");
    assert_eq!(bad.status(&proxy).await?, 403);
    assert_eq!(refusals().await?, json!({"host": 1, "origin": 1}));
    assert_eq!(Request::upgrade("/a/b/c/d").status(&proxy).await?, 404);
    let _taken = Client::join(&proxy, "/network/chan/me").await?;
    assert_eq!(Request::upgrade("/network/chan/me").status(&proxy).await?, 409);
    assert_eq!(refusals().await?, json!({"host": 1, "origin": 1, "handshake": 1, "id": 1}));
    assert_eq!(Request::upgrade("/api/v1/live").status(&proxy).await?, 403);
    assert_eq!(refusals().await?["origin"], 2);
    Ok(())
}

#[tokio::test]
async fn clients_for_whom_there_is_no_room_count_as_full() -> Result<()> {
    let proxy = Setup::new().limit("max-peers-per-channel", 1).start().await?;
    let _first = Client::join(&proxy, "/chan").await?;
    let mut second = Client::join(&proxy, "/chan").await?;
    assert_eq!(second.closed().await?, 4503);
    let row: Value = Asking::without_token(&proxy).get("proxy").await?;
    assert_eq!((&row["refusals"], &row["limits"]["channel_peers"]), (&json!({"full": 1}), &json!(1)));
    Ok(())
}

#[tokio::test]
async fn what_is_left_of_the_names_for_web_sites_is_told() -> Result<()> {
    let proxy = Setup::new().start().await?;
    let asking = Asking::without_token(&proxy);
    let rations = async || anyhow::Ok(asking.get("proxy").await?["rations"].clone());
    let none =
        json!({"site_names": 64, "handshakes": null, "strangers_guesses": null, "friends_guesses": null});
    assert_eq!(rations().await?, none);
    let page = |path: &str| Request::upgrade(path).header("Origin", "https://a.example");
    for (path, left) in [("/one", 63), ("/other", 62), ("/one", 62)] {
        assert_eq!(page(path).status(&proxy).await?, 101);
        let now = rations().await?["site_names"].as_u64();
        // One more is granted every two seconds.
        assert!(now.is_some_and(|now| (left..64).contains(&now)), "{now:?}");
    }
    Ok(())
}
