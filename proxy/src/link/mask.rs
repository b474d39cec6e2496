//! Draws the masks of the frames of the side that has dialled.

/// Masks that are drawn at once: asking the system for each would take longer than a short frame.
const AT_ONCE: usize = 64;

/// Masks for frames, each of which is used once.
pub(super) struct Masks {
    drawn: [[u8; 4]; AT_ONCE],
    used: usize,
}

impl Masks {
    /// Masks of which none is drawn yet.
    pub(super) const fn new() -> Self {
        Self { drawn: [[0; 4]; AT_ONCE], used: AT_ONCE }
    }

    /// The next mask.
    ///
    /// # Errors
    ///
    /// The system gives no random numbers.
    pub(super) fn draw(&mut self) -> Result<[u8; 4], getrandom::Error> {
        if self.used == AT_ONCE {
            getrandom::fill(self.drawn.as_flattened_mut())?;
            self.used = 0;
        }
        self.used += 1;
        Ok(self.drawn[self.used - 1])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_mask_is_given_twice() {
        let mut masks = Masks::new();
        let drawn: BTreeSet<_> = (0..4 * AT_ONCE).map(|_| masks.draw().unwrap()).collect();
        // Two of 256 are the same once in 130,000 runs.
        assert!(drawn.len() + 1 >= 4 * AT_ONCE, "{} masks", drawn.len());
    }
}
