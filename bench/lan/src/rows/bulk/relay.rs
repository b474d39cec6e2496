//! The same copy by a bare relay: loopback, TLS from machine to machine, loopback. That is the way
//! of a message through two proxies, without anything that a proxy does.

use std::io::{Read, Write};
use std::thread;

use anyhow::{Context, Result, anyhow};
use nws_tests::lab::Machine;
use rustls::StreamOwned;

use super::{Amount, MESSAGE, cable, copy, tls};

/// MiB a second. Both relays ask the kernel for much at once.
pub(super) fn measure(machines: [&Machine; 2], amount: Amount) -> Result<f64> {
    let [from, to] = machines;
    let [sender, from_sender] = cable([from, from])?;
    let [to_receiver, receiver] = cable([to, to])?;
    let [near, far] = cable(machines)?;
    let (client, server) = tls::shaken(near, tls::ReadAhead::new(far))?;
    let (near, far) = (StreamOwned::new(client.0, client.1), StreamOwned::new(server.0, server.1));
    thread::scope(|scope| {
        let relays = [
            scope.spawn(|| pass_on(from_sender, near, amount)),
            scope.spawn(|| pass_on(far, to_receiver, amount)),
        ];
        let rate = copy::between(sender, receiver, amount)?;
        for relay in relays {
            relay.join().map_err(|_| anyhow!("a relay panicked"))??;
        }
        Ok(rate)
    })
}

/// Copies all of it from one connection to another.
fn pass_on(mut from: impl Read, mut to: impl Write, amount: Amount) -> Result<()> {
    let (mut buffer, mut missing) = (vec![0; MESSAGE], amount.bytes());
    while missing > 0 {
        let count = from.read(&mut buffer)?;
        missing -= Some(count).filter(|count| *count > 0).context("the relay ended too soon")?;
        to.write_all(&buffer[..count])?;
    }
    Ok(to.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_passes_on_all_of_it() {
        let amount = Amount { messages: 2 };
        let there: Vec<u8> = (0..amount.bytes()).map(|number| number as u8).collect();
        let mut passed = Vec::new();
        pass_on(there.as_slice(), &mut passed, amount).unwrap();
        assert!(passed == there);
        assert!(pass_on(&there[1..], &mut passed, amount).is_err());
    }
}
