//! What a proxy writes on standard error: its logs, and why it ends.

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::ChildStderr;
use tokio::sync::watch;

use crate::within;

/// All of it so far, taken down as it comes.
pub(crate) struct Complaints(watch::Receiver<String>);

impl Complaints {
    /// Takes it down, and shows it with the test.
    pub(crate) fn of(stderr: ChildStderr) -> Self {
        let (so_far, receiver) = watch::channel(String::new());
        tokio::spawn(listen(stderr, so_far));
        Self(receiver)
    }

    /// Waits for a line that has all of `words`.
    pub(crate) async fn line(&self, words: &[&str]) -> Result<String> {
        let is_it = |line: &&str| words.iter().all(|word| line.contains(word));
        let mut so_far = self.0.clone();
        let found = so_far.wait_for(|all| all.lines().any(|line| is_it(&line)));
        let what = format!("a line of nws with {words:?}");
        let all = within(&what, found).await?.with_context(|| format!("nws ended without {what}"))?;
        Ok(all.lines().find(is_it).unwrap_or_default().to_owned())
    }

    /// All of it, once the proxy has ended.
    pub(crate) async fn all(mut self) -> String {
        // The other end goes when there is no more.
        while self.0.changed().await.is_ok() {}
        self.0.borrow().clone()
    }
}

#[expect(clippy::print_stderr, reason = "the test that fails shows what its proxies said")]
async fn listen(stderr: ChildStderr, so_far: watch::Sender<String>) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        eprintln!("{line}");
        so_far.send_modify(|all| {
            all.push_str(&line);
            all.push('\n');
        });
    }
}
