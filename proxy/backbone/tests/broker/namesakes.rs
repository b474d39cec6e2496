//! Two proxies with the name of one site.

use nws_backbone::{BackboneEvent, SiteSecret};
use nws_protocol::ProxyId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::server::Server;
use crate::site::{PATIENCE, Site, config};

async fn namesake(site: &mut Site) -> ProxyId {
    site.until(|event| {
        let BackboneEvent::NameTaken { proxy } = event else { return None };
        Some(proxy)
    })
    .await
}

#[tokio::test]
async fn the_first_one_keeps_its_streams_and_all_are_told() {
    let server = Server::start().await;
    let secret = SiteSecret::generate().unwrap();
    let mut west = Site::start(&config(server.port, "west", &secret)).await;
    let mut east = Site::start(&config(server.port, "east", &secret)).await;
    west.sees("east").await;
    let mut near = west.dial("east").await;
    near.write_all(b"?").await.unwrap();
    let mut far = east.accept("west").await;
    assert_eq!(far.read_u8().await.unwrap(), b'?');
    let mut second = Site::start(&config(server.port, "east", &secret)).await;
    assert_eq!(namesake(&mut east).await, second.proxy);
    assert_eq!(namesake(&mut second).await, east.proxy);
    let shared = west.until(|event| {
        assert!(!matches!(event, BackboneEvent::Gone { .. }), "{event:?}");
        let BackboneEvent::NameShared { site, kept, other } = event else { return None };
        Some((site, kept, other))
    });
    let (site, kept, other) = shared.await;
    assert_eq!((site.as_str(), kept, other), ("east", east.proxy.clone(), second.proxy.clone()));
    // What comes for the first one reaches the second one too, which must not answer it.
    for _ in 0..100 {
        near.write_all(&[7; 1000]).await.unwrap();
        far.read_exact(&mut [0; 1000]).await.unwrap();
        far.write_all(b"!").await.unwrap();
        assert_eq!(timeout(PATIENCE, near.read_u8()).await.unwrap().unwrap(), b'!');
    }
}
