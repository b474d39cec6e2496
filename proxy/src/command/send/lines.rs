//! Sends each line of standard input as a message.

use serde_json::json;

use super::{Send, Stop, count};
use crate::command::input::Input;
use crate::command::report::Report;

pub(super) async fn send(send: &Send, report: &Report) -> Result<(), Stop> {
    let mut session = send.channel.join(false).await?;
    let peers = session.audience(send.to.as_deref(), send.wait).await?;
    let to = send.to.as_ref().map(|_| peers[0].clone());
    session.channel.ignore_events();
    let (mut lines, mut sent) = (Input::lines(), 0);
    loop {
        report.undone(format!("{} sent, and the rest was not", count(sent, "line")));
        let line = tokio::select! {
            line = lines.next() => line,
            event = session.events.next() => match event {
                None => return Err(Stop::failed("the connection to the proxy was lost")),
                Some(event) => match event {
                    networkwebsockets::Event::Closed(closed) => return Err(closed.into()),
                    _ => continue,
                },
            },
        };
        let Some(line) = line? else { break };
        match &to {
            Some(peer) => peer.send(line).await?,
            None => session.channel.send(line).await?,
        }
        sent += 1;
    }
    session.leave().await?;
    report.object("sent", json!({ "lines": sent })).await?;
    report.say(&format!("sent {}", count(sent, "line")));
    Ok(())
}
