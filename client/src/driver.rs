//! The task that has the connection of a channel.
//!
//! It does what the [`State`](crate::state::State) says, and tells it what happens.

mod line;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use nws_client_core::ReadyState;
use nws_client_core::session::Input;

use crate::endpoint::Endpoint;
use crate::platform::{self, Socket, Task};
use crate::shared::Shared;
use crate::state::{About, Command, End};

pub(crate) use line::Carried;
use line::{Line, Reading};

/// How long a proxy may take to tell the own id, in milliseconds. One that is there takes some of them, and
/// one that is busy has them all.
const GREETING_MS: f64 = 10_000.0;

pub(crate) struct Driver {
    shared: Arc<Shared>,
    endpoint: Endpoint,
    url: String,
    connecting: Option<Task<Result<Socket, ()>>>,
    line: Line,
    /// Until the proxy has to have told the own id.
    greeting: Option<Task<()>>,
    wait: Option<Task<()>>,
    facts: Option<Task<(u32, Option<String>)>>,
    /// When something about a stream is due.
    due: Option<(f64, Task<()>)>,
    commands: Vec<Command>,
}

impl Driver {
    pub(crate) fn new(shared: Arc<Shared>, endpoint: Endpoint, url: String) -> Self {
        Self {
            shared,
            endpoint,
            url,
            connecting: None,
            line: Line::default(),
            greeting: None,
            wait: None,
            facts: None,
            due: None,
            commands: Vec::new(),
        }
    }

    /// Does what is to be done. Gives whether the channel has ended.
    fn obey(&mut self, cx: &Context<'_>) -> bool {
        let mut commands = std::mem::take(&mut self.commands);
        self.shared.lock().take_commands(&mut commands, cx.waker());
        for command in commands.drain(..) {
            self.do_command(command);
        }
        self.commands = commands;
        let state = self.shared.lock();
        let deadline = state.next_deadline();
        if self.due.as_ref().map(|(due, _)| *due) != deadline {
            self.due = deadline.map(|due| (due, platform::sleep(due - platform::now())));
        }
        state.inbox.is_over()
    }

    fn do_command(&mut self, command: Command) {
        match command {
            Command::Locate => self.tell(Input::Located),
            Command::Dial => {
                self.forget();
                self.facts = None;
                self.shared.lock().connection = ReadyState::Connecting;
                self.connecting = Some(platform::connect(&self.endpoint, &self.url));
            }
            Command::Abandon => self.forget(),
            Command::Wait(milliseconds) => self.wait = Some(platform::sleep(milliseconds)),
            Command::CancelWait => self.wait = None,
            Command::GatherFacts => self.facts = Some(platform::gather(&self.endpoint)),
            Command::Leave(end) => self.shared.lock().leave(end),
        }
    }

    fn tell(&self, input: Input) {
        self.shared.lock().tell(input, &mut About::default());
    }

    fn forget(&mut self) {
        (self.connecting, self.greeting) = (None, None);
        self.line = Line::default();
    }

    fn lose(&mut self, end: End) {
        self.forget();
        self.shared.lock().lose(end);
    }

    /// There is no connection, or none of a proxy.
    fn fail(&mut self) {
        self.tell(Input::Broken);
        self.lose(End::default());
    }

    /// Tells what has become of whatever is waited for. Gives whether there was any.
    fn poll_tasks(&mut self, cx: &mut Context<'_>) -> bool {
        let mut is_told = self.poll_connecting(cx);
        // A reader that cannot slow the proxy down comes back when it has taken what waits.
        let is_welcome = platform::CAN_PAUSE || self.shared.lock().inbox.has_room();
        if is_welcome && take(&mut self.wait, cx).is_some() {
            let mut state = self.shared.lock();
            let lasted = state.lasted();
            state.tell(Input::Awake { lasted }, &mut About::default());
            is_told = true;
        }
        if let Some((facts, stranger)) = take(&mut self.facts, cx) {
            self.shared.lock().learn(facts, stranger);
            is_told = true;
        }
        if take(&mut self.greeting, cx).is_some() && self.shared.lock().id().is_none() {
            self.fail();
            is_told = true;
        }
        if self.line.poll_closing(cx) {
            self.lose(End::default());
            is_told = true;
        }
        if self.due.as_mut().is_some_and(|(_, due)| due.as_mut().poll(cx).is_ready()) {
            self.due = None;
            self.shared.lock().expire_streams();
            is_told = true;
        }
        is_told
    }

    fn poll_connecting(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(result) = take(&mut self.connecting, cx) else { return false };
        match result {
            Ok(socket) => {
                self.line.socket = Some(socket);
                self.greeting = Some(platform::sleep(GREETING_MS));
                let mut state = self.shared.lock();
                state.connection = ReadyState::Open;
                state.tell(Input::Connected, &mut About::default());
            }
            Err(()) => self.fail(),
        }
        true
    }

    /// Reads what has come. Gives whether others have their turn now.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> bool {
        match self.line.poll_read(&self.shared, cx) {
            Reading::Done => false,
            Reading::Batch => true,
            Reading::End(end) => {
                self.lose(end);
                true
            }
        }
    }
}

impl Future for Driver {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        loop {
            if this.obey(cx) {
                return Poll::Ready(());
            }
            let is_told = this.poll_tasks(cx);
            let has_more = this.poll_read(cx);
            this.line.poll_write(&this.shared, cx);
            if has_more || this.line.has_caught_up(&this.shared) {
                platform::give_way(cx);
                return Poll::Pending;
            }
            if !is_told && !this.shared.lock().has_commands() {
                return Poll::Pending;
            }
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.shared.lock().abandon();
    }
}

/// The result of a task that is done.
fn take<T>(task: &mut Option<Task<T>>, cx: &mut Context<'_>) -> Option<T> {
    let Poll::Ready(result) = task.as_mut()?.as_mut().poll(cx) else { return None };
    *task = None;
    Some(result)
}
