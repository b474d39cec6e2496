//! Whom a proxy lets in, how often, and for how long.

use std::ops::Range;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use futures_util::FutureExt;
use nws_protocol::link::{PATH, SUBPROTOCOL};
use nws_tests::{Peer, Proxy, Setup, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite;

use crate::identity::{Identity, nobody};
use crate::proxies::{linkable, linked_to};
use crate::wire::{Wire, connect, secure, upgrade};

/// Reads up to the end, which a reset is, too.
async fn rest(stream: &mut (impl AsyncReadExt + Unpin)) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // How it ends is of no interest.
    let _ = within("the end of a connection", stream.read_to_end(&mut bytes)).await?;
    Ok(bytes)
}

/// Two that are linked and have a member of `/room` each.
async fn linked() -> Result<(Proxy, Proxy, [Peer; 2])> {
    let victim = linkable().start().await?;
    let friend = linked_to(victim.link().await?.1).start().await?;
    let peers = Peer::gather([(&victim, "/room"), (&friend, "/room")]).await?;
    Ok((victim, friend, peers))
}

#[tokio::test]
async fn nobody_is_let_in_without_a_certificate() -> Result<()> {
    let (victim, _friend, [mut here, mut there]) = linked().await?;
    let port = victim.link().await?.1;
    let stream = connect(2, port, None).await?;
    let mut stream = secure(nobody()?, stream).await?.context("not let in")?;
    // A client believes to be connected before the server has judged it.
    assert_eq!(rest(&mut stream).await?, b"");
    victim.log(&["a connection has not become a link", "no certificate"]).await?;
    Peer::chorus(&mut [&mut here, &mut there]).await
}

#[tokio::test]
async fn nobody_is_let_in_with_another_protocol() -> Result<()> {
    let (victim, _friend, [mut here, mut there]) = linked().await?;
    let port = victim.link().await?.1;
    for (source, protocols) in [(2, vec![b"h2".to_vec()]), (3, vec![])] {
        let mut config = Identity::new()?.client()?;
        config.alpn_protocols = protocols;
        match secure(config, connect(source, port, None).await?).await {
            Ok(Some(mut stream)) => assert_eq!(rest(&mut stream).await?, b""),
            Ok(None) => bail!("not let in"),
            Err(_) => {}
        }
        victim.log(&[&format!("127.0.0.{source}"), "a connection has not become a link"]).await?;
    }
    Peer::chorus(&mut [&mut here, &mut there]).await
}

#[tokio::test]
async fn there_is_nothing_but_links() -> Result<()> {
    let (victim, _friend, [mut here, mut there]) = linked().await?;
    let port = victim.link().await?.1;
    let cases = [
        ("/", SUBPROTOCOL, 404),
        ("/room", SUBPROTOCOL, 404),
        (PATH, "nws-link.v2", 400),
        (PATH, "chat", 400),
    ];
    for (source, (path, protocol, status)) in (2..).zip(cases) {
        let stream = secure(Identity::new()?.client()?, connect(source, port, None).await?).await?;
        let stream = stream.context("not let in")?;
        match upgrade(stream, path, protocol).await? {
            Err(tungstenite::Error::Http(response)) => {
                assert_eq!(response.status(), status, "{path} {protocol}")
            }
            other => bail!("{path} {protocol}: {other:?}"),
        }
    }
    Peer::chorus(&mut [&mut here, &mut there]).await
}

#[tokio::test]
async fn whoever_speaks_no_tls_of_our_kind_is_not_let_in() -> Result<()> {
    let (victim, _friend, [mut here, mut there]) = linked().await?;
    let port = victim.link().await?.1;
    for (source, bytes) in [(2, tls_1_2()), (3, b"GET /nws-link HTTP/1.1\r\n\r\n".to_vec())] {
        let mut stream = connect(source, port, None).await?;
        stream.write_all(&bytes).await?;
        let answer = rest(&mut stream).await?;
        // An alert, and no ServerHello.
        assert_eq!(answer.first(), Some(&21), "{answer:?}");
        assert_eq!(answer.len(), 7, "{answer:?}");
    }
    Peer::chorus(&mut [&mut here, &mut there]).await
}

/// A ClientHello of TLS 1.2, without a word about later versions.
fn tls_1_2() -> Vec<u8> {
    let extensions = [0, 10, 0, 4, 0, 2, 0, 29, 0, 13, 0, 4, 0, 2, 8, 7];
    let mut hello = vec![3, 3];
    hello.extend([7; 32]);
    hello.extend([0, 0, 2, 0xc0, 0x2b, 1, 0]);
    hello.extend([0, extensions.len() as u8]);
    hello.extend(extensions);
    let mut record = vec![22, 3, 1, 0, hello.len() as u8 + 4, 1, 0, 0, hello.len() as u8];
    record.extend(hello);
    record
}

