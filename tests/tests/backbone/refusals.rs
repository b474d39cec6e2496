//! Who is let in, and what is said where somebody is not.

use anyhow::{Result, ensure};
use nws_tests::{Broker, Peer, Setup};

use crate::sites::{Key, pair, site, with_broker};

#[tokio::test]
async fn another_secret_is_another_backbone() -> Result<()> {
    let broker = Broker::start().await?;
    let (_key, west, east) = pair(broker.port()).await?;
    let stranger = site("stranger", broker.port(), &Key::make().await?).start().await?;
    let mut alone = Peer::alone(&stranger, "/chan").await?;
    let [mut one, mut two] = Peer::gather([(&west, "/chan"), (&east, "/chan")]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    alone.id().await?;
    Ok(())
}

#[tokio::test]
async fn a_name_that_is_taken_is_told_at_both_and_the_first_one_counts() -> Result<()> {
    let broker = Broker::start().await?;
    let key = Key::make().await?;
    let east = site("east", broker.port(), &key).start().await?;
    // So it hears the first hello of the other one.
    east.log(&["the broker of the backbone is connected"]).await?;
    let west = site("west", broker.port(), &key).start().await?;
    let [mut one, mut two] = Peer::gather([(&west, "/chan"), (&east, "/chan")]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    let other = site("west", broker.port(), &key).start().await?;
    for proxy in [&west, &other] {
        proxy.log(&["WARN", "has the name of this site", "--backbone-site"]).await?;
    }
    east.log(&["WARN", "have the name of one site", "site=west", "--backbone-site"]).await?;
    let mut apart = Peer::alone(&other, "/chan").await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    apart.id().await?;
    Ok(())
}

/// The configuration that `nws backbone permissions` prints, and the passwords in it.
pub(crate) async fn permissions(sites: &[&str]) -> Result<(String, Vec<String>)> {
    let exit = Setup::new().instead(&[&["backbone", "permissions"], sites].concat()).await?;
    ensure!(exit.status.success(), "{exit:?}");
    let after = |text: &str| Some(text.split_once("password: \"")?.1.split_once('"')?.0.to_owned());
    let passwords = exit.stdout.lines().filter_map(after).collect();
    Ok((exit.stdout, passwords))
}

#[tokio::test]
async fn sites_can_do_what_they_must_with_the_permissions_that_are_printed() -> Result<()> {
    let (configuration, passwords) = permissions(&["west", "east"]).await?;
    let broker = Broker::configured(&configuration).await?;
    let key = Key::make().await?;
    let url = |site: &str, password: &str| format!("nats://{site}:{password}@127.0.0.1:{}", broker.port());
    let west = with_broker("west", &url("west", &passwords[0]), &key).start().await?;
    let east = with_broker("east", &url("east", &passwords[1]), &key).start().await?;
    let [mut one, mut two] = Peer::gather([(&west, "/chan"), (&east, "/chan")]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    let wrong = with_broker("west", &url("west", "wrong"), &key).start().await?;
    wrong.log(&["WARN", "trouble with its broker", "authorization", "--backbone-creds"]).await?;
    let other = with_broker("north", &url("east", &passwords[1]), &key).start().await?;
    other.log(&["WARN", "trouble with its broker", "nws backbone permissions"]).await?;
    Ok(())
}

#[tokio::test]
async fn what_is_set_wrongly_is_refused_with_a_remedy() -> Result<()> {
    let key = Key::make().await?;
    let open = key.path().with_extension("open");
    std::fs::copy(key.path(), &open)?;
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&open, mode)?;
    let folder = std::env::temp_dir();
    let [path, open_path, folder] = [key.path(), &open, &folder].map(|path| path.display().to_string());
    let broker = ["--backbone", "nats://127.0.0.1"];
    let with = [broker[0], broker[1], "--backbone-key", &path];
    let cases: [(&[&str], &str); 14] = [
        (&broker, "nws backbone key"),
        (&["--backbone-site", "west"], "--backbone URL"),
        (&["--backbone", "nats://me:secret@127.0.0.1", "--backbone-key", &path], "NWS_BACKBONE"),
        (&["--backbone", "http://127.0.0.1", "--backbone-key", &path], "nats://host"),
        (&[broker[0], broker[1], "--backbone-key", &open_path], "chmod 600"),
        (&[broker[0], broker[1], "--backbone-key", &folder], "has to be a regular file"),
        (&[broker[0], broker[1], "--backbone-key", "/dev/null"], "has to be a regular file"),
        (&[&with[..], &["--backbone-site", "a.b"]].concat(), "1 to 32"),
        (&[&with[..], &["--backbone-creds", &path]].concat(), "there is no user JWT"),
        (&[&with[..], &["--backbone-creds", &folder]].concat(), "has to be a regular file"),
        (&[&with[..], &["--backbone-channels", ""]].concat(), "must not be empty"),
        (&[&with[..], &["--backbone-channels", "team-["]].concat(), "close each ["),
        (&[&with[..], &["--backbone-channels", "team-[]"]].concat(), "close each ["),
        (&[&with[..], &["--backbone-channels", "a b"]].concat(), "A-Z a-z 0-9"),
    ];
    for (arguments, remedy) in cases {
        let exit = Setup::new().instead(&[&["run", "--no-discovery"], arguments].concat()).await?;
        assert_eq!(exit.status.code(), Some(2), "{exit:?}");
        assert!(exit.stderr.contains(remedy), "{exit:?}");
    }
    std::fs::remove_file(open)?;
    Ok(())
}
