//! HELLO, the first frame of each side of a link.

use crate::limits::LINK_SLOTS_LEAST;

/// The version that is spoken here. Version 1 is not spoken any more, as any proxy could announce
/// any generated id in it.
pub const VERSION: u16 = 2;

/// The first message of a proxy: `[version_min: 2][version_max: 2][suite: 2][slots_max: 2]`. Bytes
/// after these are for later versions, and are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The oldest version that it speaks.
    pub version_min: u16,
    /// The newest version that it speaks.
    pub version_max: u16,
    /// How channels are matched: 1 is ristretto255-SHA512 (RFC 9497).
    pub suite: u16,
    /// How many live slots it allows the other side.
    pub slots_max: u16,
}

impl Hello {
    /// OPRF(ristretto255, SHA-512), the only suite.
    pub const RISTRETTO255_SHA512: u16 = 1;

    /// The number of slots with which a side begins that has `channels`. It is a power of two, so
    /// that the other side learns little of the number of channels.
    #[must_use]
    pub fn slots_for(channels: usize) -> usize {
        channels.next_power_of_two().max(LINK_SLOTS_LEAST)
    }

    /// The newest version that both sides speak, if there is one.
    #[must_use]
    pub fn common_version(&self, other: &Self) -> Option<u16> {
        let newest = self.version_max.min(other.version_max);
        (newest >= self.version_min.max(other.version_min)).then_some(newest)
    }

    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let (numbers, _) = body.as_chunks::<2>();
        let [version_min, version_max, suite, slots_max, ..] = *numbers else { return None };
        let number = u16::from_be_bytes;
        Some(Self {
            version_min: number(version_min),
            version_max: number(version_max),
            suite: number(suite),
            slots_max: number(slots_max),
        })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for number in [self.version_min, self.version_max, self.suite, self.slots_max] {
            out.extend_from_slice(&number.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speaks(version_min: u16, version_max: u16) -> Hello {
        Hello { version_min, version_max, suite: 1, slots_max: 8 }
    }

    #[test]
    fn slots_are_a_power_of_two_from_eight_on() {
        let slots = [0, 1, 8, 9, 16, 1000].map(Hello::slots_for);
        assert_eq!(slots, [8, 8, 8, 16, 16, 1024]);
    }

    #[test]
    fn the_newest_common_version_is_spoken() {
        assert_eq!(speaks(1, 1).common_version(&speaks(1, 3)), Some(1));
        assert_eq!(speaks(1, 4).common_version(&speaks(2, 3)), Some(3));
        assert_eq!(speaks(1, 1).common_version(&speaks(2, 3)), None);
        assert_eq!(speaks(3, 2).common_version(&speaks(1, 9)), None);
    }
}
