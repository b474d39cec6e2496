//! The example `simple` of matchbox: each player greets each other one. `simple [ROOM] [ENDPOINT]`.

use std::time::Duration;

use futures_util::FutureExt;
use matchbox_socket::{Packet, PeerState, RtcIceServerConfig, WebRtcSocket};
use networkwebsockets::Channel;
use nws_matchbox::LanSignaller;

/// How often a game looks.
const FRAME: Duration = Duration::from_millis(20);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), matchbox_socket::Error> {
    let mut arguments = std::env::args().skip(1);
    let room = arguments.next().unwrap_or_else(|| "matchbox.example".to_owned());
    let signaller = match arguments.next() {
        Some(endpoint) => LanSignaller::with(Channel::builder().endpoint(&endpoint)),
        None => LanSignaller::new(),
    };
    let (mut socket, running) = WebRtcSocket::builder(room)
        .signaller_builder(signaller)
        // Nobody on the internet is asked.
        .ice_server(RtcIceServerConfig { urls: Vec::new(), ..RtcIceServerConfig::default() })
        .reconnect_attempts(Some(3))
        .add_reliable_channel()
        .build();
    let mut running = running.fuse();
    loop {
        play(&mut socket);
        tokio::select! {
            end = &mut running => return end,
            () = tokio::time::sleep(FRAME) => {}
        }
    }
}

fn play(socket: &mut WebRtcSocket) {
    for (peer, state) in socket.update_peers() {
        match state {
            PeerState::Connected => {
                println!("joined: {peer}");
                let packet: Packet = b"hello friend!".to_vec().into();
                socket.channel_mut(0).send(packet, peer);
            }
            PeerState::Disconnected => println!("left: {peer}"),
        }
    }
    for (peer, packet) in socket.channel_mut(0).receive() {
        println!("{peer} says {}", String::from_utf8_lossy(&packet));
    }
}
