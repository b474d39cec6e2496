//! What most tests begin with: a lab in which a proxy runs on every machine.

use anyhow::Result;
use nws_tests::Proxy;
use nws_tests::lab::{Lab, Machine};
use tokio::net::TcpListener;

/// Starts as many machines and proxies, with every default.
pub(crate) async fn lan<const N: usize>() -> Result<(Lab, [Proxy; N])> {
    let lab = Lab::new(u8::try_from(N)?)?;
    let mut proxies = Vec::new();
    for number in 0..N {
        proxies.push(lab[number].start().await?);
    }
    Ok((lab, proxies.try_into().unwrap_or_else(|_| panic!("as many proxies as machines"))))
}

/// Listens on a free port of a machine.
pub(crate) fn listener(machine: &Machine) -> Result<TcpListener> {
    let listener = machine.namespace().inside(|| Ok(std::net::TcpListener::bind((machine.address(), 0))?))?;
    listener.set_nonblocking(true)?;
    Ok(TcpListener::from_std(listener)?)
}
