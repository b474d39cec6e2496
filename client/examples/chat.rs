//! A chat in the terminal: `cargo run -p networkwebsockets --example chat -- myChannelName`.

#![expect(clippy::print_stdout, reason = "this is what it is for")]

use networkwebsockets::{Channel, Error, Event};
use tokio::io::{AsyncBufReadExt, BufReader};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "chat".to_owned());
    let channel = Channel::open(&name).await?;
    let mut events = channel.events();
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(event) => show(&event),
                None => return Ok(()),
            },
            line = lines.next_line() => match line {
                Ok(Some(line)) => channel.send(line).await?,
                Ok(None) | Err(_) => channel.close(),
            },
        }
    }
}

fn show(event: &Event) {
    if let Event::Message { from, data, direct } = event {
        let to = if *direct { " (to you)" } else { "" };
        println!("{}{to}: {}", from.id(), data.as_text().unwrap_or("(bytes)"));
    } else {
        println!("- {event:?}");
    }
}
