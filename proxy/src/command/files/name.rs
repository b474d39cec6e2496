//! The name of a file from a stranger: under which it may be saved.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

/// Most file systems take 255, and a number or an ending is added.
const BYTES_MAX: usize = 200;

/// Characters of an extension with its dot. Longer ones are none.
const EXTENSION_MAX: usize = 20;

/// Letters that look like a space, or like nothing.
const BLANK: [char; 5] = ['\u{115f}', '\u{1160}', '\u{2800}', '\u{3164}', '\u{ffa0}'];

/// A bare name, never empty.
pub(crate) fn clean(name: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(name);
    let bare = composed.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = bare.chars().filter(|&char| !is_invisible(char)).map(allowed).collect();
    let words = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let trimmed = trim(&words);
    let safe = if is_reserved(trimmed) { format!("_{trimmed}") } else { trimmed.to_owned() };
    let short = trim(&shorten(&safe)).to_owned();
    if short.is_empty() { "file".to_owned() } else { short }
}

fn trim(name: &str) -> &str {
    name.trim_matches(|char: char| char == '.' || char.is_whitespace())
}

const fn allowed(char: char) -> char {
    match char {
        '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
        char => char,
    }
}

/// Gives whether it is a control character, or is not seen, or turns the direction of text.
fn is_invisible(char: char) -> bool {
    let hidden = GeneralCategoryGroup::Control
        .union(GeneralCategoryGroup::Format)
        .union(GeneralCategoryGroup::LineSeparator)
        .union(GeneralCategoryGroup::ParagraphSeparator);
    let category = CodePointMapData::<GeneralCategory>::new().get(char);
    hidden.contains(category) || BLANK.contains(&char)
}

/// Gives whether Windows takes the name for a device.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = |port: &str| {
        stem.strip_prefix(port).is_some_and(|number| {
            number.chars().count() == 1 && number.chars().all(|char| "0123456789¹²³".contains(char))
        })
    };
    ["con", "prn", "aux", "nul", "conin$", "conout$"].contains(&stem.as_str())
        || numbered("com")
        || numbered("lpt")
}

fn shorten(name: &str) -> String {
    let dot = name.rfind('.').filter(|&dot| dot > 0 && name[dot..].chars().count() <= EXTENSION_MAX);
    let (stem, extension) = name.split_at(dot.unwrap_or(name.len()));
    let mut end = stem.len().min(BYTES_MAX - extension.len());
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{extension}", &stem[..end])
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn names_never_leave_the_folder() {
        for (name, expected) in [
            ("../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("..", "file"),
            ("/", "file"),
            ("", "file"),
            (".bashrc", "bashrc"),
            ("-rf", "-rf"),
            ("a\nb.txt", "ab.txt"),
            ("a\0b", "ab"),
            ("C:evil", "C_evil"),
            ("con.txt", "_con.txt"),
            ("COM1", "_COM1"),
            ("company", "company"),
            ("pho\u{202e}gpj.exe", "phogpj.exe"),
            ("  two  words .txt. ", "two words .txt"),
            ("Žluťoučký kůň.pdf", "Žluťoučký kůň.pdf"),
        ] {
            assert_eq!(clean(name), expected, "{name:?}");
        }
        let long = clean(&format!("{}.jpeg", "é".repeat(300)));
        assert!(long.len() <= 200 && long.ends_with("é.jpeg"), "{long}");
    }
}
