//! The feed: who gets it, what is in it, and how much.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use nws_tests::{Client, Peer, Proxy, Received, Request, within};
use serde_json::{Value, json};
use tokio::net::TcpSocket;
use tokio::time::{Duration, Instant};

use crate::asking::Asking;

const PATH: &str = "/api/v1/live";

fn own_page(proxy: &Proxy) -> Request {
    Request::new("GET", PATH).header("Origin", format!("http://localhost:{}", proxy.port()))
}

/// A reader of the feed, and what it knows.
pub(crate) struct Reader {
    client: Client,
    rows: BTreeMap<(String, String), Value>,
}

impl Reader {
    /// Reads until it knows all that there is.
    pub(crate) async fn open(proxy: &Proxy, wish: Value) -> Result<Self> {
        let mut client = Client::open(proxy, &own_page(proxy)).await?;
        client.send_json(wish).await?;
        let mut reader = Self { client, rows: BTreeMap::new() };
        while !reader.read().await? {}
        Ok(reader)
    }

    /// Reads a frame. Gives whether the reader knows all.
    async fn read(&mut self) -> Result<bool> {
        let text = self.client.text().await?;
        ensure!(text.len() <= 12_500, "{} bytes", text.len());
        let frame: Value = serde_json::from_str(&text)?;
        for (kind, rows) in frame["rows"].as_object().context("no rows")? {
            for row in rows.as_array().context("no list")? {
                let id = row["id"].as_str().unwrap_or_default().to_owned();
                self.rows.insert((kind.clone(), id), row.clone());
            }
        }
        for (kind, ids) in frame["gone"].as_object().context("no gone")? {
            for id in ids.as_array().context("no list")? {
                let key = (kind.clone(), id.as_str().unwrap_or_default().to_owned());
                ensure!(self.rows.remove(&key).is_some(), "{key:?} was never there");
            }
        }
        Ok(frame["complete"] == true)
    }

    pub(crate) async fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) -> Result<()> {
        within(what, async {
            while !is_so(self) {
                self.read().await?;
            }
            anyhow::Ok(())
        })
        .await?
    }

    pub(crate) fn of_kind(&self, kind: &str) -> Vec<&Value> {
        self.rows.iter().filter(|((of, _), _)| of == kind).map(|(_, row)| row).collect()
    }
}

#[tokio::test]
async fn only_pages_of_this_proxy_get_the_feed() -> Result<()> {
    let proxy = Proxy::start().await?;
    let port = proxy.port();
    let upgrade = || Request::upgrade(PATH);
    let own = format!("http://localhost:{port}");
    assert_eq!(upgrade().header("Origin", &own).status(&proxy).await?, 101);
    assert_eq!(upgrade().status(&proxy).await?, 403);
    assert_eq!(upgrade().header("Sec-Fetch-Site", "same-origin").status(&proxy).await?, 403);
    for origin in [
        "https://evil.example",
        "null",
        "",
        &format!("http://localhost:{}", port ^ 1),
        &format!("http://127.0.0.1:{port}"),
        &format!("http://localhost.evil.example:{port}"),
    ] {
        assert_eq!(upgrade().header("Origin", origin).status(&proxy).await?, 403, "{origin}");
    }
    let twice = upgrade().header("Origin", &own).header("Origin", &own);
    assert_eq!(twice.status(&proxy).await?, 403);
    assert_eq!(upgrade().header("Origin", &own).host("evil.example").status(&proxy).await?, 403);
    assert_eq!(Request::get(PATH).status(&proxy).await?, 404);
    Ok(())
}

#[tokio::test]
async fn a_forged_token_and_a_foreign_frame_end_the_feed() -> Result<()> {
    let proxy = Proxy::start().await?;
    for wish in [r#"{"token":"x"}"#, r#"{"token":""}"#, "{", "[]", r#"{"more":1}"#] {
        let mut client = Client::open(&proxy, &own_page(&proxy)).await?;
        client.send(wish).await?;
        assert_eq!(client.receive().await?, Received::Closed(1008), "{wish}");
    }
    let mut client = Client::open(&proxy, &own_page(&proxy)).await?;
    client.send_binary(vec![1]).await?;
    assert_eq!(client.closed().await?, 1008);
    Ok(())
}

#[tokio::test]
async fn it_begins_with_all_rows_and_goes_on_with_what_changes() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut first = Peer::alone(&proxy, "/chan").await?;
    let mut reader = Reader::open(&proxy, json!({"token": proxy.token()?})).await?;
    assert_eq!(reader.of_kind("channels").len(), 1);
    assert_eq!(reader.of_kind("channels")[0]["name"], "chan");
    assert_eq!(reader.of_kind("proxy")[0]["clients"], 1);
    assert_eq!(reader.of_kind("events")[0]["peer"], first.id.as_str());
    let second = Peer::arrive(&proxy, "/chan", &mut [&mut first]).await?;
    reader.until("a second client", |it| it.of_kind("channels")[0]["structured"] == 2).await?;
    reader
        .until("its event", |it| it.of_kind("events").iter().any(|row| row["peer"] == second.id.as_str()))
        .await?;
    drop((first, second));
    reader.until("the end of the channel", |it| it.of_kind("channels").is_empty()).await?;
    Ok(())
}

