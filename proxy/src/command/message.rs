//! Events of a channel as objects for programs, and in sentences for people.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use networkwebsockets::{Data, Event, Gap};
use nws_protocol::harmless;
use serde_json::{Value, json};

use super::files::{Control, HELLO, clean};
use super::report::Report;
use super::stop::Stop;

/// A tab: the way to the next stop depends on what is before the text.
const TAB: &str = "    ";

/// Tells it to programs; and to people only what is about the connection.
pub(crate) async fn tell(event: &Event, report: &Report) -> Result<(), Stop> {
    match event {
        Event::Open { id } => report.object("open", json!({ "id": &**id })).await,
        Event::Connect(peer) => report.object("connect", json!({ "peer": peer.id() })).await,
        Event::Disconnect(peer) => report.object("disconnect", json!({ "peer": peer.id() })).await,
        Event::Sync { is_settled } => report.object("sync", json!({ "settled": is_settled })).await,
        Event::Message { from, data, direct } => {
            let (kind, data) = encode(data);
            let members = json!({ "from": from.id(), "direct": direct, "kind": kind, "data": data });
            report.object("message", members).await
        }
        Event::Fault(error) => {
            report.say(&error.to_string());
            report.object("fault", json!({ "reason": error.to_string() })).await
        }
        Event::Reconnecting(gap) => {
            if gap.attempt == 1 {
                report.say(&sentence(gap));
            }
            let members = json!({ "code": gap.code, "reason": gap.reason, "attempt": gap.attempt });
            report.object("gap", members).await
        }
        Event::Closed(closed) => {
            report.object("closed", json!({ "code": closed.code, "reason": closed.reason })).await
        }
        // It is refused.
        _ => Ok(()),
    }
}

fn sentence(gap: &Gap) -> String {
    let reason = if gap.reason.is_empty() { String::new() } else { format!(" {}", gap.reason) };
    format!("the connection was lost ({}{reason}): what is said until it is back is not heard", gap.code)
}

/// Prints a text on a line. On a terminal it cannot command that.
pub(crate) async fn print(text: &str, report: &Report) -> Result<(), Stop> {
    let text =
        if io::stdout().is_terminal() { harmless_lines(text, "\n").into() } else { Cow::Borrowed(text) };
    report.output.write(format!("{text}\n")).await
}

/// What a person is shown of a text: not what programs say to each other about files, but that there is one.
pub(crate) fn for_people(text: &str) -> Option<Cow<'_, str>> {
    match Control::parse(text) {
        Some(Control::Offer(offer)) => {
            let size = indicatif::HumanBytes(offer.size);
            let name = clean(&offer.name);
            Some(format!("(offers {name}, {size}: `nws listen CHANNEL --save DIR` takes it)").into())
        }
        Some(_) => None,
        None if text == HELLO => None,
        None => Some(text.into()),
    }
}

/// The lines of a text as a terminal may show them, with `between` before all but the first one.
pub(crate) fn harmless_lines(text: &str, between: &str) -> String {
    let lines = text.split('\n').map(|line| harmless(&line.trim_end_matches('\r').replace('\t', TAB)));
    lines.collect::<Vec<_>>().join(between)
}

/// The kind of data, and JSON for it: texts as strings, JSON as it is, and bytes in base64.
fn encode(data: &Data) -> (&'static str, Value) {
    match data {
        Data::Text(text) => ("text", text.as_str().into()),
        Data::Json(text) => ("json", serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into())),
        data => ("binary", STANDARD.encode(data.as_bytes()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{for_people, harmless_lines};

    #[test]
    fn people_are_told_of_files_and_not_of_their_parts() {
        let file = "0123456789abcdef".repeat(2);
        let offer = format!(
            r#"{{"type":"file-offer","v":1,"file":"{file}","name":"../a\nb","size":2048,"mime":"","part":1024}}"#
        );
        let shown = "(offers ab, 2.00 KiB: `nws listen CHANNEL --save DIR` takes it)";
        assert_eq!(for_people(&offer).as_deref(), Some(shown));
        assert_eq!(for_people(&format!(r#"{{"type":"file-withdraw","file":"{file}"}}"#)), None);
        assert_eq!(for_people(r#"{"type":"say"}"#).as_deref(), Some(r#"{"type":"say"}"#));
    }

    #[test]
    fn peers_cannot_command_the_terminal() {
        assert_eq!(harmless_lines("a\x1b[2J\r\n\tb\u{202e}c", "\n"), "a\\u{1b}[2J\n    b\\u{202e}c");
    }
}
