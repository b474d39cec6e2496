//! Measures 200 MiB from one machine to the other, through two proxies, by a bare relay, and by
//! bare copies over the same cables.
//!
//! The clients read and write whole messages and look only at both ends of each, so that they cost
//! little compared with what is measured. Tests show that every byte arrives as it was sent.

mod copy;
mod iperf;
mod message;
mod peer;
mod relay;
pub(super) mod tls;
mod transfer;

use anyhow::Result;
use nws_report::lan::{Bulk, BulkRun, Placing};
use nws_tests::lab::Machine;

use super::pair::Pair;
use crate::options::Options;
use transfer::Way;

/// Bytes of a message, and of each write of a bare copy.
const MESSAGE: usize = 512 * 1024;
/// Messages. Together they have 200 MiB.
const COUNT: usize = 400;
const BYTES_PER_MIB: f64 = 1024.0 * 1024.0;

/// The amount that is sent.
#[derive(Clone, Copy)]
struct Amount {
    messages: usize,
}

/// Measures every way in turn, in MiB a second.
pub(super) async fn measure(options: &Options) -> Result<Bulk> {
    let amount = amount(options.quick);
    let pair = Pair::start().await?;
    let mut runs = Vec::new();
    for rep in 0..options.reps {
        runs.push(round(&pair, amount, rep)?);
    }
    let iperf3 = iperf::measure(pair.machines(), amount)?;
    pair.end().await?;
    Ok(Bulk { runs, iperf3 })
}

/// MiB a second of messages to one peer.
pub(super) fn message(pair: &Pair, is_quick: bool, rep: u32) -> Result<f64> {
    transfer::measure(pair, Placing::Across, Way::Message, amount(is_quick), rep)
}

fn amount(is_quick: bool) -> Amount {
    Amount { messages: if is_quick { 20 } else { COUNT } }
}

fn round(pair: &Pair, amount: Amount, rep: u32) -> Result<BulkRun> {
    let transfer = |placing, way| transfer::measure(pair, placing, way, amount, rep);
    Ok(BulkRun {
        message: transfer(Placing::Across, Way::Message)?,
        tls: tls::measure(pair.machines(), amount)?,
        tls_read_ahead: tls::measure_read_ahead(pair.machines(), amount)?,
        relay: relay::measure(pair.machines(), amount)?,
        broadcast: transfer(Placing::Across, Way::Broadcast)?,
        tcp: copy::measure(pair.machines(), amount)?,
        same: transfer(Placing::Same, Way::Message)?,
    })
}

impl Amount {
    fn bytes(self) -> usize {
        self.messages * MESSAGE
    }

    /// MiB a second, for a transfer that took this many seconds.
    fn rate(self, seconds: f64) -> f64 {
        self.bytes() as f64 / BYTES_PER_MIB / seconds
    }
}

/// Makes a TCP connection from the first machine to the second. Gives both ends.
fn cable([from, to]: [&Machine; 2]) -> Result<[std::net::TcpStream; 2]> {
    let listener = to.namespace().inside(|| Ok(std::net::TcpListener::bind((to.address(), 0))?))?;
    let address = listener.local_addr()?;
    let near = from
        .namespace()
        .inside(|| Ok(std::net::TcpStream::connect_timeout(&address, nws_tests::DEADLINE)?))?;
    let (far, _) = listener.accept()?;
    for stream in [&near, &far] {
        peer::prepare(stream)?;
    }
    Ok([near, far])
}
