//! Streams: `cargo run -p networkwebsockets --example echo -- serve`, and the same with `ask` in another
//! terminal.

#![expect(clippy::print_stdout, reason = "this is what it is for")]

use networkwebsockets::{Channel, Error, PeerStream};

const NAME: &str = "echo.example";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let channel = Channel::open(NAME).await?;
    channel.ignore_events();
    if std::env::args().nth(1).as_deref() == Some("serve") {
        serve(&channel).await
    } else {
        ask(&channel).await
    }
}

async fn serve(channel: &Channel) -> Result<(), Error> {
    let mut incoming = channel.incoming();
    while let Some(dial) = incoming.next().await {
        let stream = dial.accept()?;
        tokio::spawn(async {
            if let Err(error) = echo(stream).await {
                println!("a stream has ended: {error}");
            }
        });
    }
    Ok(())
}

async fn echo(mut stream: PeerStream) -> Result<(), Error> {
    while let Some(data) = stream.recv().await? {
        stream.send(data).await?;
    }
    Ok(())
}

async fn ask(channel: &Channel) -> Result<(), Error> {
    for peer in channel.peers() {
        let mut stream = peer.dial(&[]).await?;
        stream.send("hello").await?;
        println!("{} says {:?}", peer.id(), stream.recv().await?);
        stream.close().await?;
    }
    Ok(())
}
