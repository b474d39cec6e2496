//! Disks that are full, peers that lie, and peers that speak something else.

use anyhow::{Context, Result};
use nws_tests::{Client, Peer, Proxy, Running};
use serde_json::json;

use super::{FILE, Folder, control, get_empty, newcomer, offer, part, say};

/// A file system of 64 KiB on a folder, for one process alone.
#[cfg(target_os = "linux")]
fn small_disk(path: &str) -> [&str; 6] {
    const MOUNT: &str = "mount -t tmpfs -o size=64k none \"$0\" && exec \"$@\"";
    ["unshare", "-m", "sh", "-c", MOUNT, path]
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_ends_it_and_says_where_the_rest_is() -> Result<()> {
    let proxy = Proxy::start().await?;
    let to = Folder::new("full")?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let path = to.path();
    let words = ["listen", "chan", "--save", &path];
    let receiver = Running::within(proxy.port(), &small_disk(&path), &words)?;
    let id = peer.arrival().await?;
    let mut large = offer("film", 200_000, FILE);
    large["part"] = 50_000.into();
    say(&mut peer, &id, large).await?;
    let get = control(&mut peer, "file-get").await?;
    let stream = u32::try_from(get["stream"].as_u64().context("no stream")?)?;
    for index in 0..2 {
        peer.message_binary(&id, &part(stream, index, &[7; 50_000])).await?;
    }
    assert_eq!(control(&mut peer, "file-stop").await?["reason"], "storage");
    let exit = receiver.exit().await?;
    assert_eq!(exit.status.code(), Some(1), "{exit:?}");
    for words in ["cannot save \"film\"", "No space left", &format!("{path}/.film.{FILE}.part")] {
        assert!(exit.stderr.contains(words), "{words}: {exit:?}");
    }
    Ok(())
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_under_standard_output_is_1() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let full = ["sh", "-c", "exec \"$@\" > /dev/full", "sh"];
    for words in [&["listen", "chan"][..], &["listen", "chan", "--json"]] {
        let listener = Running::within(proxy.port(), &full, words)?;
        peer.arrival().await?;
        peer.broadcast("x").await?;
        let exit = listener.exit().await?;
        assert_eq!(exit.status.code(), Some(1), "{exit:?}");
        assert!(exit.stderr.contains("cannot write to standard output: No space left"), "{exit:?}");
        peer.departure().await?;
    }
    for words in [&["cheat"][..], &["status"]] {
        let exit = Running::within(proxy.port(), &full, words)?.exit().await?;
        assert!(exit.status.code() == Some(1) && exit.stderr.contains("No space left"), "{exit:?}");
    }
    Ok(())
}

#[tokio::test]
async fn an_offer_that_lies_about_its_size_is_no_file() -> Result<()> {
    let proxy = Proxy::start().await?;
    let to = Folder::new("lies")?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let receiver = Running::start(&proxy, &["listen", "chan", "--save", &to.path(), "-n", "1"])?;
    let id = peer.arrival().await?;
    let lies: [(&str, u64, &[usize]); 3] =
        [("too short", 2048, &[1024]), ("too long", 1, &[2]), ("none", 1024, &[])];
    for (index, (name, size, parts)) in lies.into_iter().enumerate() {
        let file = format!("{index:032x}");
        say(&mut peer, &id, offer(name, size, &file)).await?;
        let get = control(&mut peer, "file-get").await?;
        let stream = u32::try_from(get["stream"].as_u64().context("no stream")?)?;
        for (index, length) in parts.iter().enumerate() {
            peer.message_binary(&id, &part(stream, u32::try_from(index)?, &vec![1; *length])).await?;
        }
        say(&mut peer, &id, super::done(&get)).await?;
        assert_eq!(control(&mut peer, "file-stop").await?["reason"], "order");
        receiver.says(&[name, "do not come as they should"]).await?;
    }
    assert!(to.names()?.is_empty());
    say(&mut peer, &id, offer("good", 0, &"e".repeat(32))).await?;
    get_empty(&mut peer, &id, &"e".repeat(32)).await?;
    assert!(receiver.exit().await?.status.success());
    assert_eq!(to.names()?, ["good"]);
    Ok(())
}

#[tokio::test]
async fn what_is_no_file_protocol_harms_nobody() -> Result<()> {
    let proxy = Proxy::start().await?;
    let to = Folder::new("noise")?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let receiver =
        Running::start(&proxy, &["listen", "chan", "--save", &to.path(), "-n", "1", "--max-total", "2K"])?;
    let id = peer.arrival().await?;
    for noise in [
        json!("hello"),
        json!({"type": "file-offer"}),
        json!("{\"type\":\"file-"),
        json!([{"type": "file-got"}]),
    ] {
        say(&mut peer, &id, noise.clone()).await?;
        peer.send_json(json!({"action": "message", "target": id, "data": noise})).await?;
    }
    for noise in [&b"NWF\x01"[..], b"", &part(1, 0, b"x"), &[0xff; 50]] {
        peer.message_binary(&id, noise).await?;
    }
    say(&mut peer, &id, offer("withdrawn", 2048, &"b".repeat(32))).await?;
    control(&mut peer, "file-get").await?;
    say(&mut peer, &id, json!({"type": "file-withdraw", "file": "b".repeat(32)})).await?;
    receiver.says(&["withdrawn"]).await?;
    say(&mut peer, &id, offer("after", 0, FILE)).await?;
    get_empty(&mut peer, &id, FILE).await?;
    let exit = receiver.exit().await?;
    assert!(exit.status.success(), "{exit:?}");
    Ok(())
}

#[tokio::test]
async fn whoever_offers_and_sends_nothing_leaves_room_for_others() -> Result<()> {
    let proxy = Proxy::start().await?;
    let to = Folder::new("room")?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let receiver = Running::start(&proxy, &["listen", "chan", "--save", &to.path(), "--max-total", "1K"])?;
    let id = peer.arrival().await?;
    let mut waster = Client::join(&proxy, "/chan").await?;
    newcomer(&mut peer).await?;
    say(&mut waster, &id, offer("waste", 1024, &"f".repeat(32))).await?;
    control(&mut waster, "file-get").await?;
    say(&mut peer, &id, offer("useful", 1, FILE)).await?;
    drop(waster);
    receiver.says(&["waste", "interrupted"]).await?;
    assert_eq!(control(&mut peer, "file-get").await?["file"], FILE);
    let other = "a".repeat(32);
    say(&mut peer, &id, offer("too much", 1024, &other)).await?;
    say(&mut peer, &id, json!({"type": "file-withdraw", "file": FILE})).await?;
    assert_eq!(control(&mut peer, "file-get").await?["file"], other);
    Ok(())
}

#[tokio::test]
async fn nobody_who_speaks_the_protocol_is_6_after_a_while() -> Result<()> {
    let proxy = Proxy::start().await?;
    let from = Folder::new("mute")?;
    let path = from.file("film", b"film")?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let sender = Running::start(&proxy, &["send", "chan", "--patience", "1", &path])?;
    let id = peer.arrival().await?;
    for noise in [json!("what?"), json!({"type": "file-get"}), json!("{")] {
        say(&mut peer, &id, noise).await?;
    }
    let exit = sender.exit().await?;
    assert_eq!(exit.status.code(), Some(6), "{exit:?}");
    assert!(exit.stderr.contains("nobody has asked for 1 s: nobody has got film"), "{exit:?}");
    Ok(())
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_told_before_anybody_hears_of_it() -> Result<()> {
    let proxy = Proxy::start().await?;
    let from = Folder::new("unreadable")?;
    for (words, expected, status) in [
        (vec!["--file", "/no/such/file"], "there is no file /no/such/file", 2),
        (vec![&from.path()[..]], "is a folder", 2),
        (vec!["--file", "/dev/null"], "is no file", 2),
        (vec!["a", "b"], "a text with spaces needs quotes", 2),
    ] {
        let words = [&["send", "chan"], &words[..]].concat();
        let exit = Running::start(&proxy, &words)?.exit().await?;
        assert!(exit.status.code() == Some(status) && exit.stderr.contains(expected), "{exit:?}");
    }
    Ok(())
}
