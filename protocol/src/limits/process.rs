//! Limits of what the system gives a proxy: file descriptors, and time on a processor.

use std::time::Duration;

/// File descriptors kept free for listeners, logs and answers to those beyond the limit.
pub const DESCRIPTOR_RESERVE: u64 = 64;

/// Lateness after which nobody was listening: an answer may have come meanwhile, and is read first.
/// Timers are late by milliseconds on a machine that is busy.
pub const STANDSTILL_LEAST: Duration = Duration::from_millis(100);
