//! What the command says when it cannot do what its flags about links ask for.

use anyhow::Result;
use nws_tests::{Exit, Setup};
use tokio::net::TcpListener;

/// One line on standard error, none on standard output, and the status.
fn expect_complaint(exit: &Exit, status: i32, about: &str) {
    assert_eq!(exit.status.code(), Some(status), "{exit:?}");
    assert_eq!(exit.stdout, "", "{exit:?}");
    assert_eq!(exit.stderr.lines().count(), 1, "{exit:?}");
    assert!(exit.stderr.starts_with("nws: ") && exit.stderr.contains(about), "{exit:?}");
}

#[tokio::test]
async fn a_wrong_value_is_status_2() -> Result<()> {
    let wrong = [
        ("--peer", "x"),
        ("--peer", "x:"),
        ("--peer", "x:0"),
        ("--peer", "x:70000"),
        ("--peer", "fe80::1:9010"),
        ("--peer", ":9010"),
        ("--link-port", "x"),
        ("--link-port", "65536"),
        ("--browse-domain", "http://example.org"),
        ("--browse-domain", "192.0.2.1"),
        ("--browse-domain", "a..b"),
        ("--browse-domain", "_nws._tcp.example.org"),
        ("--browse-domain", "local"),
        ("--tailscale-socket", "/nowhere.sock"),
        ("--tailscale-socket", "/"),
        ("--interface", "["),
        ("--no-interface", "["),
    ];
    for (flag, value) in wrong {
        let exit = Setup::fails(&["run", "--no-discovery", "--port", "0", flag, value]).await?;
        expect_complaint(&exit, 2, flag);
    }
    Ok(())
}

#[tokio::test]
async fn a_link_port_that_is_taken_is_named() -> Result<()> {
    for address in ["0.0.0.0:0", "[::]:0"] {
        let taken = TcpListener::bind(address).await?;
        let port = taken.local_addr()?.port().to_string();
        let exit = Setup::fails(&["run", "--no-discovery", "--port", "0", "--link-port", &port]).await?;
        expect_complaint(&exit, 1, &port);
    }
    Ok(())
}
