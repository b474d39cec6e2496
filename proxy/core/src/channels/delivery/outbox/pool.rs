//! Keeps the buffers of outboxes between passes.

use super::CHUNK;

/// What the pool keeps, in bytes and in buffers: enough for 4 KiB to each of 2,000 recipients in
/// one pass. Without a buffer for each of them the allocator returns memory to the system and asks
/// for it again. That was measured to cost four times as much as the broadcast.
const POOL_MAX: usize = 8 * 1024 * 1024;
const POOL_BUFFERS: usize = 4096;

/// Used buffers, kept so that a pass need not allocate.
#[derive(Default)]
pub(in super::super) struct Pool {
    buffers: Vec<Vec<u8>>,
    bytes: usize,
    /// Buffers that were not needed since the pool was last trimmed.
    unused: usize,
}

impl Pool {
    pub(super) fn take(&mut self) -> Vec<u8> {
        let buffer = self.buffers.pop().unwrap_or_default();
        self.bytes -= buffer.capacity();
        self.unused = self.unused.min(self.buffers.len());
        buffer
    }

    /// Frees what has not been needed since this was last called.
    pub(in super::super) fn trim(&mut self) {
        for buffer in self.buffers.drain(..self.unused) {
            self.bytes -= buffer.capacity();
        }
        self.unused = self.buffers.len();
    }

    pub(super) fn give(&mut self, mut buffer: Vec<u8>) {
        let size = buffer.capacity();
        if self.buffers.len() < POOL_BUFFERS && size <= 2 * CHUNK && self.bytes + size <= POOL_MAX {
            buffer.clear();
            self.bytes += size;
            self.buffers.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pool_lets_go_of_what_is_not_used() {
        let mut pool = Pool::default();
        (0..3).for_each(|_| pool.give(Vec::with_capacity(100)));
        pool.trim();
        assert_eq!(pool.buffers.len(), 3);
        let used = pool.take();
        pool.give(used);
        pool.trim();
        assert_eq!((pool.buffers.len(), pool.bytes), (1, 100));
        pool.trim();
        assert_eq!((pool.buffers.len(), pool.bytes), (0, 0));
    }
}
