//! Who gets an answer, and what is in it.

use anyhow::Result;
use nws_tests::{Peer, Proxy, Request};

use crate::asking::Asking;

const READ: [&str; 10] = [
    "/api/openapi.json",
    "/api/v1/proxy",
    "/api/v1/links",
    "/api/v1/candidates",
    "/api/v1/callers",
    "/api/v1/channels",
    "/api/v1/peers",
    "/api/v1/events",
    "/api/v1/addresses",
    "/metrics",
];
const ACTIONS: [&str; 6] = ["codes", "sessions", "dial", "disconnect", "addresses/add", "addresses/remove"];

#[tokio::test]
async fn programs_and_our_own_pages_get_an_answer() -> Result<()> {
    let proxy = Proxy::start().await?;
    let own = format!("http://localhost:{}", proxy.port());
    for path in READ {
        let request = Request::get(path);
        assert_eq!(request.status(&proxy).await?, 200, "{path}");
        for site in ["same-origin", "none"] {
            assert_eq!(request.clone().header("Sec-Fetch-Site", site).status(&proxy).await?, 200, "{path}");
        }
        let page = request.header("Sec-Fetch-Site", "same-origin").header("Origin", &own);
        assert_eq!(page.status(&proxy).await?, 200, "{path}");
    }
    Ok(())
}

/// A page of ours acts as it may: no answer is for another origin, and nobody is told that it might
/// be.
#[tokio::test]
async fn a_page_of_ours_may_post_and_no_other_method_is_known() -> Result<()> {
    let proxy = Proxy::start().await?;
    let own = format!("http://localhost:{}", proxy.port());
    let of_page = |request: Request| request.header("Sec-Fetch-Site", "same-origin").header("Origin", &own);
    let codes = of_page(Request::post("/api/v1/codes", "{}"));
    assert_eq!(codes.clone().status(&proxy).await?, 401);
    let token = format!("Bearer {}", proxy.token()?);
    assert_eq!(codes.header("Authorization", token).status(&proxy).await?, 200);
    let session = of_page(Request::post("/api/v1/sessions", r#"{"code":"x"}"#));
    assert_eq!(session.status(&proxy).await?, 401);
    for method in ["OPTIONS", "PUT", "DELETE", "PATCH"] {
        for path in ["/api/v1/proxy", "/api/v1/dial", "/metrics"] {
            let request = Request::new(method, path).header("Connection", "close");
            let response = of_page(request.clone()).send(&proxy).await?;
            assert_eq!(
                (response.status, response.header("access-control-allow-origin")),
                (405, None),
                "{method}"
            );
            let foreign = request.header("Origin", "https://evil.example");
            assert_eq!(foreign.status(&proxy).await?, 403, "{method} {path}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn pages_of_other_origins_get_nothing() -> Result<()> {
    let proxy = Proxy::start().await?;
    let token = format!("Bearer {}", proxy.token()?);
    let own = format!("http://localhost:{}", proxy.port());
    let other_port = format!("http://localhost:{}", proxy.port() ^ 1);
    let actions = ACTIONS.map(|name| Request::post(&format!("/api/v1/{name}"), "{}"));
    for request in READ.map(Request::get).into_iter().chain(actions) {
        let request = request.header("Authorization", &token);
        for origin in ["https://evil.example", "null", &other_port, &own] {
            let response = request.clone().header("Origin", origin).send(&proxy).await?;
            assert_eq!(response.status, 403, "{origin}");
            assert_eq!(response.header("access-control-allow-origin"), None);
        }
        for site in ["cross-site", "same-site", ""] {
            assert_eq!(request.clone().header("Sec-Fetch-Site", site).status(&proxy).await?, 403, "{site}");
        }
        let liar = request.clone().header("Sec-Fetch-Site", "same-origin").header("Origin", &other_port);
        assert_eq!(liar.status(&proxy).await?, 403);
        assert_eq!(request.host("evil.example").status(&proxy).await?, 403);
    }
    Ok(())
}

#[tokio::test]
async fn a_forged_token_opens_nothing() -> Result<()> {
    let proxy = Proxy::start().await?;
    let token = proxy.token()?;
    let forged = [
        "Bearer ".to_owned(),
        "Bearer x".to_owned(),
        format!("Bearer {}", &token[1..]),
        format!("Bearer {token}x"),
        format!("bearer {token}"),
        format!("Basic {token}"),
        token.clone(),
    ];
    for header in forged {
        for path in READ {
            let request = Request::get(path).header("Authorization", &header);
            assert_eq!(request.status(&proxy).await?, 401, "{path} {header}");
        }
        for name in ACTIONS {
            let request = Request::post(&format!("/api/v1/{name}"), "{}").header("Authorization", &header);
            assert_eq!(request.status(&proxy).await?, 401, "{name} {header}");
        }
    }
    let twice = Request::get("/api/v1/proxy").header("Authorization", format!("Bearer {token}"));
    assert_eq!(twice.clone().status(&proxy).await?, 200);
    let twice = twice.header("Authorization", format!("Bearer {token}"));
    assert_eq!(twice.status(&proxy).await?, 401);
    Ok(())
}

#[tokio::test]
async fn names_are_for_those_who_have_the_token() -> Result<()> {
    let proxy = Proxy::start().await?;
    let peer = Peer::alone(&proxy, "/a-secret-name").await?;
    let (open, closed) = (Asking::with_token(&proxy)?, Asking::without_token(&proxy));
    assert_eq!(open.row("channels").await?["name"], "a-secret-name");
    assert_eq!(open.row("peers").await?["peer"], peer.id.as_str());
    for path in READ {
        let body = Request::get(path).send(&proxy).await?.body;
        assert!(!body.contains("a-secret-name") && !body.contains(&peer.id), "{path}: {body}");
    }
    let channel = closed.row("channels").await?;
    assert_eq!((&channel["id"], &channel["structured"]), (&open.row("channels").await?["id"], &1.into()));
    assert!(channel["name"].is_null());
    assert_eq!(closed.row("peers").await?["channel"], channel["id"]);
    assert_eq!(closed.get("proxy").await?["has_names"], false);
    assert_eq!(open.get("proxy").await?["has_names"], true);
    Ok(())
}

#[tokio::test]
async fn nothing_changes_by_get_and_no_name_of_a_channel_is_taken() -> Result<()> {
    let proxy = Proxy::start().await?;
    let open = Asking::with_token(&proxy)?;
    for name in ACTIONS {
        let path = format!("/api/v1/{name}");
        assert_eq!(open.send(Request::get(&path)).await?.status, 405, "{name}");
    }
    for path in READ {
        assert_eq!(open.send(Request::post(path, "{}")).await?.status, 405, "{path}");
    }
    assert_eq!(Request::get("/api/v1/nothing").status(&proxy).await?, 404);
    for path in ["/api", "/metrics", "/network/api"] {
        assert_eq!(Request::upgrade(path).status(&proxy).await?, 101, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn answers_are_neither_guessed_at_nor_run() -> Result<()> {
    let proxy = Proxy::start().await?;
    for path in READ {
        let response = Request::get(path).send(&proxy).await?;
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"), "{path}");
        let policy = response.header("content-security-policy");
        assert_eq!(policy, Some("default-src 'none'; frame-ancestors 'none'"), "{path}");
        let kind = if path == "/metrics" { "text/plain" } else { "application/json" };
        assert!(response.header("content-type").is_some_and(|it| it.starts_with(kind)), "{path}");
    }
    Ok(())
}
