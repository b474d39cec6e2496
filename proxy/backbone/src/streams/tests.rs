use std::time::Duration;

use async_nats::ConnectOptions;
use tokio::time::timeout;

use super::*;
use crate::SiteSecret;

const PATIENCE: Duration = Duration::from_secs(20);

/// Those of `site`, with a client that never finds a broker.
async fn streams(site: &str, secret: &SiteSecret) -> Streams {
    let client = ConnectOptions::new().retry_on_initial_connect().connect("127.0.0.1:1").await.unwrap();
    let (keys, site) = (secret.keys(), site.parse::<SiteName>().unwrap());
    Streams::new(client, Subjects::new(&keys.realm, site.clone()), site, keys.dial)
}

/// The first message of a stream from `west` to this incarnation of `east`.
fn first(number: u64, secret: &SiteSecret, incarnation: u64) -> (String, Bytes) {
    let [west, east] = ["west", "east"].map(|site| site.parse::<SiteName>().unwrap());
    let (keys, id) = (secret.keys(), StreamId::of(number));
    let proof = keys.dial.sign(&proof_fields(id, &west, &east, incarnation));
    let subject = Subjects::new(&keys.realm, west).to(&east, id);
    (subject, [&[0][..], &proof, b"x"].concat().into())
}

fn begins(streams: &mut Streams, subject: &str, message: &Bytes) -> bool {
    matches!(streams.on_message(subject, message.clone()), Arrival::Stream(_))
}

#[tokio::test]
async fn a_first_message_is_for_one_incarnation_and_for_once() {
    let secret = SiteSecret::generate().unwrap();
    let mut east = streams("east", &secret).await;
    east.begin_anew(7);
    let (subject, message) = first(1, &secret, 7);
    assert!(begins(&mut east, &subject, &message));
    timeout(PATIENCE, east.clear_ended()).await.unwrap();
    assert!(!begins(&mut east, &subject, &message));
    east.begin_anew(8);
    assert!(!begins(&mut east, &subject, &message));
    let (subject, message) = first(1, &secret, 8);
    assert!(begins(&mut east, &subject, &message));
}

#[tokio::test]
async fn one_that_closes_begins_no_stream() {
    let secret = SiteSecret::generate().unwrap();
    let mut east = streams("east", &secret).await;
    east.begin_anew(7);
    east.close();
    let (subject, message) = first(1, &secret, 7);
    assert!(!begins(&mut east, &subject, &message));
    assert!(east.dial("west".parse().unwrap(), 1).is_none());
}

#[tokio::test]
async fn what_was_begun_and_never_answered_can_be_given_up() {
    let secret = SiteSecret::generate().unwrap();
    let mut east = streams("east", &secret).await;
    east.begin_anew(7);
    let (subject, message) = first(1, &secret, 7);
    let _answered = east.on_message(&subject, message);
    let west: SiteName = "west".parse().unwrap();
    let _unanswered = east.dial(west.clone(), 1).unwrap();
    east.break_unanswered(&west);
    let over: Vec<bool> = east.open.values().map(|stream| stream.is_over()).collect();
    assert_eq!(over.iter().filter(|is_over| **is_over).count(), 1);
}

#[tokio::test]
async fn a_pump_that_panics_leaves_nothing_behind() {
    let secret = SiteSecret::generate().unwrap();
    let mut east = streams("east", &secret).await;
    let (mut user, shared, _outbox) = stream(east.window());
    let key = ("west".parse().unwrap(), StreamId::of(1));
    east.open(key, shared, async { panic!("a test") });
    timeout(PATIENCE, east.clear_ended()).await.unwrap();
    assert!(!east.has_some() && east.keys.is_empty());
    let read = tokio::io::AsyncReadExt::read_u8(&mut user).await;
    assert_eq!(read.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}
