//! What the system says: flags of interfaces, the clock, descriptors.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use super::check::Check;
use super::holders::Process;

const CLOCK: &str = "clock";
const DESCRIPTORS: &str = "descriptors";

/// Descriptors below which a proxy has little room.
const DESCRIPTORS_LEAST: u64 = 1024;

/// A time before this program was written: 2026-01-01.
const PAST: Duration = Duration::from_secs(1_767_225_600);

/// How far two clocks may part while this program runs.
const DRIFT_MAX: Duration = Duration::from_secs(1);

/// What the system says of an interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    pub(super) is_up: bool,
    pub(super) is_running: bool,
    pub(super) is_loopback: bool,
    pub(super) is_point_to_point: bool,
    pub(super) has_multicast: bool,
}

/// The flags of all interfaces, also of those that have no address.
#[cfg(unix)]
pub(super) fn flags() -> BTreeMap<String, Flags> {
    use nix::net::if_::InterfaceFlags;

    let all = nix::ifaddrs::getifaddrs().into_iter().flatten();
    let read = |flags: InterfaceFlags| Flags {
        is_up: flags.contains(InterfaceFlags::IFF_UP),
        is_running: flags.contains(InterfaceFlags::IFF_RUNNING),
        is_loopback: flags.contains(InterfaceFlags::IFF_LOOPBACK),
        is_point_to_point: flags.contains(InterfaceFlags::IFF_POINTOPOINT),
        has_multicast: flags.contains(InterfaceFlags::IFF_MULTICAST),
    };
    all.map(|it| (it.interface_name, read(it.flags))).collect()
}

/// Windows tells them in another way.
#[cfg(not(unix))]
pub(super) fn flags() -> BTreeMap<String, Flags> {
    BTreeMap::new()
}

/// Both clocks at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clocks {
    wall: SystemTime,
    steady: Instant,
}

impl Clocks {
    pub(super) fn now() -> Self {
        Self { wall: SystemTime::now(), steady: Instant::now() }
    }

    /// Judges the clock by what has passed since this moment.
    pub(super) fn check(self) -> Check {
        let now = Self::now();
        let steady = now.steady.duration_since(self.steady);
        let wall = now.wall.duration_since(self.wall).unwrap_or_default();
        let remedy =
            if cfg!(target_os = "linux") { Some("sudo timedatectl set-ntp true".to_owned()) } else { None };
        let is_past = now.wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default() < PAST;
        if is_past {
            let evidence =
                "the clock shows a time before 2026: browsers refuse https pages, and logs mislead";
            return Check::fault(CLOCK, evidence).remedy(remedy);
        }
        if wall.abs_diff(steady) > DRIFT_MAX {
            let evidence = format!("the clock went {wall:.1?} in {steady:.1?}: something sets it");
            return Check::note(CLOCK, evidence).remedy(remedy);
        }
        Check::yes(CLOCK, "the clock goes evenly, and its year is plausible; links do not depend on it")
    }
}

/// The limit of descriptors of the proxy, or of this program if that one is not known.
pub(super) fn descriptors(proxy: Option<&Process>) -> Check {
    let Some((whose, limit)) = limit(proxy) else {
        return Check::unknown(DESCRIPTORS, "this system does not tell its limit of descriptors");
    };
    let evidence = format!("{whose} may have {limit} open files and connections");
    if limit >= DESCRIPTORS_LEAST {
        return Check::yes(DESCRIPTORS, evidence);
    }
    Check::fault(DESCRIPTORS, format!("{evidence}: a busy proxy turns clients and other proxies away"))
        .remedy("ulimit -n 65536 before nws (in a unit of systemd: LimitNOFILE=65536)".to_owned())
}

#[cfg(target_os = "linux")]
fn limit(proxy: Option<&Process>) -> Option<(String, u64)> {
    use procfs::process::LimitValue;

    let of = |process: &Process| {
        let limits = procfs::process::Process::new(process.pid).ok()?.limits().ok()?;
        // A proxy raises its limit as far as it may.
        let limit = match limits.max_open_files.hard_limit {
            LimitValue::Value(limit) => limit,
            LimitValue::Unlimited => u64::MAX,
        };
        Some((format!("the proxy (pid {})", process.pid), limit))
    };
    proxy.and_then(of).or_else(own_limit)
}

#[cfg(not(target_os = "linux"))]
fn limit(_: Option<&Process>) -> Option<(String, u64)> {
    own_limit()
}

#[cfg(unix)]
fn own_limit() -> Option<(String, u64)> {
    let (_, hard) = rlimit::getrlimit(rlimit::Resource::NOFILE).ok()?;
    Some(("a program that is started here".to_owned(), hard))
}

#[cfg(not(unix))]
fn own_limit() -> Option<(String, u64)> {
    None
}
