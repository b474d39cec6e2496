//! The file with the token of a start.

use anyhow::Result;
use nws_tests::{Proxy, Request, Setup};

use crate::asking::Asking;

#[cfg(unix)]
#[tokio::test]
async fn its_file_is_for_this_user_alone_and_goes_with_the_proxy() -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let proxy = Proxy::start().await?;
    let token = proxy.token()?;
    let path = std::env::temp_dir().join(format!("nws-test-run/nws/token-{}", proxy.port()));
    assert_eq!(std::fs::metadata(&path)?.permissions().mode() & 0o777, 0o600);
    let folder = path.parent().map(std::fs::metadata).transpose()?;
    assert_eq!(folder.map(|folder| folder.permissions().mode() & 0o777), Some(0o700));
    assert!(token.len() >= 43, "256 bits");
    proxy.signal("TERM").await?;
    let exit = proxy.exit().await?;
    assert!(exit.status.success() && !exit.stderr.contains(&token) && !exit.stdout.contains(&token));
    assert!(!path.exists());
    Ok(())
}

#[tokio::test]
async fn each_start_has_its_own() -> Result<()> {
    let [one, other] = [Proxy::start().await?, Proxy::start().await?];
    assert_ne!(one.token()?, other.token()?);
    let header = format!("Bearer {}", other.token()?);
    assert_eq!(Request::get("/api/v1/proxy").header("Authorization", header).status(&one).await?, 401);
    Ok(())
}

#[tokio::test]
async fn without_a_file_the_proxy_runs_and_says_so() -> Result<()> {
    // A file where the folder would have to be.
    let place = std::env::temp_dir().join(format!("nws-test-no-folder-{}", std::process::id()));
    std::fs::write(&place, "")?;
    let proxy = Setup::new().env("XDG_RUNTIME_DIR", &place.to_string_lossy()).start().await?;
    proxy.log(&["WARN", "the token file cannot be written", "nws console"]).await?;
    assert_eq!(Request::upgrade("/chan").status(&proxy).await?, 101);
    assert_eq!(Asking::without_token(&proxy).get("proxy").await?["has_names"], false);
    std::fs::remove_file(&place)?;
    Ok(())
}

/// Nobody can write there, not even root.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn in_a_home_that_is_read_only_the_proxy_runs_and_the_api_tells_so() -> Result<()> {
    for (name, value, other) in
        [("XDG_RUNTIME_DIR", "/proc/sys", "HOME"), ("HOME", "/proc/sys", "XDG_RUNTIME_DIR")]
    {
        let proxy = Setup::new().env(other, "").env(name, value).start().await?;
        proxy.log(&["WARN", "the token file cannot be written", "/proc/sys"]).await?;
        assert_eq!(Request::upgrade("/chan").status(&proxy).await?, 101);
        let events = Asking::without_token(&proxy).rows("events").await?;
        assert!(events.iter().any(|row| row["kind"] == "warning"), "{events:?}");
        let forged = Request::get("/api/v1/proxy").header("Authorization", "Bearer ");
        assert_eq!(forged.status(&proxy).await?, 401);
    }
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_others_can_write_is_not_used() -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let place = std::env::temp_dir().join(format!("nws-test-open-folder-{}", std::process::id()));
    std::fs::create_dir(&place)?;
    std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o777))?;
    let proxy = Setup::new().env("XDG_RUNTIME_DIR", &place.to_string_lossy()).start().await?;
    proxy.log(&["WARN", "the token file cannot be written"]).await?;
    assert_eq!(std::fs::read_dir(place.join("nws"))?.count(), 0);
    std::fs::remove_dir_all(&place)?;
    Ok(())
}

/// A shell in which `/run` is its own, with the token of a proxy of the system, and in which the user has the token of a
/// proxy that was killed.
#[cfg(target_os = "linux")]
const TWO_TOKENS: &str = r#"mount -t tmpfs none /run && mkdir -p /run/nws "$0/nws" && printf %s "$TOKEN" > "/run/nws/token-$NWS_PORT" &&
printf stale > "$0/nws/token-$NWS_PORT" && export XDG_RUNTIME_DIR="$0" && exec "$@""#;

#[cfg(target_os = "linux")]
#[tokio::test]
async fn of_several_tokens_the_right_one_is_found_by_each_command() -> Result<()> {
    let proxy = crate::links::linkable().start().await?;
    let _peer = nws_tests::Peer::alone(&proxy, "/a-name").await?;
    let folder = std::env::temp_dir().join(format!("nws-test-tokens-{}", std::process::id()));
    let (place, token) = (folder.to_string_lossy(), format!("TOKEN={}", proxy.token()?));
    let enter = ["env", &token, "unshare", "-m", "sh", "-c", TWO_TOKENS, &place];
    let port = proxy.port();
    let state = nws_tests::Running::within(port, &enter, &["status"])?.exit().await?;
    assert!(state.status.success() && state.stdout.contains("a-name"), "{state:?}");
    let link_port = proxy.link().await?.1.to_string();
    let doctor = ["doctor", "--no-discovery", "--link-port", &link_port, "--interface", "lo"];
    let examined = nws_tests::Running::within(port, &enter, &doctor)?.exit().await?;
    std::fs::remove_dir_all(&folder)?;
    assert!(examined.stdout.contains("a proxy answers at port"), "{examined:?}");
    // That would be said to those who have no token.
    assert!(!examined.stdout.contains("linked"), "{examined:?}");
    Ok(())
}
