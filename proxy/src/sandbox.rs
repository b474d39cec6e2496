//! Gives up privileges before the program serves: an attacker in control of it would have no more
//! than its sockets.
//!
//! Nothing here keeps the program from starting. The log says what the system lacks.

use crate::Config;

/// Gives up what is not needed once the listeners are bound. It applies to this thread and to
/// threads that it starts later, so call it before any other thread is started.
pub fn confine(config: &Config) {
    let Gained { on, off } = system::enter(config);
    let said = |them: &[String]| if them.is_empty() { "nothing".to_owned() } else { them.join(", ") };
    match (cfg!(target_os = "linux"), off.is_empty()) {
        (false, _) => tracing::info!("no sandbox: nws has one on Linux only"),
        (true, true) => tracing::info!("sandbox: {}", said(&on)),
        (true, false) => tracing::warn!("sandbox: {}; not on this system: {}", said(&on), said(&off)),
    }
}

/// The protections that are on, and those that the system lacks, in words for the log.
#[derive(Debug, Default)]
struct Gained {
    on: Vec<String>,
    off: Vec<String>,
}

#[cfg(target_os = "linux")]
mod system {
    use std::path::{Path, PathBuf};

    use landlock::{
        ABI, Access, AccessFs, RestrictionStatus, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
        RulesetStatus, Scope, path_beneath_rules,
    };
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    use rustix::thread::set_no_new_privs;

    use super::Gained;
    use crate::{Config, Links};

    /// All rights that are about files. The ninth version also restricts connecting to sockets of
    /// other programs, which some systems use to look up names.
    const FILES: ABI = ABI::V5;

    /// Where the standard library finds the number of cores, and where a panic finds its symbols.
    const ALWAYS: [&str; 3] = ["/proc/self", "/sys/fs/cgroup", "/proc/self/exe"];

    /// What a C library reads to look up a name. These are folders, because their files are
    /// replaced whenever the network changes, and because each system has other modules.
    const FOR_NAMES: [&str; 11] = [
        "/etc",
        "/gnu/store",
        "/lib",
        "/lib32",
        "/lib64",
        "/nix/store",
        "/run",
        "/usr",
        "/var/db",
        "/var/lib/sss",
        "/var/run",
    ];

    /// What a developer's build reads while it serves, so that a changed page is shown at once.
    const PAGES: &[&str] = if cfg!(debug_assertions) {
        &[
            concat!(env!("CARGO_MANIFEST_DIR"), "/console"),
            concat!(env!("CARGO_MANIFEST_DIR"), "/../demo"),
            concat!(env!("CARGO_MANIFEST_DIR"), "/../polyfill/dist"),
        ]
    } else {
        &[]
    };

    pub(super) fn enter(config: &Config) -> Gained {
        let mut gained = Gained::default();
        let mut note = |what: &str, outcome: Result<(), String>| match outcome {
            Ok(()) => gained.on.push(what.to_owned()),
            Err(reason) => gained.off.push(format!("{what} ({reason})")),
        };
        let text = |error: rustix::io::Errno| error.to_string();
        note("memory is closed", set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(text));
        note("no new privileges", set_no_new_privs(true).map_err(text));
        note("files are closed", close_files(config));
        gained
    }

