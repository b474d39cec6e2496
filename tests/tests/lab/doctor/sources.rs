//! What Tailscale and DNS say.

use anyhow::Result;
use nws_protocol::LINK_PORT;
use nws_tests::lab::Lab;
use nws_tests::{Dnsmasq, Setup, Tailscaled};
use serde_json::json;

use super::examination::Examination;
use crate::tailnet::{asking, status, tailnet};

#[tokio::test]
async fn whom_tailscaled_names_and_who_answers() -> Result<()> {
    let lab = tailnet(3)?;
    let _own = Setup::on(&lab[0]).switch("--no-discovery").start().await?;
    let path = Tailscaled::path();
    let socket = path.display().to_string();
    let flags = ["--no-discovery", "--tailscale", "--tailscale-socket", &socket];
    let absent = Examination::of(&lab[0], &flags).await?;
    absent.is_fault("tailscale", "", &["no tailscaled listens at"], "systemctl start tailscaled")?;
    let mut stopped = status(0, &[1, 2]);
    stopped["BackendState"] = json!("Stopped");
    let it = Tailscaled::start(&path, &stopped)?;
    let examination = Examination::of(&lab[0], &flags).await?;
    examination.is_fault("tailscale", "", &["Tailscale is stopped"], "sudo tailscale up")?;
    it.says(&status(0, &[1, 2]));
    let nobody = Examination::of(&lab[0], &flags).await?;
    assert_eq!(nobody.check("tailscale", "")?["fault"], false);
    assert!(nobody.check("tailscale", "")?.to_string().contains("no proxy answers on any"), "{nobody:?}");
    let other = Tailscaled::path();
    let _other = Tailscaled::start(&other, &status(1, &[0]))?;
    let _proxy = asking(&lab[1], &other).start().await?;
    let examination = Examination::of(&lab[0], &flags).await?;
    let check = examination.check("tailscale", "")?;
    assert_eq!(check["answer"], "yes", "{check}");
    assert!(
        check.to_string().contains("2 machines") && check.to_string().contains("m1.tail1234.ts.net"),
        "{check}"
    );
    Ok(())
}

#[tokio::test]
async fn whom_a_domain_names_and_who_answers() -> Result<()> {
    let lab = Lab::new(2)?;
    let _etc = Dnsmasq::serves(&lab, 2, 0)?;
    let _own = Setup::on(&lab[0]).switch("--no-discovery").start().await?;
    let flags = ["--no-discovery", "--browse-domain", "example.org"];
    let records = Dnsmasq::records("b", &lab[1].address().to_string());
    let server = Dnsmasq::on(&lab[0], "local=/example.org/\n").await?;
    let examination = Examination::of(&lab[0], &flags).await?;
    examination.is_fault(
        "dns",
        "example.org",
        &["names no proxy"],
        "dig +short _nws._tcp.example.org PTR",
    )?;
    server.kill().await?;
    let _server = Dnsmasq::on(&lab[0], &records).await?;
    let examination = Examination::of(&lab[0], &flags).await?;
    let evidence = ["answer nobody", "b._nws._tcp.example.org", "no program listens there"];
    examination.is_fault("dns", "example.org", &evidence, "--allow-remote")?;
    let _proxy = Setup::on(&lab[1]).switch("--no-discovery").flag("--link-port", LINK_PORT).start().await?;
    let examination = Examination::of(&lab[0], &flags).await?;
    assert_eq!(examination.check("dns", "example.org")?["answer"], "yes");
    Ok(())
}
