//! A site of a test.

use std::time::Duration;

use nws_backbone::{Backbone, BackboneConfig, BackboneEvent, SiteSecret, VirtualStream};
use nws_protocol::ProxyId;
use tokio::time::timeout;

/// Time in which something has to happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Site {
    pub(crate) backbone: Backbone,
    pub(crate) proxy: ProxyId,
}

pub(crate) fn config(port: u16, site: &str, secret: &SiteSecret) -> BackboneConfig {
    BackboneConfig {
        brokers: vec![format!("nats://127.0.0.1:{port}").parse().unwrap()],
        secret: secret.clone(),
        site: site.parse().unwrap(),
        credentials: None,
        insecure: false,
    }
}

impl Site {
    pub(crate) async fn start(config: &BackboneConfig) -> Self {
        let mut digest = [0; 32];
        getrandom::fill(&mut digest).unwrap();
        let proxy = ProxyId::from_digest(&digest);
        let backbone = Backbone::start(config, proxy.clone()).await.unwrap();
        Self { backbone, proxy }
    }

    /// What `select` makes of the first event of which it makes something.
    pub(crate) async fn until<T>(&mut self, mut select: impl FnMut(BackboneEvent) -> Option<T>) -> T {
        let found = async {
            loop {
                if let Some(found) = select(self.backbone.next().await) {
                    return found;
                }
            }
        };
        timeout(PATIENCE, found).await.expect("it happens in time")
    }

    pub(crate) async fn sees(&mut self, other: &str) -> ProxyId {
        self.until(|event| {
            let BackboneEvent::Seen { site, proxy } = event else { return None };
            (site.as_str() == other).then_some(proxy)
        })
        .await
    }

    pub(crate) async fn dial(&self, other: &str) -> VirtualStream {
        self.backbone.dialer().dial(other.parse().unwrap()).await.unwrap()
    }

    pub(crate) async fn accept(&mut self, from: &str) -> VirtualStream {
        self.until(|event| {
            let BackboneEvent::Incoming(incoming) = event else { return None };
            (incoming.site.as_str() == from).then_some(incoming.stream)
        })
        .await
    }
}

/// Two sites that have seen each other.
pub(crate) async fn pair(port: u16) -> (Site, Site) {
    let secret = SiteSecret::generate().unwrap();
    let mut west = Site::start(&config(port, "west", &secret)).await;
    let mut east = Site::start(&config(port, "east", &secret)).await;
    assert_eq!(west.sees("east").await, east.proxy);
    assert_eq!(east.sees("west").await, west.proxy);
    (west, east)
}
