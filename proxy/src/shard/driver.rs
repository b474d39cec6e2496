//! Drives a shard: it admits connections, keeps time, and writes after all sessions have read.

use std::future::ready;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::time::Duration;

use nws_core::Input;
use tokio::sync::mpsc;
use tokio::task::{spawn_local, yield_now};
use tokio::time::{Instant, Sleep, sleep_until};

use super::handle::{Arrival, Command};
use super::link::LinkPump;
use super::registration::Registration;
use super::session::ClientSession;
use super::state::{Rest, Shard};
use crate::guard::EndOnPanic;
use crate::timeout::NEVER;

/// Commands that are applied before anything is written again.
const COMMANDS_PER_PASS: usize = 64;

/// Time that clients have to answer the close frame of a proxy that stops. The proxy promises to
/// end within a second.
const STOP_TIME: Duration = Duration::from_millis(700);

/// Runs a shard until it was shut down and every connection has ended or run out of time.
pub(super) async fn drive(shard: Rc<Shard>, mut commands: mpsc::Receiver<Command>) {
    let _end = EndOnPanic::new();
    let mut batch = Vec::with_capacity(COMMANDS_PER_PASS);
    let mut timer = pin!(sleep_until(Instant::now() + NEVER));
    let mut stop_at = None;
    let mut rest = Rest::Nothing;
    loop {
        if rest == Rest::Some {
            yield_now().await;
        }
        let due = shard.poll_timeout().map(Instant::from_std);
        let mut is_due = due.is_some_and(|due| due <= Instant::now());
        set_timer(&mut timer, due, stop_at);
        tokio::select! {
            biased;
            // Present clients come first: what they said is queued before a newcomer joins.
            () = shard.work.given() => {}
            count = commands.recv_many(&mut batch, COMMANDS_PER_PASS), if stop_at.is_none() => {
                let mut is_last = count == 0;
                for command in batch.drain(..) {
                    is_last |= apply_command(&shard, command);
                    // A client that joins a large channel makes much work.
                    if shard.is_turn_over() {
                        yield_now().await;
                    }
                }
                if is_last {
                    shard.input(Input::Shutdown);
                    stop_at = Some(Instant::now() + STOP_TIME);
                }
            }
            // Work that continues from turn to turn does not wait for the timer, which counts
            // milliseconds.
            () = yield_now(), if is_due => {}
            // More is to be written, but arrivals and due work do not wait for the end of that.
            () = ready(()), if rest == Rest::Some => {}
            () = &mut timer => is_due = shard.is_due(),
        }
        // However much there is to read, due work has its turn.
        if is_due {
            shard.enter(|core, now| core.handle_timeout(now));
        }
        rest = shard.work_off();
        if stop_at.is_some_and(|at| shard.is_empty() || at <= Instant::now()) {
            return shard.reset_all();
        }
    }
}

/// Applies `command`. Gives whether it was the last one.
fn apply_command(shard: &Rc<Shard>, command: Command) -> bool {
    match command {
        Command::Arrive(arrival) => {
            start_session(Registration::new(shard, None), arrival);
        }
        Command::Reserve { channel, peer, reply, arrival } => {
            let registration = Registration::new(shard, Some(reply));
            shard.input(Input::Reserve { conn: registration.conn(), channel, peer });
            spawn_local(async move {
                if let Ok(arrival) = arrival.await {
                    start_session(registration, arrival);
                }
            });
        }
        Command::Searched { channel, found } => {
            shard.input(Input::Searched { channel: &channel, found: &found });
        }
        Command::Link(link) => drop(spawn_local(LinkPump::new(shard, link).serve())),
        Command::Isolate { channel, is_isolated } => {
            shard.input(Input::Isolated { channel: &channel, is_isolated });
        }
        // Nobody waits for the answer any more if it cannot be sent.
        Command::Survey { bounds, reply } => drop(reply.send(shard.survey(bounds))),
        Command::Disconnect { conn, reply } => drop(reply.send(shard.disconnect(conn))),
        Command::ShutDown => return true,
    }
    false
}

fn start_session(registration: Registration, arrival: Arrival) {
    match ClientSession::start(registration, arrival) {
        Ok(session) => drop(spawn_local(session.serve())),
        Err(error) => tracing::debug!(%error, "a connection ended before it began"),
    }
}

fn set_timer(timer: &mut Pin<&mut Sleep>, due: Option<Instant>, stop_at: Option<Instant>) {
    let at = due.into_iter().chain(stop_at).min().unwrap_or_else(|| Instant::now() + NEVER);
    if due.is_none() && stop_at.is_none() && timer.deadline() > Instant::now() {
        return;
    }
    if timer.deadline() != at {
        timer.as_mut().reset(at);
    }
}
