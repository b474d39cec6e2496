//! Compares SECURITY.md with docs/promises.md: every promise has tests, and these exist.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Result, bail, ensure};
use nws_tools::checkout;

use super::shape;

/// The heading of the numbered promises.
const PROMISED: &str = "## What is promised";

/// One line of the table.
struct Row {
    /// The number of the promise; empty for a sentence outside of the numbered list.
    number: String,
    /// The beginning of a sentence in SECURITY.md.
    begin: String,
    tests: Vec<String>,
}

/// Fails when a numbered sentence has no row, when a row has no sentence or no test, or when no
/// test has such a name.
pub(crate) fn check() -> Result<()> {
    let read = |name: &str| fs::read_to_string(checkout::root().join(name));
    let wrong = faults(&read("SECURITY.md")?, &read("docs/promises.md")?, &tests()?)?;
    if !wrong.is_empty() {
        bail!("{}", wrong.join("; "));
    }
    Ok(())
}

fn faults(security: &str, table: &str, tests: &BTreeSet<String>) -> Result<Vec<String>> {
    let (promises, text, rows) = (promises(security), plain(security), rows(table));
    ensure!(!promises.is_empty() && !rows.is_empty(), "there are no promises, or none in the table");
    let untested = promises.iter().filter(|(number, sentence)| {
        !rows.iter().any(|row| row.number == *number && sentence.starts_with(&row.begin))
    });
    let mut wrong: Vec<String> = untested
        .map(|(number, sentence)| format!("promise {number} has no row that begins {sentence:?}"))
        .collect();
    for Row { number, begin, tests: named } in &rows {
        let is_promised = promises.iter().any(|(of, it)| of == number && it.starts_with(begin));
        if begin.is_empty() || !(is_promised || number.is_empty() && text.contains(begin)) {
            wrong.push(format!("SECURITY.md does not say {begin:?} (promise {number:?})"));
        }
        if named.is_empty() {
            wrong.push(format!("no test is named for {begin:?}"));
        }
        let missing = named.iter().filter(|name| !tests.contains(*name));
        wrong.extend(missing.map(|name| format!("no test is called {name:?}, which is to hold {begin:?}")));
    }
    Ok(wrong)
}

/// The sentences of the numbered promises, each with its number.
fn promises(security: &str) -> Vec<(String, String)> {
    let section = security.split(PROMISED).nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let mut items: Vec<(String, String)> = Vec::new();
    let mut is_item = false;
    for line in section.lines() {
        let begins = line.split_once(". ").filter(|(number, _)| number.parse::<u32>().is_ok());
        match begins {
            Some((number, text)) => items.push((number.to_owned(), text.to_owned())),
            None if is_item && line.starts_with("   ") => {
                items.last_mut().into_iter().for_each(|(_, text)| text.push_str(line));
            }
            None => {}
        }
        is_item = begins.is_some() || is_item && line.starts_with("   ");
    }
    let sentences = |(number, text): (String, String)| {
        let text = plain(&text).replace("… ", "…. ");
        text.split(". ").map(|it| (number.clone(), it.to_owned())).collect::<Vec<_>>()
    };
    items.into_iter().flat_map(sentences).collect()
}

fn rows(table: &str) -> Vec<Row> {
    let cells =
        |line: &str| line.strip_prefix('|').map(|line| line.split('|').map(plain).collect::<Vec<_>>());
    let row = |line: &str| {
        let [number, begin, ..] = &cells(line)?[..] else { return None };
        let tests = line.rsplit('|').nth(1)?.split('`').skip(1).step_by(2);
        Some(Row { number: number.clone(), begin: begin.clone(), tests: tests.map(str::to_owned).collect() })
    };
    let body = table.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    body.filter_map(row).collect()
}

/// A text without emphasis and line ends.
fn plain(text: &str) -> String {
    let text = text.replace(['*', '`'], "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The names of all tests in Rust and in JavaScript, except those that are ignored.
fn tests() -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut unread = Ok(());
    shape::visit(&checkout::root(), &mut |file| {
        let find = match file.extension().and_then(|kind| kind.to_str()) {
            Some("rs") => in_rust,
            Some("mjs") => in_javascript,
            _ => return,
        };
        match fs::read_to_string(file) {
            Ok(text) => names.extend(find(&text)),
            Err(error) => unread = Err(error),
        }
    })?;
    unread?;
    Ok(names)
}

fn in_rust(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut attributes = String::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            attributes.push_str(line);
            continue;
        }
        let is_test = ["#[test]", "#[tokio::test"].iter().any(|test| attributes.contains(test));
        let name = line.split_once("fn ").and_then(|(_, rest)| rest.split_once('('));
        if let Some((name, _)) = name.filter(|_| is_test && !attributes.contains("#[ignore")) {
            names.push(name.to_owned());
        }
        attributes.clear();
    }
    names
}

fn in_javascript(text: &str) -> Vec<String> {
    let calls = text.lines().filter_map(|line| line.trim_start().strip_prefix("test("));
    let name = |call: &str| {
        let quote = call.chars().next().filter(|first| "'\"`".contains(*first))?;
        Some(call[1..].split_once(quote)?.0.to_owned())
    };
    calls.filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECURITY: &str = "# Security\n\n## What is promised\n\n1. **Nobody listens,\n   ever.** It is \
                            so.\n2. All is well.\n\nBetween:\n\n3. Third.\n\n## How\n\nOnly `TLS`.\n";

    fn judged(rows: &str) -> Vec<String> {
        let found = in_rust(
            "#[test]\nfn one() {\n#[tokio::test]\n#[ignore = \"why\"]\nasync fn two() {\nfn three() {",
        );
        let mut tests: BTreeSet<String> = found.into_iter().collect();
        tests.extend(in_javascript("  test(`${demo}: a, b`, async () => {\ntest.skip('c', () => {"));
        faults(SECURITY, &format!("# Table\n\n| | a | b |\n|---|---|---|\n{rows}"), &tests).unwrap()
    }

    const WHOLE: &str = "| 1 | Nobody listens, ever | `one` |\n| 1 | It is | `${demo}: a, b`, `one` |\n\
                         | 2 | All | `one` |\n| 3 | Third | `one` |\n| | Only `TLS` | `one` |\n";

    #[test]
    fn a_whole_table_is_right() {
        assert_eq!(judged(WHOLE), [""; 0]);
    }

    #[test]
    fn a_sentence_without_a_row_and_a_row_without_a_sentence_are_told() {
        assert_eq!(judged(&WHOLE.replace("| 1 | It is | `${demo}: a, b`, `one` |\n", "")).len(), 1);
        assert_eq!(judged(&WHOLE.replace("| 3 |", "| 2 |")).len(), 2);
        assert_eq!(judged(&format!("{WHOLE}| | Something else | `one` |\n")).len(), 1);
        assert_eq!(judged(&format!("{WHOLE}| | | `one` |\n")).len(), 1);
    }

    #[test]
    fn a_row_without_a_test_that_is_there_and_runs_is_told() {
        for tests in ["", "`two`", "`three`", "`c`", "`on`", "`one`, `four`"] {
            assert_eq!(
                judged(&WHOLE.replace("`TLS` | `one`", &format!("`TLS` | {tests}"))).len(),
                1,
                "{tests}"
            );
        }
    }
}
