//! Names that are strange, or taken.

use std::ffi::OsStr;
use std::fs;

use anyhow::Result;
use nws_tests::{Peer, Proxy, Running};

use super::{Folder, control, get_all_empty, get_empty, offer, say};

#[tokio::test]
async fn files_of_any_name_are_sent() -> Result<()> {
    let proxy = Proxy::start().await?;
    let (from, to) = (Folder::new("names-from")?, Folder::new("names-to")?);
    let names = ["a  b", "zwei\nZeilen.txt", "Ωμέγα 文.txt", "--json", "-", "'\"$(id)`"];
    for name in names {
        from.file(name, name.as_bytes())?;
    }
    let receiver = Running::start(&proxy, &["listen", "chan", "--save", &to.path(), "-n", "6"])?;
    let begin = ["--wait", "30", "--file"].map(str::to_owned);
    let paths = names.map(|name| format!("{}/{name}", from.path()));
    let words: Vec<&str> =
        ["send", "chan"].into_iter().chain(begin.iter().chain(&paths).map(String::as_str)).collect();
    let exit = Running::start(&proxy, &words)?.exit().await?;
    assert!(exit.status.success(), "{exit:?}");
    assert!(receiver.exit().await?.status.success());
    let expected = ["'_$(id)`", "-", "--json", "a b", "zweiZeilen.txt", "Ωμέγα 文.txt"];
    assert_eq!(to.names()?, expected);
    assert_eq!(fs::read(to.0.join("zweiZeilen.txt"))?, b"zwei\nZeilen.txt");
    Ok(())
}

#[tokio::test]
async fn a_name_with_a_dash_in_front_is_a_file_behind_two_dashes() -> Result<()> {
    let proxy = Proxy::start().await?;
    let (from, to) = (Folder::new("dash-from")?, Folder::new("dash-to")?);
    from.file("-rf", b"x")?;
    let receiver = Running::start(&proxy, &["listen", "chan", "--save", &to.path(), "-n", "1"])?;
    let enter = ["env", "-C", &from.path()];
    let words = ["send", "--wait", "30", "chan", "--", "-rf"];
    let exit = Running::within(proxy.port(), &enter, &words)?.exit().await?;
    assert!(exit.status.success(), "{exit:?}");
    assert!(receiver.exit().await?.status.success());
    assert_eq!(to.names()?, ["-rf"]);
    Ok(())
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_name_that_is_no_text_is_sent_as_one() -> Result<()> {
    use std::os::unix::ffi::OsStrExt as _;
    let proxy = Proxy::start().await?;
    let (from, to) = (Folder::new("bytes-from")?, Folder::new("bytes-to")?);
    let path = from.0.join(OsStr::from_bytes(b"caf\xe9.txt"));
    fs::write(&path, b"x")?;
    let receiver = Running::start(&proxy, &["listen", "chan", "--save", &to.path(), "-n", "1"])?;
    let words = ["send", "chan", "--wait", "30"].map(OsStr::new);
    let words: Vec<&OsStr> = words.into_iter().chain([path.as_os_str()]).collect();
    let exit = Running::spawn(proxy.port(), &[], &words)?.exit().await?;
    assert!(exit.status.success(), "{exit:?}");
    assert!(receiver.exit().await?.status.success());
    assert_eq!(to.names()?, ["caf\u{fffd}.txt"]);
    Ok(())
}

#[tokio::test]
async fn hostile_names_stay_in_the_folder() -> Result<()> {
    let proxy = Proxy::start().await?;
    let to = Folder::new("hostile-names")?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let names =
        ["..", "/etc/passwd", "..\\..\\boot.ini", "C:\\x\\y", "con.txt", "a\u{202e}txt.exe", "n\0ul", "."];
    let receiver = Running::start(
        &proxy,
        &["listen", "chan", "--save", &to.path(), "--rename", "-n", &names.len().to_string()],
    )?;
    let id = peer.arrival().await?;
    for (index, name) in names.iter().enumerate() {
        let file = format!("{index:032x}");
        say(&mut peer, &id, offer(name, 0, &file)).await?;
        get_empty(&mut peer, &id, &file).await?;
    }
    assert!(receiver.exit().await?.status.success());
    let expected = ["_con.txt", "_nul", "atxt.exe", "boot.ini", "file", "file (1)", "passwd", "y"];
    assert_eq!(to.names()?, expected);
    Ok(())
}

const fn expected_gets(flag: &str) -> usize {
    if flag.is_empty() { 1 } else { 2 }
}

#[tokio::test]
async fn of_two_files_with_one_name_the_second_is_refused_unless_both_are_wanted() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    for (flag, expected) in
        [("", &["same"][..]), ("--rename", &["same", "same (1)"]), ("--overwrite", &["same"])]
    {
        let to = Folder::new(&format!("same{flag}"))?;
        let words =
            ["listen", "chan", "--save", &to.path(), "-n", if flag.is_empty() { "1" } else { "2" }, flag];
        let words = if flag.is_empty() { &words[..6] } else { &words[..] };
        let receiver = Running::start(&proxy, words)?;
        let id = peer.arrival().await?;
        let files = ["a", "b"].map(|digit| digit.repeat(32));
        say(&mut peer, &id, offer("same", 0, &files[0])).await?;
        say(&mut peer, &id, offer("same", 0, &files[1])).await?;
        if flag.is_empty() {
            receiver.says(&["\"same\"", "is on its way"]).await?;
        }
        let wanted: Vec<&str> = files.iter().take(expected_gets(flag)).map(String::as_str).collect();
        get_all_empty(&mut peer, &id, &wanted).await?;
        let exit = receiver.exit().await?;
        assert!(exit.status.success(), "{exit:?}");
        assert_eq!(to.names()?, expected);
        peer.departure().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_name_that_is_taken_meanwhile_ends_nothing_else() -> Result<()> {
    let proxy = Proxy::start().await?;
    let to = Folder::new("meanwhile")?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let receiver = Running::start(&proxy, &["listen", "chan", "--save", &to.path(), "-n", "1"])?;
    let id = peer.arrival().await?;
    let files = ["a", "b"].map(|digit| digit.repeat(32));
    say(&mut peer, &id, offer("mine", 0, &files[0])).await?;
    let get = control(&mut peer, "file-get").await?;
    to.file("mine", b"of somebody else")?;
    say(&mut peer, &id, super::done(&get)).await?;
    assert_eq!(control(&mut peer, "file-stop").await?["reason"], "exists");
    receiver.says(&["\"mine\" is not taken", "has this name by now", ".part"]).await?;
    say(&mut peer, &id, offer("other", 0, &files[1])).await?;
    get_empty(&mut peer, &id, &files[1]).await?;
    assert!(receiver.exit().await?.status.success());
    assert_eq!(fs::read(to.0.join("mine"))?, b"of somebody else");
    Ok(())
}
