//! Tells people of addresses.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nws_protocol::harmless;
use serde_json::Value;

use crate::command::colors::Colors;
use crate::command::table::table;

/// What became of an address that was added or removed.
pub(super) fn of(done: &Value, row: Option<&Value>, colors: Colors) -> String {
    let is_configured = done["is_configured"] == true;
    match done["outcome"].as_str().unwrap_or_default() {
        "removed" if is_configured => {
            "forgotten; the proxy still dials it, as --peer, NWS_PEER or the configuration file names it"
                .to_owned()
        }
        "removed" => "forgotten".to_owned(),
        "unknown" => colors.doubtful("it was not among the addresses"),
        outcome => {
            let kept = match (outcome, done["shortcoming"].as_str()) {
                ("known", _) if is_configured => {
                    "known: --peer, NWS_PEER or the configuration file names it".to_owned()
                }
                ("known", None) => "known".to_owned(),
                ("known", Some(shortcoming)) => format!("known; {}", harmless(shortcoming)),
                (_, None) => "remembered".to_owned(),
                (_, Some(shortcoming)) => format!("added; {}", harmless(shortcoming)),
            };
            let state = row.map(|row| state(row, colors)).unwrap_or_default();
            format!("{kept}; {state}").trim_end_matches("; ").to_owned()
        }
    }
}

/// All addresses.
pub(super) fn list(list: &Value, colors: Colors) -> String {
    let rows: Vec<&Value> = list["rows"].as_array().into_iter().flatten().collect();
    let mut text = String::new();
    let cells = rows.iter().map(|row| vec![word(&row["address"]), origin(row).to_owned(), plain_state(row)]);
    table(&mut text, "Addresses", &["ADDRESS", "FROM", "STATE"], cells.collect(), rows.len());
    if rows.is_empty() {
        text.push_str("No addresses: `nws peers add HOST:PORT` adds one.\n");
    }
    if let Some(shortcoming) = list["shortcoming"].as_str() {
        text.push_str(&format!("{}\n", colors.doubtful(&harmless(shortcoming))));
    }
    text.trim_start().to_owned()
}

fn origin(row: &Value) -> &'static str {
    match (row["is_configured"] == true, row["is_remembered"] == true) {
        (true, true) => "configuration, and remembered",
        (true, false) => "configuration",
        (false, _) => "remembered",
    }
}

fn state(row: &Value, colors: Colors) -> String {
    let text = plain_state(row);
    if row["state"] == "linked" { colors.good(&text) } else { colors.doubtful(&text) }
}

fn plain_state(row: &Value) -> String {
    let (link, candidate) = (&row["link"], &row["candidate"]);
    let state = word(&row["state"]);
    match state.as_str() {
        "linked" => {
            let trip = link["round_trip_ms"].as_f64().map(|trip| format!(", round trip {trip:.1} ms"));
            let (proxy, address) = (word(&link["proxy"]), word(&link["address"]));
            format!("linked to {proxy} at {address}{}", trip.unwrap_or_default())
        }
        "off" => "not linked: this proxy makes no links (--no-discovery), and dials it after its next start"
            .to_owned(),
        "new" => "not linked yet: it is looked up".to_owned(),
        _ => {
            let why = candidate["detail"].as_str().map_or(state, harmless);
            format!("not linked: {why}{}", next(candidate))
        }
    }
}

fn next(candidate: &Value) -> String {
    if candidate["is_dialling"] == true {
        return "; it is dialled now".to_owned();
    }
    let Some(next) = candidate["next_dial_at"].as_u64() else {
        return "; it is looked up again and again".to_owned();
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let wait = Duration::from_millis(next).saturating_sub(now).as_secs_f64();
    format!("; it is dialled again in {} s", wait.ceil().max(1.0))
}

fn word(value: &Value) -> String {
    value.as_str().map(harmless).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(done: Value, row: Value) -> String {
        of(&done, Some(&row), Colors::none())
    }

    #[test]
    fn it_is_said_what_became_of_an_address_and_whether_it_is_kept() {
        let linked = json!({ "state": "linked", "link": { "proxy": "p", "address": "[::1]:9", "round_trip_ms": 0.44 } });
        let said = told(json!({ "outcome": "added" }), linked);
        assert_eq!(said, "remembered; linked to p at [::1]:9, round trip 0.4 ms");
        let failing = json!({ "state": "refused", "candidate": { "detail": "no\x1b", "is_dialling": true } });
        let said = told(json!({ "outcome": "known" }), failing);
        assert_eq!(said, "known; not linked: no\\u{1b}; it is dialled now");
        let said = told(json!({ "outcome": "added", "shortcoming": "why" }), json!({ "state": "new" }));
        assert_eq!(said, "added; why; not linked yet: it is looked up");
        let said = told(json!({ "outcome": "known", "is_configured": true }), json!({ "state": "off" }));
        assert!(said.starts_with("known: --peer") && said.contains("--no-discovery"), "{said}");
        assert_eq!(of(&json!({ "outcome": "removed" }), None, Colors::none()), "forgotten");
        let said = of(&json!({ "outcome": "removed", "is_configured": true }), None, Colors::none());
        assert!(said.contains("still dials it"), "{said}");
    }

    #[test]
    fn a_list_says_where_each_comes_from() {
        let rows = json!([
            { "address": "a:1", "is_configured": true, "is_remembered": false, "state": "new" },
            { "address": "b:1", "is_configured": false, "is_remembered": true, "state": "off" },
        ]);
        let text = list(&json!({ "rows": rows, "shortcoming": "a fault" }), Colors::none());
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[2].contains("a:1      configuration  not linked yet"), "{text}");
        assert!(lines[3].contains("b:1      remembered     not linked") && lines[4] == "a fault", "{text}");
        assert!(list(&json!({ "rows": [] }), Colors::none()).contains("nws peers add"));
    }
}
