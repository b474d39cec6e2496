//! A program with this crate.

use std::hint::black_box;

use anyhow::{Result, bail};
use networkwebsockets::{Channel, Data, Event, Events};

use super::crowd::Course;
use super::rows::Client;

pub(crate) struct Library {
    channel: Channel,
    events: Events,
    data: Data,
}

impl Client for Library {
    async fn open(course: &Course) -> Result<Self> {
        let channel = Channel::builder().endpoint(&course.endpoint()).no_reconnect().open("cost").await?;
        let mut events = channel.events();
        for _ in 0..course.peers {
            while !matches!(events.next().await, Some(Event::Connect(_))) {}
        }
        Ok(Self { channel, events, data: course.data() })
    }

    async fn go(&mut self) -> Result<()> {
        Ok(self.channel.send("go").await?)
    }

    async fn say(&mut self) -> Result<()> {
        Ok(self.channel.send(self.data.clone()).await?)
    }

    async fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    async fn hear(&mut self) -> Result<usize> {
        loop {
            match self.events.next().await {
                Some(Event::Message { from, data, .. }) => {
                    return Ok(black_box((from.id().len(), data.as_bytes().len())).1);
                }
                Some(Event::Closed(closed)) => bail!("closed: {closed:?}"),
                Some(_) => {}
                None => bail!("the events have ended"),
            }
        }
    }
}
