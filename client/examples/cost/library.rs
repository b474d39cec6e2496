//! A program with this crate.

use std::hint::black_box;

use anyhow::{Result, bail};
use networkwebsockets::{Channel, Event, Events};

use super::crowd::{Course, TEXT, cpu, join, run};

async fn open(course: &Course) -> Result<(Channel, Events)> {
    let channel = Channel::builder().endpoint(&course.endpoint()).no_reconnect().open("cost").await?;
    let mut events = channel.events();
    while !matches!(events.next().await, Some(Event::Connect(_))) {}
    Ok((channel, events))
}

/// The text of the next message.
async fn hear(events: &mut Events) -> Result<usize> {
    loop {
        match events.next().await {
            Some(Event::Message { from, data, .. }) => {
                return Ok(black_box((from.id().len(), data.as_text().unwrap_or_default().len())).1);
            }
            Some(Event::Closed(closed)) => bail!("closed: {closed:?}"),
            Some(_) => {}
            None => bail!("the events have ended"),
        }
    }
}

pub(crate) fn receive(course: &Course) -> Result<f64> {
    let speaker = course.speaker();
    let spent = run(async {
        let (channel, mut events) = open(course).await?;
        channel.send("go").await?;
        let begin = cpu();
        for _ in 0..course.count {
            hear(&mut events).await?;
        }
        Ok(cpu() - begin)
    })?;
    join(speaker)?;
    Ok(spent / course.count as f64)
}

pub(crate) fn answer(course: &Course) -> Result<f64> {
    let course = &Course { port: course.port, count: course.count / 20 };
    let echo = course.echo();
    let spent = run(async {
        let (channel, mut events) = open(course).await?;
        channel.send("go").await?;
        let begin = cpu();
        for _ in 0..course.count {
            hear(&mut events).await?;
            channel.send(TEXT).await?;
        }
        Ok(cpu() - begin)
    })?;
    join(echo)?;
    Ok(spent / course.count as f64)
}

pub(crate) fn send(course: &Course) -> Result<f64> {
    let listener = course.listener();
    let spent = run(async {
        let (channel, mut events) = open(course).await?;
        channel.send("go").await?;
        hear(&mut events).await?;
        let begin = cpu();
        for _ in 0..course.count {
            channel.send(TEXT).await?;
        }
        hear(&mut events).await?;
        Ok(cpu() - begin)
    })?;
    join(listener)?;
    Ok(spent / course.count as f64)
}
