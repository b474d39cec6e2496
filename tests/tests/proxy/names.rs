//! Which names a channel can have.

use anyhow::Result;
use nws_tests::{Client, Peer, Proxy, Request};

const ALLOWED: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=*._-";

fn escaped(byte: u8) -> String {
    format!("%{byte:02X}")
}

#[tokio::test]
async fn every_allowed_character_stands_for_itself_plain_or_escaped() -> Result<()> {
    let proxy = Proxy::start().await?;
    let plain = format!("/{ALLOWED}");
    let all_escaped: String = ALLOWED.bytes().map(escaped).collect();
    Peer::meet(&proxy, [&plain, &format!("/{all_escaped}"), &format!("/network{plain}")]).await?;
    Ok(())
}

#[tokio::test]
async fn every_other_byte_is_refused() -> Result<()> {
    let proxy = Proxy::start().await?;
    for byte in (0..=u8::MAX).filter(|byte| !ALLOWED.as_bytes().contains(byte)) {
        let name = format!("a{}b", escaped(byte));
        for path in [format!("/{name}"), format!("/local/{name}"), format!("/network/{name}/peer")] {
            assert_eq!(Request::upgrade(&path).status(&proxy).await?, 404, "{path}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_name_in_another_script_is_refused() -> Result<()> {
    let proxy = Proxy::start().await?;
    for path in ["/%C3%A4", "/network/%E2%98%83", "/local/%F0%9F%98%80"] {
        assert_eq!(Request::upgrade(path).status(&proxy).await?, 404, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn names_that_are_paths_or_nothing_are_refused() -> Result<()> {
    let proxy = Proxy::start().await?;
    let paths = [
        "/",
        "/.",
        "/..",
        "/%2e",
        "/%2E%2E",
        "/local/.",
        "/network/..",
        "/network/",
        "/local/",
        "/network/a/b/c",
        "/other/a",
        "/network//a",
        "//a",
        "/a/",
        "/a%",
        "/a%2",
        "/a%zz",
    ];
    for path in paths {
        assert_eq!(Request::upgrade(path).status(&proxy).await?, 404, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_name_has_at_most_255_characters() -> Result<()> {
    let proxy = Proxy::start().await?;
    Client::join(&proxy, &format!("/{}", "n".repeat(255))).await?;
    Client::join(&proxy, &format!("/{}", "%6e".repeat(255))).await?;
    assert_eq!(Request::upgrade(&format!("/{}", "n".repeat(256))).status(&proxy).await?, 404);
    Ok(())
}

#[tokio::test]
async fn what_was_refused_left_nothing_behind() -> Result<()> {
    let proxy = Proxy::start().await?;
    assert_eq!(Request::upgrade("/a%20b").status(&proxy).await?, 404);
    Peer::alone(&proxy, "/ab").await?;
    Ok(())
}
