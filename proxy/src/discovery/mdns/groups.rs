//! Logs at which addresses a daemon is a member of the mDNS group.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use mdns_sd::DaemonEvent;

use super::sockets::Held;
use crate::interfaces::{self, Interface, Interfaces};
use crate::trouble::Trouble;

/// How long the daemon may be behind. It reads the interfaces as often as this proxy does, and
/// retries what failed.
pub(super) const GRACE: Duration = interfaces::PERIOD.saturating_mul(3);

/// Addresses above which nothing is logged: of so many events at once the daemon may drop some.
const JUDGED_MAX: usize = 64;

/// The reason why it is not a member, where the system refuses.
#[cfg(any(target_os = "linux", target_os = "android"))]
const REFUSED: &str = "the system allows no more groups: raise net.ipv4.igmp_max_memberships with sysctl, or use \
                       fewer interfaces with --interface";
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const REFUSED: &str = "the system does not let it join the group";

/// The groups of one daemon after the other.
#[derive(Debug, Default)]
pub(super) struct Groups {
    joined: BTreeSet<IpAddr>,
    trouble: Trouble,
    has_told: bool,
    /// Tunnels of which was told that multicast may reach nobody there.
    tunnels: BTreeSet<String>,
}

impl Groups {
    /// Another daemon starts, which has joined no group yet.
    pub(super) fn begin(&mut self) {
        self.joined.clear();
    }

    /// Gives whether `event` is about groups.
    pub(super) fn hear(&mut self, event: &DaemonEvent) -> bool {
        if let DaemonEvent::IpAdd(address) = event {
            return self.joined.insert(*address);
        }
        matches!(event, DaemonEvent::IpDel(address) if self.joined.remove(address))
    }

    /// Logs where mDNS works; and, once it `is_late`, where it does not.
    pub(super) fn tell(&mut self, interfaces: &Interfaces, held: &Held, is_late: bool) {
        self.tell_tunnels(interfaces);
        let wanted: Vec<&Interface> = interfaces.iter().filter(|it| !it.is_point_to_point).collect();
        if wanted.is_empty() || wanted.len() > JUDGED_MAX {
            return;
        }
        let (joined, lacking): (Vec<_>, Vec<_>) =
            wanted.into_iter().partition(|it| self.joined.contains(&it.address));
        if lacking.is_empty() {
            let is_over = self.trouble.is_over();
            if !std::mem::replace(&mut self.has_told, true) || is_over {
                tracing::info!("mDNS works on {}", listed(&joined));
            }
        } else if is_late {
            let reason = match lacking.iter().any(|it| held.concerns(it.address)) {
                true => format!("another program holds UDP {held} for itself"),
                false => REFUSED.to_owned(),
            };
            let trouble = format!("mDNS does not work on {}: {reason}", listed(&lacking));
            if self.trouble.is_news(&trouble) {
                tracing::warn!("{trouble}");
            }
        }
    }

    /// Notes tunnels, which are used only if the user says so: few carry multicast.
    fn tell_tunnels(&mut self, interfaces: &Interfaces) {
        for Interface { name, .. } in interfaces.iter().filter(|it| it.is_point_to_point) {
            if self.is_news(name) {
                tracing::info!(
                    "{name} is a tunnel, where mDNS may find nobody: name proxies by --peer or `nws peers add`"
                );
            }
        }
    }

    /// Gives whether of this tunnel is to be told: once, and of so many at most.
    fn is_news(&mut self, tunnel: &str) -> bool {
        self.tunnels.len() < JUDGED_MAX && self.tunnels.insert(tunnel.to_owned())
    }
}

fn listed(interfaces: &[&Interface]) -> String {
    let each = interfaces.iter().map(|it| format!("{} {}", it.name, it.address));
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_tunnel_is_told_once_and_of_so_many_at_most() {
        let mut groups = Groups::default();
        assert!(groups.is_news("wg0") && groups.is_news("tun0") && !groups.is_news("wg0"));
        let told = (0..2 * JUDGED_MAX).filter(|number| groups.is_news(&format!("ppp{number}"))).count();
        assert_eq!(told, JUDGED_MAX - 2);
    }
}
