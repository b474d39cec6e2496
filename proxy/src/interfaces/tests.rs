//! Tests which interfaces are selected, and which hosts are neighbours.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::*;

fn named(name: &str, ip: Ipv4Addr) -> if_addrs::Interface {
    let address =
        if_addrs::Ifv4Addr { ip, netmask: Ipv4Addr::new(255, 0, 0, 0), prefixlen: 8, broadcast: None };
    if_addrs::Interface {
        name: name.to_owned(),
        addr: if_addrs::IfAddr::V4(address),
        index: Some(1),
        oper_status: if_addrs::IfOperStatus::Up,
        is_p2p: false,
    }
}

fn globs(globs: &[&str]) -> Vec<InterfaceGlob> {
    globs.iter().map(|glob| glob.parse().unwrap()).collect()
}

fn selected<'n>(include: &[&str], exclude: &[&str], names: &[&'n str]) -> Vec<&'n str> {
    let filter = InterfaceFilter { include: globs(include), exclude: globs(exclude) };
    let address = Ipv4Addr::new(10, 0, 0, 1);
    names.iter().copied().filter(|name| filter.selects(&named(name, address))).collect()
}

#[test]
fn by_default_neither_loopback_nor_virtual_interfaces_are_used() {
    let names = [
        "eth0",
        "wlp3s0",
        "docker0",
        "veth12ab",
        "br-0123456789ab",
        "virbr0",
        "tun0",
        "wg0",
        "lo",
        "lo0",
        "br0",
        "lowpan0",
    ];
    assert_eq!(selected(&[], &[], &names), ["eth0", "wlp3s0", "br0", "lowpan0"]);
    assert!(!InterfaceFilter::default().selects(&named("loop", Ipv4Addr::LOCALHOST)));
}

#[test]
fn on_windows_networks_of_this_machine_alone_are_not_used() {
    let names = [
        "Ethernet 2",
        "Wi-Fi",
        "vEthernet (External)",
        "vEthernet (nat)",
        "vEthernet (Default Switch)",
        "vEthernet (WSL (Hyper-V firewall))",
        "VirtualBox Host-Only Network",
        "VMware Network Adapter VMnet8",
    ];
    assert_eq!(selected(&[], &[], &names), ["Ethernet 2", "Wi-Fi", "vEthernet (External)"]);
}

#[test]
fn loopback_is_called_lo_on_every_system() {
    for name in ["lo", "lo0", "Loopback Pseudo-Interface 1"] {
        let filter = InterfaceFilter { include: globs(&["lo"]), exclude: Vec::new() };
        assert!(filter.selects(&named(name, Ipv4Addr::LOCALHOST)), "{name}");
        assert!(!Survey::of(vec![named(name, Ipv4Addr::LOCALHOST)], &filter).to_string().contains("none"));
        let filter = InterfaceFilter { include: Vec::new(), exclude: globs(&["lo"]) };
        assert!(!filter.tolerates(&named(name, Ipv4Addr::LOCALHOST)), "{name}");
    }
}

#[test]
fn of_bridges_only_those_that_docker_names_are_for_containers() {
    let names =
        ["br-lan", "br-1f2e", "br-0123456789ab", "br-0123456789AB", "br-0123456789abc", "br-guests-wifi"];
    assert_eq!(
        selected(&[], &[], &names),
        ["br-lan", "br-1f2e", "br-0123456789AB", "br-0123456789abc", "br-guests-wifi"]
    );
}

#[test]
fn a_survey_tells_what_is_used_and_why_the_rest_is_not() {
    let address = Ipv4Addr::new(10, 0, 0, 1);
    let survey = |include: &[&str], exclude: &[&str], names: &[&str]| {
        let mut all: Vec<_> = names.iter().map(|name| named(name, address)).collect();
        let mut down = named("eth9", address);
        down.oper_status = if_addrs::IfOperStatus::Down;
        all.push(down);
        Survey::of(all, &InterfaceFilter { include: globs(include), exclude: globs(exclude) }).to_string()
    };
    assert_eq!(
        survey(&[], &["eth1"], &["eth0", "eth1", "docker0", "virbr0", "wg0", "lo"]),
        "used: eth0 10.0.0.1/8; not used: docker0 (for containers), eth1 (--no-interface), eth9 (it is down), \
         lo (loopback), virbr0 (for virtual machines), wg0 (a tunnel)"
    );
    assert_eq!(
        survey(&["wl*"], &[], &["eth0"]),
        "used: none; not used: eth0 (not in --interface), eth9 (not in --interface)"
    );
}

