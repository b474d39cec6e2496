//! Files that go on after one end was killed.

use std::fs;

use anyhow::{Context, Result};
use nws_tests::{Peer, Proxy, Running};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Folder, content, control, newcomer, offer, say};

const PART: usize = 262_144;

#[tokio::test]
async fn a_sender_that_was_killed_goes_on_where_it_was() -> Result<()> {
    let proxy = Proxy::start().await?;
    let from = Folder::new("killed-from")?;
    let bytes = content(3 * PART);
    let path = from.file("film", &bytes)?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut ids = Vec::new();
    for try_ in 0..3 {
        let sender = Running::start(&proxy, &["send", "chan", &path])?;
        let id = peer.arrival().await?;
        let file = control(&mut peer, "file-offer").await?["file"].clone();
        let get = json!({"type": "file-get", "file": file, "stream": 1, "from": try_, "window": PART});
        say(&mut peer, &id, get).await?;
        ids.push(file.clone());
        let frame = peer.binary().await?;
        assert!(frame.ends_with(&bytes[try_ * PART..][..PART]), "part {try_}");
        if try_ < 2 {
            sender.signal("KILL").await?;
            assert!(sender.exit().await?.status.code().is_none());
            peer.departure().await?;
            continue;
        }
        say(&mut peer, &id, json!({"type": "file-ack", "file": file, "stream": 1, "next": 3})).await?;
        control(&mut peer, "file-done").await?;
        say(&mut peer, &id, json!({"type": "file-got", "file": file, "stream": 1})).await?;
        assert!(sender.exit().await?.status.success());
        peer.departure().await?;
    }
    assert!(ids[0] == ids[1] && ids[1] == ids[2], "{ids:?}");
    let again = Running::start(&proxy, &["send", "chan", &path])?;
    peer.arrival().await?;
    assert_ne!(
        control(&mut peer, "file-offer").await?["file"],
        ids[0],
        "it was sent, so this is another one"
    );
    drop(again);
    Ok(())
}

#[tokio::test]
async fn two_senders_of_one_file_do_not_share_its_id() -> Result<()> {
    let proxy = Proxy::start().await?;
    let from = Folder::new("two-from")?;
    let path = from.file("film", b"film")?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let _one = Running::start(&proxy, &["send", "chan", &path])?;
    let first = control(&mut peer, "file-offer").await?["file"].clone();
    let _other = Running::start(&proxy, &["send", "chan", &path])?;
    let second = control(&mut peer, "file-offer").await?["file"].clone();
    assert_ne!(first, second);
    Ok(())
}

#[tokio::test]
async fn a_receiver_that_was_killed_goes_on_where_it_was() -> Result<()> {
    let proxy = Proxy::start().await?;
    let to = Folder::new("killed-to")?;
    let bytes = content(2048 + 100);
    let file = "c".repeat(32);
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    for part in 0..3 {
        let receiver = Running::start(&proxy, &["listen", "chan", "--save", &to.path(), "-n", "1"])?;
        let id = peer.arrival().await?;
        say(&mut peer, &id, offer("film", bytes.len() as u64, &file)).await?;
        let get = control(&mut peer, "file-get").await?;
        assert_eq!(get["from"], part);
        let stream = u32::try_from(get["stream"].as_u64().context("no stream")?)?;
        let begin = part * 1024;
        let chunk = &bytes[begin..bytes.len().min(begin + 1024)];
        peer.message_binary(&id, &super::part(stream, u32::try_from(part)?, chunk)).await?;
        assert_eq!(control(&mut peer, "file-ack").await?["next"], part + 1);
        if part < 2 {
            receiver.signal("KILL").await?;
            assert!(receiver.exit().await?.status.code().is_none());
            peer.departure().await?;
            continue;
        }
        let hashes: Vec<u8> = bytes.chunks(1024).flat_map(Sha256::digest).collect();
        let hash: String = Sha256::digest(&hashes).iter().map(|byte| format!("{byte:02x}")).collect();
        say(&mut peer, &id, json!({"type": "file-done", "file": file, "stream": stream, "hash": hash}))
            .await?;
        control(&mut peer, "file-got").await?;
        assert!(receiver.exit().await?.status.success());
    }
    assert_eq!(to.names()?, ["film"]);
    assert!(fs::read(to.0.join("film"))? == bytes);
    Ok(())
}

