//! Computes `bufferedAmount`: the payload bytes that a socket has taken and not sent.
//!
//! The browser counts frames, envelopes included. Frames leave in order. So from the browser's
//! count follows how many of the last frames wait, and how much of the first of them.

use std::collections::VecDeque;

use crate::sorted::Sorted;

/// The frames that may still wait, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    frames: VecDeque<Frame>,
    bytes: f64,
    /// The payload bytes that wait, for each socket that has any. A page may ask for them after
    /// each message, whoever else has some.
    payloads: Sorted<u32, f64>,
    /// The frames that were looked at, for a test.
    #[cfg(test)]
    looked_at: usize,
}

/// A frame that was given to the browser.
#[derive(Debug)]
pub(crate) struct Frame {
    /// The serial of the socket through which it was sent.
    pub(crate) serial: u32,
    /// Its bytes by the browser's count.
    pub(crate) bytes: f64,
    /// Those of the bytes that the page gave.
    pub(crate) payload: f64,
}

impl Backlog {
    pub(crate) fn push(&mut self, frame: Frame) {
        self.bytes += frame.bytes;
        self.count(frame.serial, frame.payload);
        self.frames.push_back(frame);
    }

    /// Removes the frames that have left, now that `waiting` bytes wait by the browser's count.
    pub(crate) fn drop_sent(&mut self, waiting: f64) {
        while let Some(Frame { serial, bytes, payload }) = self.frames.pop_front() {
            #[cfg(test)]
            {
                self.looked_at += 1;
            }
            let left = waiting - (self.bytes - bytes);
            if left > 0.0 {
                let kept = payload.min(left);
                self.bytes = waiting;
                self.count(serial, kept - payload);
                return self.frames.push_front(Frame { serial, bytes: left, payload: kept });
            }
            self.bytes -= bytes;
            self.count(serial, -payload);
        }
    }

    /// The payload bytes of the socket with this serial that wait.
    pub(crate) fn payload(&self, serial: u32) -> f64 {
        self.payloads.get(&serial).copied().unwrap_or_default()
    }

    fn count(&mut self, serial: u32, change: f64) {
        if change == 0.0 {
            return;
        }
        match self.payloads.get_mut(&serial) {
            None => self.payloads.insert(serial, change),
            Some(payload) => {
                *payload += change;
                if *payload == 0.0 {
                    self.payloads.remove(&serial);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backlog() -> Backlog {
        let mut backlog = Backlog::default();
        for (serial, bytes, payload) in [(0, 40.0, 10.0), (1, 60.0, 20.0), (0, 50.0, 30.0)] {
            backlog.push(Frame { serial, bytes, payload });
        }
        backlog
    }

    #[test]
    fn everything_waits() {
        let mut backlog = backlog();
        backlog.drop_sent(150.0);
        assert_eq!((backlog.payload(0), backlog.payload(1)), (40.0, 20.0));
    }

    #[test]
    fn frames_leave_in_order() {
        let mut backlog = backlog();
        backlog.drop_sent(110.0);
        assert_eq!((backlog.payload(0), backlog.payload(1)), (30.0, 20.0));
        backlog.drop_sent(65.0);
        assert_eq!((backlog.payload(0), backlog.payload(1)), (30.0, 15.0));
        backlog.drop_sent(0.0);
        assert_eq!((backlog.payload(0), backlog.payload(1)), (0.0, 0.0));
        assert!(backlog.frames.is_empty() && backlog.payloads.is_empty());
    }

    #[test]
    fn frames_without_payload_leave_nothing_behind() {
        let mut backlog = Backlog::default();
        for (serial, payload) in [(0, 5.0), (0, 0.0), (1, 0.0)] {
            backlog.push(Frame { serial, bytes: 10.0, payload });
        }
        for (waiting, left) in [(20.0, 0.0), (10.0, 0.0), (0.0, 0.0)] {
            backlog.drop_sent(waiting);
            assert_eq!(backlog.payload(0), left);
        }
        assert!(backlog.payloads.is_empty());
    }

    #[test]
    fn a_frame_after_a_partial_one_counts_whole() {
        let mut backlog = backlog();
        backlog.drop_sent(5.0);
        backlog.push(Frame { serial: 1, bytes: 10.0, payload: 4.0 });
        backlog.drop_sent(15.0);
        assert_eq!((backlog.payload(0), backlog.payload(1)), (5.0, 4.0));
        backlog.drop_sent(10.0);
        assert_eq!((backlog.payload(0), backlog.payload(1)), (0.0, 4.0));
    }

    #[test]
    fn asking_after_each_message_looks_at_one_frame_each_time() {
        const MESSAGES: usize = 32_768;
        let mut backlog = Backlog::default();
        let mut waiting = 0.0;
        for _ in 0..MESSAGES {
            backlog.drop_sent(waiting);
            backlog.push(Frame { serial: 0, bytes: 100.0, payload: 64.0 });
            waiting += 100.0;
            backlog.drop_sent(waiting);
            assert!(backlog.payload(0) > 0.0);
        }
        assert!(backlog.looked_at <= 2 * MESSAGES, "{} frames", backlog.looked_at);
    }
}
