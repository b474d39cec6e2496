//! Runs all clients on one thread: it reads every connection that is ready, and then sends
//! everything that is due.

mod joining;
mod receiving;
mod sending;

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use nws_report::load::{Fault, Mode};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};

use crate::clock::{Clock, Nanos};
use crate::connection::{Connection, State};
use crate::content::Content;
use crate::faults::Faults;
use crate::layout::Layout;
use crate::ledger::Ledger;
use crate::load::Load;
use crate::measure::Measure;
use crate::namespaces::Namespaces;
use crate::options::Options;
use crate::roster::Rosters;

/// Events of one turn. If a server keeps more connections busy, they are read in several turns.
const EVENTS: usize = 1024;
/// Bytes that one read takes at most: a fraction of the near caches of today's processors.
const READ: usize = 256 * 1024;
const ALARM: Token = Token(usize::MAX);

pub(crate) struct Generator<'a> {
    options: &'a Options,
    layout: Layout,
    /// The prefix of its channel names, which no other run has.
    prefix: String,
    namespaces: Namespaces,
    pub(crate) clock: Clock,
    poll: Poll,
    events: Events,
    /// Wakes for what is due: polling itself only counts milliseconds.
    alarm: OwnedFd,
    connections: Vec<Connection>,
    /// Connections that were begun and have not joined.
    joining: usize,
    joined: usize,
    rosters: Option<Rosters>,
    load: Load,
    ledger: Ledger,
    content: Content,
    /// The data of the message that is being sent.
    data: Vec<u8>,
    /// Connections with something to write.
    unwritten: Vec<usize>,
    shared: Vec<u8>,
    /// Messages that have come, correct or not.
    heard: u64,
    pub(crate) measure: Measure,
    pub(crate) faults: Faults,
}

impl<'a> Generator<'a> {
    pub(crate) fn new(options: &'a Options) -> io::Result<Self> {
        let layout = options.layout();
        let (poll, alarm) = poll_with_alarm()?;
        Ok(Self {
            options,
            layout,
            prefix: format!("load-{}-", std::process::id()),
            namespaces: Namespaces::open(&options.namespaces, options.source)?,
            clock: Clock::start(),
            poll,
            events: Events::with_capacity(EVENTS),
            alarm,
            connections: Vec::with_capacity(layout.connections()),
            joining: 0,
            joined: 0,
            rosters: options.framing.has_presence().then(|| Rosters::new(layout)),
            load: Load::new(options),
            ledger: Ledger::new(streams(options)),
            content: Content::new(options.bytes, options.framing, layout),
            data: Vec::new(),
            unwritten: Vec::new(),
            shared: vec![0; READ],
            heard: 0,
            measure: Measure::new(),
            faults: Faults::default(),
        })
    }

    pub(crate) fn start_load(&mut self) {
        self.load.start(self.clock.now());
    }

    pub(crate) fn stop_load(&mut self) {
        self.load.stop();
    }

    /// Deliveries that have not come yet.
    pub(crate) fn outstanding(&self) -> u64 {
        self.ledger.outstanding()
    }

    /// Deliveries that have come since the start.
    pub(crate) fn delivered(&self) -> u64 {
        self.ledger.delivered()
    }

    /// Messages that have come since the start, correct or not.
    pub(crate) fn heard(&self) -> u64 {
        self.heard
    }

    /// Runs until `end`.
    pub(crate) fn run_until(&mut self, end: Nanos) -> io::Result<()> {
        while self.clock.now() < end {
            self.turn(end)?;
        }
        Ok(())
    }

    /// Sends what is due, waits for messages or for `end`, and reads what came.
    pub(crate) fn turn(&mut self, end: Nanos) -> io::Result<()> {
        self.send_due()?;
        self.write_all();
        let wait = Duration::from_nanos(end.saturating_sub(self.clock.now()));
        match self.poll.poll(&mut self.events, Some(wait)) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        let events = std::mem::replace(&mut self.events, Events::with_capacity(0));
        for event in events.iter().filter(|event| event.token() != ALARM) {
            self.woken(event.token().0, event.is_writable(), event.is_read_closed());
        }
        self.events = events;
        Ok(())
    }

    /// Checks what can only be judged at the end.
    pub(crate) fn close_accounts(&mut self) {
        let lost = self.ledger.outstanding();
        self.faults
            .add_many(Fault::Lost, lost, || format!("{lost} deliveries were still to come at the end"));
        let wrong = self.rosters.as_mut().map_or(0, Rosters::wrong);
        self.faults.add_many(Fault::Roster, wrong as u64, || {
            format!("{wrong} peers were told of other peers than those that are present")
        });
    }

    fn woken(&mut self, connection: usize, is_writable: bool, is_ended: bool) {
        if self.connections[connection].state == State::Connecting {
            self.greet(connection);
        }
        if is_writable && self.connections[connection].backlog() > 0 {
            self.write(connection);
        }
        if matches!(self.connections[connection].state, State::Joining | State::Joined) {
            self.read(connection, is_ended);
        }
    }

    /// Sets the alarm to `due`.
    fn set_alarm(&self, due: Nanos, now: Nanos) -> io::Result<()> {
        // A time of 0 would mean never.
        let wait = Duration::from_nanos(due.saturating_sub(now).max(1));
        let value = Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: wait.subsec_nanos().into() };
        let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: value };
        timerfd_settime(&self.alarm, TimerfdTimerFlags::empty(), &once)?;
        Ok(())
    }

    fn close(&mut self, connection: usize, fault: Fault, why: impl FnOnce() -> String) {
        let channel = self.layout.channel(connection);
        let closed = &mut self.connections[connection];
        // The socket ends with the connection. What is left in it does not matter.
        let deregistered = self.poll.registry().deregister(&mut closed.socket);
        closed.state = State::Closed;
        closed.out.clear();
        self.faults.add(fault, || match deregistered {
            Ok(()) => format!("connection {connection}, of channel {channel}: {}", why()),
            Err(error) => format!("connection {connection}, of channel {channel}: {}; {error}", why()),
        });
    }
}

fn poll_with_alarm() -> io::Result<(Poll, OwnedFd)> {
    let poll = Poll::new()?;
    let alarm = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
    poll.registry().register(&mut SourceFd(&alarm.as_raw_fd()), ALARM, Interest::READABLE)?;
    Ok((poll, alarm))
}

/// The number of senders that a connection hears: all of its channel, or only its partner.
fn streams(options: &Options) -> usize {
    let connections = options.layout().connections();
    match options.mode {
        Mode::Burst | Mode::Rate => connections * options.senders,
        Mode::Ping => connections,
        Mode::Storm | Mode::Idle => 0,
    }
}
