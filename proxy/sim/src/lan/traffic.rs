//! What goes over connections.

use nws_protocol::ChannelName;

use super::cable::{CableId, End, Packet, Side};
use super::machine::Machine;
use super::schedule::Happening;
use super::slots::Trunk;
use super::{Lan, MachineId};
use crate::network;
use nws_core::{ConnId, DialId, Input, LinkId, MeshInput, MeshOutput, Output};

/// Bytes of one piece of a stream.
const PIECE: usize = 64 * 1024;

impl Lan {
    /// A connection is there at one side.
    pub(super) fn begin(&mut self, cable: CableId, side: Side, dial: Option<DialId>) {
        let [machine, other] = [side, 1 - side].map(|side| self.cables[cable].ends[side].machine);
        let link = self.machines[machine.0].links.insert((cable, side));
        self.cables[cable].ends[side].link = Some(link);
        if side == 0 {
            self.send_packet(cable, side, Packet::Connected);
        }
        let Machine { id, address, .. } = &self.machines[other.0];
        let (proxy, source) = (id.clone(), address.ip());
        self.tell_mesh(machine, MeshInput::Connected { link, proxy, source, dial });
    }

    pub(super) fn obey_mesh(&mut self, machine: MachineId, output: MeshOutput) {
        match output {
            MeshOutput::Dial { dial, target } => self.dial(machine, dial, target),
            MeshOutput::Abandon { dial } => drop(self.machines[machine.0].dials.remove(&dial)),
            MeshOutput::Ask => self.question(machine),
            MeshOutput::Start { link } => {
                let (cable, side) = self.find(machine, link);
                self.end_of(cable, side).hello_sent = true;
                self.send_packet(cable, side, Packet::Hello);
                self.greet(cable, side);
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
                let (cable, side) = self.find(machine, link);
                if self.end_of(cable, side).slots.is_searched(&channel) {
                    self.tell_mesh(machine, MeshInput::Searched { link, channel });
                } else if let Some(slot) = self.end_of(cable, side).slots.offer(channel) {
                    self.send_packet(cable, side, Packet::Blind(slot));
                }
            }
            // Here each has its slot at once.
            MeshOutput::Linger { .. } => {}
            MeshOutput::Isolated { channel, is_isolated } => {
                self.machines[machine.0].proxy.input(Input::Isolated { channel: &channel, is_isolated });
            }
            MeshOutput::Searched { channel, found } => {
                self.catch_up(machine);
                self.machines[machine.0].proxy.searched(&channel, &found);
            }
            MeshOutput::Withdraw { link, channel } => {
                let (cable, side) = self.find(machine, link);
                self.withdraw(cable, side, &channel);
            }
        }
    }

    pub(super) fn obey_channels(&mut self, machine: MachineId, output: Output) {
        match output {
            Output::Opened { channel } => self.tell_mesh(machine, MeshInput::Opened { channel }),
            Output::Closed { channel } => self.tell_mesh(machine, MeshInput::Closed { channel }),
            Output::Write { conn } => self.pump(machine, conn),
            Output::Hold { conn } => self.with_trunk(machine, conn, |trunk| trunk.is_held = true),
            Output::Release { conn } => {
                self.with_trunk(machine, conn, |trunk| trunk.is_held = false);
                self.pay(machine, conn);
            }
            Output::Reset { conn } => {
                if let Some(&(cable, side, _)) = self.machines[machine.0].trunks.get(&conn) {
                    self.send_packet(cable, side, Packet::Fin);
                    self.finish(cable, side);
                }
            }
            Output::Reserved { .. }
            | Output::Taken { .. }
            | Output::Finish { .. }
            | Output::Full
            | Output::Cut(_) => {}
        }
    }

    /// The connection is no more at one side.
    pub(super) fn finish(&mut self, cable: CableId, side: Side) {
        let end = self.end_of(cable, side);
        let (Some(link), machine) = (end.link.take(), end.machine) else { return };
        end.is_ready = false;
        let trunks: Vec<Trunk> = end.slots.own.iter_mut().filter_map(|own| own.trunk.take()).collect();
        trunks.into_iter().for_each(|trunk| self.sever(machine, trunk.conn));
        self.machines[machine.0].links.remove(link);
        self.tell_mesh(machine, MeshInput::Down { link });
        self.drop_if_over(cable);
    }

