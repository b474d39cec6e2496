//! A server that does right gets through with every load and in every framing.

use anyhow::Result;
use nws_tests::Proxy;

use crate::hub::{Hub, Manner};
use crate::outcome::Outcome;

#[tokio::test]
async fn bursts_come_whole() -> Result<()> {
    for framing in ["text", "binary"] {
        for size in [
            "--window 1",
            "--senders 3 --window 16",
            "--channels 5 --bytes 3000",
            "--bytes 70000",
            "--channels 3 --bytes 16",
        ] {
            deliveries(&format!("burst --peers 4 --framing {framing} {size}"), 3.0).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn channels_may_be_silent() -> Result<()> {
    for mode in ["burst", "rate", "ping"] {
        deliveries(&format!("{mode} --channels 5 --active 1 --peers 2"), 1.0).await?;
    }
    Ok(())
}

#[tokio::test]
async fn rates_are_kept() -> Result<()> {
    for framing in ["text", "binary"] {
        let outcome =
            deliveries(&format!("rate --channels 2 --peers 4 --rate 100 --framing {framing}"), 3.0).await?;
        // 200 a second for 0.3 seconds, three deliveries each; a stopped machine may push some out of that time.
        assert!((100.0..=300.0).contains(&outcome.number("/deliveries")), "{}", outcome.report);
    }
    Ok(())
}

#[tokio::test]
async fn pings_are_answered() -> Result<()> {
    for framing in ["text", "binary"] {
        for bytes in [16, 64] {
            let words = format!("ping --peers 4 --senders 2 --window 2 --framing {framing} --bytes {bytes}");
            deliveries(&words, 1.0).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_storm_ends_with_exact_rosters() -> Result<()> {
    for framing in ["text", "binary"] {
        for at_once in [0, 1, 64] {
            let words = format!("storm --channels 3 --peers 20 --concurrency {at_once} --framing {framing}");
            let outcome = good(&words).await?;
            assert!(outcome.number("/setup_s") > 0.0, "{}", outcome.report);
        }
    }
    Ok(())
}

#[tokio::test]
async fn idle_tells_memory_and_wakeups() -> Result<()> {
    let proxy = Proxy::start().await?;
    let words = format!("idle --channels 10 --peers 5 --pid {}", proxy.pid()?);
    let outcome = Outcome::of(proxy.port(), &words).await?;
    assert!(outcome.is_success, "{}", outcome.words);
    assert!(outcome.number("/memory/after_kib") > 0.0, "{}", outcome.report);
    assert!(outcome.number("/switches_per_s") >= 0.0, "{}", outcome.report);
    Ok(())
}

#[tokio::test]
async fn cpu_of_the_server_is_told() -> Result<()> {
    let proxy = Proxy::start().await?;
    let outcome = Outcome::of(proxy.port(), &format!("burst --window 8 --pid {}", proxy.pid()?)).await?;
    assert!(outcome.number("/cpu_s_per_million") > 0.0, "{}", outcome.report);
    assert!(outcome.number("/cpu/context_switches") > 0.0, "{}", outcome.report);
    Ok(())
}

#[tokio::test]
async fn tcp_is_spoken_too() -> Result<()> {
    let hub = Hub::start(Manner::Right).await?;
    for words in
        ["burst --channels 2 --peers 4 --window 4", "rate --peers 3", "ping --peers 2", "storm", "idle"]
    {
        let outcome = Outcome::of(hub.port(), &format!("{words} --framing tcp")).await?;
        assert!(outcome.is_success, "{words}: {}", outcome.words);
    }
    Ok(())
}

async fn deliveries(words: &str, for_each: f64) -> Result<Outcome> {
    let outcome = good(words).await?;
    let (sent, deliveries) = (outcome.number("/sent"), outcome.number("/deliveries"));
    assert!(sent > 10.0 && deliveries > for_each * 10.0, "{words}: {}", outcome.report);
    assert!(outcome.number("/latency_us/p50") > 0.0, "{words}: {}", outcome.report);
    Ok(outcome)
}

async fn good(words: &str) -> Result<Outcome> {
    let proxy = Proxy::start().await?;
    let outcome = Outcome::of(proxy.port(), words).await?;
    assert!(outcome.is_success, "{words}: {}", outcome.words);
    assert_eq!(outcome.report["ok"], true);
    Ok(outcome)
}
