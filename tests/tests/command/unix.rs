//! A proxy that has a Unix socket and no port.

use std::path::PathBuf;

use anyhow::Result;
use nws_tests::{Exit, Proxy, Running, Setup};

/// A proxy at a socket of its own, in a runtime folder of its own.
struct AtSocket {
    _proxy: Proxy,
    folder: PathBuf,
    socket: String,
}

impl Drop for AtSocket {
    fn drop(&mut self) {
        // A folder left among temporary files harms nobody.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl AtSocket {
    async fn start(name: &str) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("nws-command-unix-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let socket = folder.join("own/nws.sock").to_string_lossy().into_owned();
        let setup = Setup::new().env("XDG_RUNTIME_DIR", &folder.to_string_lossy());
        let proxy = setup.switch("--no-tcp").flag("--unix", &socket).start().await?;
        Ok(Self { _proxy: proxy, folder, socket })
    }

    /// Starts a command; at port 1 is no proxy.
    fn command(&self, words: &[&str]) -> Result<Running> {
        let runtime = format!("XDG_RUNTIME_DIR={}", self.folder.display());
        Running::within(1, &["env", &runtime], words)
    }

    async fn ended(&self, words: &[&str]) -> Result<Exit> {
        self.command(&[words, &["--unix", &self.socket]].concat())?.exit().await
    }
}

#[tokio::test]
async fn peers_meet_at_the_socket() -> Result<()> {
    let proxy = AtSocket::start("peers").await?;
    let mut listener =
        proxy.command(&["listen", "chan", "--json", "--count", "1", "--unix", &proxy.socket])?;
    listener.event("sync").await?;
    let measured = proxy.ended(&["rtt", "chan", "-n", "1"]).await?;
    assert!(measured.status.success() && measured.stdout.contains("median"), "{measured:?}");
    let sent = proxy.ended(&["send", "chan", "hello"]).await?;
    assert!(sent.status.success() && sent.stderr.contains("to 1 peer"), "{sent:?}");
    assert_eq!(listener.event("message").await?["data"], "hello");
    let joined = proxy.ended(&["join", "chan"]).await?;
    assert!(joined.status.success(), "{joined:?}");
    Ok(())
}

#[tokio::test]
async fn the_state_is_told_by_name() -> Result<()> {
    let proxy = AtSocket::start("status").await?;
    let mut listener = proxy.command(&["listen", "a-name", "--json", "--unix", &proxy.socket])?;
    listener.event("sync").await?;
    let state = proxy.ended(&["status"]).await?;
    let first = state.stdout.lines().next().unwrap_or_default();
    assert!(first.contains(&proxy.socket) && first.ends_with(": healthy"), "{state:?}");
    assert!(state.stdout.contains("a-name") && !state.stdout.contains("Names are not shown"), "{state:?}");
    let variable = format!("NWS_UNIX={}", proxy.socket);
    let runtime = format!("XDG_RUNTIME_DIR={}", proxy.folder.display());
    let by_variable = Running::within(1, &["env", &variable, &runtime], &["status"])?.exit().await?;
    assert!(by_variable.stdout.contains("a-name"), "{by_variable:?}");
    let console = proxy.ended(&["console"]).await?;
    assert_eq!(console.status.code(), Some(1), "{console:?}");
    assert!(console.stderr.contains("a browser needs a port"), "{console:?}");
    let examined = proxy.ended(&["doctor", "--no-tcp", "--no-discovery", "--port", "1"]).await?;
    assert!(examined.stdout.contains(&format!("a proxy answers at {}", proxy.socket)), "{examined:?}");
    Ok(())
}

#[tokio::test]
async fn without_a_proxy_there_a_sentence_says_how_to_start_one() -> Result<()> {
    let missing = "/nowhere/nws.sock";
    for words in
        [&["send", "chan", "x"][..], &["listen", "chan"], &["rtt", "chan"], &["status"], &["console"]]
    {
        let exit = Running::at(1, &[words, &["--unix", missing]].concat())?.exit().await?;
        assert_eq!(exit.status.code(), Some(3), "{words:?} {exit:?}");
        assert!(exit.stderr.contains(&format!("nws --unix {missing}")), "{words:?} {exit:?}");
    }
    let both = Running::at(1, &["status", "--unix", missing, "--port", "9"])?.exit().await?;
    assert!(both.status.code() == Some(2) && both.stderr.contains("cannot be used with"), "{both:?}");
    // A flag counts before a variable.
    let port = Running::within(1, &["env", &format!("NWS_UNIX={missing}")], &["status", "--port", "2"])?;
    assert!(port.exit().await?.stderr.contains("ws://localhost:2/"));
    Ok(())
}

#[tokio::test]
async fn two_proxies_of_one_user_share_neither_token_nor_addresses() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("nws-command-unix-{}-two", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (shown, variables) = (folder.to_string_lossy(), ["XDG_RUNTIME_DIR", "XDG_STATE_HOME"]);
    let [one, other] = ["one", "other"].map(|name| format!("{shown}/{name}.sock"));
    let start = async |socket: &str| {
        let setup = variables.iter().fold(Setup::new(), |setup, name| setup.env(name, &shown));
        setup.switch("--no-tcp").flag("--unix", socket).start().await
    };
    let peers = async |words: &[&str], socket: &str| {
        let [runtime, state] = variables.map(|name| format!("{name}={shown}"));
        let words = [&["peers"], words, &["--unix", socket]].concat();
        Running::within(1, &["env", &runtime, &state], &words)?.exit().await
    };
    let proxies = (start(&one).await?, start(&other).await?);
    for (socket, address) in [(&one, "127.0.0.1:1"), (&other, "127.0.0.1:2")] {
        let added = peers(&["add", address], socket).await?;
        assert!(added.status.success() && added.stdout.contains("remembered"), "{added:?}");
    }
    drop(proxies);
    let _proxies = (start(&one).await?, start(&other).await?);
    for (socket, own, foreign) in
        [(&one, "127.0.0.1:1", "127.0.0.1:2"), (&other, "127.0.0.1:2", "127.0.0.1:1")]
    {
        let listed = peers(&["list"], socket).await?.stdout;
        assert!(listed.contains(own) && !listed.contains(foreign), "{listed}");
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
