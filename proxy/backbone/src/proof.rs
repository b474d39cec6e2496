//! By what both ends of a TLS connection prove that they have the secret of the sites.

use crate::secret::{MAC_LEN, MacKey, SiteSecret};

/// Bytes of a proof.
pub const LINK_PROOF_LEN: usize = MAC_LEN;

/// Makes and checks proofs. A proof is bound to one TLS connection by what both ends export from it
/// (RFC 9266), so it is of no use to somebody who has only seen it.
#[derive(Clone, Debug)]
pub struct LinkProofs(MacKey);

impl LinkProofs {
    /// Proofs of this secret.
    #[must_use]
    pub fn of(secret: &SiteSecret) -> Self {
        Self(secret.keys().link)
    }

    /// What the end that has dialled, or the other one, sends on the connection.
    #[must_use]
    pub fn make(&self, exported: &[u8; 32], has_dialled: bool) -> [u8; LINK_PROOF_LEN] {
        self.0.sign(&fields(exported, has_dialled))
    }

    /// Whether `proof` came from an end that has the secret, and that has dialled if so told.
    #[must_use]
    pub fn verify(&self, exported: &[u8; 32], has_dialled: bool, proof: &[u8; LINK_PROOF_LEN]) -> bool {
        self.0.verify(&fields(exported, has_dialled), proof)
    }
}

fn fields(exported: &[u8; 32], has_dialled: bool) -> [&[u8]; 2] {
    [exported, if has_dialled { b"dialled" } else { b"accepted" }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_of_one_end_of_one_connection() {
        let [ours, others] = [(); 2].map(|()| LinkProofs::of(&SiteSecret::generate().unwrap()));
        let proof = ours.make(&[1; 32], true);
        assert!(ours.verify(&[1; 32], true, &proof));
        assert!(!ours.verify(&[2; 32], true, &proof));
        assert!(!ours.verify(&[1; 32], false, &proof));
        assert!(!others.verify(&[1; 32], true, &proof));
    }
}
