//! What lies between two proxies, in the hands of a test: bytes pass as they are.

use std::net::Ipv4Addr;

use anyhow::Result;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A port of this machine that leads to another one, or nowhere.
pub(crate) struct Cable {
    port: u16,
    far: watch::Sender<Option<u16>>,
}

impl Cable {
    /// It leads nowhere yet.
    pub(crate) async fn lay() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (far, receiver) = watch::channel(None);
        tokio::spawn(carry(listener, receiver));
        Ok(Self { port, far })
    }

    /// What `--peer` is to be.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Leads to `port` from now on. What it carried elsewhere breaks.
    pub(crate) fn plug(&self, port: u16) {
        self.far.send_replace(Some(port));
    }

    /// Breaks everything that it carries.
    pub(crate) fn cut(&self) {
        self.far.send_replace(None);
    }
}

async fn carry(listener: TcpListener, far: watch::Receiver<Option<u16>>) {
    while let Ok((near, _)) = listener.accept().await {
        tokio::spawn(connect(near, far.clone()));
    }
}

async fn connect(mut near: TcpStream, mut far: watch::Receiver<Option<u16>>) {
    let Some(port) = *far.borrow_and_update() else { return };
    let Ok(mut other) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut other) => {}
        _ = far.changed() => {}
    }
}
