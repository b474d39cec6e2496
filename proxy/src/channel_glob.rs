//! Matches names of channels with patterns.

use std::fmt;
use std::str::FromStr;

use glob_match::glob_match;
use nws_protocol::ChannelName;

/// A pattern such as `team-*`: `*` stands for any characters, `?` for one, `[a-c]` for one of these, and
/// `{red,blue}` for one of these words. With `!` before it, it is for all other names.
///
/// It may have a name in it, which is the capability to join, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct ChannelGlob(String);

/// The reason why a text is no [`ChannelGlob`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidChannelGlob {
    /// It matches no name.
    #[error("a pattern of channel names, such as team-*, must not be empty")]
    Empty,
    /// It matches no name.
    #[error(
        "a pattern of channel names, such as team-*, has A-Z a-z 0-9 + = . _ - and * ? [ ] {{ }} , ! ^ only"
    )]
    Character,
    /// A bracket or a brace has no partner, or there is nothing between two brackets.
    #[error(
        "a pattern of channel names, such as team-*, must close each [ by ], with something between, and each {{ by }}"
    )]
    Unclosed,
}

impl ChannelGlob {
    pub(crate) fn matches(&self, channel: &ChannelName) -> bool {
        glob_match(&self.0, channel.as_str())
    }
}

impl FromStr for ChannelGlob {
    type Err = InvalidChannelGlob;

    fn from_str(glob: &str) -> Result<Self, Self::Err> {
        if glob.trim_start_matches('!').is_empty() {
            return Err(InvalidChannelGlob::Empty);
        }
        if !glob.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=*._-?[]{},!^".contains(&byte)) {
            return Err(InvalidChannelGlob::Character);
        }
        let is_blank = ["[]", "[!]", "[^]"].iter().any(|set| glob.contains(set));
        if is_blank || is_unclosed(glob, b'[', b']') || is_unclosed(glob, b'{', b'}') {
            return Err(InvalidChannelGlob::Unclosed);
        }
        Ok(Self(glob.to_owned()))
    }
}

/// No name has a bracket, so each one has a partner.
fn is_unclosed(glob: &str, open: u8, close: u8) -> bool {
    let mut is_open = false;
    for byte in glob.bytes().filter(|byte| [open, close].contains(byte)) {
        // It opens again what is open, or closes what is not.
        if is_open == (byte == open) {
            return true;
        }
        is_open = !is_open;
    }
    is_open
}

impl fmt::Debug for ChannelGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChannelGlob(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(glob: &str, name: &str) -> bool {
        glob.parse::<ChannelGlob>().unwrap().matches(&ChannelName::new(name).unwrap())
    }

    #[test]
    fn patterns_match_names() {
        for (glob, name) in [
            ("team-*", "team-red"),
            ("team-*", "team-"),
            ("*", "a.b+c=d*e_f-g"),
            ("te?m", "team"),
            ("[a-c]x", "bx"),
            ("[!a-c]x", "dx"),
            ("{red,blue}-*", "blue-1"),
            ("!team-*", "other"),
            ("a*b", "a*b"),
            ("Team", "Team"),
        ] {
            assert!(matches(glob, name), "{glob} {name}");
        }
        for (glob, name) in [("team-*", "a-team-1"), ("team", "Team"), ("te?m", "tem"), ("!team-*", "team-1")]
        {
            assert!(!matches(glob, name), "{glob} {name}");
        }
    }

    #[test]
    fn what_matches_no_name_is_refused() {
        let fault = |glob: &str| glob.parse::<ChannelGlob>().unwrap_err();
        assert_eq!(["", "!"].map(fault), [InvalidChannelGlob::Empty; 2]);
        assert_eq!(["a b", "a/*", "größe*", "a\\*", "a\n"].map(fault), [InvalidChannelGlob::Character; 5]);
        let unclosed = ["[", "a[b", "a]b", "{a,b", "a}", "[[a]]", "{a,{b,c}}", "a[]", "[!]b"];
        assert_eq!(unclosed.map(fault), [InvalidChannelGlob::Unclosed; 9]);
    }

    #[test]
    fn debug_keeps_the_name() {
        assert_eq!(format!("{:?}", "secret".parse::<ChannelGlob>().unwrap()), "ChannelGlob(…)");
    }
}
