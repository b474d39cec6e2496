//! One check: what was asked, what the answer is, why, and what to do.

use std::fmt;

use nws_protocol::harmless;
use serde::Serialize;

/// An answer. `Yes` means that this is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// It is as it should be.
    Yes,
    /// It is not.
    No,
    /// It could not be found out.
    Unknown,
}

/// A check that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name, which does not change.
    pub check: &'static str,
    /// What it is about, where there are several: an interface, a proxy, an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The answer.
    pub answer: Answer,
    /// Something is wrong that keeps peers apart. A `no` without a fault is a note.
    pub fault: bool,
    /// What was seen.
    pub evidence: String,
    /// What to do: where it can be pasted, a command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Check {
    /// All is well.
    pub(super) fn yes(check: &'static str, evidence: impl fmt::Display) -> Self {
        Self::new(check, Answer::Yes, evidence)
    }

    /// It could not be found out.
    pub(super) fn unknown(check: &'static str, evidence: impl fmt::Display) -> Self {
        Self::new(check, Answer::Unknown, evidence)
    }

    /// It is not as it might be, and that is no fault.
    pub(super) fn note(check: &'static str, evidence: impl fmt::Display) -> Self {
        Self::new(check, Answer::No, evidence)
    }

    /// It is not as it should be.
    pub(super) fn fault(check: &'static str, evidence: impl fmt::Display) -> Self {
        Self { fault: true, ..Self::new(check, Answer::No, evidence) }
    }

    /// Says what it is about.
    pub(super) fn about(self, subject: impl fmt::Display) -> Self {
        Self { subject: Some(shown(&subject.to_string())), ..self }
    }

    /// Says what to do.
    pub(super) fn remedy(self, remedy: impl Into<Option<String>>) -> Self {
        Self { remedy: remedy.into().map(|remedy| shown(&remedy)), ..self }
    }

    fn new(check: &'static str, answer: Answer, evidence: impl fmt::Display) -> Self {
        let evidence = shown(&evidence.to_string());
        Self { check, subject: None, answer, fault: false, evidence, remedy: None }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answer = match (self.answer, self.fault) {
            (Answer::Yes, _) => "yes",
            (Answer::No, true) => "NO",
            (Answer::No, false) => "no",
            (Answer::Unknown, _) => "unknown",
        };
        write!(f, "{answer:<8} {}", self.check)?;
        if let Some(subject) = &self.subject {
            write!(f, " {subject}")?;
        }
        write!(f, ": {}", self.evidence)?;
        match &self.remedy {
            Some(remedy) => write!(f, "\n         → {remedy}"),
            None => Ok(()),
        }
    }
}

/// `text` without what a terminal obeys, and without `<` and `>`, which a page obeys. Names of
/// interfaces and errors come from elsewhere.
fn shown(text: &str) -> String {
    harmless(text).replace('<', "\\u{3c}").replace('>', "\\u{3e}")
}

/// `word` as a shell takes it for one word. There is none if it has characters that [`shown`]
/// changes.
pub(super) fn quoted(word: &str) -> Option<String> {
    let quoted = shlex::try_quote(word).ok()?;
    (shown(word) == word).then(|| quoted.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_or_a_page_obeys_is_escaped() {
        let check =
            Check::fault("interfaces", "a\x1b[31m\n<b>\u{202e}é").about("x\r").remedy("y\u{7}".to_owned());
        let shown = "NO       interfaces x\\r: a\\u{1b}[31m\\n\\u{3c}b\\u{3e}\\u{202e}é\n         → y\\u{7}";
        assert_eq!(check.to_string(), shown);
        let json = serde_json::to_string(&check).unwrap();
        assert!(!json.contains(['<', '>', '\x1b']) && json.contains(r#""fault":true"#), "{json}");
    }

    #[test]
    fn a_name_in_a_command_is_one_word() {
        assert_eq!(quoted("eth0").as_deref(), Some("eth0"));
        assert_eq!(quoted("a;$(reboot)").as_deref(), Some("'a;$(reboot)'"));
        assert_eq!(quoted("a\x1bb"), None);
        assert_eq!(quoted("<b>"), None);
    }
}
