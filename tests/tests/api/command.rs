//! `nws status` and `nws console`.

use anyhow::{Context, Result};
use nws_tests::{Peer, Proxy, Setup};
use serde_json::Value;

async fn status(proxy: &Proxy, more: &[&str]) -> Result<String> {
    let port = proxy.port().to_string();
    let exit = Setup::new().instead(&[&["status", "--port", &port], more].concat()).await?;
    assert!(exit.status.success(), "{exit:?}");
    Ok(exit.stdout)
}

#[tokio::test]
async fn status_tells_health_first_and_then_channels_by_name() -> Result<()> {
    let proxy = Proxy::start().await?;
    let _peers = Peer::meet(&proxy, ["/a-name"; 2]).await?;
    let text = status(&proxy, &[]).await?;
    let mut lines = text.lines();
    let first = lines.next().context("no line")?;
    assert!(first.contains(&proxy.port().to_string()) && first.ends_with(": healthy"), "{text}");
    assert!(
        lines.next().is_some_and(|line| line == "2 clients in 1 channel, 0 peers elsewhere, 0 links"),
        "{text}"
    );
    let channel = text.lines().find(|line| line.contains("a-name")).context("no channel")?;
    assert_eq!(channel.split_whitespace().take(4).collect::<Vec<_>>(), ["a-name", "network", "2", "0"]);
    Ok(())
}

#[tokio::test]
async fn status_is_one_json_object_for_programs() -> Result<()> {
    let proxy = Proxy::start().await?;
    let _peers = Peer::meet(&proxy, ["/a-name"; 2]).await?;
    let text = status(&proxy, &["--json"]).await?;
    let (state, end) = text.split_once('\n').context("no line")?;
    assert_eq!(end, "{\"event\":\"end\",\"status\":0,\"v\":1}\n");
    let state: Value = serde_json::from_str(state)?;
    assert_eq!((&state["v"], &state["event"]), (&1.into(), &"status".into()));
    assert_eq!((&state["healthy"], &state["proxy"]["clients"]), (&true.into(), &2.into()));
    assert_eq!(state["channels"]["rows"][0]["name"], "a-name");
    Ok(())
}

