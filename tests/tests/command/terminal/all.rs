//! Every command at a terminal: it shows something, and ends as it should.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use nws_tests::{Proxy, Running, Setup};

use super::Terminal;

const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";

/// A command line, and what happens.
struct Case {
    words: &'static str,
    /// It joins `chan`, and is seen there before anything is typed.
    joins: bool,
    /// What it shows before anything is typed.
    shows: &'static str,
    types: &'static str,
    /// The exit statuses that are right.
    ends: &'static [i32],
}

const fn case(words: &'static str, shows: &'static str, types: &'static str, ends: &'static [i32]) -> Case {
    Case { words, joins: false, shows, types, ends }
}

const fn peer(words: &'static str, shows: &'static str, types: &'static str, ends: &'static [i32]) -> Case {
    Case { words, joins: true, shows, types, ends }
}

const CASES: [Case; 23] = [
    case("run --port 0 --no-discovery", "listening on http://localhost:", CTRL_C, &[0]),
    peer("join chan", "> ", CTRL_D, &[0]),
    peer("join chan", "> ", CTRL_C, &[6]),
    peer("send chan hello", "sent a text of 5 B to 1 peer", "", &[0]),
    peer("listen chan", "", CTRL_C, &[6]),
    peer("listen chan --binary", "", CTRL_C, &[6]),
    peer("listen chan --save FOLDER", "", CTRL_C, &[6]),
    peer("rtt chan", "median", "", &[0]),
    peer("rtt chan -n 4000000000", "", CTRL_C, &[6]),
    case("status", "healthy", "", &[0]),
    case("status --watch", "healthy", CTRL_C, &[6]),
    case("peers add 127.0.0.1:1", "added; ", "", &[0]),
    case("peers list", "127.0.0.1:1", "", &[0]),
    case("peers remove 127.0.0.1:1", "forgotten", "", &[0]),
    case("console", "", "", &[0]),
    // Whether a fault is found is for the machine to say.
    case("doctor --no-discovery --port PORT", "asking this machine", "", &[0, 1]),
    case("cheat", "nws service install", "", &[0]),
    case("completions bash", "_nws()", "", &[0]),
    case("man FOLDER/pages", "", "", &[0]),
    case("backbone key", "", "", &[0]),
    case("backbone permissions berlin", "authorization {", "", &[0]),
    // There may be a service, and a system that knows services, or not.
    case("service status", "", "", &[0, 1, 3]),
    case("service logs", "", "", &[0, 1]),
];

/// Those that change this machine. The tests of the distribution run them.
const ELSEWHERE: [&str; 1] = ["help"];

#[tokio::test(flavor = "multi_thread")]
async fn every_command_shows_something_and_ends_as_it_should() -> Result<()> {
    let proxy = Proxy::start().await?;
    let folder = std::env::temp_dir().join(format!("nws-command-terminal-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    plant_opener(&folder)?;
    let mut watcher = Running::start(&proxy, &["listen", "chan", "--json"])?;
    watcher.event("sync").await?;
    for case in &CASES {
        check(case, &proxy, &folder, &mut watcher).await.with_context(|| case.words)?;
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

async fn check(case: &Case, proxy: &Proxy, folder: &Path, watcher: &mut Running) -> Result<()> {
    let (port, place) = (proxy.port().to_string(), folder.to_string_lossy().into_owned());
    let words: Vec<String> =
        case.words.split(' ').map(|word| word.replace("FOLDER", &place).replace("PORT", &port)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let path = format!("{place}:/usr/bin:/bin");
    let mut terminal = Terminal::open(proxy, &words, &[("PATH", &path)])?;
    if case.joins {
        watcher.event("connect").await?;
    }
    if !case.shows.is_empty() {
        terminal.shows(case.shows)?;
    }
    terminal.types(case.types)?;
    let (rest, status) = terminal.end()?;
    ensure!(case.ends.contains(&status), "{status}: {rest:?}");
    Ok(())
}

/// What opens a browser elsewhere.
fn plant_opener(folder: &Path) -> Result<()> {
    let opener = folder.join("xdg-open");
    std::fs::write(&opener, "#!/bin/sh\nexit 0\n")?;
    Ok(std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755))?)
}

#[tokio::test]
async fn no_command_is_left_out() -> Result<()> {
    let help = Setup::new().instead(&["--help"]).await?.stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.take_while(|line| !line.is_empty());
    let named: BTreeSet<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    let tried: BTreeSet<&str> = CASES.iter().filter_map(|case| case.words.split(' ').next()).collect();
    let lacks: Vec<_> = named.difference(&tried).filter(|name| !ELSEWHERE.contains(name)).collect();
    ensure!(lacks.is_empty() && named.len() > 10, "{lacks:?} {named:?}");
    Ok(())
}
