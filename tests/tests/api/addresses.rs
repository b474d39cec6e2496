//! Addresses that the user gives: who may change them, and what keeps them from being changed.

use anyhow::{Context, Result};
use nws_tests::{Proxy, Request, Setup};
use serde_json::{Value, json};

use crate::asking::Asking;
use crate::links::linkable;

const ADD: &str = "addresses/add";
const REMOVE: &str = "addresses/remove";

async fn change(asking: &Asking<'_>, path: &str, address: &str) -> Result<(u16, Value)> {
    let response = asking.post(path, json!({ "address": address })).await?;
    let body = serde_json::from_str(&response.body).with_context(|| response.body.clone())?;
    Ok((response.status, body))
}

#[tokio::test]
async fn addresses_are_changed_with_the_token_alone_and_shown_with_it() -> Result<()> {
    let other = linkable().start().await?;
    let address = format!("127.0.0.1:{}", other.link().await?.1);
    let proxy = linkable().start().await?;
    let (open, closed) = (Asking::with_token(&proxy)?, Asking::without_token(&proxy));
    assert_eq!(change(&closed, ADD, &address).await?.0, 401);
    assert_eq!(open.get("addresses").await?["total"], 0);
    let (status, added) = change(&open, ADD, &address).await?;
    assert_eq!(
        (status, &added["outcome"], &added["address"]),
        (200, &"added".into(), &address.clone().into())
    );
    assert!(added["shortcoming"].as_str().is_some_and(|why| why.contains("--port")), "{added}");
    assert_eq!(change(&open, ADD, &address).await?.1["outcome"], "known");

    let list = open.until("addresses", |it| it["rows"][0]["state"] == "linked").await?;
    let row = &list["rows"][0];
    assert_eq!(
        (&row["address"], &row["link"]["address"]),
        (&address.clone().into(), &address.clone().into())
    );
    assert_eq!(row["link"]["proxy"], other.link().await?.0.as_str());
    assert_eq!((&row["is_configured"], &row["is_remembered"]), (&false.into(), &true.into()));
    let hidden = closed.send(Request::get("/api/v1/addresses")).await?.body;
    assert!(!hidden.contains("127.0.0.1") && hidden.contains("\"linked\""), "{hidden}");

    assert_eq!(change(&closed, REMOVE, &address).await?.0, 401);
    assert_eq!(change(&open, REMOVE, &address).await?.1["outcome"], "removed");
    assert_eq!(change(&open, REMOVE, &address).await?.1["outcome"], "unknown");
    open.until("links", |it| it["total"] == 0).await?;
    other.log(&["a link has ended"]).await?;
    assert_eq!(open.get("candidates").await?["total"], 0);
    Ok(())
}

#[tokio::test]
async fn a_link_that_the_other_side_has_made_stays() -> Result<()> {
    let proxy = linkable().start().await?;
    let (own, port) = proxy.link().await?;
    let other = linkable().flag("--peer", format!("127.0.0.1:{port}")).start().await?;
    let open = Asking::with_token(&proxy)?;
    open.until("links", |it| it["rows"][0]["state"] == "ready").await?;
    let address = format!("127.0.0.1:{}", other.link().await?.1);
    change(&open, ADD, &address).await?;
    // It has found out who is there.
    open.until("addresses", |it| it["rows"][0]["state"] == "linked").await?;
    change(&open, REMOVE, &address).await?;
    assert_eq!(open.row("links").await?["kind"], "dialled-us");
    let theirs = Asking::with_token(&other)?;
    assert_eq!(theirs.row("links").await?["proxy"], own.as_str());
    Ok(())
}

#[tokio::test]
async fn a_link_ends_with_the_last_address_that_leads_to_its_proxy() -> Result<()> {
    let other = linkable().start().await?;
    let port = other.link().await?.1;
    let proxy = linkable().start().await?;
    let open = Asking::with_token(&proxy)?;
    let both = [format!("127.0.0.1:{port}"), format!("[::1]:{port}")];
    let is_linked =
        |rows: &Value| rows.as_array().is_some_and(|it| it.iter().all(|it| it["state"] == "linked"));
    for address in &both {
        change(&open, ADD, address).await?;
        open.until("addresses", |it| is_linked(&it["rows"])).await?;
    }
    let link = open.row("links").await?;
    let made_for = |address: &&String| link["peer"] == address.as_str();
    let (first, last): (Vec<_>, Vec<_>) = both.iter().partition(made_for);
    assert_eq!((first.len(), last.len()), (1, 1), "{link}");
    change(&open, REMOVE, first[0]).await?;
    assert_eq!(open.row("links").await?["since"], link["since"], "it is the same");
    assert!(is_linked(&open.get("addresses").await?["rows"]));
    change(&open, REMOVE, last[0]).await?;
    open.until("links", |it| it["total"] == 0).await?;
    other.log(&["a link has ended"]).await?;
    Ok(())
}

