//! Links that tell of nearly as many members as one may have.

use std::sync::Arc;

use anyhow::{Context, Result};
use nws_protocol::IdSource;
use nws_protocol::limits::LINK_WINDOW;
use nws_protocol::link::{LinkFrame, Record};
use nws_tests::within;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::identity::Identity;
use crate::stranger::Stranger;
use crate::wire::Wire;

/// Nearly as many members as a link may have in one channel.
const MEMBERS: u32 = 99_000;

/// Members of which a link tells at once.
const AT_ONCE: u32 = 1000;

/// One link with many members.
struct Crowd {
    link: Stranger,
    /// Bytes that the proxy takes.
    credit: usize,
}

impl Crowd {
    async fn new(port: u16) -> Result<Self> {
        let wire = Wire::dial(&Identity::new()?, 2, port).await?;
        let mut link = Stranger::new(wire, &["room"])?;
        link.until(|it| !it.matched.is_empty()).await?;
        Ok(Self { link, credit: LINK_WINDOW })
    }

    /// Tells of all its members, unless it is closed before.
    async fn come(&mut self) -> Result<()> {
        for first in (0..MEMBERS).step_by(AT_ONCE as usize) {
            let mut records = Vec::new();
            for member in first..first + AT_ONCE {
                Record::Join { member, id: IdSource::Choice(&format!("{member:05}")) }.write(&mut records);
            }
            while self.credit < records.len() {
                self.hear().await?;
            }
            self.credit -= records.len();
            self.link.stream(&records).await?;
        }
        Ok(())
    }

    async fn hear(&mut self) -> Result<()> {
        let frame = self.link.wire.receive().await?.context("the proxy has closed")?;
        if let LinkFrame::Credit { bytes, .. } = LinkFrame::parse(&frame)? {
            self.credit += usize::try_from(bytes)?;
        }
        Ok(())
    }
}

/// So many links whose members come all at once. Those that are not closed stay until this is dropped.
pub(crate) async fn crowds(port: u16, count: usize) -> Result<JoinSet<()>> {
    let (mut crowds, come) = (JoinSet::new(), Arc::new(watch::Sender::new(0)));
    for _ in 0..count {
        let (mut crowd, come) = (Crowd::new(port).await?, Arc::clone(&come));
        crowds.spawn(async move {
            // One that is closed in the middle has come as far as it could.
            let _ = crowd.come().await;
            come.send_modify(|count| *count += 1);
            while crowd.hear().await.is_ok() {}
        });
    }
    let mut come = come.subscribe();
    within("all crowds", come.wait_for(|so_far| *so_far == count)).await??;
    Ok(crowds)
}
