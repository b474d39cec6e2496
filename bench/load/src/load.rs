//! Decides what is sent next, and when: one kind of load in each file.

mod pairs;
mod post;
mod schedule;
mod windows;

use nws_report::load::Mode;

use crate::clock::Nanos;
use crate::options::Options;
pub(crate) use post::{Delivery, Post};

use pairs::Pairs;
use schedule::Schedule;
use windows::Windows;

pub(crate) enum Load {
    Burst(Windows),
    Rate(Schedule),
    Ping(Pairs),
    Nothing,
}

impl Load {
    pub(crate) fn new(options: &Options) -> Self {
        let layout = options.layout();
        match options.mode {
            Mode::Burst => Self::Burst(Windows::new(layout, options.window)),
            Mode::Rate => Self::Rate(Schedule::new(layout, options.rate)),
            Mode::Ping => Self::Ping(Pairs::new(layout, options.window)),
            Mode::Storm | Mode::Idle => Self::Nothing,
        }
    }

    pub(crate) fn start(&mut self, now: Nanos) {
        match self {
            Self::Burst(windows) => windows.start(),
            Self::Rate(schedule) => schedule.start(now),
            Self::Ping(pairs) => pairs.start(),
            Self::Nothing => {}
        }
    }

    /// From now on only answers are sent.
    pub(crate) fn stop(&mut self) {
        match self {
            Self::Burst(windows) => windows.stop(),
            Self::Rate(schedule) => schedule.stop(),
            Self::Ping(pairs) => pairs.stop(),
            Self::Nothing => {}
        }
    }

    /// The next message that is due.
    pub(crate) fn next(&mut self, now: Nanos) -> Option<Post> {
        match self {
            Self::Burst(windows) => windows.next(now),
            Self::Rate(schedule) => schedule.next(now),
            Self::Ping(pairs) => pairs.next(now),
            Self::Nothing => None,
        }
    }

    /// The time at which a message becomes due, as far as that depends on time.
    pub(crate) fn next_due(&self) -> Option<Nanos> {
        match self {
            Self::Rate(schedule) => schedule.next_due(),
            Self::Burst(_) | Self::Ping(_) | Self::Nothing => None,
        }
    }

    /// A message has come for the first time.
    pub(crate) fn delivered(&mut self, delivery: &Delivery) {
        match self {
            Self::Burst(windows) => windows.delivered(delivery),
            Self::Ping(pairs) => pairs.delivered(delivery),
            Self::Rate(_) | Self::Nothing => {}
        }
    }

    /// Number of messages that this connection has sent.
    pub(crate) fn sent(&self, connection: usize) -> u32 {
        match self {
            Self::Burst(windows) => windows.sent(connection),
            Self::Rate(schedule) => schedule.sent(connection),
            Self::Ping(pairs) => pairs.sent(connection),
            Self::Nothing => 0,
        }
    }
}
