//! Which firewall there is, and the line that opens it.

mod rules;
mod tool;

use std::collections::BTreeSet;

use mdns_sd::MDNS_PORT;
use nws_protocol::LINK_PORT;

use super::check::Check;
use rules::Obstacle;
use tool::{Tool, run};

const FIREWALL: &str = "firewall";

/// What a user who may not read the rules can do.
const AS_ROOT: &str = "sudo nws doctor (root may read the rules: it names the line)";

/// The firewall that is in force on this machine.
#[derive(Debug)]
pub(super) enum Firewall {
    Windows,
    Apple,
    Firewalld,
    /// What `ufw status` says.
    Ufw(Result<String, Tool>),
    /// No program manages the rules of the kernel.
    Rules(Rules),
}

/// What nft, iptables-save and ip6tables-save say.
#[derive(Debug)]
pub(super) struct Rules([Result<String, Tool>; 3]);

impl Firewall {
    /// Asks the tools that are there. One that is installed and off is not in force.
    pub(super) async fn look() -> Self {
        if cfg!(windows) {
            return Self::Windows;
        }
        if cfg!(target_vendor = "apple") {
            return Self::Apple;
        }
        if run("firewall-cmd", &["--state"]).await.is_ok_and(|state| state.trim() == "running") {
            return Self::Firewalld;
        }
        let ufw = std::fs::read_to_string("/etc/ufw/ufw.conf").unwrap_or_default();
        if is_enabled(&ufw) {
            return Self::Ufw(run("ufw", &["status"]).await);
        }
        let (nft, iptables, ip6tables) = tokio::join!(
            run("nft", &["list", "ruleset"]),
            run("iptables-save", &[]),
            run("ip6tables-save", &[])
        );
        Self::Rules(Rules([nft, iptables, ip6tables]))
    }

    /// The line that opens a port of this machine. Where nothing drops what comes in, there is none.
    pub(super) fn open(&self, protocol: &str, port: u16) -> Option<String> {
        match self {
            Self::Windows => {
                Some("nws service install (as administrator: it makes the rule of the firewall)".to_owned())
            }
            Self::Apple => Some(
                "sudo /usr/libexec/ApplicationFirewall/socketfilterfw --unblockapp \"$(command -v nws)\""
                    .to_owned(),
            ),
            Self::Firewalld => Some(firewalld_line(protocol, port)),
            Self::Ufw(_) => Some(ufw_line(protocol, port)),
            Self::Rules(rules) => rules.open(protocol, port),
        }
    }

    /// Whether it lets proxies in, as far as it tells.
    pub(super) async fn check(&self, port: Option<u16>) -> Check {
        let port = port.unwrap_or(LINK_PORT);
        match self {
            Self::Windows => windows(self).await,
            Self::Apple => apple(self).await,
            Self::Firewalld => firewalld(port).await,
            Self::Ufw(status) => ufw_says(port, status.as_ref().ok()),
            Self::Rules(rules) => rules.check(port),
        }
    }
}

fn is_enabled(configuration: &str) -> bool {
    configuration.lines().any(|line| line.trim().eq_ignore_ascii_case("ENABLED=yes"))
}

/// What is left to see where no rule here drops what comes to a port.
pub(super) fn watch(protocol: &str, port: u16) -> String {
    format!("sudo tcpdump -ni any {protocol} port {port} (does it arrive? no rule of this machine drops it)")
}

/// The lines that let other proxies connect to a port of another machine.
pub(super) fn open_elsewhere(port: u16) -> String {
    let (ufw, firewalld) = (ufw_line("tcp", port), firewalld_line("tcp", port));
    format!("on that machine: {ufw}, or {firewalld}, or on Windows: nws service install (as administrator)")
}

fn ufw_line(protocol: &str, port: u16) -> String {
    format!("sudo ufw allow {port}/{protocol}")
}

fn firewalld_line(protocol: &str, port: u16) -> String {
    format!("sudo firewall-cmd --permanent --add-port={port}/{protocol} && sudo firewall-cmd --reload")
}

