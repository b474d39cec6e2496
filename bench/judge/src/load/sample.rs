//! A report for tests. Each test changes what it is about.

use std::collections::BTreeMap;

use nws_report::load::{Cpu, Framing, Load, Memory, Mode, Report, Times};

/// Four quiet seconds without a fault.
pub(crate) fn report() -> Report {
    Report {
        mode: Mode::Burst,
        framing: Framing::Text,
        channels: 1,
        peers: 10,
        setup_s: Some(0.01),
        measured_s: 4.0,
        cpu: Cpu { server_s: Some(1.0), generator_s: 1.0, ..Cpu::default() },
        memory: Memory::default(),
        ok: true,
        errors: BTreeMap::new(),
        failures: Vec::new(),
        load: Some(Load { senders: 1, window: 1, rate: 100.0, bytes: 64 }),
        sent: Some(400),
        deliveries: Some(4000),
        deliveries_per_s: Some(1000.0),
        cpu_s_per_million: Some(250.0),
        latency_us: Some(times(100.0)),
        latency_counts: None,
        generator_late_us: Some(times(1.0)),
        join_us: None,
        switches_per_s: Some(10.0),
    }
}

/// Times that are all equal.
pub(crate) fn times(micros: f64) -> Times {
    Times { p50: micros, p90: micros, p99: micros, p999: micros, max: micros }
}
