//! How commands end.

use std::net::TcpListener;

use anyhow::Result;
use nws_tests::{Exit, Peer, Proxy, Running, Setup};

fn expect(exit: &Exit, status: i32, words: &str) {
    assert_eq!(exit.status.code(), Some(status), "{exit:?}");
    assert!(exit.stderr.contains(words) && exit.stdout.is_empty(), "{exit:?}");
}

#[tokio::test]
async fn without_a_proxy_one_sentence_says_how_to_start_one() -> Result<()> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    for words in [&["send", "chan", "x"][..], &["listen", "chan"], &["join", "chan"], &["rtt", "chan"]] {
        let exit = Running::at(port, words)?.exit().await?;
        expect(&exit, 3, "start one with `nws`");
        assert_eq!(exit.stderr.lines().count(), 1, "{exit:?}");
    }
    Ok(())
}

#[tokio::test]
async fn nobody_there_is_5_and_a_wrong_name_or_word_is_2() -> Result<()> {
    let proxy = Proxy::start().await?;
    for words in [
        &["send", "chan", "x", "--wait", "0.1"][..],
        &["send", "chan", "--wait", "0.1"],
        &["send", "chan", "x", "--to", "nobody", "--wait", "0.1"],
        &["rtt", "chan", "--wait", "0.1"],
    ] {
        expect(&Running::start(&proxy, words)?.exit().await?, 5, "waited 0.1 s");
    }
    expect(&Running::start(&proxy, &["send", "a b", "x"])?.exit().await?, 2, "invalid channel name");
    expect(&Running::start(&proxy, &["send", "-", "x"])?.exit().await?, 2, "NWS_CHANNEL");
    expect(&Running::start(&proxy, &["send", "chan", "x", "y"])?.exit().await?, 2, "quotes");
    expect(&Running::start(&proxy, &["listen", "chan", "--fly"])?.exit().await?, 2, "--fly");
    Ok(())
}

#[tokio::test]
async fn a_limit_of_the_proxy_is_4() -> Result<()> {
    let proxy = Setup::new().flag("--max-channels", 1).start().await?;
    let mut listener = Running::start(&proxy, &["listen", "chan", "--json"])?;
    listener.event("open").await?;
    let exit = Running::start(&proxy, &["send", "other", "x"])?.exit().await?;
    expect(&exit, 4, "full");
    Ok(())
}

#[tokio::test]
async fn an_interrupt_and_a_timeout_are_6() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut listener = Running::start(&proxy, &["listen", "chan", "--json"])?;
    listener.event("open").await?;
    listener.signal("INT").await?;
    let exit = listener.exit().await?;
    assert_eq!(exit.status.code(), Some(6), "{exit:?}");
    assert!(exit.stdout.contains(r#""event":"end""#) && exit.stdout.contains(r#""status":6"#), "{exit:?}");
    let exit = Running::start(&proxy, &["listen", "chan", "--timeout", "0.1"])?.exit().await?;
    expect(&exit, 6, "timed out");
    Ok(())
}

#[tokio::test]
async fn a_wrong_word_ends_with_an_object_where_objects_are_wanted() -> Result<()> {
    for (words, reason) in [
        (&["listen", "c", "--count", "x"][..], "--count"),
        (&["completions", "none"], "none"),
        (&["doctor", "--page", "x"], "--page"),
        (&["backbone", "permissions"], "SITES"),
        (&["backbone", "permissions", "berlin", "lyon", "berlin"], "berlin is there twice"),
        (&["service", "logs", "--lines", "x"], "--lines"),
        (&["run"], "--json"),
    ] {
        let exit = Running::at(1, &[words, &["--json"]].concat())?.exit().await?;
        assert_eq!((exit.status.code(), exit.stdout.lines().count()), (Some(2), 1), "{words:?} {exit:?}");
        let end: serde_json::Value = serde_json::from_str(&exit.stdout)?;
        assert_eq!((&end["event"], &end["status"]), (&"end".into(), &2.into()), "{words:?}");
        assert!(end["reason"].as_str().is_some_and(|it| it.contains(reason)), "{end}");
        super::schema::check(&exit.stdout)?;
    }
    // Behind `--` it is no flag.
    let exit = Running::at(1, &["listen", "c", "--fly", "--", "--json"])?.exit().await?;
    expect(&exit, 2, "--fly");
    Ok(())
}

#[tokio::test]
async fn a_value_that_is_none_is_told_what_it_should_be() -> Result<()> {
    for (words, sentence) in [
        (&["listen", "c", "--max-total", "5"][..], "--save"),
        (&["listen", "c", "--save", ".", "--max-total", "1.5G"], "a whole number of bytes, such as 500M"),
        (&["send", "c", "x", "--wait", "nan"], "a number of seconds, 0 or more"),
        (&["rtt", "c", "--wait=-1"], "a number of seconds, 0 or more"),
        (&["rtt", "c", "--wait", "1e30"], "that is too long"),
    ] {
        expect(&Running::at(1, words)?.exit().await?, 2, sentence);
    }
    Ok(())
}

#[tokio::test]
async fn help_names_the_statuses_and_cheat_has_examples() -> Result<()> {
    for command in ["join", "send", "listen", "rtt"] {
        let exit = Running::at(1, &[command, "--help"])?.exit().await?;
        assert!(exit.status.success() && exit.stdout.contains("3  no proxy answers"), "{exit:?}");
    }
    let exit = Running::at(1, &["cheat"])?.exit().await?;
    assert!(exit.status.success() && exit.stdout.contains("nws join my-channel"), "{exit:?}");
    Ok(())
}

#[tokio::test]
async fn an_interrupt_ends_it_though_nobody_takes_its_output() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    for signal in ["INT", "TERM"] {
        let mut listener = Running::start(&proxy, &["listen", "chan"])?;
        peer.arrival().await?;
        // More than a pipe takes.
        peer.broadcast("x".repeat(900_000)).await?;
        listener.has_output().await?;
        listener.signal(signal).await?;
        assert_eq!(listener.ended().await?, 6);
        peer.departure().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_second_signal_ends_it_though_it_cannot_even_say_so() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut peer = Peer::alone(&proxy, "/chan").await?;
    let together = ["sh", "-c", "exec \"$@\" 2>&1", "sh"];
    let mut listener = Running::within(proxy.port(), &together, &["listen", "chan"])?;
    peer.arrival().await?;
    peer.broadcast("x".repeat(900_000)).await?;
    listener.has_output().await?;
    listener.signal("INT").await?;
    listener.signal("TERM").await?;
    assert_eq!(listener.ended().await?, 6);
    Ok(())
}
