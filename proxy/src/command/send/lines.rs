//! Sends each line of standard input as a message.

use serde_json::json;

use super::{Send, Stop, count};
use crate::command::input::Input;
use crate::command::report::Report;
use crate::command::session::{Session, end_of};

pub(super) async fn send(send: &Send, report: &Report) -> Result<(), Stop> {
    let mut session = send.channel.join(false).await?;
    let peers = session.audience(send.to.as_deref(), send.wait).await?;
    let to = send.to.as_ref().map(|_| peers[0].id());
    let mut sent = 0;
    say_all(send, &mut session, to, &mut sent, report).await.map_err(|stop| report.failed(stop))?;
    report.undone(format!("{} sent, and not all may have arrived", count(sent, "line")));
    session.leave().await.map_err(|stop| report.failed(stop))?;
    report.object("sent", json!({ "lines": sent })).await?;
    report.say(&format!("sent {}", count(sent, "line")));
    Ok(())
}

async fn say_all(
    send: &Send,
    session: &mut Session,
    to: Option<&str>,
    sent: &mut usize,
    report: &Report,
) -> Result<(), Stop> {
    let mut lines = Input::lines(session.message_max());
    loop {
        report.undone(format!("{} sent, and the rest was not", count(*sent, "line")));
        let line = tokio::select! {
            line = lines.next() => line?,
            stop = session.ended() => return Err(stop),
        };
        let Some(line) = line else { return Ok(()) };
        // Whoever was there may have left meanwhile.
        session.audience(to, send.wait).await?;
        say(session, to, line).await?;
        *sent += 1;
    }
}

async fn say(session: &mut Session, to: Option<&str>, line: String) -> Result<(), Stop> {
    let Session { channel, events, .. } = session;
    let said = async {
        match to {
            Some(to) => match channel.peer(to) {
                Some(peer) => peer.send(line).await,
                None => Err(networkwebsockets::Error::PeerGone),
            },
            None => channel.send(line).await,
        }
    };
    tokio::select! {
        said = said => Ok(said?),
        stop = end_of(events) => Err(stop),
    }
}
