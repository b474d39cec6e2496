//! Handles frames at one side of a connection: matches channels, and carries their streams.

use nws_core::{ConnId, MeshInput, MuxInput};
use nws_matching::{Input, Output, PeerSlot};
use nws_protocol::ChannelName;
use nws_protocol::link::{LinkFrame, Slot};

use super::cable::Packet;
use super::ids::{CableId, Side};
use super::{Lan, MachineId};
use crate::network;

impl Lan {
    pub(super) fn on_frame(&mut self, cable: CableId, side: Side, frame: Vec<u8>) {
        let end = self.end_of(cable, side);
        if !end.is_started {
            return end.early.push(frame);
        }
        match LinkFrame::parse(&frame).expect("proxies make frames") {
            LinkFrame::Data { slot, bytes } => self.on_data(cable, side, slot, bytes),
            LinkFrame::Credit { slot, bytes } => {
                if let Some((stream, _)) = end.streams.find(slot) {
                    end.mux.handle(MuxInput::Credit { stream, bytes });
                    self.transmit(cable, side);
                }
            }
            LinkFrame::Hello(_)
            | LinkFrame::Blind { .. }
            | LinkFrame::Eval { .. }
            | LinkFrame::Tags { .. }
            | LinkFrame::Leave { .. }
            | LinkFrame::Unknown => {
                end.session.handle(Input::Frame(&frame)).expect("the other side keeps to the rules");
                self.apply_session_outputs(cable, side);
            }
        }
    }

    /// Applies the matching outputs of every link whose matching has had an input.
    pub(super) fn apply_session_outputs_of_all(&mut self) {
        while let Some((cable, side)) = self.with_outputs.pop() {
            if self.cables.get(cable).is_some_and(|cable| cable.ends[side].is_started) {
                let early = std::mem::take(&mut self.end_of(cable, side).early);
                early.into_iter().for_each(|frame| self.on_frame(cable, side, frame));
                self.apply_session_outputs(cable, side);
            }
        }
    }

    /// Grants what the rate limits of a machine allow now.
    pub(super) fn grant(&mut self, machine: MachineId) {
        let now = self.clock.now();
        while let Some((link, count)) = self.machines[machine.0].poll_grant(now) {
            self.tell_session(machine, link, Input::Grant(count));
        }
    }

    /// Sends what waits for the streams of a link. The network takes everything at once.
    pub(super) fn transmit(&mut self, cable: CableId, side: Side) {
        let machine = self.end_of(cable, side).machine;
        self.catch_up(machine);
        let (end, now) = (&mut self.cables[cable].ends[side], self.clock.now());
        let core = &mut self.machines[machine.0].proxy.core;
        let frames: Vec<_> = std::iter::from_fn(|| end.mux.poll_transmit(usize::MAX, core, now)).collect();
        let is_broken = end.mux.is_broken();
        for transmit in frames {
            assert!(self.end_of(cable, side).streams.is_open(transmit.stream));
            self.send_packet(cable, side, Packet::Frame(transmit.into_frame()));
        }
        if is_broken {
            self.send_packet(cable, side, Packet::Fin);
            self.finish(cable, side);
        }
    }

    /// Ends a connection that stands for the other side of a stream.
    pub(super) fn sever(&mut self, machine: MachineId, conn: ConnId) {
        self.machines[machine.0].streams.remove(&conn);
        self.catch_up(machine);
        self.machines[machine.0].proxy.sever(conn);
    }

    fn on_data(&mut self, cable: CableId, side: Side, slot: Slot, bytes: &[u8]) {
        let end = self.end_of(cable, side);
        let machine = end.machine;
        let Some((stream, &conn)) = end.streams.find(slot) else {
            // It was under way when this side left the channel.
            assert_eq!(end.session.peer_slot(slot), PeerSlot::Left);
            return;
        };
        end.mux.handle(MuxInput::Received { stream, bytes: bytes.len() });
        self.catch_up(machine);
        self.machines[machine.0].proxy.stream(conn, bytes);
        let news = self.machines[machine.0].proxy.news();
        news.into_iter().for_each(|output| self.apply_channels_output(machine, output));
        if self.cables.contains_key(cable) {
            self.end_of(cable, side).mux.handle(MuxInput::Processed { stream, bytes: bytes.len() });
            self.transmit(cable, side);
        }
    }

    fn apply_session_outputs(&mut self, cable: CableId, side: Side) {
        while let Some(end) = self.cables.get_mut(cable).map(|cable| &mut cable.ends[side])
            && let Some(link) = end.link
            && let Some(output) = end.session.poll_output()
        {
            let machine = end.machine;
            match output {
                Output::Send(frame) => self.send_packet(cable, side, Packet::Frame(frame)),
                Output::Ready => {
                    end.is_ready = true;
                    self.tell_mesh(machine, MeshInput::Ready { link });
                }
                Output::Waiting(count) => {
                    self.machines[machine.0].ask_rate_limits(link, count);
                    self.grant(machine);
                }
                Output::Work(work) => {
                    end.session.handle(Input::Done(work.pretend())).expect("it is what was asked for");
                }
                Output::Matched { channel, own, peer } => {
                    self.machines[machine.0].match_rate_limits(link);
                    self.tell_mesh(machine, MeshInput::Matched { link });
                    self.open(cable, side, channel.clone(), (own, peer));
                    self.tell_mesh(machine, MeshInput::Shared { link, channel, is_matched: true });
                }
                Output::Left { channel, .. } => {
                    let left = MeshInput::Shared { link, channel: channel.clone(), is_matched: false };
                    self.tell_mesh(machine, left);
                    self.close(cable, side, &channel);
                }
                Output::Searched { channel } => {
                    self.tell_mesh(machine, MeshInput::Searched { link, channel });
                }
                Output::Exhausting => self.tell_mesh(machine, MeshInput::Exhausting { link }),
            }
        }
    }

    fn open(&mut self, cable: CableId, side: Side, channel: ChannelName, (own, peer): (Slot, Slot)) {
        let [machine, other] = [side, 1 - side].map(|side| self.cables[cable].ends[side].machine);
        let proxy = self.machines[other.0].id.clone();
        self.catch_up(machine);
        let Some(share) = self.end_of(cable, side).share.clone() else { return };
        let proxy_here = &mut self.machines[machine.0].proxy;
        let conn = proxy_here.remote_group_with(&network(channel.as_str()), &proxy, &share);
        let end = self.end_of(cable, side);
        let stream = end.streams.open(channel, peer, conn);
        end.mux.handle(MuxInput::Opened { stream, slot: own, conn });
        self.machines[machine.0].streams.insert(conn, (cable, side, stream));
        // The clients of this machine wait for their welcome.
        self.attend_streams(machine);
    }
}