    /// Closes all files but those that are read later, and those that are removed at the end.
    fn close_files(config: &Config) -> Result<(), String> {
        match landlock(config) {
            Ok(RestrictionStatus { ruleset: RulesetStatus::NotEnforced, .. }) => {
                Err("the kernel has no Landlock".to_owned())
            }
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn landlock(config: &Config) -> Result<RestrictionStatus, RulesetError> {
        // Whom to trust with the name of a broker is read there too, and a user may name a peer later.
        let Links { backbone, peers, browse_domains, .. } = &config.links;
        let state = config.links.memory.folder();
        let has_names = backbone.is_some()
            || !browse_domains.is_empty()
            || (state.is_some() && config.links.are_wanted())
            || peers.iter().any(|peer| !peer.is_numeric());
        let names: &[&str] = if has_names { &FOR_NAMES } else { &[] };
        let read = AccessFs::ReadFile | AccessFs::ReadDir;
        Ruleset::default()
            .handle_access(AccessFs::from_all(FILES))?
            .scope(Scope::Signal)?
            .create()?
            .add_rules(path_beneath_rules(ALWAYS.iter().chain(PAGES).chain(names), read))?
            .add_rules(path_beneath_rules(removable(config), AccessFs::RemoveFile))?
            .add_rules(path_beneath_rules(
                state,
                AccessFs::RemoveFile | AccessFs::MakeReg | AccessFs::WriteFile,
            ))?
            .restrict_self()
    }

    /// The folders of files that are removed at the end: a socket, and the token.
    fn removable(config: &Config) -> impl Iterator<Item = PathBuf> {
        let socket = config.unix.as_deref().and_then(Path::parent).map(Path::to_owned);
        socket.into_iter().chain(config.runtime_folder.as_ref().map(|folder| folder.path.clone()))
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::Gained;
    use crate::Config;

    pub(super) fn enter(_: &Config) -> Gained {
        Gained::default()
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::fs;
    use std::io::ErrorKind;
    use std::net::TcpListener;
    use std::path::Path;
    use std::process::Command;

    use super::*;

    /// Calls `run` with a folder, on a thread that has given up what a proxy with this
    /// configuration gives up.
    fn confined(name: &str, config: Config, run: impl FnOnce(&Path) + Send + 'static) {
        let folder = std::env::temp_dir().join(format!("nws-sandbox-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("file"), "precious").unwrap();
        let inside = folder.clone();
        let thread = std::thread::spawn(move || {
            let gained = system::enter(&config);
            // On a kernel without Landlock there is nothing more to test.
            assert_eq!(gained.on.len() + gained.off.len(), 3, "{gained:?}");
            if gained.off.iter().any(|what| what.contains("the kernel has no Landlock")) {
                return assert_eq!(gained.off.len(), 1, "{gained:?}");
            }
            assert_eq!(gained.off, [""; 0]);
            run(&inside);
        });
        let outcome = thread.join();
        fs::remove_dir_all(&folder).unwrap();
        outcome.unwrap();
    }

    fn is_denied<T>(outcome: std::io::Result<T>) -> bool {
        outcome.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
    }

    #[test]
    fn files_are_closed_and_sockets_are_not() {
        confined("plain", Config::default(), |folder| {
            assert!(is_denied(fs::read(folder.join("file"))));
            assert!(is_denied(fs::read_dir(folder)));
            assert!(is_denied(fs::write(folder.join("file"), "")));
            assert!(is_denied(fs::write(folder.join("new"), "")));
            assert!(is_denied(fs::remove_file(folder.join("file"))));
            assert!(is_denied(fs::read("/etc/hosts")));
            assert!(is_denied(Command::new("/bin/sh").spawn()));
            assert!(fs::read("/proc/self/cgroup").is_ok());
            assert!(TcpListener::bind("127.0.0.1:0").is_ok());
        });
    }

    #[test]
    fn names_of_peers_can_still_be_looked_up() {
        let mut config = Config::default();
        config.links.peers = vec!["localhost:9".parse().unwrap()];
        confined("names", config, |folder| {
            assert!(fs::read("/etc/hosts").is_ok());
            assert!(is_denied(fs::write("/etc/nws-test", "")));
            assert!(is_denied(fs::read(folder.join("file"))));
        });
    }

    #[test]
    fn what_is_remembered_can_still_be_written() {
        let folder = std::env::temp_dir().join(format!("nws-sandbox-{}-state", std::process::id()));
        let config = Config { state_folder: Some(folder), ..Config::default() }.recall();
        confined("state", config, |folder| {
            assert!(fs::write(folder.join("new"), "").is_ok());
            assert!(fs::rename(folder.join("new"), folder.join("newer")).is_ok());
            assert!(is_denied(fs::read(folder.join("file"))));
            assert!(is_denied(fs::write("/etc/nws-test", "")));
            assert!(fs::read("/etc/hosts").is_ok(), "a name may be added");
        });
    }

    #[test]
    fn dns_can_still_be_asked() {
        let mut config = Config::default();
        config.links.browse_domains = vec!["example.org".parse().unwrap()];
        confined("dns", config, |folder| {
            assert!(fs::read("/etc/hosts").is_ok());
            assert!(is_denied(fs::read(folder.join("file"))));
        });
    }

    #[test]
    fn tailscaled_can_still_be_asked() {
        let folder = std::env::temp_dir().join(format!("nws-sandbox-{}-tailscaled", std::process::id()));
        let mut config = Config::default();
        config.links.tailscale = Some(folder.join("tailscaled.sock"));
        let path = folder.join("tailscaled.sock");
        fs::create_dir_all(&folder).unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        confined("tailscaled", config, move |folder| {
            assert!(std::os::unix::net::UnixStream::connect(&path).is_ok());
            assert!(is_denied(fs::read(folder.join("file"))));
        });
    }

    #[test]
    fn a_socket_can_still_be_removed() {
        let folder = std::env::temp_dir().join(format!("nws-sandbox-{}-unix", std::process::id()));
        let config = Config { unix: Some(folder.join("nws.sock")), ..Config::default() };
        confined("unix", config, |folder| {
            assert!(is_denied(fs::read(folder.join("file"))));
            assert!(fs::remove_file(folder.join("file")).is_ok());
        });
    }
}
