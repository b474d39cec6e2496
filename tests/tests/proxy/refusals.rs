//! What was refused is counted in the log, by kind and without names.

use std::collections::BTreeMap;

use anyhow::Result;
use nws_tests::{Client, Connection, Peer, Proxy, Request, Setup};
use serde_json::Value;

const GOOD: &str = "https://good.example";

/// A text that may not be in the log, for it names who was refused what.
const SECRET: &str = "secret-name";

fn setup() -> Setup {
    let setup = Setup::new().flag("--allow-origin", GOOD).flag("--max-header-size", 8192);
    let setup = setup.limit("site-name-burst", 1).limit("name-interval", 3600);
    setup.limit("max-peers-per-channel", 2).limit("max-channels", 2)
}

fn upgrade(path: &str) -> Request {
    Request::upgrade(&format!("/network/{SECRET}{path}"))
}

/// Is refused for every reason there is, and so many times as is told.
async fn be_refused(proxy: &Proxy) -> Result<BTreeMap<String, u64>> {
    assert_eq!(upgrade("").host("elsewhere.test").status(proxy).await?, 403);
    for _ in 0..2 {
        let from_bad = upgrade("").header("Origin", "https://bad.example");
        assert_eq!(from_bad.status(proxy).await?, 403);
    }
    assert_eq!(upgrade("").header("Origin", GOOD).header("Origin", GOOD).status(proxy).await?, 403);
    assert_eq!(upgrade("").header("Cookie", "x".repeat(9000)).status(proxy).await?, 431);
    assert_eq!(upgrade("/a/b/c").status(proxy).await?, 404);
    assert_eq!(upgrade("").header("Sec-WebSocket-Version", 12).status(proxy).await?, 400);
    let mut garbage = Connection::open(proxy).await?;
    garbage.write(b"secret-name\r\n\r\n").await?;
    garbage.read_to_end().await?;

    let path = format!("/network/{SECRET}");
    let [mut one, two] = Peer::meet(proxy, [path.as_str(); 2]).await?;
    assert_eq!(upgrade(&format!("/{}", one.id)).status(proxy).await?, 409);
    assert_eq!(Client::join(proxy, &path).await?.closed().await?, 4503);
    let other = Peer::alone(proxy, &format!("/local/{SECRET}")).await?;
    assert_eq!(Client::join(proxy, &format!("{path}2")).await?.closed().await?, 4503);
    two.leave().await?;
    one.departure().await?;
    let from_good = |path: &str| upgrade(path).header("Origin", GOOD);
    let mut first = Client::open(proxy, &from_good("")).await?;
    first.arrival().await?;
    let more = Request::upgrade(&format!("/{SECRET}-2")).header("Origin", GOOD);
    assert_eq!(Client::open(proxy, &more).await?.closed().await?, 4429);
    drop(other);
    let counts =
        [("host", 1), ("origin", 3), ("head", 1), ("handshake", 3), ("id", 1), ("full", 2), ("names", 1)];
    Ok(counts.map(|(kind, count)| (kind.to_owned(), count)).into())
}

/// The sums of all such lines, of which the last one comes at the end.
async fn told(proxy: Proxy, counts: impl Fn(&str) -> Vec<(String, u64)>) -> Result<BTreeMap<String, u64>> {
    proxy.log(&["refused since the last such line"]).await?;
    proxy.signal("TERM").await?;
    let exit = proxy.exit().await?;
    let mut sums = BTreeMap::new();
    let lines = exit.stderr.lines().filter(|line| line.contains("refused since the last such line"));
    for line in lines {
        assert!(!line.contains(SECRET) && !line.contains(".example") && !line.contains(".test"), "{line}");
        counts(line).into_iter().for_each(|(kind, count)| *sums.entry(kind).or_default() += count);
    }
    Ok(sums)
}

#[tokio::test]
async fn every_refusal_is_counted_in_the_log_by_its_kind() -> Result<()> {
    let proxy = setup().start().await?;
    let expected = be_refused(&proxy).await?;
    let word = |word: &str| {
        let (kind, count) = word.split_once('=')?;
        Some((kind.to_owned(), count.parse().ok()?))
    };
    assert_eq!(told(proxy, |line| line.split(' ').filter_map(word).collect()).await?, expected);
    Ok(())
}

#[tokio::test]
async fn every_refusal_is_counted_in_a_log_of_json_too() -> Result<()> {
    let proxy = setup().flag("--log-format", "json").start().await?;
    let expected = be_refused(&proxy).await?;
    let fields = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        let fields = line["fields"].as_object().expect("fields").iter();
        fields.filter_map(|(kind, count)| Some((kind.clone(), count.as_u64()?))).collect()
    };
    assert_eq!(told(proxy, fields).await?, expected);
    Ok(())
}

#[tokio::test]
async fn who_is_not_refused_makes_no_line() -> Result<()> {
    let proxy = setup().start().await?;
    Peer::meet(&proxy, ["/chan"; 2]).await?;
    proxy.signal("TERM").await?;
    let exit = proxy.exit().await?;
    assert!(!exit.stderr.contains("refused"), "{exit:?}");
    Ok(())
}
