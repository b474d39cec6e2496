//! The Unix socket: for programs of this user, beside TCP or instead of it.

use std::fs::{self, Permissions};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, chown, lchown, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use nws_tests::{Client, Connection, Peer, Proxy, Request, Setup};
use serde_json::{Value, json};

/// A user who is nobody else.
pub(crate) const NOBODY: u32 = 65534;

/// A folder that goes with the test.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("nws-unix-{}-{name}", std::process::id()));
        fs::create_dir(&path)?;
        Ok(Self(path))
    }

    /// Where a socket is to be, in a folder that is not there yet.
    fn socket(&self) -> PathBuf {
        self.0.join("own/nws.sock")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left among temporary files harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn with_socket(path: &Path) -> Setup {
    Setup::new().flag("--unix", path.display())
}

fn mode(path: &Path) -> Result<u32> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o777)
}

async fn join(path: &Path, channel: &str) -> Result<Client> {
    Client::open_unix(path, &Request::new("GET", channel)).await
}

async fn status(path: &Path, request: &Request) -> Result<u16> {
    Ok(request.send_over(Connection::open_unix(path).await?, 1).await?.status)
}

/// Why it does not start.
async fn complaint(path: &Path) -> Result<String> {
    let exit = with_socket(path).exit().await?;
    assert_eq!((exit.status.code(), exit.stdout.as_str()), (Some(1), ""), "{exit:?}");
    Ok(exit.stderr)
}

#[tokio::test]
async fn programs_on_the_unix_socket_meet_those_on_tcp() -> Result<()> {
    let folder = Folder::new("meet")?;
    let path = folder.socket();
    let proxy = with_socket(&path).flag("--shards", 3).start().await?;
    // Of so many channels some belong to a shard on another thread.
    for number in 0..8 {
        let channel = format!("/local/chan{number}");
        let mut on_tcp = Peer::alone(&proxy, &channel).await?;
        let mut on_unix = join(&path, &channel).await?;
        let id = on_tcp.arrival().await?;
        assert_eq!(on_unix.arrival().await?, on_tcp.id);
        let long = "x".repeat(1024 * 1024);
        on_unix.broadcast(long.as_str()).await?;
        assert_eq!(on_tcp.json().await?, json!({"action": "broadcast", "source": id, "data": long}));
        on_tcp.message(&id, long.as_str()).await?;
        assert_eq!(on_unix.json().await?["data"], Value::from(long));
        drop(on_unix);
        assert_eq!(on_tcp.departure().await?, id);
    }
    Ok(())
}

#[tokio::test]
async fn the_socket_is_for_one_user_and_goes_with_its_proxy() -> Result<()> {
    let folder = Folder::new("modes")?;
    let path = folder.socket();
    let proxy = with_socket(&path).start().await?;
    assert_eq!((mode(&folder.0.join("own"))?, mode(&path)?), (0o700, 0o600));
    let mut client = join(&path, "/local/chan").await?;
    client.id().await?;
    proxy.signal("TERM").await?;
    assert_eq!(client.closed().await?, 1001);
    let exit = proxy.exit().await?;
    assert!(exit.status.success(), "{exit:?}");
    assert_eq!(exit.stdout, format!("listening on {}\n", path.display()));
    assert!(!path.exists());
    Ok(())
}

#[tokio::test]
async fn without_tcp_programs_meet_on_the_unix_socket_alone() -> Result<()> {
    let folder = Folder::new("alone")?;
    let path = folder.socket();
    let proxy = with_socket(&path).switch("--no-tcp").start().await?;
    assert_eq!((proxy.port(), tcp_listeners(&proxy)?), (0, 0));
    let mut first = join(&path, "/local/chan").await?;
    let id = first.id().await?;
    let mut second = join(&path, "/local/chan").await?;
    assert_eq!(second.arrival().await?, id);
    first.arrival().await?;
    let on_both = with_socket(&folder.0.join("other/nws.sock")).start().await?;
    assert!(tcp_listeners(&on_both)? > 0);
    Ok(())
}

/// How many of its sockets listen on TCP.
fn tcp_listeners(proxy: &Proxy) -> Result<usize> {
    let folder = format!("/proc/{}/fd", proxy.pid()?);
    let open = fs::read_dir(folder).context("this needs Linux, and root: a proxy is closed to others")?;
    let open: Vec<_> = open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok()).collect();
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    let listens = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let inode = words.get(9).map(|inode| PathBuf::from(format!("socket:[{inode}]")));
        words.get(3) == Some(&"0A") && inode.is_some_and(|inode| open.contains(&inode))
    };
    Ok(tables.iter().flat_map(|table| table.lines()).filter(listens).count())
}

#[tokio::test]
async fn a_socket_whose_proxy_was_killed_is_replaced() -> Result<()> {
    let folder = Folder::new("stale")?;
    let path = folder.socket();
    let killed = with_socket(&path).start().await?;
    killed.signal("KILL").await?;
    killed.exit().await?;
    assert!(fs::symlink_metadata(&path)?.file_type().is_socket());
    let _proxy = with_socket(&path).start().await?;
    join(&path, "/local/chan").await?.id().await?;
    assert!(complaint(&path).await?.contains("listens on"));
    join(&path, "/local/chan").await?.id().await?;
    Ok(())
}

