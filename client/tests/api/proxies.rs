//! Proxies of another age, and servers that are none.

use anyhow::{Context, Result};
use networkwebsockets::{Channel, Departure, Error, Event};
use nws_tests::within;

use crate::member::{Member, builder};
use crate::pretender::{Pretender, Socket};

const ID: &str = r#"{"action":"status","source":"me","target":"me"}"#;
const CONNECT: &str = r#"{"action":"connect","source":"me","target":"bob"}"#;

/// A channel that has got its id, and the other end of its connection.
async fn greeted(pretender: &mut Pretender) -> Result<(Member, Socket)> {
    let port = pretender.port;
    let opening = tokio::spawn(async move { builder(port).open("chan").await });
    let mut socket = pretender.accept().await?;
    socket.say(ID).await?;
    let channel = within("the channel", opening).await???;
    let events = channel.events();
    let mut member = Member { channel, events };
    assert!(matches!(member.next().await?, Event::Open { id } if &*id == "me"));
    Ok((member, socket))
}

#[tokio::test]
async fn a_proxy_without_streams_and_limits_is_one() -> Result<()> {
    let mut pretender = Pretender::start(Some("")).await?;
    let (mut member, mut socket) = greeted(&mut pretender).await?;
    assert_eq!(socket.hear().await?, r#"{"action":"status","streams":1}"#);
    assert_eq!(member.channel.max_message_size(), None);
    socket.say(CONNECT).await?;
    let bob = member.connected().await?;
    bob.send("hello").await?;
    assert_eq!(socket.hear().await?, r#"{"action":"message","target":"bob","data":"hello"}"#);

    let dial = tokio::spawn(async move { bob.dial(&[]).await.map(drop) });
    assert!(socket.hear().await?.starts_with(r#"{"action":"stream","target":"bob""#));
    let refusal = r#"{"action":"error","code":"unknown-action","reason":"no such action","target":"bob"}"#;
    socket.say(refusal).await?;
    assert_eq!(within("the dial", dial).await??, Err(Error::VersionMismatch));
    Ok(())
}

#[tokio::test]
async fn what_a_later_proxy_adds_is_ignored() -> Result<()> {
    let mut pretender = Pretender::start(Some("")).await?;
    let (mut member, mut socket) = greeted(&mut pretender).await?;
    socket.say(r#"{"action":"moved","source":"me","data":[{"to":"elsewhere"}]}"#).await?;
    socket.say(r#"{"action":"connect","source":"me","target":"bob","since":7,"more":{"a":[]}}"#).await?;
    socket.say(r#"{"later":1,"action":"broadcast","source":"bob","data":"hi","at":"noon"}"#).await?;
    assert_eq!(member.connected().await?.id(), "bob");
    let (bob, text, direct) = member.message().await?;
    assert_eq!((bob.id(), text.as_str(), direct), ("bob", "hi", false));
    Ok(())
}

#[tokio::test]
async fn frames_that_cannot_be_read_are_told_and_the_rest_goes_on() -> Result<()> {
    let mut pretender = Pretender::start(Some("")).await?;
    let (mut member, mut socket) = greeted(&mut pretender).await?;
    for text in ["", "hello", "[1]", "{}", r#"{"action":"connect"}"#, r#"{"action":"broadcast","source":1}"#]
    {
        socket.say(text).await?;
    }
    for bytes in [&[][..], &[1], &[9, 0, 1], &[1, 200, 1], &[1, 1, 0xff]] {
        socket.say_bytes(bytes).await?;
    }
    // A peer that never came.
    socket.say(r#"{"action":"broadcast","source":"eve","data":"x"}"#).await?;
    for at in 0..12 {
        let event = member.next().await?;
        assert!(matches!(event, Event::Fault(Error::BadFrame)), "{at}: {event:?}");
    }
    socket.say(CONNECT).await?;
    assert_eq!(member.connected().await?.id(), "bob");
    Ok(())
}

#[tokio::test]
async fn why_a_peer_has_gone_is_told() -> Result<()> {
    let mut pretender = Pretender::start(Some("")).await?;
    let (mut member, mut socket) = greeted(&mut pretender).await?;
    let gone = async |member: &mut Member| {
        member
            .until("the end", |event| match event {
                Event::Disconnect(peer) => peer.departure(),
                _ => None,
            })
            .await
    };
    for (frame, departure) in [
        (r#"{"action":"disconnect","source":"me","target":"bob"}"#, Departure::Left),
        (r#"{"action":"disconnect","source":"me","target":"bob","reason":"slow"}"#, Departure::Slow),
        (r#"{"action":"disconnect","source":"me","target":"bob","reason":"later"}"#, Departure::Left),
    ] {
        socket.say(CONNECT).await?;
        let bob = member.connected().await?;
        assert!(bob.is_present() && bob.departure().is_none());
        socket.say(frame).await?;
        assert_eq!(gone(&mut member).await?, departure);
        assert!(!bob.is_present());
    }
    socket.say(CONNECT).await?;
    member.connected().await?;
    drop(socket);
    assert_eq!(gone(&mut member).await?, Departure::Lost);
    Ok(())
}

/// The error of an attempt at a server that accepts WebSockets, and then does `task` with one.
async fn error_of(
    mut pretender: Pretender,
    task: impl AsyncFnOnce(Socket) -> Result<()> + Send + 'static,
) -> Result<Error> {
    let channel = builder(pretender.port).no_reconnect().start("chan")?;
    let socket = pretender.accept().await?;
    let (closed, _) = tokio::join!(closing(&channel), task(socket));
    closed
}

async fn closing(channel: &Channel) -> Result<Error> {
    let mut events = channel.events();
    loop {
        match within("the end", events.next()).await?.context("an event")? {
            Event::Closed(closed) => return closed.error.context("an error"),
            Event::Fault(_) => {}
            other => anyhow::bail!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_welcome_that_never_comes_is_not_waited_for() -> Result<()> {
    let silent = Pretender::start(None).await?;
    let endpoint = format!("ws://localhost:{}/", silent.port);
    let error = error_of(silent, async |mut socket| {
        while socket.hear().await.is_ok() {}
        Ok(())
    });
    assert_eq!(error.await?, Error::Unreached { endpoint });
    Ok(())
}

#[tokio::test]
async fn an_echo_server_is_no_proxy() -> Result<()> {
    let echo = Pretender::start(Some("an echo")).await?;
    let endpoint = format!("ws://localhost:{}/", echo.port);
    let error = error_of(echo, Socket::echo).await?;
    assert_eq!(error, Error::NotAProxy { endpoint, answer: "HTTP status 200: an echo".to_owned() });
    Ok(())
}
