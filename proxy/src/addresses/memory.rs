//! Remembers addresses in a file of this user, from one start of the proxy to the next.
//!
//! There is one file for each port for clients, and one for each socket of proxies without a port.
//! What cannot be read is never written over: it may be of a later version, or be mended.

use std::fs;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use super::REMEMBERED_MAX;
use crate::Config;
use crate::api::{file_key, make_folder, replace_private};
use crate::discovery::PeerAddress;
use crate::proxy_place::ProxyPlace;

/// The version of the file.
const VERSION: u32 = 1;

/// Bytes of a file, far more than the addresses take that it may have.
const FILE_MAX: u64 = 256 * 1024;

/// The addresses that are remembered, and where.
#[derive(Clone, Debug)]
pub struct AddressMemory {
    addresses: Vec<PeerAddress>,
    /// The file, or why there is none.
    place: Result<PathBuf, &'static str>,
    /// Why the file is not to be touched.
    fault: Option<String>,
}

/// What is in a file.
#[derive(Debug, Deserialize, Serialize)]
struct Stored {
    version: u32,
    addresses: Vec<String>,
}

/// The part of a file that each version has.
#[derive(Debug, Deserialize)]
struct Versioned {
    version: u32,
}

impl Default for AddressMemory {
    fn default() -> Self {
        Self { addresses: Vec::new(), place: Err("nothing says where"), fault: None }
    }
}

impl AddressMemory {
    /// Reads what a proxy of this configuration remembers. What it cannot read it tells the log.
    pub(crate) fn open(config: &Config) -> Self {
        let place = match (&config.state_folder, file_name(config)) {
            (Some(folder), Some(name)) => Ok(folder.join(name)),
            (_, None) => Err("it has another port at each start: give it one by --port"),
            (None, _) => Err("this user has no folder for it: set HOME or XDG_STATE_HOME"),
        };
        let Ok(path) = &place else { return Self { place, ..Self::default() } };
        match read(path) {
            Ok(addresses) => {
                if !addresses.is_empty() {
                    let (count, file) = (addresses.len(), path.display());
                    tracing::info!(count, %file, "remembered addresses: `nws peers list` tells them");
                }
                Self { addresses, place, fault: None }
            }
            Err(reason) => {
                let fault = format!(
                    "the remembered addresses in {} cannot be read ({reason}): mend the file or move it away, and \
                     start the proxy again",
                    path.display()
                );
                tracing::warn!("{fault}");
                Self { addresses: Vec::new(), place, fault: Some(fault) }
            }
        }
    }

    /// The addresses.
    #[must_use]
    pub fn addresses(&self) -> &[PeerAddress] {
        &self.addresses
    }

    /// The folder of the file, made if that is possible.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "the sandbox asks, which is on Linux only")
    )]
    pub(crate) fn folder(&self) -> Option<&Path> {
        let folder = self.place.as_ref().ok().filter(|_| self.fault.is_none())?.parent()?;
        // Where it cannot be made, the reason is told when something is to be written.
        let _ = make_folder(folder);
        Some(folder)
    }

    /// Why what is added now is forgotten when the proxy ends, or why nothing can be added.
    pub(crate) fn shortcoming(&self) -> Option<String> {
        let for_now = self.place.as_ref().err();
        let for_now = for_now.map(|why| format!("the proxy forgets what is added when it ends, for {why}"));
        self.fault.clone().or(for_now)
    }

    /// Remembers these and no others.
    ///
    /// # Errors
    ///
    /// The reason why the file cannot be written. Then nothing has changed.
    pub(crate) async fn replace(&mut self, addresses: Vec<PeerAddress>) -> Result<(), String> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        if let Ok(path) = self.place.clone() {
            let text = text_of(&addresses);
            let file = path.clone();
            let written = spawn_blocking(move || replace_private(&file, &text)).await;
            written.map_err(io::Error::other).flatten().map_err(|error| {
                let reason = unwritten(&path, &error);
                tracing::warn!("{reason}");
                reason
            })?;
        }
        self.addresses = addresses;
        Ok(())
    }
}

/// The name of the file for a proxy of this configuration, if it finds the same one again.
fn file_name(config: &Config) -> Option<String> {
    let place = match (config.tcp, config.port) {
        (true, 0) => None,
        (true, port) => Some(ProxyPlace::Port(port)),
        (false, _) => config.unix.clone().map(ProxyPlace::Socket),
    };
    place.map(|place| format!("peers-{}.json", file_key(&place)))
}

/// Why a file is not written, and what helps.
fn unwritten(path: &Path, error: &io::Error) -> String {
    let shown = path.display();
    // A proxy whose files are closed cannot make it again.
    if path.parent().is_some_and(|folder| !folder.exists()) {
        return format!(
            "{shown} cannot be written, as its folder is not there ({error}): start the proxy again, which makes it, or \
             name the address by --peer"
        );
    }
    format!("{shown} cannot be written ({error}): let this user write there, or name the address by --peer")
}

