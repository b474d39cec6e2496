//! What `--json` prints, against `docs/command.schema.json`.

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use jsonschema::Validator;
use nws_tests::{Client, Exit, Peer, Proxy, Running, Setup};
use serde_json::{Value, json};

/// Events that need a service of the user, a browser, or an end of another version; other tests have some.
const ELSEWHERE: [&str; 8] =
    ["service", "note", "log", "opened", "unmeasured", "unanswered", "fault", "closed"];

/// Fails unless the schema describes each line.
pub(super) fn check(text: &str) -> Result<()> {
    Schema::read()?.check(text)
}

/// The schema, and the events that were seen.
struct Schema {
    validator: Validator,
    names: BTreeSet<String>,
    seen: BTreeSet<String>,
}

impl Schema {
    /// Closed: the test shall find members that nobody has described.
    fn read() -> Result<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/command.schema.json");
        let mut schema: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
        let definitions = schema["$defs"].as_object_mut().context("no definitions")?;
        let names = definitions.keys().cloned().collect();
        definitions.values_mut().for_each(|it| it["additionalProperties"] = false.into());
        Ok(Self { validator: jsonschema::validator_for(&schema)?, names, seen: BTreeSet::new() })
    }

    fn check(&mut self, text: &str) -> Result<()> {
        for line in text.lines() {
            let object: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
            ensure!(self.validator.is_valid(&object), "the schema does not describe {line}");
            self.seen.insert(object["event"].as_str().unwrap_or_default().to_owned());
        }
        Ok(())
    }

    /// Checks all lines of a command up to the one with this event.
    async fn until(&mut self, running: &mut Running, event: &str) -> Result<()> {
        loop {
            let line = running.line().await.with_context(|| event.to_owned())?;
            self.check(&line)?;
            if serde_json::from_str::<Value>(&line)?["event"] == event {
                return Ok(());
            }
        }
    }

    fn check_end(&mut self, exit: &Exit) -> Result<()> {
        self.check(&exit.stdout)?;
        let last = exit.stdout.lines().last().unwrap_or_default();
        let end: Value = serde_json::from_str(last)?;
        ensure!(
            end["event"] == "end" && end["status"].as_i64() == exit.status.code().map(Into::into),
            "{exit:?}"
        );
        Ok(())
    }
}

async fn ended(proxy: &Proxy, words: &[&str]) -> Result<Exit> {
    Running::start(proxy, words)?.exit().await
}

#[tokio::test]
async fn every_event_is_described_and_every_description_is_of_an_event() -> Result<()> {
    let mut schema = Schema::read()?;
    let proxy = Proxy::start().await?;
    let port = proxy.port().to_string();
    for words in [&["status"][..], &["cheat"], &["send", "chan", "x", "--wait", "0"], &["listen", "a b"]] {
        schema.check_end(&ended(&proxy, &[words, &["--json"]].concat()).await?)?;
    }
    for words in [
        &["peers", "add", "127.0.0.1:1", "nas:1"][..],
        &["peers", "list"],
        &["peers", "remove", "nas:1", "nas:2"],
    ] {
        schema.check_end(&ended(&proxy, &[words, &["--json"]].concat()).await?)?;
    }
    for words in [&["completions", "zsh"][..], &["backbone", "key"], &["backbone", "permissions", "berlin"]] {
        schema.check_end(&ended(&proxy, &[words, &["--json"]].concat()).await?)?;
    }
    let doctor = ["doctor", "--json", "--port", &port, "--no-discovery", "--page", "https://example.com"];
    schema.check_end(&Setup::new().instead(&doctor).await?)?;
    talk(&mut schema, &proxy).await?;
    send_files(&mut schema, &proxy).await?;
    lose_the_proxy(&mut schema, proxy).await?;
    let expected: BTreeSet<_> =
        schema.names.iter().filter(|it| !ELSEWHERE.contains(&it.as_str())).cloned().collect();
    assert_eq!(expected.difference(&schema.seen).next(), None, "{:?}", schema.seen);
    Ok(())
}

