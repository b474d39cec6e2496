//! Names the signs that a client reads too slowly.

use std::fmt;
use std::time::Duration;

/// Why a client is closed with 1013.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slowness {
    /// It took nothing for this time.
    Stopped(Duration),
    /// More than this many bytes waited for it, while it took hardly any.
    Behind(usize),
    /// Too much waited for all clients together, and this one had the most.
    Largest,
}

impl fmt::Display for Slowness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped(time) => write!(f, "nothing for {time:?}"),
            Self::Behind(most) => write!(f, "more than {most} bytes waited"),
            Self::Largest => f.write_str("too much waited for all together, and the most for this one"),
        }
    }
}
