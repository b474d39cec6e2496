//! `nws service` with a real instance of systemd, on Linux, as root.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use anyhow::{Context, Result};
use nws_tests::{Setup, UserSystemd};
use tokio::net::TcpStream;

/// A name with all that a unit could misread.
const PROGRAM: &str = "n w'\"$s%";

/// A user with an instance of systemd, and with nws.
struct User(UserSystemd);

impl User {
    async fn new(program: &str) -> Result<Self> {
        Ok(Self(UserSystemd::start(program).await?))
    }

    async fn nws(&self, program: &str, words: &[&str]) -> Result<Said> {
        let path = self.0.home().join(program).to_string_lossy().into_owned();
        Ok(Said::of(self.0.run(&[&[path.as_str(), "service"], words].concat()).await?))
    }
}

/// What nws said, and how it ended.
#[derive(Debug)]
struct Said {
    status: Option<i32>,
    out: String,
    error: String,
}

impl Said {
    fn of(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { status: output.status.code(), out: text(&output.stdout), error: text(&output.stderr) }
    }

    #[track_caller]
    fn expect(&self, status: i32, words: &[&str]) {
        let all = format!("{}{}", self.out, self.error);
        assert_eq!(self.status, Some(status), "{self:?}");
        words.iter().for_each(|word| assert!(all.contains(word), "{word}: {self:?}"));
    }
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

#[tokio::test]
async fn a_service_is_installed_replaced_and_removed() -> Result<()> {
    let user = User::new(PROGRAM).await?;
    user.nws(PROGRAM, &["status"]).await?.expect(3, &["not installed"]);
    user.nws(PROGRAM, &["uninstall"]).await?.expect(0, &["nothing to do"]);
    user.nws(PROGRAM, &["logs"]).await?.expect(1, &["there is no service"]);
    let (first, second) = (free_port()?, free_port()?);
    let socket = user.0.home().join("it's a \"socket\" $HOME %h");
    let (port, path) = (first.to_string(), socket.to_string_lossy());
    let flags = ["install", "--", "--no-discovery", "--port", &port, "--unix", &path];
    user.nws(PROGRAM, &flags).await?.expect(0, &["installed: ", "running since", "enable-linger nobody"]);
    TcpStream::connect(("127.0.0.1", first)).await?;
    assert!(socket.exists());
    let address = format!("http://localhost:{first}/");
    user.nws(PROGRAM, &["status"]).await?.expect(0, &["running since", &address, PROGRAM]);
    let file = user.0.home().join("nws.toml");
    std::fs::write(&file, format!("port = {second}\nno-discovery = true\n"))?;
    let config = file.to_string_lossy();
    user.nws(PROGRAM, &["install", "--config", &config]).await?.expect(0, &["replaced: ", "running since"]);
    TcpStream::connect(("127.0.0.1", second)).await?;
    assert!(TcpStream::connect(("127.0.0.1", first)).await.is_err() && !socket.exists());
    let enabled = user.0.run(&["systemctl", "--user", "is-enabled", "nws"]).await?;
    assert_eq!(String::from_utf8_lossy(&enabled.stdout), "enabled\n");
    user.0.run(&["systemctl", "--user", "stop", "nws"]).await?;
    user.nws(PROGRAM, &["status"]).await?.expect(3, &["not running: inactive"]);
    user.nws(PROGRAM, &["uninstall"]).await?.expect(0, &["uninstalled: "]);
    user.nws(PROGRAM, &["status"]).await?.expect(3, &["not installed"]);
    let left = user.0.run(&["systemctl", "--user", "cat", "nws"]).await?;
    assert!(!left.status.success(), "{left:?}");
    Ok(())
}

#[tokio::test]
async fn what_cannot_serve_is_not_installed() -> Result<()> {
    let user = User::new("nws").await?;
    let other = Setup::new().start().await?;
    let taken = other.port().to_string();
    let install = ["install", "--", "--no-discovery", "--port"];
    let on = |port| [install.as_slice(), &[port]].concat();
    user.nws("nws", &on("x")).await?.expect(2, &["--port"]);
    user.nws("nws", &["install", "--", "--unix", "relative"]).await?.expect(2, &["absolute path"]);
    user.nws("nws", &on(&taken)).await?.expect(1, &["taken by another proxy", "-- --port"]);
    user.nws("nws", &["status"]).await?.expect(3, &["not installed"]);
    let port = free_port()?.to_string();
    user.nws("nws", &on(&port)).await?.expect(0, &["installed: "]);
    let blocker = TcpListener::bind("0.0.0.0:0")?;
    let blocked = blocker.local_addr()?.port().to_string();
    let linking = [on(&port).as_slice(), &["--link-port", &blocked]].concat();
    let restored = "the service has its earlier settings again";
    user.nws("nws", &linking).await?.expect(1, &["does not start", &blocked, "--link-port", restored]);
    user.nws("nws", &["status"]).await?.expect(0, &[&format!("http://localhost:{port}/")]);
    Ok(())
}

#[tokio::test]
async fn a_service_that_cannot_be_replaced_stays_without_a_word() -> Result<()> {
    let user = User::new("nws").await?;
    user.nws("nws", &["install", "--", "--no-discovery", "--port", "0"]).await?.expect(0, &["installed: "]);
    let nws = user.0.home().join("nws").to_string_lossy().into_owned();
    let port = free_port()?.to_string();
    let other = [nws.as_str(), "service", "install", "--", "--port", &port];
    let unreachable = [&["env", "XDG_RUNTIME_DIR=/nowhere"], other.as_slice()].concat();
    let folder = user.0.home().join(".config/systemd/user");
    let said = Said::of(user.0.run(&unreachable).await?);
    said.expect(1, &["loginctl enable-linger nobody"]);
    assert_eq!(said.out, "");
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o500))?;
    let said = Said::of(user.0.run(&other).await?);
    said.expect(1, &["cannot write"]);
    assert_eq!(said.out, "");
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o700))?;
    user.nws("nws", &["status"]).await?.expect(0, &["running since", "a free port"]);
    Ok(())
}

