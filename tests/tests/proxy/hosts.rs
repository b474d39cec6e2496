//! Which `Host` is answered: the defence against DNS rebinding.

use anyhow::Result;
use nws_tests::{Connection, Proxy, Request, Setup};

async fn both_statuses(proxy: &Proxy, host: &str) -> Result<(u16, u16)> {
    let page = Request::get("/status").host(host).status(proxy).await?;
    Ok((page, Request::upgrade("/chan").host(host).status(proxy).await?))
}

#[tokio::test]
async fn our_names_with_our_port_are_answered() -> Result<()> {
    let proxy = Proxy::start().await?;
    for host in ["localhost", "LocalHost", "127.0.0.1", "[::1]"] {
        let host = format!("{host}:{}", proxy.port());
        assert_eq!(both_statuses(&proxy, &host).await?, (200, 101), "{host}");
    }
    Ok(())
}

#[tokio::test]
async fn every_other_host_is_refused() -> Result<()> {
    let proxy = Proxy::start().await?;
    let port = proxy.port();
    let with_port = |host: &str| format!("{host}:{port}");
    let hosts = [
        with_port("evil.example"),
        with_port("localhost.evil.example"),
        with_port("evil.localhost"),
        with_port("localhost."),
        with_port("127.0.0.2"),
        with_port("127.1"),
        with_port("0.0.0.0"),
        with_port("[::]"),
        with_port("[::ffff:127.0.0.1]"),
        with_port("user@localhost"),
        format!("localhost:0{port}"),
        format!("localhost:{port}0"),
        format!("localhost:{}", port ^ 1),
        "localhost:".to_owned(),
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        String::new(),
    ];
    for host in hosts {
        assert_eq!(both_statuses(&proxy, &host).await?, (403, 403), "{host:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_host_is_judged_before_the_path() -> Result<()> {
    let proxy = Proxy::start().await?;
    for path in ["/nothing", "/a%20b", "/networkwebsockets.js", "/", "/demo/", "/network/a/b/c", "/api/x"] {
        assert_eq!(Request::get(path).host("evil.example").status(&proxy).await?, 403, "{path}");
        assert_eq!(Request::upgrade(path).host("evil.example").status(&proxy).await?, 403, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_second_host_does_not_help() -> Result<()> {
    let proxy = Proxy::start().await?;
    let good = format!("localhost:{}", proxy.port());
    let behind = Request::get("/status").header("Host", "evil.example").status(&proxy).await?;
    let before = Request::get("/status").host("evil.example").header("Host", good).status(&proxy).await?;
    assert!((400..=403).contains(&behind) && (400..=403).contains(&before), "{behind} {before}");
    Ok(())
}

#[tokio::test]
async fn a_missing_host_and_one_in_the_target_do_not_help() -> Result<()> {
    let proxy = Proxy::start().await?;
    let port = proxy.port();
    let requests = [
        "GET /status HTTP/1.1\r\n\r\n".to_owned(),
        "GET /status HTTP/1.0\r\n\r\n".to_owned(),
        format!("GET http://localhost:{port}/status HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
        format!("GET http://evil.example/status HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
    ];
    for request in requests {
        let mut connection = Connection::open(&proxy).await?;
        connection.write(request.as_bytes()).await?;
        let head = connection.read_head().await?;
        assert_eq!(head.split(' ').nth(1), Some("403"), "{request}: {head}");
    }
    Ok(())
}

#[tokio::test]
async fn more_hosts_can_be_allowed() -> Result<()> {
    let proxy =
        Setup::new().flag("--allow-host", "nws.test:80").flag("--allow-host", "other.test:1").start().await?;
    let own = format!("localhost:{}", proxy.port());
    for host in ["nws.test:80", "NWS.test:80", "other.test:1", &own] {
        assert_eq!(both_statuses(&proxy, host).await?, (200, 101), "{host}");
    }
    for host in ["nws.test:81", "third.test:80"] {
        assert_eq!(both_statuses(&proxy, host).await?, (403, 403), "{host}");
    }
    Ok(())
}
