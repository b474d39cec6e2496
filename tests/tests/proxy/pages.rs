//! What the proxy serves to browsers.

use anyhow::{Context, Result};
use nws_tests::{Proxy, Request, Response, Setup};
use serde_json::{Value, json};

const SCRIPT: &str = "text/javascript; charset=utf-8";
const GZIP: &str = "application/gzip";

/// The client in all its forms, with their types.
const CLIENT: [(&str, &str); 5] = [
    ("/networkwebsockets.js", SCRIPT),
    ("/networkwebsockets.mjs", SCRIPT),
    ("/networkwebsockets-streams.js", SCRIPT),
    ("/networkwebsockets-streams.mjs", SCRIPT),
    ("/networkwebsockets.tgz", GZIP),
];

fn is_page(response: &Response) -> bool {
    response.header("content-type").is_some_and(|kind| kind.starts_with("text/html"))
}

#[tokio::test]
async fn console_and_demos_are_pages_that_trust_nobody() -> Result<()> {
    let proxy = Proxy::start().await?;
    for path in ["/", "/console", "/demo/", "/demo/chat/", "/demo/game/", "/demo/pubsub/", "/demo/webrtc/"] {
        let response = Request::get(path).send(&proxy).await?;
        assert!(response.status == 200 && is_page(&response), "{path}: {response:?}");
        let policy = response.header("content-security-policy").context("a policy")?;
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("default-src"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(response.header(name), Some(value), "{path}: {name}");
        }
        let devices = response.header("permissions-policy").context("a policy for devices")?;
        assert!(devices.contains("camera=(self)") && devices.contains("geolocation=()"), "{path}: {devices}");
    }
    Ok(())
}

#[tokio::test]
async fn pages_come_compressed_to_clients_that_take_it_and_plain_to_others() -> Result<()> {
    let proxy = Proxy::start().await?;
    for (path, kind) in [
        ("/console", "text/html; charset=utf-8"),
        ("/console/console.js", SCRIPT),
        ("/console/console.css", "text/css; charset=utf-8"),
        ("/demo/dist/chat.js", SCRIPT),
        ("/demo/dist/uplot.mjs", SCRIPT),
        ("/demo/dist/game.css", "text/css; charset=utf-8"),
        ("/demo/dist/webrtc.txt", "text/plain; charset=utf-8"),
    ] {
        let plain = Request::get(path).send(&proxy).await?;
        let gzip = Request::get(path).header("Accept-Encoding", "br, gzip").send(&proxy).await?;
        for response in [&plain, &gzip] {
            assert_eq!((response.status, response.header("content-type")), (200, Some(kind)), "{path}");
        }
        assert_eq!((plain.header("content-encoding"), gzip.header("content-encoding")), (None, Some("gzip")));
        assert_eq!(gzip.header("vary"), Some("Accept-Encoding"), "{path}");
        assert!(gzip.body.starts_with('\u{1f}') && plain.body.len() > gzip.body.len() / 2, "{path}");
        assert!(!plain.body.contains('\u{0}') && plain.body.len() > 1000, "{path}");
        let tags = [plain.header("etag").context("a tag")?, gzip.header("etag").context("a tag")?];
        assert_ne!(tags[0], tags[1], "{path}");
        let known = Request::get(path).header("Accept-Encoding", "gzip").header("If-None-Match", tags[1]);
        assert_eq!(known.status(&proxy).await?, 304, "{path}");
        assert_eq!(Request::get(path).header("If-None-Match", tags[0]).status(&proxy).await?, 304, "{path}");
    }
    assert_eq!(Request::get("/demo/chat/chat.js").status(&proxy).await?, 404);
    Ok(())
}

#[tokio::test]
async fn pictures_of_demos_are_pictures() -> Result<()> {
    let proxy = Proxy::start().await?;
    for demo in ["chat", "game", "pubsub", "webrtc"] {
        let response = Request::get(&format!("/demo/{demo}/picture.webp")).send(&proxy).await?;
        assert_eq!((response.status, response.header("content-type")), (200, Some("image/webp")), "{demo}");
    }
    Ok(())
}

