//! A tailnet on the machines of a lab: what a Tailscale leaves on a machine, and a LocalAPI that the
//! test speaks for.

use anyhow::Result;
use nws_tests::lab::{Lab, Machine};
use nws_tests::{Proxy, Request, Setup, Tailscaled};
use serde_json::Value;

/// The name of the machine of this number.
pub(crate) fn name(number: usize) -> String {
    format!("m{number}")
}

/// The addresses that the machine of this number has in the tailnet.
pub(crate) fn addresses(number: usize) -> [String; 2] {
    [format!("100.64.7.{}", number + 1), format!("fd7a:115c:a1e0::{}", number + 1)]
}

/// Makes machines that reach each other by their addresses in the tailnet.
pub(crate) fn tailnet(count: u8) -> Result<Lab> {
    let lab = Lab::new(count)?;
    for number in 0..count.into() {
        // Not every kernel has an interface that leads nowhere: so both ends of this one are here.
        lab[number].run("link add tailscale0 type veth peer name other0")?;
        lab[number].run("link set other0 up")?;
        lab[number].run("link set tailscale0 up")?;
        have(&lab[number], &addresses(number)[0])?;
    }
    for from in 0..count.into() {
        for to in (0..count.into()).filter(|to| *to != from) {
            lead(&lab, from, to, &addresses(from)[0], &addresses(to)[0])?;
        }
    }
    Ok(lab)
}

/// Gives a machine an address in the tailnet.
pub(crate) fn have(machine: &Machine, address: &str) -> Result<()> {
    machine.run(&format!("address add {address}/32 dev tailscale0"))
}

/// Makes the way from one machine to an address of another.
pub(crate) fn lead(lab: &Lab, from: usize, to: usize, own: &str, other: &str) -> Result<()> {
    lab[from].run(&format!("route replace {other}/32 via {} src {own}", lab[to].address()))
}

/// What the tailscaled of a machine says while these others are online.
pub(crate) fn status(own: usize, others: &[usize]) -> Value {
    let all: Vec<(String, [String; 2])> = others.iter().map(|it| (name(*it), addresses(*it))).collect();
    let others: Vec<(&str, Vec<&str>)> =
        all.iter().map(|(name, it)| (name.as_str(), it.iter().map(String::as_str).collect())).collect();
    let others: Vec<(&str, &[&str])> = others.iter().map(|(name, it)| (*name, it.as_slice())).collect();
    let [v4, v6] = addresses(own);
    Tailscaled::status(&[&v4, &v6], &others)
}

/// A tailscaled of a machine that says so, and the flags of a proxy that asks it.
pub(crate) fn tailscaled(lab: &Lab, own: usize, others: &[usize]) -> Result<(Tailscaled, Setup)> {
    let path = Tailscaled::path();
    let tailscaled = Tailscaled::start(&path, &status(own, others))?;
    Ok((tailscaled, asking(&lab[own], &path)))
}

/// The flags of a proxy that asks a tailscaled, and nobody else.
pub(crate) fn asking(machine: &Machine, socket: &std::path::Path) -> Setup {
    let setup = Setup::on(machine).switch("--no-discovery").switch("--tailscale");
    setup.flag("--tailscale-socket", socket.display())
}

/// How many lines of the log of a proxy have all of these words, once it has ended.
pub(crate) async fn count(proxy: Proxy, words: &[&str]) -> Result<usize> {
    proxy.signal("TERM").await?;
    let log = proxy.exit().await?.stderr;
    Ok(log.lines().filter(|line| words.iter().all(|word| line.contains(word))).count())
}

/// What a proxy lists of `what`.
pub(crate) async fn listed(proxy: &Proxy, what: &str) -> Result<String> {
    let token = format!("Bearer {}", proxy.token()?);
    let request = Request::get(&format!("/api/v1/{what}")).header("Authorization", token);
    Ok(request.send(proxy).await?.body)
}
