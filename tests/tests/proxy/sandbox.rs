//! What a proxy that serves can no longer do.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use anyhow::{Context as _, Result};
use nws_tests::{Peer, Setup};

use crate::unix::{Folder, NOBODY};

#[tokio::test]
async fn a_proxy_that_serves_is_closed_to_its_own_user_and_gains_no_privileges() -> Result<()> {
    let folder = Folder::new("sandbox")?;
    fs::set_permissions(&folder.0, Permissions::from_mode(0o755))?;
    let proxy = Setup::new().user(NOBODY, &folder.0).flag("--shards", 3).start().await?;
    Peer::meet(&proxy, ["/chan"; 2]).await?;
    let line = proxy.log(&["sandbox: memory is closed, no new privileges"]).await?;
    assert!(line.contains(", files are closed") || line.contains("the kernel has no Landlock"), "{line}");
    let process = format!("/proc/{}", proxy.pid()?);
    // What is open to its own user belongs to that one.
    assert_eq!(fs::metadata(format!("{process}/mem"))?.uid(), 0);
    let mut threads = 0;
    for thread in fs::read_dir(format!("{process}/task"))? {
        let status = fs::read_to_string(thread?.path().join("status"))?;
        let uid = status.lines().find(|line| line.starts_with("Uid:")).context("no user")?;
        assert!(uid.contains(&NOBODY.to_string()), "{uid}");
        assert!(status.contains("NoNewPrivs:\t1"), "{status}");
        threads += 1;
    }
    assert!(threads >= 3, "{threads}");
    Ok(())
}
