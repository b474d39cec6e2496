//! Brokers that are not as they should be, and users who have no time.

use nws_backbone::{BackboneEvent, SiteSecret};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::relay::Relay;
use crate::server::Server;
use crate::site::{PATIENCE, Site, config};

#[tokio::test]
async fn a_user_who_does_not_listen_stops_nothing() {
    let server = Server::start().await;
    let relay = Relay::to(server.port).await;
    let secret = SiteSecret::generate().unwrap();
    let mut west = Site::start(&config(relay.port, "west", &secret)).await;
    let mut east = Site::start(&config(server.port, "east", &secret)).await;
    west.sees("east").await;
    let mut near = west.dial("east").await;
    near.write_all(b"?").await.unwrap();
    let mut far = east.accept("west").await;
    for _ in 0..10 {
        relay.say(&"-ERR 'nothing of importance'\r\n".repeat(100)).await;
        assert_eq!(timeout(PATIENCE, far.read_u8()).await.unwrap().unwrap(), b'?');
        far.write_all(b"!").await.unwrap();
        // It comes after the errors.
        assert_eq!(timeout(PATIENCE, near.read_u8()).await.unwrap().unwrap(), b'!');
        near.write_all(b"?").await.unwrap();
    }
    timeout(PATIENCE, west.dial("east")).await.expect("the task goes on");
    west.until(|event| matches!(event, BackboneEvent::Trouble(_)).then_some(())).await;
    west.sees("east").await;
}

#[tokio::test]
async fn a_broker_that_takes_small_messages_only_is_told_of() {
    let folder = std::env::temp_dir();
    let file = folder.join(format!("nws-backbone-{}.conf", std::process::id()));
    std::fs::write(&file, "max_payload: 100").unwrap();
    let server = Server::with(&["--port", "-1", "--config", file.to_str().unwrap()]).await;
    let mut west = Site::start(&config(server.port, "west", &SiteSecret::generate().unwrap())).await;
    let size = west.until(|event| {
        let BackboneEvent::SmallPayload(size) = event else { return None };
        Some(size)
    });
    assert_eq!(size.await, 100);
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn a_site_of_which_nothing_is_heard_cannot_be_dialled() {
    let server = Server::start().await;
    let west = Site::start(&config(server.port, "west", &SiteSecret::generate().unwrap())).await;
    let dialled = west.backbone.dialer().dial("nowhere".parse().unwrap()).await;
    assert_eq!(dialled.unwrap_err().kind(), std::io::ErrorKind::HostUnreachable);
}