#[test]
fn only_what_is_included_is_used_and_what_is_excluded_never() {
    let names = ["eth0", "eth1", "docker0", "lo", "wg0"];
    assert_eq!(selected(&["lo"], &[], &names), ["lo"]);
    assert_eq!(selected(&["docker0", "eth*"], &["eth1"], &names), ["eth0", "docker0"]);
    assert_eq!(selected(&[], &["eth?"], &names), [""; 0]);
    assert_eq!(selected(&["[de]*[!1]"], &[], &names), ["eth0", "docker0"]);
    assert!(selected(&["lo"], &["*"], &names).is_empty());
}

#[test]
fn a_pattern_that_cannot_match_is_refused_with_its_reason() {
    for (glob, reason) in [
        ("", "is empty"),
        ("!eth0", "--no-interface"),
        ("eth[0", "not closed"),
        ("eth[]", "not closed"),
        ("eth[!]", "not closed"),
        ("[0-9]x[", "not closed"),
        ("{eth,wl}*", "one pattern each time"),
        ("eth0,wl0", "one pattern each time"),
        ("a/b", "no interface has"),
        ("eth\\*", "no interface has"),
    ] {
        let error = glob.parse::<InterfaceGlob>().unwrap_err().to_string();
        assert!(error.contains(reason) && error.contains(&format!("\"{glob}\"")), "{error}");
        assert!(!error.contains('\n'));
    }
    assert_eq!("eth 0".parse::<InterfaceGlob>().is_ok(), cfg!(windows));
    for glob in ["eth0", "en*", "w?p[0-9]s0", "a[]]b", "eth0.100", "br-*", "eth0:1"] {
        assert!(glob.parse::<InterfaceGlob>().is_ok(), "{glob}");
    }
}

fn lan() -> Interfaces {
    let address = |index, address: &str, prefix| Interface {
        name: format!("eth{index}"),
        index,
        address: address.parse().unwrap(),
        prefix,
        is_point_to_point: false,
    };
    Interfaces(vec![
        address(2, "192.168.7.5", 24),
        address(2, "fe80::1", 64),
        address(2, "2001:db8:1::5", 64),
        address(3, "10.1.2.3", 31),
        address(3, "172.16.0.1", 0),
        address(4, "2001:db8:2::5", 128),
    ])
}

#[test]
fn neighbours_are_on_a_subnet_of_a_selected_interface() {
    for (address, expected) in [
        ("192.168.7.200:1", true),
        ("192.168.7.5:1", true),
        ("192.168.8.200:1", false),
        ("10.1.2.2:1", true),
        ("10.1.2.4:1", false),
        ("8.8.8.8:1", false),
        ("127.0.0.1:1", false),
        ("[::1]:1", false),
        ("[2001:db8:1::77]:1", true),
        ("[2001:db8:2::77]:1", false),
        ("[2001:db8:2::5]:1", true),
        ("[::ffff:192.168.7.200]:1", true),
        ("[::ffff:192.168.8.200]:1", false),
        ("[::ffff:8.8.8.8]:1", false),
    ] {
        assert_eq!(lan().is_on_link(&address.parse().unwrap()), expected, "{address}");
    }
}

#[test]
fn a_link_local_address_needs_the_scope_of_a_selected_interface() {
    let address = |scope| (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 9), scope);
    let on_link = |(ip, scope)| lan().is_on_link(&std::net::SocketAddrV6::new(ip, 1, 0, scope).into());
    assert!(on_link(address(2)));
    assert!(!on_link(address(3)), "an interface without such a subnet");
    assert!(!on_link(address(0)), "no scope");
    assert!(!on_link(address(9)), "an interface that is not used");
}

#[test]
fn loopback_is_read_only_when_it_is_named() {
    let named = InterfaceFilter { include: globs(&["lo"]), exclude: Vec::new() };
    let interfaces = Survey::make(&named).unwrap().used;
    assert!(interfaces.0.iter().any(|interface| interface.address == Ipv4Addr::LOCALHOST));
    assert!(interfaces.0.iter().all(|interface| interface.address.is_loopback() && interface.index > 0));
    assert!(interfaces.is_on_link(&"127.4.5.6:1".parse().unwrap()));

    let others = Survey::make(&InterfaceFilter::default()).unwrap().used;
    assert!(!others.0.iter().any(|interface| interface.address.is_loopback()));
    assert!(!others.is_on_link(&"127.0.0.1:1".parse().unwrap()));
}

#[tokio::test]
async fn reading_ends_with_the_last_receiver() {
    let receiver = Interfaces::watch(InterfaceFilter::default()).unwrap();
    assert_eq!(**receiver.borrow(), Survey::make(&InterfaceFilter::default()).unwrap().used);
    let tasks = tokio::runtime::Handle::current().metrics();
    assert_eq!(tasks.num_alive_tasks(), 1);
    drop(receiver);
    let gone = async {
        while tasks.num_alive_tasks() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), gone).await.unwrap();
}
