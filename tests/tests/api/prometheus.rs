//! Prometheus itself judges the metrics, and answers the queries of the dashboard in docs/ from what
//! it has scraped.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use anyhow::{Context, Result, bail, ensure};
use nws_tests::{Peer, Proxy, Request, within};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use crate::asking::Asking;

/// The time over which Grafana takes rates.
const RATE_INTERVAL: &str = "1m";

/// A server that scrapes one proxy.
struct Prometheus {
    _child: Child,
    _log: Lines<BufReader<ChildStderr>>,
    url: String,
    folder: PathBuf,
}

impl Prometheus {
    async fn scraping(proxy: &Proxy) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("nws-test-prometheus-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let config = folder.join("prometheus.yml");
        let target = format!("localhost:{}", proxy.port());
        let job = format!("[{{job_name: nws, static_configs: [{{targets: ['{target}']}}]}}]");
        std::fs::write(
            &config,
            format!("global: {{scrape_interval: 500ms, scrape_timeout: 500ms}}\nscrape_configs: {job}\n"),
        )?;
        let mut command = Command::new("prometheus");
        command
            .arg(option("--config.file", &config))
            .arg(option("--storage.tsdb.path", &folder.join("data")));
        command.arg("--web.listen-address=127.0.0.1:0").stdin(Stdio::null()).stdout(Stdio::null());
        let mut child = command.stderr(Stdio::piped()).kill_on_drop(true).spawn().with_context(missing)?;
        let mut log = BufReader::new(child.stderr.take().context("no standard error")?).lines();
        let url = within("the address of Prometheus", address(&mut log)).await??;
        Ok(Self { _child: child, _log: log, url, folder })
    }

    /// What it answers to a query: one line for each series.
    async fn query(&self, expression: &str) -> Result<String> {
        let output = promtool(&["query", "instant", &self.url, expression], "").await?;
        ensure!(output.status.success(), "{expression}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // A folder that is left harms nobody.
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

fn option(name: &str, path: &Path) -> String {
    format!("{name}={}", path.display())
}

fn missing() -> String {
    "prometheus and promtool are missing: on Debian, `apt-get install prometheus`, or as root `cargo xtask test rust`".to_owned()
}

async fn address(log: &mut Lines<BufReader<ChildStderr>>) -> Result<String> {
    while let Some(line) = log.next_line().await? {
        if let Some((_, address)) = line.split_once("msg=\"Listening on\" address=") {
            return Ok(format!("http://{address}"));
        }
    }
    bail!("Prometheus has ended")
}

async fn promtool(arguments: &[&str], input: &str) -> Result<Output> {
    let mut command = Command::new("promtool");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.kill_on_drop(true).spawn().with_context(missing)?;
    child.stdin.take().context("no standard input")?.write_all(input.as_bytes()).await?;
    Ok(within("promtool", child.wait_with_output()).await??)
}

/// The queries of the dashboard, for all proxies.
fn queries() -> Result<Vec<String>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/grafana.json");
    let dashboard: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let panels = dashboard["panels"].as_array().context("no panels")?;
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
    let query = |target: &Value| {
        let text = target["expr"].as_str().context("no query")?;
        Ok(text.replace("$instance", ".*").replace("$__rate_interval", RATE_INTERVAL))
    };
    targets.map(query).collect()
}

#[tokio::test]
async fn promtool_finds_nothing_in_the_metrics() -> Result<()> {
    let one = crate::links::linkable().start().await?;
    let peer = format!("127.0.0.1:{}", one.link().await?.1);
    let other = crate::links::linkable().flag("--peer", peer).flag("--peer", "nowhere.invalid:9");
    let other = other.start().await?;
    let _peers = Peer::gather([(&one, "/room"), (&other, "/room")]).await?;
    let asking = Asking::with_token(&other)?;
    asking.until("candidates", |list| list["total"] == 1).await?;
    let metrics = Request::get("/metrics").send(&other).await?.body;
    let judged = promtool(&["check", "metrics"], &metrics).await?;
    assert!(judged.status.success() && judged.stdout.is_empty() && judged.stderr.is_empty(), "{judged:?}");
    let bad = promtool(&["check", "metrics"], "# TYPE nws_things_total gauge\nnws_things_total 1\n").await?;
    assert!(!bad.status.success(), "it judges: {bad:?}");
    Ok(())
}

#[tokio::test]
async fn every_query_of_the_dashboard_has_an_answer() -> Result<()> {
    let one = crate::links::linkable().start().await?;
    let peer = format!("127.0.0.1:{}", one.link().await?.1);
    let other = crate::links::linkable().flag("--peer", peer).flag("--peer", "nowhere.invalid:9");
    let other = other.start().await?;
    let prometheus = Prometheus::scraping(&other).await?;
    let mut peers = Peer::gather([(&one, "/room"), (&other, "/room")]).await?;
    within("a message and a refusal that are in a rate", async {
        let rates =
            ["sum(rate(nws_messages_total[1m])) > 0", "rate(nws_refusals_total{kind=\"host\"}[1m]) > 0"];
        for rate in rates {
            while prometheus.query(rate).await?.is_empty() {
                peers[1].send(r#"{"action":"broadcast","data":1}"#).await?;
                assert_eq!(Request::get("/").host("evil.example").status(&other).await?, 403);
            }
        }
        anyhow::Ok(())
    })
    .await??;
    for query in queries()? {
        let answer = within(&query, async {
            loop {
                let answer = prometheus.query(&query).await?;
                if !answer.is_empty() {
                    return anyhow::Ok(answer);
                }
            }
        })
        .await??;
        assert!(
            answer.lines().all(|line| line.contains(" => ") && !line.contains("NaN")),
            "{query}: {answer}"
        );
    }
    let links = prometheus.query("sum by (kind, family) (nws_links)").await?;
    assert!(links.starts_with(r#"{family="ipv4", kind="peer"} => 1 @"#), "{links}");
    assert!(prometheus.query("nws_unicorns_total").await?.is_empty());
    Ok(())
}
