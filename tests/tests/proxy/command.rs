//! What `nws run` says on its standard streams, and how it ends when it cannot start.

use std::net::TcpListener;

use anyhow::Result;
use nws_tests::{Client, Exit, Peer, Setup};

/// One line on standard error, none on standard output, and the status.
fn expect_complaint(exit: &Exit, status: i32, about: &str) {
    assert_eq!(exit.status.code(), Some(status), "{exit:?}");
    assert!(exit.stdout.is_empty(), "{exit:?}");
    assert!(exit.stderr.contains(about), "{exit:?}");
}

#[tokio::test]
async fn a_taken_port_is_named() -> Result<()> {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let taken = TcpListener::bind(address)?;
        let port = taken.local_addr()?.port().to_string();
        let exit = Setup::fails(&["run", "--no-discovery", "--port", &port]).await?;
        expect_complaint(&exit, 1, &port);
        assert_eq!(exit.stderr.trim_end().lines().count(), 1, "{exit:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_flag_or_value_is_status_2() -> Result<()> {
    let wrong: [(&[&str], &str); 8] = [
        (&["run", "--no-such-flag"], "--no-such-flag"),
        (&["run", "--port", "x"], "--port"),
        (&["run", "--port", "65536"], "--port"),
        (&["run", "--max-message-size", "much"], "--max-message-size"),
        (&["run", "--max-message-size", "67108865"], "--max-message-size"),
        (&["run", "--shards", "0"], "--shards"),
        (&["run", "--config", "no/such/file.toml"], "no/such/file.toml"),
        (&["fly"], "fly"),
    ];
    for (args, about) in wrong {
        let exit = Setup::fails(args).await?;
        expect_complaint(&exit, 2, about);
    }
    Ok(())
}

#[tokio::test]
async fn an_unknown_limit_in_the_file_is_status_2() -> Result<()> {
    let exit = Setup::new().limit("max-unicorns", 1).exit().await?;
    expect_complaint(&exit, 2, "max-unicorns");
    Ok(())
}

#[tokio::test]
async fn the_environment_is_heard_and_flags_win() -> Result<()> {
    let proxy = Setup::new().env("NWS_MAX_MESSAGE_SIZE", "1000").start().await?;
    let mut raw = Client::join(&proxy, "/local/chan/7").await?;
    raw.send("x".repeat(1001)).await?;
    assert_eq!(raw.closed().await?, 1009);
    let setup = Setup::new().env("NWS_MAX_MESSAGE_SIZE", "1000").flag("--max-message-size", 2000);
    let proxy = setup.limit("max-message-size", 10).start().await?;
    let mut raw = Client::join(&proxy, "/local/chan/7").await?;
    raw.send("x".repeat(2000)).await?;
    raw.send("x".repeat(2001)).await?;
    assert_eq!(raw.closed().await?, 1009);
    Ok(())
}

#[tokio::test]
async fn standard_output_has_the_one_line_only() -> Result<()> {
    let proxy = Setup::new().start().await?;
    let [mut a, mut b] = Peer::meet(&proxy, ["/secret-name"; 2]).await?;
    a.broadcast("x").await?;
    b.json().await?;
    a.send("garbage").await?;
    a.json().await?;
    proxy.signal("TERM").await?;
    let exit = proxy.exit().await?;
    assert_eq!(exit.stdout, "");
    assert!(!exit.stderr.contains("secret-name"), "{exit:?}");
    Ok(())
}

#[tokio::test]
async fn no_log_at_any_level_names_a_channel() -> Result<()> {
    let proxy = Setup::new().env("RUST_LOG", "trace").env("NWS_LOG", "trace").start().await?;
    let [mut a, b] = Peer::meet(&proxy, ["/secret-name", "/network/secret-name"]).await?;
    Peer::alone(&proxy, "/local/secret-name").await?;
    b.leave().await?;
    a.departure().await?;
    proxy.signal("TERM").await?;
    let exit = proxy.exit().await?;
    assert!(!exit.stderr.contains("secret"), "{exit:?}");
    Ok(())
}