#[tokio::test]
async fn only_neighbours_are_let_in() -> Result<()> {
    let setup =
        || Setup::new().flag("--link-port", 0).flag("--interface", "none*").env("NWS_LOG", "nws_proxy=debug");
    let closed = setup().start().await?;
    let mut stream = connect(2, closed.link().await?.1, None).await?;
    assert_eq!(rest(&mut stream).await?, b"");
    closed.log(&["a connection is refused", "is_on_link=false"]).await?;
    let open = setup().switch("--allow-remote").start().await?;
    let mut wire = Wire::dial(&Identity::new()?, 2, open.link().await?.1).await?;
    assert!(wire.receive().await?.is_some());
    Ok(())
}

/// Connects eight times from each of `sources` at once. There are `burst` handshakes, and not more than `rate` for each
/// second besides.
async fn hammer(port: u16, sources: Range<u8>, burst: usize, rate: usize) -> Result<()> {
    let start = Instant::now();
    let mut streams = Vec::new();
    for source in std::iter::repeat_n(sources, 8).flatten() {
        streams.push(connect(source, port, None).await?);
    }
    let (mut granted, mut refused) = (Vec::new(), 0);
    for stream in streams {
        match secure(Identity::new()?.client()?, stream).await? {
            Some(stream) => granted.push(stream),
            None => refused += 1,
        }
    }
    let most = burst as f64 + rate as f64 * start.elapsed().as_secs_f64() + 1.0;
    assert!(granted.len() as f64 <= most, "{} handshakes, where {most} are the most", granted.len());
    assert!(granted.len() >= burst, "{} handshakes, where {burst} are free", granted.len());
    assert!(refused > 0, "nothing was refused");
    // Whoever comes again is let in some time.
    Wire::dial(&Identity::new()?, 2, port).await.map(drop)
}

#[tokio::test]
async fn a_source_has_four_handshakes_a_second() -> Result<()> {
    let (victim, _friend, [mut here, mut there]) = linked().await?;
    hammer(victim.link().await?.1, 2..3, 4, 4).await?;
    Peer::chorus(&mut [&mut here, &mut there]).await
}

#[tokio::test]
async fn all_sources_have_sixteen_handshakes_a_second() -> Result<()> {
    let victim = linkable().start().await?;
    let mut peer = Peer::alone(&victim, "/room").await?;
    hammer(victim.link().await?.1, 2..14, 16, 16).await?;
    peer.id().await?;
    Ok(())
}

/// Links that hear HELLO and say nothing, until there is no room for another one: those that are open, which are never
/// too many, and those that have ended meanwhile.
async fn fill(port: u16) -> Result<(Vec<Wire>, Vec<Wire>)> {
    let (mut held, mut ended) = (Vec::new(), Vec::new());
    for source in (2..34).cycle() {
        let mut wire = Wire::dial(&Identity::new()?, source, port).await?;
        if wire.receive().await?.is_none() {
            break;
        }
        held.push(wire);
        let has_ended = |wire: &mut Wire| matches!(wire.receive().now_or_never(), Some(Ok(None)));
        ended.extend(held.extract_if(.., has_ended));
        assert!(held.len() <= 64, "{} links that have said nothing", held.len());
    }
    Ok((held, ended))
}

#[tokio::test]
async fn who_never_says_hello_is_one_of_few_and_not_for_long() -> Result<()> {
    let (victim, _friend, [mut here, mut there]) = linked().await?;
    let port = victim.link().await?.1;
    // It does not even speak TLS.
    let mut mute: TcpStream = connect(99, port, None).await?;
    let (mut held, mut ended) = within("a proxy that is full", fill(port)).await??;
    victim.log(&["a link has ended", "there are too many links"]).await?;
    Peer::chorus(&mut [&mut here, &mut there]).await?;
    for wire in &mut held {
        wire.closed().await?;
    }
    ended.append(&mut held);
    for wire in &ended {
        victim.log(&["a link has ended", wire.own.as_str(), "did not say hello in time"]).await?;
    }
    assert_eq!(rest(&mut mute).await?, b"");
    victim.log(&["127.0.0.99", "no answer in time"]).await?;
    Peer::chorus(&mut [&mut here, &mut there]).await?;
    // There is room again.
    let mut wire = Wire::dial(&Identity::new()?, 98, port).await?;
    assert!(wire.receive().await?.is_some());
    Ok(())
}
