//! A real DNS server on a machine of a lab, for the proxies of all.

use std::env::temp_dir;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use tokio::process::{Child, Command};

use crate::complaints::Complaints;
use crate::lab::{Lab, Machine};
use crate::within;

/// Where `ip netns exec` finds what a namespace has in `/etc` instead.
const ETC: &str = "/etc/netns";

/// A server. Dropping it kills the process.
pub struct Dnsmasq {
    process: Child,
    file: PathBuf,
}

/// Makes the server on one machine that of the first `count` of a lab, as long as this lives.
pub struct Resolving(Vec<PathBuf>);

impl Dnsmasq {
    /// One on `machine` that knows these records, in the form of its configuration, and nothing else.
    pub async fn on(machine: &Machine, records: &str) -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let file = temp_dir().join(format!("nws-dnsmasq-{}-{number}.conf", std::process::id()));
        fs::write(&file, records)?;
        let entrance = machine.namespace().entrance();
        let mut command = Command::new(entrance[0]);
        command.args(&entrance[1..]).args([
            "dnsmasq",
            "--keep-in-foreground",
            "--log-facility=-",
            "--pid-file",
        ]);
        command.args(["--no-resolv", "--no-hosts", "--bind-interfaces", "--user=root"]);
        command
            .arg(format!("--listen-address={}", machine.address()))
            .arg(format!("--conf-file={}", file.display()));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().context("cannot start `ip`: install iproute2")?;
        let log = Complaints::of(process.stderr.take().context("it has a log")?);
        let started = log.line(&["dnsmasq", "started"]).await;
        started.context("dnsmasq is missing: apt-get install dnsmasq-base, or cargo xtask test as root")?;
        Ok(Self { process, file })
    }

    /// What `records` are for a proxy of this name at an address, in the domain `example.org`.
    #[must_use]
    pub fn records(name: &str, address: &str) -> String {
        format!(
            "ptr-record=_nws._tcp.example.org,{name}._nws._tcp.example.org\n\
             srv-host={name}._nws._tcp.example.org,{name}.example.org,9010\n\
             host-record={name}.example.org,{address}\n"
        )
    }

    /// Has the machines of a lab ask the server on one of them.
    pub fn serves(lab: &Lab, count: usize, server: usize) -> Result<Resolving> {
        let mut folders = Vec::new();
        for number in 0..count {
            let folder = PathBuf::from(ETC).join(lab[number].namespace().name());
            fs::create_dir_all(&folder)?;
            fs::write(folder.join("resolv.conf"), format!("nameserver {}\n", lab[server].address()))?;
            folders.push(folder);
        }
        Ok(Resolving(folders))
    }

    /// Ends it without a goodbye.
    pub async fn kill(mut self) -> Result<()> {
        Ok(within("the end of dnsmasq", self.process.kill()).await??)
    }
}

impl Drop for Dnsmasq {
    fn drop(&mut self) {
        // What is left of it lies in the folder for such files.
        fs::remove_file(&self.file).ok();
    }
}

impl Drop for Resolving {
    fn drop(&mut self) {
        for folder in &self.0 {
            // No namespace has that name any more.
            fs::remove_dir_all(folder).ok();
        }
    }
}
