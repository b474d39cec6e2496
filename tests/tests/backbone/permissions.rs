//! What a client of the broker can do that has the password of one site.

use anyhow::{Result, ensure};
use nws_tests::{Broker, within};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::refusals::permissions;

/// A client of a broker that speaks its protocol by hand.
struct Raw(BufReader<TcpStream>);

impl Raw {
    async fn connect(port: u16, user: &str, password: &str) -> Result<Self> {
        let mut client = Self(BufReader::new(TcpStream::connect(("127.0.0.1", port)).await?));
        ensure!(client.line().await?.starts_with("INFO "));
        client.say(&format!(r#"CONNECT {{"verbose":false,"user":"{user}","pass":"{password}"}}"#)).await?;
        Ok(client)
    }

    async fn say(&mut self, line: &str) -> Result<()> {
        Ok(self.0.write_all(format!("{line}\r\n").as_bytes()).await?)
    }

    async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        within("a line of the broker", self.0.read_line(&mut line)).await??;
        ensure!(!line.is_empty(), "the broker has closed");
        Ok(line)
    }

    /// Says something, and gives whether the broker takes it.
    async fn may(&mut self, words: &str) -> Result<bool> {
        self.say(words).await?;
        self.say("PING").await?;
        let mut is_refused = false;
        loop {
            let line = self.line().await?;
            is_refused |= line.starts_with("-ERR 'Permissions Violation");
            if line.starts_with("PONG") {
                return Ok(!is_refused);
            }
            ensure!(is_refused || !line.starts_with("-ERR"), "{line}");
        }
    }
}

#[tokio::test]
async fn the_password_of_a_site_is_worth_nothing_outside_its_own_subjects() -> Result<()> {
    let (configuration, passwords) = permissions(&["west", "east", "north"]).await?;
    let broker = Broker::configured(&configuration).await?;
    let mut west = Raw::connect(broker.port(), "west", &passwords[0]).await?;
    for (number, (subject, is_own)) in [
        ("nws.realm.in.west.*.*", true),
        ("nws.realm.h", true),
        ("nws.realm.in.east.*.*", false),
        ("nws.realm.in.east.west.*", false),
        ("nws.realm.in.*.*.*", false),
        ("nws.realm.>", false),
        ("nws.>", false),
        (">", false),
        ("$SYS.>", false),
        ("other", false),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(west.may(&format!("SUB {subject} {number}")).await?, is_own, "to hear {subject}");
    }
    for (subject, is_own) in [
        ("nws.realm.in.east.west.0123456789abcdef", true),
        ("nws.realm.h", true),
        ("nws.realm.in.east.north.0123456789abcdef", false),
        ("nws.realm.in.west.east.0123456789abcdef", false),
        ("nws.realm.in.east", false),
        ("nws.realm.other", false),
        ("other", false),
    ] {
        assert_eq!(west.may(&format!("PUB {subject} 0\r\n")).await?, is_own, "to say to {subject}");
    }
    Ok(())
}
