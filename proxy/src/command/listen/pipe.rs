//! Takes the bytes of one pipe to standard output.

use networkwebsockets::{Data, Error, Event, Incoming, PeerStream};

use super::wanted::Wanted;
use crate::command::pipe::{PROTOCOL, got, number, widen};
use crate::command::report::Report;
use crate::command::session::{Session, end_of};
use crate::command::stop::Stop;

/// Takes the first pipe that is offered by a peer that is wanted.
pub(super) async fn take(mut session: Session, wanted: &Wanted<'_>, report: &Report) -> Result<(), Stop> {
    loop {
        let mut stream = offered(&mut session, wanted).await?;
        let poured = tokio::select! {
            poured = pour(&mut stream, report) => poured,
            stop = end_of(&mut session.events) => Err(report.failed(stop)),
        };
        let Some(taken) = poured? else { continue };
        stream.send(got(taken)).await?;
        // The sender closes when it has read that, or it is gone.
        let _ = stream.recv().await;
        return session.leave().await;
    }
}

async fn offered(session: &mut Session, wanted: &Wanted<'_>) -> Result<PeerStream, Stop> {
    loop {
        match session.events.next().await {
            Some(Event::Dial(dial)) if is_pipe(&dial) && wanted.has(dial.peer(), &session.channel)? => {
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

fn is_pipe(dial: &Incoming) -> bool {
    dial.protocols().iter().any(|protocol| protocol == PROTOCOL)
}

/// Writes everything, and gives how many bytes that was; `None` if the sender has waited no more, and
/// so has sent nothing.
async fn pour(stream: &mut PeerStream, report: &Report) -> Result<Option<u64>, Stop> {
    let mut taken = 0;
    widen(std::io::stdout());
    loop {
        match stream.recv().await {
            Ok(Some(Data::Binary(bytes))) => {
                taken += bytes.len() as u64;
                report.output.write(bytes).await.map_err(|stop| report.failed(stop))?;
                report.undone(format!("{taken} bytes were written, and the rest was not"));
            }
            Ok(Some(Data::Text(text))) if number(&text, "end") == Some(taken) => {
                report.output.flush().await?;
                return Ok(Some(taken));
            }
            Ok(Some(_)) => {
                return Err(Stop::failed(format!("the peer breaks the rules of a pipe after {taken} bytes")));
            }
            Ok(None) if taken == 0 => return Ok(None),
            Ok(None) => return Err(broken(taken, None)),
            Err(error) => return Err(broken(taken, Some(&error))),
        }
    }
}

fn broken(taken: u64, error: Option<&Error>) -> Stop {
    let error = error.map_or_else(String::new, |error| format!(": {error}"));
    Stop::failed(format!("the pipe broke after {taken} bytes, and the rest has not come{error}"))
}