#[tokio::test]
async fn two_receivers_in_one_folder_do_not_write_into_one_file() -> Result<()> {
    let proxy = Proxy::start().await?;
    let to = Folder::new("two-to")?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let words = ["listen", "chan", "--save", &to.path()];
    let _one = Running::start(&proxy, &words)?;
    let first = peer.arrival().await?;
    let other = Running::start(&proxy, &words)?;
    let second = newcomer(&mut peer).await?;
    let file = "d".repeat(32);
    say(&mut peer, &first, offer("film", 1024, &file)).await?;
    control(&mut peer, "file-get").await?;
    say(&mut peer, &second, offer("film", 1024, &file)).await?;
    other.says(&["\"film\"", "another process saves it"]).await?;
    Ok(())
}

#[tokio::test]
async fn what_somebody_has_is_another_offer_and_the_rest_goes_on() -> Result<()> {
    let proxy = Proxy::start().await?;
    let from = Folder::new("partial-from")?;
    let paths = [from.file("r1", b"")?, from.file("r2", b"r2")?];
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let mut tries = Vec::new();
    for _ in 0..2 {
        let sender = Running::start(&proxy, &["send", "chan", &paths[0], &paths[1]])?;
        let id = peer.arrival().await?;
        let mut files = Vec::new();
        for _ in 0..2 {
            files.push(control(&mut peer, "file-offer").await?["file"].clone());
        }
        let get = json!({"type": "file-get", "file": files[0], "stream": 1, "from": 0, "window": PART});
        say(&mut peer, &id, get).await?;
        control(&mut peer, "file-done").await?;
        say(&mut peer, &id, json!({"type": "file-got", "file": files[0], "stream": 1})).await?;
        sender.says(&["sent r1"]).await?;
        sender.signal("INT").await?;
        let exit = sender.exit().await?;
        assert!(exit.status.code() == Some(6) && exit.stderr.contains("nobody has got r2"), "{exit:?}");
        peer.departure().await?;
        tries.push(files);
    }
    assert_ne!(tries[0][0], tries[1][0], "somebody has it, so this is another one");
    assert_eq!(tries[0][1], tries[1][1], "nobody has it");
    Ok(())
}

#[tokio::test]
async fn what_was_refused_may_be_offered_again() -> Result<()> {
    let proxy = Proxy::start().await?;
    let to = Folder::new("again-to")?;
    let taken = to.file("film", b"of somebody else")?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let receiver = Running::start(&proxy, &["listen", "chan", "--save", &to.path(), "-n", "1"])?;
    let id = peer.arrival().await?;
    let file = "e".repeat(32);
    say(&mut peer, &id, offer("film", 0, &file)).await?;
    receiver.says(&["\"film\"", "exists"]).await?;
    fs::remove_file(taken)?;
    say(&mut peer, &id, offer("film", 0, &file)).await?;
    super::get_empty(&mut peer, &id, &file).await?;
    assert!(receiver.exit().await?.status.success());
    Ok(())
}

#[tokio::test]
async fn what_nobody_has_got_is_not_remembered_for_ever() -> Result<()> {
    let proxy = Proxy::start().await?;
    let from = Folder::new("old-from")?;
    let path = from.file("film", b"film")?;
    let folder = proxy.runtime_folder().join("nws");
    let old = folder.join(format!("unsent-old-{}", std::process::id()));
    let recent = folder.join(format!("unsent-recent-{}", std::process::id()));
    for (path, days) in [(&old, 8), (&recent, 6)] {
        let day = std::time::Duration::from_secs(24 * 60 * 60);
        fs::File::create(path)?.set_modified(std::time::SystemTime::now() - day * days)?;
    }
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let _sender = Running::start(&proxy, &["send", "chan", &path])?;
    control(&mut peer, "file-offer").await?;
    assert!(!old.exists() && recent.exists());
    fs::remove_file(recent)?;
    Ok(())
}
