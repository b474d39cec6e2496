//! Which channels the backbone carries.

use anyhow::Result;
use nws_tests::{Broker, Peer};

use crate::sites::{Key, site};

#[tokio::test]
async fn only_channels_of_the_pattern_are_looked_for() -> Result<()> {
    let broker = Broker::start().await?;
    let key = Key::make().await?;
    let west = site("west", broker.port(), &key).flag("--backbone-channels", "team-*").start().await?;
    let east = site("east", broker.port(), &key).start().await?;
    let mut own = Peer::alone(&west, "/own").await?;
    let mut other = Peer::alone(&east, "/own").await?;
    let [mut one, mut two] = Peer::gather([(&west, "/team-1"), (&east, "/team-1")]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    // Of the other channel nothing has come meanwhile: the next thing is the answer.
    own.id().await?;
    other.id().await?;
    Ok(())
}
