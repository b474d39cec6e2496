//! Limits of what two proxies say to each other on a link.

use std::time::Duration;

use super::client::{MESSAGE_LIMIT_MAX, frame_max};

/// Body of a record of a link: a message as JSON, its speaker and its recipient. While it is not
/// complete it counts among [`REMOTES_KEPT_MAX`](super::REMOTES_KEPT_MAX), so one that is longer
/// than that gets through nowhere.
pub const LINK_RECORD_MAX: usize = frame_max(MESSAGE_LIMIT_MAX);

/// Members of one channel that a link may announce, or it is closed. No proxy can be configured to
/// have more.
pub const LINK_PEERS_MAX: usize = 100_000;

/// Bytes of a channel's stream in one frame of a link, so that heartbeats and other channels pass.
pub const LINK_PIECE_MAX: usize = 64 * 1024;

/// What may be on its way of the stream of one channel of a link before the other side has asked
/// for more: both sides count on it. It takes 1 GB/s at a round trip of 1 ms.
pub const LINK_WINDOW: usize = 1024 * 1024;

/// Bytes of a link that may come without making a message. The longest one, what is read ahead of
/// its end and what TLS adds are half of it; a message in more pieces than that, of nothing for
/// instance, is no honest one.
pub const LINK_UNHEARD_MAX: usize = 256 * 1024;

/// A frame of a link, until one channel has been matched: 64 elements or tags and some room.
pub const LINK_FRAME_EARLY_MAX: usize = 4096;

/// Frames that may come at once on a link of which no channel has been matched, heartbeats and
/// their answers included. Names, evaluations and tags for what there is at once
/// ([`LINK_SLOTS_LIVE`] asked for in full messages, or a burst of evaluations one by one) are at
/// most 800; a slot that is left is not counted, as evaluations bound how many there are.
pub const LINK_EARLY_FRAMES: u32 = 1024;

/// How many more there are each second: evaluations come back by one or two, and each makes up to
/// three frames.
pub const LINK_EARLY_FRAMES_PER_SECOND: u32 = 8;

/// Bytes that may come at once on such a link, with all that TLS and WebSocket add: a name, its
/// evaluation, its tag and its end are about 210 B where each comes by itself, for each of
/// [`LINK_SLOTS_LIVE`].
pub const LINK_EARLY_BYTES: u32 = 256 * 1024;

/// How many more there are each second: as many as the frames take, with room.
pub const LINK_EARLY_BYTES_PER_SECOND: u32 = 1024;

/// Slots that one message of a link's matching names, and evaluations that one side may have
/// waiting: about 15 ms of arithmetic.
pub const LINK_SLOTS_PER_MESSAGE: usize = 64;

/// Evaluations that one side may have waiting for what it offers once a link has begun. Where the
/// other side grants no more than two a second, a channel that is opened next waits for these.
pub const LINK_SLOTS_LATER: usize = 8;

/// Slots that one side of a link has at one time. Enough for every channel of a busy machine; each
/// costs both sides about 0.2 ms.
pub const LINK_SLOTS_LIVE: u16 = 1024;

/// Slots that one side of a link ever has, and so guesses that one connection is good for.
pub const LINK_SLOTS_LIFETIME: u16 = 4096;

/// The fewest slots that a link begins with: fewer channels than that look the same from outside.
pub const LINK_SLOTS_LEAST: usize = 8;

/// Time from the TLS handshake to the exchange of HELLO.
pub const LINK_HELLO_TIME: Duration = Duration::from_secs(10);

/// Interval of heartbeats on each link: three may be lost before a link counts as silent.
pub const LINK_HEARTBEAT: Duration = Duration::from_secs(3);

/// Silence after which a link is taken for dead. Three heartbeats and their answers fit in, and a
/// machine that lost its power is missed within 15 s, together with everything that may be late.
pub const LINK_SILENCE_MAX: Duration = Duration::from_secs(10);

/// Time that a link has to answer when another one to the same proxy waits for its place. On a
/// local network an answer takes milliseconds, and a proxy that is busy for longer than this gets
/// its link back by a new dial.
pub const LINK_PROBE_TIME: Duration = Duration::from_secs(1);
