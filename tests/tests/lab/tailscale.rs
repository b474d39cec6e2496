//! Proxies find each other by what tailscaled says, and stay well when it says nonsense.

use anyhow::Result;
use nws_protocol::LINK_PORT;
use nws_tests::{Peer, Setup, Tailscaled, within};
use serde_json::json;

use crate::tailnet::{addresses, asking, count, have, lead, listed, name, status, tailnet, tailscaled};

const WARN: &str = "WARN";

#[tokio::test]
async fn machines_of_a_tailnet_find_each_other_whichever_comes_last() -> Result<()> {
    let lab = tailnet(4)?;
    let (_first, setup) = tailscaled(&lab, 0, &[1, 2, 3])?;
    let a = setup.start().await?;
    let mut one = Peer::alone(&a, "/chan").await?;
    let (_second, setup) = tailscaled(&lab, 1, &[0, 2])?;
    let b = setup.start().await?;
    let mut two = Peer::arrive(&b, "/chan", &mut [&mut one]).await?;
    let (_third, setup) = tailscaled(&lab, 2, &[0, 1])?;
    let c = setup.start().await?;
    let mut three = Peer::arrive(&c, "/chan", &mut [&mut one, &mut two]).await?;
    Peer::chorus(&mut [&mut one, &mut two, &mut three]).await?;
    // Of each link one side knows how it was found.
    let mut found = 0;
    for proxy in [&a, &b, &c] {
        found += listed(proxy, "links").await?.matches(r#""kind":"tailscale""#).count();
    }
    assert!(found >= 3, "{found} of 3 links");
    // The fourth runs no proxy, which is no fault and no candidate.
    within("a dial to the fourth", async {
        while !listed(&a, "candidates").await?.contains(r#""total":0"#) {}
        anyhow::Ok(())
    })
    .await??;
    for proxy in [a, b, c] {
        assert_eq!(count(proxy, &[WARN]).await?, 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_machine_that_comes_later_or_has_another_address_is_found() -> Result<()> {
    let lab = tailnet(2)?;
    let (first, setup) = tailscaled(&lab, 0, &[])?;
    let (second, other) = tailscaled(&lab, 1, &[])?;
    let (a, b) = (setup.start().await?, other.start().await?);
    let mut one = Peer::alone(&a, "/chan").await?;
    first.is_asked(1).await?;
    first.says(&status(0, &[1]));
    second.says(&status(1, &[0]));
    let mut two = Peer::arrive(&b, "/chan", &mut [&mut one]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    let [old, new] = [&addresses(1)[0], "100.64.8.8"];
    lab[1].run(&format!("address del {old}/32 dev tailscale0"))?;
    have(&lab[1], new)?;
    lead(&lab, 0, 1, &addresses(0)[0], new)?;
    lead(&lab, 1, 0, new, &addresses(0)[0])?;
    first.says(&Tailscaled::status(&[&addresses(0)[0]], &[(&name(1), &[new])]));
    second.says(&Tailscaled::status(&[new], &[(&name(0), &[&addresses(0)[0]])]));
    one.sees_again(&two.id).await?;
    two.sees_again(&one.id).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await
}

#[tokio::test]
async fn only_machines_that_tailscaled_names_may_connect_and_only_by_the_tailnet() -> Result<()> {
    let lab = tailnet(3)?;
    let (_it, setup) = tailscaled(&lab, 0, &[1])?;
    let proxy = setup.start().await?;
    let mut one = Peer::alone(&proxy, "/chan").await?;
    // One that tailscaled does not name, and one that it names, but by another network of this machine.
    let peer = |address: &str| format!("{address}:{LINK_PORT}");
    lab[0].run("address add 100.64.9.1/32 dev eth0")?;
    lead(&lab, 1, 0, &addresses(1)[0], "100.64.9.1")?;
    let stranger = Setup::on(&lab[2]).switch("--no-discovery").flag("--peer", peer(&addresses(0)[0]));
    let stranger = stranger.start().await?;
    stranger.log(&[WARN, "cannot reach this address", "closes the connection", "--tailscale"]).await?;
    let detour = Setup::on(&lab[1]).switch("--no-discovery").flag("--peer", peer("100.64.9.1"));
    let detour = detour.start().await?;
    detour.log(&[WARN, "cannot reach this address", "closes the connection"]).await?;
    drop(detour);
    let right = Setup::on(&lab[1]).switch("--no-discovery").flag("--peer", peer(&addresses(0)[0]));
    let right = right.start().await?;
    let mut two = Peer::arrive(&right, "/chan", &mut [&mut one]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await
}

#[tokio::test]
async fn without_the_flag_machines_of_a_tailnet_may_not_connect() -> Result<()> {
    let lab = tailnet(2)?;
    let (_it, setup) = tailscaled(&lab, 0, &[1])?;
    let _dialling = setup.start().await?;
    let plain = Setup::on(&lab[1]).switch("--no-discovery").flag("--link-port", LINK_PORT).start().await?;
    plain.log(&[WARN, "a connection is refused", "--tailscale admits"]).await?;
    Ok(())
}

#[tokio::test]
async fn a_tailscaled_that_is_not_there_or_not_ready_is_told_once_and_found_when_it_comes() -> Result<()> {
    let lab = tailnet(2)?;
    let (_other, setup) = tailscaled(&lab, 1, &[0])?;
    let b = setup.start().await?;
    let path = Tailscaled::path();
    let a = asking(&lab[0], &path).start().await?;
    let mut one = Peer::alone(&a, "/chan").await?;
    a.log(&[WARN, "--tailscale: no tailscaled listens at", "systemctl start tailscaled"]).await?;
    let mut state = status(0, &[1]);
    state["BackendState"] = json!("NeedsLogin");
    let it = Tailscaled::start(&path, &state)?;
    a.log(&[WARN, "not logged in to a tailnet: sudo tailscale up"]).await?;
    state["BackendState"] = json!("Stopped");
    it.says(&state);
    a.log(&[WARN, "Tailscale is stopped: sudo tailscale up"]).await?;
    it.is_asked(2).await?;
    state["BackendState"] = json!("Running");
    it.says(&state);
    let mut two = Peer::arrive(&b, "/chan", &mut [&mut one]).await?;
    // It is updated: what is linked stays linked.
    drop(it);
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    let it = Tailscaled::start(&path, &status(0, &[1]))?;
    it.is_asked(2).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    assert_eq!(count(a, &[WARN, "Tailscale is stopped"]).await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_machine_without_an_address_of_the_tailnet_says_so() -> Result<()> {
    let lab = tailnet(1)?;
    let path = Tailscaled::path();
    let it = Tailscaled::start(&path, &Tailscaled::status(&[], &[]))?;
    let proxy = asking(&lab[0], &path).start().await?;
    proxy.log(&[WARN, "says no status of Tailscale"]).await?;
    it.says(&Tailscaled::status(&["100.64.1.1"], &[]));
    proxy.log(&[WARN, "no network interface has an address of the tailnet"]).await?;
    Ok(())
}

/// Two proxies of one LAN speak with each other while one of them hears this.
#[tokio::test]
async fn whatever_tailscaled_says_is_told_in_one_line_and_the_lan_never_notices() -> Result<()> {
    let lab = tailnet(2)?;
    let path = Tailscaled::path();
    let it = Tailscaled::start(&path, &status(0, &[]))?;
    let flags = Setup::on(&lab[0]).switch("--tailscale").flag("--tailscale-socket", path.display());
    let (a, b) = (flags.start().await?, lab[1].start().await?);
    let [mut one, mut two] = Peer::gather([(&a, "/chan"), (&b, "/chan")]).await?;
    let own = addresses(0);
    let own = [own[0].as_str()];
    let crowd: serde_json::Map<_, _> = (0..10_000_u32)
        .map(|number| {
            let address = format!("100.65.{}.{}", number / 256, number % 256);
            (format!("k{number}"), json!({"HostName": "m", "TailscaleIPs": [address], "Online": true}))
        })
        .collect();
    let mut many = Tailscaled::status(&own, &[]);
    many["Peer"] = crowd.into();
    let liar = ("liar", ["127.0.0.1", "192.168.1.1", "10.77.0.2", "224.0.0.251", "8.8.8.8", "::1"]);
    let foreign = Tailscaled::status(&own, &[(liar.0, &liar.1)]);
    let huge = format!("{{\"X\":\"{}\"", "x".repeat(5 << 20));
    let endless = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice(), b"400\r\n"].concat();
    it.says(&foreign);
    a.log(&[WARN, "names machines at addresses that no tailnet has"]).await?;
    it.says(&many);
    a.log(&[WARN, "more than 1024 machines of the tailnet are online"]).await?;
    for nonsense in [huge.as_bytes(), &[0xff; 999]] {
        it.answers(nonsense);
        it.is_asked(1).await?;
        Peer::chorus(&mut [&mut one, &mut two]).await?;
    }
    for nonsense in [b"HTTP/1.1 500 No\r\n\r\n".as_slice(), &endless] {
        it.sends(nonsense);
        it.is_asked(1).await?;
        Peer::chorus(&mut [&mut one, &mut two]).await?;
    }
    a.log(&[WARN, "says no status of Tailscale"]).await?;
    assert_eq!(count(a, &[WARN]).await?, 3);
    Ok(())
}
