//! Makes the keys with which a client masks its frames, and applies them.

/// Makes a new key for every frame, with a fast generator that is good enough: there is no attacker
/// here.
pub(super) struct Masks(u64);

impl Masks {
    pub(super) fn new(seed: u64) -> Self {
        // Zero is the one state that this generator does not leave.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Marsaglia's xorshift64*. The high half of its product is the better one.
    pub(super) fn next(&mut self) -> [u8; 4] {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as u32).to_ne_bytes()
    }
}

/// Masks or unmasks eight bytes at a time. The compiler makes the steps wider still.
pub(super) fn apply(key: [u8; 4], bytes: &mut [u8]) {
    let narrow = u64::from(u32::from_ne_bytes(key));
    let wide = narrow << 32 | narrow;
    let (words, rest) = bytes.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    rest.iter_mut().zip(key.iter().cycle()).for_each(|(byte, key)| *byte ^= key);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_masked() {
        let key = [1, 2, 3, 4];
        for length in 0..40_u8 {
            let plain: Vec<u8> = (0..length).collect();
            let mut bytes = plain.clone();
            apply(key, &mut bytes);
            assert!((0..plain.len()).all(|at| bytes[at] == plain[at] ^ key[at % 4]));
        }
    }

    #[test]
    fn keys_differ() {
        let (mut one, mut other) = (Masks::new(0), Masks::new(1));
        let keys = [one.next(), one.next(), other.next(), other.next()];
        let distinct: std::collections::HashSet<_> = keys.into_iter().collect();
        assert_eq!(distinct.len(), 4);
    }
}
