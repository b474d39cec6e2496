//! Where the proxy is, and what a program says of itself.

use anyhow::{Context, Result};
use networkwebsockets::{Channel, Error};
use nws_tests::{Setup, within};

use crate::member::{Member, builder};

#[cfg(unix)]
#[tokio::test]
async fn a_unix_socket_is_an_endpoint() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sock");
    let proxy = Setup::new().flag("--unix", path.display()).start().await?;
    let mut near = Member::join_with(Channel::builder().unix(&path), "chan").await?;
    let far = Member::join(&proxy, "chan").await?;
    far.channel.send("by the port").await?;
    let (peer, text, _) = near.message().await?;
    assert_eq!((Some(peer.id()), text.as_str()), (far.channel.id().as_deref(), "by the port"));
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn a_unix_socket_that_is_not_there_is_named() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("none");
    let error = Channel::builder().unix(&path).open("chan").await.err().context("an error")?;
    assert_eq!(error, Error::ProxyNotRunning { endpoint: path.display().to_string() });
    Ok(())
}

#[tokio::test]
async fn an_origin_has_to_be_allowed() -> Result<()> {
    let origin = "https://example.com";
    let strict = Setup::new().flag("--allow-origin", "https://other.example").start().await?;
    let error = within("an error", builder(strict.port()).origin(origin).open("chan")).await?;
    let error = error.err().context("an error")?;
    assert!(matches!(error, Error::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("--allow-origin https://example.com"), "{error}");

    let open = Setup::new().flag("--allow-origin", origin).start().await?;
    Member::join_with(builder(open.port()).origin(origin), "chan").await?;
    Ok(())
}

#[tokio::test]
async fn an_origin_is_a_line() {
    let error = Channel::builder().origin("a\r\nHost: b").open("chan").await.err();
    assert_eq!(error, Some(Error::InvalidOrigin { origin: "a\r\nHost: b".to_owned() }));
}
