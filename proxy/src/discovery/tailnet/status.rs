//! Reads a status of Tailscale (`ipnstate.Status`), and believes no more of it than can be.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use nws_protocol::LINK_PORT;
use nws_protocol::limits::ADDRESSES_MAX;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::members::is_of_tailnets;
use crate::discovery::PlaceName;

/// Machines that are dialled.
pub(super) const MACHINES_MAX: usize = 1024;

/// Addresses of machines that may connect, dialled or not.
const OTHERS_MAX: usize = 16 * 1024;

/// Systems on which no proxy runs, as Tailscale names them.
const PHONES: [&str; 3] = ["iOS", "android", "tvOS"];

/// The tag of servers that Tailscale rents out as ways to the internet.
const RENTED: &str = "tag:mullvad-exit-node";

/// What a tailscaled says.
#[derive(Debug, Default)]
pub(super) struct Status {
    /// The addresses of this machine.
    pub(super) own: BTreeSet<IpAddr>,
    /// The addresses of all other machines.
    pub(super) others: BTreeSet<IpAddr>,
    /// Where a proxy may be on those that are online.
    pub(super) machines: BTreeMap<PlaceName, Vec<SocketAddr>>,
    /// There are more of them than are kept.
    pub(super) is_cut: bool,
    /// There were addresses that no tailnet has.
    pub(super) is_odd: bool,
}

/// The state of a tailscaled, as it names that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum State {
    #[serde(rename = "NoState")]
    Unknown,
    InUseOtherUser,
    NeedsLogin,
    NeedsMachineAuth,
    Stopped,
    Starting,
    Running,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "BackendState")]
    state: State,
    #[serde(rename = "Self", default)]
    own: Option<Machine>,
    #[serde(rename = "Peer", default)]
    others: Others,
}

/// A machine of the tailnet (`ipnstate.PeerStatus`).
#[derive(Deserialize)]
struct Machine {
    #[serde(rename = "DNSName", default)]
    dns_name: Option<String>,
    #[serde(rename = "HostName", default)]
    host_name: Option<String>,
    #[serde(rename = "OS", default)]
    system: Option<String>,
    #[serde(rename = "TailscaleIPs", default)]
    addresses: Option<Vec<IpAddr>>,
    #[serde(rename = "Online", default)]
    is_online: bool,
    /// Of another tailnet, to whose users a machine of this one is lent.
    #[serde(rename = "ShareeNode", default)]
    is_guest: bool,
    #[serde(rename = "Tags", default)]
    tags: Option<Vec<String>>,
}

/// The other machines. Each is looked at when it is read, so that no more is kept than is used.
#[derive(Default)]
struct Others(Status);

impl Status {
    /// The state, and what else the answer says, if it is one.
    pub(super) fn parse(json: &[u8]) -> Option<(State, Self)> {
        let Answer { state, own, others: Others(mut status) } = serde_json::from_slice(json).ok()?;
        let own = own.map(|own| status.believed(&own)).unwrap_or_default();
        status.own = own.into_iter().collect();
        status.others.retain(|other| !status.own.contains(other));
        Some((state, status))
    }

    fn take(&mut self, machine: &Machine) {
        if machine.is_guest || machine.tags.iter().flatten().any(|tag| tag == RENTED) {
            return;
        }
        let addresses = self.believed(machine);
        let room = OTHERS_MAX.saturating_sub(self.others.len());
        self.is_cut |= addresses.len() > room;
        self.others.extend(addresses.iter().take(room));
        let is_phone = machine.system.as_deref().is_some_and(|system| PHONES.contains(&system));
        if !machine.is_online || is_phone || addresses.is_empty() {
            return;
        }
        if self.machines.len() == MACHINES_MAX {
            self.is_cut = true;
            return;
        }
        let mut name = machine.name(addresses[0]);
        if self.machines.contains_key(&name) {
            // The names that machines give themselves need not differ.
            name = PlaceName::new(&addresses[0].to_string());
        }
        let ports = addresses.into_iter().map(|address| (address, LINK_PORT).into());
        self.machines.entry(name).or_insert_with(|| ports.collect());
    }

    /// The addresses of a machine that can be ones of a tailnet.
    fn believed(&mut self, machine: &Machine) -> Vec<IpAddr> {
        let all = machine.addresses.as_deref().unwrap_or_default();
        let mut believed: Vec<IpAddr> = all.iter().copied().filter(|it| is_of_tailnets(*it)).collect();
        if believed.len() != all.len() {
            self.is_odd = true;
        }
        believed.sort_unstable();
        believed.dedup();
        believed.truncate(ADDRESSES_MAX);
        believed
    }
}

