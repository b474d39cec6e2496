//! Whatever a broker does with what it carries: nothing wrong is delivered, and what is lost is seen.

use anyhow::Result;
use nws_tests::{Broker, Peer};

use crate::heard::{Heard, Speaker};
use crate::relay::{Play, relay};
use crate::sites::{Key, site};

/// One of so many messages is played with: seldom enough that a link comes into being.
const SELDOM: usize = 150;

/// Messages that a listener has to hear in all.
const WORDS: usize = 300;

fn is_chosen(number: usize) -> bool {
    number % SELDOM == SELDOM - 1
}

/// Everything that is heard is what was said, in its order and once, between a visible arrival and a
/// visible leave.
async fn nothing_wrong_is_heard(play: Play) -> Result<()> {
    let broker = Broker::start().await?;
    let key = Key::make().await?;
    let west = site("west", relay(broker.port(), play).await?, &key).start().await?;
    let east = site("east", broker.port(), &key).start().await?;
    let mut one = Peer::alone(&west, "/chan").await?;
    let speaker = Speaker::start(Peer::alone(&east, "/chan").await?);
    let mut heard = Heard::of_absent(&speaker);
    heard.until(&mut one, |heard| heard.count >= WORDS && heard.leaves >= 2).await
}

#[tokio::test]
async fn one_that_drops_messages() -> Result<()> {
    nothing_wrong_is_heard(|number, payload, _| if is_chosen(number) { vec![] } else { vec![payload] }).await
}

#[tokio::test]
async fn one_that_changes_a_byte() -> Result<()> {
    nothing_wrong_is_heard(|number, mut payload, _| {
        if is_chosen(number)
            && let Some(last) = payload.last_mut()
        {
            *last ^= 1;
        }
        vec![payload]
    })
    .await
}

#[tokio::test]
async fn one_that_says_everything_again() -> Result<()> {
    nothing_wrong_is_heard(
        |number, payload, _| {
            if is_chosen(number) { vec![payload.clone(), payload] } else { vec![payload] }
        },
    )
    .await
}

#[tokio::test]
async fn one_that_changes_the_order() -> Result<()> {
    nothing_wrong_is_heard(|number, payload, held| match held.take() {
        None if is_chosen(number) => {
            *held = Some(payload);
            vec![]
        }
        None => vec![payload],
        Some(earlier) => vec![payload, earlier],
    })
    .await
}

#[tokio::test]
async fn one_that_makes_up_messages() -> Result<()> {
    nothing_wrong_is_heard(
        |number, payload, _| {
            if is_chosen(number) { vec![vec![0; 100], payload] } else { vec![payload] }
        },
    )
    .await
}
