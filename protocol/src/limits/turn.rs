//! Limits of the work that is done in one turn.

/// A text that is longer is read and encoded on a thread where nobody waits for it. The costliest
/// JSON, of nothing but escapes, takes 4 µs a KiB (measured), so a shorter one takes about 1 ms.
/// Bytes that are longer are neither read nor copied.
pub const MESSAGE_INLINE_MAX: usize = 256 * 1024;

/// What one pass reads from one connection, or from one link, so that a flood cannot starve a
/// neighbour.
pub const READ_PER_PASS: usize = 256 * 1024;

/// Records of one link that a shard takes before others have their turn. A member that comes or
/// goes costs about 2 µs, and more where many are told, which [`LINK_QUEUED_PER_PASS`] bounds.
pub const LINK_RECORDS_PER_PASS: usize = 256;

/// What may be queued because of one link before others have their turn: ten thousand notices.
pub const LINK_QUEUED_PER_PASS: usize = 1024 * 1024;

/// Frames that what one client or one link says may become before others have their turn: the more
/// hear it, the less is read at once, and heard of that. Each takes 0.1 to 0.4 µs.
pub const FRAMES_PER_PASS: usize = 4096;

/// Sockets that a shard writes to before others have their turn: a write takes up to 10 µs.
pub const WRITES_PER_PASS: usize = 256;

/// Bytes that a shard writes before others have their turn: the kernel copies them at some GB/s.
pub const WRITTEN_PER_PASS: usize = 4 * 1024 * 1024;

/// Pieces of memory that one call writes to a socket. Copied frames lie together in pieces of
/// 64 KiB, so these are 8 MiB, more than a socket takes at once. A shared frame is a piece by
/// itself, however short.
pub const PIECES_PER_WRITE: usize = 128;
