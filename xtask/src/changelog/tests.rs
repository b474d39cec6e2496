//! Tests of the changelog.

use super::*;

const FIRST: &str = "# Changelog

## [Unreleased]

### Added

- Pages find each other.

[Unreleased]: https://x.example/y/commits/main
";

fn changelog(text: &str) -> Changelog {
    Changelog { text: text.to_owned(), repository: "https://x.example/y".to_owned() }
}

fn fault(text: &str) -> String {
    changelog(text).check(&version("0.2.0")).expect_err("a fault").to_string()
}

fn version(text: &str) -> Version {
    Version::parse(text).expect("a version")
}

fn day(text: &str) -> Date {
    Date::parse(text, &Iso8601::DATE).expect("a date")
}

/// A changelog with two versions.
fn second() -> Changelog {
    let first = changelog(FIRST).release(&version("0.1.0"), day("2026-11-29")).expect("the first release");
    let more = first.text.replacen("Unreleased]\n", "Unreleased]\n\n### Fixed\n\n- A fault.\n", 1);
    changelog(&more).release(&version("0.2.0"), day("2026-12-01")).expect("the second release")
}

#[test]
fn what_is_unreleased_moves_to_its_version_with_links() {
    let second = second();
    second.check(&version("0.2.0")).expect("its form is right");
    let links = "
[Unreleased]: https://x.example/y/compare/v0.2.0...HEAD
[0.2.0]: https://x.example/y/compare/v0.1.0...v0.2.0
[0.1.0]: https://x.example/y/releases/tag/v0.1.0
";
    assert!(second.text.ends_with(links), "{}", second.text);
    assert_eq!(second.notes(&version("0.2.0")).expect("notes"), "### Fixed\n\n- A fault.");
    assert_eq!(second.notes(&version("0.1.0")).expect("notes"), "### Added\n\n- Pages find each other.");
    assert!(second.notes(&version("0.3.0")).is_err());
}

#[test]
fn notes_lead_to_the_files_of_their_version() {
    let text = FIRST.replace("each other.", "each other: [how](docs/a.md#b), [what](https://z.example/).");
    let released = changelog(&text).release(&version("0.1.0"), day("2026-11-29")).expect("the first release");
    let notes = released.notes(&version("0.1.0")).expect("notes");
    let links = "[how](https://x.example/y/blob/v0.1.0/docs/a.md#b), [what](https://z.example/).";
    assert!(notes.ends_with(links), "{notes}");
}

#[test]
fn without_an_entry_nothing_is_released() {
    let empty = second();
    let fault = empty.release(&version("0.3.0"), day("2026-12-02")).err().expect("a fault").to_string();
    assert!(fault.contains("[Unreleased] in CHANGELOG.md has no entry"), "{fault}");
}

#[test]
fn a_version_needs_a_section_or_an_unreleased_entry() {
    changelog(FIRST).check(&version("0.1.0")).expect("an entry that is not released");
    let fault = second().check(&version("0.3.0")).expect_err("a fault").to_string();
    assert!(fault.contains("neither a section for 0.3.0"), "{fault}");
}

#[test]
fn wrong_forms_are_told() {
    let right = second().text;
    for (part, other, told) in [
        ("2026-12-01", "2026-02-30", "has to be \"[0.2.0] - YEAR-MONTH-DAY\""),
        ("2026-12-01", "1. 12. 2026", "has to be \"[0.2.0] - YEAR-MONTH-DAY\""),
        ("2026-12-01", "2026-11-01", "0.2.0 stands above 0.1.0"),
        ("### Fixed", "### Mended", "\"Mended\" is none of Added"),
        ("v0.1.0...v0.2.0", "v0.1.0...v0.3.0", "it has to end with the links"),
        ("## [Unreleased]\n\n", "", "the first section has to be"),
    ] {
        let told_was = fault(&right.replacen(part, other, 1));
        assert!(told_was.contains(told), "{part}: {told_was}");
    }
}
