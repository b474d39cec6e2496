//! Streams between two peers.

use anyhow::{Context, Result, bail};
use networkwebsockets::{Data, Error, Event, Incoming, PeerStream};
use nws_tests::{Proxy, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::member::Member;

async fn dialled(member: &mut Member) -> Result<Incoming> {
    loop {
        if let Event::Dial(incoming) = member.next().await? {
            return Ok(incoming);
        }
    }
}

/// Both ends of a stream, and who they belong to.
struct Line {
    a: Member,
    b: Member,
    from_a: PeerStream,
    from_b: PeerStream,
    _proxy: Proxy,
}

async fn line() -> Result<Line> {
    let proxy = Proxy::start().await?;
    let [(a, to_b), (mut b, _)] = Member::pair(&proxy, "chan").await?;
    let accept = async { anyhow::Ok(dialled(&mut b).await?.accept()?) };
    let (from_a, from_b) = tokio::join!(to_b.dial(&[]), accept);
    Ok(Line { a, b, from_a: from_a?, from_b: from_b?, _proxy: proxy })
}

#[tokio::test]
async fn a_stream_has_a_protocol_and_two_peers() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [(a, to_b), (mut b, to_a)] = Member::pair(&proxy, "chan").await?;
    let accept = async {
        let incoming = dialled(&mut b).await?;
        assert_eq!((incoming.peer(), incoming.protocols()), (&to_a, &["x".to_owned(), "y".to_owned()][..]));
        anyhow::Ok(incoming.accept_with("y")?)
    };
    let (from_a, from_b) = tokio::join!(to_b.dial(&["x", "y"]), accept);
    let (mut from_a, mut from_b) = (from_a?, from_b?);
    assert_eq!((from_a.protocol(), from_b.protocol()), ("y".to_owned(), "y".to_owned()));
    let all: [Data; 4] = ["é".repeat(200_000).into(), vec![7; 3_000_000].into(), "".into(), vec![].into()];
    let send = async {
        for data in &all {
            from_a.send(data.clone()).await?;
        }
        anyhow::Ok(())
    };
    let receive = async {
        for data in &all {
            assert!(from_b.recv().await?.as_ref() == Some(data));
        }
        anyhow::Ok(())
    };
    let (sent, received) = within("all messages", async { tokio::join!(send, receive) }).await?;
    sent.and(received)?;
    from_b.send("back").await?;
    assert_eq!(within("an answer", from_a.recv()).await??, Some("back".into()));
    let (closed, end) = tokio::join!(from_a.close(), from_b.recv());
    assert_eq!((closed, end), (Ok(()), Ok(None)));
    assert!(matches!(from_b.send("x").await, Err(Error::StreamClosed { code: 1000, .. })));
    drop(a);
    Ok(())
}

#[tokio::test]
async fn codes_and_reasons_arrive() -> Result<()> {
    let Line { from_a, mut from_b, a: _a, b: _b, _proxy } = line().await?;
    from_a.send("last words").await?;
    let (closed, words) = tokio::join!(from_a.close_with(4000, "bye"), from_b.recv());
    assert_eq!((closed, words), (Ok(()), Ok(Some("last words".into()))));
    let end = Error::StreamClosed { code: 4000, reason: "bye".to_owned() };
    assert_eq!((from_b.recv().await, from_b.recv().await), (Err(end), Ok(None)));
    Ok(())
}

#[tokio::test]
async fn bytes_go_through_as_through_a_pipe() -> Result<()> {
    const LEN: usize = 5_000_000;
    let Line { from_a: mut a, from_b: mut b, a: _a, b: _b, _proxy } = line().await?;
    let sent: Vec<u8> = (0..LEN).map(|place| (place % 251) as u8).collect();
    let mut got = vec![0; LEN];
    let write = async {
        a.write_all(&sent).await?;
        a.flush().await?;
        let mut answer = [0; 5];
        a.read_exact(&mut answer).await?;
        a.shutdown().await?;
        anyhow::Ok(answer)
    };
    let read = async {
        b.read_exact(&mut got).await?;
        b.write_all(b"whole").await?;
        b.flush().await?;
        let mut end = Vec::new();
        b.read_to_end(&mut end).await?;
        anyhow::Ok(end.len())
    };
    let (answer, rest) = within("all bytes", async { tokio::join!(write, read) }).await?;
    assert_eq!((&answer?, rest?), (b"whole", 0));
    assert!(got == sent);
    Ok(())
}

#[tokio::test]
async fn a_text_is_no_bytes() -> Result<()> {
    let Line { from_a, mut from_b, a: _a, b: _b, _proxy } = line().await?;
    from_a.send("text").await?;
    let error = from_b.read_u8().await.err().context("an error")?;
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
    Ok(())
}

