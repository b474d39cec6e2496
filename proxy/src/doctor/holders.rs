//! Names the programs that hold ports, where the system tells.

use std::fmt;
use std::net::SocketAddr;

/// A program that holds a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) address: SocketAddr,
    pub(super) process: Option<Process>,
    pub(super) user: Option<String>,
}

/// A process of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: i32,
    pub(super) name: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.user.as_deref().unwrap_or("unknown");
        match &self.process {
            Some(Process { pid, name }) => write!(f, "{name} (pid {pid}, user {user})"),
            None => write!(f, "a program of user {user} that hides its name"),
        }
    }
}

/// `holders` in words, each once.
pub(super) fn listed(holders: &[Holder]) -> String {
    let mut names: Vec<String> = holders.iter().map(ToString::to_string).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() { "a program that the system does not name".to_owned() } else { names.join(", ") }
}

/// The command that names the holder of a port.
pub(super) fn question(protocol: &str, port: u16) -> String {
    match () {
        () if cfg!(windows) => format!("netstat -abno -p {protocol} | findstr :{port}"),
        () if cfg!(target_os = "linux") && protocol == "udp" => format!("sudo ss -ulpn 'sport = :{port}'"),
        () if cfg!(target_os = "linux") => format!("sudo ss -tlpn 'sport = :{port}'"),
        () => format!("sudo lsof -nP -i {protocol}:{port}"),
    }
}

/// The command that ends a program, or the one that names it.
pub(super) fn end(holders: &[Holder], protocol: &str, port: u16) -> String {
    let pid = holders.iter().find_map(|holder| holder.process.as_ref()).map(|process| process.pid);
    let by_others = holders.iter().any(|holder| holder.user != system::user());
    let sudo = if by_others { "sudo " } else { "" };
    pid.map_or_else(|| question(protocol, port), |pid| format!("{sudo}kill {pid}"))
}

/// The programs that listen on a port of TCP.
pub(super) fn of_tcp(port: u16) -> Vec<Holder> {
    system::tcp(port)
}

/// The programs that have a port of UDP.
pub(super) fn of_udp(port: u16) -> Vec<Holder> {
    system::udp(port)
}

/// The only process of this name, if there is one.
pub(super) fn only(name: &str) -> Option<Process> {
    system::only(name)
}

#[cfg(target_os = "linux")]
mod system {
    use std::collections::HashMap;
    use std::net::SocketAddr;

    use nix::unistd::{Uid, User};
    use procfs::net::{TcpNetEntry, TcpState};
    use procfs::process::{FDTarget, all_processes};

    use super::{Holder, Process};

    /// A socket, the number of its user, and its inode.
    type Socket = (SocketAddr, u32, u64);

    pub(super) fn user() -> Option<String> {
        name(Uid::current().as_raw())
    }

    pub(super) fn tcp(port: u16) -> Vec<Holder> {
        let listens = |it: &TcpNetEntry| it.state == TcpState::Listen && it.local_address.port() == port;
        let all = connections().into_iter().filter(listens);
        named(all.map(|it| (it.local_address, it.uid, it.inode)).collect())
    }

    pub(super) fn udp(port: u16) -> Vec<Holder> {
        let all = [procfs::net::udp(), procfs::net::udp6()].into_iter().flatten().flatten();
        let held = all.filter(|it| it.local_address.port() == port);
        named(held.map(|it| (it.local_address, it.uid, it.inode)).collect())
    }

    pub(super) fn only(wanted: &str) -> Option<Process> {
        let mut found = all_processes().ok()?.flatten().filter_map(|process| {
            let name = process.stat().ok()?.comm;
            (name == wanted && i32::try_from(std::process::id()) != Ok(process.pid))
                .then_some(Process { pid: process.pid, name })
        });
        found.next().filter(|_| found.next().is_none())
    }

    fn connections() -> Vec<TcpNetEntry> {
        [procfs::net::tcp(), procfs::net::tcp6()].into_iter().flatten().flatten().collect()
    }

    fn named(sockets: Vec<Socket>) -> Vec<Holder> {
        let owners = if sockets.is_empty() { HashMap::new() } else { owners(&sockets) };
        let holder = |(address, uid, inode): Socket| Holder {
            address,
            process: owners.get(&inode).cloned(),
            user: name(uid),
        };
        sockets.into_iter().map(holder).collect()
    }

    /// The processes that have these sockets. Those of other users, and those that have closed
    /// their memory, are not told to everyone.
    fn owners(sockets: &[Socket]) -> HashMap<u64, Process> {
        let is_wanted = |inode: &u64| sockets.iter().any(|(_, _, wanted)| wanted == inode);
        let mut owners = HashMap::new();
        for process in all_processes().into_iter().flatten().flatten() {
            let Ok(descriptors) = process.fd() else { continue };
            let inodes = descriptors.flatten().filter_map(|descriptor| {
                if let FDTarget::Socket(inode) = descriptor.target { Some(inode) } else { None }
            });
            for inode in inodes.filter(is_wanted) {
                let name = process.stat().map_or_else(|_| "?".to_owned(), |stat| stat.comm);
                owners.entry(inode).or_insert(Process { pid: process.pid, name });
            }
        }
        owners
    }

    fn name(uid: u32) -> Option<String> {
        let user = User::from_uid(Uid::from_raw(uid)).ok().flatten();
        Some(user.map_or_else(|| uid.to_string(), |user| user.name))
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::{Holder, Process};

    pub(super) fn user() -> Option<String> {
        None
    }

    pub(super) fn tcp(_: u16) -> Vec<Holder> {
        Vec::new()
    }

    pub(super) fn udp(_: u16) -> Vec<Holder> {
        Vec::new()
    }

    pub(super) fn only(_: &str) -> Option<Process> {
        None
    }
}
