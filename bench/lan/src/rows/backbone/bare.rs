//! What a broker does without proxies: bare clients, and bare TLS over streams through it.

use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use futures_util::StreamExt;
use nws_backbone::{Backbone, BackboneConfig, BackboneEvent, SiteSecret, VirtualStream};
use nws_protocol::ProxyId;
use nws_tests::within;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Builder;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::super::bulk::tls;
use super::super::times;

/// Bytes of a block of bulk.
pub(super) const BLOCK: usize = 512 * 1024;
pub(super) const MIB: f64 = 1024.0 * 1024.0;

/// The median of a message of 64 bytes from one client to another and its answer, in milliseconds.
pub(super) async fn round_trip(port: u16, count: usize) -> Result<f64> {
    let connect = || async_nats::connect(format!("127.0.0.1:{port}"));
    let (near, far) = (connect().await?, connect().await?);
    let mut questions = far.subscribe("question").await?;
    let mut answers = near.subscribe("answer").await?;
    for (client, name) in [(&near, "near"), (&far, "far")] {
        subscribed(client, name).await?;
    }
    let mut measured = Vec::new();
    for number in 0..=count {
        let begin = Instant::now();
        near.publish("question", vec![7; 64].into()).await?;
        let question = within("a question", questions.next()).await?.context("the broker has gone")?;
        far.publish("answer", question.payload).await?;
        within("an answer", answers.next()).await?;
        // The first one is slower, as the broker learns who listens.
        measured.extend((number > 0).then(|| begin.elapsed()));
    }
    times::summary(&measured).p50_ms.context("nothing was timed")
}

/// Waits until the broker knows what a client has subscribed to: it takes one thing after the other.
async fn subscribed(client: &async_nats::Client, name: &'static str) -> Result<()> {
    let mut own = client.subscribe(name).await?;
    client.publish(name, "".into()).await?;
    within("an echo of the broker", own.next()).await?.context("the broker has gone")?;
    Ok(())
}

/// MiB a second by TLS between two sites, on threads of their own as if they were two programs.
pub(super) fn bulk(port: u16, blocks: usize) -> Result<f64> {
    let measuring = thread::spawn(move || {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(copy(port, blocks))
    });
    measuring.join().map_err(|_| anyhow!("a panic"))?
}

async fn copy(port: u16, blocks: usize) -> Result<f64> {
    let (near, far) = streams(port).await?;
    let (client, server) = tls::configs()?;
    let name = ServerName::try_from(tls::NAME)?;
    let connecting = TlsConnector::from(client).connect(name, near.stream);
    let accepting = TlsAcceptor::from(server).accept(far.stream);
    let (mut sender, mut receiver) = tokio::try_join!(connecting, accepting)?;
    let begin = Instant::now();
    let sending = tokio::spawn(async move {
        let block = vec![7; BLOCK];
        for _ in 0..blocks {
            sender.write_all(&block).await?;
        }
        sender.flush().await?;
        anyhow::Ok(sender)
    });
    let receiving = tokio::spawn(async move {
        let mut block = vec![0; BLOCK];
        for _ in 0..blocks {
            receiver.read_exact(&mut block).await?;
        }
        anyhow::Ok(receiver)
    });
    let (_sender, _receiver) =
        within("the end of a copy", async { tokio::try_join!(sending, receiving) }).await??;
    Ok((blocks * BLOCK) as f64 / MIB / begin.elapsed().as_secs_f64())
}

/// One end of a stream, and the site that has it.
struct Side {
    stream: VirtualStream,
    _site: Backbone,
}

async fn streams(port: u16) -> Result<(Side, Side)> {
    let secret = SiteSecret::generate()?;
    let [mut one, mut two] = [start(port, "one", &secret, 1).await?, start(port, "two", &secret, 2).await?];
    let seen = async { while !matches!(one.next().await, BackboneEvent::Seen { .. }) {} };
    within("the other site", seen).await?;
    let mut near = one.dialer().dial("two".parse()?).await?;
    near.write_all(b"?").await?;
    let arriving = async {
        loop {
            if let BackboneEvent::Incoming(incoming) = two.next().await {
                return incoming.stream;
            }
        }
    };
    let mut far = within("a stream", arriving).await?;
    far.read_u8().await?;
    Ok((Side { stream: near, _site: one }, Side { stream: far, _site: two }))
}

async fn start(port: u16, name: &str, secret: &SiteSecret, number: u8) -> Result<Backbone> {
    let config = BackboneConfig {
        brokers: vec![format!("nats://127.0.0.1:{port}").parse()?],
        secret: secret.clone(),
        site: name.parse()?,
        credentials: None,
        insecure: false,
    };
    Ok(Backbone::start(&config, ProxyId::from_digest(&[number; 32])).await?)
}
