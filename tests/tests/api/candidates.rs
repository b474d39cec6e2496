//! Why a proxy is not linked.

#![cfg(target_os = "linux")]

use anyhow::Result;
use nws_tests::{Request, Setup};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::asking::Asking;
use crate::links::linkable;

async fn reason_for(peer: &str, expected: &str) -> Result<Value> {
    let proxy = linkable().flag("--peer", peer).start().await?;
    let asking = Asking::with_token(&proxy)?;
    let list = asking.until("candidates", |list| list["rows"][0]["reason"] == expected).await?;
    assert_eq!((&list["total"], &list["rows"][0]["peer"]), (&json!(1), &json!(peer)));
    let closed = Asking::without_token(&proxy).row("candidates").await?;
    assert_eq!((&closed["id"], &closed["reason"]), (&list["rows"][0]["id"], &json!(expected)));
    assert_eq!(
        [&closed["peer"], &closed["detail"], &closed["addresses"]],
        [&Value::Null, &Value::Null, &json!([])]
    );
    Ok(list["rows"][0].clone())
}

#[tokio::test]
async fn nobody_listens_there() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    drop(listener);
    let row = reason_for(&address, "refused").await?;
    assert_eq!(row["addresses"], json!([address]));
    assert!(row["failed_dials"].as_u64() > Some(0) && row["failed_at"].is_u64(), "{row}");
    Ok(())
}

#[tokio::test]
async fn another_program_listens_there() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // Whoever has dialled may have gone.
            let _ = stream.write_all(b"220 mail.example ESMTP\r\n").await;
        }
    });
    let row = reason_for(&address, "not-a-proxy").await?;
    let detail = row["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("it is no proxy, or not its --link-port, by default 9010"), "{row}");
    Ok(())
}

#[tokio::test]
async fn a_program_closes_at_once() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    reason_for(&address, "closed").await?;
    Ok(())
}

#[tokio::test]
async fn a_program_says_nothing() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let silent = reason_for(&address, "silent").await?;
    assert_eq!(silent["addresses"], json!([address]));
    Ok(())
}

#[tokio::test]
async fn a_proxy_of_another_network_is_closed_to_this_one() -> Result<()> {
    let far = Setup::new().flag("--link-port", 0).flag("--interface", "nothing*").start().await?;
    reason_for(&format!("127.0.0.1:{}", far.link().await?.1), "closed").await?;
    let refusals = Asking::without_token(&far).get("proxy").await?["refusals"].clone();
    assert!(refusals["link_remote"].as_u64() > Some(0), "{refusals}");
    Ok(())
}

#[tokio::test]
async fn a_name_has_no_address_or_one_of_no_machine_even_with_markup() -> Result<()> {
    for name in ["nowhere.invalid:9", "[100::7]:9", "<b>&\"'$:9"] {
        let row = reason_for(name, "unresolved").await?;
        assert!(row["detail"].is_string(), "{row}");
    }
    Ok(())
}

#[tokio::test]
async fn a_name_without_an_address_is_looked_up_on_request() -> Result<()> {
    let proxy = linkable().flag("--peer", "nowhere.invalid:9").start().await?;
    let asking = Asking::with_token(&proxy)?;
    let list = asking.until("candidates", |list| list["rows"][0]["reason"] == "unresolved").await?;
    let row = list["rows"][0].clone();
    assert_eq!(row["is_fault"], true);
    nws_tests::within("a later look-up", async {
        loop {
            assert_eq!(asking.act_on("dial", &row).await?, 200);
            if asking.row("candidates").await?["failed_at"].as_u64() > row["failed_at"].as_u64() {
                return anyhow::Ok(());
            }
        }
    })
    .await??;
    assert_eq!(Asking::without_token(&proxy).act_on("dial", &row).await?, 401);
    Ok(())
}

#[tokio::test]
async fn it_is_the_proxy_itself_and_can_be_dialled_again_at_once() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    drop(listener);
    let setup = Setup::new().flag("--link-port", port).flag("--interface", "lo");
    let proxy = setup.flag("--peer", format!("127.0.0.1:{port}")).start().await?;
    let asking = Asking::with_token(&proxy)?;
    let list = asking.until("candidates", |list| list["rows"][0]["reason"] == "own").await?;
    let row = &list["rows"][0];
    assert_eq!(row["failed_dials"], 1);
    // By itself it would dial again in an hour.
    assert_eq!(asking.act_on("dial", row).await?, 200);
    asking.until("candidates", |list| list["rows"][0]["failed_dials"] == 2).await?;
    assert_eq!(Asking::without_token(&proxy).act_on("dial", row).await?, 401);
    assert_eq!(asking.act_on("dial", &json!({"id": "0"})).await?, 404);
    assert_eq!(Request::post("/api/v1/dial", "{").status(&proxy).await?, 401);
    Ok(())
}

#[tokio::test]
async fn a_row_that_is_linked_by_now_is_dialled_already() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    drop(listener);
    let proxy = linkable().flag("--peer", format!("127.0.0.1:{port}")).start().await?;
    let asking = Asking::with_token(&proxy)?;
    let list = asking.until("candidates", |list| list["rows"][0]["reason"] == "refused").await?;
    let _other = Setup::new().flag("--link-port", port).flag("--interface", "lo").start().await?;
    asking.until("links", |list| list["rows"][0]["state"] == "ready").await?;
    assert_eq!(asking.act_on("dial", &list["rows"][0]).await?, 200);
    Ok(())
}
