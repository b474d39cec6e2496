//! The sites of a test.

use std::env::temp_dir;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Result, ensure};
use nws_tests::{Proxy, Setup};

/// A secret that several sites share.
pub(crate) struct Key(PathBuf);

impl Key {
    pub(crate) async fn make() -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = temp_dir().join(format!("nws-site-{}-{number}.key", std::process::id()));
        let exit = Setup::new().instead(&["backbone", "key", &path.display().to_string()]).await?;
        ensure!(exit.status.success(), "{exit:?}");
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // What is left of it lies in the folder for such files.
        let _ = fs::remove_file(&self.0);
    }
}

/// A proxy that only the broker at this port joins with others.
pub(crate) fn site(name: &str, broker: u16, key: &Key) -> Setup {
    with_broker(name, &format!("nats://127.0.0.1:{broker}"), key)
}

/// The same with a broker at this URL, which may have a password.
pub(crate) fn with_broker(name: &str, broker: &str, key: &Key) -> Setup {
    on(Setup::new(), name, broker, key).flag("--link-port", 0)
}

/// Makes a site of a proxy.
pub(crate) fn on(setup: Setup, name: &str, broker: &str, key: &Key) -> Setup {
    let setup = setup.env("NWS_BACKBONE", broker).flag("--backbone-key", key.path().display());
    setup.flag("--backbone-site", name).env("NWS_LOG", "nws_proxy=debug")
}

/// Two sites that share a broker.
pub(crate) async fn pair(broker: u16) -> Result<(Key, Proxy, Proxy)> {
    let key = Key::make().await?;
    let (west, east) = (site("west", broker, &key).start().await?, site("east", broker, &key).start().await?);
    Ok((key, west, east))
}
