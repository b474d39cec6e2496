//! Where the clients of a run are.

/// The senders are always on the first machine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Placing {
    /// So is everybody else, and one proxy does all.
    Same,
    /// Everybody else is on the second.
    Across,
}

impl Placing {
    pub(super) const ALL: [Self; 2] = [Self::Same, Self::Across];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Across => "across",
        }
    }

    /// The number of the machine of those who only receive.
    pub(super) fn receivers(self) -> usize {
        match self {
            Self::Same => 0,
            Self::Across => 1,
        }
    }

    /// Both, another one first each time.
    pub(super) fn in_turn(rep: u32) -> [Self; 2] {
        let mut all = Self::ALL;
        all.rotate_left(rep as usize % 2);
        all
    }
}
