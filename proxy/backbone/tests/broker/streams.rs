//! Streams between two sites.

use std::io::ErrorKind;

use nws_backbone::{BackboneEvent, SiteSecret, VirtualStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt, split};
use tokio::time::timeout;

use crate::server::Server;
use crate::site::{PATIENCE, Site, config, pair};

async fn connected(west: &Site, east: &mut Site) -> (VirtualStream, VirtualStream) {
    let mut near = west.dial("east").await;
    near.write_all(b"?").await.unwrap();
    let mut far = east.accept("west").await;
    assert_eq!(far.read_u8().await.unwrap(), b'?');
    (near, far)
}

#[tokio::test]
async fn bytes_go_both_ways_whole_and_in_order() {
    let server = Server::start().await;
    let (west, mut east) = pair(server.port).await;
    let (near, far) = connected(&west, &mut east).await;
    let bytes: Vec<u8> = (0..10_000_000_u32).map(|number| (number % 251) as u8).collect();
    let exchange = |stream: VirtualStream| {
        let (bytes, (mut read, mut write)) = (bytes.clone(), split(stream));
        async move {
            let mut arrived = Vec::new();
            let sending = async {
                write.write_all(&bytes).await.unwrap();
                // One that is dropped is over for both.
                write
            };
            let reading = async {
                let mut limited = (&mut read).take(bytes.len() as u64);
                limited.read_to_end(&mut arrived).await.unwrap();
            };
            let (write, ()) = tokio::join!(sending, reading);
            (arrived == bytes, read.unsplit(write))
        }
    };
    let both = async { tokio::join!(exchange(near), exchange(far)) };
    let ((is_near_whole, _near), (is_far_whole, _far)) = timeout(PATIENCE, both).await.unwrap();
    assert!(is_near_whole && is_far_whole);
}

#[tokio::test]
async fn the_end_comes_after_the_last_byte() {
    let server = Server::start().await;
    let (west, mut east) = pair(server.port).await;
    let (mut near, mut far) = connected(&west, &mut east).await;
    near.write_all(&[7; 50_000]).await.unwrap();
    near.shutdown().await.unwrap();
    let mut arrived = Vec::new();
    timeout(PATIENCE, far.read_to_end(&mut arrived)).await.unwrap().unwrap();
    assert_eq!(arrived, [7; 50_000]);
}

#[tokio::test]
async fn one_who_does_not_read_stops_nobody_else() {
    let server = Server::start().await;
    let (west, mut east) = pair(server.port).await;
    let (mut stuck, _unread) = connected(&west, &mut east).await;
    let filling = tokio::spawn(async move {
        let block = vec![0; 64 * 1024];
        let mut written = 0;
        // As long as it goes on in a second: less than would be kept if nothing stopped it.
        while let Ok(Ok(())) = timeout(std::time::Duration::from_secs(1), stuck.write_all(&block)).await {
            written += block.len();
        }
        written
    });
    let (mut near, mut far) = connected(&west, &mut east).await;
    for _ in 0..100 {
        near.write_all(&[1; 1000]).await.unwrap();
        timeout(PATIENCE, far.read_exact(&mut [0; 1000])).await.unwrap().unwrap();
    }
    let written = timeout(PATIENCE, filling).await.unwrap().unwrap();
    assert!((64 * 1024..2 * 1024 * 1024).contains(&written), "{written}");
}

#[tokio::test]
async fn a_broker_that_is_lost_breaks_all_streams_and_new_ones_come() {
    let server = Server::start().await;
    let (mut west, mut east) = pair(server.port).await;
    let (mut near, mut far) = connected(&west, &mut east).await;
    let port = server.kill().await;
    for stream in [&mut near, &mut far] {
        let end = timeout(PATIENCE, stream.read_u8()).await.unwrap().unwrap_err();
        assert_eq!(end.kind(), ErrorKind::ConnectionReset);
    }
    for site in [&mut west, &mut east] {
        site.until(|event| matches!(event, BackboneEvent::Lost).then_some(())).await;
    }
    let _server = Server::again(port).await;
    west.sees("east").await;
    let (mut near, mut far) = connected(&west, &mut east).await;
    far.write_u8(9).await.unwrap();
    assert_eq!(timeout(PATIENCE, near.read_u8()).await.unwrap().unwrap(), 9);
}

#[tokio::test]
async fn a_site_that_starts_anew_has_lost_its_streams() {
    let server = Server::start().await;
    let secret = SiteSecret::generate().unwrap();
    let mut west = Site::start(&config(server.port, "west", &secret)).await;
    let mut east = Site::start(&config(server.port, "east", &secret)).await;
    west.sees("east").await;
    let (mut near, _far) = connected(&west, &mut east).await;
    drop(east);
    let _east = Site::start(&config(server.port, "east", &secret)).await;
    let end = timeout(PATIENCE, near.read_u8()).await.unwrap().unwrap_err();
    assert_eq!(end.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_site_that_stops_has_said_all_that_it_had_to() {
    let server = Server::start().await;
    let (west, mut east) = pair(server.port).await;
    let (mut near, mut far) = connected(&west, &mut east).await;
    far.write_all(b"goodbye").await.unwrap();
    drop(far);
    east.backbone.stop().await;
    let mut arrived = Vec::new();
    timeout(PATIENCE, near.read_to_end(&mut arrived)).await.unwrap().unwrap();
    assert_eq!(arrived, b"goodbye");
}
