//! What is measured of each client.

use anyhow::Result;
use cpu_time::ThreadTime;

use super::crowd::{Course, join, run, spent};

/// A client of a channel.
pub(crate) trait Client: Sized {
    /// Joins, and waits for the peers.
    async fn open(course: &Course) -> Result<Self>;

    /// Tells the peers to begin.
    async fn go(&mut self) -> Result<()>;

    /// Says the payload.
    async fn say(&mut self) -> Result<()>;

    /// Sends what was said, if that has not been done.
    async fn flush(&mut self) -> Result<()>;

    /// The length of the next message.
    async fn hear(&mut self) -> Result<usize>;
}

/// Takes all that is said.
pub(crate) fn receive<T: Client>(course: &Course) -> Result<f64> {
    let speakers = course.speakers();
    let spent = run(async {
        let mut client = T::open(course).await?;
        client.go().await?;
        let begin = ThreadTime::now();
        for _ in 0..course.count {
            client.hear().await?;
        }
        Ok(spent(begin, course.count))
    })?;
    join(speakers)?;
    Ok(spent)
}

/// Says something, and takes the answer, again and again.
pub(crate) fn answer<T: Client>(course: &Course) -> Result<f64> {
    let course = &course.short();
    let echo = course.echo();
    let spent = run(async {
        let mut client = T::open(course).await?;
        let begin = ThreadTime::now();
        for _ in 0..course.count {
            client.say().await?;
            client.flush().await?;
            client.hear().await?;
        }
        Ok(spent(begin, course.count))
    })?;
    join(echo)?;
    Ok(spent)
}

/// Says everything, and waits until it was heard.
pub(crate) fn send<T: Client>(course: &Course) -> Result<f64> {
    let course = &Course { peers: 1, ..*course };
    let listener = course.listener();
    let spent = run(async {
        let mut client = T::open(course).await?;
        client.go().await?;
        client.hear().await?;
        let begin = ThreadTime::now();
        for _ in 0..course.count {
            client.say().await?;
        }
        client.flush().await?;
        client.hear().await?;
        Ok(spent(begin, course.count))
    })?;
    join(listener)?;
    Ok(spent)
}
