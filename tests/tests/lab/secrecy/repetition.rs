//! What two runs have in common because of what was kept secret in both.

use std::collections::HashSet;

/// So much that is equal by chance, in all that a run sends, is less likely than a fault of the machine.
const TOKEN: usize = 8;
/// Less of what every run shows is equal by chance now and then, and then hides next to nothing.
const COMMON: usize = 4;
/// Numbers in the heads of packets are mostly zeros, and differ from run to run by their moments.
const ZEROS_MAX: usize = 2;

/// Bytes that `first` and `second` have in common, with nothing in them that `other` shows too: so they are made of
/// what the first two runs share.
pub(super) fn repeated(first: &[Vec<u8>], second: &[Vec<u8>], other: &[Vec<u8>]) -> Option<[u8; TOKEN]> {
    let common: HashSet<[u8; COMMON]> = pieces(other).collect();
    let known: HashSet<[u8; TOKEN]> = pieces(second).collect();
    pieces(first).find(|token| {
        let is_structure = pieces(&[token.to_vec()]).any(|piece| common.contains(&piece));
        let zeros = token.iter().filter(|byte| **byte == 0).count();
        known.contains(token) && !is_structure && zeros <= ZEROS_MAX
    })
}

/// All stretches of a length.
fn pieces<const N: usize>(payloads: &[Vec<u8>]) -> impl Iterator<Item = [u8; N]> {
    payloads.iter().flat_map(|payload| payload.array_windows()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A packet with a head that all have, noise that none has twice, and `token` inside.
    fn packet(seed: u64, token: &[u8]) -> Vec<u8> {
        let mut state = seed;
        let mut noise = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_be_bytes()
        };
        let (before, after) = (noise(), noise());
        [b"the head of all packets", &before[..], token, &after[..]].concat()
    }

    #[test]
    fn a_token_of_a_name_is_found() {
        let run = |seed, token| [packet(seed, token), packet(seed + 1, b"")];
        let (one, other) = (b"\x8f\x02\xee\x41\x9c\x77\xd0\x3a", b"\x11\xfa\x5c\x83\x2e\xb9\x60\xd4");
        assert_eq!(repeated(&run(3, one), &run(5, one), &run(7, other)), Some(*one));
        assert_eq!(repeated(&run(3, one), &run(5, other), &run(7, b"")), None);
        assert_eq!(repeated(&run(3, b""), &run(5, b""), &run(7, b"")), None);
    }

    #[test]
    fn what_every_run_shows_is_no_token() {
        let run = |seed| [packet(seed, b"always the same")];
        assert_eq!(repeated(&run(3), &run(5), &run(7)), None);
    }
}
