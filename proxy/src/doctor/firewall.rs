//! Which firewall there is, and the line that opens it.

use std::io::{self, Read as _};
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::time::Duration;

use mdns_sd::MDNS_PORT;
use nws_protocol::LINK_PORT;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::check::Check;

const FIREWALL: &str = "firewall";

/// How long a tool may take.
const TOOL_TIME: Duration = Duration::from_secs(2);

/// The most that is read of what a tool says.
const OUTPUT_MAX: u64 = 1024 * 1024;

/// The line that opens a port of this machine, for the firewall that it has.
pub(super) fn open(protocol: &str, port: u16) -> String {
    match () {
        () if cfg!(windows) => {
            "nws service install (as administrator: it makes the rule of the firewall)".to_owned()
        }
        () if cfg!(target_vendor = "apple") => {
            "sudo /usr/libexec/ApplicationFirewall/socketfilterfw --unblockapp \"$(command -v nws)\""
                .to_owned()
        }
        () if is_there("ufw") => ufw_line(protocol, port),
        () if is_there("firewall-cmd") => firewalld_line(protocol, port),
        () if is_there("nft") => {
            format!("sudo nft insert rule inet filter input {protocol} dport {port} accept")
        }
        () => format!("sudo iptables -I INPUT -p {protocol} --dport {port} -j ACCEPT"),
    }
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

/// Gives whether this system has a tool of administrators.
fn is_there(tool: &str) -> bool {
    ["/usr/sbin", "/sbin", "/usr/bin", "/bin"].iter().any(|folder| Path::new(folder).join(tool).exists())
}

/// Asks the firewalls that this system may have.
pub(super) async fn check(port: Option<u16>) -> Check {
    let port = port.unwrap_or(LINK_PORT);
    if cfg!(windows) {
        windows().await
    } else if cfg!(target_vendor = "apple") {
        apple().await
    } else {
        linux(port).await
    }
}

async fn linux(port: u16) -> Check {
    if let Ok(state) = run("firewall-cmd", &["--state"]).await
        && state.trim() == "running"
    {
        return firewalld(port).await;
    }
    let ufw = std::fs::read_to_string("/etc/ufw/ufw.conf").unwrap_or_default();
    if ufw.lines().any(|line| line.trim().eq_ignore_ascii_case("ENABLED=yes")) {
        return ufw_says(port, run("ufw", &["status"]).await);
    }
    match (run("nft", &["list", "ruleset"]).await, run("iptables-save", &[]).await) {
        (Err(Tool::Missing), Err(Tool::Missing)) => Check::yes(
            FIREWALL,
            "no firewall of this machine is known (no firewalld, ufw, nftables or iptables)",
        ),
        (nft, iptables) => rules(port, [nft, iptables]),
    }
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

fn ufw_says(port: u16, status: Result<String, Tool>) -> Check {
    let remedy = [ufw_line("tcp", port), ufw_line("udp", MDNS_PORT)].join(" && ");
    match status {
        Ok(status) => {
            let has =
                |rule: &str| status.lines().any(|line| line.starts_with(rule) && line.contains("ALLOW"));
            if has(&format!("{port}/tcp")) || has(&format!("{port} ")) {
                return Check::yes(FIREWALL, format!("ufw runs, and lets {port} in"));
            }
            Check::note(FIREWALL, format!("ufw runs, and has no rule for {port}")).remedy(remedy)
        }
        Err(_) => Check::unknown(FIREWALL, "ufw is on; only root may read its rules").remedy(remedy),
    }
}

/// Rules of the kernel. They are not interpreted: whether they keep others out, `dial-back` shows.
fn rules(port: u16, said: [Result<String, Tool>; 2]) -> Check {
    let may_drop = |rules: &str| {
        let rules = rules.to_ascii_lowercase();
        ["policy drop", " drop", "reject", "input drop"].iter().any(|word| rules.contains(word))
    };
    match said.iter().flatten().find(|rules| may_drop(rules)) {
        Some(rules) if names_port(rules, port) => Check::yes(
            FIREWALL,
            format!("there are rules that drop packets, and one names {port}; dial-back shows whether they let others in"),
        ),
        Some(_) => Check::note(
            FIREWALL,
            format!("there are rules that drop packets, and none names {port}; dial-back shows whether they let others in"),
        )
        .remedy(open("tcp", port)),
        None if said.iter().any(Result::is_ok) => Check::yes(FIREWALL, "no rule of this machine drops packets"),
        None => Check::unknown(FIREWALL, "only root may read the rules: run this as root")
            .remedy("sudo nws doctor".to_owned()),
    }
}

fn names_port(rules: &str, port: u16) -> bool {
    let port = port.to_string();
    rules.split(|char: char| !char.is_ascii_digit()).any(|number| number == port)
}

async fn windows() -> Check {
    let name = ["advfirewall", "firewall", "show", "rule", "name=Network Web Sockets"];
    match run("netsh", &name).await {
        Ok(_) => Check::yes(FIREWALL, "the firewall has the rule \"Network Web Sockets\""),
        Err(Tool::Failed) => {
            Check::note(FIREWALL, "the firewall of Windows has no rule \"Network Web Sockets\"")
                .remedy(open("tcp", LINK_PORT))
        }
        Err(Tool::Missing) => Check::unknown(FIREWALL, "netsh does not answer"),
    }
}

async fn apple() -> Check {
    let tool = "/usr/libexec/ApplicationFirewall/socketfilterfw";
    match run(tool, &["--getglobalstate"]).await {
        Ok(state) if state.contains("disabled") => Check::yes(FIREWALL, "the firewall of macOS is off"),
        Ok(_) => Check::note(FIREWALL, "the firewall of macOS is on: it asks, or keeps others away from nws")
            .remedy(open("tcp", LINK_PORT)),
        Err(_) => Check::unknown(FIREWALL, "socketfilterfw does not answer"),
    }
}

/// Why a tool said nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Missing,
    Failed,
}

/// Runs a tool, and gives what it says. The runtime does not watch for its end: one that can do so
/// costs a proxy some work in each turn.
async fn run(tool: &str, words: &[&str]) -> Result<String, Tool> {
    let mut command = Command::new(tool);
    command.args(words).env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|_| Tool::Missing)?;
    let stdout = child.stdout.take().ok_or(Tool::Failed)?;
    let said = timeout(TOOL_TIME, spawn_blocking(move || read(stdout))).await;
    if said.is_err() {
        // It may have ended just now.
        let _ = child.kill();
    }
    let status = timeout(TOOL_TIME, spawn_blocking(move || child.wait())).await;
    match (said, status) {
        (Ok(Ok(Ok(said))), Ok(Ok(Ok(status)))) if status.success() => {
            Ok(String::from_utf8_lossy(&said).into_owned())
        }
        _ => Err(Tool::Failed),
    }
}