#[tokio::test]
async fn what_is_configured_is_listed_and_not_removed() -> Result<()> {
    let proxy = linkable().flag("--peer", "127.0.0.1:1").start().await?;
    let open = Asking::with_token(&proxy)?;
    let list = open.until("addresses", |it| it["rows"][0]["state"] == "refused").await?;
    let row = &list["rows"][0];
    assert_eq!((&row["is_configured"], &row["is_remembered"]), (&true.into(), &false.into()));
    assert!(row["candidate"]["next_dial_at"].is_u64() || row["candidate"]["is_dialling"] == true, "{row}");
    let (status, said) = change(&open, REMOVE, "127.0.0.1:1").await?;
    assert!(status == 409 && said["error"].as_str().is_some_and(|why| why.contains("--peer")), "{said}");
    let (status, known) = change(&open, ADD, "127.0.0.1:1").await?;
    assert_eq!((status, &known["outcome"], &known["is_configured"]), (200, &"known".into(), &true.into()));
    Ok(())
}

#[tokio::test]
async fn what_is_added_again_is_dialled_at_once() -> Result<()> {
    let proxy = linkable().start().await?;
    let open = Asking::with_token(&proxy)?;
    // The next turn of this one is in an hour.
    let own = format!("127.0.0.1:{}", proxy.link().await?.1);
    for (dials, outcome) in [(1, "added"), (2, "known"), (3, "known")] {
        assert_eq!(change(&open, ADD, &own).await?.1["outcome"], outcome);
        let has_failed = |row: &Value| row["state"] == "own" && row["candidate"]["failed_dials"] == dials;
        open.until("addresses", |it| has_failed(&it["rows"][0])).await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_address_is_refused_and_so_is_one_too_many() -> Result<()> {
    let proxy = Proxy::start().await?;
    let open = Asking::with_token(&proxy)?;
    for address in ["", "nas", "nas:0", "http://nas:1", "a b:1", "nas:1\n", &format!("{}:1", "x".repeat(259))]
    {
        for path in [ADD, REMOVE] {
            let too_long = path == REMOVE && address.len() > 200;
            let (status, said) = change(&open, path, address).await?;
            assert!(status == 400 || too_long, "{path} {address:?} {said}");
        }
    }
    for body in ["{}", "[]", r#"{"address":1}"#, r#"{"address":"nas:1","more":1}"#] {
        let request = Request::post("/api/v1/addresses/add", body);
        assert_eq!(open.send(request).await?.status, 400, "{body}");
    }
    for port in 1..=256 {
        assert_eq!(change(&open, ADD, &format!("127.0.0.1:{port}")).await?.0, 200, "{port}");
    }
    let (status, said) = change(&open, ADD, "127.0.0.1:257").await?;
    assert!(status == 409 && said["error"].as_str().is_some_and(|why| why.contains("256")), "{said}");
    assert_eq!(open.get("addresses").await?["total"], 256);
    assert_eq!(open.get("addresses").await?["rows"][0]["state"], "off");
    assert_eq!(change(&open, REMOVE, "127.0.0.1:7").await?.0, 200);
    assert_eq!(change(&open, ADD, "127.0.0.1:257").await?.0, 200);
    Ok(())
}

/// A port that was free a moment ago. A test that does not get it fails.
fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

#[tokio::test]
async fn a_folder_in_which_nothing_can_be_written_lets_the_proxy_run_and_adds_nothing() -> Result<()> {
    let setup = Setup::new().flag("--port", free_port()?).env("XDG_STATE_HOME", "/proc/sys");
    let proxy = setup.start().await?;
    let open = Asking::with_token(&proxy)?;
    assert!(open.get("addresses").await?["shortcoming"].is_null(), "nobody has asked for it yet");
    let (status, said) = change(&open, ADD, "nas:1").await?;
    assert!(
        status == 500 && said["error"].as_str().is_some_and(|why| why.contains("/proc/sys/nws")),
        "{said}"
    );
    assert_eq!(open.get("addresses").await?["total"], 0);
    proxy.log(&["WARN", "/proc/sys/nws", "cannot be written", "--peer"]).await?;
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_not_understood_stays_as_it_is() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("nws-addresses-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("nws"))?;
    let port = free_port()?;
    let file = folder.join("nws").join(format!("peers-{port}.json"));
    let later = r#"{"version":9,"peers":["nas:1"]}"#;
    std::fs::write(&file, later)?;
    let setup = Setup::new().flag("--port", port).env("XDG_STATE_HOME", &folder.to_string_lossy());
    let proxy = setup.start().await?;
    proxy.log(&["WARN", &file.to_string_lossy(), "version 9", "mend"]).await?;
    let open = Asking::with_token(&proxy)?;
    let list = open.get("addresses").await?;
    let why = list["shortcoming"].as_str().unwrap_or_default();
    assert!(list["total"] == 0 && why.contains("version 9"), "{list}");
    for path in [ADD, REMOVE] {
        let (status, said) = change(&open, path, "nas:1").await?;
        let is_refused = status == 500 && said["error"] == why;
        assert!(is_refused || (path == REMOVE && said["outcome"] == "unknown"), "{path}: {said}");
    }
    assert_eq!(std::fs::read_to_string(&file)?, later);
    proxy.signal("TERM").await?;
    proxy.exit().await?;
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
