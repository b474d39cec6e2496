//! Carries packets over connections.

use nws_core::{ConnId, DialId, Input, LinkId, MeshInput, MeshOutput, MuxInput, Output, Route, StreamId};
use nws_matching as matching;
use nws_protocol::ChannelName;

use super::cable::{End, Packet};
use super::ids::{CableId, Side};
use super::machine::Machine;
use super::schedule::Happening;
use super::{Lan, MachineId, sites};

impl Lan {
    /// A connection begins at one side.
    pub(super) fn begin(&mut self, cable: CableId, side: Side, dial: Option<DialId>) {
        let [machine, other] = [side, 1 - side].map(|side| self.cables[cable].ends[side].machine);
        let link = self.machines[machine.0].links.insert((cable, side));
        self.cables[cable].ends[side].link = Some(link);
        if side == 0 {
            self.send_packet(cable, side, Packet::Connected);
        }
        let Machine { id, address, .. } = &self.machines[other.0];
        let (proxy, source) = (id.clone(), address.ip());
        let route = self.cables[cable].route();
        let source = match route {
            Route::Direct => source,
            Route::Backbone => sites::source(*address),
        };
        self.machines[machine.0].open_rate_limits(link, source, route);
        let share = self.machines[machine.0].share(link, source, route);
        self.cables[cable].ends[side].share = Some(share);
        self.tell_mesh(machine, MeshInput::Connected { link, proxy, source, route, dial });
    }

    pub(super) fn apply_mesh_output(&mut self, machine: MachineId, output: MeshOutput) {
        match output {
            MeshOutput::Dial { dial, target } => self.dial(machine, dial, target),
            MeshOutput::Abandon { dial } => drop(self.machines[machine.0].dials.remove(&dial)),
            MeshOutput::Ask => self.question(machine),
            MeshOutput::Start { link } => {
                let (cable, side) = self.find(machine, link);
                self.end_of(cable, side).is_started = true;
                self.with_outputs.push((cable, side));
            }
            MeshOutput::Ping { link } => {
                let (cable, side) = self.find(machine, link);
                self.send_packet(cable, side, Packet::Ping);
            }
            MeshOutput::Close { link, .. } => {
                let (cable, side) = self.find(machine, link);
                self.send_packet(cable, side, Packet::Fin);
                self.finish(cable, side);
            }
            MeshOutput::Offer { link, channel } => {
                self.tell_session(machine, link, matching::Input::Offer(channel));
            }
            MeshOutput::Linger { link, channel } => {
                self.tell_session(machine, link, matching::Input::Linger(channel));
            }
            MeshOutput::Isolated { channel, is_isolated } => {
                self.machines[machine.0].proxy.input(Input::Isolated { channel: &channel, is_isolated });
            }
            MeshOutput::Searched { channel, found } => {
                self.catch_up(machine);
                self.machines[machine.0].proxy.searched(&channel, &found);
            }
            MeshOutput::Withdraw { link, channel } => {
                let (cable, side) = self.find(machine, link);
                self.close(cable, side, &channel);
                self.tell_session(machine, link, matching::Input::Withdraw(channel));
            }
        }
    }

    pub(super) fn apply_channels_output(&mut self, machine: MachineId, output: Output) {
        match output {
            Output::Opened { channel } => self.tell_mesh(machine, MeshInput::Opened { channel }),
            Output::Closed { channel } => self.tell_mesh(machine, MeshInput::Closed { channel }),
            Output::Write { conn } => self.tell_mux(machine, conn, |stream| MuxInput::Waiting { stream }),
            Output::Hold { conn } => self.tell_mux(machine, conn, |stream| MuxInput::Held { stream }),
            Output::Release { conn } => self.tell_mux(machine, conn, |stream| MuxInput::Released { stream }),
            Output::Reset { conn } => self.tell_mux(machine, conn, |_| MuxInput::Failed),
            Output::Reserved { .. }
            | Output::Taken { .. }
            | Output::Finish { .. }
            | Output::Full
            | Output::Cut(_) => {}
        }
    }

    /// Passes an input to the mux of the stream for which a connection stands.
    fn tell_mux(&mut self, machine: MachineId, conn: ConnId, input: impl FnOnce(StreamId) -> MuxInput) {
        if let Some(&(cable, side, stream)) = self.machines[machine.0].streams.get(&conn) {
            self.end_of(cable, side).mux.handle(input(stream));
            self.transmit(cable, side);
        }
    }