/// Sends until the reader holds it back, which is when a message is not taken while the channel's own
/// messages, in both directions, are.
#[tokio::test]
async fn a_slow_reader_holds_back_its_own_sender_only() -> Result<()> {
    const PART: usize = 16 * 1024;
    let Line { mut a, mut b, from_a, mut from_b, _proxy } = line().await?;
    let mut sent = 0;
    loop {
        let data = vec![(sent % 256) as u8; PART];
        let asked = async {
            a.channel.send("ping").await?;
            b.message().await?;
            b.channel.send("pong").await?;
            a.message().await?;
            anyhow::Ok(())
        };
        tokio::select! {
            biased;
            result = from_a.send(data) => result?,
            result = asked => {
                result?;
                break;
            }
        }
        sent += 1;
        assert!(sent * PART < 4 << 20, "nobody holds it back");
    }
    assert!(sent > 0);
    for number in 0..sent {
        let data = within("a message", from_b.recv()).await??.context("a message")?;
        assert!(data.as_bytes().len() == PART && data.as_bytes()[0] == (number % 256) as u8);
    }
    Ok(())
}

#[tokio::test]
async fn dials_are_refused() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [(a, to_b), (mut b, _)] = Member::pair(&proxy, "chan").await?;
    let reject = async { anyhow::Ok(dialled(&mut b).await?.reject(4001, "busy")?) };
    let (refused, rejected) = tokio::join!(to_b.dial(&[]), reject);
    rejected?;
    assert_eq!(refused.err(), Some(Error::DialRefused { code: Some(4001), reason: "busy".to_owned() }));
    let let_go = async { dialled(&mut b).await.map(drop) };
    let (refused, dropped) = tokio::join!(to_b.dial(&[]), let_go);
    dropped?;
    assert_eq!(refused.err(), Some(Error::DialRefused { code: None, reason: String::new() }));
    b.channel.ignore_events();
    assert!(matches!(to_b.dial(&[]).await, Err(Error::DialRefused { .. })));
    for bad in [&["a b"][..], &[""], &["a", "a"]] {
        assert!(matches!(to_b.dial(bad).await, Err(Error::InvalidProtocol { .. })), "{bad:?}");
    }
    drop(a);
    Ok(())
}

#[tokio::test]
async fn what_was_not_offered_is_not_accepted() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [(_a, to_b), (mut b, _)] = Member::pair(&proxy, "chan").await?;
    let accept = async { anyhow::Ok(dialled(&mut b).await?.accept_with("z").err()) };
    let (refused, error) = tokio::join!(to_b.dial(&["x"]), accept);
    assert_eq!(error?, Some(Error::InvalidProtocol { protocol: "z".to_owned() }));
    assert!(matches!(refused, Err(Error::DialRefused { .. })));
    Ok(())
}

#[tokio::test]
async fn dials_can_be_taken_beside_the_events() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [(_a, to_b), (b, _)] = Member::pair(&proxy, "chan").await?;
    let mut incoming = b.channel.incoming();
    let echo = async {
        let mut stream = incoming.next().await.context("a dial")?.accept()?;
        while let Some(data) = stream.recv().await? {
            stream.send(data).await?;
        }
        anyhow::Ok(())
    };
    let ask = async {
        let mut stream = to_b.dial(&[]).await?;
        stream.send("echo").await?;
        let answer = stream.recv().await?;
        stream.close().await?;
        anyhow::Ok(answer)
    };
    let (echoed, answer) = within("an echo", async { tokio::join!(echo, ask) }).await?;
    echoed?;
    assert_eq!(answer?, Some("echo".into()));
    Ok(())
}

#[tokio::test]
async fn a_peer_that_leaves_ends_its_streams_after_what_it_said() -> Result<()> {
    let Line { a, b: _b, from_a, mut from_b, _proxy } = line().await?;
    from_a.send("last words").await?;
    from_a.flush().await?;
    a.channel.close();
    assert_eq!(within("the words", from_b.recv()).await??, Some(Data::from("last words")));
    assert_eq!(within("the end", from_b.recv()).await?, Err(Error::PeerGone));
    assert_eq!(from_b.send("x").await, Err(Error::PeerGone));
    assert_eq!(within("the own end", from_a.close()).await?, Err(Error::PeerGone));
    Ok(())
}

#[tokio::test]
async fn streams_have_limits() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [(_a, to_b), (b, _)] = Member::pair(&proxy, "chan").await?;
    let mut incoming = b.channel.incoming();
    let accept = async {
        let mut all = Vec::new();
        while all.len() < 64 {
            all.push(incoming.next().await.context("a dial")?.accept()?);
        }
        anyhow::Ok(all)
    };
    let dial = async {
        let mut all = Vec::new();
        for _ in 0..64 {
            all.push(to_b.dial(&[]).await?);
        }
        anyhow::Ok((all, to_b.dial(&[]).await.err()))
    };
    let (accepted, dialled) = within("64 streams", async { tokio::join!(accept, dial) }).await?;
    let (mut dialled, error) = dialled?;
    assert_eq!(error, Some(Error::StreamLimit));
    let mut accepted = accepted?;
    let Some(mut last) = accepted.pop() else { bail!("a stream") };
    dialled.pop();
    assert_eq!(within("the end of one", last.recv()).await??, None);
    Ok(())
}
