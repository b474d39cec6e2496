//! The other member of the channel, on a thread of its own, and the clock.

use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, anyhow, bail};
use networkwebsockets::{Channel, Event};
use rustix::time::{ClockId, clock_gettime};

/// How much is said, and where.
pub(crate) struct Course {
    pub(crate) port: u16,
    pub(crate) count: usize,
}

/// The payload.
pub(crate) const TEXT: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

impl Course {
    pub(crate) fn url(&self) -> String {
        format!("ws://localhost:{}/cost", self.port)
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("ws://localhost:{}", self.port)
    }

    /// Says everything as soon as somebody says "go".
    pub(crate) fn speaker(&self) -> JoinHandle<Result<()>> {
        self.member(async |channel, count| {
            for _ in 0..count {
                channel.send(TEXT).await?;
            }
            // It stays until all was heard.
            while let Some(event) = channel.events().next().await {
                if matches!(event, Event::Disconnect(_)) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Answers each message.
    pub(crate) fn echo(&self) -> JoinHandle<Result<()>> {
        self.member(async |channel, count| {
            let mut events = channel.events();
            channel.send(TEXT).await?;
            for _ in 1..count {
                hear(&mut events).await?;
                channel.send(TEXT).await?;
            }
            while !matches!(events.next().await, Some(Event::Disconnect(_)) | None) {}
            Ok(())
        })
    }

    /// Hears everything, and then says that it has.
    pub(crate) fn listener(&self) -> JoinHandle<Result<()>> {
        self.member(async |channel, count| {
            let mut events = channel.events();
            channel.send("ready").await?;
            for _ in 0..count {
                hear(&mut events).await?;
            }
            channel.send("done").await?;
            while !matches!(events.next().await, Some(Event::Disconnect(_)) | None) {}
            Ok(())
        })
    }

    fn member(
        &self,
        task: impl AsyncFnOnce(Channel, usize) -> Result<()> + Send + 'static,
    ) -> JoinHandle<Result<()>> {
        let (endpoint, count) = (self.endpoint(), self.count);
        thread::spawn(move || {
            run(async {
                let channel = Channel::builder().endpoint(&endpoint).no_reconnect().open("cost").await?;
                let mut events = channel.events();
                hear(&mut events).await?;
                task(channel, count).await
            })
        })
    }
}

/// Waits for a message.
async fn hear(events: &mut networkwebsockets::Events) -> Result<()> {
    loop {
        match events.next().await {
            Some(Event::Message { .. }) => return Ok(()),
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
    handle.join().map_err(|_| anyhow!("a panic"))?.context("the other member")
}

/// The CPU time of this thread, in nanoseconds.
pub(crate) fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}
