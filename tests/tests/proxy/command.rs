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
    let wrong: [(&[&str], &str); 11] = [
        (&["run", "--no-such-flag"], "--no-such-flag"),
        (&["run", "--port", "x"], "--port"),
        (&["run", "--port", "65536"], "--port"),
        (&["run", "--max-message-size", "much"], "--max-message-size"),
        (&["run", "--max-message-size", "67108865"], "--max-message-size"),
        (&["run", "--max-peers-per-channel", "100001"], "--max-peers-per-channel"),
        (&["run", "--shards", "0"], "--shards"),
        (&["run", "--config", "no/such/file.toml"], "no/such/file.toml"),
        (&["run", "--no-tcp"], "--no-tcp needs --unix"),
        (&["run", "--unix", "folder/"], "--unix"),
        (&["fly"], "fly"),
    ];
    for (args, about) in wrong {
        let exit = Setup::fails(args).await?;
        expect_complaint(&exit, 2, about);
    }
    Ok(())
}

#[tokio::test]
async fn completions_and_manual_pages_come_from_the_program_itself() -> Result<()> {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let exit = Setup::fails(&["completions", shell]).await?;
        assert!(exit.status.success() && exit.stdout.contains("no-discovery"), "{exit:?}");
    }
    expect_complaint(&Setup::fails(&["completions", "sh"]).await?, 2, "sh");
    let folder = std::env::temp_dir().join(format!("nws-pages-{}", std::process::id()));
    let exit = Setup::fails(&["man", &folder.to_string_lossy()]).await?;
    let page = std::fs::read_to_string(folder.join("nws-service-install.1"))?;
    std::fs::remove_dir_all(&folder)?;
    assert!(exit.status.success() && page.contains("nws service install"), "{page}");
    Ok(())
}

#[tokio::test]
async fn a_command_that_does_not_serve_ignores_wrong_variables() -> Result<()> {
    let exit = Setup::new().env("NWS_PORT", "x").instead(&["completions", "bash"]).await?;
    assert!(exit.status.success(), "{exit:?}");
    Ok(())
}

#[tokio::test]
async fn an_unknown_limit_in_the_file_is_status_2() -> Result<()> {
    let exit = Setup::new().limit("max-unicorns", 1).exit().await?;
    expect_complaint(&exit, 2, "max-unicorns");
    Ok(())
}

#[tokio::test]
async fn faults_are_told_in_the_words_of_whoever_made_them() -> Result<()> {
    let variables = [
        ("NWS_PORT", "x", "NWS_PORT: invalid digit"),
        ("NWS_LINK_PORT", "70000", "NWS_LINK_PORT: 70000 is not in"),
        ("NWS_NO_DISCOVERY", "perhaps", "NWS_NO_DISCOVERY"),
        ("NWS_SHARDS", "0", "NWS_SHARDS must be"),
        ("NWS_MAX_MESSAGE_SIZE", "67108865", "NWS_MAX_MESSAGE_SIZE must be"),
        ("NWS_MAX_CHANNELS", "0", "NWS_MAX_CHANNELS must be"),
        ("NWS_HANDSHAKE_TIMEOUT", "-1", "NWS_HANDSHAKE_TIMEOUT must be"),
        ("NWS_PING_INTERVAL", "60", "--idle-timeout must be longer than NWS_PING_INTERVAL"),
        ("NWS_ALLOW_ORIGIN", "example.com", "NWS_ALLOW_ORIGIN: "),
        ("NWS_PEER", "nas", "NWS_PEER: "),
        ("NWS_CONFIG", "no/such/file.toml", "NWS_CONFIG no/such/file.toml"),
        ("NWS_LOG_FORMAT", "xml", "NWS_LOG_FORMAT"),
    ];
    for (name, value, words) in variables {
        let exit = Setup::new().env(name, value).exit().await?;
        expect_complaint(&exit, 2, words);
        let flag = format!("--{}", name.trim_start_matches("NWS_").to_lowercase().replace('_', "-"));
        assert!(
            !exit.stderr.contains(&format!("{flag} ")) && !exit.stderr.contains(&format!("{flag}:")),
            "{exit:?}"
        );
    }
    let exit = Setup::new().limit("max-channels", 0).exit().await?;
    expect_complaint(&exit, 2, "max-channels in ");
    let exit = Setup::new().env("NWS_MAX_CHANNELS", "7").flag("--max-channels", 0).exit().await?;
    expect_complaint(&exit, 2, "--max-channels must be");
    Ok(())
}

#[tokio::test]
async fn an_empty_variable_is_an_unset_one() -> Result<()> {
    let names = [
        "NWS_PORT",
        "NWS_CONFIG",
        "NWS_PEER",
        "NWS_INTERFACE",
        "NWS_ALLOW_ORIGIN",
        "NWS_NO_DISCOVERY",
        "NWS_LOG_FORMAT",
        "NWS_MAX_CHANNELS",
        "NWS_LOG",
    ];
    let setup = names.iter().fold(Setup::new(), |setup, name| setup.env(name, ""));
    let proxy = setup.limit("max-channels", 1).start().await?;
    let _first = Peer::alone(&proxy, "/chan").await?;
    assert_eq!(Client::join(&proxy, "/other").await?.closed().await?, 4503);
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
async fn no_log_at_any_level_names_a_channel_a_peer_or_what_it_says() -> Result<()> {
    let libraries =
        "trace,tungstenite=trace,tungstenite::protocol=trace,hyper=trace,tokio_tungstenite=trace,axum=trace";
    for level in ["trace", libraries] {
        let proxy = Setup::new().env("RUST_LOG", "trace").env("NWS_LOG", level).start().await?;
        let [mut a, mut b] = Peer::meet(&proxy, ["/secret-name", "/network/secret-name"]).await?;
        Peer::alone(&proxy, "/local/secret-name").await?;
        let mut raw = Client::join(&proxy, "/network/secret-name/secret-peer").await?;
        let arrivals = [a.arrival().await?, b.arrival().await?];
        assert_eq!(arrivals, ["secret-peer", "secret-peer"], "{level}");
        a.send(r#"{"action":"broadcast","data":"secret words"}"#).await?;
        assert_eq!(raw.text().await?, "secret words", "{level}");
        let b_id = b.id.clone();
        b.leave().await?;
        a.departure().await?;
        proxy.signal("TERM").await?;
        let exit = proxy.exit().await?;
        assert!(!exit.stderr.contains("secret") && !exit.stderr.contains(&b_id), "{level}: {exit:?}");
    }
    Ok(())
}
