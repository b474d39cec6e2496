//! The examples in the documents.
//!
//! Every `console` block is run against a proxy of its own. Where an example needs another terminal, the test plays
//! that one: in `my-channel` somebody takes files, and in `news` somebody says hello to all who come.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, Result};
use nws_tests::{Client, Proxy, Running};
use tokio::task::JoinSet;

/// The command lines of the clients that are there, in a folder.
type Clients = fn(&Path) -> Vec<Vec<String>>;

/// Documents, each with the channels in which somebody is.
const DOCUMENTS: [(&str, Clients); 2] = [
    ("README.md", |_| vec![words("listen my-channel"), words("listen my-channel")]),
    ("docs/command.md", |folder| {
        let save = folder.join("Downloads").to_string_lossy().into_owned();
        vec![[words("listen my-channel --overwrite --save"), vec![save]].concat()]
    }),
];

/// Blocks for a shell in which `nws` is run: each document, with the reason why nothing runs them here.
const SHELL: [(&str, &str); 6] = [
    ("README.md", "a path in the home folder, and websocat"),
    (
        "docs/console.md",
        "opens a browser: the tests of the API do that with one that writes down what it is to open",
    ),
    ("docs/backbone.md", "a broker on another machine: the tests of the backbone run one"),
    ("docs/install.md", "installs the proxy, and starts it for good: `cargo xtask test dist` does that"),
    ("docs/machines.md", "several machines: the lab has them"),
    ("python/README.md", "starts the proxy for good"),
];

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All documents for users.
fn all() -> Result<Vec<String>> {
    let mut all: Vec<String> = [
        "README.md",
        "SECURITY.md",
        "CONTRIBUTING.md",
        "ARCHITECTURE.md",
        "client/README.md",
        "python/README.md",
    ]
    .map(str::to_owned)
    .to_vec();
    for entry in fs::read_dir(root().join("docs"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        all.extend(name.ends_with(".md").then(|| format!("docs/{name}")));
    }
    Ok(all)
}

/// The language of each block, and its lines.
fn blocks(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            blocks.push((language, lines.by_ref().take_while(|line| !line.starts_with("```")).collect()));
        }
    }
    blocks
}

#[test]
fn every_example_of_nws_is_run_or_there_is_a_reason() -> Result<()> {
    for name in all()? {
        let text = fs::read_to_string(root().join(&name)).with_context(|| name.clone())?;
        let has = |wanted: &dyn Fn(&str, &str) -> bool| {
            blocks(&text).iter().any(|(language, lines)| lines.iter().any(|line| wanted(language, line)))
        };
        let has_console = blocks(&text).iter().any(|(language, _)| *language == "console");
        assert_eq!(has_console, DOCUMENTS.iter().any(|(run, _)| *run == name), "{name}");
        let has_shell = has(&|language, line| language != "console" && line.starts_with("nws "));
        assert_eq!(has_shell, SHELL.iter().any(|(left_out, _)| *left_out == name), "{name}");
        assert!(!has(&|language, line| language != "console" && line.starts_with("$ ")), "{name}");
    }
    Ok(())
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_documents_show_what_happens() -> Result<()> {
    let folder = env::temp_dir().join(format!("nws-command-documents-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("report.pdf"), "a report in 21 bytes\n")?;
    for (document, others) in DOCUMENTS {
        let proxy = Proxy::start().await?;
        let mut playing = Vec::new();
        for words in others(&folder) {
            let words: Vec<&str> = words.iter().map(String::as_str).chain(["--json"]).collect();
            let mut other = Running::start(&proxy, &words)?;
            other.event("sync").await?;
            playing.push(other);
        }
        let needs_greeting = fs::read_to_string(root().join(document))?.contains("nws listen news");
        let mut greeting = JoinSet::new();
        if needs_greeting {
            greeting.spawn(greet(Client::join(&proxy, "/news").await?));
        }
        let program = in_folder(&folder)?;
        let port = proxy.port().to_string();
        let folder = proxy.runtime_folder();
        let run = move || run(document, &program, &port, &folder);
        tokio::task::spawn_blocking(run).await.with_context(|| format!("{document} says something else"))?;
    }
    fs::remove_dir_all(folder)?;
    Ok(())
}

async fn greet(mut client: Client) -> Result<()> {
    loop {
        client.arrival().await?;
        client.broadcast("hello").await?;
        client.departure().await?;
    }
}

/// A script that is `nws` in that folder.
#[cfg(unix)]
fn in_folder(folder: &Path) -> Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt as _;
    let script = folder.join("nws");
    let program = nws_tests::program()?;
    let text = format!("#!/bin/sh\ncd '{}' && exec '{}' \"$@\"\n", folder.display(), program.display());
    fs::write(&script, text)?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    Ok(script)
}

/// Panics if an example shows something else.
fn run(document: &str, program: &Path, port: &str, folder: &Path) {
    let cases = trycmd::TestCases::new();
    cases.register_bin("nws", program.to_path_buf()).env("NWS_PORT", port).timeout(Duration::from_secs(30));
    cases.env("XDG_RUNTIME_DIR", folder.to_string_lossy());
    cases.case(root().join(document)).run();
}
