//! What a message of 64 bytes costs: CPU time of this client against one written by hand with
//! tokio-tungstenite, in turns.
//!
//! `cargo run --release -p networkwebsockets --example cost -- PORT [ROUNDS] [COUNT] [ROW]`, where a proxy
//! listens.

#![expect(clippy::print_stdout, reason = "it prints one line of JSON")]

mod cost {
    pub(crate) mod by_hand;
    pub(crate) mod crowd;
    pub(crate) mod library;
}

use anyhow::{Context, Result};
use cost::{by_hand, crowd, library};

/// What is measured: the name, the client by hand, and this client.
type Row = (&'static str, fn(&crowd::Course) -> Result<f64>, fn(&crowd::Course) -> Result<f64>);

const ROWS: [Row; 4] = [
    ("receive", by_hand::receive, library::receive),
    ("receive_one_by_one", by_hand::answer, library::answer),
    ("send", by_hand::send, library::send),
    ("send_and_flush_seldom", by_hand::feed, library::send),
];

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().context("PORT is missing")?.parse()?;
    let rounds: usize = arguments.next().map_or(Ok(11), |text| text.parse())?;
    let count = arguments.next().map_or(Ok(200_000), |text| text.parse())?;
    let row = arguments.next();
    let course = crowd::Course { port, count };
    let mut report = serde_json::Map::new();
    for (name, by_hand, library) in
        ROWS.into_iter().filter(|(name, ..)| row.as_ref().is_none_or(|row| row == name))
    {
        let mut rows = Vec::new();
        for _ in 0..rounds {
            rows.push((by_hand(&course)?, library(&course)?));
        }
        let ratio = median(rows.iter().map(|(by_hand, library)| library / by_hand));
        let by_hand = median(rows.iter().map(|row| row.0));
        let library = median(rows.iter().map(|row| row.1));
        report.insert(
            name.to_owned(),
            serde_json::json!({ "by_hand_ns": by_hand.round(), "library_ns": library.round(), "ratio": ratio }),
        );
    }
    println!("{}", serde_json::Value::from(report));
    Ok(())
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
