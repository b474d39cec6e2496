//! Searches for a tag take a time that does not tell whether the tag is there, or where.

use nws_protocol::link::{Slot, Tag};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// The slots that have one tag.
#[derive(Default)]
pub(super) struct Bearers {
    pub(super) count: u16,
    last: Slot,
}

impl Bearers {
    /// Finds them among `slots`.
    pub(super) fn among<'a>(slots: impl Iterator<Item = (Slot, &'a Tag)>, tag: &Tag) -> Self {
        let mut bearers = Self::default();
        for (slot, borne) in slots {
            let same = is_same(borne, tag);
            bearers.count += u16::from(same.unwrap_u8());
            bearers.last.conditional_assign(&slot, same);
        }
        bearers
    }

    /// The last one, if there is any.
    pub(super) fn slot(&self) -> Option<Slot> {
        (self.count > 0).then_some(self.last)
    }
}

/// Compares by halves. That is four times as fast as byte by byte, and there may be a million
/// pairs.
fn is_same(one: &Tag, other: &Tag) -> Choice {
    #[cfg(test)]
    looks::count();
    let (one, other) = (u128::from_ne_bytes(*one), u128::from_ne_bytes(*other));
    (one as u64).ct_eq(&(other as u64)) & ((one >> 64) as u64).ct_eq(&((other >> 64) as u64))
}

/// How many pairs of tags were compared on this thread.
#[cfg(test)]
pub(super) mod looks {
    use std::cell::Cell;

    std::thread_local! {
        static LOOKS: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        LOOKS.set(LOOKS.get() + 1);
    }

    /// Gives how many were compared since this was last called.
    pub(in crate::session) fn take() -> usize {
        LOOKS.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_counts() {
        let tag = Tag::from(*b"0123456789abcdef");
        assert!(bool::from(is_same(&tag, &tag)));
        for at in 0..tag.len() {
            for bit in 0..8 {
                let mut other = tag;
                other[at] ^= 1 << bit;
                assert!(!bool::from(is_same(&tag, &other)));
            }
        }
    }

    #[test]
    fn all_bearers_are_found() {
        let tags = [[1; 16], [2; 16], [1; 16]];
        let find = |tag| {
            let bearers = Bearers::among((5..).zip(&tags), &tag);
            (bearers.count, bearers.slot())
        };
        assert_eq!(find([1; 16]), (2, Some(7)));
        assert_eq!(find([2; 16]), (1, Some(6)));
        assert_eq!(find([3; 16]), (0, None));
    }
}
