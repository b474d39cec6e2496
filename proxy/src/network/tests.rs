use std::time::Duration;

use tokio::net::TcpStream;
use tokio::runtime::{Builder, LocalOptions};
use tokio::task::yield_now;
use tokio::time::timeout;

use super::*;
use crate::config::Config;
use crate::shard::Shards;

const DEADLINE: Duration = Duration::from_secs(30);

/// Starts a network that dials `peers`, and gives its port.
async fn start(shards: &Shards, peers: &[u16]) -> (Network, u16) {
    let peers: Vec<_> = peers.iter().map(|port| format!("127.0.0.1:{port}").parse().unwrap()).collect();
    let inputs = Inputs { news: news().1, asked: mpsc::channel(1).1, peers: watch::channel(peers.into()).1 };
    let links = Links { discovery: false, allow_remote: true, ..Config::default().links };
    let listener = LinkListener::bind(Some(0)).unwrap();
    let port = listener.port();
    let identity = Identity::generate().unwrap();
    let network = Network::start(links, identity, listener, shards.handles(), inputs, Refusals::default());
    (network.await.unwrap(), port)
}

async fn until(holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            yield_now().await;
        }
    };
    timeout(DEADLINE, waiting).await.unwrap();
}

#[test]
fn nothing_is_left_of_a_network_that_is_dropped() {
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default()).unwrap();
    runtime.block_on(async {
        let (config, own) = (Config { shards: Some(1), ..Config::default() }, Identity::generate().unwrap());
        let shards = Shards::start(&config, own.id(), None, &Refusals::default()).unwrap();
        let (one, port) = start(&shards, &[]).await;
        let (mut other, _) = start(&shards, &[port]).await;
        let (at_one, at_other) = (Rc::downgrade(&one.mesh), Rc::downgrade(&other.mesh));
        // One for this proxy, and one for the listener: more is a link, or may become one.
        let has_more = || at_one.strong_count() > 2 && at_other.strong_count() > 2;
        tokio::select! {
            never = other.run() => match never {},
            () = until(has_more) => {}
        }
        drop(one);
        until(|| at_one.strong_count() == 0).await;
        assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
        drop(other);
        until(|| at_other.strong_count() == 0).await;
        shards.stop().await;
    });
}
