//! What a proxy gives back to the system of the memory that a peak has taken.

use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::time::interval;

use crate::{Proxy, within};

/// What may stay after a peak, in MiB: tables that keep their size, and what lies between things that are in use.
const KEPT: f64 = 16.0;

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// What was resident before a peak, and at it, in MiB.
pub struct Memory {
    before: f64,
    peak: f64,
}

impl Memory {
    /// Takes down what is resident before the peak.
    pub fn before(proxy: &Proxy) -> Result<Self> {
        Ok(Self { before: resident(proxy)?, peak: 0.0 })
    }

    /// Takes down what is resident at the peak, which has to be far above what may stay.
    pub fn at_peak(&mut self, proxy: &Proxy) -> Result<()> {
        self.peak = resident(proxy)?;
        ensure!(self.peak > self.before + KEPT, "{} MiB after {} are no peak", self.peak, self.before);
        Ok(())
    }

    /// Waits until no more is resident than before, and what may stay.
    pub async fn is_back(&self, proxy: &Proxy) -> Result<()> {
        let Self { before, peak } = self;
        let mut looks = interval(LOOK);
        let back = async {
            while resident(proxy)? > before + KEPT {
                looks.tick().await;
            }
            Ok(())
        };
        within(&format!("the memory of a peak of {peak} MiB, after {before} before it"), back).await?
    }
}

fn resident(proxy: &Proxy) -> Result<f64> {
    Ok(proxy.memory_kib("VmRSS")? / 1024.0)
}