async fn talk(schema: &mut Schema, proxy: &Proxy) -> Result<()> {
    let mut listener = Running::start(proxy, &["listen", "talk", "--json", "--count", "4"])?;
    schema.until(&mut listener, "sync").await?;
    for words in [&["send", "talk", "text"][..], &["send", "talk", "--lines"], &["rtt", "talk"]] {
        schema.check_end(&ended(proxy, &[words, &["--json"]].concat()).await?)?;
    }
    let mut peer = Client::join(proxy, "/talk").await?;
    peer.send_json(json!({"action": "broadcast", "data": {"a": [1, null]}})).await?;
    peer.broadcast_binary(&[0xff, 0]).await?;
    peer.broadcast("last").await?;
    schema.check_end(&listener.exit().await?)?;
    let mut joined = Running::start(proxy, &["join", "talk", "--json"])?;
    schema.until(&mut joined, "open").await?;
    schema.check_end(&joined.exit().await?)
}

async fn send_files(schema: &mut Schema, proxy: &Proxy) -> Result<()> {
    let folder = env::temp_dir().join(format!("nws-command-schema-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let file = folder.join("a.txt");
    fs::write(&file, b"x")?;
    let (folder, file) = (folder.to_string_lossy().into_owned(), file.to_string_lossy().into_owned());
    let save = ["listen", "files", "--json", "--save", &folder];
    let mut receiver = Running::start(proxy, &[&save[..], &["--rename", "--count", "1"]].concat())?;
    schema.until(&mut receiver, "open").await?;
    schema.check_end(&ended(proxy, &["send", "files", &file, "--json"]).await?)?;
    schema.check_end(&receiver.exit().await?)?;
    refuse_and_interrupt(schema, proxy, &save, &file).await?;
    fs::remove_dir_all(folder)?;
    Ok(())
}

async fn refuse_and_interrupt(schema: &mut Schema, proxy: &Proxy, save: &[&str], file: &str) -> Result<()> {
    let mut peer = Peer::alone(proxy, "/files").await?;
    let mut receiver = Running::start(proxy, &[save, &["--max-total", "1K"]].concat())?;
    let id = peer.arrival().await?;
    let offer = |file: &str, size: u64| json!({"type": "file-offer", "v": 1, "file": file.repeat(32), "name": file, "size": size, "part": 1024});
    for offer in [offer("a", 1 << 20), offer("b", 1024)] {
        peer.send_json(json!({"action": "message", "target": id, "data": offer.to_string()})).await?;
    }
    schema.until(&mut receiver, "file-refused").await?;
    drop(peer);
    schema.until(&mut receiver, "file-interrupted").await?;
    receiver.signal("INT").await?;
    schema.check_end(&receiver.exit().await?)?;
    stop(schema, proxy, file).await
}

async fn stop(schema: &mut Schema, proxy: &Proxy, file: &str) -> Result<()> {
    let mut peer = Peer::alone(proxy, "/stop").await?;
    let mut sender = Running::start(proxy, &["send", "stop", file, "--json"])?;
    let id = peer.arrival().await?;
    let offer = loop {
        let frame = peer.json().await?;
        let said: Value =
            serde_json::from_str(frame["data"].as_str().unwrap_or_default()).unwrap_or_default();
        if said["type"] == "file-offer" {
            break said;
        }
    };
    for control in [
        json!({"type": "file-get", "file": offer["file"], "stream": 1, "from": 0, "window": 1}),
        json!({"type": "file-stop", "file": offer["file"], "stream": 1, "reason": "cancelled"}),
    ] {
        peer.send_json(json!({"action": "message", "target": id, "data": control.to_string()})).await?;
    }
    schema.until(&mut sender, "file-stopped").await?;
    sender.signal("INT").await?;
    schema.check_end(&sender.exit().await?)
}

async fn lose_the_proxy(schema: &mut Schema, proxy: Proxy) -> Result<()> {
    let mut listener = Running::start(&proxy, &["listen", "chan", "--json"])?;
    schema.until(&mut listener, "sync").await?;
    proxy.signal("KILL").await?;
    schema.until(&mut listener, "gap").await?;
    listener.signal("INT").await?;
    schema.check_end(&listener.exit().await?)
}