#[tokio::test]
async fn rows_are_those_of_the_lists() -> Result<()> {
    let proxy = Proxy::start().await?;
    let peers = Peer::meet(&proxy, ["/chan"; 3]).await?;
    for asking in [Asking::with_token(&proxy)?, Asking::without_token(&proxy)] {
        let channel = asking.row("channels").await?;
        let has_names = channel["name"].is_string();
        let token = if has_names { json!(proxy.token()?) } else { Value::Null };
        let reader = Reader::open(&proxy, json!({"token": token, "channel": channel["id"]})).await?;
        for kind in ["channels", "peers", "events"] {
            let mut listed = asking.rows(kind).await?;
            listed.sort_by_key(|row| row["id"].as_str().unwrap_or_default().to_owned());
            let mut shown: Vec<_> = reader.of_kind(kind).into_iter().cloned().collect();
            for row in listed.iter_mut().chain(&mut shown) {
                // Times are told in tenths of a second, and may have been rounded the other way.
                row.as_object_mut().context("an object")?.remove("at");
                if let Some(client) = row["client"].as_object_mut() {
                    client.retain(|key, _| !["since", "heard_at"].contains(&key.as_str()));
                }
            }
            assert_eq!(shown, listed, "{kind}");
        }
        assert_eq!(reader.of_kind("peers").len(), peers.len());
        assert!(reader.of_kind("peers").iter().all(|row| row["peer"].is_string() == has_names));
    }
    Ok(())
}

#[tokio::test]
async fn the_peers_are_those_of_the_channel_that_was_chosen_last() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [one, other] = [Peer::alone(&proxy, "/one").await?, Peer::alone(&proxy, "/other").await?];
    let mut reader = Reader::open(&proxy, json!({"token": proxy.token()?})).await?;
    assert!(reader.of_kind("peers").is_empty());
    for (name, peer) in [("one", &one), ("other", &other)] {
        let channels = reader.of_kind("channels");
        let id = channels.iter().find(|row| row["name"] == name).context("no channel")?["id"].clone();
        reader.client.send_json(json!({"channel": id})).await?;
        let is_it =
            |it: &Reader| matches!(&it.of_kind("peers")[..], [row] if row["peer"] == peer.id.as_str());
        reader.until(name, is_it).await?;
    }
    reader.client.send_json(json!({})).await?;
    reader.until("no channel", |it| it.of_kind("peers").is_empty()).await?;
    reader.client.send_json(json!({"token": proxy.token()?})).await?;
    assert_eq!(reader.client.closed().await?, 1008);
    Ok(())
}

#[tokio::test]
async fn however_much_happens_a_reader_is_sent_little() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut clients = Vec::new();
    for number in 0..300 {
        clients.push(Client::join(&proxy, &format!("/network/room-{number}/me")).await?);
    }
    let mut client = Client::open(&proxy, &own_page(&proxy)).await?;
    client.send_json(json!({"token": proxy.token()?})).await?;
    let (began, mut bytes, mut frames) = (Instant::now(), 0, 0);
    while frames < 12 {
        for client in &mut clients {
            client.send("hello").await?;
        }
        bytes += client.text().await?.len();
        frames += 1;
    }
    // The first comes at once; each of the others a quarter of a second later at the earliest.
    let periods = began.elapsed().as_millis() / 250;
    assert!(frames <= periods + 2, "{frames} frames in {:?}", began.elapsed());
    assert!(bytes as u128 <= (periods + 2) * 12_500, "{bytes} bytes in {:?}", began.elapsed());
    Ok(())
}

#[tokio::test]
async fn a_reader_that_reads_slowly_holds_up_nobody_and_then_learns_the_latest() -> Result<()> {
    let proxy = Proxy::start().await?;
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4 * 1024)?;
    let stream = socket.connect(([127, 0, 0, 1], proxy.port()).into()).await?;
    let mut client = Client::over(stream, proxy.port(), &own_page(&proxy)).await?;
    client.send_json(json!({"token": proxy.token()?})).await?;
    let mut slow = Reader { client, rows: BTreeMap::new() };
    let mut quick = Reader::open(&proxy, json!({"token": proxy.token()?})).await?;
    let mut rooms = Vec::new();
    for number in 0..200 {
        rooms.push(Client::join(&proxy, &format!("/network/room-{number}/me")).await?);
        if number % 20 == 0 {
            quick.read().await?;
        }
    }
    quick.until("all channels", |it| it.of_kind("channels").len() == 200).await?;
    drop(rooms);
    quick.until("no channels", |it| it.of_kind("channels").is_empty()).await?;
    slow.until("the latest", |it| {
        it.of_kind("channels").is_empty() && it.of_kind("proxy").iter().any(|row| row["left"] == 200)
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn readers_are_bounded_and_their_places_come_back() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut readers = Vec::new();
    for _ in 0..32 {
        readers.push(Client::open(&proxy, &own_page(&proxy)).await?);
    }
    let own = format!("http://localhost:{}", proxy.port());
    let upgrade = Request::upgrade(PATH).header("Origin", own);
    assert_eq!(upgrade.status(&proxy).await?, 503);
    drop(readers.pop());
    within("a place", async {
        while upgrade.status(&proxy).await? == 503 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        anyhow::Ok(())
    })
    .await??;
    Ok(())
}
