//! Two proxies on this machine that are linked over a broker, or directly.

use std::env::temp_dir;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use nws_tests::{Broker, Peer, Proxy, Setup};

/// A secret that sites share, in a file.
pub(super) struct Key(PathBuf);

impl Key {
    pub(super) async fn make() -> Result<Self> {
        let path = temp_dir().join(format!("nws-bench-{}.key", std::process::id()));
        let exit = Setup::new().instead(&["backbone", "key", &path.display().to_string()]).await?;
        ensure!(exit.status.success(), "{exit:?}");
        Ok(Self(path))
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // What is left of it lies in the folder for such files.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Two proxies, and a peer at each that knows the other one.
pub(super) struct Sites {
    _proxies: [Proxy; 2],
    pub(super) peers: [Peer; 2],
}

impl Sites {
    pub(super) async fn over(broker: &Broker, key: &Key) -> Result<Self> {
        let site = |name| site(name, broker.port(), key).start();
        Self::meet([site("west").await?, site("east").await?]).await
    }

    pub(super) async fn direct() -> Result<Self> {
        let near = || Setup::new().flag("--interface", "lo").flag("--link-port", 0).env("NWS_LOG", "info");
        let west = near().start().await?;
        let port = west.link().await?.1;
        let east = near().flag("--peer", format!("127.0.0.1:{port}")).start().await?;
        Self::meet([west, east]).await
    }

    async fn meet(proxies: [Proxy; 2]) -> Result<Self> {
        let peers = Peer::gather([(&proxies[0], "/bench"), (&proxies[1], "/bench")]).await?;
        Ok(Self { _proxies: proxies, peers })
    }
}

/// A site that only the broker at this port joins with others.
pub(super) fn site(name: &str, broker: u16, key: &Key) -> Setup {
    let setup = Setup::new().flag("--link-port", 0).env("NWS_LOG", "warn");
    let setup = setup.env("NWS_BACKBONE", &format!("nats://127.0.0.1:{broker}"));
    setup.flag("--backbone-key", key.0.display()).flag("--backbone-site", name)
}