    /// The connection has ended at one side.
    pub(super) fn finish(&mut self, cable: CableId, side: Side) {
        let end = self.end_of(cable, side);
        let (Some(link), machine) = (end.link.take(), end.machine) else { return };
        end.is_ready = false;
        end.share = None;
        let conns: Vec<_> = end.mux.open().filter_map(|stream| end.mux.conn(stream)).collect();
        conns.into_iter().for_each(|conn| self.sever(machine, conn));
        self.machines[machine.0].links.remove(link);
        self.machines[machine.0].close_rate_limits(link);
        self.tell_mesh(machine, MeshInput::Down { link });
        self.drop_if_over(cable);
    }

    pub(super) fn drop_if_over(&mut self, cable: CableId) {
        if self.cables[cable].is_over() {
            self.cables.remove(cable);
        }
    }

    /// Sends a packet to the other side. A packet that is sent later arrives later.
    pub(super) fn send_packet(&mut self, cable: CableId, from: Side, packet: Packet) {
        let takes = match self.cables[cable].route() {
            Route::Direct => self.weather.latency(&mut self.rng),
            Route::Backbone => self.weather.detour(&mut self.rng),
        };
        let at = self.clock.now() + takes;
        let way = &mut self.cables[cable].ways[1 - from];
        way.last = way.last.max(at);
        way.packets.push_back((way.last, packet));
        self.schedule.plan(way.last, Happening::Arrive(cable, 1 - from));
    }

    pub(super) fn take_in(&mut self, cable: CableId, side: Side, packet: Packet) {
        if self.cables[cable].is_bridge() {
            let [to, from] = [side, 1 - side].map(|side| self.cables[cable].ends[side].machine);
            let name = self.machines[from.0].address;
            if let Some(site) = &mut self.machines[to.0].site {
                site.touch(name, self.clock.now());
            }
        }
        if std::mem::take(&mut self.cables[cable].ways[side].is_torn) {
            return self.break_off(cable, side);
        }
        if packet == Packet::Connected {
            return self.begin(cable, side, None);
        }
        if packet == Packet::Fin {
            return self.finish(cable, side);
        }
        let Some(link) = self.end_of(cable, side).link else {
            return self.refuse(cable, side);
        };
        let machine = self.end_of(cable, side).machine;
        self.tell_mesh(machine, MeshInput::Heard { link });
        match packet {
            Packet::Ping => self.send_packet(cable, side, Packet::Pong),
            Packet::Frame(frame) => self.on_frame(cable, side, frame),
            Packet::Connected | Packet::Pong | Packet::Fin => {}
        }
    }

    /// Something is missing in what has come, so this side ends the connection.
    fn break_off(&mut self, cable: CableId, side: Side) {
        self.refuse(cable, side);
        self.finish(cable, side);
    }

    /// A packet has come on a connection that this side has ended.
    fn refuse(&mut self, cable: CableId, side: Side) {
        let back = &self.cables[cable].ways[1 - side].packets;
        if back.back().is_none_or(|(_, packet)| *packet != Packet::Fin) {
            self.send_packet(cable, side, Packet::Fin);
        }
    }

    /// Passes an input to the matching of a link. [`Self::apply_session_outputs_of_all`] does what
    /// follows from it.
    pub(super) fn tell_session(&mut self, machine: MachineId, link: LinkId, input: matching::Input<'_>) {
        let (cable, side) = self.find(machine, link);
        self.end_of(cable, side).session.handle(input).expect("it comes from this side");
        self.with_outputs.push((cable, side));
    }

    pub(super) fn find(&self, machine: MachineId, link: LinkId) -> (CableId, Side) {
        *self.machines[machine.0].links.get(link).expect("nothing is asked for links that are no more")
    }

    pub(super) fn end_of(&mut self, cable: CableId, side: Side) -> &mut End {
        &mut self.cables[cable].ends[side]
    }

    pub(super) fn close(&mut self, cable: CableId, side: Side, channel: &ChannelName) {
        let end = self.end_of(cable, side);
        let machine = end.machine;
        if let Some((stream, conn)) = end.streams.close(channel) {
            end.mux.handle(MuxInput::Closed { stream });
            self.sever(machine, conn);
        }
    }
}
