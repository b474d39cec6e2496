//! The git repository that becomes a release, and a second tree of it in which the release is made.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use nws_tools::Step;
use semver::Version;

const MAIN: &str = "main";

/// A checkout with its repository.
pub(super) struct Repository {
    folder: PathBuf,
}

impl Repository {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Fails on another branch than main.
    pub(super) fn need_main(&self) -> Result<()> {
        let branch = git(&self.folder, "branch --show-current").read()?;
        let branch = branch.trim();
        ensure!(
            branch == MAIN,
            "a release is made on {MAIN}, and this is {branch:?}: run `git switch {MAIN}`"
        );
        Ok(())
    }

    /// Fails if a file is changed, staged or new.
    pub(super) fn need_clean(&self) -> Result<()> {
        let changes = git(&self.folder, "status --porcelain").read()?;
        ensure!(changes.is_empty(), "the checkout has changes; commit or stash them first:\n{changes}");
        Ok(())
    }

    /// The versions that have a tag.
    pub(super) fn released(&self) -> Result<Vec<Version>> {
        if git(&self.folder, "rev-parse --is-shallow-repository").read()?.trim() == "true" {
            bail!("this clone is shallow and may lack tags: run `git fetch --unshallow --tags`");
        }
        let tags = git(&self.folder, "tag --list v*").read()?;
        Ok(tags.lines().filter_map(|tag| Version::parse(tag.strip_prefix('v')?).ok()).collect())
    }

    /// Lays the last commit into a folder of its own. The remains of a release that was interrupted
    /// are taken away first.
    pub(super) fn tree(&self, folder: PathBuf) -> Result<Tree<'_>> {
        let tree = Tree { repository: self, folder };
        tree.remove();
        if tree.folder.exists() {
            fs::remove_dir_all(&tree.folder)
                .with_context(|| format!("cannot remove {}", tree.folder.display()))?;
        }
        git(&self.folder, "worktree prune").run()?;
        git(&self.folder, "worktree add --quiet --detach").arg(&tree.folder).run()?;
        Ok(tree)
    }

    /// Moves main, its index and its files to a commit that follows it, or leaves all as they were.
    pub(super) fn advance(&self, commit: &str) -> Result<()> {
        let moved = git(&self.folder, "merge --quiet --ff-only").arg(commit).run();
        if moved.is_err() {
            // git moves the files first.
            git(&self.folder, "read-tree -m -u").arg(commit).arg("HEAD").run()?;
        }
        moved
    }

    pub(super) fn remove_tag(&self, name: &str) -> Result<()> {
        git(&self.folder, "tag --delete").arg(name).run()
    }
}

/// A second tree of a repository. It goes away when it is dropped.
pub(super) struct Tree<'repository> {
    repository: &'repository Repository,
    folder: PathBuf,
}

impl Tree<'_> {
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Commits all changes, and gives the name of the commit.
    pub(super) fn commit(&self, message: &str) -> Result<String> {
        git(&self.folder, "commit --quiet --all --message").arg(message).run()?;
        Ok(git(&self.folder, "rev-parse HEAD").read()?.trim().to_owned())
    }

    /// Tags the last commit, with a signature if git is configured so.
    pub(super) fn tag(&self, name: &str, message: &str) -> Result<()> {
        git(&self.folder, "tag --annotate --message").arg(message).arg(name).run()
    }

    fn remove(&self) -> bool {
        git(&self.repository.folder, "worktree remove --force").arg(&self.folder).succeeds()
    }
}

impl Drop for Tree<'_> {
    fn drop(&mut self) {
        self.remove();
    }
}

fn git(folder: &Path, words: &str) -> Step {
    Step::new("git").dir(folder).words(words).unannounced()
}
