//! The values by which two runs can be compared.

use nws_report::load::Report;
use serde::{Deserialize, Serialize};

/// A value that most reports have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Metric {
    /// Deliveries a second.
    Rate,
    /// CPU seconds of the server for a million deliveries.
    Cpu,
    /// Microseconds of latency, the median.
    P50,
    P99,
    /// Seconds until all peers know each other.
    Setup,
    /// KiB of the server for each connection.
    Memory,
}

impl Metric {
    pub(crate) const ALL: [Self; 6] =
        [Self::Rate, Self::Cpu, Self::P50, Self::P99, Self::Setup, Self::Memory];

    /// Its value in a report, if the mode measures it.
    pub(crate) fn of(self, report: &Report) -> Option<f64> {
        match self {
            Self::Rate => report.deliveries_per_s,
            Self::Cpu => report.cpu_s_per_million,
            Self::P50 => report.latency_us.as_ref().map(|latency| latency.p50),
            Self::P99 => report.latency_us.as_ref().map(|latency| latency.p99),
            Self::Setup => report.setup_s,
            Self::Memory => report.memory.kib_per_connection,
        }
    }

    /// Its name in files.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Rate => "deliveries_per_s",
            Self::Cpu => "cpu_s_per_million",
            Self::P50 => "latency_us_p50",
            Self::P99 => "latency_us_p99",
            Self::Setup => "setup_s",
            Self::Memory => "memory_kib_per_connection",
        }
    }

    /// Its name in a verdict.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Cpu => "CPU",
            Self::P50 => "p50",
            Self::P99 => "p99",
            Self::Setup => "set-up",
            Self::Memory => "memory of a connection",
        }
    }
}
