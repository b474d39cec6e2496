//! What lies between a site and its broker, and says what it is told besides.

use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// Leads to the broker at this port.
pub(crate) struct Relay {
    pub(crate) port: u16,
    lines: mpsc::Sender<String>,
}

impl Relay {
    pub(crate) async fn to(broker: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (lines, said) = mpsc::channel(1);
        tokio::spawn(async move {
            let (near, _) = listener.accept().await.unwrap();
            let far = TcpStream::connect((Ipv4Addr::LOCALHOST, broker)).await.unwrap();
            carry(near, far, said).await;
        });
        Self { port, lines }
    }

    /// Says this to the site, as the broker would.
    pub(crate) async fn say(&self, lines: &str) {
        self.lines.send(lines.to_owned()).await.unwrap();
    }
}

async fn carry(near: TcpStream, far: TcpStream, mut said: mpsc::Receiver<String>) {
    let ((mut near_in, mut near_out), (mut far_in, mut far_out)) = (near.into_split(), far.into_split());
    tokio::spawn(async move { copy(&mut near_in, &mut far_out).await });
    let mut block = vec![0; 64 * 1024];
    let mut is_between = true;
    loop {
        tokio::select! {
            read = far_in.read(&mut block) => {
                let Ok(count @ 1..) = read else { return };
                is_between = block[..count].ends_with(b"\r\n");
                near_out.write_all(&block[..count]).await.unwrap();
            }
            Some(lines) = said.recv(), if is_between => near_out.write_all(lines.as_bytes()).await.unwrap(),
        }
    }
}
