//! Names what keeps a service from being installed, removed or asked.

use std::error::Error as _;
use std::io;
use std::path::PathBuf;

use nws_protocol::LINK_PORT;

use super::port::Holder;
use crate::cli::Fault;

/// Why something about the service could not be done, and what to do about that.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The flags of the service are not valid, or ask for help.
    #[error("{0}")]
    Fault(Fault),
    /// This system has no supervisor of services that is known here.
    #[error("nws knows no services of {0}: start `nws` where this system starts programs")]
    NoSupervisor(&'static str),
    /// systemd is not the first process of this system.
    #[error(
        "systemd does not run here: in WSL, put `systemd=true` under `[boot]` in /etc/wsl.conf and run \
         `wsl --shutdown`; in a container, make `nws` the program of the container; elsewhere, start `nws` \
         where this system starts programs"
    )]
    NoSystemd,
    /// The user has no instance of systemd.
    #[error(
        "systemd runs nothing for the user {user} yet ({reason}): run `sudo loginctl enable-linger {user}`, which \
         also starts the proxy at boot, or log in as {user} (not by su or sudo), and try again"
    )]
    NoInstance {
        /// The name of the user.
        user: String,
        /// What systemctl said.
        reason: String,
    },
    /// The program has the rights of root, and somebody else called it.
    #[error("run this without sudo: each user has a service of their own, and sudo asks about that of root")]
    Sudo,
    /// The user has no folder of that kind.
    #[error("{variable} is not set, and so the folder for the service is not known: set {variable}")]
    NoFolder {
        /// The variable that names the folder.
        variable: &'static str,
    },
    /// Windows has not told this program whose it is.
    #[error("{variable} is not set, and so it is not known whose service this is: log in, and try again")]
    NoUser {
        /// The variable that names the user.
        variable: &'static str,
    },
    /// systemd looks for units elsewhere.
    #[error(
        "systemd does not find {}: it started with another HOME or XDG_CONFIG_HOME than this shell has; unset \
         XDG_CONFIG_HOME, and try again",
        .0.display()
    )]
    NotFound(PathBuf),
    /// A file of that name is of somebody else.
    #[error("{} is not of `nws service install`: move it away, and try again", .0.display())]
    Foreign(PathBuf),
    /// systemd does not accept the unit.
    #[error("systemd does not accept {}: `systemd-analyze --user verify` on that file says why", .0.display())]
    BadUnit(PathBuf),
    /// The log is closed for this user.
    #[error(
        "this user may not read the journal, or it holds nothing of nws: see \
         `sudo journalctl _SYSTEMD_USER_UNIT=nws.service`, or join the group systemd-journal and log in again"
    )]
    NoLog,
    /// There is no session on the screen in which agents run.
    #[error("launchd has no session for this user ({0}): log in on the screen of this Mac, and try again")]
    NoSession(String),
    /// The path of the program cannot be written into the files of a service.
    #[error("{0:?} is no path that a service can have: move the program")]
    Path(PathBuf),
    /// The program that runs is not where it was.
    #[error("cannot find this program itself: start it again from where it is installed")]
    Program(#[source] io::Error),
    /// Another program has the port.
    #[error(
        "port {port} is taken by {holder}: {remedy}, or choose another port: `nws service install -- --port {}`",
        another_port(*.port)
    )]
    PortTaken {
        /// The port.
        port: u16,
        /// Who has it.
        holder: Holder,
        /// What can be done about that.
        remedy: String,
    },
    /// The service does not serve.
    #[error("the proxy does not start: {0}")]
    NotStarted(String),
    /// The proxy of the service is there already.
    #[error("the service runs already: `nws service status` says more")]
    HostRuns,
    /// Only an installed service has a log.
    #[error("there is no service of this user: `nws service install` makes one")]
    NotInstalled,
    /// The proxy of the service cannot be started.
    #[error("cannot start the proxy {program}")]
    Proxy {
        /// The path of its program.
        program: String,
        /// The error of the system.
        source: io::Error,
    },
    /// A tool of the system cannot be started.
    #[error("cannot run {tool}, which belongs to this system")]
    Tool {
        /// Its name.
        tool: String,
        /// The error of the system.
        source: io::Error,
    },
    /// A tool of the system refuses.
    #[error("`{command}` failed: {reason}")]
    Refused {
        /// The command.
        command: String,
        /// What it said.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} {}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
}

impl Error {
    /// The error with its source, in one line.
    pub(super) fn in_full(&self) -> String {
        self.source().map_or_else(|| self.to_string(), |source| format!("{self}: {source}"))
    }
}

/// A port to propose instead of `port`: not the one that the links of the other proxy have.
fn another_port(port: u16) -> u16 {
    match port.wrapping_add(1) {
        0 => port - 1,
        LINK_PORT => LINK_PORT + 1,
        next => next,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_links_is_not_proposed() {
        assert_eq!([9009, 9100, u16::MAX].map(another_port), [9011, 9101, u16::MAX - 1]);
    }
}
