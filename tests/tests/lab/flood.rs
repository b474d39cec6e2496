//! Somebody announces proxies that do not exist, by the thousand.

mod announcement;

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Result, ensure};
use nws_tests::lab::{Lab, Multicast};
use nws_tests::{Peer, within};
use tokio::time::interval;

use crate::lan::listener;
use announcement::{Inventions, QUESTION, is_response};

/// Together 20,000 instances, ten in a packet.
const PACKETS: usize = 2000;
/// Of what a proxy uses at any time, in KiB.
const GROWTH_MAX: f64 = 32.0 * 1024.0;
const ASK_INTERVAL: Duration = Duration::from_secs(1);

#[tokio::test]
async fn twenty_thousand_invented_proxies_change_nothing() -> Result<()> {
    let lab = Lab::new(4)?;
    let (a, b) = (lab[0].start().await?, lab[1].start().await?);
    let [mut one, mut two] = Peer::gather([(&a, "/chan"), (&b, "/chan")]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    let before = [a.memory_kib("VmRSS")?, b.memory_kib("VmRSS")?];

    let (spoofer, trap) = (Multicast::join(&lab[2])?, listener(&lab[2])?);
    let inventions = Inventions::new(trap.local_addr()?);
    tokio::try_join!(flood(&spoofer, inventions, &mut one, &mut two), async {
        // What is announced is believed so far that it is tried.
        within("a connection to a proxy that does not exist", trap.accept()).await??;
        Ok(())
    })?;
    for machine in [&lab[0], &lab[1]] {
        answers(&spoofer, machine.address()).await?;
    }

    let newcomer = lab[3].start().await?;
    let mut three = Peer::arrive(&newcomer, "/chan", &mut [&mut one, &mut two]).await?;
    Peer::chorus(&mut [&mut one, &mut two, &mut three]).await?;
    for (proxy, before) in [&a, &b].into_iter().zip(before) {
        let growth = proxy.memory_kib("VmHWM")? - before;
        ensure!(growth <= GROWTH_MAX, "a proxy of {before} KiB has grown by {growth} KiB");
    }
    Ok(())
}

/// Inventions go out as fast as two peers answer each other: so the channel works all the time, and nobody is
/// sent more than it reads.
async fn flood(
    spoofer: &Multicast,
    mut inventions: Inventions,
    one: &mut Peer,
    two: &mut Peer,
) -> Result<()> {
    for number in 0..PACKETS {
        spoofer.send(&inventions.packet()).await?;
        one.message(&two.id, number).await?;
        ensure!(two.json().await?["data"] == number, "message {number} is not what came next");
        two.message(&one.id, number).await?;
        ensure!(one.json().await?["data"] == number, "answer {number} is not what came next");
    }
    Ok(())
}

/// Waits until the mDNS of a machine answers, which has dealt with all that was sent before.
async fn answers(spoofer: &Multicast, machine: Ipv4Addr) -> Result<()> {
    let mut asks = interval(ASK_INTERVAL);
    let answer = async {
        loop {
            tokio::select! {
                _ = asks.tick() => spoofer.send(&QUESTION).await?,
                packet = spoofer.receive() => {
                    let (from, packet) = packet?;
                    if from.ip() == machine && is_response(&packet) {
                        return Ok(());
                    }
                }
            }
        }
    };
    within("an answer of mDNS", answer).await?
}
