//! The limits that can be configured are those that the API tells.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use nws_tests::Setup;
use serde_json::json;

use crate::asking::Asking;

/// Each flag with a value, and where the row of the proxy has that.
const LIMITS: [(&str, &str, &str, u64); 12] = [
    ("--max-message-size", "1000", "/limits/message_bytes", 1000),
    ("--max-queue-size", "20000", "/limits/queue_bytes", 20_000),
    ("--max-header-size", "9000", "/limits/header_bytes", 9000),
    ("--handshake-timeout", "7.5", "/limits/handshake_ms", 7500),
    ("--ping-interval", "8", "/limits/ping_ms", 8000),
    ("--idle-timeout", "9", "/limits/silence_ms", 9000),
    ("--max-peers-per-channel", "11", "/limits/channel_peers", 11),
    ("--max-channels", "12", "/channels/max", 12),
    ("--max-connections", "13", "/connections/max", 13),
    ("--site-name-burst", "14", "/limits/site_name_burst", 14),
    ("--all-sites-name-burst", "15", "/limits/all_sites_name_burst", 15),
    ("--name-interval", "0.25", "/limits/name_interval_ms", 250),
];

#[tokio::test]
async fn every_limit_that_is_set_is_told() -> Result<()> {
    let setup = LIMITS.iter().fold(Setup::new(), |setup, (flag, value, ..)| setup.flag(flag, value));
    let proxy = setup.start().await?;
    let row = Asking::without_token(&proxy).get("proxy").await?;
    for (flag, _, place, expected) in LIMITS {
        assert_eq!(row.pointer(place), Some(&json!(expected)), "{flag}");
    }
    Ok(())
}

#[tokio::test]
async fn no_limit_is_left_out() -> Result<()> {
    let help = Setup::new().instead(&["run", "--help"]).await?.stdout;
    let section = help.split_once("\nLimits:\n").context("no limits in the help")?.1;
    let flags = section.lines().take_while(|line| line.is_empty() || line.starts_with(' '));
    let flags = flags.filter_map(|line| line.split_whitespace().next().filter(|word| word.starts_with("--")));
    let told: BTreeSet<&str> = LIMITS.iter().map(|(flag, ..)| *flag).collect();
    assert_eq!(flags.collect::<BTreeSet<_>>(), told);
    Ok(())
}
