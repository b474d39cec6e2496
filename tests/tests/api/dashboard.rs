//! The dashboard in docs/ asks for nothing that is not scraped.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use nws_tests::{Peer, Request};
use serde_json::Value;

/// Functions and words of PromQL in the dashboard.
const WORDS: [&str; 7] = ["sum", "max", "rate", "increase", "time", "by", "__rate_interval"];

/// Labels that Prometheus itself adds to each sample.
const ADDED: [&str; 1] = ["instance"];

/// The labels of each metric of a scrape.
fn labels(body: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut metrics: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in body.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let end = line.find(['{', ' ']).unwrap_or(line.len());
        let found = metrics.entry(line[..end].to_owned()).or_default();
        let inside = line[end..].trim_start_matches('{').split('}').next().unwrap_or_default();
        let names =
            inside.split(',').filter_map(|pair| pair.split_once('=')).map(|(name, _)| name.to_owned());
        found.extend(names);
    }
    metrics
}

/// Everything in a query that is a name: of a metric, a label or a function.
fn names(expression: &str) -> BTreeSet<&str> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = expression.split(|c: char| !is_of_name(c));
    words.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')).collect()
}

fn check(expression: &str, metrics: &BTreeMap<String, BTreeSet<String>>) -> Result<()> {
    for (open, close) in [('(', ')'), ('{', '}'), ('[', ']')] {
        ensure!(expression.matches(open).count() == expression.matches(close).count(), "{open} {close}");
    }
    let names = names(expression);
    let metric = names.iter().find_map(|name| metrics.get(*name));
    let metric = metric.context("no metric of the scrape")?;
    for name in names {
        let is_known = metrics.contains_key(name)
            || metric.contains(name)
            || WORDS.contains(&name)
            || ADDED.contains(&name);
        ensure!(is_known, "{name} is not in the scrape");
    }
    Ok(())
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn every_query_finds_its_metric_and_its_labels() -> Result<()> {
    let one = crate::links::linkable().start().await?;
    let peer = format!("127.0.0.1:{}", one.link().await?.1);
    let other = crate::links::linkable().flag("--peer", peer).flag("--peer", "nowhere.invalid:9");
    let other = other.start().await?;
    let _peers = Peer::gather([(&one, "/room"), (&other, "/room")]).await?;
    let asking = crate::asking::Asking::with_token(&other)?;
    asking.until("links", |list| list["rows"][0]["round_trip_ms"].is_f64()).await?;
    asking.until("candidates", |list| list["total"] == 1).await?;
    let metrics = labels(&Request::get("/metrics").send(&other).await?.body);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/grafana.json");
    let dashboard: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let panels = dashboard["panels"].as_array().context("no panels")?;
    let mut used = BTreeSet::new();
    for panel in panels {
        for target in panel["targets"].as_array().context("no queries")? {
            let expression = target["expr"].as_str().context("no query")?.replace("\"$instance\"", "\"\"");
            check(&expression, &metrics).with_context(|| format!("{}: {expression}", panel["title"]))?;
            used.extend(names(&expression).into_iter().map(str::to_owned));
        }
    }
    let unused: Vec<_> = metrics.keys().filter(|name| !used.contains(*name)).collect();
    assert!(unused.is_empty(), "no panel shows {unused:?}");
    assert!(check("sum(rate(nws_unicorns_total[1m]))", &metrics).is_err());
    assert!(check("sum by (colour) (nws_links)", &metrics).is_err());
    Ok(())
}
