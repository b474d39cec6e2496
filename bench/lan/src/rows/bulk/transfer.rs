//! Sends messages from one peer to another, on the same machine or on the other one.

use std::thread;
use std::time::Instant;

use anyhow::{Result, anyhow, ensure};
use nws_report::lan::Placing;

use super::super::pair::Pair;
use super::super::placing;
use super::Amount;
use super::message::{Messages, check};
use super::peer::Peer;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To the one peer.
    Message,
    /// To all, which is one peer here.
    Broadcast,
}

/// MiB a second, from the first byte written to the last byte read.
pub(super) fn measure(pair: &Pair, placing: Placing, way: Way, amount: Amount, rep: u32) -> Result<f64> {
    let path = format!("/bulk-{placing:?}-{way:?}-{rep}");
    let (machines, receivers) = (pair.machines(), placing::receivers(placing));
    let mut sender = Peer::join(machines[0], &pair.proxies[0], &path)?;
    let mut receiver = Peer::join(machines[receivers], &pair.proxies[receivers], &path)?;
    let (target, source) = (sender.learn_ids()?, receiver.learn_ids()?);
    ensure!(target == receiver.id && source == sender.id, "the peers have met others");
    let mut messages = Messages::new((way == Way::Message).then_some(&target))?;
    let start = Instant::now();
    thread::scope(|scope| {
        let receive = scope.spawn(|| receive(&mut receiver, &source, way, amount));
        for number in 0..amount.messages {
            sender.write(messages.number(number))?;
        }
        receive.join().map_err(|_| anyhow!("the receiver panicked"))?
    })?;
    Ok(amount.rate(start.elapsed().as_secs_f64()))
}

fn receive(receiver: &mut Peer, source: &str, way: Way, amount: Amount) -> Result<()> {
    let mut buffer = Vec::new();
    for number in 0..amount.messages {
        check(receiver.read(&mut buffer)?, source, way == Way::Broadcast, number)?;
    }
    Ok(())
}
