//! An instance of systemd for one user, which starts services of that user.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, ensure};
use tokio::net::UnixDatagram;
use tokio::process::{Child, Command};

use crate::{setup, within};

/// The user: nobody.
const USER: u32 = 65534;

/// Makes a system in which systemd seems to be the first process, and becomes the user's instance.
const START: &str = r#"
set -e
umount -R /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p "/sys/fs/cgroup/$1/user"
chown -R "$2" "/sys/fs/cgroup/$1"
echo $$ > "/sys/fs/cgroup/$1/user/cgroup.procs"
mkdir -p /run/systemd
mount -t tmpfs none /run/systemd
mkdir /run/systemd/system
exec setpriv --reuid="$2" --regid="$2" --clear-groups /lib/systemd/systemd --user
"#;

/// Ends all that the instance has started.
const SWEEP: &str = r#"
folder=$(mktemp -d)
mount -t cgroup2 none "$folder"
[ -d "$folder/$1" ] || exit 0
echo 1 > "$folder/$1/cgroup.kill"
while grep -q 'populated 1' "$folder/$1/cgroup.events"; do :; done
find "$folder/$1" -depth -type d -exec rmdir {} +
"#;

/// The instance, in a mount namespace of its own. Dropping it ends it with all its services.
pub struct UserSystemd {
    child: Child,
    group: String,
    folder: PathBuf,
}

impl UserSystemd {
    /// Starts one, with the built `nws` under the name `program` in its home folder. Needs root.
    pub async fn start(program: &str) -> Result<Self> {
        ensure!(rustix::process::geteuid().is_root(), "this test needs root: run it by sudo");
        ensure!(
            Path::new("/lib/systemd/systemd").exists(),
            "this test needs systemd: `apt-get install systemd`"
        );
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let group = format!("nws-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(&group);
        let home = folder.join("home é $x 100%");
        for folder in [&folder, &folder.join("run"), &home] {
            std::fs::create_dir(folder)?;
            std::os::unix::fs::chown(folder, Some(USER), Some(USER))?;
        }
        std::fs::set_permissions(folder.join("run"), PermissionsExt::from_mode(0o700))?;
        std::fs::copy(setup::program()?, home.join(program))?;
        let ready = UnixDatagram::bind(folder.join("ready"))?;
        std::fs::set_permissions(folder.join("ready"), PermissionsExt::from_mode(0o666))?;
        let mut command = Command::new("unshare");
        command.args([
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            START,
            "sh",
            &group,
            &USER.to_string(),
        ]);
        variables(&mut command, &folder).env("NOTIFY_SOCKET", folder.join("ready"));
        let child =
            command.stdin(Stdio::null()).kill_on_drop(true).spawn().context("cannot start unshare")?;
        let manager = Self { child, group, folder };
        manager.wait(&ready).await?;
        Ok(manager)
    }

    /// Its home folder.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.join("home é $x 100%")
    }

    /// Runs a command of that user.
    pub async fn run(&self, words: &[&str]) -> Result<Output> {
        let process = self.child.id().context("systemd has ended")?.to_string();
        let mut command = Command::new("nsenter");
        command.args(["--mount", "--target", &process, "setpriv"]);
        command.args([&format!("--reuid={USER}"), &format!("--regid={USER}"), "--clear-groups"]);
        let command = variables(command.args(words), &self.folder).stdin(Stdio::null()).kill_on_drop(true);
        within(&words.join(" "), command.output()).await?.context("cannot start nsenter")
    }

    async fn wait(&self, ready: &UnixDatagram) -> Result<()> {
        within("an instance of systemd", async {
            let mut said = vec![0; 4096];
            loop {
                let length = ready.recv(&mut said).await?;
                if String::from_utf8_lossy(&said[..length]).lines().any(|line| line == "READY=1") {
                    return Ok(());
                }
            }
        })
        .await?
    }
}

impl Drop for UserSystemd {
    fn drop(&mut self) {
        let mut sweep = std::process::Command::new("timeout");
        sweep.args([
            "20",
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            SWEEP,
            "sh",
            &self.group,
        ]);
        // What is left of it harms no other test.
        let _ = sweep.status();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn variables<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("HOME", folder.join("home é $x 100%"));
    command.env("XDG_RUNTIME_DIR", folder.join("run"))
}