impl Machine {
    /// What it is called, or else its address.
    fn name(&self, address: IpAddr) -> PlaceName {
        let names = [&self.dns_name, &self.host_name].into_iter().flatten();
        let mut names = names.map(|name| name.trim_end_matches('.')).filter(|name| !name.is_empty());
        names.next().map_or_else(|| PlaceName::new(&address.to_string()), PlaceName::new)
    }
}

impl<'de> Deserialize<'de> for Others {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OthersVisitor)
    }
}

struct OthersVisitor;

impl<'de> Visitor<'de> for OthersVisitor {
    type Value = Others;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("machines by key")
    }

    fn visit_unit<E>(self) -> Result<Others, E> {
        Ok(Others::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Others, A::Error> {
        let mut status = Status::default();
        while let Some((_, machine)) = map.next_entry::<IgnoredAny, Option<Machine>>()? {
            if let Some(machine) = machine {
                status.take(&machine);
            }
        }
        Ok(Others(status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Status {
        let (state, status) = Status::parse(json.as_bytes()).unwrap_or_else(|| panic!("{json}"));
        assert_eq!(state, State::Running);
        status
    }

    fn running(peers: &str) -> Status {
        parse(&format!(
            r#"{{"BackendState":"Running","Self":{{"TailscaleIPs":["100.64.0.1"]}},"Peer":{peers}}}"#
        ))
    }

    fn shown(status: &Status) -> Vec<String> {
        status.machines.iter().map(|(name, addresses)| format!("{name} {addresses:?}")).collect()
    }

    /// A machine that is online, with more members.
    fn machine(name: &str, addresses: &str, more: &str) -> String {
        format!(r#""key:{name}":{{"DNSName":"{name}","TailscaleIPs":[{addresses}],"Online":true{more}}}"#)
    }

    #[test]
    fn machines_that_are_online_may_run_a_proxy() {
        let json = r#"{
            "Version": "1.90.1-t1", "TUN": true, "BackendState": "Running", "HaveNodeKey": true, "AuthURL": "",
            "TailscaleIPs": ["100.101.102.103", "fd7a:115c:a1e0::1"],
            "Self": {"ID": "n1", "HostName": "own", "DNSName": "own.tail1234.ts.net.", "OS": "linux",
                     "TailscaleIPs": ["100.101.102.103", "fd7a:115c:a1e0::1"], "Online": true, "Tags": null},
            "Health": [], "MagicDNSSuffix": "tail1234.ts.net",
            "Peer": {
                "nodekey:a": {"ID": "n2", "HostName": "Desk", "DNSName": "desk.tail1234.ts.net.", "OS": "windows",
                              "TailscaleIPs": ["100.64.0.2", "fd7a:115c:a1e0::2"], "Online": true,
                              "Addrs": ["192.0.2.1:41641"], "CurAddr": "", "Relay": "fra", "RxBytes": 5},
                "nodekey:b": {"HostName": "off", "DNSName": "off.tail1234.ts.net.", "OS": "linux",
                              "TailscaleIPs": ["100.64.0.3"], "Online": false},
                "nodekey:c": {"HostName": "phone", "DNSName": "phone.tail1234.ts.net.", "OS": "iOS",
                              "TailscaleIPs": ["100.64.0.4"], "Online": true},
                "nodekey:d": {"HostName": "guest", "DNSName": "guest.other.ts.net.", "OS": "linux",
                              "TailscaleIPs": ["100.64.0.5"], "Online": true, "ShareeNode": true},
                "nodekey:e": {"HostName": "se-sto", "DNSName": "se-sto.mullvad.ts.net.", "OS": "linux",
                              "TailscaleIPs": ["100.64.0.6"], "Online": true, "Tags": ["tag:mullvad-exit-node"]},
                "nodekey:f": {"HostName": "", "DNSName": "", "TailscaleIPs": ["100.64.0.7"], "Online": true},
                "nodekey:g": null
            },
            "User": {"1": {"ID": 1, "LoginName": "a@example.com"}}, "ClientVersion": null
        }"#;
        let status = parse(json);
        let expected = [
            "100.64.0.7 [100.64.0.7:9010]",
            "desk.tail1234.ts.net [100.64.0.2:9010, [fd7a:115c:a1e0::2]:9010]",
        ];
        assert_eq!(shown(&status), expected);
        let others: Vec<String> = status.others.iter().map(ToString::to_string).collect();
        assert_eq!(others, ["100.64.0.2", "100.64.0.3", "100.64.0.4", "100.64.0.7", "fd7a:115c:a1e0::2"]);
        assert_eq!(status.own.len(), 2);
        assert!(!status.is_cut && !status.is_odd);
    }

    #[test]
    fn a_status_in_which_any_byte_is_another_is_harmless() {
        let peers =
            [machine("a", r#""100.64.0.2","fd7a:115c:a1e0::2""#, r#","Tags":null"#), machine("b", "", "")];
        let json = format!(
            r#"{{"BackendState":"Running","Self":{{"TailscaleIPs":["100.64.0.1"]}},"Peer":{{{}}}}}"#,
            peers.join(",")
        );
        let others = [b'0', b'9', b'"', b'{', b'}', b'[', b',', b':', b'\\', b'e', 0, 0xff];
        let mut read = 0;
        for (place, byte) in (0..json.len()).flat_map(|place| others.map(|byte| (place, byte))) {
            let mut json = json.clone().into_bytes();
            json[place] = byte;
            let Some((_, status)) = Status::parse(&json) else { continue };
            read += 1;
            let dialled = status.machines.values().flatten().map(SocketAddr::ip);
            assert!(dialled.chain(status.others).chain(status.own).all(is_of_tailnets));
        }
        assert!(read > 100, "some are still read");
    }

    #[test]
    fn a_tailnet_may_have_no_other_machine() {
        for peers in ["null", "{}"] {
            assert!(running(peers).machines.is_empty());
        }
        assert!(parse(r#"{"BackendState":"Running"}"#).own.is_empty());
    }

    #[test]
    fn what_is_no_status_is_none() {
        for json in [
            "",
            "null",
            "[]",
            "{}",
            "\0\0",
            "<html></html>",
            r#"{"BackendState":"Rebooting"}"#,
            r#"{"BackendState":7}"#,
            r#"{"BackendState":"Running","Peer":[]}"#,
            r#"{"BackendState":"Running","Peer":"x"}"#,
            r#"{"BackendState":"Running","Peer":{"a":5}}"#,
            r#"{"BackendState":"Running","Peer":{"a":{"TailscaleIPs":"100.64.0.1"}}}"#,
            r#"{"BackendState":"Running","Peer":{"a":{"TailscaleIPs":["x"]}}}"#,
            r#"{"BackendState":"Running","Peer":{"a":{"Online":"yes"}}}"#,
            r#"{"BackendState":"Running","Peer":{"a":{"DNSName":["x"]}}}"#,
            r#"{"BackendState":"Running","Peer":{"a":{}"#,
        ] {
            assert!(Status::parse(json.as_bytes()).is_none(), "{json}");
        }
        let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        assert!(running(&format!(r#"{{}},"X":{deep}"#)).machines.is_empty(), "what is not known is skipped");
    }

    #[test]
    fn addresses_that_no_tailnet_has_are_not_believed() {
        let lies =
            r#""127.0.0.1","192.168.1.1","224.0.0.251","8.8.8.8","::1","fe80::1","ff02::fb","100.128.0.1""#;
        let peers = [machine("liar", lies, ""), machine("half", r#""100.64.0.9","10.0.0.1""#, "")].join(",");
        let status = running(&format!("{{{peers}}}"));
        assert_eq!(shown(&status), ["half [100.64.0.9:9010]"]);
        assert_eq!(status.others.len(), 1);
        assert!(status.is_odd);
    }

    #[test]
    fn machines_of_one_name_are_told_apart_and_names_are_harmless() {
        let peers = [
            machine("twin.", r#""100.64.0.2""#, ""),
            machine("twin", r#""100.64.0.3""#, ""),
            machine(r"a\u001b[31m\nb", r#""100.64.0.4""#, ""),
            machine(&"x".repeat(9999), r#""100.64.0.5""#, ""),
        ];
        let status = running(&format!("{{{}}}", peers.join(",")));
        let names: Vec<String> = status.machines.keys().map(ToString::to_string).collect();
        assert_eq!(names.len(), 4);
        assert!(
            names.contains(&"100.64.0.3".to_owned()) && names.contains(&r"a\u{1b}[31m\nb".to_owned()),
            "{names:?}"
        );
        assert!(names.iter().all(|name| name.len() <= 253));
    }

    #[test]
    fn of_ten_thousand_machines_a_thousand_are_dialled() {
        let peers: Vec<String> = (0..10_000)
            .map(|number| {
                let address = format!(r#""100.64.{}.{}""#, number / 256, number % 256);
                machine(&format!("m{number}"), &address, "")
            })
            .collect();
        let status = running(&format!("{{{}}}", peers.join(",")));
        assert_eq!((status.machines.len(), status.is_cut), (MACHINES_MAX, true));
        assert_eq!(status.others.len(), 9_999, "all of them may dial, but this machine");
    }

    #[test]
    fn one_machine_has_only_so_many_addresses() {
        let addresses: Vec<String> =
            (0..1000).map(|it| format!(r#""100.64.{}.{}""#, it / 256, it % 256)).collect();
        let status = running(&format!("{{{}}}", machine("many", &addresses.join(","), "")));
        assert_eq!(status.machines.values().map(Vec::len).collect::<Vec<_>>(), [ADDRESSES_MAX]);
    }
}
