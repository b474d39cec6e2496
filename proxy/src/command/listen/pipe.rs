//! Takes the bytes of one pipe to standard output.

use networkwebsockets::{Data, Error, Event, Peer, PeerStream};

use crate::command::pipe::{PROTOCOL, got, number, widen};
use crate::command::report::Report;
use crate::command::session::Session;
use crate::command::stop::Stop;

/// Takes the first pipe that is offered by a peer that is wanted.
pub(super) async fn take(
    mut session: Session,
    wants: impl Fn(&Peer) -> bool,
    report: &Report,
) -> Result<(), Stop> {
    let mut stream = offered(&mut session, wants).await?;
    session.channel.ignore_events();
    let taken = pour(&mut stream, report).await?;
    stream.send(got(taken)).await?;
    // The sender closes when it has read that, or it is gone.
    let _ = stream.recv().await;
    session.leave().await
}

async fn offered(session: &mut Session, wants: impl Fn(&Peer) -> bool) -> Result<PeerStream, Stop> {
    loop {
        match session.events.next().await {
            Some(Event::Dial(dial)) if is_pipe(dial.protocols()) && wants(dial.peer()) => {
                // A sender that waits no more is none.
                if let Ok(stream) = dial.accept_with(PROTOCOL) {
                    return Ok(stream);
                }
            }
            Some(Event::Closed(closed)) => return Err(closed.into()),
            Some(_) => {}
            None => return Err(Stop::failed("the channel has ended")),
        }
    }
}

fn is_pipe(protocols: &[String]) -> bool {
    protocols.iter().any(|protocol| protocol == PROTOCOL)
}

/// Writes everything, and gives how many bytes that was.
async fn pour(stream: &mut PeerStream, report: &Report) -> Result<u64, Stop> {
    let mut taken = 0;
    widen(std::io::stdout());
    loop {
        report.undone(format!("{taken} bytes were written, and the rest was not"));
        match stream.recv().await {
            Ok(Some(Data::Binary(bytes))) => {
                taken += bytes.len() as u64;
                report.output.write(bytes).await?;
            }
            Ok(Some(Data::Text(text))) if number(&text, "end") == Some(taken) => {
                report.output.flush().await?;
                return Ok(taken);
            }
            Ok(Some(_)) => {
                return Err(Stop::failed(format!("the peer breaks the rules of a pipe after {taken} bytes")));
            }
            Ok(None) => return Err(broken(taken, None)),
            Err(error) => return Err(broken(taken, Some(&error))),
        }
    }
}

fn broken(taken: u64, error: Option<&Error>) -> Stop {
    let error = error.map_or_else(String::new, |error| format!(": {error}"));
    Stop::failed(format!("the pipe broke after {taken} bytes, and the rest has not come{error}"))
}
