//! The commands at a pseudo-terminal.

mod all;

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use nws_tests::{Client, Peer, Proxy, Running, Setup, program};
use rexpect::session::{PtySession, spawn_command};

/// How long a terminal may show nothing that is waited for.
const PATIENCE_MS: u64 = 30_000;

const CYAN: &str = "\x1b[36m";

/// A terminal in which `nws` runs.
struct Terminal(PtySession);

impl Terminal {
    fn open(proxy: &Proxy, words: &[&str], variables: &[(&str, &str)]) -> Result<Self> {
        let mut command = Command::new(program()?);
        command.args(words).envs(variables.iter().copied());
        Self::of(command, proxy)
    }

    fn of(mut command: Command, proxy: &Proxy) -> Result<Self> {
        for name in ["NWS_CHANNEL", "NO_COLOR", "CLICOLOR_FORCE"] {
            if command.get_envs().all(|(set, _)| set != name) {
                command.env_remove(name);
            }
        }
        command.env("TERM", "xterm-256color").env("NWS_PORT", proxy.port().to_string());
        command.env("XDG_RUNTIME_DIR", proxy.runtime_folder());
        Ok(Self(spawn_command(command, Some(PATIENCE_MS))?))
    }

    /// Waits until this is shown, and gives what was shown before.
    fn shows(&mut self, text: &str) -> Result<String> {
        Ok(self.0.exp_string(text)?)
    }

    fn types(&mut self, keys: &str) -> Result<()> {
        self.0.send(keys)?;
        Ok(self.0.flush()?)
    }

    /// What is still shown, and the exit status, which rexpect only shows.
    fn end(self) -> Result<(String, i32)> {
        let Self(mut session) = self;
        let rest = session.exp_eof()?;
        let status = format!("{:?}", session.process().wait()?);
        let number = status
            .strip_prefix("Exited(")
            .and_then(|it| it.strip_suffix(')'))
            .and_then(|it| it.rsplit(' ').next());
        Ok((rest, number.with_context(|| format!("it ended as {status}"))?.parse()?))
    }

