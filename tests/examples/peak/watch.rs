//! Looks at the memory of a proxy before, at and after a peak.

use std::time::Duration;

use anyhow::{Result, ensure};
use nws_report::native::{Peak, Remains};
use nws_tests::Proxy;
use tokio::time::{Instant, sleep_until};

/// Seconds after the end at which memory is looked at.
const LOOKS: [u64; 4] = [1, 3, 5, 10];
/// MiB above which there was a peak.
const LEAST: f64 = 4.0;

/// A proxy, and what was resident before the peak.
pub(crate) struct Watch<'a> {
    proxy: &'a Proxy,
    before: f64,
}

impl<'a> Watch<'a> {
    pub(crate) fn before(proxy: &'a Proxy) -> Result<Self> {
        Ok(Self { proxy, before: mib(proxy, "VmRSS")? })
    }

    /// Looks while nothing happens any more. Call it when the peak has just ended.
    pub(crate) async fn after(self) -> Result<Peak> {
        let Self { proxy, before } = self;
        let end = Instant::now();
        let mut after = Vec::new();
        for seconds in LOOKS {
            sleep_until(end + Duration::from_secs(seconds)).await;
            after.push(Remains { seconds, mib: mib(proxy, "VmRSS")? });
        }
        // The end is a part of the peak: all are told who goes.
        let most = mib(proxy, "VmHWM")?;
        ensure!(most > before + LEAST, "{most} MiB after {before} are no peak");
        Ok(Peak { before_mib: before, most_mib: most, after })
    }
}

fn mib(proxy: &Proxy, key: &str) -> Result<f64> {
    Ok(proxy.memory_kib(key)? / 1024.0)
}
