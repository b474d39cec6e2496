//! Matches names of interfaces with patterns.

use std::fmt;
use std::str::FromStr;

use glob_match::glob_match;

/// The name of loopback on Linux.
const LOOPBACK: &str = "lo";

/// A pattern such as `eth*`: `*` stands for any characters, `?` for one, `[a-c]` for one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceGlob(String);

/// A text that is no [`InterfaceGlob`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{glob}\" is not a pattern of interface names, such as eth0 or wl*: {reason}")]
pub struct InvalidGlob {
    glob: String,
    reason: &'static str,
}

impl InterfaceGlob {
    /// Gives whether the pattern matches the name of this interface. `lo` matches loopback on every
    /// system, whatever its name is there.
    pub(crate) fn matches(&self, interface: &if_addrs::Interface) -> bool {
        glob_match(&self.0, &interface.name) || (self.0 == LOOPBACK && interface.is_loopback())
    }
}

impl fmt::Display for InterfaceGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for InterfaceGlob {
    type Err = InvalidGlob;

    fn from_str(glob: &str) -> Result<Self, Self::Err> {
        match fault(glob) {
            None => Ok(Self(glob.to_owned())),
            Some(reason) => Err(InvalidGlob { glob: glob.to_owned(), reason }),
        }
    }
}

fn fault(glob: &str) -> Option<&'static str> {
    if glob.is_empty() {
        return Some("it is empty");
    }
    if glob.starts_with('!') {
        return Some("leave interfaces out with --no-interface");
    }
    if glob.contains(['{', '}', ',']) {
        return Some("give one pattern each time");
    }
    if glob.contains(['/', '\\']) || glob.contains(|c: char| c.is_control()) {
        return Some("no interface has a name with / or \\");
    }
    // Windows has names such as "Ethernet 2".
    if !cfg!(windows) && glob.contains(char::is_whitespace) {
        return Some("no interface has a name with a space");
    }
    is_unclosed(glob).then_some("[ is not closed by ]")
}

fn is_unclosed(mut glob: &str) -> bool {
    while let Some((_, set)) = glob.split_once('[') {
        let set = set.strip_prefix(['^', '!']).unwrap_or(set);
        // Directly behind the bracket, ] is a character of the set.
        let mut characters = set.chars();
        characters.next();
        let Some((_, rest)) = characters.as_str().split_once(']') else { return true };
        glob = rest;
    }
    false
}
