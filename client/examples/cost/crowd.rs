//! The other members of the channel, on a thread of their own, and the clock.

use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, anyhow, bail};
use cpu_time::ThreadTime;
use networkwebsockets::{Channel, Data, Event, Events};

/// How much is said by whom, and where.
#[derive(Clone, Copy)]
pub(crate) struct Course {
    pub(crate) port: u16,
    pub(crate) count: usize,
    pub(crate) size: usize,
    pub(crate) peers: usize,
    pub(crate) is_binary: bool,
}

impl Course {
    pub(crate) fn url(&self) -> String {
        format!("ws://localhost:{}/cost", self.port)
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("ws://localhost:{}", self.port)
    }

    /// The payload.
    pub(crate) fn text(&self) -> String {
        "0123456789abcdef".chars().cycle().take(self.size).collect()
    }

    pub(crate) fn data(&self) -> Data {
        if self.is_binary { self.text().into_bytes().into() } else { self.text().into() }
    }

    /// Fewer messages, for what goes to and fro.
    pub(crate) fn short(self) -> Self {
        Self { count: self.count / 20, peers: 1, ..self }
    }

    /// The peers say everything in turns, as soon as somebody says "go": to all if there is one peer. If
    /// there are many, only to that somebody, or each of them would hear all the others.
    pub(crate) fn speakers(self) -> JoinHandle<Result<()>> {
        self.members(async move |members| {
            let data = self.data();
            let mut listeners = Vec::new();
            for (_, events) in &mut *members {
                listeners.push(hear(events).await?);
            }
            for turn in 0..self.count {
                let at = turn % self.peers;
                match self.peers {
                    1 => members[at].0.send(data.clone()).await?,
                    _ => listeners[at].send(data.clone()).await?,
                }
            }
            until_alone(members).await
        })
    }

    /// Answers each message.
    pub(crate) fn echo(self) -> JoinHandle<Result<()>> {
        self.members(async move |members| {
            let data = self.data();
            let (channel, events) = &mut members[0];
            for _ in 0..self.count {
                hear(events).await?;
                channel.send(data.clone()).await?;
            }
            until_alone(members).await
        })
    }

    /// Hears everything, and then says that it has.
    pub(crate) fn listener(self) -> JoinHandle<Result<()>> {
        self.members(async move |members| {
            let (channel, events) = &mut members[0];
            hear(events).await?;
            channel.send("ready").await?;
            for _ in 0..self.count {
                hear(events).await?;
            }
            channel.send("done").await?;
            until_alone(members).await
        })
    }

    fn members(
        self,
        task: impl AsyncFnOnce(&mut Vec<(Channel, Events)>) -> Result<()> + Send + 'static,
    ) -> JoinHandle<Result<()>> {
        thread::spawn(move || {
            run(async {
                let mut members = Vec::new();
                for _ in 0..self.peers {
                    let builder = Channel::builder().endpoint(&self.endpoint());
                    let channel = builder.no_reconnect().open("cost").await?;
                    let events = channel.events();
                    members.push((channel, events));
                }
                task(&mut members).await
            })
        })
    }
}

/// Stays until all was heard.
async fn until_alone(members: &mut [(Channel, Events)]) -> Result<()> {
    let (_, events) = members.first_mut().context("no member")?;
    while !matches!(events.next().await, Some(Event::Disconnect(_)) | None) {}
    Ok(())
}

/// Waits for a message, and gives its speaker.
async fn hear(events: &mut Events) -> Result<networkwebsockets::Peer> {
    loop {
        match events.next().await {
            Some(Event::Message { from, .. }) => return Ok(from),
            Some(Event::Closed(closed)) => bail!("closed: {closed:?}"),
            Some(_) => {}
            None => bail!("the events have ended"),
        }
    }
}

/// Runs a client on this thread.
pub(crate) fn run<T>(task: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(task)
}

pub(crate) fn join(handle: JoinHandle<Result<()>>) -> Result<()> {
    handle.join().map_err(|_| anyhow!("a panic"))?.context("the other members")
}

/// The CPU time that this thread has spent since then, in nanoseconds for each message.
pub(crate) fn spent(begin: ThreadTime, count: usize) -> f64 {
    begin.elapsed().as_secs_f64() * 1e9 / count as f64
}
