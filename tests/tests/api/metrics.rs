//! What Prometheus scrapes.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use nws_tests::{Peer, Proxy, Request};

/// The samples of one scrape: each by its name with its labels.
async fn scrape(proxy: &Proxy) -> Result<BTreeMap<String, f64>> {
    let response = Request::get("/metrics").send(proxy).await?;
    ensure!(response.status == 200, "{response:?}");
    let kind = response.header("content-type");
    ensure!(kind == Some("text/plain; version=0.0.4; charset=utf-8"), "{kind:?}");
    let samples = response.body.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    samples
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').with_context(|| format!("no value: {line}"))?;
            Ok((name.to_owned(), value.parse()?))
        })
        .collect()
}

#[tokio::test]
async fn metrics_are_what_clients_have_done() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut one, mut other] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let before = scrape(&proxy).await?;
    let text = r#"{"action":"broadcast","data":"hello"}"#;
    one.send(text).await?;
    assert_eq!(other.json().await?["data"], "hello");
    let after = scrape(&proxy).await?;
    let more = |name: &str| after[name] - before[name];
    assert_eq!((more("nws_messages_total"), more("nws_received_bytes_total")), (1.0, text.len() as f64));
    assert!(more("nws_written_bytes_total") > 5.0);
    let left = Peer::arrive(&proxy, "/chan", &mut [&mut one, &mut other]).await?;
    drop(left);
    one.departure().await?;
    other.departure().await?;
    assert_eq!(Request::get("/").host("evil.example").status(&proxy).await?, 403);
    let samples = scrape(&proxy).await?;
    for (name, value) in [
        ("nws_peers{place=\"here\"}", 2),
        ("nws_peers{place=\"elsewhere\"}", 0),
        ("nws_channels{scope=\"network\"}", 1),
        ("nws_channels{scope=\"local\"}", 0),
        ("nws_joins_total", 3),
        ("nws_shards_missing", 0),
        ("nws_leaves_total", 1),
        ("nws_cuts_total", 0),
        ("nws_refusals_total{kind=\"host\"}", 1),
        ("nws_refusals_total{kind=\"origin\"}", 0),
    ] {
        assert_eq!(samples.get(name), Some(&(value as f64)), "{name}");
    }
    assert!(samples["nws_written_bytes_total"] > 0.0 && samples["process_start_time_seconds"] > 1e9);
    Ok(())
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn links_are_counted_by_kind_and_family_and_candidates_by_reason() -> Result<()> {
    let one = crate::links::linkable().start().await?;
    let peer = format!("127.0.0.1:{}", one.link().await?.1);
    let other = crate::links::linkable().flag("--peer", peer).flag("--peer", "nowhere.invalid:9");
    let other = other.start().await?;
    let _peers = Peer::gather([(&one, "/room"), (&other, "/room")]).await?;
    let samples = scrape(&other).await?;
    assert_eq!(samples["nws_links{kind=\"peer\",family=\"ipv4\"}"], 1.0);
    assert_eq!(samples["nws_peers{place=\"elsewhere\"}"], 1.0);
    assert!(samples["nws_link_bytes_total{direction=\"sent\"}"] > 0.0);
    let reached = scrape(&one).await?;
    assert_eq!(reached["nws_links{kind=\"dialled-us\",family=\"ipv4\"}"], 1.0);
    nws_tests::within("the look-up of a name", async {
        while scrape(&other).await?.get("nws_candidates{reason=\"unresolved\"}") != Some(&1.0) {}
        anyhow::Ok(())
    })
    .await??;
    Ok(())
}

/// The conventions of <https://prometheus.io/docs/practices/naming/>.
#[tokio::test]
async fn names_follow_the_conventions_and_all_have_help() -> Result<()> {
    let proxy = Proxy::start().await?;
    let _peer = Peer::alone(&proxy, "/a-secret-name").await?;
    let body = Request::get("/metrics").send(&proxy).await?.body;
    assert!(!body.contains("a-secret-name"));
    let described = |mark: &str| -> BTreeMap<&str, &str> {
        let lines = body.lines().filter_map(|line| line.strip_prefix(mark));
        lines.filter_map(|line| line.split_once(' ')).collect()
    };
    let (helps, types) = (described("# HELP "), described("# TYPE "));
    assert!(helps.keys().eq(types.keys()), "{helps:?} {types:?}");
    for (name, kind) in types {
        assert!(name.starts_with("nws_") || name.starts_with("process_"), "{name}");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        assert_eq!(name.ends_with("_total"), kind == "counter", "{name}");
        let units = ["milliseconds", "kilobytes", "_ms", "_kb", "_mib"];
        assert!(!units.iter().any(|unit| name.contains(unit)), "{name}: base units only");
        assert!(helps[name].ends_with('.'), "{name}");
    }
    for name in scrape(&proxy).await?.keys() {
        let name = name.split('{').next().unwrap_or_default();
        assert!(helps.contains_key(name), "{name} has no help");
    }
    Ok(())
}
