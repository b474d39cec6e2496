//! A bare copy: one end writes and the other reads, with nothing between them.

use std::io::{Read, Write};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use nws_tests::lab::Machine;

use super::{Amount, MESSAGE, cable};

/// MiB a second over TCP.
pub(super) fn measure(machines: [&Machine; 2], amount: Amount) -> Result<f64> {
    let [near, far] = cable(machines)?;
    between(near, far, amount)
}

/// MiB a second, from the first byte written to the last byte read.
pub(super) fn between(mut near: impl Write, mut far: impl Read + Send, amount: Amount) -> Result<f64> {
    let chunk = vec![0x5a; MESSAGE];
    let start = Instant::now();
    thread::scope(|scope| {
        let read = scope.spawn(|| drain(&mut far, amount.bytes()));
        for _ in 0..amount.messages {
            near.write_all(&chunk)?;
        }
        near.flush()?;
        read.join().map_err(|_| anyhow!("the reader panicked"))?
    })?;
    Ok(amount.rate(start.elapsed().as_secs_f64()))
}

fn drain(far: &mut impl Read, mut missing: usize) -> Result<()> {
    let mut buffer = vec![0; MESSAGE];
    while missing > 0 {
        let room = buffer.len().min(missing);
        let count = far.read(&mut buffer[..room])?;
        missing -= Some(count).filter(|count| *count > 0).context("the copy ended too soon")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_has_to_arrive() {
        let amount = Amount { messages: 2 };
        let mut there = vec![0; 2 * MESSAGE];
        assert!(between(Vec::new(), there.as_slice(), amount).unwrap() > 0.0);
        there.pop();
        assert!(between(Vec::new(), there.as_slice(), amount).is_err());
    }
}
