//! What a line asks for.

/// What was typed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed<'a> {
    Nothing,
    Say(&'a str),
    Tell(&'a str, &'a str),
    Peers,
    Quit,
    Wrong(&'static str),
}

pub(super) fn parse(line: &str) -> Typed<'_> {
    let Some(command) = line.strip_prefix('/') else {
        return if line.is_empty() { Typed::Nothing } else { Typed::Say(line) };
    };
    if command.starts_with('/') {
        return Typed::Say(command);
    }
    let (word, rest) = command.split_once(' ').unwrap_or((command, ""));
    match (word, rest.trim_start().split_once(' ')) {
        ("to", Some((peer, text))) if !text.is_empty() => Typed::Tell(peer, text),
        ("to", _) => Typed::Wrong("/to PEER text"),
        ("peers", _) => Typed::Peers,
        ("quit", _) => Typed::Quit,
        _ => Typed::Wrong("there are /to PEER text, /peers and /quit; //text sends /text"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_words_to_all_unless_a_slash_begins_them() {
        assert_eq!(parse("hello  you"), Typed::Say("hello  you"));
        assert_eq!(parse(""), Typed::Nothing);
        assert_eq!(parse("//usr"), Typed::Say("/usr"));
        assert_eq!(parse("/to abc two  words"), Typed::Tell("abc", "two  words"));
        assert_eq!(parse("/to abc"), Typed::Wrong("/to PEER text"));
        assert_eq!(parse("/quit"), Typed::Quit);
        assert!(matches!(parse("/fly"), Typed::Wrong(_)));
    }
}