    fn ends_with(self, status: i32, words: &str) -> Result<()> {
        let (rest, ended) = self.end()?;
        ensure!(ended == status && rest.contains(words), "{ended}: {rest:?}");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_edited_called_back_and_sent_when_it_is_complete() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut terminal = Terminal::open(&proxy, &["join", "chan"], &[])?;
    let id = peer.arrival().await?;
    terminal.shows(&format!("* {} is here", peer.id))?;
    terminal.shows("> ")?;
    terminal.types("hxllo\x1b[D\x1b[D\x1b[D\x7fe\r")?;
    assert_eq!(peer.json().await?["data"], "hello");
    terminal.types("\x1b[A you\r")?;
    assert_eq!(peer.json().await?["data"], "hello you");
    terminal.types(&format!("/to {} secret\r", &peer.id[..6]))?;
    let told = peer.json().await?;
    assert_eq!((&told["action"], &told["data"]), (&"message".into(), &"secret".into()));
    peer.message(&id, "and you").await?;
    terminal.shows(&format!("{CYAN}{}\x1b[0m (to you): and you", &peer.id[..8]))?;
    terminal.types("/peers\r")?;
    terminal.shows(&peer.id)?;
    terminal.types("\x04")?;
    terminal.ends_with(0, "")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_while_a_line_is_typed_leaves_the_line() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut terminal = Terminal::open(&proxy, &["join", "chan"], &[])?;
    peer.arrival().await?;
    terminal.shows(&format!("* {} is here", peer.id))?;
    terminal.shows("> ")?;
    terminal.types("half a li")?;
    terminal.shows("half a li")?;
    peer.broadcast("meanwhile \x1b[2J").await?;
    terminal.shows("meanwhile ")?;
    let before = terminal.shows("[2J")?;
    assert!(!before.is_empty() && !before.contains('\x1b'), "{before:?}");
    terminal.types("ne\r")?;
    assert_eq!(peer.json().await?["data"], "half a line");
    terminal.types("\x03")?;
    terminal.ends_with(6, "nws: interrupted")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_is_as_it_was_however_it_ends() -> Result<()> {
    let proxy = Proxy::start().await?;
    for keys in ["\x04", "\x03", "/quit\r"] {
        let mut shell = Command::new("sh");
        shell.args(["-c", "stty -g; \"$0\" join chan; stty -g; exit 0"]).arg(program()?);
        let mut terminal = Terminal::of(shell, &proxy)?;
        let before = terminal.shows("* you are")?;
        let before = before.lines().next().unwrap_or_default();
        terminal.shows("> ")?;
        terminal.types(keys)?;
        let (rest, _) = terminal.end()?;
        assert!(before.contains(':') && rest.lines().last() == Some(before), "{before:?} {rest:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_are_shown_only_where_they_are_wanted() -> Result<()> {
    let proxy = Proxy::start().await?;
    let status = |words: &[&str], variables: &[(&str, &str)]| {
        let terminal = Terminal::open(&proxy, &[&["status"], words].concat(), variables)?;
        anyhow::Ok(terminal.end()?.0)
    };
    let green = "\x1b[32mhealthy\x1b[0m";
    assert!(status(&[], &[])?.contains(green));
    for (words, variables) in [
        (&["--color", "never"][..], &[][..]),
        (&[], &[("NO_COLOR", "1")]),
        (&["--color", "never"], &[("CLICOLOR_FORCE", "1")]),
        (&["--json"], &[]),
    ] {
        let shown = status(words, variables)?;
        assert!(!shown.contains('\x1b') && shown.contains("healthy"), "{shown:?}");
    }
    assert!(status(&["--color", "always"], &[("NO_COLOR", "1")])?.contains(green));
    let port = proxy.port().to_string();
    let piped = Setup::new().env("CLICOLOR_FORCE", "1").instead(&["status", "--port", &port]).await?;
    assert!(piped.stdout.contains(green), "{piped:?}");
    let piped = Setup::new().instead(&["status", "--port", &port]).await?;
    assert!(!piped.stdout.contains('\x1b'), "{piped:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_without_a_name_is_asked_for() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/secret").await?;
    let mut terminal = Terminal::open(&proxy, &["send", "-", "hello"], &[])?;
    terminal.shows("channel: ")?;
    terminal.types("secret\r")?;
    peer.arrival().await?;
    assert_eq!(peer.json().await?["data"], "hello");
    terminal.ends_with(0, "sent a text of 5 B to 1 peer")?;
    peer.departure().await?;
    let mut terminal = Terminal::open(&proxy, &["join", "-"], &[])?;
    terminal.shows("channel: ")?;
    terminal.types("secret\r")?;
    terminal.shows("* you are")?;
    terminal.shows("> ")?;
    terminal.types("typed\r")?;
    peer.arrival().await?;
    assert_eq!(peer.json().await?["data"], "typed");
    let mut terminal = Terminal::open(&proxy, &["listen", "-"], &[])?;
    terminal.shows("channel: ")?;
    terminal.types("a b\r")?;
    terminal.ends_with(2, "invalid channel name: ")?;
    let mut terminal = Terminal::open(&proxy, &["rtt", "-"], &[])?;
    terminal.shows("channel: ")?;
    terminal.types("\x03")?;
    terminal.ends_with(6, "nws: interrupted")?;
    let terminal = Terminal::open(&proxy, &["rtt", "-", "--wait", "0"], &[("NWS_CHANNEL", "empty")])?;
    terminal.ends_with(5, "nobody else is in the channel")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_send_shows_how_far_it_is_and_an_interrupt_says_what_lacks() -> Result<()> {
    let proxy = Proxy::start().await?;
    let folder = std::env::temp_dir().join(format!("nws-command-progress-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("film");
    std::fs::write(&path, vec![7; 1_048_576])?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut terminal = Terminal::open(&proxy, &["send", "chan", &path.to_string_lossy()], &[])?;
    let id = peer.arrival().await?;
    let file = loop {
        let frame = peer.json().await?;
        let said = frame["data"].as_str().unwrap_or_default();
        let said: serde_json::Value = serde_json::from_str(said).unwrap_or_default();
        if said["type"] == "file-offer" {
            break said["file"].clone();
        }
    };
    let get = serde_json::json!({"type": "file-get", "file": file, "stream": 1, "from": 0, "window": 1});
    peer.message(&id, get.to_string()).await?;
    peer.binary().await?;
    terminal.shows("sent 256.00 KiB of 1.00 MiB")?;
    terminal.shows(" left")?;
    terminal.types("\x03")?;
    std::fs::remove_dir_all(&folder)?;
    terminal.ends_with(6, "nws: interrupted: nobody has got film")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_clears_the_terminal_for_each_look() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut terminal = Terminal::open(&proxy, &["status", "--watch"], &[])?;
    terminal.shows("\x1b[H\x1b[2J")?;
    terminal.shows("\x1b[H\x1b[2J")?;
    proxy.signal("KILL").await?;
    terminal.shows("no proxy answers")?;
    terminal.types("\x03")?;
    terminal.ends_with(6, "nws: interrupted")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_that_takes_one_line_ends_it_quietly() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    for words in ["listen chan", "listen chan --json --from x"] {
        let script = format!("\"$0\" {words} | head -n 1 > /dev/null; exit ${{PIPESTATUS[0]}}");
        let program = program()?.to_string_lossy().into_owned();
        let shell = ["bash", "-c", &script];
        let running = Running::within(proxy.port(), &shell, &[])?;
        peer.arrival().await?;
        peer.broadcast("first").await?;
        let exit = running.exit().await?;
        assert!(exit.status.success() && exit.stderr.is_empty(), "{program} {words}: {exit:?}");
        peer.departure().await?;
    }
    for words in ["status", "cheat", "cheat --json", "status --watch --json"] {
        let script = format!("\"$0\" {words} | head -n 1 > /dev/null; exit ${{PIPESTATUS[0]}}");
        let exit = Running::within(proxy.port(), &["bash", "-c", &script], &[])?.exit().await?;
        assert!(exit.status.success() && exit.stderr.is_empty(), "{words}: {exit:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_peer_says_looks_like_nothing_that_another_says() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut terminal = Terminal::open(&proxy, &["join", "chan"], &[])?;
    peer.arrival().await?;
    terminal.shows(&format!("* {} is here", peer.id))?;
    peer.broadcast("hi\nabcdefgh: I am\r* abcdefgh has left").await?;
    terminal.shows("hi")?;
    let before = terminal.shows("abcdefgh: I am\\r* abcdefgh has left")?;
    assert!(before.ends_with("    "), "{before:?}");
    let similar = format!("{}-2", &peer.id[..8]);
    let mut other = Client::join(&proxy, &format!("/network/chan/{similar}")).await?;
    other.send("I am the same").await?;
    terminal.shows(&format!("{CYAN}{similar}\x1b[0m: I am the same"))?;
    terminal.types("\x04")?;
    terminal.ends_with(0, "")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_programs_say_about_files_is_not_shown_and_not_counted() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut terminal = Terminal::open(&proxy, &["listen", "chan", "-n", "2"], &[])?;
    let id = peer.arrival().await?;
    let file = "0123456789abcdef".repeat(2);
    let offer = serde_json::json!({"type": "file-offer", "v": 1, "file": file, "name": "cat.png", "size": 7, "mime": "", "part": 1024});
    let withdraw = serde_json::json!({"type": "file-withdraw", "file": file});
    let hello = r#"{"type":"hello","demo":"chat","nick":"nws","here":0}"#.to_owned();
    for text in [hello, offer.to_string(), withdraw.to_string(), "to people".to_owned()] {
        peer.message(&id, text).await?;
    }
    let before = terminal.shows("to people")?;
    assert!(before.contains("(offers cat.png, 7 B") && !before.contains('{'), "{before:?}");
    terminal.ends_with(0, "")
}