    pub(super) fn drop_if_over(&mut self, cable: CableId) {
        if self.cables[cable].is_over() {
            self.cables.remove(cable);
        }
    }

    /// Sends to the other side. What is sent later arrives later.
    pub(super) fn send_packet(&mut self, cable: CableId, from: Side, packet: Packet) {
        let at = self.clock.now() + self.weather.latency(&mut self.rng);
        let way = &mut self.cables[cable].ways[1 - from];
        way.last = way.last.max(at);
        way.packets.push_back((way.last, packet));
        self.schedule.plan(way.last, Happening::Arrive(cable, 1 - from));
    }

    pub(super) fn take_in(&mut self, cable: CableId, side: Side, packet: Packet) {
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
            Packet::Hello => {
                self.end_of(cable, side).hello_came = true;
                self.greet(cable, side);
            }
            Packet::Ping => self.send_packet(cable, side, Packet::Pong),
            Packet::Blind(slot) => {
                self.end_of(cable, side).slots.ask(slot);
                self.send_packet(cable, side, Packet::Eval(slot));
            }
            Packet::Eval(slot) => {
                if let Some(channel) = self.end_of(cable, side).slots.prove(slot) {
                    self.send_packet(cable, side, Packet::Tag(slot, channel));
                }
                self.end_of(cable, side).slots.search(slot);
                self.match_all(cable, side);
            }
            Packet::Tag(slot, channel) => {
                self.end_of(cable, side).slots.learn(slot, channel);
                self.match_all(cable, side);
            }
            Packet::Leave(slot) => {
                if let Some(own) = self.end_of(cable, side).slots.forget(slot) {
                    self.part(cable, side, own);
                    self.tell_shared(cable, side, own, false);
                }
                self.tell_searched(cable, side);
            }
            Packet::Data(slot, bytes) => self.on_data(cable, side, slot, &bytes),
            Packet::Credit(slot, bytes) => self.on_credit(cable, side, slot, bytes),
            Packet::Connected | Packet::Pong | Packet::Fin => {}
        }
    }

    /// Something has come on a connection that this side does not have any more.
    fn refuse(&mut self, cable: CableId, side: Side) {
        let back = &self.cables[cable].ways[1 - side].packets;
        if back.back().is_none_or(|(_, packet)| *packet != Packet::Fin) {
            self.send_packet(cable, side, Packet::Fin);
        }
    }

    fn greet(&mut self, cable: CableId, side: Side) {
        let end = self.end_of(cable, side);
        if end.hello_sent && end.hello_came && !end.is_ready {
            end.is_ready = true;
            let machine = end.machine;
            if let Some(link) = end.link {
                self.tell_mesh(machine, MeshInput::Ready { link });
            }
        }
    }

    fn withdraw(&mut self, cable: CableId, side: Side, channel: &ChannelName) {
        let slots = &mut self.end_of(cable, side).slots;
        if let Some(slot) = slots.slot_of(channel) {
            slots.leave(slot);
            self.part(cable, side, slot);
            self.send_packet(cable, side, Packet::Leave(slot));
        }
    }

    /// A channel is not matched any more.
    fn part(&mut self, cable: CableId, side: Side, slot: usize) {
        let end = self.end_of(cable, side);
        let machine = end.machine;
        if let Some(trunk) = end.slots.own[slot].trunk.take() {
            self.sever(machine, trunk.conn);
        }
    }

    fn sever(&mut self, machine: MachineId, conn: ConnId) {
        self.machines[machine.0].trunks.remove(&conn);
        self.catch_up(machine);
        self.machines[machine.0].proxy.sever(conn);
    }

    fn match_all(&mut self, cable: CableId, side: Side) {
        let other = self.end_of(cable, 1 - side).machine;
        let proxy = self.machines[other.0].id.clone();
        while let Some((slot, channel)) = self.end_of(cable, side).slots.match_next() {
            let end = self.end_of(cable, side);
            let (machine, link, is_first) =
                (end.machine, end.link, !std::mem::replace(&mut end.has_matched, true));
            if let Some(link) = link.filter(|_| is_first) {
                self.tell_mesh(machine, MeshInput::Matched { link });
            }
            self.catch_up(machine);
            let conn = self.machines[machine.0].proxy.trunk(&network(channel.as_str()), &proxy);
            self.machines[machine.0].trunks.insert(conn, (cable, side, slot));
            self.end_of(cable, side).slots.own[slot].trunk = Some(Trunk::new(conn));
            self.tell_shared(cable, side, slot, true);
        }
        self.tell_searched(cable, side);
    }

    fn tell_shared(&mut self, cable: CableId, side: Side, slot: usize, is_matched: bool) {
        let end = self.end_of(cable, side);
        let (machine, channel) = (end.machine, end.slots.own[slot].channel.clone());
        if let Some((link, channel)) = end.link.zip(channel) {
            self.tell_mesh(machine, MeshInput::Shared { link, channel, is_matched });
        }
    }

    fn tell_searched(&mut self, cable: CableId, side: Side) {
        let end = self.end_of(cable, side);
        let (machine, link, searched) = (end.machine, end.link, end.slots.searched());
        if let Some(link) = link {
            let inputs = searched.into_iter().map(|channel| MeshInput::Searched { link, channel });
            inputs.for_each(|input| self.tell_mesh(machine, input));
        }
    }

    /// Sends what waits for a trunk, as far as the other side takes it.
    fn pump(&mut self, machine: MachineId, conn: ConnId) {
        while let Some(&(cable, side, slot)) = self.machines[machine.0].trunks.get(&conn) {
            let Some(trunk) = &mut self.cables[cable].ends[side].slots.own[slot].trunk else { return };
            let bytes = self.machines[machine.0].proxy.take(conn, trunk.credit.min(PIECE));
            if bytes.is_empty() {
                return;
            }
            trunk.credit -= bytes.len();
            self.send_packet(cable, side, Packet::Data(slot, bytes));
        }
    }

    fn on_data(&mut self, cable: CableId, side: Side, slot: usize, bytes: &[u8]) {
        let end = self.end_of(cable, side);
        let machine = end.machine;
        // Without a match it was under way when this side left.
        let Some((_, trunk)) = end.slots.trunk_for(slot) else { return };
        trunk.owed += bytes.len();
        let conn = trunk.conn;
        self.catch_up(machine);
        self.machines[machine.0].proxy.stream(conn, bytes);
        let news = self.machines[machine.0].proxy.news();
        news.into_iter().for_each(|output| self.obey_channels(machine, output));
        self.pay(machine, conn);
    }

    fn on_credit(&mut self, cable: CableId, side: Side, slot: usize, bytes: usize) {
        let end = self.end_of(cable, side);
        let machine = end.machine;
        let Some((_, trunk)) = end.slots.trunk_for(slot) else { return };
        trunk.credit += bytes;
        let conn = trunk.conn;
        self.catch_up(machine);
        self.pump(machine, conn);
    }

    /// Asks for as much more as was taken, unless the channel wants nothing now.
    fn pay(&mut self, machine: MachineId, conn: ConnId) {
        let Some(&(cable, side, slot)) = self.machines[machine.0].trunks.get(&conn) else { return };
        let Some(trunk) = &mut self.cables[cable].ends[side].slots.own[slot].trunk else { return };
        if !trunk.is_held && trunk.owed > 0 {
            let bytes = std::mem::take(&mut trunk.owed);
            self.send_packet(cable, side, Packet::Credit(slot, bytes));
        }
    }

    fn with_trunk(&mut self, machine: MachineId, conn: ConnId, change: impl FnOnce(&mut Trunk)) {
        let Some(&(cable, side, slot)) = self.machines[machine.0].trunks.get(&conn) else { return };
        self.cables[cable].ends[side].slots.own[slot].trunk.iter_mut().next().map(change);
    }

    fn find(&self, machine: MachineId, link: LinkId) -> (CableId, Side) {
        *self.machines[machine.0].links.get(link).expect("nothing is asked for links that are no more")
    }

    fn end_of(&mut self, cable: CableId, side: Side) -> &mut End {
        &mut self.cables[cable].ends[side]
    }
}
