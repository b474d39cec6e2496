//! Whose pages may connect.

use anyhow::Result;
use nws_tests::{Client, Proxy, Request, Setup};

async fn status(proxy: &Proxy, origin: &str) -> Result<u16> {
    Request::upgrade("/chan").header("Origin", origin).status(proxy).await
}

#[tokio::test]
async fn every_origin_by_default() -> Result<()> {
    let proxy = Proxy::start().await?;
    for origin in
        ["https://site.example", "http://localhost:3000", "null", "file://", "chrome-extension://abcdef"]
    {
        assert_eq!(status(&proxy, origin).await?, 101, "{origin}");
    }
    Client::join(&proxy, "/chan").await?;
    Ok(())
}

#[tokio::test]
async fn only_listed_ones_when_there_is_a_list() -> Result<()> {
    let setup = Setup::new().flag("--allow-origin", "https://good.example");
    let proxy = setup.flag("--allow-origin", "http://localhost:3000").start().await?;
    for origin in ["https://good.example", "http://localhost:3000"] {
        assert_eq!(status(&proxy, origin).await?, 101, "{origin}");
    }
    let others = [
        "https://bad.example",
        "http://good.example",
        "https://good.example:8443",
        "https://good.example.bad.example",
        "https://sub.good.example",
        "http://localhost:3001",
        "null",
        "",
    ];
    for origin in others {
        assert_eq!(status(&proxy, origin).await?, 403, "{origin:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_request_with_two_origins_is_refused_whichever_comes_first() -> Result<()> {
    let listed = Setup::new().flag("--allow-origin", "https://good.example").start().await?;
    for proxy in [Proxy::start().await?, listed] {
        for origins in
            [["https://good.example", "https://bad.example"], ["https://bad.example", "https://good.example"]]
        {
            for request in [Request::upgrade("/chan"), Request::get("/status")] {
                let request =
                    origins.iter().fold(request, |request, origin| request.header("Origin", origin));
                assert_eq!(request.status(&proxy).await?, 403, "{origins:?}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn programs_send_no_origin_and_may_connect_all_the_same() -> Result<()> {
    let proxy = Setup::new().flag("--allow-origin", "https://good.example").start().await?;
    Client::join(&proxy, "/chan").await?;
    Client::join(&proxy, "/network/chan/7").await?;
    Ok(())
}

#[tokio::test]
async fn null_can_be_listed() -> Result<()> {
    let proxy = Setup::new().flag("--allow-origin", "null").start().await?;
    assert_eq!(status(&proxy, "null").await?, 101);
    assert_eq!(status(&proxy, "https://site.example").await?, 403);
    Ok(())
}

#[tokio::test]
async fn pages_of_no_host_and_of_any_port_can_be_listed() -> Result<()> {
    let setup = Setup::new().flag("--allow-origin", "file://").flag("--allow-origin", "http://localhost:*");
    let proxy = setup.flag("--allow-origin", "app://-").start().await?;
    for origin in ["file://", "http://localhost", "http://localhost:3000", "app://-"] {
        assert_eq!(status(&proxy, origin).await?, 101, "{origin}");
    }
    for origin in ["null", "http://localhost.bad.example:3000", "https://localhost:3000", "app://other"] {
        assert_eq!(status(&proxy, origin).await?, 403, "{origin}");
    }
    Ok(())
}

#[tokio::test]
async fn a_refused_origin_is_named_to_it_and_in_the_log_but_not_again_and_again() -> Result<()> {
    let proxy = Setup::new().flag("--allow-origin", "https://good.example").start().await?;
    let refused = Request::upgrade("/chan").header("Origin", "https://bad.example");
    for _ in 0..3 {
        let answer = refused.send(&proxy).await?;
        assert!(
            answer.body.contains("https://bad.example") && answer.body.contains("--allow-origin"),
            "{answer:?}"
        );
    }
    for number in 0..100 {
        status(&proxy, &format!("https://{number}.bad.example")).await?;
    }
    proxy.log(&["WARN", "\"https://bad.example\"", "--allow-origin"]).await?;
    proxy.signal("TERM").await?;
    let exit = proxy.exit().await?;
    assert_eq!(exit.stderr.matches("//bad.example").count(), 1, "{exit:?}");
    assert!(exit.stderr.matches(".bad.example").count() < 100, "{exit:?}");
    Ok(())
}

#[tokio::test]
async fn a_refused_origin_gets_no_channel_on_any_endpoint() -> Result<()> {
    let proxy = Setup::new().flag("--allow-origin", "https://good.example").start().await?;
    for path in ["/chan", "/network/chan", "/local/chan", "/network/chan/7", "/local/chan/7"] {
        let request = Request::upgrade(path).header("Origin", "https://bad.example");
        assert_eq!(request.status(&proxy).await?, 403, "{path}");
    }
    Ok(())
}
