//! What others have written, as a terminal or a log may show it.

/// The text on one line, without anything that a terminal obeys, that turns the direction of what is
/// around it, or that is not seen: that is escaped, as in a literal of Rust.
#[must_use]
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        if is_harmful(char) {
            shown.extend(char.escape_default());
        } else {
            shown.push(char);
        }
    }
    shown
}

/// Gives whether a terminal obeys it, or it turns the direction of what is around it, or is not seen.
/// Words of some languages and some emoji need the joiners U+200C and U+200D.
#[must_use]
pub fn is_harmful(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn nothing_commands_a_terminal_or_begins_a_line() {
        for (text, shown) in [
            ("a\x1b[2Jb\nc\td", "a\\u{1b}[2Jb\\nc\\td"),
            ("\u{9b}2J\r\u{7f}", "\\u{9b}2J\\r\\u{7f}"),
            ("pho\u{202e}gpj.exe\u{2066}\u{61c}", "pho\\u{202e}gpj.exe\\u{2066}\\u{61c}"),
            ("a\u{2028}b\u{feff}", "a\\u{2028}b\\u{feff}"),
        ] {
            assert_eq!(harmless(text), shown);
        }
    }

    #[test]
    fn whatever_people_write_stays() {
        for text in ["Žluťoučký kůň <b> \\n", "👩\u{200d}👩\u{200d}👧", "می\u{200c}خواهم"]
        {
            assert_eq!(harmless(text), text);
        }
    }
}
