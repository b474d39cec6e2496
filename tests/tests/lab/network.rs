//! The lab itself: who is not connected does not hear, and the sniffer hears all.

use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;

use anyhow::Result;
use nws_protocol::CLIENT_PORT;
use nws_tests::lab::{Lab, Machine, Multicast};
use nws_tests::within;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::lan::listener;

/// A connection from one machine to another, and its end there.
async fn connection(from: &Machine, to: &Machine) -> Result<(TcpStream, TcpStream)> {
    let listener = listener(to)?;
    let near = from.namespace().connect(listener.local_addr()?)?;
    let (far, _) = within("a connection", listener.accept()).await??;
    Ok((near, far))
}

#[tokio::test]
async fn machines_reach_each_other_and_the_sniffer_hears_it() -> Result<()> {
    let lab = Lab::new(2)?;
    let sniffer = lab.sniff()?;
    let (mut near, mut far) = connection(&lab[0], &lab[1]).await?;
    let said: Vec<u8> = (0..200_000_u32).flat_map(u32::to_be_bytes).collect();
    let mut heard = vec![0; said.len()];
    let (sent, received) = tokio::join!(near.write_all(&said), within("bytes", far.read_exact(&mut heard)));
    sent?;
    received??;
    assert!(heard == said);
    let from = near.local_addr()?;
    let streams = sniffer.finish()?.streams()?;
    let stream = streams.iter().find(|stream| stream.from == from).expect("the stream was captured");
    assert_eq!(stream.to, far.local_addr()?);
    assert!(stream.bytes == said);
    Ok(())
}

#[tokio::test]
async fn multicast_reaches_those_who_are_connected() -> Result<()> {
    let lab = Lab::new(3)?;
    let sniffer = lab.sniff()?;
    let [a, b, c] = [&lab[0], &lab[1], &lab[2]].map(Multicast::join);
    let (a, b, c) = (a?, b?, c?);
    lab[2].unplug()?;
    a.send(b"without c").await?;
    lab[2].plug_in()?;
    a.send(b"with c").await?;
    let from = SocketAddr::from((lab[0].address(), 5353));
    assert_eq!(b.receive().await?, (from, b"without c".to_vec()));
    assert_eq!(b.receive().await?, (from, b"with c".to_vec()));
    assert_eq!(c.receive().await?, (from, b"with c".to_vec()));
    let said: Vec<_> = sniffer.finish()?.datagrams().into_iter().map(|datagram| datagram.bytes).collect();
    assert!(said.contains(&b"without c".to_vec()) && said.contains(&b"with c".to_vec()));
    Ok(())
}

#[tokio::test]
async fn an_interface_goes_down_and_comes_back() -> Result<()> {
    let lab = Lab::new(2)?;
    lab[1].take_down()?;
    let refused = lab[1].namespace().connect((lab[0].address(), 1).into()).expect_err("no way leads out");
    let kind = refused.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    assert_eq!(kind, Some(std::io::ErrorKind::NetworkUnreachable), "{refused:#}");
    lab[1].bring_up()?;
    connection(&lab[0], &lab[1]).await?;
    connection(&lab[1], &lab[0]).await?;
    Ok(())
}

#[tokio::test]
async fn machines_have_no_way_out() -> Result<()> {
    let lab = Lab::new(1)?;
    // An address that no network has (RFC 5737).
    let refused = lab[0].namespace().connect(([192, 0, 2, 1], 1).into()).expect_err("no way leads out");
    let kind = refused.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    assert_eq!(kind, Some(std::io::ErrorKind::NetworkUnreachable), "{refused:#}");
    Ok(())
}

/// Other tests sweep at the same time, so nothing is there to be swept before the one who made it has ended.
#[tokio::test]
async fn what_a_killed_test_left_is_swept() -> Result<()> {
    let mut maker = Command::new("cat").stdin(Stdio::piped()).kill_on_drop(true).spawn()?;
    let name = format!("nwslab-{}-0-m1", maker.id().expect("it was not awaited yet"));
    let add = Command::new("ip").args(["netns", "add", &name]).status().await?;
    assert!(add.success());
    let mut left = Command::new("ip");
    left.args(["netns", "exec", &name, "sh", "-c", "echo inside; exec sleep 1000"]).stdout(Stdio::piped());
    let mut left = left.kill_on_drop(true).spawn()?;
    let mut stdout = left.stdout.take().expect("it is piped");
    within("a process inside", stdout.read_exact(&mut [0; 6])).await??;

    drop(maker.stdin.take());
    within("the end of the maker", maker.wait()).await??;
    let _lab = Lab::new(0)?;
    let status = within("the end of what was left", left.wait()).await??;
    assert_eq!(status.signal(), Some(9));
    let gone = async {
        while Path::new("/run/netns").join(&name).exists() {
            tokio::task::yield_now().await;
        }
    };
    within("the end of the namespace", gone).await
}

#[tokio::test]
async fn every_machine_has_a_localhost_of_its_own() -> Result<()> {
    let lab = Lab::new(2)?;
    let (a, b) = (lab[0].start().await?, lab[1].start().await?);
    assert_eq!((a.port(), b.port()), (CLIENT_PORT, CLIENT_PORT));
    a.signal("TERM").await?;
    assert!(a.exit().await?.status.success());
    nws_tests::Peer::alone(&b, "/chan").await?;
    Ok(())
}
