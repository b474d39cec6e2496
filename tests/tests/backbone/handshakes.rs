//! How many handshakes a site may ask for.

use anyhow::Result;
use nws_backbone::{Backbone, BackboneConfig, BackboneEvent};
use nws_protocol::ProxyId;
use nws_tests::{Broker, within};
use tokio::io::AsyncWriteExt;

use crate::sites::{Key, site};

/// Dials at one time: more than one site may have, and less than all may have that are under way.
const DIALS: usize = 40;

/// The first byte of a TLS handshake, for the rest of which the other side waits.
const BEGINNING: [u8; 1] = [0x16];

#[tokio::test]
async fn one_site_may_have_so_many_handshakes_and_no_more() -> Result<()> {
    let (broker, key) = (Broker::start().await?, Key::make().await?);
    let west = site("west", broker.port(), &key).env("NWS_LOG", "nws_proxy=debug").start().await?;
    let config = BackboneConfig {
        brokers: vec![format!("nats://127.0.0.1:{}", broker.port()).parse()?],
        secret: std::fs::read_to_string(key.path())?.parse()?,
        site: "greedy".parse()?,
        credentials: None,
        insecure: false,
    };
    // The first of all ids, so that the other side leaves it to dial.
    let mut backbone = Backbone::start(&config, ProxyId::from_digest(&[0; 32])).await?;
    let seen = async { while !matches!(backbone.next().await, BackboneEvent::Seen { .. }) {} };
    within("the other site", seen).await?;
    let mut streams = Vec::new();
    for _ in 0..DIALS {
        let mut stream = backbone.dialer().dial("west".parse()?).await?;
        stream.write_all(&BEGINNING).await?;
        streams.push(stream);
    }
    west.log(&["refused since the last such line", "link_full="]).await?;
    Ok(())
}
