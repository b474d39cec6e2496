//! Who does not have the secret, or plays with what the broker carries.

use std::time::Duration;

use async_nats::{Client, Message, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt;
use nws_backbone::{BackboneEvent, SiteSecret};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::server::Server;
use crate::site::{PATIENCE, Site, config, pair};

/// Somebody who hears and says what he likes.
async fn intruder(port: u16) -> (Client, Subscriber) {
    let client = async_nats::connect(format!("127.0.0.1:{port}")).await.unwrap();
    let mut all = client.subscribe("nws.>").await.unwrap();
    client.publish("nws.begin", "".into()).await.unwrap();
    heard(&mut all, |message| message.subject.ends_with("begin")).await;
    (client, all)
}

/// Waits until the broker has passed on all that the intruder has said.
async fn passed_on(client: &Client, all: &mut Subscriber) {
    client.publish("nws.end", "".into()).await.unwrap();
    heard(all, |message| message.subject.ends_with("end")).await;
}

async fn heard(all: &mut Subscriber, select: impl Fn(&Message) -> bool) -> Message {
    let found = async {
        loop {
            let message = all.next().await.unwrap();
            if select(&message) {
                return message;
            }
        }
    };
    timeout(PATIENCE, found).await.expect("it is said in time")
}

fn is_data(message: &Message) -> bool {
    message.subject.contains(".in.") && message.payload.first() == Some(&0)
}

/// Sends a stream that both sites know, and gives what `east` has been told by then.
async fn incoming_until_next(west: &Site, east: &mut Site) -> usize {
    let mut mark = west.dial("east").await;
    mark.write_all(b"!mark").await.unwrap();
    let mut count = 0;
    loop {
        let mut stream = east.accept("west").await;
        let mut bytes = [0; 5];
        let read = timeout(PATIENCE, stream.read_exact(&mut bytes)).await.unwrap();
        if read.is_ok() && bytes == *b"!mark" {
            return count;
        }
        count += 1;
    }
}

#[tokio::test]
async fn another_secret_is_another_network() {
    let server = Server::start().await;
    let [one, other] = [(); 2].map(|()| SiteSecret::generate().unwrap());
    let _stranger = Site::start(&config(server.port, "stranger", &other)).await;
    let mut west = Site::start(&config(server.port, "west", &one)).await;
    let _east = Site::start(&config(server.port, "east", &one)).await;
    let seen = west.until(|event| {
        let BackboneEvent::Seen { site, .. } = event else { return None };
        Some(site)
    });
    assert_eq!(seen.await.as_str(), "east");
}

#[tokio::test]
async fn a_stream_without_the_proof_is_none() {
    let server = Server::start().await;
    let (west, mut east) = pair(server.port).await;
    let (client, mut all) = intruder(server.port).await;
    let _first = west.dial("east").await.write_all(b"first").await;
    let real = heard(&mut all, is_data).await;
    let forged = real.subject.rsplit_once('.').unwrap().0.to_owned();
    for (number, length) in [0, 1, 31, 32, 33, 1000, 60_000, 70_000].into_iter().enumerate() {
        let payload = [&[0][..], &vec![7; length]].concat();
        client.publish(format!("{forged}.{number:016x}"), payload.into()).await.unwrap();
    }
    // The proof of another stream.
    client.publish(format!("{forged}.{:016x}", 99), real.payload.clone()).await.unwrap();
    passed_on(&client, &mut all).await;
    assert_eq!(incoming_until_next(&west, &mut east).await, 1);
}

#[tokio::test]
async fn a_stream_that_is_over_cannot_be_begun_again() {
    let server = Server::start().await;
    let (west, mut east) = pair(server.port).await;
    let (client, mut all) = intruder(server.port).await;
    let mut near = west.dial("east").await;
    near.write_all(b"once").await.unwrap();
    let real = heard(&mut all, is_data).await;
    drop(near);
    let mut far = east.accept("west").await;
    let mut arrived = Vec::new();
    timeout(PATIENCE, far.read_to_end(&mut arrived)).await.unwrap().unwrap();
    assert_eq!(arrived, b"once");
    drop(far);
    for _ in 0..1000 {
        client.publish(real.subject.clone(), real.payload.clone()).await.unwrap();
    }
    passed_on(&client, &mut all).await;
    assert_eq!(incoming_until_next(&west, &mut east).await, 0);
}

#[tokio::test]
async fn a_first_message_is_worth_nothing_to_a_site_that_starts_again() {
    let server = Server::start().await;
    let secret = SiteSecret::generate().unwrap();
    let mut west = Site::start(&config(server.port, "west", &secret)).await;
    let mut east = Site::start(&config(server.port, "east", &secret)).await;
    west.sees("east").await;
    let (client, mut all) = intruder(server.port).await;
    west.dial("east").await.write_all(b"once").await.unwrap();
    let real = heard(&mut all, is_data).await;
    east.accept("west").await;
    drop(east);
    let mut east = Site::start(&config(server.port, "east", &secret)).await;
    while west.sees("east").await != east.proxy {}
    for _ in 0..100 {
        client.publish(real.subject.clone(), real.payload.clone()).await.unwrap();
    }
    passed_on(&client, &mut all).await;
    assert_eq!(incoming_until_next(&west, &mut east).await, 0);
}

#[tokio::test]
async fn more_than_was_asked_for_ends_the_stream_and_nothing_else() {
    let server = Server::start().await;
    let (west, mut east) = pair(server.port).await;
    let (client, mut all) = intruder(server.port).await;
    let mut near = west.dial("east").await;
    near.write_all(b"?").await.unwrap();
    let real = heard(&mut all, is_data).await;
    let _far = east.accept("west").await;
    let flood: Bytes = [&[0][..], &[7; 60_000]].concat().into();
    for _ in 0..100 {
        client.publish(real.subject.clone(), flood.clone()).await.unwrap();
    }
    passed_on(&client, &mut all).await;
    let end = timeout(PATIENCE, near.read_u8()).await.unwrap();
    assert!(end.is_err());
    assert_eq!(incoming_until_next(&west, &mut east).await, 0);
}

#[tokio::test]
async fn hellos_of_the_past_and_of_others_change_nothing() {
    let server = Server::start().await;
    let secret = SiteSecret::generate().unwrap();
    let (client, mut all) = intruder(server.port).await;
    let is_hello_of = |site: &'static str| {
        move |message: &Message| {
            message.subject.ends_with(".h")
                && String::from_utf8_lossy(&message.payload).contains(&format!("\"site\":\"{site}\""))
        }
    };
    let early = Site::start(&config(server.port, "east", &secret)).await;
    let old = heard(&mut all, is_hello_of("east")).await;
    drop(early);
    let mut west = Site::start(&config(server.port, "west", &secret)).await;
    let mut east = Site::start(&config(server.port, "east", &secret)).await;
    while west.sees("east").await != east.proxy {}
    let mut near = west.dial("east").await;
    near.write_all(b"?").await.unwrap();
    let mut far = east.accept("west").await;
    client.publish(old.subject.clone(), old.payload.clone()).await.unwrap();
    let forged = String::from_utf8_lossy(&old.payload).replace("\"time\":", "\"time\":9");
    client.publish(old.subject.clone(), forged.into()).await.unwrap();
    passed_on(&client, &mut all).await;
    assert_eq!(far.read_u8().await.unwrap(), b'?');
    far.write_all(b"!").await.unwrap();
    assert_eq!(timeout(Duration::from_secs(20), near.read_u8()).await.unwrap().unwrap(), b'!');
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hellos_in_floods_break_no_stream() {
    let server = Server::start().await;
    let (west, mut east) = pair(server.port).await;
    let (client, mut all) = intruder(server.port).await;
    let mut near = west.dial("east").await;
    near.write_all(b"?").await.unwrap();
    let mut far = east.accept("west").await;
    assert_eq!(far.read_u8().await.unwrap(), b'?');
    let hello = heard(&mut all, |message| message.subject.ends_with(".h")).await;
    drop(all);
    let forged: Bytes = String::from_utf8_lossy(&hello.payload).replace("\"time\":", "\"time\":9").into();
    let flood = tokio::spawn(async move {
        for _ in 0..100_000 {
            client.publish(hello.subject.clone(), forged.clone()).await.unwrap();
        }
        client.flush().await.unwrap();
    });
    // A link is never silent.
    let mut has_ended = false;
    while !has_ended {
        has_ended = flood.is_finished();
        near.write_all(b"!").await.unwrap();
        assert_eq!(timeout(PATIENCE, far.read_u8()).await.unwrap().unwrap(), b'!');
    }
}