async fn firewalld(port: u16) -> Check {
    let tcp = format!("--query-port={port}/tcp");
    let lets_in = run("firewall-cmd", &[&tcp]).await.is_ok_and(|said| said.trim() == "yes");
    let by_port = run("firewall-cmd", &["--query-port=5353/udp"]).await;
    let by_name = run("firewall-cmd", &["--query-service=mdns"]).await;
    let hears = [by_port, by_name].iter().flatten().any(|said| said.trim() == "yes");
    if lets_in && hears {
        return Check::yes(FIREWALL, format!("firewalld lets TCP {port} and mDNS in"));
    }
    let lacks = if hears { format!("TCP {port}") } else { format!("mDNS or TCP {port}") };
    Check::note(FIREWALL, format!("firewalld runs, and does not let {lacks} in")).remedy(format!(
        "sudo firewall-cmd --permanent --add-service=mdns --add-port={port}/tcp && sudo firewall-cmd --reload"
    ))
}

fn ufw_says(port: u16, status: Option<&String>) -> Check {
    let remedy = [ufw_line("tcp", port), ufw_line("udp", MDNS_PORT)].join(" && ");
    match status {
        Some(status) => {
            let has =
                |rule: &str| status.lines().any(|line| line.starts_with(rule) && line.contains("ALLOW"));
            if has(&format!("{port}/tcp")) || has(&format!("{port} ")) {
                return Check::yes(FIREWALL, format!("ufw runs, and lets {port} in"));
            }
            Check::note(FIREWALL, format!("ufw runs, and has no rule for {port}")).remedy(remedy)
        }
        None => Check::unknown(FIREWALL, "ufw is on; only root may read its rules").remedy(remedy),
    }
}

impl Rules {
    /// What may drop what comes in. They are not interpreted further: whether they keep others out,
    /// `dial-back` shows.
    fn obstacles(&self) -> BTreeSet<Obstacle> {
        let [nft, iptables, ip6tables] = &self.0;
        let mut all = nft.as_ref().map_or_else(|_| BTreeSet::new(), |ruleset| rules::of_nft(ruleset));
        for (saved, obstacle) in [(iptables, Obstacle::Iptables), (ip6tables, Obstacle::Ip6tables)] {
            if saved.as_ref().is_ok_and(|saved| rules::drops(saved)) {
                all.insert(obstacle);
            }
        }
        all
    }

    fn are_hidden(&self) -> bool {
        self.0.contains(&Err(Tool::Failed)) && !self.0.iter().any(Result::is_ok)
    }

    fn open(&self, protocol: &str, port: u16) -> Option<String> {
        if self.are_hidden() {
            return Some(AS_ROOT.to_owned());
        }
        let lines: Option<Vec<String>> = self.obstacles().iter().map(|it| it.line(protocol, port)).collect();
        lines.filter(|lines| !lines.is_empty()).map(|lines| lines.join(" && "))
    }

    fn check(&self, port: u16) -> Check {
        if self.0.iter().all(|said| *said == Err(Tool::Missing)) {
            let evidence = "no firewall of this machine is known (no firewalld, ufw, nftables or iptables)";
            return Check::yes(FIREWALL, evidence);
        }
        if self.are_hidden() {
            return Check::unknown(FIREWALL, "only root may read the rules").remedy(AS_ROOT.to_owned());
        }
        let names = self.0.iter().flatten().any(|rules| names_port(rules, port));
        match (self.obstacles().is_empty(), names) {
            (true, _) => Check::yes(FIREWALL, "no rule of this machine drops what comes in"),
            (false, true) => Check::yes(
                FIREWALL,
                format!("there are rules that drop packets, and one names {port}; dial-back shows whether they let others in"),
            ),
            (false, false) => Check::note(
                FIREWALL,
                format!("there are rules that drop packets, and none names {port}; dial-back shows whether they let others in"),
            )
            .remedy(self.open("tcp", port)),
        }
    }
}