fn read(path: &Path) -> Result<Vec<PeerAddress>, String> {
    // A pipe would be waited for until somebody writes into it.
    if fs::metadata(path).is_ok_and(|it| !it.is_file()) {
        return Err("it is no file".to_owned());
    }
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(error.to_string()),
    };
    let mut text = Vec::new();
    file.take(FILE_MAX).read_to_end(&mut text).map_err(|error| error.to_string())?;
    let Versioned { version } =
        serde_json::from_slice(&text).map_err(|_| "it is no list of addresses".to_owned())?;
    if version != VERSION {
        return Err(format!("it is of version {version}, and this program knows version {VERSION}"));
    }
    let stored: Stored = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    if stored.addresses.len() > REMEMBERED_MAX {
        return Err(format!("it has more than {REMEMBERED_MAX} addresses"));
    }
    stored.addresses.iter().map(|it| it.parse().map_err(|error| format!("{error}"))).collect()
}

fn text_of(addresses: &[PeerAddress]) -> Vec<u8> {
    let stored = Stored { version: VERSION, addresses: addresses.iter().map(ToString::to_string).collect() };
    let mut text = serde_json::to_vec_pretty(&stored).unwrap_or_default();
    text.push(b'\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("nws-memory-{}-{name}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn open(&self) -> AddressMemory {
            AddressMemory::open(&Config { state_folder: Some(self.0.clone()), ..Config::default() })
        }

        fn file(&self) -> PathBuf {
            self.0.join("peers-9009.json")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn some() -> Vec<PeerAddress> {
        ["nas:9010", "[::1]:7"].iter().map(|text| text.parse().unwrap()).collect()
    }

    #[tokio::test]
    async fn what_is_remembered_is_read_again_and_only_this_user_can_read_it() {
        let folder = Folder::new("again");
        let mut memory = folder.open();
        assert!(memory.addresses().is_empty() && memory.shortcoming().is_none());
        memory.replace(some()).await.unwrap();
        assert_eq!(folder.open().addresses(), some());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(folder.file()).unwrap().permissions().mode() & 0o777, 0o600);
        }
        memory.replace(Vec::new()).await.unwrap();
        assert!(folder.open().addresses().is_empty());
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "nothing lies beside it");
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_not_written_over() {
        for (text, why) in [
            ("", "no list"),
            ("{\"version\":1,\"addresses\":[\"nas", "no list"),
            ("{\"version\":2,\"other\":[]}", "version 2"),
            ("{\"version\":1}", "addresses"),
            ("{\"version\":1,\"addresses\":[\"nas\"]}", "HOST:PORT"),
        ] {
            let folder = Folder::new("broken");
            fs::write(folder.file(), text).unwrap();
            let mut memory = folder.open();
            assert!(memory.addresses().is_empty());
            let said = memory.shortcoming().unwrap();
            assert!(said.contains(why) && said.contains("mend"), "{said}");
            assert_eq!(memory.replace(some()).await.unwrap_err(), said);
            assert_eq!(fs::read_to_string(folder.file()).unwrap(), text);
        }
    }

    /// Whoever reads a pipe waits for ever.
    #[cfg(unix)]
    #[test]
    fn what_is_no_file_keeps_no_proxy_from_starting() {
        let folder = Folder::new("pipe");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mkfifoat(rustix::fs::CWD, folder.file(), mode).unwrap();
        assert!(folder.open().shortcoming().unwrap().contains("no file"));
    }

    #[test]
    fn a_folder_that_cannot_be_made_again_is_named_as_the_reason() {
        let reason = unwritten(Path::new("/nonesuch/nws/peers-9009.json"), &io::Error::other("why"));
        assert!(reason.contains("start the proxy again"), "{reason}");
        let reason = unwritten(&std::env::temp_dir().join("peers-9009.json"), &io::Error::other("why"));
        assert!(reason.contains("let this user write there"), "{reason}");
    }

    #[test]
    fn a_proxy_finds_its_own_file_again_or_has_none() {
        let of = |tcp, port, unix: Option<&str>| {
            file_name(&Config { tcp, port, unix: unix.map(PathBuf::from), ..Config::default() })
        };
        for unix in [None, Some("/run/one/nws.sock")] {
            assert_eq!(of(true, 9100, unix).unwrap(), "peers-9100.json");
            assert_eq!(of(true, 0, unix), None);
        }
        let one = of(false, 9100, Some("/run/one/nws.sock")).unwrap();
        assert!(one.starts_with("peers-unix-"), "{one}");
        assert_ne!(of(false, 9100, Some("/run/two/nws.sock")).unwrap(), one);
        assert_eq!(of(false, 9100, None), None);
        for config in [
            Config { state_folder: Some("/".into()), port: 0, ..Config::default() },
            Config { state_folder: None, ..Config::default() },
        ] {
            assert!(AddressMemory::open(&config).shortcoming().unwrap().contains("forgets"));
        }
    }
}
