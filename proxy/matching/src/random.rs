//! Random numbers from a seed, which is erased when they are no longer needed.

use hmac::{Hmac, Mac};
use nws_protocol::link::Tag;
use rand_core::{CryptoRng, RngCore};
use sha2::Sha512;
use zeroize::Zeroizing;

/// HMAC-SHA512 of a counter, keyed with the seed (NIST SP 800-108, counter mode).
pub(crate) struct Random {
    seed: Zeroizing<[u8; 32]>,
    drawn: u64,
}

impl Random {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self { seed: Zeroizing::new(seed), drawn: 0 }
    }

    /// Another source, from which nothing of this one can be learnt.
    pub(crate) fn split(&mut self) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        self.fill_bytes(&mut *seed);
        Self { seed, drawn: 0 }
    }

    pub(crate) fn tag(&mut self) -> Tag {
        let mut tag = Tag::default();
        self.fill_bytes(&mut tag);
        tag
    }

    /// How many blocks have been drawn.
    #[cfg(test)]
    pub(crate) const fn drawn(&self) -> u64 {
        self.drawn
    }

    pub(crate) fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            things.swap(last, self.below(last + 1));
        }
    }

    /// A number below `end`. The bias is that of a remainder of 64 bits, which is too small to be
    /// seen.
    fn below(&mut self, end: usize) -> usize {
        (self.next_u64() % end as u64) as usize
    }
}

impl RngCore for Random {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        for piece in out.chunks_mut(64) {
            let mac = <Hmac<Sha512> as Mac>::new_from_slice(&*self.seed).expect("a key has any length");
            let block = Zeroizing::new(<[u8; 64]>::from(
                mac.chain_update(self.drawn.to_be_bytes()).finalize().into_bytes(),
            ));
            piece.copy_from_slice(&block[..piece.len()]);
            self.drawn += 1;
        }
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for Random {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_sequence() {
        let draw = |seed| {
            let mut random = Random::new(seed);
            let mut long = [0; 150];
            random.fill_bytes(&mut long);
            (long, random.split().next_u64(), random.next_u64())
        };
        assert_eq!(draw([1; 32]), draw([1; 32]));
        assert_ne!(draw([1; 32]), draw([2; 32]));
        let (long, split, next) = draw([1; 32]);
        assert_ne!(long[..64], long[64..128]);
        assert_ne!(split, next);
    }

    #[test]
    fn a_shuffle_moves_everything_everywhere() {
        let mut random = Random::new([3; 32]);
        let mut seen = [[false; 5]; 5];
        for _ in 0..500 {
            let mut things = [0, 1, 2, 3, 4];
            random.shuffle(&mut things);
            things.iter().enumerate().for_each(|(place, &thing)| seen[place][thing] = true);
        }
        assert_eq!(seen, [[true; 5]; 5]);
    }
}
