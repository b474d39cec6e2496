//! Stands between the clients and a proxy, and does one thing wrong, once, to the third client.

use anyhow::Result;
use nws_tests::{Proxy, Setup};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What happens to the fifth broadcast, or, of presence, to the first notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tampering {
    None,
    Drop,
    Repeat,
    /// With the next of the same sender.
    Swap,
    /// One bit of the data.
    Flip,
    /// One letter of the source.
    Rename,
    /// A `disconnect` of nobody, before it.
    Leave,
    /// The stream ends.
    Close,
    /// The notice does not come.
    Forget,
    /// The notice names somebody else.
    Mistake,
}

/// Which of the clients is tampered with, in the order of their coming.
const VICTIM: usize = 2;
const AT: usize = 5;

/// Dropping it ends it, and the proxy.
pub(crate) struct Relay {
    port: u16,
    task: JoinHandle<Result<()>>,
    _proxy: Proxy,
}

impl Relay {
    pub(crate) async fn start(tampering: Tampering) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let proxy = Setup::new().flag("--allow-host", format!("127.0.0.1:{port}")).start().await?;
        let task = tokio::spawn(accept(listener, proxy.port(), tampering));
        Ok(Self { port, task, _proxy: proxy })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, proxy: u16, tampering: Tampering) -> Result<()> {
    for number in 0.. {
        let (client, _) = listener.accept().await?;
        let tampering = if number == VICTIM { tampering } else { Tampering::None };
        tokio::spawn(serve(client, proxy, tampering));
    }
    Ok(())
}

async fn serve(client: TcpStream, proxy: u16, tampering: Tampering) -> Result<()> {
    let server = TcpStream::connect(("127.0.0.1", proxy)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let ((mut from_client, write), (from_server, mut to_server)) = (client.into_split(), server.into_split());
    let mut down = Down { write, tampering, broadcasts: 0, held: None };
    tokio::select! {
        copied = tokio::io::copy(&mut from_client, &mut to_server) => { copied?; }
        outcome = down.run(BufReader::new(from_server)) => outcome?,
    }
    Ok(())
}

/// What goes from the proxy to one client.
struct Down {
    write: OwnedWriteHalf,
    tampering: Tampering,
    broadcasts: usize,
    held: Option<Vec<u8>>,
}

impl Down {
    async fn run(&mut self, mut read: BufReader<OwnedReadHalf>) -> Result<()> {
        let mut line = Vec::new();
        while line != b"\r\n" {
            line.clear();
            read.read_until(b'\n', &mut line).await?;
            self.write.write_all(&line).await?;
        }
        loop {
            let payload = payload(&mut read).await?;
            let wants_presence = matches!(self.tampering, Tampering::Forget | Tampering::Mistake);
            match action(&payload) {
                Some("connect") if wants_presence => self.tamper(payload).await?,
                Some("broadcast") if !wants_presence => self.broadcast(payload).await?,
                _ => self.send(&payload).await?,
            }
        }
    }

    async fn broadcast(&mut self, payload: Vec<u8>) -> Result<()> {
        self.broadcasts += 1;
        if self.broadcasts == AT {
            return self.tamper(payload).await;
        }
        let is_partner = self.held.as_ref().is_some_and(|held| source(held) == source(&payload));
        self.send(&payload).await?;
        match self.held.take_if(|_| is_partner) {
            Some(held) => self.send(&held).await,
            None => Ok(()),
        }
    }

    async fn tamper(&mut self, mut payload: Vec<u8>) -> Result<()> {
        match std::mem::replace(&mut self.tampering, Tampering::None) {
            Tampering::None => {}
            Tampering::Drop | Tampering::Forget => return Ok(()),
            Tampering::Repeat => self.send(&payload).await?,
            Tampering::Swap => {
                self.held = Some(payload);
                return Ok(());
            }
            Tampering::Flip => change(&mut payload, b"\"data\":\"", 50),
            Tampering::Rename => change(&mut payload, b"\"source\":\"", 3),
            Tampering::Mistake => change(&mut payload, b"\"target\":\"", 3),
            Tampering::Leave => {
                self.send(br#"{"action":"disconnect","source":"a","target":"b"}"#).await?;
            }
            Tampering::Close => {
                self.write.shutdown().await?;
                return Ok(());
            }
        }
        self.send(&payload).await
    }

    async fn send(&mut self, payload: &[u8]) -> Result<()> {
        let length = payload.len() as u16;
        let head = match length {
            0..126 => vec![0x81, length as u8],
            _ => [&[0x81, 126][..], &length.to_be_bytes()].concat(),
        };
        self.write.write_all(&[head, payload.to_vec()].concat()).await?;
        Ok(())
    }
}

/// The payload of the next frame, a text of less than 64 KiB.
async fn payload(read: &mut BufReader<OwnedReadHalf>) -> Result<Vec<u8>> {
    let _text = read.read_u8().await?;
    let length = match read.read_u8().await? {
        126 => read.read_u16().await?,
        short => short.into(),
    };
    let mut payload = vec![0; length.into()];
    read.read_exact(&mut payload).await?;
    Ok(payload)
}

fn action(payload: &[u8]) -> Option<&str> {
    member(payload, "action")
}

fn source(payload: &[u8]) -> Option<&str> {
    member(payload, "source")
}

fn member<'a>(payload: &'a [u8], key: &str) -> Option<&'a str> {
    let text = std::str::from_utf8(payload).ok()?;
    text.split_once(&format!("\"{key}\":\""))?.1.split('"').next()
}

/// Changes the lowest bit of the byte that stands so far behind `key`.
fn change(payload: &mut [u8], key: &[u8], behind: usize) {
    let at = payload.windows(key.len()).position(|window| window == key);
    payload[at.expect("every frame that is changed has this key") + key.len() + behind] ^= 1;
}
