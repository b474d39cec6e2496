//! Files from one process to another.

mod damage;
mod names;
mod resume;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use nws_tests::{Client, Peer, Proxy, Running};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("nws-command-{}-{name}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    fn file(&self, name: &str, bytes: &[u8]) -> Result<String> {
        let path = self.0.join(name);
        fs::write(&path, bytes)?;
        Ok(path.to_string_lossy().into_owned())
    }

    fn path(&self) -> String {
        self.0.to_string_lossy().into_owned()
    }

    fn names(&self) -> Result<Vec<String>> {
        let mut names: Vec<String> = fs::read_dir(&self.0)?
            .map(|it| it.map(|it| it.file_name().to_string_lossy().into_owned()))
            .collect::<Result<_, _>>()?;
        names.sort();
        Ok(names)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * index / 7) as u8).collect()
}

#[tokio::test]
async fn files_arrive_whole_under_their_names() -> Result<()> {
    let proxy = Proxy::start().await?;
    let (from, to) = (Folder::new("whole-from")?, Folder::new("whole-to")?);
    let large = from.file("with space é.bin", &content(3_000_001))?;
    let empty = from.file("-empty", b"")?;
    let receiver = Running::start(&proxy, &["listen", "chan", "--save", &to.path(), "-n", "2"])?;
    let exit = Running::start(&proxy, &["send", "chan", "--wait", "30", &large, &empty])?.exit().await?;
    assert!(exit.status.success() && exit.stdout.is_empty(), "{exit:?}");
    let exit = receiver.exit().await?;
    assert!(exit.status.success() && exit.stdout.lines().count() == 2, "{exit:?}");
    assert_eq!(to.names()?, ["-empty", "with space é.bin"]);
    assert!(fs::read(Path::new(&to.path()).join("with space é.bin"))? == content(3_000_001));
    Ok(())
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_or_numbered_or_replaced() -> Result<()> {
    let proxy = Proxy::start().await?;
    let (from, to) = (Folder::new("taken-from")?, Folder::new("taken-to")?);
    to.file("a.txt", b"old")?;
    let path = from.file("a.txt", b"new")?;
    let refuser = Running::start(&proxy, &["listen", "chan", "--save", &to.path()])?;
    let words = ["send", "chan", "--wait", "30", "--patience", "1", &path];
    let exit = Running::start(&proxy, &words)?.exit().await?;
    assert_eq!(exit.status.code(), Some(6), "{exit:?}");
    assert!(exit.stderr.contains("nobody has got a.txt"), "{exit:?}");
    refuser.says(&["a.txt", "exists"]).await?;
    drop(refuser);
    for flag in ["--rename", "--overwrite"] {
        let receiver = Running::start(&proxy, &["listen", "chan", "--save", &to.path(), "-n", "1", flag])?;
        let exit = Running::start(&proxy, &["send", "chan", "--wait", "30", &path])?.exit().await?;
        assert!(exit.status.success() && receiver.exit().await?.status.success(), "{exit:?}");
    }
    assert_eq!(to.names()?, ["a (1).txt", "a.txt"]);
    assert_eq!(fs::read(to.0.join("a.txt"))?, b"new");
    Ok(())
}

/// A peer that speaks the protocol as it likes.
async fn control(peer: &mut Client, kind: &str) -> Result<Value> {
    loop {
        let frame = peer.json().await?;
        let said: Value =
            frame["data"].as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        if said["type"] == kind {
            return Ok(said);
        }
    }
}

async fn say(peer: &mut Client, to: &str, what: Value) -> Result<()> {
    peer.send_json(json!({"action": "message", "target": to, "data": what.to_string()})).await
}

/// An offer of a file in parts of 1 KiB.
fn offer(name: &str, size: u64, file: &str) -> Value {
    json!({"type": "file-offer", "v": 1, "file": file, "name": name, "size": size, "mime": "", "part": 1024})
}

/// The end of a file without parts.
fn done(get: &Value) -> Value {
    let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    json!({"type": "file-done", "file": get["file"], "stream": get["stream"], "hash": hash})
}

/// Waits until an empty file is asked for, and sends it.
async fn get_empty(peer: &mut Client, to: &str, file: &str) -> Result<()> {
    get_all_empty(peer, to, &[file]).await
}

/// The same for several, in whichever order they are asked for.
async fn get_all_empty(peer: &mut Client, to: &str, files: &[&str]) -> Result<()> {
    let mut got = Vec::new();
    while got.len() < files.len() {
        let frame = peer.json().await?;
        let said: Value =
            serde_json::from_str(frame["data"].as_str().unwrap_or_default()).unwrap_or_default();
        let is_meant = files.iter().any(|file| said["file"] == *file);
        match said["type"].as_str() {
            Some("file-get") if is_meant => say(peer, to, done(&said)).await?,
            Some("file-got") if is_meant => got.push(said["file"].clone()),
            _ => {}
        }
    }
    Ok(())
}

/// Waits until somebody arrives, whatever is said meanwhile, and gives the id.
async fn newcomer(peer: &mut Client) -> Result<String> {
    loop {
        let frame = peer.json().await?;
        if frame["action"] == "connect" {
            return Ok(frame["target"].as_str().unwrap_or_default().to_owned());
        }
    }
}

/// A part as a message.
fn part(stream: u32, index: u32, bytes: &[u8]) -> Vec<u8> {
    let hash = Sha256::digest(bytes);
    [b"NWF\x01".as_slice(), &stream.to_be_bytes(), &index.to_be_bytes(), &hash, bytes].concat()
}

const FILE: &str = "00112233445566778899aabbccddeeff";

#[tokio::test]
async fn hostile_offers_stay_in_the_folder_and_within_the_limit() -> Result<()> {
    let proxy = Proxy::start().await?;
    let to = Folder::new("hostile")?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let receiver =
        Running::start(&proxy, &["listen", "chan", "--save", &to.path(), "--max-total", "1K", "-n", "1"])?;
    let id = peer.arrival().await?;
    let offer = |name: &str, size: u64, file: &str| json!({"type": "file-offer", "v": 1, "file": file, "name": name, "size": size, "mime": "", "part": 1024});
    say(&mut peer, &id, offer("big", 1025, &FILE.replace('0', "f"))).await?;
    receiver.says(&["big", "--max-total"]).await?;
    say(&mut peer, &id, offer("../../evil", 0, FILE)).await?;
    let get = control(&mut peer, "file-get").await?;
    let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    say(&mut peer, &id, json!({"type": "file-done", "file": FILE, "stream": get["stream"], "hash": hash}))
        .await?;
    control(&mut peer, "file-got").await?;
    assert!(receiver.exit().await?.status.success());
    assert_eq!(to.names()?, ["evil"]);
    Ok(())
}

#[tokio::test]
async fn a_file_with_a_wrong_hash_is_none() -> Result<()> {
    let proxy = Proxy::start().await?;
    let to = Folder::new("hash")?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let receiver = Running::start(&proxy, &["listen", "chan", "--save", &to.path()])?;
    let id = peer.arrival().await?;
    say(
        &mut peer,
        &id,
        json!({"type": "file-offer", "v": 1, "file": FILE, "name": "a", "size": 0, "mime": "", "part": 1024}),
    )
    .await?;
    let get = control(&mut peer, "file-get").await?;
    say(
        &mut peer,
        &id,
        json!({"type": "file-done", "file": FILE, "stream": get["stream"], "hash": "0".repeat(64)}),
    )
    .await?;
    assert_eq!(control(&mut peer, "file-stop").await?["reason"], "hash");
    receiver.says(&["\"a\"", "hash is wrong"]).await?;
    assert!(to.names()?.is_empty());
    Ok(())
}

#[tokio::test]
async fn what_an_earlier_try_has_left_is_not_asked_for_again() -> Result<()> {
    let proxy = Proxy::start().await?;
    let to = Folder::new("resume")?;
    let parts = content(2500);
    to.file(&format!(".film.{FILE}.part"), &parts[..2100])?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let receiver = Running::start(&proxy, &["listen", "chan", "--save", &to.path(), "-n", "1"])?;
    let id = peer.arrival().await?;
    let offer = json!({"type": "file-offer", "v": 1, "file": FILE, "name": "film", "size": 2500, "mime": "", "part": 1024});
    say(&mut peer, &id, offer).await?;
    let get = control(&mut peer, "file-get").await?;
    assert_eq!(get["from"], 2);
    let stream = get["stream"].as_u64().unwrap_or_default() as u32;
    let (last, mut hashes) = (&parts[2048..], Vec::new());
    for part in parts.chunks(1024) {
        hashes.extend(Sha256::digest(part));
    }
    let head =
        [b"NWF\x01".as_slice(), &stream.to_be_bytes(), &2_u32.to_be_bytes(), &Sha256::digest(last)].concat();
    peer.message_binary(&id, &[&head, last].concat()).await?;
    assert_eq!(control(&mut peer, "file-ack").await?["next"], 3);
    let hash: String = Sha256::digest(&hashes).iter().map(|byte| format!("{byte:02x}")).collect();
    say(&mut peer, &id, json!({"type": "file-done", "file": FILE, "stream": stream, "hash": hash})).await?;
    control(&mut peer, "file-got").await?;
    assert!(receiver.exit().await?.status.success());
    assert_eq!(to.names()?, ["film"]);
    assert!(fs::read(to.0.join("film"))? == parts);
    Ok(())
}

#[tokio::test]
async fn a_file_that_changes_is_not_sent() -> Result<()> {
    let proxy = Proxy::start().await?;
    let from = Folder::new("changes")?;
    let path = from.file("log", b"first line\n")?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let sender = Running::start(&proxy, &["send", "chan", &path])?;
    let id = peer.arrival().await?;
    let offer = control(&mut peer, "file-offer").await?;
    from.file("log", b"first line\nsecond line\n")?;
    let get = json!({"type": "file-get", "file": offer["file"], "stream": 1, "from": 0, "window": 1024});
    say(&mut peer, &id, get).await?;
    assert_eq!(control(&mut peer, "file-fail").await?["reason"], "changed");
    let exit = sender.exit().await?;
    assert!(exit.status.code() == Some(1) && exit.stderr.contains("log has changed"), "{exit:?}");
    Ok(())
}

#[tokio::test]
async fn whoever_interrupts_a_file_is_told_who_lacks_what() -> Result<()> {
    let proxy = Proxy::start().await?;
    let from = Folder::new("interrupt")?;
    let path = from.file("film", &content(2_000_000))?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let sender = Running::start(&proxy, &["send", "chan", &path])?;
    let id = peer.arrival().await?;
    let offer = control(&mut peer, "file-offer").await?;
    let get = json!({"type": "file-get", "file": offer["file"], "stream": 1, "from": 0, "window": 1024});
    say(&mut peer, &id, get).await?;
    let part = peer.binary().await?;
    assert!(part.windows(4).any(|bytes| bytes == b"NWF\x01") && part.len() > 262_144);
    sender.signal("INT").await?;
    let exit = sender.exit().await?;
    assert!(exit.status.code() == Some(6) && exit.stderr.contains("nobody has got film"), "{exit:?}");
    Ok(())
}

#[tokio::test]
async fn a_file_for_one_peer_is_offered_to_nobody_else() -> Result<()> {
    let proxy = Proxy::start().await?;
    let from = Folder::new("for-one")?;
    let path = from.file("secret", b"secret")?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let begin = peer.id[..8].to_owned();
    let _sender = Running::start(&proxy, &["send", "chan", "--to", &begin, &path])?;
    let id = peer.arrival().await?;
    control(&mut peer, "file-offer").await?;
    let mut other = Client::join(&proxy, &format!("/network/chan/{begin}zzz")).await?;
    newcomer(&mut peer).await?;
    let get = json!({"type": "file-get", "file": FILE, "stream": 1, "from": 0, "window": 1024});
    say(&mut peer, &id, get).await?;
    assert_eq!(control(&mut peer, "file-fail").await?["reason"], "unknown");
    peer.broadcast("last").await?;
    assert_eq!(other.text().await?, "last", "all that the other has heard");
    Ok(())
}

#[tokio::test]
async fn more_files_than_wait_at_once_are_asked_for() -> Result<()> {
    let proxy = Proxy::start().await?;
    let to = Folder::new("many")?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let _receiver = Running::start(&proxy, &["listen", "chan", "--save", &to.path()])?;
    let id = peer.arrival().await?;
    let of_number = |number: usize| offer(&format!("{number}"), 1, &format!("{number:032x}"));
    let mut unasked: BTreeSet<String> = (0..620).map(|number| format!("{number:032x}")).collect();
    for number in 0..620 {
        say(&mut peer, &id, of_number(number)).await?;
    }
    while !unasked.is_empty() {
        let frame = peer.json().await?;
        let said: Value =
            serde_json::from_str(frame["data"].as_str().unwrap_or_default()).unwrap_or_default();
        if said["type"] == "file-get" {
            let (file, stream) = (&said["file"], &said["stream"]);
            unasked.remove(file.as_str().unwrap_or_default());
            let fail = json!({"type": "file-fail", "file": file, "stream": stream, "reason": "busy"});
            say(&mut peer, &id, fail).await?;
        }
        for file in said["files"].as_array().into_iter().flatten() {
            let number = usize::from_str_radix(file.as_str().unwrap_or_default(), 16)?;
            say(&mut peer, &id, of_number(number)).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_large_file_that_is_read_again_lets_others_be_sent_meanwhile() -> Result<()> {
    let proxy = Proxy::start().await?;
    let from = Folder::new("read-again")?;
    let (large, small) = (from.file("large", b"")?, from.file("small", b"small")?);
    fs::File::options().write(true).open(&large)?.set_len(256 * 262_144)?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let _sender = Running::start(&proxy, &["send", "chan", &large, &small])?;
    let id = peer.arrival().await?;
    for parts in [256, 0] {
        let file = control(&mut peer, "file-offer").await?["file"].clone();
        let get =
            json!({"type": "file-get", "file": file, "stream": 1 + parts, "from": parts, "window": 1024});
        say(&mut peer, &id, get).await?;
    }
    let (_, _, part) = peer.payload().await?;
    assert!(part.ends_with(b"small"));
    assert_eq!(control(&mut peer, "file-done").await?["stream"], 1);
    assert_eq!(control(&mut peer, "file-done").await?["stream"], 257);
    Ok(())
}

#[tokio::test]
async fn what_an_earlier_try_has_left_is_read_while_other_files_come() -> Result<()> {
    let proxy = Proxy::start().await?;
    let to = Folder::new("read-left")?;
    let left = to.file(&format!(".large.{FILE}.part"), b"")?;
    fs::File::options().write(true).open(left)?.set_len(64 << 20)?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let _receiver = Running::start(&proxy, &["listen", "chan", "--save", &to.path()])?;
    let id = peer.arrival().await?;
    let small = "a".repeat(32);
    say(&mut peer, &id, offer("large", 65 << 20, FILE)).await?;
    say(&mut peer, &id, offer("small", 0, &small)).await?;
    assert_eq!(control(&mut peer, "file-get").await?["file"], small);
    let get = control(&mut peer, "file-get").await?;
    assert_eq!((&get["file"], &get["from"]), (&FILE.into(), &(64 << 10).into()));
    Ok(())
}

#[tokio::test]
async fn a_gap_while_a_file_is_sent_is_told_with_its_code() -> Result<()> {
    let from = Folder::new("gap")?;
    let path = from.file("film", b"film")?;
    for flag in ["--json", "--wait=30"] {
        let proxy = Proxy::start().await?;
        let mut peer = Peer::alone(&proxy, "/chan").await?;
        let mut sender = Running::start(&proxy, &["send", "chan", &path, flag])?;
        control(&mut peer, "file-offer").await?;
        proxy.signal("KILL").await?;
        if flag == "--json" {
            assert_eq!(sender.event("gap").await?["code"], 1006);
        } else {
            sender.says(&["the connection was lost (1006"]).await?;
        }
    }
    Ok(())
}
