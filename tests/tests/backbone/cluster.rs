//! Three brokers that are one cluster, on machines of their own.

use std::fmt::Write as _;

use anyhow::Result;
use nws_tests::lab::{Lab, Machine};
use nws_tests::{Broker, Peer, Proxy, Setup};

use crate::heard::{Heard, Speaker};
use crate::sites::{Key, on};

/// Brokers of a cluster.
const BROKERS: usize = 3;

/// What a broker of the cluster is told. It finds out in seconds that another one does not answer.
fn configuration(lab: &Lab) -> String {
    let mut routes = String::new();
    for number in 0..BROKERS {
        write!(routes, "nats-route://{}:6222 ", lab[number].address()).expect("a String takes all");
    }
    format!(
        "listen: \"0.0.0.0:4222\"\nping_interval: \"1s\"\nping_max: 2\n\
         cluster {{ name: lab, listen: \"0.0.0.0:6222\", routes: [{}] }}\n",
        routes.trim_end().replace(' ', ", ")
    )
}

async fn brokers(lab: &Lab) -> Result<Vec<Broker>> {
    let mut brokers = Vec::new();
    for number in 0..BROKERS {
        brokers.push(Broker::on(&lab[number], &configuration(lab)).await?);
    }
    for broker in &brokers {
        broker.log(&["Route connection created"]).await?;
    }
    Ok(brokers)
}

/// The URLs of all brokers.
fn all(lab: &Lab) -> String {
    let urls: Vec<_> = (0..BROKERS).map(|number| format!("nats://{}", lab[number].address())).collect();
    urls.join(",")
}

/// A proxy that knows no other one but over the broker at this URL.
fn site(machine: &Machine, name: &str, broker: &str, key: &Key) -> Setup {
    on(Setup::on(machine).switch("--no-discovery").switch("--backbone-insecure"), name, broker, key)
}

/// A site beside each broker, which knows no other broker.
async fn sites(lab: &Lab, key: &Key) -> Result<[Proxy; BROKERS]> {
    let start = |number: usize| {
        let broker = "nats://127.0.0.1";
        let name = format!("site-{number}");
        on(Setup::on(&lab[number]).switch("--no-discovery"), &name, broker, key).start()
    };
    Ok([start(0).await?, start(1).await?, start(2).await?])
}

#[tokio::test]
async fn brokers_that_are_parted_part_the_sites_until_they_are_one_again() -> Result<()> {
    let (lab, key) = (Lab::new(3)?, Key::make().await?);
    let brokers = brokers(&lab).await?;
    let [a, b, c] = sites(&lab, &key).await?;
    let [mut one, mut two, mut three] = Peer::gather([(&a, "/chan"), (&b, "/chan"), (&c, "/chan")]).await?;
    Peer::chorus(&mut [&mut one, &mut two, &mut three]).await?;
    lab[2].unplug()?;
    brokers[2].log(&["Stale Connection"]).await?;
    one.misses(&[&three]).await?;
    two.misses(&[&three]).await?;
    three.misses(&[&one, &two]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    lab[2].plug_in()?;
    for (peer, others) in [(&mut one, 1), (&mut two, 1), (&mut three, 2)] {
        for _ in 0..others {
            peer.arrival().await?;
        }
    }
    Peer::chorus(&mut [&mut one, &mut two, &mut three]).await
}

#[tokio::test]
async fn a_cluster_that_loses_brokers_under_load_loses_nothing_in_silence() -> Result<()> {
    let (lab, key) = (Lab::new(5)?, Key::make().await?);
    let mut brokers = brokers(&lab).await?;
    let west = site(&lab[3], "west", &all(&lab), &key).start().await?;
    let east = site(&lab[4], "east", &all(&lab), &key).start().await?;
    let [mut one, two] = Peer::gather([(&west, "/chan"), (&east, "/chan")]).await?;
    let speaker = Speaker::start(two);
    let mut heard = Heard::of(&speaker);
    heard.more(&mut one, 2_000).await?;
    while brokers.len() > 1 {
        brokers.remove(0).kill().await?;
        // Whoever was there has to find another one; whoever was not goes on.
        heard.more(&mut one, 5_000).await?;
        heard.until(&mut one, Heard::is_there).await?;
    }
    heard.more(&mut one, 2_000).await
}

#[tokio::test]
async fn without_all_brokers_machines_serve_their_own_and_sites_come_back() -> Result<()> {
    let (lab, key) = (Lab::new(5)?, Key::make().await?);
    let gone = brokers(&lab).await?;
    let west = site(&lab[3], "west", &all(&lab), &key).start().await?;
    let east = site(&lab[4], "east", &all(&lab), &key).start().await?;
    let [mut one, mut near, mut two] =
        Peer::gather([(&west, "/chan"), (&west, "/chan"), (&east, "/chan")]).await?;
    for broker in gone {
        broker.kill().await?;
    }
    one.misses(&[&two]).await?;
    near.misses(&[&two]).await?;
    two.misses(&[&one, &near]).await?;
    west.log(&["WARN", "trouble with its broker"]).await?;
    Peer::chorus(&mut [&mut one, &mut near]).await?;
    let _brokers = brokers(&lab).await?;
    for (peer, others) in [(&mut one, 1), (&mut near, 1), (&mut two, 2)] {
        for _ in 0..others {
            peer.arrival().await?;
        }
    }
    Peer::chorus(&mut [&mut one, &mut near, &mut two]).await
}
