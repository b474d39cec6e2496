//! `nws peers` in pipes.

use anyhow::Result;
use nws_tests::{Exit, Proxy, Running, Setup};

async fn ended(proxy: &Proxy, words: &[&str]) -> Result<Exit> {
    Running::start(proxy, &[&["peers"], words].concat())?.exit().await
}

fn expect(exit: &Exit, status: i32, words: &str) {
    assert_eq!(exit.status.code(), Some(status), "{exit:?}");
    assert!(exit.stderr.contains(words) && exit.stdout.is_empty(), "{exit:?}");
}

#[tokio::test]
async fn who_is_not_asked_rightly_does_nothing_and_says_why() -> Result<()> {
    let proxy = Proxy::start().await?;
    for words in [&["add"][..], &["remove"], &["add", "nas"], &["remove", "http://nas:1"], &["forget"]] {
        assert_eq!(ended(&proxy, words).await?.status.code(), Some(2), "{words:?}");
    }
    expect(&ended(&proxy, &["add", "nas:1", "nas"]).await?, 2, "HOST:PORT");
    expect(&ended(&proxy, &["add", "nas:1", "--wait=-1"]).await?, 2, "seconds");
    let nothing = ended(&proxy, &["list"]).await?;
    assert!(nothing.status.success() && nothing.stdout.contains("No addresses"), "{nothing:?}");
    let long = format!("{}:1", "x".repeat(300));
    expect(&ended(&proxy, &["add", &long]).await?, 4, "260 bytes");
    Ok(())
}

#[tokio::test]
async fn without_a_proxy_or_its_token_nothing_is_done() -> Result<()> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let proxy = Proxy::start().await?;
    for words in [&["add", "nas:1"][..], &["list"], &["remove", "nas:1"]] {
        let words = [&["peers"], words].concat();
        expect(&Running::at(port, &words)?.exit().await?, 3, "start one with `nws`");
        let stranger = ["env", "XDG_RUNTIME_DIR=/nowhere", "HOME=/nowhere"];
        expect(&Running::within(proxy.port(), &stranger, &words)?.exit().await?, 4, "token");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_configured_is_refused_with_where_it_is() -> Result<()> {
    let setup = Setup::new().flag("--link-port", 0).flag("--interface", "lo");
    let proxy = setup.flag("--peer", "127.0.0.1:1").start().await?;
    expect(
        &ended(&proxy, &["remove", "127.0.0.1:1"]).await?,
        4,
        "--peer, NWS_PEER or the configuration file",
    );
    let known = ended(&proxy, &["add", "127.0.0.1:1"]).await?;
    assert!(known.status.success() && known.stdout.contains("known: --peer"), "{known:?}");
    let list = ended(&proxy, &["list", "--color", "never"]).await?;
    assert!(list.stdout.contains("127.0.0.1:1") && list.stdout.contains("configuration"), "{list:?}");
    Ok(())
}
