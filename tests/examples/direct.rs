//! Measures a direct message and its answer between two programs: through the proxy, and the same bytes through
//! a bare TCP relay, by turns, with the same client. Prints JSON; `cargo xtask bench direct` runs it.

#![expect(clippy::print_stdout, reason = "a program that prints what it measured")]

use std::io::Cursor;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nws_report::native::{Direct, Lap, RoundTrip};
use nws_tests::{Connection, Proxy, Request};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

const DATA: usize = 64;
const LAPS: usize = 9;
const TURNS: usize = 10;
const ROUNDS: usize = 300;
/// It leaves the text as it is.
const MASK: [u8; 4] = [0; 4];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("relay") => relay().await,
        _ => measure().await,
    }
}

/// Passes the bytes of each of two connections on to the other.
async fn relay() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    let (a, b) = (listener.accept().await?.0, listener.accept().await?.0);
    a.set_nodelay(true)?;
    b.set_nodelay(true)?;
    let ((mut from_a, mut to_a), (mut from_b, mut to_b)) = (a.into_split(), b.into_split());
    tokio::try_join!(pass(&mut from_a, &mut to_b), pass(&mut from_b, &mut to_a))?;
    Ok(())
}

async fn pass(from: &mut (impl AsyncReadExt + Unpin), to: &mut (impl AsyncWriteExt + Unpin)) -> Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return Ok(to.shutdown().await?);
        }
        to.write_all(&buffer[..count]).await?;
    }
}

/// Laps start both servers anew: where the kernel places a thread decides more than what the thread does.
async fn measure() -> Result<()> {
    let mut laps = Vec::new();
    for _ in 0..LAPS {
        laps.push(lap().await?);
    }
    let of = |server: fn(&Lap) -> RoundTrip| RoundTrip {
        p50_us: median(laps.iter().map(|lap| server(lap).p50_us)),
        p99_us: median(laps.iter().map(|lap| server(lap).p99_us)),
    };
    let (nws, relay) = (of(|lap| lap.nws), of(|lap| lap.relay));
    let ratio = median(laps.iter().map(|lap| lap.ratio));
    println!("{}", serde_json::to_string(&Direct { nws, relay, ratio, laps })?);
    Ok(())
}

async fn lap() -> Result<Lap> {
    let proxy = Proxy::start().await?;
    let mut through_proxy = Track::through_proxy(&proxy).await?;
    let (mut through_relay, _relay) = Track::through_relay(&through_proxy).await?;
    let (mut nws, mut relay) = (Vec::new(), Vec::new());
    for turn in 0..=TURNS {
        let (of_proxy, of_relay) = (through_proxy.turn().await?, through_relay.turn().await?);
        // The first turn warms up.
        if turn > 0 {
            nws.extend(of_proxy);
            relay.extend(of_relay);
        }
    }
    let (nws, relay) = (percentiles(nws), percentiles(relay));
    Ok(Lap { nws, relay, ratio: nws.p50_us / relay.p50_us })
}

/// Two clients on the two ends of a server: what each writes, and how much of it comes out at the other.
struct Track {
    a: Connection,
    b: Connection,
    ping: Vec<u8>,
    pong: Vec<u8>,
    at_a: usize,
    at_b: usize,
}

impl Track {
    async fn through_proxy(proxy: &Proxy) -> Result<Self> {
        let (mut a, id_a) = join(proxy).await?;
        let (b, id_b) = join(proxy).await?;
        // The notices of the other's arrival: `{"action":"connect","source":…,"target":…}`.
        let notice = json!({"action": "connect", "source": id_a, "target": id_b}).to_string();
        a.read_exact(heard_as(&notice)).await?;
        let data = "x".repeat(DATA);
        let (ping, at_b) = message(&id_a, &id_b, &data)?;
        let (pong, at_a) = message(&id_b, &id_a, &data)?;
        Ok(Self { a, b, ping, pong, at_a, at_b })
    }

    /// The same number of bytes, of which a relay passes on what it gets.
    async fn through_relay(like: &Self) -> Result<(Self, Child)> {
        let mut relay = Command::new(std::env::current_exe()?);
        let mut relay = relay.arg("relay").stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let mut port = String::new();
        BufReader::new(relay.stdout.take().context("no output")?).read_line(&mut port).await?;
        let address = ("127.0.0.1", port.trim().parse::<u16>()?);
        let a = Connection::over(TcpStream::connect(address).await?)?;
        let b = Connection::over(TcpStream::connect(address).await?)?;
        let (ping, pong) = (like.ping.clone(), like.pong.clone());
        let (at_b, at_a) = (ping.len(), pong.len());
        Ok((Self { a, b, ping, pong, at_a, at_b }, relay))
    }

    async fn turn(&mut self) -> Result<Vec<Duration>> {
        let mut times = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let start = Instant::now();
            self.a.write(&self.ping).await?;
            self.b.read_exact(self.at_b).await?;
            self.b.write(&self.pong).await?;
            self.a.read_exact(self.at_a).await?;
            times.push(start.elapsed());
        }
        Ok(times)
    }
}

/// Joins the channel, and reads all that is told to whoever does: the own id first, the welcome last.
async fn join(proxy: &Proxy) -> Result<(Connection, String)> {
    let mut connection = Connection::open(proxy).await?;
    connection.write(Request::upgrade("/bench").text(proxy.port()).as_bytes()).await?;
    connection.read_head().await?;
    loop {
        let text: Value = serde_json::from_slice(&read_text(&mut connection).await?)?;
        if text["action"] == "welcome" {
            return Ok((connection, text["source"].as_str().context("no id")?.to_owned()));
        }
    }
}

/// The payload of the next frame.
async fn read_text(connection: &mut Connection) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    loop {
        head.extend(connection.read_exact(1).await?);
        if let Some((_, length)) = FrameHeader::parse(&mut Cursor::new(&head))? {
            return connection.read_exact(length.try_into()?).await;
        }
    }
}

/// A client's message as a frame, and the length of the frame that its target gets.
fn message(source: &str, target: &str, data: &str) -> Result<(Vec<u8>, usize)> {
    let sent = frame(&format!(r#"{{"action":"message","target":"{target}","data":"{data}"}}"#))?;
    let heard = json!({"action": "message", "source": source, "target": target, "data": data});
    Ok((sent, heard_as(&heard.to_string())))
}

/// A client's text frame.
fn frame(text: &str) -> Result<Vec<u8>> {
    let header = FrameHeader { mask: Some(MASK), ..text_header() };
    let mut frame = Vec::new();
    header.format(text.len() as u64, &mut frame)?;
    frame.extend(text.as_bytes());
    Ok(frame)
}

/// The length of a frame in which a peer hears this text.
fn heard_as(text: &str) -> usize {
    text_header().len(text.len() as u64) + text.len()
}

fn text_header() -> FrameHeader {
    FrameHeader { opcode: OpCode::Data(Data::Text), ..FrameHeader::default() }
}

fn percentiles(mut times: Vec<Duration>) -> RoundTrip {
    times.sort();
    let at = |share: f64| times[(times.len() as f64 * share) as usize].as_secs_f64() * 1e6;
    RoundTrip { p50_us: at(0.5), p99_us: at(0.99) }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
