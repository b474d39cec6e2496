//! Limits of what waits for a recipient, and of how long a recipient may stand still.

use std::time::Duration;

/// What one sender may have waiting for one recipient that drains, before it is no longer read.
/// About 10 ms at the speed of loopback: enough to keep a reader busy, little enough to stop soon.
pub const SENDER_WINDOW: usize = 1024 * 1024;

/// What may wait for one recipient that does not drain, besides the largest message for it: that
/// one may be larger.
pub const RECIPIENT_QUEUE_MAX: usize = 16 * 1024 * 1024;

/// What may wait for all recipients together, so that the proxy's memory has a bound.
pub const ALL_QUEUES_MAX: usize = 256 * 1024 * 1024;

/// What all clients together may have sent of messages that are not complete yet, beyond
/// [`UNFINISHED_SHARE`] for each. Two of the largest frames that can be configured fit in.
pub const UNFINISHED_MAX: usize = 256 * 1024 * 1024;

/// What a client may have sent of a message that is not complete, however much others have: nearly
/// all messages are shorter.
pub const UNFINISHED_SHARE: usize = 16 * 1024;

/// Time without progress after which a recipient is cut. Longer than any pause of a healthy tab.
pub const STALL_TIME: Duration = Duration::from_secs(10);

/// A recipient drains when it took [`DRAIN_BYTES`] within this time. On loopback Linux tells a
/// sender of progress in steps: it opens a full window again only when a sixteenth of the receive
/// buffer is free (`__tcp_select_window`), and that grows to megabytes. Measured, a reader of 2
/// MB/s showed nothing for up to 0.4 s at a time, so that 100 ms took it for one that had stopped.
pub const DRAIN_TIME: Duration = Duration::from_secs(1);

/// See [`DRAIN_TIME`]: about 1 MB/s, below which waiting for a reader would stall everybody else,
/// less a step.
pub const DRAIN_BYTES: usize = 768 * 1024;

/// A link drains when it took this much of a channel within [`DRAIN_TIME`]: a network is slower
/// than any reader on this machine, but one that takes less than a telephone line would hold
/// everybody up for ever.
pub const LINK_DRAIN_BYTES: usize = 16 * 1024;
