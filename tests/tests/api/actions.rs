//! What the user of this machine may do.

use anyhow::Result;
use nws_tests::{Peer, Proxy, Request};
use serde_json::json;

use crate::asking::Asking;

#[tokio::test]
async fn a_client_can_be_disconnected_with_the_token() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut stays, mut goes] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let (open, closed) = (Asking::with_token(&proxy)?, Asking::without_token(&proxy));
    let rows = open.rows("peers").await?;
    let row = rows.iter().find(|row| row["peer"] == goes.id.as_str());
    let row = row.ok_or_else(|| anyhow::anyhow!("no row in {rows:?}"))?;
    assert_eq!(closed.act_on("disconnect", row).await?, 401);
    assert_eq!(open.act_on("disconnect", &json!({"id": "0-0"})).await?, 404);
    assert_eq!(open.act_on("disconnect", &json!({"id": "<b>"})).await?, 404);
    assert_eq!(open.rows("peers").await?.len(), 2);
    assert_eq!(open.act_on("disconnect", row).await?, 200);
    assert_eq!(goes.close_reason().await?, (1008, "disconnected by the user".to_owned()));
    assert_eq!(stays.departure().await?, goes.id);
    assert_eq!(open.act_on("disconnect", row).await?, 404);
    assert_eq!(open.row("peers").await?["peer"], stays.id.as_str());
    Ok(())
}

#[tokio::test]
async fn a_body_is_json_of_the_right_form_and_short() -> Result<()> {
    let proxy = Proxy::start().await?;
    let asking = Asking::with_token(&proxy)?;
    let long = format!(r#"{{"id":"{}"}}"#, "x".repeat(2000));
    for body in ["", "{", "[]", "{}", r#"{"id":1}"#, r#"{"id":"0","more":1}"#, &long] {
        let response = asking.send(Request::post("/api/v1/disconnect", body)).await?;
        assert_eq!(response.status, 400, "{body}");
    }
    let request = Request::new("POST", "/api/v1/disconnect").header("Connection", "close");
    for kind in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let request = request.clone().header("Content-Type", kind).header("Content-Length", 0);
        assert_eq!(asking.send(request).await?.status, 415, "{kind}");
    }
    Ok(())
}

#[tokio::test]
async fn a_code_is_exchanged_for_the_token_once() -> Result<()> {
    let proxy = Proxy::start().await?;
    let (open, closed) = (Asking::with_token(&proxy)?, Asking::without_token(&proxy));
    assert_eq!(closed.post("codes", json!({})).await?.status, 401);
    let issued = open.post("codes", json!({})).await?;
    let issued: serde_json::Value = serde_json::from_str(&issued.body)?;
    assert_eq!(issued["valid_ms"], 30_000);
    let code = json!({"code": issued["code"]});
    assert_eq!(closed.post("sessions", json!({"code": "x"})).await?.status, 401);
    let given = closed.post("sessions", code.clone()).await?;
    assert_eq!(given.status, 200);
    assert_eq!(given.header("cache-control"), Some("no-store"));
    assert_eq!(serde_json::from_str::<serde_json::Value>(&given.body)?, json!({"token": proxy.token()?}));
    assert_eq!(closed.post("sessions", code).await?.status, 401);
    Ok(())
}