fn names_port(rules: &str, port: u16) -> bool {
    let port = port.to_string();
    rules.split(|char: char| !char.is_ascii_digit()).any(|number| number == port)
}

async fn windows(firewall: &Firewall) -> Check {
    let name = ["advfirewall", "firewall", "show", "rule", "name=Network Web Sockets"];
    match run("netsh", &name).await {
        Ok(_) => Check::yes(FIREWALL, "the firewall has the rule \"Network Web Sockets\""),
        Err(Tool::Failed) => {
            Check::note(FIREWALL, "the firewall of Windows has no rule \"Network Web Sockets\"")
                .remedy(firewall.open("tcp", LINK_PORT))
        }
        Err(Tool::Missing) => Check::unknown(FIREWALL, "netsh does not answer"),
    }
}

async fn apple(firewall: &Firewall) -> Check {
    let tool = "/usr/libexec/ApplicationFirewall/socketfilterfw";
    match run(tool, &["--getglobalstate"]).await {
        Ok(state) if state.contains("disabled") => Check::yes(FIREWALL, "the firewall of macOS is off"),
        Ok(_) => Check::note(FIREWALL, "the firewall of macOS is on: it asks, or keeps others away from nws")
            .remedy(firewall.open("tcp", LINK_PORT)),
        Err(_) => Check::unknown(FIREWALL, "socketfilterfw does not answer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(nft: Result<&str, Tool>) -> Firewall {
        Firewall::Rules(Rules([nft.map(str::to_owned), Err(Tool::Missing), Err(Tool::Missing)]))
    }

    fn own(chain: &str) -> Firewall {
        rules(Ok(&format!(
            "table inet own {{\n chain in {{\n type filter hook input priority 0; {chain}\n }}\n}}\n"
        )))
    }

    /// A ufw that is installed and off, as on most systems of Ubuntu, changes nothing.
    #[tokio::test]
    async fn the_line_is_for_the_rules_that_are_in_force() {
        assert!(!is_enabled("# comment\nENABLED=no\n") && is_enabled("LOGLEVEL=low\nENABLED=yes\n"));
        let line = "sudo nft insert rule inet own in tcp dport 9010 accept";
        let firewall = own("policy drop;");
        assert_eq!(firewall.open("tcp", 9010).as_deref(), Some(line));
        assert_eq!(firewall.check(Some(9010)).await.remedy.as_deref(), Some(line));
        assert_eq!(own("policy accept;").open("tcp", 9010), None);
        assert_eq!(rules(Err(Tool::Failed)).open("tcp", 9010).as_deref(), Some(AS_ROOT));
        assert_eq!(Firewall::Ufw(Err(Tool::Failed)).open("udp", 5353).unwrap(), "sudo ufw allow 5353/udp");
    }

    #[tokio::test]
    async fn a_rule_is_known_by_its_port() {
        let judge = async |firewall: Firewall| firewall.check(Some(9010)).await.to_string();
        assert!(judge(own("policy drop;\ntcp dport 9010 accept")).await.starts_with("yes"));
        assert!(judge(own("policy drop;\ntcp dport 19010 accept")).await.starts_with("no "));
        assert!(judge(own("policy accept;")).await.starts_with("yes"));
        assert!(judge(rules(Err(Tool::Failed))).await.starts_with("unknown"));
        assert!(judge(rules(Err(Tool::Missing))).await.starts_with("yes"));
    }

    #[test]
    fn ufw_is_asked_for_the_port() {
        let says = |line: &str| ufw_says(9010, Some(&format!("Status: active\n\n{line}"))).to_string();
        assert!(says("9010/tcp                   ALLOW       Anywhere").starts_with("yes"));
        assert!(says("9010                       ALLOW       Anywhere").starts_with("yes"));
        assert!(says("9010/tcp                   DENY        Anywhere").starts_with("no "));
        assert!(says("22/tcp                     ALLOW       Anywhere").starts_with("no "));
    }
}
