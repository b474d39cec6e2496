//! Many guesses: how many evaluations whoever guesses gets, and who waits for that.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use nws_protocol::limits::LINK_SLOTS_PER_MESSAGE;
use nws_protocol::link::{Hello, LinkFrame, Slot, VERSION};
use nws_tests::{Peer, Proxy, within};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::frames::ELEMENT;
use crate::identity::Identity;
use crate::proxies::{linkable, linked_to};
use crate::stranger::Stranger;
use crate::wire::Wire;

/// So many at once, and so many more each second.
struct Budget {
    burst: usize,
    rate: usize,
}

const LINK: Budget = Budget { burst: 256, rate: 1 };
const SOURCE: Budget = Budget { burst: 512, rate: 2 };
const EVERYBODY: Budget = Budget { burst: 2048, rate: 8 };

impl Budget {
    /// The most there can be after the time since `start`.
    fn most(&self, start: Instant) -> f64 {
        self.burst as f64 + self.rate as f64 * start.elapsed().as_secs_f64() + 1.0
    }
}

/// Links to one proxy, on each of which somebody guesses as fast as it may.
struct Flood {
    start: Instant,
    granted: Arc<watch::Sender<usize>>,
    links: JoinSet<Result<()>>,
}

impl Flood {
    fn new() -> Self {
        Self { start: Instant::now(), granted: Arc::default(), links: JoinSet::new() }
    }

    /// One link more, from 127.0.0.`source`.
    async fn swell(&mut self, proxy: &Proxy, source: u8) -> Result<()> {
        let wire = Wire::dial(&Identity::new()?, source, proxy.link().await?.1).await?;
        self.links.spawn(guess(wire, Arc::clone(&self.granted)));
        Ok(())
    }

    /// Waits until so many were granted, and no link was closed.
    async fn reach(&mut self, count: usize) -> Result<()> {
        let mut granted = self.granted.subscribe();
        tokio::select! {
            reached = within("evaluations", granted.wait_for(|sum| *sum >= count)) => drop(reached??),
            Some(ended) = self.links.join_next() => bail!("a link has ended: {ended:?}"),
        }
        Ok(())
    }

    /// More are waited for than the burst is, which proves that the rest comes late and comes, and there are no more than
    /// the time allows.
    async fn expect(&mut self, budget: &Budget) -> Result<()> {
        self.reach(budget.burst + 2 * budget.rate).await?;
        let most = budget.most(self.start);
        let granted = *self.granted.borrow();
        assert!(granted as f64 <= most, "{granted} evaluations, where {most} are the most");
        Ok(())
    }
}

/// Has as many elements waiting as there may be, always. One is as good as another: what is blinded tells nothing of
/// the name.
async fn guess(mut wire: Wire, granted: Arc<watch::Sender<usize>>) -> Result<()> {
    wire.send(LinkFrame::Hello(Hello {
        version_min: VERSION,
        version_max: VERSION,
        suite: 1,
        slots_max: 1024,
    }))
    .await?;
    let (mut first, mut elements) = (0, vec![ELEMENT; LINK_SLOTS_PER_MESSAGE]);
    loop {
        wire.send(LinkFrame::Blind { first, elements: &elements }).await?;
        first += Slot::try_from(elements.len())?;
        let count = evaluations(&mut wire).await?;
        granted.send_modify(|sum| *sum += count);
        elements.truncate(0);
        elements.resize(count, ELEMENT);
    }
}

/// Waits for the next ones, and gives their number.
async fn evaluations(wire: &mut Wire) -> Result<usize> {
    loop {
        let frame = wire.receive().await?.context("the proxy has closed")?;
        if let LinkFrame::Eval { elements, .. } = LinkFrame::parse(&frame)? {
            return Ok(elements.len());
        }
    }
}

/// By somebody who knows a thousand names, and does with each what a proxy does.
#[tokio::test]
async fn a_thousand_names_get_the_budget_of_a_link() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let start = Instant::now();
    let wire = Wire::dial(&Identity::new()?, 2, proxy.link().await?.1).await?;
    let names: Vec<String> = (0..1000).map(|number| format!("guess-{number}")).collect();
    let mut guesser = Stranger::new(wire, &names)?;
    guesser.until(|it| it.granted() >= LINK.burst + 2 * LINK.rate).await?;
    let (granted, most) = (guesser.granted(), LINK.most(start));
    assert!(granted as f64 <= most, "{granted} evaluations, where {most} are the most");
    assert!(guesser.matched.is_empty());
    peer.id().await?;
    Ok(())
}

#[tokio::test]
async fn one_link_gets_its_budget() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut peer = Peer::alone(&proxy, "/room").await?;
    let mut flood = Flood::new();
    flood.swell(&proxy, 2).await?;
    flood.expect(&LINK).await?;
    peer.id().await?;
    Ok(())
}

#[tokio::test]
async fn links_of_one_source_share_a_budget() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut flood = Flood::new();
    for _ in 0..4 {
        flood.swell(&proxy, 2).await?;
    }
    flood.expect(&SOURCE).await?;
    // Somebody else has not waited for that.
    let other = linked_to(proxy.link().await?.1).start().await?;
    let [mut one, mut other] = Peer::gather([(&proxy, "/room"), (&other, "/room")]).await?;
    Peer::chorus(&mut [&mut one, &mut other]).await?;
    flood.expect(&SOURCE).await
}

#[tokio::test]
async fn who_comes_again_gets_no_more() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut flood = Flood::new();
    for granted in [LINK.burst, SOURCE.burst] {
        flood.swell(&proxy, 2).await?;
        flood.reach(granted).await?;
        flood.links = JoinSet::new();
    }
    flood.swell(&proxy, 2).await?;
    flood.expect(&SOURCE).await
}

#[tokio::test]
async fn all_strangers_share_a_budget_and_friends_have_their_own() -> Result<()> {
    let proxy = linkable().start().await?;
    let friend = linked_to(proxy.link().await?.1).start().await?;
    let [mut one, mut other] = Peer::gather([(&proxy, "/room"), (&friend, "/room")]).await?;
    let mut flood = Flood::new();
    for source in 2..8 {
        for _ in 0..3 {
            flood.swell(&proxy, source).await?;
        }
    }
    flood.reach(EVERYBODY.burst + 2 * EVERYBODY.rate).await?;
    for number in 0..4 {
        let path = format!("/more{number}");
        let [mut one, mut other] = Peer::gather([(&proxy, &path), (&friend, &path)]).await?;
        Peer::chorus(&mut [&mut one, &mut other]).await?;
    }
    Peer::chorus(&mut [&mut one, &mut other]).await?;
    flood.expect(&EVERYBODY).await
}
