//! A program with this crate.

use std::hint::black_box;

use anyhow::{Result, bail};
use cpu_time::ThreadTime;
use networkwebsockets::{Channel, Event, Events};

use super::crowd::{Course, join, run, spent};

async fn open(course: &Course) -> Result<(Channel, Events)> {
    let channel = Channel::builder().endpoint(&course.endpoint()).no_reconnect().open("cost").await?;
    let mut events = channel.events();
    for _ in 0..course.peers {
        while !matches!(events.next().await, Some(Event::Connect(_))) {}
    }
    Ok((channel, events))
}

/// The length of the next message.
async fn hear(events: &mut Events) -> Result<usize> {
    loop {
        match events.next().await {
            Some(Event::Message { from, data, .. }) => {
                return Ok(black_box((from.id().len(), data.as_bytes().len())).1);
            }
            Some(Event::Closed(closed)) => bail!("closed: {closed:?}"),
            Some(_) => {}
            None => bail!("the events have ended"),
        }
    }
}

pub(crate) fn receive(course: &Course) -> Result<f64> {
    let speakers = course.speakers();
    let spent = run(async {
        let (channel, mut events) = open(course).await?;
        channel.send("go").await?;
        let begin = ThreadTime::now();
        for _ in 0..course.count {
            hear(&mut events).await?;
        }
        Ok(spent(begin, course.count))
    })?;
    join(speakers)?;
    Ok(spent)
}

pub(crate) fn answer(course: &Course) -> Result<f64> {
    let course = &course.short();
    let echo = course.echo();
    let spent = run(async {
        let (channel, mut events) = open(course).await?;
        let data = course.data();
        let begin = ThreadTime::now();
        for _ in 0..course.count {
            channel.send(data.clone()).await?;
            hear(&mut events).await?;
        }
        Ok(spent(begin, course.count))
    })?;
    join(echo)?;
    Ok(spent)
}

pub(crate) fn send(course: &Course) -> Result<f64> {
    let course = &Course { peers: 1, ..*course };
    let listener = course.listener();
    let spent = run(async {
        let (channel, mut events) = open(course).await?;
        let data = course.data();
        channel.send("go").await?;
        hear(&mut events).await?;
        let begin = ThreadTime::now();
        for _ in 0..course.count {
            channel.send(data.clone()).await?;
        }
        hear(&mut events).await?;
        Ok(spent(begin, course.count))
    })?;
    join(listener)?;
    Ok(spent)
}
