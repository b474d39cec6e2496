//! What `bufferedAmount` counts: payload bytes that a socket took and has not sent.
//!
//! The browser's own count is of frames, envelopes included. Frames leave in order, so the browser's count tells how
//! many of the last frames wait, and how much of the first of them.

/// The frames that may still wait, oldest first.
#[derive(Default)]
pub(crate) struct Backlog {
    frames: Vec<Frame>,
    bytes: f64,
}

/// A frame that was handed to the browser.
pub(crate) struct Frame {
    /// The serial of the port through which it was sent.
    pub(crate) port: u32,
    /// Its bytes by the browser's count.
    pub(crate) bytes: f64,
    /// The bytes of them that the page gave.
    pub(crate) payload: f64,
}

impl Backlog {
    pub(crate) fn push(&mut self, frame: Frame) {
        self.bytes += frame.bytes;
        self.frames.push(frame);
    }

    /// Forgets what has left, now that `waiting` bytes wait by the browser's count.
    pub(crate) fn settle(&mut self, waiting: f64) {
        let mut left = 0;
        while let Some(first) = self.frames.get(left)
            && self.bytes - first.bytes >= waiting
        {
            self.bytes -= first.bytes;
            left += 1;
        }
        self.frames.drain(..left);
        if let Some(first) = self.frames.first_mut() {
            let left = waiting - (self.bytes - first.bytes);
            self.bytes = waiting;
            first.bytes = left;
            first.payload = first.payload.min(left);
        }
    }

    /// The payload bytes of `port` that wait.
    pub(crate) fn payload(&self, port: u32) -> f64 {
        self.frames.iter().filter(|frame| frame.port == port).map(|frame| frame.payload).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backlog() -> Backlog {
        let mut backlog = Backlog::default();
        for (port, bytes, payload) in [(0, 40.0, 10.0), (1, 60.0, 20.0), (0, 50.0, 30.0)] {
            backlog.push(Frame { port, bytes, payload });
        }
        backlog
    }

    #[test]
    fn everything_waits() {
        let mut backlog = backlog();
        backlog.settle(150.0);
        assert_eq!((backlog.payload(0), backlog.payload(1)), (40.0, 20.0));
    }

    #[test]
    fn frames_leave_in_order() {
        let mut backlog = backlog();
        backlog.settle(110.0);
        assert_eq!((backlog.payload(0), backlog.payload(1)), (30.0, 20.0));
        backlog.settle(65.0);
        assert_eq!((backlog.payload(0), backlog.payload(1)), (30.0, 15.0));
        backlog.settle(0.0);
        assert_eq!((backlog.payload(0), backlog.payload(1)), (0.0, 0.0));
        assert!(backlog.frames.is_empty());
    }

    #[test]
    fn a_frame_after_a_partial_one_counts_whole() {
        let mut backlog = backlog();
        backlog.settle(5.0);
        backlog.push(Frame { port: 1, bytes: 10.0, payload: 4.0 });
        backlog.settle(15.0);
        assert_eq!((backlog.payload(0), backlog.payload(1)), (5.0, 4.0));
        backlog.settle(10.0);
        assert_eq!((backlog.payload(0), backlog.payload(1)), (0.0, 4.0));
    }
}
