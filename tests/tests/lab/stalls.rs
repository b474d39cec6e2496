//! Whoever has stopped, here or there, holds nobody else back.

use anyhow::{Context, Result, bail, ensure};
use nws_tests::{Client, Peer, Received};
use serde_json::Value;

use crate::lan::lan;

/// More than may wait for anybody, in messages of 512 KiB: 64 MiB.
const COUNT: usize = 128;
const MESSAGE: usize = 512 * 1024;
/// Less than may wait for anybody: 8 MiB.
const FIRST: usize = 16;

fn message(number: usize) -> Vec<u8> {
    vec![u8::try_from(number).expect("a number below 256"); MESSAGE]
}

async fn speak(peer: &mut Client) -> Result<()> {
    for number in 0..COUNT {
        peer.broadcast_binary(&message(number)).await?;
    }
    Ok(())
}

async fn chat(one: &mut Peer, two: &mut Peer) -> Result<()> {
    for _ in 0..100 {
        Peer::chorus(&mut [&mut *one, &mut *two]).await?;
    }
    Ok(())
}

/// Hears all messages, and returns how many of them before the one notice that `gone` has left.
async fn hear(peer: &mut Client, gone: &str) -> Result<usize> {
    let (mut number, mut before) = (0, None);
    while number < COUNT || before.is_none() {
        match peer.receive().await? {
            Received::Binary(frame) => {
                ensure!(frame.ends_with(&message(number)), "message {number} is not what was sent");
                number += 1;
            }
            Received::Text(notice) => {
                let is_due = notice.contains("disconnect") && notice.contains(gone);
                ensure!(is_due && before.replace(number).is_none(), "{notice} between messages");
            }
            Received::Closed(code) => bail!("closed by {code} after message {number}"),
        }
    }
    before.context("the loop ends after the notice")
}

/// The next notices; messages that were on their way are not looked at.
async fn notices(peer: &mut Client, count: usize) -> Result<Vec<String>> {
    let mut actions = Vec::new();
    while actions.len() < count {
        if let Received::Text(notice) = peer.receive().await? {
            let notice: Value = serde_json::from_str(&notice)?;
            actions.push(notice["action"].as_str().unwrap_or_default().to_owned());
        }
    }
    Ok(actions)
}

#[tokio::test]
async fn a_dead_link_holds_no_local_peer_back() -> Result<()> {
    let (lab, [a, b]) = lan().await?;
    let places = [(&a, "/chan"), (&a, "/chan"), (&b, "/chan")];
    let [mut one, mut near, mut far] = Peer::gather(places).await?;
    lab[1].unplug()?;
    let (_, before) = tokio::try_join!(speak(&mut one), hear(&mut near, &far.id))?;
    ensure!(before >= FIRST, "after {before} messages nothing arrived until the link was given up");
    one.misses(&[&far]).await?;
    lab[1].plug_in()?;
    for peer in [&mut one, &mut near] {
        assert_eq!(peer.arrival().await?, far.id);
    }
    assert_eq!(notices(&mut far, 4).await?, ["disconnect", "disconnect", "connect", "connect"]);
    Peer::chorus(&mut [&mut one, &mut near, &mut far]).await
}

#[tokio::test]
async fn a_peer_that_has_stopped_reading_holds_nobody_back_on_any_machine() -> Result<()> {
    let (_lab, [a, b]) = lan().await?;
    let places = [(&a, "/chan"), (&a, "/chan"), (&b, "/chan"), (&b, "/chan")];
    let [mut one, mut near, mut far, stopped] = Peer::gather(places).await?;
    let [mut other, mut another] = Peer::gather([(&a, "/other"), (&b, "/other")]).await?;
    let (_, before_near, before_far, ()) = tokio::try_join!(
        speak(&mut one),
        hear(&mut near, &stopped.id),
        hear(&mut far, &stopped.id),
        chat(&mut other, &mut another),
    )?;
    ensure!(
        before_near >= FIRST && before_far >= FIRST,
        "{before_near} and {before_far} messages before the cut"
    );
    one.misses(&[&stopped]).await?;
    Peer::chorus(&mut [&mut one, &mut near, &mut far]).await
}