/// The lines that say what is wrong, and what to do.
fn troubles(text: &str) -> Vec<&str> {
    text.lines().skip(1).take_while(|line| line.starts_with("  ")).map(str::trim).collect()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn status_tells_what_is_wrong() -> Result<()> {
    let proxy = crate::links::linkable().flag("--peer", "nowhere.invalid:9").start().await?;
    let asking = crate::asking::Asking::with_token(&proxy)?;
    asking.until("candidates", |list| list["total"] == 1).await?;
    let text = status(&proxy, &[]).await?;
    assert!(text.lines().next().is_some_and(|line| line.ends_with(": 1 trouble")), "{text}");
    let [what, remedy] = troubles(&text)[..] else { panic!("{text}") };
    assert_eq!(what, "1 of 1 other proxy is not linked.");
    assert!(remedy.ends_with("nws doctor"), "{text}");
    assert!(text.contains("nowhere.invalid:9") && text.contains("unresolved"), "{text}");
    Ok(())
}

/// The next client would be refused, which `nws status` and the console say alike.
#[tokio::test]
async fn a_limit_that_is_reached_is_no_health() -> Result<()> {
    let proxy = Setup::new().flag("--max-channels", 1).start().await?;
    let _peers = Peer::meet(&proxy, ["/a-name"; 2]).await?;
    let text = status(&proxy, &[]).await?;
    let [what, remedy] = troubles(&text)[..] else { panic!("{text}") };
    assert_eq!(what, "1 of at most 1 channels is in use.");
    assert!(remedy.ends_with("nws --max-channels"), "{text}");
    let verdict = crate::asking::Asking::without_token(&proxy).get("proxy").await?["verdict"].clone();
    assert_eq!((&verdict["healthy"], &verdict["troubles"][0]["severity"]), (&false.into(), &"bad".into()));
    let objects = status(&proxy, &["--json"]).await?;
    let state: Value = serde_json::from_str(objects.lines().next().context("no line")?)?;
    assert_eq!(state["troubles"], serde_json::json!([what]));
    Ok(())
}

/// The one who asks has a connection too.
#[tokio::test]
async fn asking_takes_no_connection_of_the_limit() -> Result<()> {
    let proxy = Setup::new().flag("--max-connections", 1).start().await?;
    let text = status(&proxy, &[]).await?;
    assert!(text.lines().next().is_some_and(|line| line.ends_with(": healthy")), "{text}");
    let _peer = Peer::alone(&proxy, "/a-name").await?;
    let text = status(&proxy, &[]).await?;
    assert_eq!(troubles(&text).first(), Some(&"1 of at most 1 connections is in use."), "{text}");
    Ok(())
}

/// The second start has another token.
#[cfg(unix)]
#[tokio::test]
async fn a_watch_goes_on_when_the_proxy_starts_anew() -> Result<()> {
    let proxy = Proxy::start().await?;
    let port = proxy.port();
    let _peer = Peer::alone(&proxy, "/a-name").await?;
    let mut watch = nws_tests::Running::start(&proxy, &["status", "--watch", "--json"])?;
    let named = |state: &Value| state["channels"]["rows"][0]["name"].clone();
    assert_eq!(named(&watch.event("status").await?), "a-name");
    proxy.signal("KILL").await?;
    let gap = watch.event("unanswered").await?;
    assert!(gap["reason"].as_str().is_some_and(|reason| reason.contains("no proxy answers")), "{gap}");
    let again = Setup::new().flag("--port", port).start().await?;
    let _peer = Peer::alone(&again, "/another-name").await?;
    nws_tests::within("the name", async {
        while named(&watch.event("status").await?) != "another-name" {}
        anyhow::Ok(())
    })
    .await??;
    watch.signal("INT").await?;
    assert_eq!(watch.event("end").await?["status"], 6);
    Ok(())
}

#[tokio::test]
async fn without_a_proxy_the_status_is_3() -> Result<()> {
    let exit = Setup::fails(&["status", "--port", "1"]).await?;
    assert_eq!(exit.status.code(), Some(3), "{exit:?}");
    assert!(
        exit.stdout.is_empty() && exit.stderr.contains("no proxy answers at ws://localhost:1/"),
        "{exit:?}"
    );
    Ok(())
}

#[tokio::test]
async fn without_the_token_no_names_are_shown() -> Result<()> {
    let proxy = Proxy::start().await?;
    let _peer = Peer::alone(&proxy, "/a-name").await?;
    let port = proxy.port().to_string();
    let elsewhere = std::env::temp_dir().join("nws-test-elsewhere");
    let setup = || Setup::new().env("XDG_RUNTIME_DIR", &elsewhere.to_string_lossy());
    let exit = setup().instead(&["status", "--port", &port]).await?;
    assert!(exit.status.success() && !exit.stdout.contains("a-name"), "{exit:?}");
    assert!(exit.stdout.contains("Names are not shown"), "{exit:?}");
    let exit = setup().instead(&["console", "--port", &port]).await?;
    assert_eq!(exit.status.code(), Some(4), "{exit:?}");
    assert!(exit.stderr.contains(&format!("http://localhost:{port}/")), "{exit:?}");
    Ok(())
}

/// `xdg-open` of the test writes down what it is to open.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_console_is_opened_by_a_file_of_this_user_with_a_code_and_no_token() -> Result<()> {
    use crate::asking::Asking;
    use serde_json::json;
    use std::os::unix::fs::PermissionsExt as _;
    let proxy = Proxy::start().await?;
    let folder = std::env::temp_dir().join(format!("nws-test-opener-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (opener, opened) = (folder.join("xdg-open"), folder.join("opened"));
    std::fs::write(&opener, format!("#!/bin/sh\nprintf '%s\\n' \"$@\" > {}\n", opened.display()))?;
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755))?;
    let port = proxy.port().to_string();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let exit = Setup::new().env("PATH", &path).instead(&["console", "--port", &port]).await?;
    assert!(exit.status.success() && exit.stdout.is_empty() && exit.stderr.is_empty(), "{exit:?}");
    let arguments = std::fs::read_to_string(&opened)?;
    std::fs::remove_dir_all(&folder)?;
    let file = std::path::Path::new(arguments.trim_end());
    assert_eq!(std::fs::metadata(file)?.permissions().mode() & 0o777, 0o600);
    let page = std::fs::read_to_string(file)?;
    let token = proxy.token()?;
    assert!(!page.contains(&token) && !arguments.contains(&token), "{arguments} {page}");
    let url = format!("url=http://localhost:{port}/console#code=");
    let code = page.split(&url).nth(1).and_then(|rest| rest.split('"').next()).context("no code")?;
    let given = Asking::without_token(&proxy).post("sessions", json!({"code": code})).await?;
    assert_eq!(serde_json::from_str::<Value>(&given.body)?, json!({"token": token}));
    Ok(())
}