#[tokio::test]
async fn any_page_may_load_the_client() -> Result<()> {
    let proxy = Proxy::start().await?;
    for (path, kind) in CLIENT {
        let request = Request::get(path).header("Origin", "https://site.example");
        let response = request.send(&proxy).await?;
        assert_eq!((response.status, response.header("content-type")), (200, Some(kind)), "{path}");
        assert_eq!(response.header("access-control-allow-origin"), Some("*"), "{path}");
        assert_eq!(response.header("cross-origin-resource-policy"), Some("cross-origin"), "{path}");
        let begins_as_gzip = response.body.starts_with('\u{1f}');
        assert_eq!(begins_as_gzip, kind == GZIP, "{path}");
        assert_eq!(response.body.contains("NetworkWebSocket"), kind == SCRIPT, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn the_client_is_fetched_again_only_when_it_is_another() -> Result<()> {
    let proxy = Proxy::start().await?;
    for (path, _) in CLIENT {
        let first = Request::get(path).send(&proxy).await?;
        assert_eq!(first.header("cache-control"), Some("no-cache"), "{path}");
        let tag = first.header("etag").with_context(|| format!("{path} has no tag"))?;
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 2, "{path}: {tag}");
        for known in [tag.to_owned(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let again = Request::get(path).header("If-None-Match", &known).send(&proxy).await?;
            assert_eq!((again.status, again.header("etag")), (304, Some(tag)), "{path}: {known}");
            assert_eq!(again.body, "", "{path}: {known}");
        }
        for other in ["\"other\"", "", &tag[1..tag.len() - 1]] {
            let again = Request::get(path).header("If-None-Match", other).status(&proxy).await?;
            assert_eq!(again, 200, "{path}: {other}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_client_can_be_asked_about() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut connection = nws_tests::Connection::open(&proxy).await?;
    for (path, kind) in CLIENT {
        let whole = Request::get(path).send(&proxy).await?;
        connection.write(Request::new("HEAD", path).text(proxy.port()).as_bytes()).await?;
        let head = connection.read_head().await?;
        let length = whole.header("content-length").context("a length")?;
        for line in [format!("content-type: {kind}"), format!("content-length: {length}")] {
            assert!(head.starts_with("HTTP/1.1 200 ") && head.contains(&line), "{path}: {line} in {head}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn status_tells_what_serves_and_whether_the_origin_may_connect() -> Result<()> {
    let proxy = Setup::new().flag("--allow-origin", "https://good.example").start().await?;
    for (origin, verdict) in
        [("https://good.example", "allowed"), ("https://bad.example", "refused"), ("null", "refused")]
    {
        let response = Request::get("/status").header("Origin", origin).send(&proxy).await?;
        let status: Value = serde_json::from_str(&response.body)?;
        assert_eq!(
            status,
            json!({"service": "networkwebsockets", "protocol": 1, "origin": verdict, "page": origin}),
            "{origin}"
        );
        let readable_by = response.header("access-control-allow-origin").context("CORS")?;
        assert!(readable_by == "*" || readable_by == origin, "{origin}: {readable_by}");
    }
    Ok(())
}

#[tokio::test]
async fn status_is_never_cached_and_differs_by_origin() -> Result<()> {
    let proxy = Proxy::start().await?;
    let response = Request::get("/status").send(&proxy).await?;
    let status: Value = serde_json::from_str(&response.body)?;
    assert_eq!((response.status, &status["origin"]), (200, &json!("allowed")));
    assert_eq!(response.header("vary").map(str::to_ascii_lowercase).as_deref(), Some("origin"));
    assert_eq!(response.header("cache-control"), Some("no-store"));
    assert_eq!(response.header("content-type"), Some("application/json"));
    Ok(())
}

#[tokio::test]
async fn other_paths_are_no_pages() -> Result<()> {
    let proxy = Proxy::start().await?;
    for path in [
        "/chan",
        "/network/chan",
        "/local/chan/7",
        "/demo/nothing/",
        "/console/x",
        "/console/package.json",
        "/console/src/console.js",
        "/demo/%2e%2e/%2e%2e/Cargo.toml",
    ] {
        assert_eq!(Request::get(path).status(&proxy).await?, 404, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn pages_are_only_read() -> Result<()> {
    let proxy = Proxy::start().await?;
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE"] {
        for path in ["/", "/status", "/demo/", "/networkwebsockets.js"] {
            let status = Request::new(method, path).header("Connection", "close").status(&proxy).await?;
            assert_eq!(status, 405, "{method} {path}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_serves_several_requests() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut connection = nws_tests::Connection::open(&proxy).await?;
    for _ in 0..3 {
        connection.write(Request::new("GET", "/status").text(proxy.port()).as_bytes()).await?;
        assert!(connection.read_head().await?.starts_with("HTTP/1.1 200 "));
        connection
            .read_exact(r#"{"service":"networkwebsockets","protocol":1,"origin":"allowed"}"#.len())
            .await?;
    }
    Ok(())
}
