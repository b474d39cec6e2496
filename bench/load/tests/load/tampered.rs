//! Whatever a server does wrong fails the run, and is called by its name.

use anyhow::Result;

use crate::hub::{Hub, Manner};
use crate::outcome::Outcome;
use crate::relay::{Relay, Tampering};

const BURST: &str = "burst --peers 4 --senders 2 --window 4";

#[tokio::test]
async fn nothing_is_wrong_without_tampering() -> Result<()> {
    let relay = Relay::start(Tampering::None).await?;
    let outcome = Outcome::of(relay.port(), BURST).await?;
    assert!(outcome.is_success, "{}", outcome.words);
    Ok(())
}

#[tokio::test]
async fn a_loss_is_seen() -> Result<()> {
    found(Tampering::Drop, "lost", 1.0, "deliveries did not come").await
}

#[tokio::test]
async fn a_repetition_is_seen() -> Result<()> {
    found(Tampering::Repeat, "duplicated", 1.0, "more than once").await
}

#[tokio::test]
async fn a_repetition_of_the_last_is_seen() -> Result<()> {
    let hub = Hub::start(Manner::RepeatsLast).await?;
    let outcome = Outcome::of(hub.port(), "burst --framing tcp --peers 2 --linger 2").await?;
    assert!(!outcome.is_success && outcome.number("/errors/duplicated") >= 1.0, "{}", outcome.words);
    Ok(())
}

#[tokio::test]
async fn a_process_that_is_not_there_is_told() -> Result<()> {
    let hub = Hub::start(Manner::Right).await?;
    let failed = Outcome::of(hub.port(), "idle --framing tcp --pid 4294967295").await.err();
    let words = failed.map_or_else(String::new, |error| error.to_string());
    assert!(words.contains("process 4294967295, named by --pid, cannot be watched"), "{words}");
    Ok(())
}

#[tokio::test]
async fn a_swap_is_seen() -> Result<()> {
    found(Tampering::Swap, "reordered", 1.0, "after later ones").await
}

#[tokio::test]
async fn a_changed_byte_is_seen() -> Result<()> {
    found(Tampering::Flip, "damaged", 1.0, "not what was sent").await
}

#[tokio::test]
async fn short_messages_hide_nothing() -> Result<()> {
    let load = format!("{BURST} --bytes 16");
    found_in(&load, Tampering::Drop, "lost", 1.0, "deliveries did not come").await?;
    found_in(&load, Tampering::Repeat, "duplicated", 1.0, "more than once").await?;
    found_in(&load, Tampering::Swap, "reordered", 1.0, "after later ones").await
}

#[tokio::test]
async fn another_source_is_seen() -> Result<()> {
    found(Tampering::Rename, "wrong_source", 1.0, "another source").await
}

#[tokio::test]
async fn a_peer_that_is_told_to_have_left_is_seen() -> Result<()> {
    found(Tampering::Leave, "roster", 1.0, "told wrongly").await
}

#[tokio::test]
async fn a_close_is_seen() -> Result<()> {
    found(Tampering::Close, "closed", 1.0, "closed by the server").await
}

#[tokio::test]
async fn a_peer_that_nobody_is_told_of_is_seen() -> Result<()> {
    let relay = Relay::start(Tampering::Forget).await?;
    let outcome = Outcome::of(relay.port(), "storm --peers 4 --setup-timeout 1").await?;
    assert!(!outcome.is_success && outcome.words.contains("not ready in time"), "{}", outcome.words);
    assert_eq!(outcome.report["ok"], false);
    Ok(())
}

#[tokio::test]
async fn a_peer_that_is_announced_under_another_name_is_seen() -> Result<()> {
    let relay = Relay::start(Tampering::Mistake).await?;
    let outcome = Outcome::of(relay.port(), "storm --peers 4").await?;
    assert!(!outcome.is_success && outcome.words.contains("told wrongly"), "{}", outcome.words);
    Ok(())
}

#[tokio::test]
async fn another_channel_is_seen() -> Result<()> {
    let hub = Hub::start(Manner::MixesChannels).await?;
    let outcome = Outcome::of(hub.port(), "burst --framing tcp --channels 2 --peers 3").await?;
    assert!(!outcome.is_success && outcome.number("/errors/wrong_channel") > 0.0, "{}", outcome.words);
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told() -> Result<()> {
    let outcome = Outcome::of(1, BURST).await?;
    assert!(!outcome.is_success && outcome.words.contains("could not be made"), "{}", outcome.words);
    Ok(())
}

async fn found(tampering: Tampering, key: &str, at_least: f64, words: &str) -> Result<()> {
    found_in(BURST, tampering, key, at_least, words).await
}

async fn found_in(load: &str, tampering: Tampering, key: &str, at_least: f64, words: &str) -> Result<()> {
    let relay = Relay::start(tampering).await?;
    let outcome = Outcome::of(relay.port(), load).await?;
    assert!(!outcome.is_success, "{tampering:?} was not seen");
    assert_eq!(outcome.report["ok"], false);
    assert!(outcome.number(&format!("/errors/{key}")) >= at_least, "{tampering:?}: {}", outcome.words);
    assert!(outcome.words.contains(words), "{tampering:?}: {}", outcome.words);
    Ok(())
}
