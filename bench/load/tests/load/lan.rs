//! Clients on two machines of a lab.

use anyhow::Result;
use nws_tests::lab::{Lab, Machine};
use nws_tests::{Proxy, Setup};

use crate::outcome::Outcome;

const LINK_PORT: u16 = 9010;

/// Two machines, and a burst from the first to the second.
async fn burst(lab: &Lab, proxies: [&Proxy; 2]) -> Result<Outcome> {
    let [one, two] = [&lab[0], &lab[1]].map(|machine| machine.namespace().name());
    let words = format!(
        "burst --peers 4 --window 8 --setup-timeout 3 --namespaces {one},{two} --pid {},{}",
        proxies[0].pid()?,
        proxies[1].pid()?
    );
    Outcome::of(proxies[0].port(), &words).await
}

fn alone(machine: &Machine) -> Setup {
    Setup::on(machine).switch("--no-discovery")
}

#[tokio::test]
async fn bursts_cross_a_network() -> Result<()> {
    let lab = Lab::new(2)?;
    let one = alone(&lab[0]).flag("--link-port", LINK_PORT).start().await?;
    let peer = format!("{}:{LINK_PORT}", lab[0].address());
    let two = alone(&lab[1]).flag("--peer", peer).start().await?;
    let outcome = burst(&lab, [&one, &two]).await?;
    assert!(outcome.is_success, "{}", outcome.words);
    assert!(outcome.number("/deliveries") > 30.0, "{}", outcome.report);
    assert!(outcome.number("/cpu_s_per_million") > 0.0, "{}", outcome.report);
    Ok(())
}

#[tokio::test]
async fn peers_who_are_not_linked_never_meet() -> Result<()> {
    let lab = Lab::new(2)?;
    let (one, two) = (alone(&lab[0]).start().await?, alone(&lab[1]).start().await?);
    let outcome = burst(&lab, [&one, &two]).await?;
    assert!(!outcome.is_success);
    assert!(outcome.number("/errors/unready") > 0.0, "{}", outcome.report);
    Ok(())
}
