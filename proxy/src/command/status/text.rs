//! Writes a state for people: health first, then links, then channels. Programs read the JSON.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nws_protocol::harmless;
use serde_json::Value;

use super::{State, Trouble, rows};
use crate::command::colors::Colors;
use crate::command::table::table;

/// Rows of each table. The rest is counted.
const ROWS_MAX: usize = 20;

/// The whole state.
pub(super) fn of(state: &State, colors: Colors) -> String {
    let mut text = health(state, colors);
    table(
        &mut text,
        "Links",
        &["PROXY", "ADDRESS", "KIND", "ROUND TRIP", "SINCE", "CHANNELS", "PEERS"],
        rows(&state.links).map(link).collect(),
        ROWS_MAX,
    );
    table(
        &mut text,
        "Not linked",
        &["PROXY", "ADDRESS", "WHY", "DETAIL"],
        rows(&state.candidates).map(candidate).collect(),
        ROWS_MAX,
    );
    table(
        &mut text,
        "Channels",
        &["CHANNEL", "SCOPE", "HERE", "ELSEWHERE", "MESSAGES", "BYTES"],
        rows(&state.channels).map(channel).collect(),
        ROWS_MAX,
    );
    text
}

fn health(state: &State, colors: Colors) -> String {
    let State { address, proxy, .. } = state;
    let troubles = state.troubles();
    let verdict = match troubles.len() {
        0 => colors.good("healthy"),
        count => colors.bad(&things(count as u64, "trouble")),
    };
    let mut text = format!(
        "nws {} at {address} for {}: {verdict}\n",
        shown(&proxy["version"]),
        since(&proxy["started_at"])
    );
    for Trouble { text: trouble, remedy } in &troubles {
        // A String takes all that is written.
        let _ = writeln!(text, "  {}\n    → {}", colors.bad(&harmless(trouble)), harmless(remedy));
    }
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    let _ = writeln!(
        text,
        "{} in {}, {} elsewhere, {}",
        things(number(&proxy["clients"]), "client"),
        things(number(&proxy["channels"]["now"]), "channel"),
        things(number(&proxy["peers_elsewhere"]), "peer"),
        things(number(&proxy["links"]), "link"),
    );
    if proxy["has_names"] == false {
        text.push_str("Names are not shown: this user does not have the token of the proxy.\n");
    }
    text
}

fn things(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn link(row: &Value) -> Vec<String> {
    let trip =
        row["round_trip_ms"].as_f64().map_or_else(|| "unknown".to_owned(), |trip| format!("{trip:.1} ms"));
    vec![
        name(row, "proxy"),
        row["address"].as_str().map_or_else(|| shown(&row["family"]), harmless),
        format!("{} {}", shown(&row["kind"]), shown(&row["state"])),
        trip,
        since(&row["since"]),
        row["channels"].to_string(),
        row["peers"].to_string(),
    ]
}

fn candidate(row: &Value) -> Vec<String> {
    let addresses = row["addresses"].as_array().into_iter().flatten();
    let address = row["peer"].as_str().map(harmless).or_else(|| addresses.map(shown).next());
    vec![name(row, "proxy"), address.unwrap_or_default(), shown(&row["reason"]), shown(&row["detail"])]
}

fn channel(row: &Value) -> Vec<String> {
    let number = |key: &str| row[key].as_u64().unwrap_or_default();
    vec![
        name(row, "name"),
        shown(&row["scope"]),
        (number("structured") + number("raw")).to_string(),
        row["elsewhere"].to_string(),
        row["messages"].to_string(),
        row["bytes"].to_string(),
    ]
}

/// The name of a row or, where that is not shown, what stands for it.
fn name(row: &Value, key: &str) -> String {
    row[key].as_str().or_else(|| row["id"].as_str()).map(harmless).unwrap_or_default()
}

fn shown(value: &Value) -> String {
    value.as_str().map(harmless).unwrap_or_default()
}

fn since(time: &Value) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let age = now.saturating_sub(Duration::from_millis(time.as_u64().unwrap_or_default())).as_secs();
    match age {
        0..120 => format!("{age} s"),
        120..7_200 => format!("{} min", age / 60),
        7_200..172_800 => format!("{} h", age / 3_600),
        _ => format!("{} days", age / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_others_have_written_commands_no_terminal() {
        let row = json!({"proxy": "a\x1b[2Jb\nc\u{202e}"});
        assert_eq!(name(&row, "proxy"), "a\\u{1b}[2Jb\\nc\\u{202e}");
    }

    #[test]
    fn health_comes_first_and_what_is_unknown_is_called_so() {
        let state = State {
            address: "http://localhost:9009/".to_owned(),
            proxy: json!({
                "version": "1.2.3", "clients": 2, "channels": {"now": 1}, "peers_elsewhere": 0, "links": 1, "has_names": true,
                "verdict": {"healthy": false, "troubles": [{"text": "1 of 2 is wrong.", "remedy": "Try:", "command": "nws x"}]},
            }),
            links: json!({"rows": [{"id": "d", "proxy": "p", "address": "[::1]:9", "kind": "peer", "state": "ready", "round_trip_ms": null, "channels": 1, "peers": 3}]}),
            candidates: json!({"rows": [{"kind": "peer", "peer": "nas:9", "reason": "refused", "addresses": []}]}),
            channels: json!({"rows": []}),
        };
        let text = of(&state, Colors::none());
        let lines: Vec<&str> = text.lines().take(4).collect();
        assert!(lines[0].ends_with(": 1 trouble"), "{text}");
        let rest =
            ["  1 of 2 is wrong.", "    → Try: nws x", "2 clients in 1 channel, 0 peers elsewhere, 1 link"];
        assert_eq!(lines[1..], rest);
        let link = text.lines().find(|line| line.contains("[::1]:9")).unwrap();
        assert!(link.contains("unknown"), "{text}");
        assert!(text.contains("nas:9") && text.contains("refused") && !text.contains("Channels"), "{text}");
    }
}