#[tokio::test]
async fn a_unit_of_another_author_stays() -> Result<()> {
    let user = User::new("nws").await?;
    let unit = user.0.home().join(".config/systemd/user/nws.service");
    std::fs::create_dir_all(unit.parent().context("it is in a folder")?)?;
    std::fs::write(&unit, "[Service]\nExecStart=/bin/true\n")?;
    for task in ["install", "uninstall", "status", "logs"] {
        user.nws("nws", &[task]).await?.expect(1, &["is not of `nws service install`"]);
    }
    assert_eq!(std::fs::read_to_string(unit)?, "[Service]\nExecStart=/bin/true\n");
    Ok(())
}

#[tokio::test]
async fn without_an_instance_of_systemd_the_remedy_is_told() -> Result<()> {
    let user = User::new("nws").await?;
    let nws = user.0.home().join("nws").to_string_lossy().into_owned();
    let without = ["env", "XDG_RUNTIME_DIR=/nowhere", &nws, "service", "install", "--", "--port", "0"];
    let said = Said::of(user.0.run(&without).await?);
    said.expect(1, &["loginctl enable-linger nobody"]);
    // Nothing was written, so nothing has to be undone.
    assert_eq!(said.out, "");
    let elsewhere = format!("XDG_CONFIG_HOME={}", user.0.home().join("other").display());
    let said =
        Said::of(user.0.run(&["env", &elsewhere, &nws, "service", "install", "--", "--port", "0"]).await?);
    said.expect(1, &["systemd does not find", "unset XDG_CONFIG_HOME"]);
    Ok(())
}

#[tokio::test]
async fn nothing_is_asked_by_sudo() -> Result<()> {
    for task in ["install", "uninstall", "status", "logs"] {
        let exit = Setup::new().env("SUDO_USER", "ann").instead(&["service", task]).await?;
        assert!(exit.status.code() == Some(1) && exit.stderr.contains("without sudo"), "{exit:?}");
    }
    Ok(())
}