#[tokio::test]
async fn what_is_no_dead_socket_of_this_user_is_left_alone() -> Result<()> {
    let folder = Folder::new("others")?;
    let [file, dead, link, busy] = ["file", "dead", "link", "busy"].map(|name| folder.0.join(name));
    fs::write(&file, "precious")?;
    drop(UnixListener::bind(&dead)?);
    symlink(&dead, &link)?;
    let _busy = UnixListener::bind(&busy)?;
    assert!(complaint(&file).await?.contains("is no socket of this user"));
    assert!(complaint(&link).await?.contains("is no socket of this user"));
    assert!(complaint(&folder.0).await?.contains("is no socket of this user"));
    assert!(complaint(&busy).await?.contains("listens on"));
    assert_eq!(fs::read_to_string(&file)?, "precious");
    assert!(dead.exists() && busy.exists() && fs::read_link(&link)? == dead);
    Ok(())
}

#[tokio::test]
async fn a_folder_in_which_others_can_replace_the_socket_is_refused() -> Result<()> {
    let folder = Folder::new("open")?;
    for (mode, is_safe) in [(0o777, false), (0o770, false), (0o1777, true), (0o755, true)] {
        fs::set_permissions(&folder.0, Permissions::from_mode(mode))?;
        let path = folder.0.join("nws.sock");
        if is_safe {
            let proxy = with_socket(&path).start().await?;
            proxy.signal("KILL").await?;
            proxy.exit().await?;
        } else {
            assert!(complaint(&path).await?.contains("other users can replace"), "{mode:o}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn no_folder_on_the_way_to_the_socket_is_in_the_hands_of_others() -> Result<()> {
    let folder = Folder::new("way")?;
    let [open, theirs, home] = ["open", "theirs", "home"].map(|name| folder.0.join(name));
    for one in [&open, &theirs, &home] {
        fs::create_dir_all(one.join("own"))?;
    }
    fs::set_permissions(&open, Permissions::from_mode(0o777))?;
    chown(&theirs, Some(NOBODY), Some(NOBODY)).context("this needs root")?;
    let [to_open, mine, foreign] = ["to_open", "mine", "foreign"].map(|name| folder.0.join(name));
    symlink("open/own", &to_open)?;
    symlink(home.join("own"), &mine)?;
    symlink(home.join("own"), &foreign)?;
    lchown(&foreign, Some(NOBODY), Some(NOBODY))?;
    // Each with the folder or link that is to be named.
    let unsafe_ways = [
        (open.join("own"), &open),
        (open.join("own/new"), &open),
        (theirs.join("own"), &theirs),
        (to_open.clone(), &open),
        (home.join("../open/own"), &open),
        (foreign.clone(), &foreign),
    ];
    for (way, culprit) in unsafe_ways {
        let complaint = complaint(&way.join("nws.sock")).await?;
        assert!(complaint.contains("other users can replace"), "{}: {complaint}", way.display());
        assert!(complaint.contains(&format!("{} ", culprit.display())), "{}: {complaint}", way.display());
    }
    fs::set_permissions(&open, Permissions::from_mode(0o1777))?;
    for way in [open.join("own"), to_open, mine] {
        let path = way.join("nws.sock");
        let _proxy = with_socket(&path).start().await?;
        join(&path, "/local/chan").await?.id().await?;
    }
    Ok(())
}

#[tokio::test]
async fn hosts_and_origins_are_judged_on_the_unix_socket_too() -> Result<()> {
    let folder = Folder::new("gate")?;
    let path = folder.socket();
    let allowed = "https://a.test";
    let _proxy = with_socket(&path).flag("--allow-origin", allowed).start().await?;
    let upgrade = || Request::upgrade("/local/chan");
    for host in ["localhost", "localhost:1234", "127.0.0.1", "[::1]:80"] {
        assert_eq!(status(&path, &upgrade().host(host)).await?, 101, "{host}");
    }
    for host in ["evil.test", "evil.test:9009", "localhost.evil.test", ""] {
        assert_eq!(status(&path, &upgrade().host(host)).await?, 403, "{host}");
    }
    assert_eq!(status(&path, &upgrade().header("Origin", allowed)).await?, 101);
    assert_eq!(status(&path, &upgrade().header("Origin", "https://b.test")).await?, 403);
    Ok(())
}

/// Root may open every file, so nothing but the look at who has connected keeps it out.
#[tokio::test]
async fn another_user_is_refused_even_if_files_are_open_to_him() -> Result<()> {
    let folder = Folder::new("users")?;
    fs::set_permissions(&folder.0, Permissions::from_mode(0o755))?;
    chown(&folder.0, Some(NOBODY), Some(NOBODY)).context("this needs root")?;
    let path = folder.socket();
    let proxy = with_socket(&path).user(NOBODY, &folder.0).start().await?;
    let mut on_tcp = Peer::alone(&proxy, "/local/chan").await?;
    assert!(join(&path, "/local/chan").await.is_err());
    proxy.log(&["refused since the last such line", "user=1"]).await?;
    on_tcp.id().await?;
    Ok(())
}