/// The beginning of what a tool says. It can say more, and is not kept from ending well by that.
fn read(mut stdout: ChildStdout) -> io::Result<Vec<u8>> {
    let mut said = Vec::new();
    stdout.by_ref().take(OUTPUT_MAX).read_to_end(&mut said)?;
    io::copy(&mut stdout, &mut io::sink())?;
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_known_by_its_port() {
        let drop = |rule: &str| Ok(format!("table inet filter {{ chain input {{ policy drop; {rule} }} }}"));
        let judge = |rule: &str| rules(9010, [drop(rule), Err(Tool::Missing)]);
        assert!(judge("tcp dport 9010 accept").to_string().starts_with("yes"));
        let check = judge("tcp dport 19010 accept");
        assert!(!check.fault && check.remedy.unwrap().contains("9010"));
        assert!(rules(9010, [Err(Tool::Failed), Err(Tool::Missing)]).to_string().starts_with("unknown"));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_tool_is_heard_to_its_end_and_for_a_limited_time() {
        assert_eq!(run("echo", &["said"]).await.as_deref(), Ok("said\n"));
        assert_eq!(run("false", &[]).await, Err(Tool::Failed));
        assert_eq!(run("nws-no-such-tool", &[]).await, Err(Tool::Missing));
        assert_eq!(run("sleep", &["1000"]).await, Err(Tool::Failed));
        let much = run("head", &["-c", "3000000", "/dev/zero"]).await.map(|said| said.len() as u64);
        assert_eq!(much, Ok(OUTPUT_MAX));
    }

    #[test]
    fn ufw_is_asked_for_the_port() {
        let says = |line: &str| ufw_says(9010, Ok(format!("Status: active\n\n{line}"))).to_string();
        assert!(says("9010/tcp                   ALLOW       Anywhere").starts_with("yes"));
        assert!(says("9010                       ALLOW       Anywhere").starts_with("yes"));
        assert!(says("9010/tcp                   DENY        Anywhere").starts_with("no "));
        assert!(says("22/tcp                     ALLOW       Anywhere").starts_with("no "));
    }
}
